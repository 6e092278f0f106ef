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
				return nil, nil, errNaN
			}
			keys[i] = Key(x)
		}
		wanted, ranks := wants(len(xs), ps)
		nth(keys, 0, ranks, wanted)
		quantiles = interpolate(len(xs), ps, wanted)
		return quantiles, countBelow(len(xs), ps, quantiles, wanted, func(k uint64) int { return under(keys, k) }), nil
	}
	g, err := gridOf(xs, ps)
	if err != nil {
		return nil, nil, err
	}
	counts := make([]uint32, 2*g.Cells()) // in turns, so that no addition waits for the last
	for i, x := range xs {
		if x != x {
			return nil, nil, errNaN
		}
		c := int(Key(x) >> Top)
		if !g.Upper {
			c = g.Cell(Key(x))
		}
		counts[2*c+i&1]++
	}
	wanted, ranks := wants(len(xs), ps)
	under := fill(xs, &g, counts, ranks, wanted)
	quantiles = interpolate(len(xs), ps, wanted)
	return quantiles, countBelow(len(xs), ps, quantiles, wanted, under), nil
}

var errNaN = errors.New("order: a value is not a number")

// sample is how many values say where the others are likely to lie. If they mislead, it takes longer and comes out the same.
const sample = 1024

// gridOf is a grid that is fine where the quantiles are likely to lie.
func gridOf(xs, ps []float64) (Grid, error) {
	if len(ps) == 0 {
		return NewGrid(0, 1, 0), nil
	}
	keys := make([]uint64, sample)
	for i := range keys {
		x := xs[uint64(i)*uint64(len(xs))/sample]
		if x != x {
			return Grid{}, errNaN
		}
		keys[i] = Key(x)
	}
	slices.Sort(keys)
	const margin = 0.05 // three standard errors of a quantile of 1,024 values
	low := keys[int(max(0, ps[0]-margin)*(sample-1))]
	high := keys[int(min(1, ps[len(ps)-1]+margin)*(sample-1))]
	return NewGrid(low, high, len(ps)), nil
}

// countBelow counts values below each quantile. One strictly between two order statistics has all up to the lower one below it;
// one that is an order statistic may be tied: below counts the keys under it.
func countBelow(n int, ps, quantiles []float64, wanted map[int]float64, below func(key uint64) int) []int {
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
			out[j] = below(Key(q))
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

// cell is one of a grid's with a wanted order statistic in it. Columns of whole numbers repeat a few values very often, so the
// first value seen is counted and not kept.
type cell struct {
	start int // rank of its lowest value
	same  int
	first uint64
	keys  []uint64 // the others
}

// nth finds the order statistics at ranks, all of which lie in the cell.
func (c *cell) nth(ranks []int, wanted map[int]float64) {
	lt := 0
	for i, k := range c.keys {
		if k < c.first {
			c.keys[i], c.keys[lt] = c.keys[lt], k
			lt++
		}
	}
	l, _ := slices.BinarySearch(ranks, c.start+lt)
	g, _ := slices.BinarySearch(ranks, c.start+lt+c.same)
	for _, r := range ranks[l:g] {
		wanted[r] = Float(c.first)
	}
	nth(c.keys[:lt], c.start, ranks[:l], wanted)
	nth(c.keys[lt:], c.start+lt+c.same, ranks[g:], wanted)
}

// fill finds the order statistics at ranks, given how many values lie in each cell. It returns a function that counts the keys
// under one.
func fill(xs []float64, g *Grid, counts []uint32, ranks []int, wanted map[int]float64) func(uint64) int {
	slot := make([]int32, g.Cells())
	var cells []cell
	start, next := 0, 0
	for b := range slot {
		n := int(counts[2*b]) + int(counts[2*b+1])
		for next < len(ranks) && ranks[next] < start+n {
			if slot[b] == 0 {
				cells = append(cells, cell{start: start, keys: make([]uint64, 0, n)})
				slot[b] = int32(len(cells))
			}
			next++
		}
		start += n
	}
	for _, x := range xs {
		k := Key(x)
		b := int(k >> Top)
		if !g.Upper {
			b = g.Cell(k)
		}
		i := slot[b]
		if i == 0 {
			continue
		}
		c := &cells[i-1]
		if c.same == 0 {
			c.first = k
		}
		if k == c.first {
			c.same++
		} else {
			c.keys = append(c.keys, k)
		}
	}
	for i := range cells {
		c := &cells[i]
		at, _ := slices.BinarySearch(ranks, c.start)
		end, _ := slices.BinarySearch(ranks, c.start+c.same+len(c.keys))
		c.nth(ranks[at:end], wanted)
	}
	return func(key uint64) int {
		i := slot[g.Cell(key)]
		if i == 0 { // a quantile between numbers so far apart that their difference is infinite
			n := 0
			for _, x := range xs {
				if Key(x) < key {
					n++
				}
			}
			return n
		}
		c := &cells[i-1]
		n := c.start + under(c.keys, key)
		if c.first < key {
			n += c.same
		}
		return n
	}
}

// under counts the keys below one.
func under(keys []uint64, key uint64) (n int) {
	for _, k := range keys {
		if k < key {
			n++
		}
	}
	return n
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
	// Positions that no order of the data was made for: columns come sorted, or nearly so.
	h, n := p[0]^uint64(len(p))*0x9E3779B97F4A7C15, uint64(len(p))
	a, b, c := p[h>>32%n], p[h*0xBF58476D1CE4E5B9>>32%n], p[h*0x94D049BB133111EB>>32%n]
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
