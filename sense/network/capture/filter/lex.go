package filter

import (
	"fmt"
	"strings"
)

// Error says what is wrong with an expression, and at which byte of it.
type Error struct {
	Offset int
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("filter: at character %d: %s", e.Offset+1, e.Reason)
}

// token is a word or one of ( ) and "" at the end. Operators are normalised to and, or, not.
type token struct {
	text string
	at   int
}

// maxExpression bounds the length of an expression, and with it everything else.
const maxExpression = 16 << 10

func lex(s string) ([]token, error) {
	if len(s) > maxExpression {
		return nil, &Error{maxExpression, "the expression is too long"}
	}
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')':
			out = append(out, token{s[i : i+1], i})
			i++
		case strings.HasPrefix(s[i:], "&&"):
			out = append(out, token{"and", i})
			i += 2
		case strings.HasPrefix(s[i:], "||"):
			out = append(out, token{"or", i})
			i += 2
		case c == '!':
			out = append(out, token{"not", i})
			i++
		case word(c):
			start := i
			for i < len(s) && word(s[i]) {
				i++
			}
			out = append(out, token{strings.ToLower(strings.TrimPrefix(s[start:i], `\`)), start})
		default:
			return nil, &Error{i, fmt.Sprintf("%q is not understood here; byte expressions are not part of the language", c)}
		}
	}
	return append(out, token{"", len(s)}), nil
}

func word(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(`.:/-_\`, c) >= 0
}
