package dicom

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// DataSetReader reads one data set as its bytes come by and calls a function
// for each wanted element, in order. It holds at most one value prefix and the
// stack of open sequences.
type DataSetReader struct {
	limits *Limits
	want   *TagSet
	emit   func(*Element)
	syntax Syntax
	guess  bool // syntax was not agreed on, as far as is known

	state   readState
	nhead   uint8    // bytes in head
	head    [12]byte // an element header that was cut by the end of a chunk
	off     int64    // bytes of the data set passed, lost ones included
	left    int64    // bytes of the current value to come
	missing int64
	el      Element
	value   []byte  // the current value's prefix, when it was cut
	stack   []frame // open sequences, items and fragments
	path    []Tag   // of the open sequences
	err     error
	// deflated is set for a data set that is compressed as a whole.
	deflated *deflated
}

type readState uint8

const (
	readHead  readState = iota // an element header is next
	readValue                  // in a value whose prefix is gathered
	readSkip                   // in a value, nothing of it is wanted
	readRest                   // nothing more is wanted, or can be read
)

// NewDataSetReader returns a reader that reports the elements cfg wants. Call
// Begin before each data set.
func NewDataSetReader(cfg *Config, emit func(*Element)) *DataSetReader {
	cfg = cfg.settled()
	return &DataSetReader{limits: &cfg.Limits, want: cfg.Want, emit: emit, state: readRest}
}

// Begin starts a data set written in syntax s. With guess set, s is only what
// to assume when the first element does not tell.
func (r *DataSetReader) Begin(s Syntax, guess bool) {
	r.syntax, r.guess = s, guess
	r.state, r.nhead, r.off, r.left, r.missing, r.err = readHead, 0, 0, 0, 0, nil
	r.value, r.stack, r.path = r.value[:0], r.stack[:0], r.path[:0]
	r.deflated = nil
	switch {
	case r.want.Empty():
		r.state = readRest
	case s.Deflated && !guess:
		r.inflate()
	}
}

// Feed reads the next bytes of the data set. p is not kept.
func (r *DataSetReader) Feed(p []byte) {
	for len(p) > 0 {
		switch r.state {
		case readHead:
			p = r.readHead(p)
		case readValue:
			p = r.readValue(p)
		case readSkip:
			n := min(r.left, int64(len(p)))
			r.pass(n)
			p = p[n:]
		default:
			if r.deflated != nil {
				r.deflated.feed(p)
			}
			r.off += int64(len(p))
			return
		}
	}
}

// Gap tells of n bytes that the capture lost. Inside a value nothing else is
// lost; otherwise the rest of the data set cannot be read.
func (r *DataSetReader) Gap(n int64) {
	if r.state != readValue && r.state != readSkip || n > r.left {
		r.lose(n)
		return
	}
	if r.state == readValue {
		r.report(r.value, false)
	}
	r.missing += n
	r.pass(n)
}

// lose tells of bytes lost, n at most, after which nothing can be read.
func (r *DataSetReader) lose(n int64) {
	if r.state == readValue {
		r.report(r.value, false)
	}
	if r.deflated != nil {
		r.deflated.gap()
	}
	r.state = readRest
	r.missing += n
	r.off += n
}

// End ends the data set. The error, a [*format.Error] with the offset in the
// data set, says why not all of it could be read; bytes lost are no error.
func (r *DataSetReader) End() error {
	if r.state == readValue {
		r.report(r.value, false)
	}
	if r.state != readRest && (r.nhead > 0 || r.left > 0 || len(r.stack) > 0) {
		r.err = truncated(r.off, "data set")
	}
	r.state = readRest
	if r.deflated != nil && r.err == nil && r.missing == 0 {
		r.err = r.deflated.end(r.off)
	}
	r.deflated = nil
	return r.err
}

// Len returns how many bytes of the data set have passed, lost ones included.
func (r *DataSetReader) Len() int64 { return r.off }

// Missing returns how many of them were lost.
func (r *DataSetReader) Missing() int64 { return r.missing }

// Syntax returns how the data set is written: as was agreed, or as was seen.
func (r *DataSetReader) Syntax() Syntax { return r.syntax }

func (r *DataSetReader) fail(err *format.Error) {
	r.err, r.state = err, readRest
}

// pass moves on by n bytes inside the current value.
func (r *DataSetReader) pass(n int64) {
	r.off += n
	if r.left -= n; r.left == 0 {
		r.closeFrames()
	} else {
		r.state = readSkip
	}
}

// readHead reads an element header from p, or the part of it that is there, and
// returns what follows.
func (r *DataSetReader) readHead(p []byte) []byte {
	if r.nhead == 0 && len(p) >= len(r.head) {
		h := r.parseHead(p[:len(r.head)])
		r.off += int64(h.size)
		r.element(h)
		return p[h.size:]
	}
	for len(p) > 0 {
		need := 8
		if r.nhead >= 8 {
			need = 12
		}
		n := copy(r.head[r.nhead:need], p)
		r.nhead += uint8(n)
		r.off += int64(n)
		p = p[n:]
		if int(r.nhead) < need {
			break
		}
		if h := r.parseHead(r.head[:r.nhead]); h.size == int(r.nhead) {
			r.nhead = 0
			r.element(h)
			break
		}
	}
	return p
}

type header struct {
	tag    Tag
	vr     VR
	length uint32
	size   int // bytes of the header: 8 or 12
}

// parseHead reads the header in b: 8 bytes, or 12 where there may be as many.
// Of a header of 12 bytes with only 8 there, only the size is right.
func (r *DataSetReader) parseHead(b []byte) header {
	if r.off == 0 || r.off == int64(r.nhead) {
		r.syntax = sniff(b, r.syntax, r.guess)
	}
	s := r.frameSyntax()
	h := header{size: 8}
	if s.BigEndian {
		h.tag = NewTag(binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]))
		h.length = binary.BigEndian.Uint32(b[4:])
	} else {
		h.tag = NewTag(binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]))
		h.length = binary.LittleEndian.Uint32(b[4:])
	}
	if h.tag.Group() == 0xFFFE {
		return h
	}
	h.vr = VR(b[4])<<8 | VR(b[5])
	switch {
	case s.Implicit, !h.vr.letters(): // the latter is wrong, but is met with
		h.vr = implicitVR(h.tag)
	case h.vr.short():
		if s.BigEndian {
			h.length = uint32(binary.BigEndian.Uint16(b[6:]))
		} else {
			h.length = uint32(binary.LittleEndian.Uint16(b[6:]))
		}
	default:
		h.size = 12
		if len(b) < 12 {
			break
		}
		if s.BigEndian {
			h.length = binary.BigEndian.Uint32(b[8:])
		} else {
			h.length = binary.LittleEndian.Uint32(b[8:])
		}
	}
	return h
}

// sniff returns how a data set is written whose first header begins with b,
// when that contradicts s beyond doubt; else s. The byte order is doubted only
// when it is a guess: groups like 2000 look plausible both ways.
func sniff(b []byte, s Syntax, guess bool) Syntax {
	vr := VR(b[4])<<8 | VR(b[5])
	switch {
	case vr.known() && s.Implicit:
		s.Implicit = false
	case !vr.letters() && !s.Implicit:
		s.Implicit = true
	}
	if guess && vr.short() {
		group, length := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[6:])
		s.BigEndian = group > 0xFF && swap(group) <= 0xFF && swap(length) < length
	}
	return s
}

func swap(n uint16) uint16 { return n<<8 | n>>8 }
