package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	end     kind = iota // of the template
	text                // outside of blocks
	open                // "{{" or "{%"
	closing             // "}}" or "%}"
	name
	str
	integer
	float
	op
)

type token struct {
	kind kind
	s    string // the name, the decoded string, the operator; "{{" or "{%"
	at   int    // in bytes from the start of the template
}

// A syntaxError is where the template stops being one.
type syntaxError struct {
	at   int
	what string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.at, e.what) }

type lexer struct {
	src    string
	pos    int
	tokens []token
	limit  int
}

// lex cuts a template into tokens. Comments are left out, raw blocks are text.
func lex(src string, limit int) ([]token, error) {
	l := &lexer{src: src, limit: limit}
	for l.pos < len(src) {
		i := l.nextBlock()
		if i > l.pos {
			l.add(token{text, src[l.pos:i], l.pos})
			l.pos = i
		}
		if i >= len(src) {
			break
		}
		if err := l.block(); err != nil {
			return nil, err
		}
		if len(l.tokens) > l.limit {
			return nil, &syntaxError{l.pos, fmt.Sprintf("more than %d tokens", l.limit)}
		}
	}
	return append(l.tokens, token{end, "", len(src)}), nil
}

func (l *lexer) add(t token) { l.tokens = append(l.tokens, t) }

func (l *lexer) nextBlock() int {
	for i := l.pos; i+1 < len(l.src); i++ {
		if l.src[i] == '{' && strings.IndexByte("{%#", l.src[i+1]) >= 0 {
			return i
		}
	}
	return len(l.src)
}

func (l *lexer) block() error {
	start := l.pos
	what := l.src[l.pos : l.pos+2]
	l.pos += 2
	if what == "{#" {
		i := strings.Index(l.src[l.pos:], "#}")
		if i < 0 {
			return &syntaxError{start, "a comment without an end"}
		}
		l.pos += i + 2
		return nil
	}
	if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') && what == "{%" || strings.HasPrefix(l.src[l.pos:], "-") {
		l.pos++
	}
	if what == "{%" {
		if ok, err := l.raw(start); ok || err != nil {
			return err
		}
	}
	l.add(token{open, what, start})
	closer := map[string]string{"{{": "}}", "{%": "%}"}[what]
	depth := 0
	for {
		l.space()
		rest := l.src[l.pos:]
		if rest == "" {
			return &syntaxError{start, "a block without an end"}
		}
		for _, c := range []string{closer, "-" + closer, "+" + closer} {
			if depth == 0 && strings.HasPrefix(rest, c) {
				l.add(token{closing, closer, l.pos})
				l.pos += len(c)
				return nil
			}
		}
		if err := l.token(&depth); err != nil {
			return err
		}
		if len(l.tokens) > l.limit {
			return &syntaxError{l.pos, fmt.Sprintf("more than %d tokens", l.limit)}
		}
	}
}

// raw passes {% raw %} … {% endraw %} over as text.
func (l *lexer) raw(start int) (bool, error) {
	rest := strings.TrimLeft(l.src[l.pos:], " \t\r\n")
	after, ok := strings.CutPrefix(rest, "raw")
	if !ok {
		return false, nil
	}
	after = strings.TrimLeft(after, " \t\r\n")
	after = strings.TrimPrefix(strings.TrimPrefix(after, "-"), "+")
	body, ok := strings.CutPrefix(after, "%}")
	if !ok {
		return false, nil
	}
	at := len(l.src) - len(body)
	for i := at; ; {
		j := strings.Index(l.src[i:], "{%")
		if j < 0 {
			return true, &syntaxError{start, "a raw block without an end"}
		}
		i += j
		e := strings.TrimLeft(strings.TrimLeft(l.src[i+2:], "-+"), " \t\r\n")
		if e, ok := strings.CutPrefix(e, "endraw"); ok {
			e = strings.TrimLeft(strings.TrimLeft(e, " \t\r\n"), "-+")
			if e, ok := strings.CutPrefix(e, "%}"); ok {
				if i > at {
					l.add(token{text, l.src[at:i], at})
				}
				l.pos = len(l.src) - len(e)
				return true, nil
			}
		}
		i += 2
	}
}

func (l *lexer) space() {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n\f\v", l.src[l.pos]) >= 0 {
		l.pos++
	}
}

var operators = []string{"**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"}

