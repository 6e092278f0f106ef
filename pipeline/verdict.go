package pipeline

import (
	"container/heap"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// saveEvery is how often a verdict that only became fresher is written again.
const saveEvery = time.Minute

// row is a verdict as the store has it, or will after this batch: what a restart
// would bring back, so that it changes nothing.
type row struct {
	v      wardround.Verdict // Facts only until the commit
	newest time.Time         // of what was judged; up to saveEvery after v.At
	dirty  bool
	index  int // in the heap of those that decay; -1 when not there
}

// verdicts holds the current row of every key, and when each goes stale.
type verdicts struct {
	m     map[wardround.Key]*row
	by    map[wardround.Subject][]*row
	items map[ofSubject]int
	count map[string]int // per check
	heap  decayHeap
	dirty []*row
}

func newVerdicts() *verdicts {
	return &verdicts{m: map[wardround.Key]*row{}, by: map[wardround.Subject][]*row{}, items: map[ofSubject]int{}, count: map[string]int{}}
}

func (s *verdicts) restore(v *wardround.Verdict) {
	r := &row{v: *v, newest: v.At, index: -1}
	r.v.Facts = nil
	s.add(r)
	s.plan(r)
}

func (s *verdicts) get(k wardround.Key) (*row, bool) {
	if r := s.m[k]; r != nil {
		return r, false
	}
	r := &row{v: wardround.Verdict{Key: k}, index: -1}
	s.add(r)
	return r, true
}

func (s *verdicts) add(r *row) {
	k := r.v.Key
	s.m[k] = r
	s.by[k.Subject] = append(s.by[k.Subject], r)
	s.items[ofSubject{k.Check, k.Subject}]++
	s.count[k.Check]++
}

// room reports whether a check may have one more row. None takes more than a
// third of them, and each always has a hundredth: who fills one check with what
// he makes up does not silence the others.
func (s *verdicts) room(check string, all int) bool {
	n := s.count[check]
	return n < all/100 || n < all/3 && len(s.m) < all
}

// staleAt reports whether the row's evidence is over at t.
func (r *row) staleAt(t time.Time) bool { return !r.v.Until.IsZero() && r.v.Until.Before(t) }

// plan puts the row where its decay will be found.
func (s *verdicts) plan(r *row) {
	want := !r.v.Until.IsZero() && r.v.State != wardround.Unknown
	switch {
	case want && r.index >= 0:
		heap.Fix(&s.heap, r.index)
	case want:
		heap.Push(&s.heap, r)
	case r.index >= 0:
		heap.Remove(&s.heap, r.index)
	}
}

func (s *verdicts) touch(r *row) {
	if !r.dirty {
		r.dirty = true
		s.dirty = append(s.dirty, r)
	}
}

// flush adds the changed rows to the commit, in order of key.
func (s *verdicts) flush(c *wardround.Commit) {
	sort.Slice(s.dirty, func(i, j int) bool { return lessKey(s.dirty[i].v.Key, s.dirty[j].v.Key) })
	for _, r := range s.dirty {
		v := r.v
		c.Verdicts = append(c.Verdicts, &v)
	}
}

func (s *verdicts) committed() {
	for _, r := range s.dirty {
		r.dirty, r.v.Facts = false, nil
	}
	s.dirty = s.dirty[:0]
}

func lessKey(a, b wardround.Key) bool {
	if a.Check != b.Check {
		return a.Check < b.Check
	}
	if a.Subject != b.Subject {
		if a.Subject.Kind != b.Subject.Kind {
			return a.Subject.Kind < b.Subject.Kind
		}
		return a.Subject.ID < b.Subject.ID
	}
	return a.Item < b.Item
}

// apply makes one output of a check the key's verdict, and a transition if it
// changes the state. A late output (about something that happened before what the
// row rests on) is history: it never replaces a newer verdict.
func (p *Pipeline) apply(c *check.Check, out check.Output) {
	if p.rows.m[out.Key] == nil {
		if most := itemsOf(c); p.rows.items[ofSubject{out.Key.Check, out.Key.Subject}] >= most {
			var tells bool
			if out, tells = p.more(out, most); !tells {
				return
			}
		}
		if p.rows.m[out.Key] == nil && !p.rows.room(c.ID, p.opt.MaxKeys) {
			p.failures.full(c)
			return
		}
	}
	r, isNew := p.rows.get(out.Key)
	if !isNew && out.At.Before(r.newest) {
		if out.State != r.v.State {
			p.transition(r.v.Key, r.v.State, r.v.State, wardround.LatePrefix+"would have been "+out.State.String(), out.At)
		}
		return
	}
	if r.v.State != wardround.Unknown && r.staleAt(out.At) {
		p.wentStale(r) // before this was seen, however few batches lie between
	}
	r.newest = out.At
	var sev wardround.Severity
	why := out.Why
	if out.State == wardround.Fail {
		sev, why = p.weigh(out)
		if out.Key.Item == More && r.v.State == wardround.Fail && sev < r.v.Severity {
			sev, why = r.v.Severity, r.v.Why
		}
	}
	old := r.v.State
	changed := isNew || old != out.State || (out.State == wardround.Fail && sev != r.v.Severity) || (out.State == wardround.Unknown && why != r.v.Why)
	renew := !changed && r.renewedBy(out.At, c.Fresh)
	if changed || renew || p.findings.otherFact(out) || out.At.Sub(r.v.At) >= saveEvery {
		if isNew || old != out.State {
			r.v.Since = out.At
		}
		r.v.State, r.v.Severity, r.v.Why, r.v.Facts = out.State, sev, why, limited(out.Facts)
		r.v.At, r.v.Version, r.v.Seq = out.At, c.Version, p.commit.To
		r.v.Knowledge, r.v.Origin = p.content.generation, p.opt.Origin
		r.v.Until = time.Time{}
		if c.Fresh > 0 {
			r.v.Until = out.At.Add(c.Fresh)
		}
		p.rows.plan(r)
		p.rows.touch(r)
	}
	switch {
	case changed:
		p.leaf(r, "transition")
		p.transition(out.Key, old, out.State, "judged", out.At)
	case renew:
		p.leaf(r, "renewal")
		p.transition(out.Key, old, out.State, "renewed", out.At)
	}
	p.findings.judged(p, c, r, out, changed)
}

// renewedBy reports whether evidence at t renews the row: half its freshness, or a
// multiple of it, was reached since it came into its state. What was saved last
// tells, so that no restart puts a renewal off.
func (r *row) renewedBy(t time.Time, fresh time.Duration) bool {
	half := fresh / 2
	return half > 0 && t.Sub(r.v.Since)/half > r.v.At.Sub(r.v.Since)/half
}

// leaf adds the row's verdict to the evidence of this commit.
func (p *Pipeline) leaf(r *row, reason string) {
	b, err := json.Marshal(&r.v)
	if err != nil {
		panic(err) // facts were encoded before
	}
	p.commit.Evidence = append(p.commit.Evidence, &wardround.Evidence{
		Kind: "verdict", Reason: reason, Payload: b, At: p.now, Seq: p.commit.To,
	})
}

func (p *Pipeline) transition(k wardround.Key, from, to wardround.State, reason string, at time.Time) {
	p.commit.Transitions = append(p.commit.Transitions, &wardround.Transition{
		Key: k, From: from, To: to, Seq: p.commit.To, At: at, Reason: reason,
	})
}

// decay turns what is older than its freshness into unknown.
func (p *Pipeline) decay() {
	for len(p.rows.heap) > 0 && p.rows.heap[0].v.Until.Before(p.now) {
		p.wentStale(p.rows.heap[0])
	}
}

func (p *Pipeline) wentStale(r *row) {
	p.fade(r, "nothing was seen for longer than "+r.v.Until.Sub(r.v.At).String(), "went stale", r.v.Until)
}

// fade turns a row into unknown: what it rests on no longer holds. Its finding
// stays open: "not seen again since …".
func (p *Pipeline) fade(r *row, why, reason string, since time.Time) {
	old := r.v.State
	r.v.State, r.v.Severity, r.v.Facts, r.v.Why = wardround.Unknown, wardround.SeverityNone, nil, why
	r.v.Since, r.v.Seq, r.v.Knowledge = since, p.commit.To, p.content.generation
	p.rows.plan(r)
	p.leaf(r, "transition")
	p.transition(r.v.Key, old, wardround.Unknown, reason, since)
	p.rows.touch(r)
	p.findings.stale(p, r)
}

// fadeAll fades the rows of a check that are in one of the states given, or in any
// that tells.
func (p *Pipeline) fadeAll(id, why, reason string, of ...wardround.State) {
	var rows []*row
	for k, r := range p.rows.m {
		if k.Check == id && r.v.State != wardround.Unknown && (len(of) == 0 || slices.Contains(of, r.v.State)) {
			rows = append(rows, r)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return lessKey(rows[i].v.Key, rows[j].v.Key) })
	for _, r := range rows {
		p.fade(r, why, reason, p.now)
	}
}

// evidence makes an act or a change of content a leaf.
func evidence(k, reason string, o *wardround.Observation, fields any) *wardround.Evidence {
	b, err := json.Marshal(map[string]any{
		"kind": o.Kind, "seq": o.Seq, "at": o.At.UTC(), "fields": fields,
	})
	if err != nil {
		panic(err) // schemas always marshal
	}
	return &wardround.Evidence{Kind: k, Reason: reason, Payload: b, At: o.At, Seq: o.Seq}
}

type decayHeap []*row

func (h decayHeap) Len() int { return len(h) }
func (h decayHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if !a.v.Until.Equal(b.v.Until) {
		return a.v.Until.Before(b.v.Until)
	}
	return lessKey(a.v.Key, b.v.Key)
}
func (h decayHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }
func (h *decayHeap) Push(x any)   { r := x.(*row); r.index = len(*h); *h = append(*h, r) }
func (h *decayHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	x.index = -1
	return x
}
