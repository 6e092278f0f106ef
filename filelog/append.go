package filelog

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// builder makes the frame of a batch; its buffers are kept for the next.
type builder struct {
	lanes  []laneBuffer
	byKind map[string]int
	record []byte
	frame  []byte
}

type laneBuffer struct {
	kind  string
	count int
	buf   []byte
}

func (w *builder) reset() {
	if w.byKind == nil {
		w.byKind = map[string]int{}
	}
	clear(w.byKind)
	w.lanes = w.lanes[:0]
}

// add encodes the observation with the given index in its batch.
func (w *builder) add(c Codec, i int, o *wardround.Observation) error {
	n, ok := w.byKind[o.Kind]
	if !ok {
		n = len(w.lanes)
		w.byKind[o.Kind] = n
		if n < cap(w.lanes) {
			w.lanes = w.lanes[:n+1]
		} else {
			w.lanes = append(w.lanes, laneBuffer{})
		}
		l := &w.lanes[n]
		var salt [saltSize]byte
		rand.Read(salt[:])
		l.kind, l.count, l.buf = o.Kind, 0, append(l.buf[:0], salt[:]...)
	}
	rec, err := c.Append(w.record[:0], o)
	if err != nil {
		return err
	}
	w.record = rec
	if len(rec) > wardround.MaxObservation {
		return wardround.Errorf(wardround.EInvalid, "", "it has %d bytes when encoded, at most %d fit; larger content goes to a blob", len(rec), wardround.MaxObservation)
	}
	l := &w.lanes[n]
	l.count++
	l.buf = binary.AppendUvarint(l.buf, uint64(i))
	l.buf = binary.AppendUvarint(l.buf, uint64(len(rec)))
	l.buf = append(l.buf, rec...)
	return nil
}

// seal returns the frame of batch b, whose lanes it fills in. The bytes are valid
// until the next reset.
func (w *builder) seal(b *batch) ([]byte, hash) {
	payload := (len(w.lanes) + 7) / 8
	for _, l := range w.lanes {
		b.lanes = append(b.lanes, lane{kind: l.kind, count: l.count, length: len(l.buf), digest: sha256.Sum256(l.buf)})
		payload += len(l.buf)
	}
	dst := append(w.frame[:0], make([]byte, frameHead)...)
	dst, sum := sealHead(b.append(dst), magicBatch, payload)
	for i := 0; i < len(w.lanes); i += 8 {
		dst = append(dst, byte(1<<min(8, len(w.lanes)-i)-1))
	}
	for _, l := range w.lanes {
		dst = append(dst, l.buf...)
	}
	w.frame = dst
	return dst, sum
}

// Append implements [wardround.Log].
func (l *Log) Append(ctx context.Context, obs []*wardround.Observation) ([]*wardround.Observation, error) {
	const op = "filelog.append"
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.writable(op); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	origin := l.origin
	if origin == "" {
		origin = l.opt.Origin
	}
	if err := wardround.CheckBatch(op, obs, origin); err != nil {
		return nil, err
	}
	b := batch{id: l.head.id, first: l.head.last + 1, newest: l.head.newest}
	out := make([]*wardround.Observation, 0, len(obs))
	undo := func() {
		for _, o := range out {
			o.Seq = 0
		}
	}
	high := map[source]uint64{}
	l.build.reset()
	for _, o := range obs {
		src := source{o.Sensor, o.Input}
		if o.Position <= max(l.reached[src].position, high[src]) {
			continue
		}
		high[src] = o.Position
		if o.Logged.Before(b.newest) {
			o.Logged = b.newest
		}
		b.newest = o.Logged
		o.Seq = b.first + uint64(len(out))
		err := l.build.add(l.opt.Codec, len(out), o)
		out = append(out, o)
		if err != nil {
			undo()
			return nil, wardround.Errorf(wardround.EInvalid, op, "an observation of kind %q from sensor %q: %w", o.Kind, o.Sensor, err)
		}
	}
	if len(out) == 0 {
		return out, nil
	}
	b.count = len(out)
	for src, pos := range high {
		b.reached = append(b.reached, reach{Sensor: src.sensor, Input: src.input, Position: pos})
	}
	sortReached(b.reached)
	if err := l.commit(op, &b, out[0].Origin); err != nil {
		undo()
		return nil, err
	}
	return out, nil
}

func sortReached(r []reach) {
	slices.SortFunc(r, func(a, b reach) int {
		return cmp.Or(cmp.Compare(a.Sensor, b.Sensor), cmp.Compare(a.Input, b.Input))
	})
}