func (l *lexer) token(depth *int) error {
	start := l.pos
	c := l.src[start]
	switch {
	case c == '"' || c == '\'':
		return l.str(c)
	case c >= '0' && c <= '9':
		l.number()
		return nil
	}
	if r, _ := utf8.DecodeRuneInString(l.src[start:]); r == '_' || unicode.IsLetter(r) {
		for l.pos < len(l.src) {
			r, n := utf8.DecodeRuneInString(l.src[l.pos:])
			if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
				break
			}
			l.pos += n
		}
		l.add(token{name, l.src[start:l.pos], start})
		return nil
	}
	for _, o := range operators {
		if strings.HasPrefix(l.src[start:], o) {
			switch o {
			case "(", "[", "{":
				*depth++
			case ")", "]", "}":
				*depth--
				if *depth < 0 {
					return &syntaxError{start, fmt.Sprintf("%q closes nothing", o)}
				}
			}
			l.add(token{op, o, start})
			l.pos += len(o)
			return nil
		}
	}
	r, _ := utf8.DecodeRuneInString(l.src[start:])
	return &syntaxError{start, fmt.Sprintf("%q has no place in an expression", r)}
}

func (l *lexer) number() {
	start := l.pos
	digits := func(set string) {
		for l.pos < len(l.src) && strings.IndexByte(set+"_", l.src[l.pos]) >= 0 {
			l.pos++
		}
	}
	k := integer
	if l.src[l.pos] == '0' && l.pos+1 < len(l.src) && strings.IndexByte("xXoObB", l.src[l.pos+1]) >= 0 {
		l.pos += 2
		digits("0123456789abcdefABCDEF")
	} else {
		digits("0123456789")
		if l.pos+1 < len(l.src) && l.src[l.pos] == '.' && l.src[l.pos+1] >= '0' && l.src[l.pos+1] <= '9' {
			k = float
			l.pos++
			digits("0123456789")
		}
		if l.pos+1 < len(l.src) && (l.src[l.pos] == 'e' || l.src[l.pos] == 'E') && strings.IndexByte("0123456789+-", l.src[l.pos+1]) >= 0 {
			k = float
			l.pos += 2
			digits("0123456789")
		}
	}
	l.add(token{k, strings.ReplaceAll(l.src[start:l.pos], "_", ""), start})
}

// str reads a string literal and decodes its escapes as Python does, so that
// "\x5f\x5fclass\x5f\x5f" is seen as what it is.
func (l *lexer) str(quote byte) error {
	start := l.pos
	l.pos++
	var b strings.Builder
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == quote:
			l.pos++
			l.add(token{str, b.String(), start})
			return nil
		case c != '\\' || l.pos+1 >= len(l.src):
			b.WriteByte(c)
			l.pos++
		default:
			l.escape(&b)
		}
	}
	return &syntaxError{start, "a string without an end"}
}

var plainEscapes = map[byte]string{'\\': "\\", '\'': "'", '"': "\"", 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '\n': ""}

func (l *lexer) escape(b *strings.Builder) {
	c := l.src[l.pos+1]
	if s, ok := plainEscapes[c]; ok {
		b.WriteString(s)
		l.pos += 2
		return
	}
	if n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]; n > 0 && l.pos+2+n <= len(l.src) {
		if v, err := strconv.ParseUint(l.src[l.pos+2:l.pos+2+n], 16, 32); err == nil {
			b.WriteRune(rune(v))
			l.pos += 2 + n
			return
		}
	}
	if c == 'N' {
		if i := strings.IndexByte(l.src[l.pos:], '}'); i > 0 && l.src[l.pos+2] == '{' {
			r := '\uFFFD'
			if known, ok := runeNames[strings.ToUpper(l.src[l.pos+3:l.pos+i])]; ok {
				r = known
			}
			b.WriteRune(r)
			l.pos += i + 1
			return
		}
	}
	if c >= '0' && c <= '7' {
		v, i := 0, l.pos+1
		for ; i < len(l.src) && i < l.pos+4 && l.src[i] >= '0' && l.src[i] <= '7'; i++ {
			v = v*8 + int(l.src[i]-'0')
		}
		b.WriteRune(rune(v))
		l.pos = i
		return
	}
	b.WriteByte('\\')
	l.pos++
}

// runeNames are the characters that hide an attribute's name behind \N{…}.
var runeNames = map[string]rune{"LOW LINE": '_', "SPACING UNDERSCORE": '_', "FULL STOP": '.', "UNDERSCORE": '_'}
