package archive

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// maxSevenHeader is the longest header that is read, in bytes, packed or not.
const maxSevenHeader = 16 << 20

var (
	errSevenHeader    = errors.New("the header is damaged")
	errSevenEncrypted = errors.New("the archive is encrypted")
)

// checkSeven reads the header of an archive, unpacks it if it is packed, and checks
// that every count in it fits into its bytes and every coder into [MaxWindow].
// Source: 7zFormat.txt of the 7-zip sources.
func checkSeven(r io.ReaderAt, size int64, start []byte) error {
	if crc32.ChecksumIEEE(start[12:32]) != le.Uint32(start[8:]) {
		return fmt.Errorf("%w: its checksum is wrong", errSevenHeader)
	}
	off, n := le.Uint64(start[12:]), le.Uint64(start[20:])
	if n > maxSevenHeader || off > uint64(size) || 32+off+n > uint64(size) {
		return fmt.Errorf("%w: it is said to be %d bytes at %d", errSevenHeader, n, off)
	}
	if n == 0 {
		return nil
	}
	h := make([]byte, n)
	if !full(r, h, 32+int64(off)) || crc32.ChecksumIEEE(h) != le.Uint32(start[28:]) {
		return fmt.Errorf("%w: its checksum is wrong", errSevenHeader)
	}
	c := &sevenCursor{b: h}
	switch c.byte() {
	case 0x01:
	case 0x17: // packed header
		s := c.streams()
		if c.bad || len(s.coders) != 1 || len(s.packed) != 1 {
			return c.errOr(fmt.Errorf("%w: it is packed in an unusual way", errSevenHeader))
		}
		plain, err := s.unpack(r, size)
		if err != nil {
			return err
		}
		c = &sevenCursor{b: plain}
		if c.byte() != 0x01 {
			return errSevenHeader
		}
	default:
		return errSevenHeader
	}
	c.header()
	return c.errOr(nil)
}

// sevenCursor reads a header's bytes. The first fault sets bad, and everything
// after it is zero.
type sevenCursor struct {
	b      []byte
	bad    bool
	reason error
}

func (c *sevenCursor) errOr(other error) error {
	if c.reason != nil {
		return c.reason
	}
	if c.bad {
		return errSevenHeader
	}
	return other
}

func (c *sevenCursor) fail(err error) {
	if c.reason == nil {
		c.reason = err
	}
	c.bad, c.b = true, nil
}

