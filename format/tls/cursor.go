package tls

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

const name = "tls"

// cursor reads fields one after another. After the first failure it returns zero
// values, and field names what failed.
type cursor struct {
	b     []byte
	off   int
	field string
	at    int // where the failure was
}

func (c *cursor) ok() bool  { return c.field == "" }
func (c *cursor) left() int { return len(c.b) - c.off }

func (c *cursor) fail(field string) {
	if c.field == "" {
		c.field, c.at = field, c.off
		c.off = len(c.b)
	}
}

func (c *cursor) take(n int, field string) []byte {
	if n > c.left() {
		c.fail(field)
		return nil
	}
	c.off += n
	return c.b[c.off-n : c.off : c.off]
}

func (c *cursor) u8(field string) uint8 {
	if b := c.take(1, field); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16(field string) uint16 {
	if b := c.take(2, field); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u24(field string) int {
	if b := c.take(3, field); b != nil {
		return int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	}
	return 0
}

// vec8, vec16 and vec24 read a vector with its length before it (RFC 8446 §3.4).
func (c *cursor) vec8(field string) []byte  { return c.take(int(c.u8(field)), field) }
func (c *cursor) vec16(field string) []byte { return c.take(int(c.u16(field)), field) }
func (c *cursor) vec24(field string) []byte { return c.take(c.u24(field), field) }

// end fails unless everything was read.
func (c *cursor) end(field string) bool {
	if c.left() > 0 {
		c.fail(field)
	}
	return c.ok()
}

// numbers reads all of b as 16-bit numbers; ok is false for an odd length.
func numbers[T ~uint16](b []byte) (list []T, ok bool) {
	if len(b)%2 != 0 {
		return nil, false
	}
	if len(b) == 0 {
		return nil, true
	}
	list = make([]T, len(b)/2)
	for i := range list {
		list[i] = T(binary.BigEndian.Uint16(b[2*i:]))
	}
	return list, true
}

func appendNumbers[T ~uint16](dst []byte, list []T) []byte {
	for _, v := range list {
		dst = binary.BigEndian.AppendUint16(dst, uint16(v))
	}
	return dst
}

// prefixed appends what fill appends, with its length in size bytes before it.
func prefixed(dst []byte, size int, fill func([]byte) []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, size)...)
	dst = fill(dst)
	n := len(dst) - start - size
	for i := range size {
		dst[start+i] = byte(n >> (8 * (size - 1 - i)))
	}
	return dst
}

func vector(dst []byte, size int, b []byte) []byte {
	return prefixed(dst, size, func(dst []byte) []byte { return append(dst, b...) })
}

func malformed(off int64, field, source string) *format.Error {
	return &format.Error{Format: name, Offset: off, Field: field, Source: source, Err: format.ErrMalformed}
}
