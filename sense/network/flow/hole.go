package flow

import (
	"bytes"
	"slices"
)

// hole is what is missing next in one direction, and the segments that wait
// behind it. Few flows have one at a time, so they are pooled.
type hole struct {
	flow        *Flow
	dir         Direction
	kind        holeKind
	since       int64 // table's clock
	older, next *hole // queue; next is also the free list
	held        []held
	bytes       int // of the buffers in held
}

// held is a buffered segment; lost bytes after b were not captured.
type held struct {
	b    []byte
	seq  uint32
	lost uint32
	at   int64
}

func (s *held) end() uint32 { return s.seq + uint32(len(s.b)) + s.lost }

type holeKind uint8

const (
	unacked holeKind = iota // may still be filled by a retransmission
	acked                   // the receiver has it, so the capture has lost it
)

// holeQueue holds holes in the order in which they were found, hence of their deadlines.
type holeQueue struct {
	oldest, newest *hole
	wait           int64
}

func (q *holeQueue) push(w *hole) {
	w.older, w.next = q.newest, nil
	if q.newest != nil {
		q.newest.next = w
	} else {
		q.oldest = w
	}
	q.newest = w
}

func (q *holeQueue) remove(w *hole) {
	if w.older != nil {
		w.older.next = w.next
	} else {
		q.oldest = w.next
	}
	if w.next != nil {
		w.next.older = w.older
	} else {
		q.newest = w.older
	}
}

// hole notes that something is missing in a direction that had nothing missing.
func (t *Table) hole(f *Flow, dir Direction) *hole {
	w := t.freeHoles
	if w == nil {
		w = new(hole)
	} else {
		t.freeHoles = w.next
	}
	w.flow, w.dir, w.kind, w.since = f, dir, unacked, t.clock.now
	f.holes[dir] = w
	t.holes[unacked].push(w)
	t.stats.Holes++
	return w
}

// requeue starts the wait of a hole anew.
func (t *Table) requeue(w *hole, kind holeKind) {
	t.holes[w.kind].remove(w)
	w.kind, w.since = kind, t.clock.now
	t.holes[kind].push(w)
}

// release forgets the hole and what waits behind it.
func (t *Table) release(f *Flow, dir Direction) {
	w := f.holes[dir]
	if w == nil {
		return
	}
	for i := range w.held {
		t.store.put(w.held[i].b)
	}
	f.holes[dir] = nil
	t.holes[w.kind].remove(w)
	clear(w.held)
	w.held = w.held[:0]
	if cap(w.held) > 32 {
		w.held = nil
	}
	w.flow, w.older, w.bytes = nil, nil, 0
	w.next, t.freeHoles = t.freeHoles, w
}

// holeAcked notes that the receiver has what is missing.
func (t *Table) holeAcked(f *Flow, dir Direction) {
	w := f.holes[dir]
	if w == nil {
		w = t.hole(f, dir)
	}
	if w.kind != acked {
		t.requeue(w, acked)
	}
}

// hold buffers a segment that lies behind a hole. It reports false when
// instead a hole had to be given up, after which the segment may lie elsewhere.
func (t *Table) hold(f *Flow, dir Direction, seq uint32, b []byte, lost uint32, at int64) bool {
	h, w := &f.tcp[dir], f.holes[dir]
	size := t.store.size(len(b))
	if w != nil && (len(w.held) >= t.limits.Segments || w.bytes+size > t.limits.FlowBytes) && len(w.held) > 0 {
		t.stats.GapsByLimit++
		t.giveUp(w)
		return false
	}
	if t.store.held+size > t.limits.TotalBytes || size > t.limits.FlowBytes {
		t.stats.GapsByLimit++
		if w := t.oldestHole(); w != nil && size <= t.limits.FlowBytes {
			t.giveUp(w)
			return false
		}
		t.gap(f, dir, int64(seq-h.next), at)
		h.next = seq
		return false
	}
	if w == nil {
		w = t.hole(f, dir)
	}
	t.stats.OutOfOrder++
	if last := len(w.held) - 1; last < 0 || int32(seq-w.held[last].end()) >= 0 {
		t.insert(w, last+1, seq, b, lost, at)
		return true
	}
	t.weave(w, seq, b, lost, at)
	return true
}

func (t *Table) oldestHole() *hole {
	a, b := t.holes[unacked].oldest, t.holes[acked].oldest
	if a == nil || b != nil && b.since < a.since {
		return b
	}
	return a
}

// weave buffers what of a segment is not buffered yet: bytes that arrived first win.
func (t *Table) weave(w *hole, seq uint32, b []byte, lost uint32, at int64) {
	h, s := &w.flow.tcp[w.dir], &w.flow.Sent[w.dir]
	off := func(seq uint32) uint32 { return seq - h.next } // everything held is ahead of next
	end := seq + uint32(len(b)) + lost
	piece := func(i int, from, to uint32) {
		lo, hi := min(from-seq, uint32(len(b))), min(to-seq, uint32(len(b)))
		if len(w.held) < t.limits.Segments && w.bytes+t.store.size(int(hi-lo)) <= t.limits.FlowBytes {
			t.insert(w, i, from, b[lo:hi], to-from-(hi-lo), at)
		}
	}
	i, _ := slices.BinarySearchFunc(w.held, off(seq), func(s held, at uint32) int {
		if off(s.end()) <= at {
			return -1
		}
		return 1
	})
	overlap, differs := uint32(0), false
	pos := seq
	for ; i < len(w.held) && off(w.held[i].seq) < off(end); i++ {
		if off(pos) < off(w.held[i].seq) {
			before := len(w.held)
			piece(i, pos, w.held[i].seq)
			i += len(w.held) - before
		}
		old := &w.held[i]
		if off(pos) < off(old.seq) {
			pos = old.seq
		}
		to := end
		if off(old.end()) < off(end) {
			to = old.end()
		}
		if off(pos) < off(to) {
			overlap += to - pos
			differs = differs || !agree(old, pos, to, seq, b)
			pos = to
		}
	}
	if off(pos) < off(end) {
		piece(i, pos, end)
	}
	if overlap > 0 {
		t.repeated(s, overlap)
	}
	if differs {
		t.conflict(s)
	}
}

// agree compares the bytes from to to of a held segment with b, which begins at seq,
// as far as both were captured.
func agree(old *held, from, to, seq uint32, b []byte) bool {
	x := old.b[min(from-old.seq, uint32(len(old.b))):]
	y := b[min(from-seq, uint32(len(b))):]
	n := min(int(to-from), len(x), len(y))
	return bytes.Equal(x[:n], y[:n])
}

// insert copies b into the hole's segments at index i.
func (t *Table) insert(w *hole, i int, seq uint32, b []byte, lost uint32, at int64) {
	own := t.store.get(len(b))
	copy(own, b)
	w.bytes += cap(own)
	w.held = slices.Insert(w.held, i, held{own, seq, lost, at})
}
