package filelog

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// errDamaged ends the thinning of a file in which something does not verify.
var errDamaged = errors.New("damaged")

// thin rewrites one file without the records of the dropped kinds, except in
// batches that hold a needed position of a kind whose rule is not final. A damaged file stays as it is.
func (l *Log) thin(ctx context.Context, s *segment, drop map[string]bool, r *Retention, done *Dropped) error {
	src, err := os.Open(filepath.Join(l.dir, s.Name))
	if err != nil {
		return err
	}
	defer src.Close()
	name := thinName(s.Name, s.thin+1)
	dst, err := os.OpenFile(filepath.Join(l.dir, name+unfinished), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(dst.Name())
	defer dst.Close()
	out := bufio.NewWriterSize(dst, 1<<20)
	t := thinner{Retention: r, drop: drop, sum: segment{File: File{Name: name, First: s.First, Last: s.First - 1}}}
	if err := t.copy(ctx, out, src, s); err != nil {
		if errors.Is(err, errDamaged) {
			return nil
		}
		return err
	}
	if t.dropped == 0 {
		return nil
	}
	if err := errors.Join(out.Flush(), dst.Sync()); err != nil {
		return err
	}
	st, err := dst.Stat()
	if err != nil {
		return err
	}
	if err := dst.Close(); err != nil {
		return err
	}
	if err := os.Rename(dst.Name(), filepath.Join(l.dir, name)); err != nil {
		return err
	}
	if err := durable.SyncDir(l.dir); err != nil {
		return err
	}
	l.mu.Lock()
	old, before := s.Name, s.File.Size
	s.Name, s.Kinds, s.thin, s.size, s.File.Size, s.index = name, t.sum.Kinds, s.thin+1, st.Size(), st.Size(), nil
	done.Thinned = append(done.Thinned, s.File)
	l.mu.Unlock()
	done.Bytes += before - st.Size()
	// Where someone reads it (Windows) it stays until the log is next opened.
	_ = os.Remove(filepath.Join(l.dir, old))
	return nil
}

// thinner copies a file's frames without what is dropped.
type thinner struct {
	*Retention
	drop    map[string]bool
	sum     segment
	dropped int
}

func (t *thinner) copy(ctx context.Context, out *bufio.Writer, src *os.File, s *segment) error {
	st, err := src.Stat()
	if err != nil {
		return err
	}
	frames := newFrameReader(src, 0, st.Size())
	f, err := frames.next()
	if err != nil || f.magic != magicHeader {
		return errDamaged
	}
	writeFrame(out, &f, nil)
	at := point{f.end, f.sum, s.First}
	for at.off < st.Size() {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := frames.next()
		if err != nil {
			return errDamaged
		}
		b, err := batchOf(&f)
		if err != nil || b.prev != at.prev || b.first != at.next {
			return errDamaged
		}
		payload, err := t.keep(b, f.payload)
		if err != nil {
			return err
		}
		writeFrame(out, &f, payload)
		at = point{f.end, f.sum, b.last() + 1}
	}
	if at.next <= s.Last {
		return errDamaged
	}
	return nil
}

// keep returns the payload without the lanes that go.
func (t *thinner) keep(b *batch, payload []byte) ([]byte, error) {
	starts, err := b.present(payload)
	if err != nil {
		return nil, err
	}
	bitmap := make([]byte, (len(b.lanes)+7)/8)
	var kept []byte
	for i, l := range b.lanes {
		if starts[i] < 0 {
			continue
		}
		if t.drop[l.kind] && (t.final(l.kind) || !t.holdsNeeded(b, l, payload[starts[i]:starts[i]+l.length])) {
			starts[i] = -1
			t.dropped++
			continue
		}
		bitmap[i/8] |= 1 << (i % 8)
		kept = append(kept, payload[starts[i]:starts[i]+l.length]...)
	}
	t.sum.count(b, starts)
	if kept == nil {
		return nil, nil
	}
	return append(bitmap, kept...), nil
}

// final reports whether a kind goes whatever rests on it.
func (t *thinner) final(kind string) bool {
	rule := t.rule(kind)
	return rule != nil && rule.Final
}

// holdsNeeded reports whether a lane holds a position that evidence rests on.
func (t *thinner) holdsNeeded(b *batch, l lane, records []byte) bool {
	if !t.needs(b.first, b.last()) {
		return false
	}
	r := reader{p: records}
	r.take(saltSize)
	for range l.count {
		pos := b.first + r.uvarint(uint64(b.count))
		r.take(r.uvarint(wardround.MaxObservation))
		if r.bad || t.needs(pos, pos) {
			return true
		}
	}
	return false
}

// writeFrame writes f with another payload; bufio remembers the first error.
func writeFrame(out *bufio.Writer, f *frame, payload []byte) {
	var head [frameHead]byte
	copy(head[:], f.magic[:])
	binary.BigEndian.PutUint32(head[4:], uint32(len(f.head)))
	binary.BigEndian.PutUint32(head[8:], uint32(len(payload)))
	out.Write(head[:])
	out.Write(f.head)
	out.Write(f.sum[:])
	out.Write(payload)
}
