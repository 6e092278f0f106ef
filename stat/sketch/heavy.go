package sketch

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
)

// Bounds of the categories that are held.
const (
	DefaultCategories = 256
	MaxCategories     = 1 << 16
	// MaxText is the longest text held, in bytes; what is longer is cut and marked with
	// its hash, so that different texts stay different.
	MaxText = 120
)

// Heavy holds the most frequent categories: a stream summary with a fixed number of
// counters (space-saving: Metwally, Agrawal, El Abbadi, ICDT 2005; its merging:
// Agarwal et al., Mergeable summaries, PODS 2012) and a count-min sketch behind it for
// the rest. Counts are exact until there are more categories than counters; from then
// on each is an interval no wider than N divided by the counters.
type Heavy struct {
	size  int
	n     int64
	by    map[string]*counter
	order counters // the one to be given up first on top
	rest  *countMin
}

// counter holds a category: true count between count-over and count.
type counter struct {
	text        string
	count, over int64
	at          int
}

// NewHeavy returns an empty summary with that many counters; 0 is [DefaultCategories].
func NewHeavy(categories int) *Heavy {
	if categories == 0 {
		categories = DefaultCategories
	}
	return &Heavy{size: min(max(categories, 1), MaxCategories), by: map[string]*counter{}}
}

// Size is the number of counters.
func (h *Heavy) Size() int { return h.size }

// N is the number of rows counted.
func (h *Heavy) N() int64 { return h.n }

// Exact reports whether every count is exact.
func (h *Heavy) Exact() bool { return h.rest == nil }

// Add counts a category once.
func (h *Heavy) Add(text string) { h.AddN(text, 1) }

// AddN counts a category n times; n below 1 counts nothing.
func (h *Heavy) AddN(text string, n int64) {
	if n < 1 {
		return
	}
	text = bounded(text)
	h.n += n
	if h.rest != nil {
		h.rest.add(text, n)
	}
	if c := h.by[text]; c != nil {
		c.count += n
		heap.Fix(&h.order, c.at)
		return
	}
	if len(h.by) < h.size {
		c := &counter{text: text, count: n}
		h.by[text] = c
		heap.Push(&h.order, c)
		return
	}
	if h.rest == nil {
		h.open()
		h.rest.add(text, n)
	}
	c := h.order[0]
	delete(h.by, c.text)
	c.text, c.over, c.count = text, c.count, c.count+n
	h.by[text] = c
	heap.Fix(&h.order, 0)
}

// open begins the count-min sketch with what is still counted exactly.
func (h *Heavy) open() {
	h.rest = newCountMin()
	for _, c := range h.order {
		h.rest.add(c.text, c.count)
	}
}

// Merge adds what o was given; the sizes must be equal.
func (h *Heavy) Merge(o *Heavy) error {
	if h.size != o.size {
		return fmt.Errorf("summaries of %d and %d categories do not merge: build both with one size", h.size, o.size)
	}
	h.merge(o)
	return nil
}

func (h *Heavy) merge(o *Heavy) {
	// A category that a full side does not hold may have been there as often as its
	// smallest counter says.
	missH, missO := h.floor(), o.floor()
	all := make([]*counter, 0, len(h.by)+len(o.by))
	for _, c := range h.order {
		n := &counter{text: c.text, count: c.count, over: c.over}
		if d := o.by[c.text]; d != nil {
			n.count, n.over = n.count+d.count, n.over+d.over
		} else {
			n.count, n.over = n.count+missO, n.over+missO
		}
		all = append(all, n)
	}
	for _, d := range o.order {
		if h.by[d.text] == nil {
			all = append(all, &counter{text: d.text, count: d.count + missH, over: d.over + missH})
		}
	}
	if h.rest == nil && (o.rest != nil || len(all) > h.size) {
		h.open()
	}
	if h.rest != nil {
		if o.rest != nil {
			h.rest.merge(o.rest)
		} else {
			for _, c := range o.order {
				h.rest.add(c.text, c.count)
			}
		}
	}
	h.n += o.n
	slices.SortFunc(all, func(a, b *counter) int { return -before(a, b) })
	all = all[:min(len(all), h.size)]
	h.by, h.order = make(map[string]*counter, len(all)), make(counters, 0, len(all))
	for i, c := range all {
		c.at = i
		h.by[c.text] = c
		h.order = append(h.order, c)
	}
	heap.Init(&h.order)
}

// floor is the most that a category without a counter can have been counted.
func (h *Heavy) floor() int64 {
	if h.rest == nil || len(h.order) == 0 {
		return 0
	}
	return h.order[0].count
}

// Item is a category with bounds on its count.
type Item struct {
	Text           string
	Low, Mid, High int64
}

// Top returns the n most frequent categories, by the middle of their interval and then
// by text; n below 0 returns all that are held.
func (h *Heavy) Top(n int) []Item {
	out := make([]Item, 0, len(h.order))
	for _, c := range h.order {
		lo, mid, hi := h.Count(c.text)
		out = append(out, Item{c.text, lo, mid, hi})
	}
	slices.SortFunc(out, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Mid, a.Mid), cmp.Compare(a.Text, b.Text))
	})
	if n >= 0 {
		out = out[:min(n, len(out))]
	}
	return out
}

// Count returns how often a category was counted: never less than lo, never more than
// hi. A category that is not held has only the upper bound.
func (h *Heavy) Count(text string) (lo, mid, hi int64) {
	text = bounded(text)
	c := h.by[text]
	if h.rest == nil {
		if c != nil {
			lo = c.count
		}
		return lo, lo, lo
	}
	hi = min(h.floor(), h.rest.count(text))
	if c != nil {
		lo, hi = c.count-c.over, min(c.count, h.rest.count(text))
	}
	return lo, lo + (hi-lo)/2, hi
}

// Other returns how many rows are of none of the categories that are held.
func (h *Heavy) Other() (lo, hi int64) {
	lo, hi = h.n, h.n
	for _, c := range h.order {
		l, _, u := h.Count(c.text)
		lo, hi = lo-u, hi-l
	}
	return max(lo, 0), hi
}

// Clone returns a copy that shares nothing.
func (h *Heavy) Clone() *Heavy {
	c := NewHeavy(h.size)
	c.merge(h)
	return c
}

// before orders counters by who is given up first: fewest, then the most certain to be
// few, then the later text. The order is total, so the same calls leave the same state.
func before(a, b *counter) int {
	return cmp.Or(cmp.Compare(a.count, b.count), cmp.Compare(b.over, a.over), cmp.Compare(b.text, a.text))
}

type counters []*counter

func (c counters) Len() int           { return len(c) }
func (c counters) Less(i, j int) bool { return before(c[i], c[j]) < 0 }
func (c counters) Swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].at, c[j].at = i, j
}
func (c *counters) Push(x any) {
	k := x.(*counter)
	k.at = len(*c)
	*c = append(*c, k)
}
func (c *counters) Pop() any {
	old := *c
	k := old[len(old)-1]
	*c = old[:len(old)-1]
	return k
}

// bounded cuts a text that is too long and marks it.
func bounded(s string) string {
	if len(s) <= MaxText {
		return s
	}
	mark := fmt.Sprintf("…#%016x", hashText(s))
	return string([]rune(s[:MaxText-len(mark)])) + mark
}
