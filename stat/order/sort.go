// Package order puts columns of float64 in order, fast and with memory that is used again.
//
// Rank tests on a million values spend nearly all their time in sorting. A comparison sort does 20 million comparisons for
// that, and mispredicts most; a radix sort on the bit pattern (Friend, J. ACM 3, 1956) does a few linear passes. The pattern
// of a float64 (IEEE 754 §3.4) orders like the number once the sign bit is flipped for positive values and every bit for
// negative ones (Herf, "Radix tricks", 2001), so that is what the passes see. Three passes order sign, exponent and 21 bits of
// the fraction; values that still share those lie side by side in runs. Short ones are ordered where they lie, long ones (a
// column of 1e6 + something small) by three passes more.
//
//	order.Float64s(column)             // in place
//	rank := order.Positions(column)    // column[rank[0]] is the smallest
//	q, err := order.Quantiles(column, []float64{0.25, 0.5, 0.75})
//
//	var s order.Sorter                 // many columns, one piece of memory
//	sorted, nan := s.Sort(nil, column) // column is left as it was
//
// The order is that of the real numbers: −0 is 0, and comes back as +0. NaN has no place in an order: [Sorter.Sort] leaves it
// out and counts it, [Float64s] and [Positions] put it last, [Quantiles] is an error. Infinities are values like others.
package order

import (
	"math"
	"slices"
)

const (
	digit   = 11 // bits a pass looks at: 2,048 counters stay in the first-level cache
	passes  = 3  // the upper 33 bits, or the lower
	lowest  = 64 - passes*digit
	buckets = 1 << digit
	short   = 24      // runs up to this long are ordered by insertion
	long    = 1 << 13 // from here on the counters of further passes pay
	small   = 512     // below this a comparison sort is quicker
)

// Float64s sorts x in place, ascending, NaN last. It takes 16 bytes of working memory per value.
func Float64s(x []float64) {
	var s *Sorter // which small columns don't need
	if len(x) >= small {
		s = new(Sorter)
	}
	sorted, _ := s.Sort(x, x)
	for i := len(sorted); i < len(x); i++ {
		x[i] = math.NaN()
	}
}

// Sorted returns a sorted copy of x.
func Sorted(x []float64) []float64 {
	y := slices.Clone(x)
	Float64s(y)
	return y
}

// Sorter holds the scratch memory of sorts: 16 bytes for each value of the longest column it saw.
// Its zero value is ready. It may not be used by two goroutines at once.
type Sorter struct {
	keys, swap []uint64
	counts     counters
}

type (
	counters [passes]counter
	counter  [buckets]uint32
)

// starts turns how many of n keys have each digit into where they go. It is false, and does nothing, where all have the digit
// of the first key.
func (c *counter) starts(first uint64, n int) bool {
	if int(c[first&(buckets-1)]) == n {
		return false
	}
	var sum uint32
	for i, m := range c {
		c[i] = sum
		sum += m
	}
	return true
}

// Sort appends the values of src in ascending order to dst[:0] and returns it, with the number of NaN that were left out.
// src is not changed; dst may be nil, and may be src itself.
func (s *Sorter) Sort(dst, src []float64) (sorted []float64, nan int) {
	if len(src) < small {
		dst = append(dst[:0], src...)
		slices.Sort(dst) // NaN first
		for nan < len(dst) && dst[nan] != dst[nan] {
			nan++
		}
		dst = dst[:copy(dst, dst[nan:])]
		for i := range dst {
			dst[i] += 0 // −0 + 0 is +0
		}
		return dst, nan
	}
	if way := direction(src); way != 0 {
		dst = append(dst[:0], src...)
		if way == falling {
			slices.Reverse(dst)
		}
		for i := range dst {
			dst[i] += 0
		}
		return dst, 0
	}
	n := s.load(src)
	nan = len(src) - n
	keys, swap := s.passes(s.keys[:n], s.swap[:n], lowest)
	for i := 0; i < n; {
		j := i + 1
		for j < n && keys[j]>>lowest == keys[i]>>lowest {
			j++
		}
		if j-i > 1 {
			s.order(keys[i:j], swap[i:j])
		}
		i = j
	}
	dst = slices.Grow(dst[:0], n)[:n]
	for i, k := range keys {
		dst[i] = Float(k)
	}
	return dst, nan
}

const rising, falling = 1, -1

// direction is rising or falling if x lies in order already, as a column does that
// was sorted before or that counts something; else 0, which most columns are after
// three values. A NaN is in no order.
func direction(x []float64) int {
	for _, way := range [...]int{rising, falling} {
		i := 1
		for i < len(x) && (way == rising && x[i-1] <= x[i] || way == falling && x[i-1] >= x[i]) {
			i++
		}
		if i == len(x) {
			return way
		}
	}
	return 0
}

// order sorts a run of keys that share their upper bits; room is as long.
func (s *Sorter) order(run, room []uint64) {
	if len(run) > short {
		switch {
		case slices.IsSorted(run): // as in a column of few different values
		case len(run) < long:
			slices.Sort(run)
		default:
			s.counts = counters{}
			for _, k := range run {
				s.counts[0][k&(buckets-1)]++
				s.counts[1][k>>digit&(buckets-1)]++
				s.counts[2][k>>(2*digit)&(buckets-1)]++
			}
			if done, _ := s.passes(run, room, 0); &done[0] != &run[0] {
				copy(run, done)
			}
		}
		return
	}
	for i := 1; i < len(run); i++ {
		k, j := run[i], i
		for ; j > 0 && run[j-1] > k; j-- {
			run[j] = run[j-1]
		}
		run[j] = k
	}
}

// load fills keys and the counters of every pass in one walk.
func (s *Sorter) load(src []float64) int {
	if cap(s.keys) < len(src) {
		s.keys, s.swap = make([]uint64, len(src)), make([]uint64, len(src))
	}
	s.counts = counters{}
	keys, n := s.keys[:len(src)], 0
	for _, x := range src {
		if x != x {
			continue
		}
		k := Key(x)
		keys[n] = k
		n++
		s.counts[0][k>>lowest&(buckets-1)]++
		s.counts[1][k>>(lowest+digit)&(buckets-1)]++
		s.counts[2][k>>(lowest+2*digit)]++
	}
	return n
}

// passes orders from by the counted digits, the lowest at bit shift; it returns the ordered keys, and the other slice.
func (s *Sorter) passes(from, to []uint64, shift int) ([]uint64, []uint64) {
	if len(from) == 0 {
		return from, to
	}
	for p := range passes {
		c := &s.counts[p]
		if !c.starts(from[0]>>(shift+p*digit), len(from)) {
			continue
		}
		shift := uint(shift + p*digit)
		for _, k := range from {
			d := k >> shift & (buckets - 1)
			to[c[d]] = k
			c[d]++
		}
		from, to = to, from
	}
	return from, to
}

// Key maps a number to an integer of the same order, −0 as 0. It is undefined for NaN.
func Key(x float64) uint64 {
	b := math.Float64bits(x + 0) // −0 + 0 is +0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// Float undoes [Key].
func Float(k uint64) float64 {
	return math.Float64frombits(k ^ (uint64(int64(^k)>>63) | 1<<63))
}
