package filelog

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxBatchHead bounds the head of a batch: a line per observation for its source
// and one for its kind, with the longest names.
const maxBatchHead = 2 << 20

// frame is one frame as it lies in a file.
type frame struct {
	off     int64
	end     int64
	magic   [4]byte
	head    []byte
	sum     hash
	payload []byte
}

// frameReader reads frames of a file from a given offset up to size. Frames share
// its buffers: one is valid until the next is read.
type frameReader struct {
	src    io.ReaderAt
	off    int64
	size   int64
	buf    *bufio.Reader
	head   []byte
	load   []byte
	fields [frameHead]byte
	id     logID
}

func newFrameReader(src io.ReaderAt, off, size int64) *frameReader {
	r := &frameReader{src: src, size: size, buf: bufio.NewReaderSize(nil, 256<<10)}
	r.seek(off)
	return r
}

func (r *frameReader) seek(off int64) {
	r.off = off
	r.buf.Reset(io.NewSectionReader(r.src, off, max(0, r.size-off)))
}

// ours reports whether b is a batch of this log, as far as that is known.
func (r *frameReader) ours(b *batch) bool { return r.id == logID{} || b.id == r.id }

// frameError says why the bytes at an offset are not a frame.
type frameError struct {
	reason string
}

func (e *frameError) Error() string { return e.reason }

// next returns the frame at the current offset; io.EOF at the end of the file; a
// *frameError for bytes that are no frame; or the disk's own error.
func (r *frameReader) next() (f frame, err error) {
	if r.off == r.size {
		return f, io.EOF
	}
	if r.off > r.size {
		return f, &frameError{reason: "the file ends too early"}
	}
	short := func(err error) error {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return &frameError{reason: "the file ends inside a batch"}
		}
		return err
	}
	if _, err := io.ReadFull(r.buf, r.fields[:]); err != nil {
		return f, short(err)
	}
	f.off, f.magic = r.off, [4]byte(r.fields[:])
	head, load := int64(binary.BigEndian.Uint32(r.fields[4:])), int64(binary.BigEndian.Uint32(r.fields[8:]))
	most := int64(maxBatchHead)
	switch f.magic {
	case magicBatch:
	case magicHeader:
		most = maxHead
	default:
		return f, &frameError{reason: "bytes that are no batch"}
	}
	if head > most || load > maxPayload {
		return f, &frameError{reason: "a batch of impossible length"}
	}
	f.end = r.off + frameHead + head + sha256.Size + load
	if f.end > r.size {
		return f, &frameError{reason: "the file ends inside a batch"}
	}
	r.head = grow(r.head, head)
	if _, err := io.ReadFull(r.buf, r.head); err != nil {
		return f, short(err)
	}
	if _, err := io.ReadFull(r.buf, f.sum[:]); err != nil {
		return f, short(err)
	}
	if hashHead(r.fields[:8], r.head) != f.sum {
		return f, &frameError{reason: "bytes changed: a batch does not match its hash"}
	}
	r.load = grow(r.load, load)
	if _, err := io.ReadFull(r.buf, r.load); err != nil {
		return f, short(err)
	}
	f.head, f.payload = r.head, r.load
	r.off = f.end
	return f, nil
}

