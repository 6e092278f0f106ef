// Package radix sorts float64 values in time linear in their number. Rank
// statistics over millions of rows spend nearly all their time in sorting; a
// comparison sort pays a mispredicted branch for most comparisons, a radix sort
// pays none.
//
// The order is that of the real numbers: -0 equals 0 and comes with it (the two
// are made one, +0), NaN comes last. Callers that may hold NaN should drop them
// first: a rank of "not a number" means nothing.
//
// The method is the least-significant-digit radix sort of Friend (J. ACM 3,
// 1956) with 11-bit digits, over the IEEE 754 bits turned so that unsigned
// order is numeric order (Herf, "Radix tricks", 2001). A digit that is the same
// in all keys is skipped, so scores rounded to two decimals, or counts, cost
// less than full doubles.
package radix

import (
	"math"
	"slices"
)

const (
	digit   = 11
	buckets = 1 << digit
	passes  = (64 + digit - 1) / digit
	small   = 512 // below this many keys a comparison sort is quicker
)

// key turns the bits of x so that unsigned order is numeric order, NaN last.
func key(x float64) uint64 {
	if x == 0 {
		x = 0 // -0 is 0
	}
	if x != x {
		return math.MaxUint64
	}
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// value undoes key.
func value(k uint64) float64 {
	if k == math.MaxUint64 {
		return math.NaN()
	}
	return math.Float64frombits(k ^ (^uint64(int64(k)>>63) | 1<<63))
}

// Float64s sorts x in place, ascending, NaN last. It takes 16 bytes of working
// memory per value.
func Float64s(x []float64) {
	if len(x) < small {
		slices.SortFunc(x, compare)
		for i := range x {
			if x[i] == 0 {
				x[i] = 0
			}
		}
		return
	}
	a, b := make([]uint64, len(x)), make([]uint64, len(x))
	var count [passes][buckets]uint32
	for i, v := range x {
		k := key(v)
		a[i] = k
		tally(&count, k)
	}
	for p := range passes {
		if !spread(&count[p], a[0]>>(p*digit)&(buckets-1), len(a)) {
			continue
		}
		at, shift := &count[p], p*digit
		for _, k := range a {
			d := k >> shift & (buckets - 1)
			b[at[d]] = k
			at[d]++
		}
		a, b = b, a
	}
	for i, k := range a {
		x[i] = value(k)
	}
}

// Sorted returns a sorted copy of x.
func Sorted(x []float64) []float64 {
	s := slices.Clone(x)
	Float64s(s)
	return s
}

// Order returns the positions of x in ascending order of value: x[Order(x)[0]]
// is the smallest. Equal values keep their order. It holds at most 2³²−1 values;
// more panics, as an index would not fit.
func Order(x []float64) []uint32 {
	if uint64(len(x)) > math.MaxUint32 {
		panic("radix: more values than a 32-bit position can name")
	}
	idx := make([]uint32, len(x))
	for i := range idx {
		idx[i] = uint32(i)
	}
	if len(x) < small {
		slices.SortStableFunc(idx, func(i, j uint32) int { return compare(x[i], x[j]) })
		return idx
	}
	type pair struct {
		k uint64
		i uint32
	}
	a, b := make([]pair, len(x)), make([]pair, len(x))
	var count [passes][buckets]uint32
	for i, v := range x {
		k := key(v)
		a[i] = pair{k, uint32(i)}
		tally(&count, k)
	}
	for p := range passes {
		if !spread(&count[p], a[0].k>>(p*digit)&(buckets-1), len(a)) {
			continue
		}
		at, shift := &count[p], p*digit
		for _, e := range a {
			d := e.k >> shift & (buckets - 1)
			b[at[d]] = e
			at[d]++
		}
		a, b = b, a
	}
	for i, e := range a {
		idx[i] = e.i
	}
	return idx
}

func tally(count *[passes][buckets]uint32, k uint64) {
	count[0][k&(buckets-1)]++
	count[1][k>>digit&(buckets-1)]++
	count[2][k>>(2*digit)&(buckets-1)]++
	count[3][k>>(3*digit)&(buckets-1)]++
	count[4][k>>(4*digit)&(buckets-1)]++
	count[5][k>>(5*digit)]++
}

// spread turns the counts of one digit into start positions. It says false, and
// leaves the counts, when all n keys share the digit of the first.
func spread(count *[buckets]uint32, first uint64, n int) bool {
	if int(count[first]) == n {
		return false
	}
	var sum uint32
	for i, c := range count {
		count[i] = sum
		sum += c
	}
	return true
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	case a != a && b != b:
		return 0
	case a != a:
		return 1
	}
	return -1
}
