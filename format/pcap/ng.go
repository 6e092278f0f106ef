package pcap

import (
	"encoding/binary"
	"io"
	"math"
	"math/bits"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
)

// Block types, draft-ietf-opsawg-pcapng §4.
const (
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
	blockSection    = 0x0a0d0d0a

	byteOrderMagic = 0x1a2b3c4d
)

// iface is what an interface description block says (§4.2).
type iface struct {
	link   packet.LinkType
	snap   uint32 // 0: no limit
	power  uint8  // if_tsresol: units of 10^-power s, or 2^-power s when binary
	binary bool
	offset int64 // if_tsoffset, seconds
	drops  uint64
}

// section reads a section header block (§4.1), which sets the byte order anew.
func (r *Reader) section() error {
	b, err := r.peek(28)
	if err != nil {
		return err
	}
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(b[8:]):
		r.order, r.little = binary.LittleEndian, true
	case binary.BigEndian.Uint32(b[8:]):
		r.order, r.little = binary.BigEndian, false
	default:
		return r.fail("byte-order magic", format.ErrMalformed)
	}
	if major := r.order.Uint16(b[12:]); major != 1 {
		return r.fail("version", format.ErrMalformed)
	}
	length := r.order.Uint32(b[4:])
	if length < 28 || length%4 != 0 {
		return r.fail("section header length", format.ErrMalformed)
	}
	for _, i := range r.interfaces {
		r.pastDrops += i.drops
	}
	r.interfaces = r.interfaces[:0]
	r.stats.Sections++
	return r.skipBlock(length)
}

// skipBlock consumes a block, however large, and checks its closing length.
func (r *Reader) skipBlock(length uint32) error {
	if int64(length) <= int64(len(r.buf)) {
		b, err := r.peek(int(length)) // whole, so that a tail is reported where the block begins
		if err != nil {
			return err
		}
		if r.order.Uint32(b[length-4:]) != length {
			return r.fail("closing block length", format.ErrMalformed)
		}
		r.lo += int(length)
		return nil
	}
	if err := r.discard(int64(length) - 4); err != nil { // may be 4 GB
		return err
	}
	b, err := r.peek(4)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	if r.order.Uint32(b) != length {
		return r.fail("closing block length", format.ErrMalformed)
	}
	r.lo += 4
	return nil
}

// nextBlock reads blocks until one holds a packet.
func (r *Reader) nextBlock() error {
	for {
		r.start = r.Offset()
		h, err := r.peek(8)
		if err != nil {
			return err
		}
		kind, length := r.uint32(h), r.uint32(h[4:])
		if kind == blockSection {
			if err := r.section(); err != nil {
				return err
			}
			continue
		}
		if length < 12 || length%4 != 0 {
			return r.fail("block length", format.ErrMalformed)
		}
		switch kind {
		case blockEnhanced, blockSimple, blockPacket, blockInterface, blockStatistics:
		default:
			r.stats.Skipped++
			if err := r.skipBlock(length); err != nil {
				return err
			}
			continue
		}
		// A packet block may have options, for which half the limit again is plenty.
		if uint64(length) > uint64(r.limits.Record)+uint64(r.limits.Record)/2+64 {
			return r.fail("block length", format.ErrLimit)
		}
		b, err := r.peek(int(length))
		if err != nil {
			return err
		}
		if r.uint32(b[length-4:]) != length {
			return r.fail("closing block length", format.ErrMalformed)
		}
		got, err := r.block(kind, b[8:length-4])
		if err != nil {
			return err
		}
		r.lo += int(length)
		if got {
			return nil
		}
	}
}

