package pcap

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
)

// Limits bound what a [Reader] holds. Zero fields take the defaults.
type Limits struct {
	Record     int // captured bytes of one packet, 1 MiB; more is taken for a broken file
	Interfaces int // of one pcapng section, 4,096
}

// Packet is one captured frame.
type Packet struct {
	At        int64  // capture time, Unix nanoseconds
	Data      []byte // as captured; valid until the next call of Next
	Length    int    // on the wire, bytes; at least len(Data)
	Link      packet.LinkType
	Interface int // index within the pcapng section; 0 in pcap
}

// Stats says what a [Reader] met.
type Stats struct {
	Packets    uint64
	Bytes      uint64 // captured
	Sections   int    // pcapng; 1 for pcap
	Interfaces int    // in all sections
	Skipped    uint64 // pcapng blocks of other kinds
	Dropped    uint64 // packets the capturing program says it lost (pcapng interface statistics)
}

// Reader reads a capture. It is not safe for concurrent use.
type Reader struct {
	src    io.Reader
	buf    []byte
	lo, hi int   // buf[lo:hi] is read but not consumed
	base   int64 // stream offset of buf[0]
	start  int64 // stream offset of the present record
	srcErr error // what src returned at its end

	limits Limits
	order  binary.ByteOrder
	little bool
	ng     bool
	next   func(*Reader) error
	pkt    Packet
	stats  Stats
	tail   error
	err    error

	// pcap
	header int   // size of a record header: 16, or 24 in Kuznetzov's variant
	unit   int64 // nanoseconds of one unit of the time stamp's fraction

	// pcapng
	interfaces []iface
	pastDrops  uint64 // of finished sections
}

// NewReader reads the file header of a pcap or pcapng capture, compressed or not.
// An input that is neither gives a *[format.Error]; one that could not be read, the
// cause.
func NewReader(src io.Reader, l Limits) (*Reader, error) {
	if l.Record <= 0 {
		l.Record = 1 << 20
	}
	if l.Interfaces <= 0 {
		l.Interfaces = 4096
	}
	r := &Reader{src: src, limits: l, buf: make([]byte, 256<<10)}
	magic, err := r.peek(2)
	if err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(bufio.NewReader(io.MultiReader(newRest(r), src)))
		if err != nil {
			return nil, r.cause(err, "gzip header")
		}
		r = &Reader{src: z, limits: l, buf: r.buf}
	}
	if magic, err = r.peek(4); err != nil {
		return nil, r.cause(err, "magic number")
	}
	if binary.BigEndian.Uint32(magic) == blockSection {
		r.ng, r.next = true, (*Reader).nextBlock
		if err := r.section(); err != nil {
			return nil, r.cause(err, "section header")
		}
		return r, nil
	}
	r.next = (*Reader).nextRecord
	if err := r.fileHeader(magic); err != nil {
		return nil, r.cause(err, "file header")
	}
	return r, nil
}

// newRest returns a reader of a copy of what r has buffered.
func newRest(r *Reader) io.Reader {
	rest := make([]byte, r.hi-r.lo)
	copy(rest, r.buf[r.lo:r.hi])
	return &once{rest}
}

type once struct{ b []byte }

func (o *once) Read(p []byte) (int, error) {
	if len(o.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, o.b)
	o.b = o.b[n:]
	return n, nil
}

// Next returns the next packet, which is valid until the following call; io.EOF at
// the end of the capture, also when that is inside a record (see [Reader.Tail]).
// Other errors are a *[format.Error] for a record that cannot be, or what the
// underlying reader returned; they repeat.
func (r *Reader) Next() (*Packet, error) {
	if r.err != nil {
		return nil, r.err
	}
	if err := r.next(r); err != nil {
		r.err = r.ended(err)
		return nil, r.err
	}
	r.stats.Packets++
	r.stats.Bytes += uint64(len(r.pkt.Data))
	return &r.pkt, nil
}

// Tail returns nil, or after the last packet a *[format.Error] with cause
// [format.ErrTruncated] and the offset of the record that the capture breaks off in.
// In a compressed file offsets count uncompressed bytes.
func (r *Reader) Tail() error { return r.tail }

// Stats returns what was read so far.
func (r *Reader) Stats() Stats {
	s := r.stats
	s.Dropped = r.pastDrops
	for _, i := range r.interfaces {
		s.Dropped += i.drops
	}
	return s
}

// Offset returns how far the (uncompressed) capture was read, in bytes.
func (r *Reader) Offset() int64 { return r.base + int64(r.lo) }

// ended turns the end of the input inside a record into a clean end with a tail.
func (r *Reader) ended(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		r.tail = &format.Error{Format: "pcap", Offset: r.start, Field: "record", Err: format.ErrTruncated}
		return io.EOF
	}
	if err == io.EOF {
		return err
	}
	return r.cause(err, "record")
}

// cause makes errors of the file, as opposed to those of reading it, format errors.
func (r *Reader) cause(err error, field string) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return r.fail(field, format.ErrTruncated)
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return r.fail("gzip data", fmt.Errorf("%w: %w", format.ErrMalformed, err))
	}
	return err
}

func (r *Reader) fail(field string, err error) error {
	return &format.Error{Format: "pcap", Offset: r.Offset(), Field: field, Err: err}
}

// peek returns the next n bytes without consuming them: io.EOF when the input ends
// before the first, io.ErrUnexpectedEOF when before the last, or the error of the source.
func (r *Reader) peek(n int) ([]byte, error) {
	if r.hi-r.lo >= n {
		return r.buf[r.lo : r.lo+n], nil
	}
	return r.fill(n)
}

func (r *Reader) fill(n int) ([]byte, error) {
	if r.lo > 0 {
		r.base += int64(r.lo)
		copy(r.buf, r.buf[r.lo:r.hi])
		r.hi -= r.lo
		r.lo = 0
	}
	if n > len(r.buf) {
		grown := make([]byte, n+n/4)
		copy(grown, r.buf[:r.hi])
		r.buf = grown
	}
	for empty := 0; r.hi < n; {
		if r.srcErr != nil {
			if r.srcErr == io.EOF && r.hi > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, r.srcErr
		}
		m, err := r.src.Read(r.buf[r.hi:])
		r.hi += m
		r.srcErr = err
		if m == 0 && err == nil {
			if empty++; empty == 100 {
				r.srcErr = io.ErrNoProgress
			}
		}
	}
	return r.buf[:n], nil
}

// discard consumes n bytes, which need not fit the buffer.
func (r *Reader) discard(n int64) error {
	for n > 0 {
		if r.lo == r.hi {
			if _, err := r.peek(1); err == io.EOF {
				return io.ErrUnexpectedEOF
			} else if err != nil {
				return err
			}
		}
		step := int(min(n, int64(r.hi-r.lo)))
		r.lo += step
		n -= int64(step)
	}
	return nil
}
