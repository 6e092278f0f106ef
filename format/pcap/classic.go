package pcap

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
)

// Magic numbers, read in the file's own byte order.
const (
	magicMicro     = 0xa1b2c3d4
	magicNano      = 0xa1b23c4d
	magicKuznetzov = 0xa1b2cd34 // Linux 2.1: eight more bytes in every record header
)

func (r *Reader) fileHeader(magic []byte) error {
	r.order, r.header, r.unit = binary.ByteOrder(binary.BigEndian), 16, 1000
	m := binary.BigEndian.Uint32(magic)
	if m&0xffff0000 != 0xa1b20000 {
		m = binary.LittleEndian.Uint32(magic)
		r.order, r.little = binary.LittleEndian, true
	}
	switch m {
	case magicMicro:
	case magicNano:
		r.unit = 1
	case magicKuznetzov:
		r.header = 24
	default:
		return r.fail("magic number: neither pcap nor pcapng", format.ErrMalformed)
	}
	h, err := r.peek(24)
	if err != nil {
		return err
	}
	if r.order.Uint16(h[4:]) != 2 {
		return r.fail("version", format.ErrMalformed)
	}
	// The upper bits tell of a frame check sequence behind every frame; the IP
	// length cuts it off as it does padding.
	r.pkt.Link = packet.LinkType(r.order.Uint32(h[20:]) & 0x0fffffff)
	r.lo += 24
	r.stats.Sections, r.stats.Interfaces = 1, 1
	return nil
}

func (r *Reader) nextRecord() error {
	r.start = r.Offset()
	h, err := r.peek(r.header)
	if err != nil {
		return err
	}
	var seconds, fraction, captured, length uint32
	if r.little { // written out twice: the interface call costs a third of the reader's speed
		le := binary.LittleEndian
		seconds, fraction, captured, length = le.Uint32(h), le.Uint32(h[4:]), le.Uint32(h[8:]), le.Uint32(h[12:])
	} else {
		be := binary.BigEndian
		seconds, fraction, captured, length = be.Uint32(h), be.Uint32(h[4:]), be.Uint32(h[8:]), be.Uint32(h[12:])
	}
	if uint64(captured) > uint64(r.limits.Record) {
		return r.fail("captured length", format.ErrLimit)
	}
	n := r.header + int(captured)
	rec, err := r.peek(n)
	if err != nil {
		return err
	}
	r.pkt.At = int64(seconds)*1e9 + int64(fraction)*r.unit
	r.pkt.Data = rec[r.header:n:n]
	r.pkt.Length = max(int(length), int(captured))
	r.lo += n
	return nil
}
