package spdx

import (
	"errors"
	"io"
	"strconv"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
)

const (
	window    = 64 << 10 // of the input held at once, in bytes
	sharedMax = 1 << 16  // texts kept to be shared, so that hostile ones do not pile up
	sharedLen = 256      // of such a text, in bytes
)

// scanner pulls JSON (RFC 8259) out of a stream. It holds one window of the input
// and the text being read, nothing else; what is skipped is never stored.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0] in the input
	lim      sbom.Limits
	depth    int
	scratch  []byte
	shares   map[string]string
	done     bool // the input has ended
}

func newScanner(r io.Reader, lim sbom.Limits) *scanner {
	return &scanner{r: r, buf: make([]byte, window), lim: lim, shares: map[string]string{}}
}

func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

func (s *scanner) fault(cause error, what string) error {
	return &format.Error{Format: "spdx", Offset: s.offset(), Field: what, Err: cause}
}

// fill reads more input; it is called when the window is used up.
func (s *scanner) fill() error {
	if s.done {
		return s.fault(format.ErrTruncated, "JSON")
	}
	s.base += int64(s.end)
	s.pos, s.end = 0, 0
	if s.base >= s.lim.Bytes {
		return s.fault(format.ErrLimit, "size of the document")
	}
	for range 100 { // empty reads
		n, err := s.r.Read(s.buf)
		s.end = n
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			break
		}
	}
	s.done = true
	return s.fault(format.ErrTruncated, "JSON")
}

// peek returns the next byte that is not white space, without taking it.
func (s *scanner) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r':
				s.pos++
			default:
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

func (s *scanner) expect(want byte, what string) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != want {
		return s.fault(format.ErrMalformed, what)
	}
	s.pos++
	return nil
}

func (s *scanner) down() error {
	if s.depth++; s.depth > s.lim.Depth {
		return s.fault(format.ErrLimit, "nesting")
	}
	return nil
}

// object calls member with each name; member takes the value, whole.
func (s *scanner) object(member func(name string) error) error {
	if err := s.expect('{', "object"); err != nil {
		return err
	}
	if err := s.down(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	for n := 0; ; n++ {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == '}' {
			s.pos++
			return nil
		}
		if n > 0 {
			if err := s.expect(',', "comma in object"); err != nil {
				return err
			}
		}
		name, err := s.shared()
		if err != nil {
			return err
		}
		if err := s.expect(':', "colon in object"); err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
}

// array calls item before each element; item takes it, whole.
func (s *scanner) array(item func() error) error {
	if err := s.expect('[', "array"); err != nil {
		return err
	}
	if err := s.down(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	for n := 0; ; n++ {
		c, err := s.peek()
		if err != nil {
			return err
		}
		if c == ']' {
			s.pos++
			return nil
		}
		if n > 0 {
			if err := s.expect(',', "comma in array"); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// each takes an array of values, or one value where a writer left the array out.
func (s *scanner) each(item func() error) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == '[' {
		return s.array(item)
	}
	if c == 'n' {
		return s.skip()
	}
	return item()
}

// skip passes over one value without keeping it.
func (s *scanner) skip() error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return s.object(func(string) error { return s.skip() })
	case '[':
		return s.array(s.skip)
	case '"':
		return s.pass()
	}
	_, err = s.literal()
	return err
}

// pass skips a string of any length.
func (s *scanner) pass() error {
	s.pos++
	for {
		for s.pos < s.end {
			switch s.buf[s.pos] {
			case '"':
				s.pos++
				return nil
			case '\\':
				s.pos++
				if s.pos == s.end {
					if err := s.fill(); err != nil {
						return err
					}
				}
			}
			s.pos++
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// literal takes a number, true, false or null as it is written.
func (s *scanner) literal() ([]byte, error) {
	out := s.scratch[:0]
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; {
			case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c == '-', c == '+', c == '.', c == 'E':
				if len(out) > 64 {
					return nil, s.fault(format.ErrMalformed, "number")
				}
				out = append(out, c)
				s.pos++
			default:
				return s.judge(out)
			}
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

func (s *scanner) judge(out []byte) ([]byte, error) {
	s.scratch = out
	switch string(out) {
	case "true", "false", "null":
		return out, nil
	}
	if _, err := strconv.ParseFloat(string(out), 64); err != nil && !errors.Is(err, strconv.ErrRange) {
		return nil, s.fault(format.ErrMalformed, "value")
	}
	return out, nil
}
