package sketch

import (
	"math"
	"slices"
	"sync/atomic"

	"github.com/wardround/wardround/stat/order"
)

// view is what a sketch holds, sorted, with the weight up to and with each value.
type view struct {
	values []float64 // distinct, ascending
	upto   []int64   // rows at or below each
	steps  atomic.Pointer[steps]
}

// steps is the distribution function at the values where it steps.
type steps struct {
	values, shares []float64
	off            float64
}

func (s *KLL) sorted() *view {
	if v := s.view.Load(); v != nil {
		return v
	}
	v := &view{values: make([]float64, 0, s.size), upto: make([]int64, 0, s.size)}
	var sum int64
	s.each(func(x float64, w int64) {
		sum += w
		if last := len(v.values) - 1; last >= 0 && v.values[last] == x {
			v.upto[last] = sum
			return
		}
		v.values, v.upto = append(v.values, x), append(v.upto, sum)
	})
	s.view.Store(v)
	return v
}

// each calls fn for all values held, ascending, with their weights. Every level but the
// lowest is sorted, so they are merged: all below a level come as one sorted run.
func (s *KLL) each(fn func(x float64, w int64)) {
	type weighted struct {
		x float64
		w int64
	}
	lowest := order.Sorted(s.levels[0])
	run, room := make([]weighted, len(lowest), s.size), make([]weighted, 0, s.size)
	for i, x := range lowest {
		run[i] = weighted{x, 1}
	}
	for h, l := range s.levels[1:] {
		w := int64(2) << h
		room = room[:0]
		i := 0
		for _, x := range l {
			for i < len(run) && run[i].x <= x {
				room = append(room, run[i])
				i++
			}
			room = append(room, weighted{x, w})
		}
		room = append(room, run[i:]...)
		run, room = room, run
	}
	for _, r := range run {
		fn(r.x, r.w)
	}
}

// RankError is by how much the share of rows at or below any one value may be off,
// as a share of N, with the given confidence (0.99: in 99 of 100 sketches at least).
// It is 0 while the sketch is exact.
func (s *KLL) RankError(confidence float64) float64 {
	if s.n == 0 || s.variance == 0 {
		return 0
	}
	return s.spread(1-confidence) / float64(s.n)
}

// UniformRankError is the same for all values at once: the greatest distance between
// the sketch's distribution function and the true one. A union bound over as many
// values as lie apart by the error itself.
func (s *KLL) UniformRankError(confidence float64) float64 {
	if s.n == 0 || s.variance == 0 {
		return 0
	}
	// Between m anchors of equal spacing a rank is known by its neighbours: the error
	// is at most that of m values plus N/m. The best m is looked for.
	best := 1.0
	for m := 16.0; m <= 1<<20; m *= 2 {
		best = math.Min(best, s.spread((1-confidence)/m)/float64(s.n)+1/m)
	}
	return best
}

// spread is Hoeffding's t with P(|error| > t) ≤ alpha, in rows.
func (s *KLL) spread(alpha float64) float64 {
	return math.Sqrt(2 * s.variance * math.Log(2/alpha))
}

// CDF returns the share of rows at or below x, with the interval of [Confidence]
// around it. Of an empty sketch nothing is known: 0, NaN, 1. At or beyond the
// extremes it is exact.
func (s *KLL) CDF(x float64) (lo, mid, hi float64) {
	v := s.sorted()
	at, found := slices.BinarySearch(v.values, x)
	if found {
		at++
	}
	if x < s.min {
		at = 0
	}
	return s.interval(v, at, x >= s.max, x < s.min)
}

// Steps returns [KLL.Support] and the estimate of [KLL.CDF] at each, and by how much the
// interval reaches beyond an estimate at most: 0 if all of them are exact. Both slices
// are the sketch's: they must not be changed, and hold until it is.
func (s *KLL) Steps() (values, shares []float64, off float64) {
	st := s.sorted().steps.Load()
	if st == nil {
		st = s.step(s.sorted())
		s.sorted().steps.Store(st)
	}
	return st.values, st.shares, st.off
}

