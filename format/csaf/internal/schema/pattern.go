package schema

import (
	"errors"
	"regexp"
	"strings"
)

// Pattern is a regular expression of ECMA-262, as JSON Schema has them, in terms of
// Go's. One that begins with a negative lookahead is two of Go's.
type Pattern struct {
	source string
	not    *regexp.Regexp
	is     *regexp.Regexp
}

// White space of ECMA-262 §22.2.2.9 and what is none, as ranges for a class.
const (
	space    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notSpace = `\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
)

// CompilePattern reads a pattern.
func CompilePattern(source string) (*Pattern, error) {
	p := &Pattern{source: source}
	text := source
	if rest, ok := strings.CutPrefix(text, "^(?!"); ok {
		end := closing(rest)
		if end < 0 {
			return nil, errors.New("a parenthesis is not closed: " + source)
		}
		var err error
		if p.not, err = regexp.Compile("^(?:" + translate(rest[:end]) + ")"); err != nil {
			return nil, err
		}
		text = "^" + rest[end+1:]
	}
	var err error
	p.is, err = regexp.Compile(translate(text))
	return p, err
}

// String is the pattern as it was written.
func (p *Pattern) String() string { return p.source }

// MatchString reports whether the text holds a match.
func (p *Pattern) MatchString(s string) bool {
	return p.is.MatchString(s) && (p.not == nil || !p.not.MatchString(s))
}

// closing is the position of the parenthesis that closes one that is open.
func closing(s string) int {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')' && depth == 0:
			return i
		case c == ')':
			depth--
		}
	}
	return -1
}

// translate rewrites what means other things in the two dialects: "." ends at more
// kinds of line break, \s and \S know more kinds of space.
func translate(s string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			set := map[byte]string{'s': space, 'S': notSpace}[s[i]]
			switch {
			case set == "" && s[i] == '/':
				b.WriteByte('/')
			case set == "":
				b.WriteString(s[i-1 : i+1])
			case class:
				b.WriteString(set)
			default:
				b.WriteString("[" + set + "]")
			}
			continue
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '.':
			b.WriteString(`[^\n\r\x{2028}\x{2029}]`)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
