package twosample

import (
	"errors"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/wardround/wardround/stat/order"
)

// Bins cut the line. Inner edges ascend strictly; bin i holds edge[i−1] ≤ x < edge[i].
type Bins struct {
	edges []float64
	// closed bins drop what lies outside of [first, last] and count last into the last bin, as numpy's histogram does;
	// open bins reach to both infinities.
	closed bool
	once   sync.Once
	grid   order.Grid
	keys   []uint64 // of the edges
	table  []uint16 // by cell of the grid: the bin of its lowest value; high bit: several edges
}

// QuantileBins cuts at the k-quantiles of the reference (numpy's default interpolation), k bins with about equal shares; fewer
// where quantiles coincide. The outer bins are open: a value the reference never saw is counted at the end it lies beyond.
func QuantileBins(reference []float64, k int) (*Bins, error) {
	ps, err := fractions(k)
	if err != nil {
		return nil, err
	}
	e, err := order.Quantiles(reference, ps)
	if err != nil {
		return nil, err
	}
	return newBins(slices.Compact(e), false), nil
}

// SturgesBins are numpy's "sturges" bins over both samples, which Evidently uses for floating-point columns: equal widths of
// range/(log₂n+1), closed. Values must be finite.
func SturgesBins(a, b []float64) (*Bins, error) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range [][]float64{a, b} {
		for _, x := range s {
			if x != x {
				return nil, ErrNaN
			}
			lo, hi = math.Min(lo, x), math.Max(hi, x)
		}
	}
	if len(a)+len(b) == 0 {
		return nil, ErrSmall
	}
	if math.IsInf(hi-lo, 0) {
		return nil, errors.New("equal bins need finite values")
	}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
		return newBins([]float64{lo, hi}, true), nil
	}
	width := (hi - lo) / (math.Log2(float64(len(a)+len(b))) + 1)
	n := int(math.Ceil((hi - lo) / width))
	e := make([]float64, n+1)
	step := (hi - lo) / float64(n)
	for i := range e {
		e[i] = lo + float64(i)*step
	}
	e[n] = hi
	return newBins(slices.Compact(e), true), nil
}

// EdgeBins cuts at the given inner edges; the outer bins are open.
func EdgeBins(edges []float64) (*Bins, error) {
	for i, e := range edges {
		if e != e || i > 0 && !(e > edges[i-1]) {
			return nil, errors.New("edges must ascend")
		}
	}
	return newBins(slices.Clone(edges), false), nil
}

func newBins(edges []float64, closed bool) *Bins {
	for i := range edges {
		edges[i] += 0 // −0 becomes 0
	}
	return &Bins{edges: edges, closed: closed}
}

// Len returns the number of bins, Edges the edges (inner ones only where the outer bins are open).
func (b *Bins) Len() int {
	if b.closed {
		return len(b.edges) - 1
	}
	return len(b.edges) + 1
}

// Edges returns a copy of the edges.
func (b *Bins) Edges() []float64 { return slices.Clone(b.edges) }

const (
	more      = 1 << 15
	tableFrom = 1 << 16 // values from which the table pays
)

// prepare builds the table: most cells of a grid lie wholly within one bin.
func (b *Bins) prepare() {
	if len(b.edges) == 0 || len(b.edges) >= more-1 {
		return
	}
	b.keys = make([]uint64, len(b.edges), len(b.edges)+1)
	for i, e := range b.edges {
		b.keys[i] = order.Key(e)
	}
	b.grid = order.NewGrid(b.keys[0], b.keys[len(b.keys)-1], len(b.keys))
	b.keys = append(b.keys, math.MaxUint64) // which no number reaches
	t := make([]uint16, b.grid.Cells())
	i := 0
	for c := range t {
		first := b.grid.First(c)
		for b.keys[i] <= first {
			i++
		}
		t[c] = uint16(i)
		if i+1 < len(b.edges) && b.grid.Cell(b.keys[i+1]) == c {
			t[c] |= more
		}
	}
	b.table = t
}

// countByTable is false if a value is NaN. The bin is that of the cell, or the next one where the value has reached the edge after
// it; only cells with several edges are walked. Counters take turns, so that no addition waits for the last.
func (b *Bins) countByTable(x []float64, n []int64) bool {
	turns := make([]int64, 4*(len(n)+1))
	for at, v := range x {
		if v != v {
			return false
		}
		k := order.Key(v)
		c := int(k >> order.Top)
		if !b.grid.Upper {
			c = b.grid.Cell(k)
		}
		t := b.table[c]
		i := int(t &^ more)
		_, below := bits.Sub64(k, b.keys[i], 0)
		i += int(1 - below)
		if t&more != 0 {
			for b.keys[i] <= k {
				i++
			}
		}
		turns[4*i+at&3]++
	}
	for i := range n {
		n[i] += turns[4*i] + turns[4*i+1] + turns[4*i+2] + turns[4*i+3]
	}
	return true
}

// Count returns how many values of x fall in each bin. NaN is an error.
func (b *Bins) Count(x []float64) ([]float64, error) {
	n := make([]int64, len(b.edges)+1) // by number of edges at or below the value
	last := math.Inf(1)
	if b.closed {
		last = b.edges[len(b.edges)-1]
	}
	atLast := int64(0)
	useTable := len(x) >= tableFrom
	if useTable {
		b.once.Do(b.prepare)
		useTable = b.table != nil
	}
	if useTable {
		if !b.countByTable(x, n) {
			return nil, ErrNaN
		}
		if b.closed {
			for _, v := range x {
				if v == last {
					atLast++
				}
			}
		}
	} else {
		for _, v := range x {
			if v != v {
				return nil, ErrNaN
			}
			i, _ := slices.BinarySearchFunc(b.edges, v, func(e, v float64) int {
				if e <= v {
					return -1
				}
				return 1
			})
			n[i]++
			if v == last && b.closed {
				atLast++
			}
		}
	}
	if b.closed {
		out := make([]float64, b.Len())
		for i := range out {
			out[i] = float64(n[i+1])
		}
		out[len(out)-1] += float64(atLast)
		return out, nil
	}
	out := make([]float64, len(n))
	for i, c := range n {
		out[i] = float64(c)
	}
	return out, nil
}

// PSIBinned is [PSI] of numbers over k quantile bins of the reference. The reference's own counts fall out of the search for its
// quantiles.
func PSIBinned(reference, current []float64, k int) (Result, error) {
	ps, err := fractions(k)
	if err != nil {
		return Result{}, err
	}
	edges, below, err := order.Split(reference, ps)
	if err != nil {
		return Result{}, err
	}
	var a []float64
	var distinct []float64
	last := 0
	for i, e := range edges {
		if i > 0 && e == edges[i-1] {
			continue
		}
		distinct = append(distinct, e)
		a = append(a, float64(below[i]-last))
		last = below[i]
	}
	a = append(a, float64(len(reference)-last))
	b, err := newBins(distinct, false).Count(current)
	if err != nil {
		return Result{}, err
	}
	return PSI(a, b)
}

func fractions(k int) ([]float64, error) {
	if k < 2 || k > 10_000 {
		return nil, errors.New("between 2 and 10,000 bins")
	}
	ps := make([]float64, k-1)
	for i := range ps {
		ps[i] = float64(i+1) / float64(k)
	}
	return ps, nil
}