func (c *sevenCursor) byte() byte {
	if len(c.b) == 0 {
		c.bad = true
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *sevenCursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.bad, c.b = true, nil
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

// number: the leading ones of the first byte say how many bytes follow.
func (c *sevenCursor) number() uint64 {
	first, mask := c.byte(), byte(0x80)
	var v uint64
	for i := range 8 {
		if first&mask == 0 {
			return v | uint64(first&(mask-1))<<(8*i)
		}
		v |= uint64(c.byte()) << (8 * i)
		mask >>= 1
	}
	return v
}

// count is a number of things that each take at least one byte of the header.
func (c *sevenCursor) count() uint64 {
	n := c.number()
	if n > uint64(len(c.b)) {
		c.bad, c.b = true, nil
		return 0
	}
	return n
}

// digests reads n checksums and returns which of them are there.
func (c *sevenCursor) digests(n uint64) []bool {
	if n > maxMembers {
		c.bad, c.b = true, nil
		return nil
	}
	there := make([]bool, n)
	if all := c.byte(); all != 0 {
		for i := range there {
			there[i] = true
		}
	} else {
		bits := c.take((n + 7) / 8)
		for i := range there {
			there[i] = bits != nil && bits[i/8]&(0x80>>(i%8)) != 0
		}
	}
	for _, t := range there {
		if t {
			c.take(4)
		}
	}
	return there
}

// sevenStreams is what is needed of a header's streams to unpack a packed header.
type sevenStreams struct {
	pos     uint64
	packed  []uint64
	coders  []sevenCoder
	unpacks []uint64
	summed  []bool // folders with a checksum
}

type sevenCoder struct{ id, props []byte }

func (c *sevenCursor) header() {
	id := c.byte()
	if id == 0x02 {
		for !c.bad && c.byte() != 0 {
			c.take(c.number())
		}
		id = c.byte()
	}
	if id == 0x03 {
		c.fail(fmt.Errorf("%w: it has additional streams", errSevenHeader))
	}
	if id == 0x04 {
		c.streams()
		id = c.byte()
	}
	if id == 0x05 {
		if c.count() > maxMembers {
			c.bad = true
		}
		for !c.bad && c.byte() != 0 {
			c.take(c.number())
		}
		id = c.byte()
	}
	if id != 0 {
		c.bad = true
	}
}

func (c *sevenCursor) streams() (s sevenStreams) {
	id := c.byte()
	if id == 0x06 {
		s.pos = c.number()
		n := c.count()
		for id = c.byte(); !c.bad && id != 0; id = c.byte() {
			switch id {
			case 0x09:
				for range n {
					s.packed = append(s.packed, c.number())
				}
			case 0x0A:
				c.digests(n)
			default:
				c.bad = true
			}
		}
		id = c.byte()
	}
	var folders uint64
	if id == 0x07 {
		folders = c.folders(&s)
		id = c.byte()
	}
	if id == 0x08 {
		c.substreams(folders, s.summed)
		id = c.byte()
	}
	if id != 0 {
		c.bad = true
	}
	return s
}

func (c *sevenCursor) folders(s *sevenStreams) uint64 {
	if c.byte() != 0x0B {
		c.bad = true
	}
	folders := c.count()
	if c.byte() != 0 { // external
		c.bad = true
	}
	var outs uint64
	for i := uint64(0); i < folders && !c.bad; i++ {
		outs += c.folder(s)
	}
	if c.byte() != 0x0C {
		c.bad = true
	}
	for i := uint64(0); i < outs && !c.bad; i++ {
		s.unpacks = append(s.unpacks, c.number())
	}
	for id := c.byte(); !c.bad && id != 0; id = c.byte() {
		if id != 0x0A {
			c.bad = true
			break
		}
		s.summed = c.digests(folders)
	}
	return folders
}

// folder reads one chain of coders and returns how many streams come out of it.
func (c *sevenCursor) folder(s *sevenStreams) uint64 {
	n := c.count()
	if n == 0 || n > 32 {
		c.bad = true
	}
	var in, out uint64
	for i := uint64(0); i < n && !c.bad; i++ {
		v := c.byte()
		k := sevenCoder{id: c.take(uint64(v & 0x0F))}
		ni, no := uint64(1), uint64(1)
		if v&0x10 != 0 {
			ni, no = c.number(), c.number()
		}
		if ni > 32 || no > 32 || v&0xC0 != 0 {
			c.bad = true
			return 0
		}
		in, out = in+ni, out+no
		if v&0x20 != 0 {
			k.props = c.take(c.number())
		}
		if err := k.allowed(); err != nil && !c.bad {
			c.fail(err)
		}
		s.coders = append(s.coders, k)
	}
	if out == 0 || in < out-1 {
		c.bad = true
		return 0
	}
	for range 2 * (out - 1) {
		c.number()
	}
	if packed := in - (out - 1); packed != 1 {
		for range packed {
			c.number()
		}
	}
	return out
}

func (c *sevenCursor) substreams(folders uint64, summed []bool) {
	streams, sizes, sums := uint64(0), uint64(0), uint64(0)
	counts := make([]uint64, min(folders, maxMembers))
	for i := range counts {
		counts[i] = 1
	}
	id := c.byte()
	if id == 0x0D {
		for i := range counts {
			if counts[i] = c.number(); counts[i] > maxMembers {
				c.bad = true
				return
			}
		}
		id = c.byte()
	}
	for i, n := range counts {
		streams += n
		if n > 0 {
			sizes += n - 1
		}
		if n != 1 || i >= len(summed) || !summed[i] {
			sums += n
		}
	}
	if streams > maxMembers || streams > uint64(len(c.b))+folders {
		c.bad = true
		return
	}
	for ; !c.bad && id != 0; id = c.byte() {
		switch id {
		case 0x09:
			for range sizes {
				c.number()
			}
		case 0x0A: // of the streams that the folder's own checksum does not cover
			c.digests(sums)
		default:
			c.bad = true
		}
	}
}
