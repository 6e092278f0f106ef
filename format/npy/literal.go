package npy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The values of a literal: string, int64, float64, bool, nil, list (also tuples),
// dict.
type (
	list []any
	dict []pair
	pair struct{ key, value any }
)

const maxDepth = 32

var errLiteral = errors.New("no literal")

// parse reads a literal of Python, as much of the language as headers use, with the
// long integers of Python 2 (3L).
func parse(s string) (any, error) {
	p := &parser{s: s}
	v, err := p.value(0)
	if err != nil {
		return nil, fmt.Errorf("%w at %d", err, p.at)
	}
	if p.space(); p.at < len(p.s) {
		return nil, fmt.Errorf("%w: something follows at %d", errLiteral, p.at)
	}
	return v, nil
}

type parser struct {
	s  string
	at int
}

func (p *parser) space() {
	for p.at < len(p.s) && strings.IndexByte(" \t\r\n\f", p.s[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) peek() byte {
	if p.space(); p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	switch c := p.peek(); {
	case c == '(' || c == '[':
		return p.list(c, depth)
	case c == '{':
		return p.dict(depth)
	case c == '\'' || c == '"':
		return p.text()
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		return p.number()
	}
	start := p.at
	for p.at < len(p.s) && isLetter(p.s[p.at]) {
		p.at++
	}
	switch word := p.s[start:p.at]; word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	case "u", "b":
		if c := p.peek(); c == '\'' || c == '"' {
			return p.text()
		}
	}
	p.at = start
	return nil, errLiteral
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func (p *parser) list(open byte, depth int) (any, error) {
	end := byte(')')
	if open == '[' {
		end = ']'
	}
	p.at++
	out := list{}
	comma := false
	for p.peek() != end {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if comma = p.peek() == ','; comma {
			p.at++
		} else if p.peek() != end {
			return nil, errLiteral
		}
	}
	p.at++
	if open == '(' && len(out) == 1 && !comma { // (x) is x
		return out[0], nil
	}
	return out, nil
}

func (p *parser) dict(depth int) (any, error) {
	p.at++
	out := dict{}
	for p.peek() != '}' {
		k, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek() != ':' {
			return nil, errLiteral
		}
		p.at++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, pair{k, v})
		if p.peek() == ',' {
			p.at++
		} else if p.peek() != '}' {
			return nil, errLiteral
		}
	}
	p.at++
	return out, nil
}

// text reads a string. Escapes are understood where they are plain.
func (p *parser) text() (any, error) {
	quote := p.s[p.at]
	var b strings.Builder
	for p.at++; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; c {
		case quote:
			p.at++
			return b.String(), nil
		case '\n':
			return nil, errLiteral
		case '\\':
			if p.at++; p.at >= len(p.s) {
				return nil, errLiteral
			}
			if err := p.escape(&b); err != nil {
				return nil, err
			}
		default:
			b.WriteByte(c)
		}
	}
	return nil, errLiteral
}

func (p *parser) escape(b *strings.Builder) error {
	switch c := p.s[p.at]; c {
	case '\\', '\'', '"':
		b.WriteByte(c)
		return nil
	case 'n':
		b.WriteByte('\n')
		return nil
	case 't':
		b.WriteByte('\t')
		return nil
	case 'x', 'u', 'U':
		n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		if p.at+n >= len(p.s) {
			return errLiteral
		}
		v, err := strconv.ParseUint(p.s[p.at+1:p.at+1+n], 16, 32)
		if err != nil {
			return errLiteral
		}
		b.WriteRune(rune(v))
		p.at += n
		return nil
	}
	return errLiteral // octal, named: no header has them
}

func (p *parser) number() (any, error) {
	start := p.at
	for p.at < len(p.s) && (isLetter(p.s[p.at]) || p.s[p.at] >= '0' && p.s[p.at] <= '9' || p.s[p.at] == '.' ||
		(p.s[p.at] == '-' || p.s[p.at] == '+') && (p.at == start || p.s[p.at-1]|0x20 == 'e')) {
		p.at++
	}
	word := p.s[start:p.at]
	if n, err := strconv.ParseInt(strings.TrimSuffix(word, "L"), 0, 64); err == nil {
		return n, nil
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil {
		return f, nil
	}
	return nil, errLiteral
}

// render writes a value for a person.
func render(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + v + "'"
	case list:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = render(e)
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return fmt.Sprint(v)
}
