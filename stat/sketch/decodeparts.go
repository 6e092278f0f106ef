package sketch

import (
	"math"
)

func (d *decoder) kll() *KLL {
	k := d.uint()
	if k < MinK || k > MaxK {
		d.fail("a quantile sketch of k %d; want %d to %d", k, MinK, MaxK)
		return NewKLL(0, 0)
	}
	s := NewKLL(int(k), d.uint())
	s.tosses = d.uint()
	s.n = d.int()
	if s.n == 0 {
		return s
	}
	s.min, s.max, s.variance = d.float(), d.float(), d.float()
	if !(s.min <= s.max) || !(s.variance >= 0) || math.IsInf(s.variance, 1) {
		d.fail("a quantile sketch from %g to %g with variance %g", s.min, s.max, s.variance)
	}
	levels := d.len("levels", 1, maxLevels)
	var weight uint64
	for h := range levels {
		if h >= len(s.levels) {
			s.grow()
		}
		n := d.len("values", 8, len(d.b))
		if uint64(n) > (math.MaxInt64-weight)>>h {
			d.fail("level %d weighs more than can be", h)
			return s
		}
		weight += uint64(n) << h
		l := make([]float64, n)
		for i := range l {
			l[i] = d.float()
			if !(l[i] >= s.min && l[i] <= s.max) || (i > 0 && l[i] < l[i-1]) || (l[i] == 0 && math.Signbit(l[i])) {
				d.fail("value %d of level %d is out of order or range", i, h)
				return s
			}
		}
		s.levels[h] = l
		s.size += n
	}
	if weight != uint64(s.n) || s.size >= s.room || levels < 1 {
		d.fail("a quantile sketch of %d values holds the weight %d in %d places of %d", s.n, weight, s.size, s.room)
	}
	return s
}

func (d *decoder) dd() *DD {
	out := NewDD()
	zero := d.float()
	if !(zero >= 0) || math.IsInf(zero, 1) {
		d.fail("a count of %g", zero)
	} else if zero > 0 {
		_ = out.s.AddWithCount(0, zero)
	}
	lowest, highest := int64(ddMapping.Index(ddLeast)), int64(ddMapping.Index(ddMost))
	for half := range 2 {
		store := out.s.GetNegativeValueStore()
		if half == 1 {
			store = out.s.GetPositiveValueStore()
		}
		at := int64(0)
		for range d.len("bins", 9, ddBins) {
			by := d.sint()
			n := d.float()
			if by < 2*lowest-2*highest || by > 2*highest-2*lowest || at+by < lowest || at+by > highest || !(n > 0) || math.IsInf(n, 1) {
				d.fail("a bin out of range or without a count")
				return out
			}
			at += by
			store.AddWithCount(int(at), n)
		}
	}
	return out
}

func (d *decoder) histogram() *Histogram {
	n := d.len("edges", 8, MaxEdges)
	edges := make([]float64, n)
	for i := range edges {
		edges[i] = d.float()
	}
	h, err := NewHistogram(edges)
	if err != nil {
		d.fail("%v", err)
		return &Histogram{}
	}
	for i := range h.Counts {
		h.Counts[i] = d.int()
	}
	h.Below, h.Above = d.int(), d.int()
	return h
}

func (d *decoder) heavy() *Heavy {
	size := d.uint()
	if size < 1 || size > MaxCategories {
		d.fail("%d counters; want 1 to %d", size, MaxCategories)
		return NewHeavy(0)
	}
	h := NewHeavy(int(size))
	h.n = d.int()
	var sum int64
	for i := range d.len("categories", 3, h.size) {
		c := &counter{text: d.text(), count: d.int(), over: d.int(), at: i}
		if len(c.text) > MaxText || c.count < 1 || c.over >= c.count || h.by[c.text] != nil || c.count > math.MaxInt64-sum {
			d.fail("category %d is too long, there twice, or has an impossible count", i)
			return h
		}
		if i > 0 && before(h.order[i-1], c) >= 0 {
			d.fail("category %d is out of order", i)
			return h
		}
		sum += c.count
		h.by[c.text] = c
		h.order = append(h.order, c) // ascending, so already a heap
	}
	if d.bool() {
		h.rest = newCountMin()
		for r := range cmRows {
			var row int64
			for i := range cmWidth {
				n := d.int()
				if n > h.n-row {
					d.fail("more is counted than there is")
					return h
				}
				h.rest.cells[r*cmWidth+i] = n
				row += n
			}
			if row != h.n {
				d.fail("row %d of the count-min sketch holds %d of %d", r, row, h.n)
			}
		}
		if len(h.order) != h.size {
			d.fail("a count-min sketch where %d of %d counters are used", len(h.order), h.size)
		}
		return h
	}
	if sum != h.n {
		d.fail("categories of %d rows, but %d were counted", sum, h.n)
	}
	for _, c := range h.order {
		if c.over != 0 {
			d.fail("category %q is uncertain where all are exact", c.text)
		}
	}
	return h
}

func (d *decoder) hll() *HLL {
	n := d.len("bytes of a distinct count", 1, 1<<18)
	if n == 0 || d.err != nil {
		return nil
	}
	h := NewHLL()
	if p := d.b[d.at : d.at+n]; len(p) < 8 || p[1] != 14 {
		d.fail("a distinct count of another precision")
		return nil
	} else if err := h.s.UnmarshalBinary(p); err != nil {
		d.fail("%v", err)
		return nil
	}
	d.at += n
	return h
}

func (d *decoder) outcome() *Outcome {
	score, group, bins := d.text(), d.text(), d.uint()
	lo, hi := d.float(), d.float()
	if bins < 1 || bins > MaxBins || bins*2 > uint64(len(d.b)-d.at) {
		d.fail("an outcome table of %d bins", bins)
		return &Outcome{}
	}
	o, err := NewOutcome(score, group, int(bins), lo, hi)
	if err != nil || o.Low != lo || o.High != hi {
		d.fail("an outcome table from %g to %g", lo, hi)
		return &Outcome{}
	}
	o.Outside = d.int()
	for i := range o.Pos {
		if o.Pos[i] = d.int(); o.Pos[i] > 0 {
			o.SumPos[i], o.SquarePos[i] = d.float(), d.float()
		}
		if o.Neg[i] = d.int(); o.Neg[i] > 0 {
			o.SumNeg[i], o.SquareNeg[i] = d.float(), d.float()
		}
		if bad(o.SumPos[i]) || bad(o.SquarePos[i]) || bad(o.SumNeg[i]) || bad(o.SquareNeg[i]) || o.Pos[i] > 1<<56 || o.Neg[i] > 1<<56 {
			d.fail("bin %d of an outcome table holds what cannot be summed", i)
			return o
		}
	}
	return o
}

func bad(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }
