package hl7

import (
	"github.com/wardround/wardround/format"
)

// The bytes of an MLLP frame: VT content FS CR (HL7 Transport Specification:
// MLLP, Release 1 §2.2).
const (
	StartBlock = 0x0b // VT
	EndBlock   = 0x1c // FS, followed by CR
)

// The content of a commit acknowledgement frame of MLLP release 2.
const (
	CommitAck = 0x06
	CommitNak = 0x15
)

// AppendFrame appends content to dst as one MLLP frame.
func AppendFrame(dst, content []byte) []byte {
	dst = append(dst, StartBlock)
	dst = append(dst, content...)
	return append(dst, EndBlock, '\r')
}

// Limits bound what a [Decoder] keeps and tolerates. Zero fields mean the
// defaults.
type Limits struct {
	// Message is how many bytes of one message are kept, 256 KiB by default. What
	// is longer is followed to its end and counted, but delivered cut.
	Message int
	// Garbage is how many bytes in a row may belong to no frame, 64 KiB by
	// default, before the stream is given up as not being MLLP.
	Garbage int64
}

// End says how a frame ended.
type End uint8

const (
	Ended       End = iota // with its end block
	Restarted              // by the start of the next message: there was no end block
	Closed                 // by the end of the stream
	Interrupted            // by bytes the capture lost
)

// Frame is the content of one MLLP frame: a message, a batch or a commit
// acknowledgement.
type Frame struct {
	Offset  int64  // in the stream, of the start block, or of the header where there is none
	Content []byte // at most Limits.Message bytes; valid until the handler returns
	Length  int64  // of the whole content; more than len(Content) if it was cut
	End     End
	Started bool // the start block was there
}

// Whole reports whether Content is all that was sent and the frame ended well.
func (f Frame) Whole() bool { return f.End == Ended && f.Length == int64(len(f.Content)) }

// Commit reports whether the frame is a commit acknowledgement of MLLP release
// 2, and if so whether it is positive.
func (f Frame) Commit() (positive, ok bool) {
	if len(f.Content) != 1 {
		return false, false
	}
	return f.Content[0] == CommitAck, f.Content[0] == CommitAck || f.Content[0] == CommitNak
}

// FaultKind says what was wrong between frames.
type FaultKind uint8

const (
	Garbage FaultKind = iota + 1 // bytes that belong to no frame
	NoCR                         // an end block without the CR after it
	Skipped                      // bytes after a gap, up to where the next message starts
)

// Fault is a fault between frames. Faults of a frame are in the [Frame].
type Fault struct {
	Kind   FaultKind
	Offset int64 // in the stream
	Bytes  int64 // of Garbage and Skipped
}

// Handler takes what a [Decoder] finds, in the order of the stream.
type Handler interface {
	Frame(Frame)
	Fault(Fault)
}

// Decoder finds the MLLP frames in one direction of a TCP connection. However
// the stream is cut into chunks, the same frames and faults come out, and a
// frame comes out with the chunk that holds its end block.
//
// It is forgiving, as receivers are: an end block alone ends a frame; CR and LF
// between frames are passed over; a start block followed by MSH, FHS or BHS
// starts a new frame even inside one (a start block followed by anything else
// is data, word processors use VT as a line break); and a header at the start of
// a frame's place needs no start block. Where start blocks are missing altogether
// a message ends where the next one's header starts a line.
type Decoder struct {
	h      Handler
	limits Limits
	pos    int64 // in the stream, of the next byte
	from   int64 // where the frame or the garbage starts
	length int64 // bytes of the frame's content, or of garbage
	buf    []byte
	err    error
	state  state
	fault  FaultKind // what the bytes in state skipping are
	held   uint8
	hold   [5]byte // bytes that may turn out to start a message
}

type state uint8

const (
	idle     state = iota // between frames
	ended                 // after an end block, where CR belongs
	framed                // inside a frame
	unframed              // inside a message without start block
	skipping              // in garbage or after a gap
)

// NewDecoder returns a decoder that hands what it finds to h.
func NewDecoder(h Handler, limits Limits) *Decoder {
	if limits.Message <= 0 {
		limits.Message = 256 << 10
	}
	if limits.Garbage <= 0 {
		limits.Garbage = 64 << 10
	}
	return &Decoder{h: h, limits: limits}
}

// Feed takes the next bytes of the stream; p is not kept. After an error, which
// is [format.ErrMalformed] and means that the stream isn't MLLP, every call
// returns it again.
func (d *Decoder) Feed(p []byte) error {
	for len(p) > 0 && d.err == nil {
		if d.held > 0 {
			p = d.resolve(p)
			continue
		}
		switch d.state {
		case idle, ended:
			p = d.between(p)
		case skipping:
			p = d.skip(p)
		default:
			p = d.content(p)
		}
	}
	return d.err
}

// Gap tells the decoder that n bytes are missing here. A frame in progress is
// delivered as far as it came; bytes are skipped up to the next start of a
// message.
func (d *Decoder) Gap(n int64) error {
	if d.err != nil {
		return d.err
	}
	d.finish(Interrupted)
	d.pos += n
	d.state, d.fault, d.from, d.length = skipping, Skipped, d.pos, 0
	return nil
}

