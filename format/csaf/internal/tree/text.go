package tree

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads a number after RFC 8259 §6.
func (p *parser) number() string {
	start := p.i
	digits := func() bool {
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		return p.i > from
	}
	p.take('-')
	if !p.take('0') && !digits() {
		p.fail("a number without digits")
	}
	if p.take('.') && !digits() {
		p.fail("a number without digits after its point")
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !digits() {
			p.fail("a number without digits in its exponent")
		}
	}
	return p.s[start:p.i]
}

// text reads a string; the position is at its opening quote.
func (p *parser) text() string {
	p.i++
	start := p.i
	ascii := true
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			out := p.s[start:p.i]
			if !ascii && !utf8.ValidString(out) {
				p.fail("a string that is not UTF-8")
			}
			p.i++
			return out
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			p.fail("a control character in a string")
			return ""
		case c >= 0x80:
			ascii = false
		}
		p.i++
	}
	p.fail("a string without an end")
	return ""
}

// escaped goes on at the first backslash of a string that began at start.
func (p *parser) escaped(start int) string {
	b := append(make([]byte, 0, p.i-start+32), p.s[start:p.i]...)
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			if !utf8.Valid(b) {
				p.fail("a string that is not UTF-8")
			}
			p.i++
			return string(b)
		case c < 0x20:
			p.fail("a control character in a string")
			return ""
		case c != '\\':
			b = append(b, c)
			p.i++
			continue
		}
		if p.i+1 >= len(p.s) {
			break
		}
		p.i += 2
		switch e := p.s[p.i-1]; e {
		case '"', '\\', '/':
			b = append(b, e)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			b = utf8.AppendRune(b, p.unicode())
		default:
			p.fail("\\%c is no escape", e)
			return ""
		}
		if p.err != nil {
			return ""
		}
	}
	p.fail("a string without an end")
	return ""
}

// unicode reads the four digits of \u, and the second half of a surrogate pair.
// Half a pair is U+FFFD, as encoding/json has it.
func (p *parser) unicode() rune {
	r := p.hex4()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if strings.HasPrefix(p.s[min(p.i, len(p.s)):], `\u`) {
		at := p.i
		p.i += 2
		if both := utf16.DecodeRune(r, p.hex4()); both != utf8.RuneError {
			return both
		}
		p.i = at
	}
	return utf8.RuneError
}

func (p *parser) hex4() rune {
	if p.i+4 > len(p.s) {
		p.fail("\\u needs four digits")
		return utf8.RuneError
	}
	var r rune
	for _, c := range []byte(p.s[p.i : p.i+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			p.fail("\\u needs four digits")
			return utf8.RuneError
		}
		r = r<<4 | rune(c)
	}
	p.i += 4
	return r
}
