package order

import (
	"errors"
	"math"
	"slices"
)

// Quantiles returns the values at the probabilities ps of xs, which need not be sorted and is not changed: linear
// interpolation between order statistics (Hyndman and Fan's type 7, the default of numpy, R and Excel). It reads xs twice and
// sorts only the buckets the probabilities fall in, so ten quantiles of a million values cost a few milliseconds.
//
// ps must ascend within [0, 1]. An error is returned for NaN in xs, for an empty xs and for other ps.
func Quantiles(xs, ps []float64) ([]float64, error) {
	q, _, err := Split(xs, ps)
	return q, err
}

// Split is [Quantiles] that also says how many values lie below each quantile.
func Split(xs, ps []float64) (quantiles []float64, below []int, err error) {
	if len(xs) == 0 {
		return nil, nil, errors.New("order: quantiles of no values")
	}
	if !slices.IsSorted(ps) || len(ps) > 0 && (!(ps[0] >= 0) || !(ps[len(ps)-1] <= 1)) {
		return nil, nil, errors.New("order: probabilities must ascend within 0 and 1")
	}
	if len(xs) < 1<<16 {
		keys := make([]uint64, len(xs))
		for i, x := range xs {
			if x != x {
				return nil, nil, errors.New("order: a value is not a number")
			}
			keys[i] = Key(x)
		}
		wanted, ranks := wants(len(xs), ps)
		nth(keys, 0, ranks, wanted)
		quantiles = interpolate(len(xs), ps, wanted)
		return quantiles, countBelow(len(xs), ps, quantiles, wanted, func(uint64) ([]uint64, int) { return keys, 0 }), nil
	}
	const top = 48 // the upper 16 bits: sign, exponent, four bits of the fraction
	counts := make([]uint32, 1<<16)
	for _, x := range xs {
		if x != x {
			return nil, nil, errors.New("order: a value is not a number")
		}
		counts[Key(x)>>top]++
	}
	wanted, ranks := wants(len(xs), ps)
	part := fill(xs, counts, ranks, wanted, top)
	quantiles = interpolate(len(xs), ps, wanted)
	return quantiles, countBelow(len(xs), ps, quantiles, wanted, part), nil
}

// countBelow counts values below each quantile. One strictly between two order statistics has all up to the lower one below it;
// one that is an order statistic may be tied, and the bucket it lies in is looked at. part gives that bucket's keys and how many
// keys lie before it.
func countBelow(n int, ps, quantiles []float64, wanted map[int]float64, part func(key uint64) ([]uint64, int)) []int {
	out := make([]int, len(ps))
	for j, p := range ps {
		i := int(p * float64(n-1))
		q := quantiles[j]
		switch {
		case j > 0 && q == quantiles[j-1]:
			out[j] = out[j-1]
		case q > wanted[i]:
			out[j] = i + 1
			if hi := min(i+1, n-1); q > wanted[hi] { // rounding put it beyond its neighbour
				out[j] = hi + 1
			}
		default:
			k := Key(q)
			keys, first := part(k)
			out[j] = first
			for _, x := range keys {
				if x < k {
					out[j]++
				}
			}
		}
	}
	return out
}

// wants lists the order statistics that ps lie between.
func wants(n int, ps []float64) (map[int]float64, []int) {
	wanted := make(map[int]float64, 2*len(ps))
	ranks := make([]int, 0, 2*len(ps))
	for _, p := range ps {
		i := int(p * float64(n-1))
		for _, r := range []int{i, min(i+1, n-1)} {
			if _, ok := wanted[r]; !ok {
				wanted[r] = 0
				ranks = append(ranks, r)
			}
		}
	}
	slices.Sort(ranks)
	return wanted, ranks
}

func interpolate(n int, ps []float64, wanted map[int]float64) []float64 {
	out := make([]float64, len(ps))
	for j, p := range ps {
		at := p * float64(n-1)
		i := int(at)
		lo, hi, f := wanted[i], wanted[min(i+1, n-1)], at-math.Floor(at)
		switch {
		case f == 0 || lo == hi || math.IsInf(lo, 0):
			out[j] = lo
		case math.IsInf(hi, 0): // nothing lies between a number and an infinity but the infinity
			out[j] = hi
		case math.IsInf(hi-lo, 0):
			out[j] = lo*(1-f) + hi*f
		case f >= 0.5: // the form that rounds as numpy's does
			out[j] = hi - (hi-lo)*(1-f)
		default:
			out[j] = lo + (hi-lo)*f
		}
	}
	return out
}

// fill finds the order statistics at ranks, given how many keys share each upper part. It returns a function that gives the keys
// of a wanted bucket and how many keys lie before it.
func fill(xs []float64, counts []uint32, ranks []int, wanted map[int]float64, top uint) func(uint64) ([]uint64, int) {
	start := make(map[uint64]int) // wanted bucket → rank of its first value
	slot := make([]int32, len(counts))
	var parts [][]uint64
	below, next := 0, 0
	for b, n := range counts {
		for next < len(ranks) && ranks[next] < below+int(n) {
			if slot[b] == 0 {
				parts = append(parts, make([]uint64, 0, n))
				slot[b] = int32(len(parts))
				start[uint64(b)] = below
			}
			next++
		}
		below += int(n)
	}
	for _, x := range xs {
		k := Key(x)
		if i := slot[k>>top]; i != 0 {
			parts[i-1] = append(parts[i-1], k)
		}
	}
	for _, p := range parts {
		first := start[p[0]>>top]
		at, _ := slices.BinarySearch(ranks, first)
		last := at
		for last < len(ranks) && ranks[last] < first+len(p) {
			last++
		}
		nth(p, first, ranks[at:last], wanted)
	}
	return func(key uint64) ([]uint64, int) {
		if i := slot[key>>top]; i != 0 {
			return parts[i-1], start[key>>top]
		}
		// None of the wanted: a quantile between numbers so far apart that their difference is infinite.
		n := 0
		for _, c := range counts[:key>>top] {
			n += int(c)
		}
		return nil, n
	}
}

// nth narrows keys of one bucket around each wanted rank instead of sorting them all.
func nth(p []uint64, first int, ranks []int, wanted map[int]float64) {
	if len(ranks) == 0 {
		return
	}
	if len(p) <= 64 || len(ranks) > 256 {
		slices.Sort(p)
		for _, r := range ranks {
			wanted[r] = Float(p[r-first])
		}
		return
	}
	a, b, c := p[0], p[len(p)/2], p[len(p)-1]
	pivot := max(min(a, b), min(max(a, b), c))
	lt, i, gt := 0, 0, len(p)
	for i < gt {
		switch {
		case p[i] < pivot:
			p[i], p[lt] = p[lt], p[i]
			lt++
			i++
		case p[i] > pivot:
			gt--
			p[i], p[gt] = p[gt], p[i]
		default:
			i++
		}
	}
	l, _ := slices.BinarySearch(ranks, first+lt)
	g, _ := slices.BinarySearch(ranks, first+gt)
	for _, r := range ranks[l:g] {
		wanted[r] = Float(pivot)
	}
	nth(p[:lt], first, ranks[:l], wanted)
	nth(p[gt:], first+gt, ranks[g:], wanted)
}
