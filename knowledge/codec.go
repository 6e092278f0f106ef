package knowledge

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// errDamaged is the cause of every refusal of a generation file.
var errDamaged = errors.New("the bytes are not what was written")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealed appends the checksum of what was written after from.
func sealed(b []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// unseal checks and removes the checksum of a value.
func unseal(b []byte) ([]byte, bool) {
	if len(b) < 4 {
		return nil, false
	}
	body := b[:len(b)-4]
	return body, crc32.Checksum(body, castagnoli) == binary.LittleEndian.Uint32(b[len(body):])
}

// A cursor reads a value. After the first thing that does not fit, bad is set and
// everything reads as zero.
type cursor struct {
	s   string
	bad bool
}

func (c *cursor) fail() { c.s, c.bad = "", true }

func (c *cursor) uint() uint64 {
	var v uint64
	for i := 0; i < len(c.s) && i < binary.MaxVarintLen64; i++ {
		v |= uint64(c.s[i]&0x7f) << (7 * i)
		if c.s[i] < 0x80 {
			c.s = c.s[i+1:]
			return v
		}
	}
	c.fail()
	return 0
}

func (c *cursor) byte() byte {
	if c.s == "" {
		c.fail()
		return 0
	}
	v := c.s[0]
	c.s = c.s[1:]
	return v
}

func (c *cursor) text() string {
	n := c.uint()
	if n > uint64(len(c.s)) {
		c.fail()
		return ""
	}
	t := c.s[:n]
	c.s = c.s[n:]
	return t
}

// count reads how many things of at least size bytes follow.
func (c *cursor) count(size int) int {
	n := c.uint()
	if n*uint64(size) > uint64(len(c.s)) || n > 1<<31 {
		c.fail()
		return 0
	}
	return int(n)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
