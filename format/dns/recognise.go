package dns

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// Recognise judges a datagram: Yes if it is, to the last byte, a message about
// names of a known class; Likely if it ends early but its first question holds,
// if bytes follow it, or if it is only the header of an error.
func Recognise(p []byte) format.Match {
	return recognise(p, len(p))
}

// RecogniseTCP judges the first bytes of a connection in either direction.
func RecogniseTCP(p []byte) format.Match {
	if len(p) < 2 {
		return format.More
	}
	size := int(binary.BigEndian.Uint16(p))
	if size < headerSize {
		return format.No
	}
	if len(p) < 2+headerSize+5 { // no room for a question yet
		if len(p) >= 2+headerSize && !plausibleHeader(p[2:]) {
			return format.No
		}
		return format.More
	}
	return recognise(p[2:min(len(p), 2+size)], size)
}

// plausibleHeader reports whether opcode and counts are such as messages have.
func plausibleHeader(p []byte) bool {
	opcode := p[2] >> 3 & 0xf
	if opcode == 3 || opcode > 6 || p[3]&0x40 != 0 { // unassigned; the reserved bit, RFC 1035 §4.1.1
		return false
	}
	questions := binary.BigEndian.Uint16(p[4:])
	response := p[2]&0x80 != 0
	return questions <= 64 && (response || questions+binary.BigEndian.Uint16(p[6:]) > 0)
}

// recognise judges the bytes p of a message of size bytes, some of which may not
// have come yet.
func recognise(p []byte, size int) format.Match {
	if len(p) < headerSize || !plausibleHeader(p) {
		return format.No
	}
	questions := int(binary.BigEndian.Uint16(p[4:]))
	records := int(binary.BigEndian.Uint16(p[6:])) + int(binary.BigEndian.Uint16(p[8:])) + int(binary.BigEndian.Uint16(p[10:]))
	if questions+records == 0 {
		if size == headerSize && p[2]&0x80 != 0 && p[3]&0xf != 0 {
			return format.Likely
		}
		return format.No
	}
	off, whole := headerSize, 0
	for range questions {
		if off = skipName(p, off); off == broken {
			return format.No
		}
		if off == ended || off+4 > len(p) {
			return partial(whole, len(p) < size)
		}
		if !knownClass(p[off+2:]) {
			return format.No
		}
		off += 4
		whole++
	}
	for range records {
		if off = skipName(p, off); off == broken {
			return format.No
		}
		if off == ended || off+10 > len(p) {
			return partial(whole, len(p) < size)
		}
		// OPT's class is a size; signatures have class ANY (RFC 8945 §4.2).
		if Type(binary.BigEndian.Uint16(p[off:])) != OPT && !knownClass(p[off+2:]) {
			return format.No
		}
		off += 10 + int(binary.BigEndian.Uint16(p[off+8:]))
		if off > len(p) {
			return partial(whole, len(p) < size)
		}
		whole++
	}
	if off == size {
		return format.Yes
	}
	return format.Likely
}

// partial answers for bytes that end inside a message after so many whole
// questions and records; coming says that more of it may come.
func partial(whole int, coming bool) format.Match {
	switch {
	case whole > 0:
		return format.Likely
	case coming:
		return format.More
	default:
		return format.No
	}
}

func knownClass(p []byte) bool {
	switch Class(binary.BigEndian.Uint16(p)).Base() {
	case IN, CH, HS, None, AnyClass:
		return true
	}
	return false
}