func grow(b []byte, n int64) []byte {
	if int64(cap(b)) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// point is a place between two frames: its offset, the hash of the frame before
// and the position that comes next.
type point struct {
	off  int64
	prev hash
	next uint64
}

// visitor is told what a walk finds. Batch is called for each whole batch in
// order; at is the place before it. Fault is called for damage before anything
// behind it is visited; for one that runs to the end of the file only the caller
// knows what should have followed. An error ends the walk.
type visitor struct {
	batch func(at point, b *batch, payload []byte) error
	fault func(g Gap) error
}

// region is the part of a file that is walked.
type region struct {
	name string
	src  io.ReaderAt
	size int64 // where it ends
	from point
	id   logID // of the log; zero when not known
}

// walk reads the batches of a region, goes on behind damage where that can be done
// safely, and returns the point behind the last whole batch. The error is the
// visitor's, the context's or the disk's.
func walk(ctx context.Context, g region, v visitor) (point, error) {
	r := newFrameReader(g.src, g.from.off, g.size)
	r.id = g.id
	at, name := g.from, g.name
	for {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		f, err := r.next()
		if errors.Is(err, io.EOF) {
			return at, nil
		}
		var b *batch
		if err == nil {
			b, err = batchOf(&f)
		}
		var bad *frameError
		if err != nil && !errors.As(err, &bad) {
			return at, err
		}
		switch {
		case bad == nil && b.prev == at.prev && b.first == at.next && r.ours(b):
			if err := v.batch(at, b, f.payload); err != nil {
				return at, err
			}
			at = point{f.end, f.sum, b.last() + 1}
		case bad == nil && r.ours(b):
			// A whole batch in the wrong place: something before it was taken out or
			// put in.
			if err := v.fault(Gap{From: at.next, To: b.first - 1, File: name, Offset: f.off,
				Reason: fmt.Sprintf("the batch that begins with observation %d does not follow the one before it", b.first)}); err != nil {
				return at, err
			}
			if b.first < at.next {
				at.off = f.end
				continue
			}
			at = point{f.off, b.prev, b.first}
			r.seek(f.off)
		case bad != nil && b != nil && b.prev == at.prev && b.first == at.next && r.ours(b):
			// The head is whole, so what is lost is exactly known and the chain holds.
			if err := v.fault(Gap{From: b.first, To: b.last(), File: name, Offset: f.off, Reason: bad.reason}); err != nil {
				return at, err
			}
			at = point{f.end, f.sum, b.last() + 1}
		default:
			if bad == nil {
				bad = &frameError{reason: "a batch of another log"}
			}
			gap := Gap{From: at.next, File: name, Offset: at.off, Reason: bad.reason}
			off, next := r.resync(at)
			if gap.toEnd = next == nil; !gap.toEnd {
				gap.To = next.first - 1
			}
			if err := v.fault(gap); err != nil || next == nil {
				return at, err
			}
			at = point{off, next.prev, next.first}
			r.seek(off)
		}
	}
}

// batchOf parses and checks the batch of a frame. When only the payload is
// damaged it returns the batch with the error.
func batchOf(f *frame) (*batch, error) {
	if f.magic != magicBatch {
		return nil, &frameError{reason: "a file header among the batches"}
	}
	b, err := parseBatch(f.head)
	if err != nil {
		return nil, &frameError{reason: "a batch that does not parse"}
	}
	err = b.check(f.payload)
	if errors.Is(err, errParse) {
		return nil, &frameError{reason: "bytes changed: a batch has another length"} // so its end is not known
	}
	if err != nil {
		return b, &frameError{reason: "bytes changed: " + err.Error()}
	}
	return b, nil
}

// maxCandidates bounds the search for a batch behind damage.
const maxCandidates = 1024

// resync looks for the next whole batch after damage at a point. A sensor's input
// can contain anything, even bytes that look like a batch, so a batch counts only
// if the file ends behind it or another follows that continues its chain.
func (r *frameReader) resync(at point) (int64, *batch) {
	const window = 1 << 20
	buf := make([]byte, window+3)
	candidates := 0
	for base := at.off + 1; base < r.size; base += window {
		n, err := r.src.ReadAt(buf[:min(int64(len(buf)), r.size-base)], base)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, nil
		}
		for from := 0; ; from++ {
			i := bytes.Index(buf[from:n], magicBatch[:])
			if i < 0 {
				break
			}
			from += i
			if candidates++; candidates > maxCandidates {
				return 0, nil
			}
			if b := r.trusted(base+int64(from), at.next); b != nil {
				return base + int64(from), b
			}
		}
	}
	return 0, nil
}

// trusted returns the batch at off if it may be gone on with.
func (r *frameReader) trusted(off int64, next uint64) *batch {
	c := newFrameReader(r.src, off, r.size)
	f, err := c.next()
	if err != nil || f.magic != magicBatch {
		return nil
	}
	b, err := parseBatch(f.head)
	if err != nil || b.first < next || !r.ours(b) {
		return nil
	}
	sum := f.sum
	g, err := c.next()
	if errors.Is(err, io.EOF) {
		return b
	}
	if err != nil || g.magic != magicBatch {
		return nil
	}
	after, err := parseBatch(g.head)
	if err != nil || after.prev != sum || after.first != b.last()+1 {
		return nil
	}
	return b
}

// readHeader reads the first frame of a file and returns the point behind it.
func readHeader(src io.ReaderAt, size int64) (*header, point, error) {
	f, err := newFrameReader(src, 0, size).next()
	if errors.Is(err, io.EOF) {
		err = &frameError{reason: "the file is empty"}
	}
	if err != nil {
		return nil, point{}, err
	}
	if f.magic != magicHeader {
		return nil, point{}, &frameError{reason: "the file does not begin with its header"}
	}
	h, err := parseHeader(f.head)
	if err != nil {
		return nil, point{}, &frameError{reason: err.Error()}
	}
	return h, point{f.end, f.sum, h.First}, nil
}
