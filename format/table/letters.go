package table

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// wide reads on as UTF-8 what is written in UTF-16: with a byte order mark, or where every
// other one of the first bytes is zero, as in Latin letters. It reports whether it is.
func (c *csvFile) wide() (bool, error) {
	b := c.rest
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return false, fmt.Errorf("%s: the file is UTF-32; save it as UTF-8", c.name)
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
	case len(b) < 8 || len(b)%2 == 1 && c.ended:
		return false, nil
	case everyOther(b[:8], 1):
	case everyOther(b[:8], 0):
		order = unicode.BigEndian
	default:
		return false, nil
	}
	all := io.MultiReader(bytes.NewReader(b), c.r)
	c.r, c.rest, c.ended = unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(all), nil, false
	return true, c.fill(chunkBytes)
}

// everyOther reports whether the bytes from the given one on are zero in turns with others.
func everyOther(b []byte, from int) bool {
	for i, x := range b {
		if (x == 0) != (i%2 == from) {
			return false
		}
	}
	return true
}

// letters looks at the first bytes for what is no text, the byte order mark, line ends
// and the character set.
func (c *csvFile) letters(note func(string, ...any)) error {
	b := c.rest
	switch {
	case bytes.HasPrefix(b, []byte{0x1f, 0x8b}), bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}),
		bytes.HasPrefix(b, []byte("BZh")), bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")), bytes.HasPrefix(b, []byte{0x04, 0x22, 0x4d, 0x18}):
		return fmt.Errorf("%s: the file is packed; unpack it first", c.name)
	case bytes.IndexByte(b[:min(len(b), 64<<10)], 0) >= 0:
		return fmt.Errorf("%s: byte %d is zero: this is neither CSV nor Parquet", c.name, bytes.IndexByte(b, 0))
	}
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		c.rest = b[3:]
		note("the file begins with a byte order mark, which is no part of the first name")
	}
	if m := c.rest; len(m) > 5 && bytes.HasPrefix(m, []byte("sep=")) && m[4] != '"' && (m[5] == '\r' || m[5] == '\n') {
		if c.delimiter == 0 {
			c.delimiter = m[4]
		}
		note("the first line, %q, says how fields are parted, as Excel writes it", m[:5])
		c.rest, c.line = bytes.TrimPrefix(bytes.TrimPrefix(m[5:], []byte("\r")), []byte("\n")), 2
	}
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0 {
		c.eol = '\r'
		note("lines end with a carriage return alone")
	}
	if i := firstInvalid(whole(b)); i >= 0 {
		note("texts that are no UTF-8 are read as Windows-1252 (ISO 8859-1): byte %d is the first", i)
	}
	return nil
}

// whole leaves out a last letter of which only a part was read.
func whole(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if at := len(b) - n; utf8.RuneStart(b[at]) {
			if !utf8.FullRune(b[at:]) {
				return b[:at]
			}
			break
		}
	}
	return b
}

func firstInvalid(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