func (s *KLL) step(v *view) *steps {
	st := &steps{values: v.values}
	if s.n == 0 {
		return st
	}
	first := len(v.values) == 0 || s.min < v.values[0]
	last := len(v.values) > 0 && s.max > v.values[len(v.values)-1] || len(v.values) == 0 && s.max > s.min
	if first || last {
		st.values = s.Support()
	}
	st.shares = make([]float64, len(st.values))
	e := s.RankError(Confidence)
	for i, x := range st.values {
		at := i + 1
		if first {
			at--
		}
		lo, mid, hi := s.within(v, min(at, len(v.values)), x >= s.max, x < s.min, e)
		st.shares[i] = mid
		st.off = max(st.off, mid-lo, hi-mid)
	}
	return st
}

// Below returns the share of rows below x, as [KLL.CDF] does for at or below.
func (s *KLL) Below(x float64) (lo, mid, hi float64) {
	v := s.sorted()
	at, _ := slices.BinarySearch(v.values, x)
	return s.interval(v, at, x > s.max, x <= s.min)
}

// interval of the rank before place at.
func (s *KLL) interval(v *view, at int, all, none bool) (lo, mid, hi float64) {
	return s.within(v, at, all, none, s.RankError(Confidence))
}

// within is interval, given the error of a rank.
func (s *KLL) within(v *view, at int, all, none bool, e float64) (lo, mid, hi float64) {
	if s.n == 0 {
		return 0, math.NaN(), 1
	}
	n := float64(s.n)
	switch {
	case all:
		return 1, 1, 1
	case none:
		return 0, 0, 0
	case at > 0:
		mid = float64(v.upto[at-1]) / n
	}
	if s.variance == 0 {
		return mid, mid, mid
	}
	// Between the extremes at least one row is on either side.
	mid = math.Min(math.Max(mid, 1/n), 1-1/n)
	return math.Max(mid-e, 1/n), mid, math.Min(mid+e, 1-1/n)
}

// Quantile returns the smallest value with at least the share q of rows at or below
// it (the inverse of the empirical distribution function, Hyndman and Fan's type 1),
// and an interval that holds the true one with [Confidence]. NaN of an empty sketch
// or a q outside 0 to 1.
func (s *KLL) Quantile(q float64) (lo, mid, hi float64) {
	if s.n == 0 || !(q >= 0 && q <= 1) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	v := s.sorted()
	mid = s.at(v, q*float64(s.n))
	if s.variance == 0 || q == 0 || q == 1 {
		return mid, mid, mid
	}
	e := s.spread(1 - Confidence)
	return s.at(v, q*float64(s.n)-e), mid, s.at(v, q*float64(s.n)+e)
}

// at returns the value at a rank in rows.
func (s *KLL) at(v *view, rank float64) float64 {
	if rank <= 1 {
		return s.min
	}
	if rank > float64(v.upto[len(v.upto)-1]) || rank >= float64(s.n) {
		return s.max
	}
	i, _ := slices.BinarySearchFunc(v.upto, rank, func(u int64, r float64) int {
		if float64(u) < r {
			return -1
		}
		return 1
	})
	return v.values[min(i, len(v.values)-1)]
}

// Support returns the values the sketch holds, each once, ascending, and with them
// the extremes. The distribution function changes at no other value, but for the
// error. The slice is the caller's.
func (s *KLL) Support() []float64 {
	v := s.sorted()
	out := make([]float64, 0, len(v.values)+2)
	if s.n > 0 && (len(v.values) == 0 || s.min < v.values[0]) {
		out = append(out, s.min)
	}
	out = append(out, v.values...)
	if s.n > 0 && s.max > out[len(out)-1] {
		out = append(out, s.max)
	}
	return out
}
