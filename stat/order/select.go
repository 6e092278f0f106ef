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
	if len(xs) == 0 {
		return nil, errors.New("order: quantiles of no values")
	}
	if !slices.IsSorted(ps) || len(ps) > 0 && (!(ps[0] >= 0) || !(ps[len(ps)-1] <= 1)) {
		return nil, errors.New("order: probabilities must ascend within 0 and 1")
	}
	const top = 48 // the upper 16 bits: sign, exponent, four bits of the fraction
	counts := make([]uint32, 1<<16)
	for _, x := range xs {
		if x != x {
			return nil, errors.New("order: a value is not a number")
		}
		counts[Key(x)>>top]++
	}
	wanted := make(map[int]float64, 2*len(ps))
	ranks := make([]int, 0, 2*len(ps))
	for _, p := range ps {
		i := int(p * float64(len(xs)-1))
		for _, r := range []int{i, min(i+1, len(xs)-1)} {
			if _, ok := wanted[r]; !ok {
				wanted[r] = 0
				ranks = append(ranks, r)
			}
		}
	}
	slices.Sort(ranks)
	fill(xs, counts, ranks, wanted, top)
	out := make([]float64, len(ps))
	for j, p := range ps {
		at := p * float64(len(xs)-1)
		i := int(at)
		lo, hi, f := wanted[i], wanted[min(i+1, len(xs)-1)], at-math.Floor(at)
		switch {
		case f == 0 || lo == hi:
			out[j] = lo
		case f >= 0.5: // the form that rounds as numpy's does
			out[j] = hi - (hi-lo)*(1-f)
		default:
			out[j] = lo + (hi-lo)*f
		}
	}
	return out, nil
}

// fill finds the order statistics at ranks, given how many keys share each upper part.
func fill(xs []float64, counts []uint32, ranks []int, wanted map[int]float64, top uint) {
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
}

// nth narrows keys of one bucket around each wanted rank instead of sorting them all.
func nth(p []uint64, first int, ranks []int, wanted map[int]float64) {
	if len(ranks) == 0 {
		return
	}
	if len(p) <= 64 || len(ranks) > 16 {
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
