package portfolio

import (
	"time"

	"github.com/wardround/wardround"
)

// queue holds what has to be said anew, first in, first out, each once.
type queue struct {
	items    []item
	head     int
	in       map[item]struct{}
	releases []wardround.ReleaseID
	inRel    map[wardround.ReleaseID]struct{}
	limit    int
}

// item is a pair, or all pairs of a subject where vuln is 0.
type item struct{ subject, vuln uint32 }

func newQueue() queue {
	return queue{in: map[item]struct{}{}, inRel: map[wardround.ReleaseID]struct{}{}}
}

func (q *queue) pair(subject, vuln uint32) { q.put(item{subject, vuln}) }
func (q *queue) subject(n uint32)          { q.put(item{n, 0}) }

func (q *queue) put(i item) {
	if _, ok := q.in[i]; ok {
		return
	}
	if i.vuln != 0 {
		if _, ok := q.in[item{i.subject, 0}]; ok {
			return
		}
		if q.limit > 0 && q.len() >= q.limit {
			i.vuln = 0 // no room for pairs: the subject waits as a whole
			if _, ok := q.in[i]; ok {
				return
			}
		}
	}
	q.in[i] = struct{}{}
	q.items = append(q.items, i)
}

// pop returns the next pair or subject; false if none waits.
func (q *queue) pop() (item, bool) {
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
		return item{}, false
	}
	i := q.items[q.head]
	q.head++
	delete(q.in, i)
	if q.head > 4096 && 2*q.head > len(q.items) {
		q.items = append(q.items[:0], q.items[q.head:]...)
		q.head = 0
	}
	return i, true
}

// front puts pairs of a subject before all others.
func (q *queue) front(subject uint32, vulns []uint32) {
	items := make([]item, 0, len(vulns)+q.len())
	for _, v := range vulns {
		i := item{subject, v}
		if _, ok := q.in[i]; !ok {
			q.in[i] = struct{}{}
			items = append(items, i)
		}
	}
	q.items, q.head = append(items, q.items[q.head:]...), 0
}

func (q *queue) len() int { return len(q.items) - q.head }

func (q *queue) release(id wardround.ReleaseID) {
	if _, ok := q.inRel[id]; !ok {
		q.inRel[id] = struct{}{}
		q.releases = append(q.releases, id)
	}
}

// takeReleases returns at most n releases that were said anew.
func (q *queue) takeReleases(n int) []wardround.ReleaseID {
	n = min(n, len(q.releases))
	out := append([]wardround.ReleaseID(nil), q.releases[:n]...)
	q.releases = append(q.releases[:0], q.releases[n:]...)
	for _, id := range out {
		delete(q.inRel, id)
	}
	return out
}

// expiries are when claims end that an answer rests on, earliest first.
type expiries []expiry

type expiry struct {
	at   int64 // Unix seconds
	item item
}

func (h expiries) Len() int           { return len(h) }
func (h expiries) Less(i, j int) bool { return h[i].less(h[j]) }
func (h expiries) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *expiries) Push(x any)        { *h = append(*h, x.(expiry)) }
func (h *expiries) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (e expiry) less(o expiry) bool {
	if e.at != o.at {
		return e.at < o.at
	}
	if e.item.subject != o.item.subject {
		return e.item.subject < o.item.subject
	}
	return e.item.vuln < o.item.vuln
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
