package pipeline

import (
	"container/heap"
	"sort"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// maxWakes bounds the wake-ups of one check.
const maxWakes = 100_000

type wakeKey struct{ check, key string }

type wake struct {
	wakeKey
	at     time.Time
	queued bool // its observation is on its way to the log
	index  int  // in the heap; -1 when it waits for its check to be switched on
}

// wakes keeps the wake-ups asked for, by time.
type wakes struct {
	m     map[wakeKey]*wake
	heap  wakeHeap
	fired map[string][]check.Wake
	dirty map[wakeKey]struct{}
	count map[string]int
	off   map[string]bool // checks whose wake-ups wait
}

func newWakes() *wakes {
	return &wakes{m: map[wakeKey]*wake{}, fired: map[string][]check.Wake{}, dirty: map[wakeKey]struct{}{}, count: map[string]int{}, off: map[string]bool{}}
}

func (w *wakes) set(row wardround.WakeRow) {
	k := wakeKey{row.Check, row.Key}
	old := w.m[k]
	switch {
	case row.At.IsZero():
		if old != nil {
			w.out(old)
			delete(w.m, k)
			w.count[k.check]--
		}
	case old != nil:
		old.at, old.queued = row.At, false
		if old.index >= 0 {
			heap.Fix(&w.heap, old.index)
		}
	case w.count[k.check] < maxWakes:
		n := &wake{wakeKey: k, at: row.At}
		w.m[k] = n
		w.count[k.check]++
		if w.off[k.check] {
			n.index = -1
		} else {
			heap.Push(&w.heap, n)
		}
	}
}

// out takes a wake-up from the heap.
func (w *wakes) out(x *wake) {
	if x.index >= 0 {
		heap.Remove(&w.heap, x.index)
		x.index = -1
	}
}

// park lets the wake-ups of a check wait until it is switched on again.
func (w *wakes) park(id string) {
	w.off[id] = true
	for k, x := range w.m {
		if k.check == id {
			w.out(x)
			x.queued = false
		}
	}
}

// unpark lets them come; those that were due come at once.
func (w *wakes) unpark(id string) {
	delete(w.off, id)
	for k, x := range w.m { // in any order: the heap has one of its own
		if k.check == id && x.index < 0 {
			heap.Push(&w.heap, x)
		}
	}
}

// ask sets a wake-up and marks it for the commit.
func (w *wakes) ask(row wardround.WakeRow) {
	k := wakeKey{row.Check, row.Key}
	if old := w.m[k]; old != nil && old.at.Equal(row.At) {
		return
	}
	w.set(row)
	w.dirty[k] = struct{}{}
}

// fire takes a wake-up whose observation has come through the log.
func (w *wakes) fire(f *kind.WakeV1) {
	k := wakeKey{f.Check, f.Key}
	if old := w.m[k]; old != nil && !old.at.After(f.Due) {
		w.set(wardround.WakeRow{Check: f.Check, Key: f.Key})
		w.dirty[k] = struct{}{}
	}
	w.fired[f.Check] = append(w.fired[f.Check], check.Wake{Key: f.Key, Due: f.Due})
}

// again asks once more for wake-ups that a check could not take: for t, or for when
// they were due if t is zero. What the check asked for since stands.
func (w *wakes) again(id string, fired []check.Wake, t time.Time) {
	for _, x := range fired {
		if w.m[wakeKey{id, x.Key}] != nil {
			continue
		}
		row := wardround.WakeRow{Check: id, Key: x.Key, At: t}
		if t.IsZero() {
			row.At = x.Due
		}
		w.ask(row)
	}
}

// due hands over the fired wake-ups per check.
func (w *wakes) due() map[string][]check.Wake {
	out := w.fired
	w.fired = map[string][]check.Wake{}
	return out
}

// take returns at most n wake-ups due at now and marks them as queued.
func (w *wakes) take(now time.Time, n int) []*wake {
	var out []*wake
	var later []*wake
	for len(w.heap) > 0 && len(out) < n && !w.heap[0].at.After(now) {
		x := heap.Pop(&w.heap).(*wake)
		later = append(later, x)
		if !x.queued {
			x.queued = true
			out = append(out, x)
		}
	}
	for _, x := range later {
		heap.Push(&w.heap, x)
	}
	return out
}

func (w *wakes) flush(rows []wardround.WakeRow) []wardround.WakeRow {
	start := len(rows)
	for k := range w.dirty {
		row := wardround.WakeRow{Check: k.check, Key: k.key}
		if x := w.m[k]; x != nil {
			row.At = x.at
		}
		rows = append(rows, row)
	}
	clear(w.dirty)
	sort.Slice(rows[start:], func(i, j int) bool {
		a, b := rows[start+i], rows[start+j]
		return a.Check < b.Check || a.Check == b.Check && a.Key < b.Key
	})
	return rows
}

type wakeHeap []*wake

func (h wakeHeap) Len() int { return len(h) }
func (h wakeHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	return a.check < b.check || a.check == b.check && a.key < b.key
}
func (h wakeHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }
func (h *wakeHeap) Push(x any)   { w := x.(*wake); w.index = len(*h); *h = append(*h, w) }
func (h *wakeHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// Own returns what the pipeline itself has to write to the log now: failures of
// checks and at most a batch of wake-ups due at now (zero: at the site's time).
// The caller appends them, with its own Position, before anything newer.
func (p *Pipeline) Own(now time.Time) []*wardround.Observation {
	if now.IsZero() || now.Before(p.now) {
		now = p.now
	}
	var out []*wardround.Observation
	for _, f := range p.failures.take() {
		out = append(out, &wardround.Observation{Kind: string(kind.CheckFailed), Version: 1, At: p.now, Origin: p.opt.Origin, Fields: f})
	}
	for _, w := range p.wakes.take(now, wardround.MaxBatch-len(out)) {
		out = append(out, &wardround.Observation{
			Kind: string(kind.Wake), Version: 1, At: now, Origin: p.opt.Origin,
			Fields: &kind.WakeV1{Check: w.check, Key: w.key, Due: w.at},
		})
	}
	return out
}
