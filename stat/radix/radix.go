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
// in all keys is skipped.
//
// The upper 33 bits (sign, exponent, 21 bits of mantissa) are sorted first. In
// most columns that leaves hardly a pair out of order, and one pass of insertion
// ends it; where it would take more than a few moves per key (values that differ
// only far behind the point, as 1e6 + small), the lower bits are sorted, too.
package radix

import (
	"math"
	"slices"
)

const (
	digit   = 11
	buckets = 1 << digit
	passes  = (64 + digit - 1) / digit
	low     = passes / 2 // passes over the lower 33 bits
	small   = 512        // below this many keys a comparison sort is quicker
	patient = 4          // moves per key that insertion may take
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

// An entry is a key, and the position it came from.
type entry struct {
	k uint64
	i uint32
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
	for i, v := range x {
		a[i] = key(v)
	}
	a, b = keys(a, b, low, passes)
	if !settleKeys(a) {
		a, b = keys(a, b, 0, low)
		a, _ = keys(a, b, low, passes)
	}
	for i, k := range a {
		x[i] = value(k)
	}
}

// keys sorts a by the digits from ... to-1, with b as room; it returns the
// sorted one first.
func keys(a, b []uint64, from, to int) ([]uint64, []uint64) {
	var count [low + passes%2][buckets]uint32
	for _, k := range a {
		k >>= from * digit
		for p := range count {
			count[p][k>>(p*digit)&(buckets-1)]++
		}
	}
	for p := from; p < to; p++ {
		at, shift := &count[p-from], p*digit
		if !spread(at, a[0]>>shift&(buckets-1), len(a)) {
			continue
		}
		for _, k := range a {
			d := k >> shift & (buckets - 1)
			b[at[d]] = k
			at[d]++
		}
		a, b = b, a
	}
	return a, b
}

// settleKeys ends the sorting by insertion, or gives up and says false.
func settleKeys(a []uint64) bool {
	moves := patient * len(a)
	for i := 1; i < len(a); i++ {
		k, j := a[i], i
		for ; j > 0 && a[j-1] > k; j-- {
			a[j] = a[j-1]
		}
		a[j] = k
		if moves -= i - j; moves < 0 {
			return false
		}
	}
	return true
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
	if len(x) < small {
		for i := range idx {
			idx[i] = uint32(i)
		}
		slices.SortStableFunc(idx, func(i, j uint32) int { return compare(x[i], x[j]) })
		return idx
	}
	a, b := make([]entry, len(x)), make([]entry, len(x))
	for i, v := range x {
		a[i] = entry{key(v), uint32(i)}
	}
	a, b = entries(a, b, low, passes)
	if !settleEntries(a) {
		a, b = entries(a, b, 0, low)
		a, _ = entries(a, b, low, passes)
	}
	for i, e := range a {
		idx[i] = e.i
	}
	return idx
}

// entries is keys for entries; both are stable.
func entries(a, b []entry, from, to int) ([]entry, []entry) {
	var count [low + passes%2][buckets]uint32
	for _, e := range a {
		k := e.k >> (from * digit)
		for p := range count {
			count[p][k>>(p*digit)&(buckets-1)]++
		}
	}
	for p := from; p < to; p++ {
		at, shift := &count[p-from], p*digit
		if !spread(at, a[0].k>>shift&(buckets-1), len(a)) {
			continue
		}
		for _, e := range a {
			d := e.k >> shift & (buckets - 1)
			b[at[d]] = e
			at[d]++
		}
		a, b = b, a
	}
	return a, b
}

func settleEntries(a []entry) bool {
	moves := patient * len(a)
	for i := 1; i < len(a); i++ {
		e, j := a[i], i
		for ; j > 0 && a[j-1].k > e.k; j-- {
			a[j] = a[j-1]
		}
		a[j] = e
		if moves -= i - j; moves < 0 {
			return false
		}
	}
	return true
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
