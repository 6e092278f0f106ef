package jsonstream

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wardround/wardround/format"
)

// plain are the bytes of a string that mean themselves, and are ASCII.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// quoted reads a string, of which the opening quote is next. What it returns
// holds until the next call.
func (d *Reader) quoted() ([]byte, bool) {
	d.pos++
	d.text = d.text[:0]
	high := false
	from := d.pos
	for {
		i := d.pos
		for i < d.end && plain[d.buf[i]] {
			i++
		}
		if len(d.text)+i-from > d.lim.Text {
			d.pos = i
			d.fail(format.ErrLimit, "a string of more than %d bytes", d.lim.Text)
			return nil, false
		}
		d.pos = i
		if i == d.end { // the buffer is used up
			d.text = append(d.text, d.buf[from:i]...)
			if !d.fill() {
				d.unexpected("the end of a string")
				return nil, false
			}
			from = d.pos
			continue
		}
		switch c := d.buf[i]; {
		case c == '"':
			b := d.buf[from:i]
			d.pos++
			if len(d.text) > 0 {
				d.text = append(d.text, b...)
				b = d.text
			}
			if high && !utf8.Valid(b) {
				d.note(BadText, "bytes that are not UTF-8 were replaced")
				b = bytes.ToValidUTF8(b, []byte("\uFFFD"))
			}
			return b, true
		case c == '\\':
			d.text = append(d.text, d.buf[from:i]...)
			if !d.escape() {
				return nil, false
			}
			from = d.pos
		case c < 0x20:
			d.fail(format.ErrMalformed, "a control character (%#x) inside a string", c)
			return nil, false
		default:
			high = true
			d.pos++
		}
	}
}

// need has n bytes in the buffer, from pos on.
func (d *Reader) need(n int) bool {
	for d.end-d.pos < n {
		if !d.fill() {
			d.pos = d.end
			d.unexpected("the end of an escape")
			return false
		}
	}
	return true
}

// escape reads one escape sequence into text.
func (d *Reader) escape() bool {
	if !d.need(2) {
		return false
	}
	c := d.buf[d.pos+1]
	if c != 'u' {
		i := bytes.IndexByte([]byte(`"\/bfnrt`), c)
		if i < 0 {
			d.fail(format.ErrMalformed, "an escape that JSON does not have: \\%c", c)
			return false
		}
		d.text = append(d.text, "\"\\/\b\f\n\r\t"[i])
		d.pos += 2
		return true
	}
	r, ok := d.hex()
	if !ok {
		return false
	}
	d.pos += 6
	if utf16.IsSurrogate(r) {
		// A pair is two escapes (§7); the second is left alone if it is no half of it.
		pair := utf8.RuneError
		if r < 0xdc00 && d.need(1) && d.buf[d.pos] == '\\' && d.need(2) && d.buf[d.pos+1] == 'u' {
			low, ok := d.hex()
			if !ok {
				return false
			}
			if pair = utf16.DecodeRune(r, low); pair != utf8.RuneError {
				d.pos += 6
			}
		}
		if pair == utf8.RuneError {
			if d.err != nil {
				return false
			}
			d.note(BadText, "half of a surrogate pair was replaced")
		}
		r = pair
	}
	d.text = utf8.AppendRune(d.text, r)
	return true
}

// hex looks at \uXXXX, which comes next, without passing over it.
func (d *Reader) hex() (rune, bool) {
	if !d.need(6) {
		return 0, false
	}
	var r rune
	for _, c := range d.buf[d.pos+2 : d.pos+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			d.fail(format.ErrMalformed, "four hexadecimal digits should follow \\u")
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number by the grammar of RFC 8259 §6.
func (d *Reader) number() []byte {
	d.text = d.text[:0]
	next := func() byte {
		if d.pos >= d.end && !d.fill() {
			return 0
		}
		return d.buf[d.pos]
	}
	take := func() {
		d.text = append(d.text, d.buf[d.pos])
		d.pos++
	}
	digits := func() bool {
		n := 0
		for c := next(); '0' <= c && c <= '9'; c = next() {
			if len(d.text) >= d.lim.Text {
				d.fail(format.ErrLimit, "a number of more than %d digits", d.lim.Text)
				return false
			}
			take()
			n++
		}
		if n == 0 {
			d.unexpected("a digit")
		}
		return n > 0
	}
	if next() == '-' {
		take()
	}
	if next() == '0' {
		take()
	} else if !digits() {
		return nil
	}
	if next() == '.' {
		take()
		if !digits() {
			return nil
		}
	}
	if c := next(); c == 'e' || c == 'E' {
		take()
		if c := next(); c == '+' || c == '-' {
			take()
		}
		if !digits() {
			return nil
		}
	}
	if d.err != nil {
		return nil
	}
	return d.text
}

// literal passes over true, false or null.
func (d *Reader) literal(word string) bool {
	for i := range len(word) {
		if d.pos >= d.end && !d.fill() || d.buf[d.pos] != word[i] {
			d.unexpected(word)
			return false
		}
		d.pos++
	}
	return true
}
