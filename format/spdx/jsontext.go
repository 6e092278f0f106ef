package spdx

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wardround/wardround/format"
)

// raw takes a string, number or truth value; the bytes hold until the next call.
// Objects and arrays are refused, null is empty.
func (s *scanner) raw() ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	if c != '"' {
		if c == '{' || c == '[' {
			return nil, s.fault(format.ErrMalformed, "text, found an object or array")
		}
		out, err := s.literal()
		if string(out) == "null" {
			return nil, err
		}
		return out, err
	}
	s.pos++
	for i := s.pos; i < s.end; i++ { // the common case: whole and plain in the window
		switch c := s.buf[i]; {
		case c == '"':
			out := s.buf[s.pos:i]
			if len(out) > s.lim.Text {
				return nil, s.fault(format.ErrLimit, "length of a text")
			}
			if !utf8.Valid(out) {
				return s.mended(out, i)
			}
			s.pos = i + 1
			return out, nil
		case c == '\\' || c < ' ':
			return s.escaped()
		}
	}
	return s.escaped()
}

func (s *scanner) mended(bad []byte, at int) ([]byte, error) {
	s.scratch = appendValid(s.scratch[:0], bad)
	s.pos = at + 1
	return s.scratch, nil
}

func appendValid(out, in []byte) []byte {
	for len(in) > 0 {
		r, n := utf8.DecodeRune(in)
		out = utf8.AppendRune(out, r)
		in = in[n:]
	}
	return out
}

// escaped takes the rest of a string that has escapes or crosses the window.
func (s *scanner) escaped() ([]byte, error) {
	out := s.scratch[:0]
	for {
		for s.pos < s.end {
			c := s.buf[s.pos]
			s.pos++
			switch {
			case c == '"':
				if !utf8.Valid(out) {
					out = appendValid(nil, out)
				}
				s.scratch = out
				return out, nil
			case c == '\\':
				var err error
				if out, err = s.escape(out); err != nil {
					return nil, err
				}
			case c < ' ':
				return nil, s.fault(format.ErrMalformed, "control character in a text")
			default:
				out = append(out, c)
			}
			if len(out) > s.lim.Text {
				return nil, s.fault(format.ErrLimit, "length of a text")
			}
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

func (s *scanner) take() (byte, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	c := s.buf[s.pos]
	s.pos++
	return c, nil
}

func (s *scanner) escape(out []byte) ([]byte, error) {
	c, err := s.take()
	if err != nil {
		return nil, err
	}
	switch c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'b':
		return append(out, '\b'), nil
	case 'f':
		return append(out, '\f'), nil
	case 'n':
		return append(out, '\n'), nil
	case 'r':
		return append(out, '\r'), nil
	case 't':
		return append(out, '\t'), nil
	case 'u':
		r, err := s.hex4()
		if err != nil {
			return nil, err
		}
		for utf16.IsSurrogate(r) {
			if r, out, err = s.surrogate(r, out); err != nil {
				return nil, err
			}
			if r < 0 {
				return out, nil
			}
		}
		return utf8.AppendRune(out, r), nil
	}
	return nil, s.fault(format.ErrMalformed, "escape in a text")
}

// surrogate completes a pair. A half that stands alone becomes U+FFFD, and the
// rune after it, if it was taken already, is returned to be judged in turn; -1
// means there is none.
func (s *scanner) surrogate(high rune, out []byte) (rune, []byte, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			return 0, nil, err
		}
	}
	if s.buf[s.pos] != '\\' {
		return -1, utf8.AppendRune(out, utf8.RuneError), nil
	}
	s.pos++
	c, err := s.take()
	if err != nil {
		return 0, nil, err
	}
	if c != 'u' {
		s.pos-- // the letter was taken last, so it stands in the window
		out, err = s.escape(utf8.AppendRune(out, utf8.RuneError))
		return -1, out, err
	}
	low, err := s.hex4()
	if err != nil {
		return 0, nil, err
	}
	if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
		return -1, utf8.AppendRune(out, r), nil
	}
	return low, utf8.AppendRune(out, utf8.RuneError), nil
}

func (s *scanner) hex4() (rune, error) {
	var r rune
	for range 4 {
		c, err := s.take()
		if err != nil {
			return 0, err
		}
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, s.fault(format.ErrMalformed, "escape in a text")
		}
	}
	return r, nil
}

func (s *scanner) text() (string, error) {
	b, err := s.raw()
	return string(b), err
}

// shared is text for values that repeat: names of fields, licences, suppliers.
func (s *scanner) shared() (string, error) {
	b, err := s.raw()
	if err != nil {
		return "", err
	}
	if t, ok := s.shares[string(b)]; ok {
		return t, nil
	}
	t := string(b)
	if len(t) <= sharedLen && len(s.shares) < sharedMax {
		s.shares[t] = t
	}
	return t, nil
}

// brief is text for remarks, of which only short ones mean anything: one of more
// than n bytes is passed over and empty.
func (s *scanner) brief(n int) (string, error) {
	if c, err := s.peek(); err != nil || c != '"' {
		if err == nil {
			err = s.skip()
		}
		return "", err
	}
	s.pos++
	out := make([]byte, 0, 64)
	for {
		c, err := s.take()
		switch {
		case err != nil:
			return "", err
		case c == '"' && len(out) > n:
			return "", nil
		case c == '"':
			return string(appendValid(nil, out)), nil
		case c == '\\':
			var b []byte
			if b, err = s.escape(nil); err != nil {
				return "", err
			}
			if len(out) <= n {
				out = append(out, b...)
			}
		case c < ' ':
			return "", s.fault(format.ErrMalformed, "control character in a text")
		case len(out) <= n:
			out = append(out, c)
		}
	}
}