// block reads the body b of one block and reports whether it was a packet.
func (r *Reader) block(kind uint32, b []byte) (bool, error) {
	switch kind {
	case blockEnhanced: // §4.3
		if len(b) < 20 {
			return false, r.fail("enhanced packet block", format.ErrMalformed)
		}
		at := uint64(r.uint32(b[4:]))<<32 | uint64(r.uint32(b[8:]))
		return true, r.packet(r.uint32(b), at, r.uint32(b[12:]), r.uint32(b[16:]), b[20:])
	case blockPacket: // appendix A
		if len(b) < 20 {
			return false, r.fail("packet block", format.ErrMalformed)
		}
		at := uint64(r.uint32(b[4:]))<<32 | uint64(r.uint32(b[8:]))
		return true, r.packet(uint32(r.order.Uint16(b)), at, r.uint32(b[12:]), r.uint32(b[16:]), b[20:])
	case blockSimple: // §4.4: no time; the packet before it is the nearest known
		if len(b) < 4 || len(r.interfaces) == 0 {
			return false, r.fail("simple packet block", format.ErrMalformed)
		}
		length := r.uint32(b)
		captured := length
		if snap := r.interfaces[0].snap; snap != 0 {
			captured = min(captured, snap)
		}
		at := r.pkt.At
		err := r.packet(0, 0, captured, length, b[4:])
		r.pkt.At = at
		return true, err
	case blockInterface:
		return false, r.describe(b)
	case blockStatistics: // §4.6
		if len(b) < 12 || uint64(r.uint32(b)) >= uint64(len(r.interfaces)) {
			return false, r.fail("interface statistics", format.ErrMalformed)
		}
		i := &r.interfaces[r.uint32(b)]
		i.drops = 0
		r.options(b[12:], func(code uint16, v []byte) {
			if (code == 5 || code == 7) && len(v) == 8 { // isb_ifdrop, isb_osdrop
				i.drops += r.order.Uint64(v)
			}
		})
	}
	return false, nil
}

func (r *Reader) packet(id uint32, at uint64, captured, length uint32, b []byte) error {
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.fail("interface id", format.ErrMalformed)
	}
	if uint64(captured) > uint64(len(b)) {
		return r.fail("captured length", format.ErrMalformed)
	}
	if uint64(captured) > uint64(r.limits.Record) {
		return r.fail("captured length", format.ErrLimit)
	}
	i := &r.interfaces[id]
	r.pkt = Packet{
		At:        i.nanoseconds(at),
		Data:      b[:captured:captured],
		Length:    max(int(length), int(captured)),
		Link:      i.link,
		Interface: int(id),
	}
	return nil
}

// describe reads an interface description block.
func (r *Reader) describe(b []byte) error {
	if len(b) < 8 {
		return r.fail("interface description", format.ErrMalformed)
	}
	if len(r.interfaces) == r.limits.Interfaces {
		return r.fail("interfaces", format.ErrLimit)
	}
	i := iface{link: packet.LinkType(r.order.Uint16(b)), snap: r.uint32(b[4:]), power: 6}
	r.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == 9 && len(v) == 1: // if_tsresol
			i.power, i.binary = v[0]&0x7f, v[0]&0x80 != 0
		case code == 14 && len(v) == 8: // if_tsoffset
			i.offset = int64(r.order.Uint64(v))
		}
	})
	r.interfaces = append(r.interfaces, i)
	r.stats.Interfaces++
	return nil
}

// options calls fn for each option (§3.5); a list that does not fit ends where it breaks.
func (r *Reader) options(b []byte, fn func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		b = b[4:]
		if code == 0 || n > len(b) {
			return
		}
		fn(code, b[:n])
		b = b[min(len(b), (n+3)&^3):]
	}
}

func (r *Reader) uint32(b []byte) uint32 {
	if r.little {
		return binary.LittleEndian.Uint32(b)
	}
	return binary.BigEndian.Uint32(b)
}

// nanoseconds converts a time stamp; times beyond the year 2262 saturate.
func (i *iface) nanoseconds(at uint64) int64 {
	ns := uint64(0)
	switch {
	case i.binary && i.power < 64:
		hi, lo := bits.Mul64(at, 1e9)
		if hi>>i.power != 0 {
			return math.MaxInt64
		}
		ns = hi<<(64-i.power) | lo>>i.power
	case i.binary:
		hi, _ := bits.Mul64(at, 1e9)
		ns = hi >> (i.power - 64)
	case i.power <= 9:
		hi, lo := bits.Mul64(at, powers[9-i.power])
		if hi != 0 {
			return math.MaxInt64
		}
		ns = lo
	case i.power-9 < uint8(len(powers)):
		ns = at / powers[i.power-9]
	}
	if ns > math.MaxInt64 {
		return math.MaxInt64
	}
	const far = math.MaxInt64 / 1_000_000_000 // seconds
	offset := max(-far, min(i.offset, far)) * 1e9
	if sum := int64(ns) + offset; offset < 0 || sum >= 0 {
		return sum
	}
	return math.MaxInt64
}

var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return
}()