// Close ends the stream. A message in progress is delivered as far as it came.
// The error is [format.ErrTruncated] if that message had a start block, or an
// earlier error.
func (d *Decoder) Close() error {
	if d.err != nil {
		return d.err
	}
	cut, from := d.state == framed, d.from
	if d.state == ended {
		d.h.Fault(Fault{Kind: NoCR, Offset: d.pos})
	}
	d.finish(Closed)
	d.state = idle
	if cut {
		return &format.Error{Format: "hl7", Offset: from, Field: "MLLP frame", Source: "MLLP R1 §2.2", Err: format.ErrTruncated}
	}
	return nil
}

// finish delivers whatever is in progress.
func (d *Decoder) finish(end End) {
	hold := d.hold[:d.held]
	d.held = 0
	switch d.state {
	case framed, unframed:
		d.deliver(hold, end)
	case skipping:
		d.length += int64(len(hold))
		d.report()
	case idle:
		if len(hold) > 0 {
			d.h.Fault(Fault{Garbage, d.pos - int64(len(hold)), int64(len(hold))})
		}
	}
}

// between handles the bytes from an end block to the next frame.
func (d *Decoder) between(p []byte) []byte {
	c := p[0]
	if d.state == ended {
		d.state = idle
		if c != '\r' {
			d.h.Fault(Fault{Kind: NoCR, Offset: d.pos})
			return p
		}
	}
	switch c {
	case StartBlock:
		d.begin(framed, d.pos)
	case '\r', '\n':
	case 'M', 'F', 'B':
		d.hold[0], d.held = c, 1
	default:
		d.state, d.fault, d.from, d.length = skipping, Garbage, d.pos, 0
		return p
	}
	d.pos++
	return p[1:]
}

func (d *Decoder) begin(s state, at int64) { d.state, d.from, d.length = s, at, 0 }

// skip passes over bytes up to a start block with a header behind it.
func (d *Decoder) skip(p []byte) []byte {
	n, why := stopAtStart(p)
	d.length += int64(n)
	d.pos += int64(n)
	if d.fault == Garbage && d.length > d.limits.Garbage {
		d.err = &format.Error{Format: "hl7", Offset: d.from, Field: "MLLP frame", Source: "MLLP R1 §2.2", Err: format.ErrMalformed}
		return nil
	}
	switch why {
	case restart:
		d.report()
		d.begin(framed, d.pos)
		d.pos++
		return p[n+1:]
	case undecided:
		d.keep(p[n:])
	}
	return nil
}

// report tells of the bytes passed over.
func (d *Decoder) report() {
	if d.length > 0 {
		d.h.Fault(Fault{d.fault, d.from, d.length})
	}
}

// content takes bytes of the message in progress.
func (d *Decoder) content(p []byte) []byte {
	scan := stopInFrame
	if d.state == unframed {
		scan = stopInLines
	}
	n, why := scan(p)
	d.pos += int64(n)
	switch why {
	case endBlock:
		d.deliver(p[:n], Ended)
		d.state = ended
	case restart:
		// The byte at n is a start block or the line end before a header.
		d.deliver(p[:n], Restarted)
		if p[n] == StartBlock {
			d.begin(framed, d.pos)
		} else {
			d.begin(unframed, d.pos+1)
		}
	case undecided:
		d.store(p[:n])
		d.keep(p[n:])
		return nil
	default:
		d.store(p)
		return nil
	}
	d.pos++
	return p[n+1:]
}

// keep holds back bytes that may start a message.
func (d *Decoder) keep(p []byte) {
	d.held = uint8(copy(d.hold[:], p))
	d.pos += int64(d.held)
}

// resolve adds a byte to those held back, until it is plain what they are.
func (d *Decoder) resolve(p []byte) []byte {
	d.hold[d.held] = p[0]
	hold := d.hold[:d.held+1]
	first := d.pos - int64(d.held)
	switch d.matches(hold) {
	case format.More:
		d.held++
		d.pos++
		return p[1:]
	case format.Yes:
		d.pos++
		d.held = 0
		switch {
		case d.state == idle:
			d.begin(unframed, first)
			d.store(hold)
			return p[1:]
		case d.state == skipping:
			d.report()
		default:
			d.deliver(nil, Restarted)
		}
		if hold[0] == StartBlock {
			d.begin(framed, first)
		} else {
			d.begin(unframed, first+1)
		}
		d.store(hold[1:])
		return p[1:]
	}
	// They were data after all; p[0] is looked at again.
	hold = d.hold[:d.held]
	d.held = 0
	switch d.state {
	case idle:
		d.state, d.fault, d.from, d.length = skipping, Garbage, first, int64(len(hold))
	case skipping:
		d.length += int64(len(hold))
	default:
		d.store(hold)
	}
	return p
}

// matches reports whether b, which is held back, starts a message.
func (d *Decoder) matches(b []byte) format.Match {
	if d.state == idle {
		return headerLine(b)
	}
	if b[0] == StartBlock {
		return headerID(b[1:])
	}
	return headerLine(b[1:])
}

// store keeps bytes of the message, up to the limit.
func (d *Decoder) store(p []byte) {
	d.length += int64(len(p))
	if room := d.limits.Message - len(d.buf); room > 0 {
		d.buf = append(d.buf, p[:min(room, len(p))]...)
	}
}

// deliver hands on the message whose last bytes are p, without copying if they
// are its only ones.
func (d *Decoder) deliver(p []byte, end End) {
	n := min(len(p), d.limits.Message)
	content := p[:n:n]
	if d.length > 0 {
		d.store(p)
		content = d.buf
	} else {
		d.length = int64(len(p))
	}
	d.h.Frame(Frame{d.from, content, d.length, end, d.state == framed})
	d.buf, d.length = nil, 0
}
