package mqtt

import (
	"encoding/binary"
	"fmt"

	"github.com/wardround/wardround/format"
)

const (
	name = "mqtt"
	// maxRemaining is the largest remaining length (MQTT5 §2.1.4), in bytes.
	maxRemaining = 1<<28 - 1
	maxString    = 1<<16 - 1
)

// cursor reads a packet's fields one after another. After the first failure it
// returns zero values, and field names what failed.
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

func (c *cursor) u8(field string) byte {
	if c.left() < 1 {
		c.fail(field)
		return 0
	}
	c.off++
	return c.b[c.off-1]
}

func (c *cursor) u16(field string) uint16 {
	if c.left() < 2 {
		c.fail(field)
		return 0
	}
	c.off += 2
	return binary.BigEndian.Uint16(c.b[c.off-2:])
}

func (c *cursor) u32(field string) uint32 {
	if c.left() < 4 {
		c.fail(field)
		return 0
	}
	c.off += 4
	return binary.BigEndian.Uint32(c.b[c.off-4:])
}

func (c *cursor) take(n int, field string) []byte {
	if n > c.left() {
		c.fail(field)
		return nil
	}
	c.off += n
	return c.b[c.off-n : c.off : c.off]
}

// rest returns everything that is left.
func (c *cursor) rest() []byte { return c.take(c.left(), "") }

// str reads a string or binary value with its length before it (MQTT5 §1.5.4, §1.5.6).
// UTF-8 is not verified: peers differ, and the raw bytes are what was sent.
func (c *cursor) str(field string) []byte {
	return c.take(int(c.u16(field)), field)
}

// varint reads a variable byte integer (MQTT5 §1.5.5).
func (c *cursor) varint(field string) uint32 {
	v, n := varint(c.b[c.off:])
	if n <= 0 {
		c.fail(field)
		return 0
	}
	c.off += n
	return v
}

// properties reads a property block and checks that it can be walked.
func (c *cursor) properties() Properties {
	p := Properties(c.take(int(c.varint("property length")), "properties"))
	if c.ok() && !p.valid() {
		c.fail("properties")
	}
	return p
}

// varint returns the variable byte integer at the start of b and its length;
// 0 when b ends too early, -1 when it has no end within four bytes.
func varint(b []byte) (v uint32, n int) {
	for i := range min(len(b), 4) {
		v |= uint32(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	if len(b) < 4 {
		return 0, 0
	}
	return 0, -1
}

func appendVarint(dst []byte, v uint32) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

func appendString(dst []byte, t Type, field string, s []byte) ([]byte, error) {
	if len(s) > maxString {
		return dst, overlong(t, field, len(s), maxString)
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...), nil
}

// appendProperties appends a property block with its length in version 5, and
// nothing in older ones.
func appendProperties(dst []byte, v Version, p Properties) []byte {
	if v != Version5 {
		return dst
	}
	dst = appendVarint(dst, uint32(len(p)))
	return append(dst, p...)
}

func malformed(t Type, off int64, field, source string) *format.Error {
	if t != 0 {
		field = t.String() + " " + field
	}
	return &format.Error{Format: name, Offset: off, Field: field, Source: source, Err: format.ErrMalformed}
}

func overlong(t Type, field string, n, limit int) *format.Error {
	return &format.Error{Format: name, Offset: -1, Field: t.String() + " " + field,
		Err: fmt.Errorf("%d bytes, at most %d: %w", n, limit, format.ErrLimit)}
}

func unwritable(t Type, what string) *format.Error {
	return malformed(t, -1, what+" cannot be written", "")
}