// writable says why nothing can be appended.
func (l *Log) writable(op string) error {
	switch {
	case l.opt.ReadOnly:
		return wardround.Errorf(wardround.EForbidden, op, "the log in %s is open for reading only", l.dir)
	case l.closed:
		return wardround.Errorf(wardround.EInvalid, op, "the log in %s is closed", l.dir)
	case l.broken != nil:
		return wardround.Errorf(wardround.EInternal, op, "the disk failed before, and what it holds is not certain until the log is opened again: %w", l.broken)
	}
	return nil
}

// commit makes batch b durable and then known.
func (l *Log) commit(op string, b *batch, origin wardround.Origin) error {
	if err := l.rotate(op, b, origin); err != nil {
		return err
	}
	s := l.segments[len(l.segments)-1]
	b.prev = l.prev
	frame, sum := l.build.seal(b)
	at := point{s.size, b.prev, b.first}
	if _, err := l.file.WriteAt(frame, s.size); err != nil {
		// Nobody was told: take back what was written of it.
		if terr := l.file.Truncate(s.size); terr != nil {
			l.broken = terr
		}
		return durable.Error(op, l.dir, err)
	}
	if err := l.file.Sync(); err != nil {
		// After a failed sync nobody knows what the disk has.
		l.broken = err
		return durable.Error(op, l.dir, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.note(at)
	s.count(b, nil)
	s.size += int64(len(frame))
	s.File.Size = s.size
	l.prev, l.origin = sum, origin
	for _, r := range b.reached {
		l.reached[source{r.Sensor, r.Input}] = progress{r.Position, b.last()}
	}
	l.head.last, l.head.head, l.head.newest = b.last(), sum, b.newest
	l.head.active, l.head.size, l.head.epoch = s.First, s.size, l.epoch
	// The batch is durable whether or not the mark can be written; a mark that
	// lags finds less, and the next one catches up.
	_ = l.mark.write(&l.head, false)
	return nil
}

// A log remembers this many inputs of sensors, the most recent ones, and this many
// bytes of their names: a file's header lists them.
const (
	maxSources     = 100_000
	maxSourceBytes = 8 << 20
)

// sources lists how far each input has come, and forgets the oldest when there are
// too many.
func (l *Log) sources() []reach {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]reach, 0, len(l.reached))
	for src, p := range l.reached {
		all = append(all, reach{src.sensor, src.input, p.position, p.seq})
	}
	slices.SortFunc(all, func(a, b reach) int { return cmp.Compare(b.Seq, a.Seq) })
	keep, size := 0, 0
	for ; keep < min(len(all), maxSources); keep++ {
		if size += len(all[keep].Sensor) + len(all[keep].Input); size > maxSourceBytes {
			break
		}
	}
	for _, r := range all[keep:] {
		delete(l.reached, source{r.Sensor, r.Input})
	}
	all = all[:keep]
	sortReached(all)
	return all
}

// rotate makes sure the active file is one that batch b belongs in.
func (l *Log) rotate(op string, b *batch, origin wardround.Origin) error {
	var s *segment
	if n := len(l.segments); n > 0 {
		s = l.segments[n-1]
	}
	// A batch over midnight opens the new day's file.
	day := b.newest.UTC().Truncate(24 * time.Hour)
	if s != nil && l.file != nil && !l.roll {
		empty := s.Last < s.First
		if empty || s.size < l.opt.MaxFile && !day.After(s.Newest.UTC().Truncate(24*time.Hour)) {
			return nil
		}
	}
	h := header{Version: version, ID: l.head.id, Epoch: l.epoch, Origin: origin, First: b.first, Prev: digest(l.prev)}
	if s != nil {
		h.Before = s.File
	}
	h.Reached = l.sources()
	frame, sum, err := h.encode()
	if err != nil {
		return wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	name := fileName(day, b.first)
	f, err := os.OpenFile(filepath.Join(l.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return durable.Error(op, l.dir, err)
	}
	_, err = f.Write(frame)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = durable.SyncDir(l.dir)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return durable.Error(op, l.dir, err)
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.roll = f, false
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segments = append(l.segments, &segment{
		File:  File{Name: name, First: b.first, Last: b.first - 1, Size: int64(len(frame)), Newest: b.newest},
		epoch: l.epoch, prev: l.prev, size: int64(len(frame)),
		start: point{int64(len(frame)), sum, b.first},
	})
	l.prev = sum
	return nil
}
