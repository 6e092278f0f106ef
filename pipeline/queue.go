package pipeline

import (
	"math"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// The classes of what waits, from what is never shed to what goes first.
const (
	shedNone = iota
	shedTransaction
	shedRepeat
	shedFlow
	shedClasses
)

func shedOf(o *wardround.Observation) int {
	s := kind.Lookup(kind.Name(o.Kind))
	switch {
	case s == nil || s.Shed == kind.ShedNever:
		return shedNone
	case s.Shed == kind.ShedFlow:
		return shedFlow
	case o.Count > 1:
		return shedRepeat
	}
	return shedTransaction
}

// queue is what waits to be made durable, in order. When it is full, it sheds the
// oldest of what matters less than what comes, at the same small cost however much
// waits: who can send a lot cannot make each of it dear.
type queue struct {
	max  int
	n    int
	last uint64 // number of the newest
	of   [shedClasses]fifo
	shed [shedClasses]int64 // per class, ever
}

type waiting struct {
	o  *wardround.Observation
	no uint64
	// group is, of the first of several that stay together, how many those are.
	group int
}

// put queues o, or sheds it when there is nothing that matters less.
func (q *queue) put(o *wardround.Observation, class int) {
	for q.n >= q.max {
		lowest := shedFlow
		for lowest > class && q.of[lowest].empty() {
			lowest--
		}
		switch {
		case lowest > class:
			q.of[lowest].pop()
			q.n--
			q.shed[lowest]++
			continue
		case class != shedNone:
			q.shed[class]++
			return
		}
		break // never shed: the queue grows by these few
	}
	q.last++
	q.n++
	q.of[class].push(waiting{o: o, no: q.last})
}

// putAll queues several that [queue.take] hands out in one portion. They are not shed.
func (q *queue) putAll(list []*wardround.Observation) {
	for i, o := range list {
		q.last++
		q.n++
		w := waiting{o: o, no: q.last}
		if i == 0 {
			w.group = len(list)
		}
		q.of[shedNone].push(w)
	}
}

// take returns the oldest n of what waits, or fewer where those that stay together
// would not all be among them.
func (q *queue) take(dst []*wardround.Observation, n int) []*wardround.Observation {
	for ; n > 0 && q.n > 0; n-- {
		best := -1
		for c := range q.of {
			if f := &q.of[c]; !f.empty() && (best < 0 || f.first().no < q.of[best].first().no) {
				best = c
			}
		}
		if q.of[best].first().group > n {
			break
		}
		dst = append(dst, q.of[best].pop().o)
		q.n--
	}
	return dst
}

// oldest is the number of the oldest that waits, above any number if none does.
func (q *queue) oldest() uint64 {
	no := uint64(math.MaxUint64)
	for c := range q.of {
		if f := &q.of[c]; !f.empty() {
			no = min(no, f.first().no)
		}
	}
	return no
}

// fifo is a list that is pushed at one end and popped at the other.
type fifo struct {
	list []waiting
	head int
}

func (f *fifo) empty() bool     { return f.head == len(f.list) }
func (f *fifo) first() *waiting { return &f.list[f.head] }
func (f *fifo) push(w waiting)  { f.list = append(f.list, w) }

func (f *fifo) pop() waiting {
	w := f.list[f.head]
	f.list[f.head] = waiting{}
	f.head++
	if f.head >= 64 && f.head*2 >= len(f.list) { // half of it is gone
		n := copy(f.list, f.list[f.head:])
		clear(f.list[n:])
		f.list, f.head = f.list[:n], 0
	}
	return w
}
