package twosample

import (
	"fmt"
	"math"
	"slices"
	"sync"
)

// stepped is a Ranked that tells its steps at once: the support, the estimate at each, and how far its intervals reach from
// that at most. A search for each value costs ten times as much. The slices are not changed.
type stepped interface {
	Steps() (values, shares []float64, off float64)
}

// pair is the pooled view of two sketches.
type pair struct {
	n, m   float64
	x      []float64
	f, g   []float64 // estimates at x
	ea, eb float64   // bounds of their errors, uniformly
}

var pairs = sync.Pool{New: func() any { return new(pair) }}

// view pools two sketches; the pair is to be given back to pairs.
func view(a, b Ranked) (p *pair, exact bool, err error) {
	p = pairs.Get().(*pair)
	p.n, p.m = float64(a.N()), float64(b.N())
	if p.n < 1 || p.m < 1 || p.n > 1<<31 || p.m > 1<<31 {
		pairs.Put(p)
		return nil, false, fmt.Errorf("%w: sketches of %d and %d values", ErrSmall, a.N(), b.N())
	}
	sa, oka := a.(stepped)
	sb, okb := b.(stepped)
	if oka && okb {
		p.sweep(sa, sb)
	} else {
		p.x = append(append(p.x[:0], a.Support()...), b.Support()...)
		slices.Sort(p.x)
		p.x = slices.Compact(p.x)
		p.f, p.ea = estimate(p.f[:0], a, p.x)
		p.g, p.eb = estimate(p.g[:0], b, p.x)
	}
	p.ea, p.eb = uniformly(a, p.ea), uniformly(b, p.eb)
	return p, p.ea == 0 && p.eb == 0 && p.n+p.m <= 1e6, nil
}

// sweep merges the steps of both.
func (p *pair) sweep(a, b stepped) {
	ax, af, ea := a.Steps()
	bx, bf, eb := b.Steps()
	p.ea, p.eb = ea, eb
	most := len(ax) + len(bx)
	x, f, g := slices.Grow(p.x[:0], most)[:most], slices.Grow(p.f[:0], most)[:most], slices.Grow(p.g[:0], most)[:most]
	i, j, k := 0, 0, 0
	u, v := 0.0, 0.0
	for i < len(ax) && j < len(bx) {
		s, t := ax[i], bx[j]
		if s <= t {
			u = af[i]
			i++
		}
		if t <= s {
			v = bf[j]
			j++
		}
		x[k], f[k], g[k] = min(s, t), u, v
		k++
	}
	for ; i < len(ax); i, k = i+1, k+1 {
		x[k], f[k], g[k] = ax[i], af[i], v
	}
	for ; j < len(bx); j, k = j+1, k+1 {
		x[k], f[k], g[k] = bx[j], u, bf[j]
	}
	p.x, p.f, p.g = x[:k], f[:k], g[:k]
}

func estimate(mid []float64, r Ranked, x []float64) (_ []float64, off float64) {
	for _, v := range x {
		lo, m, hi := r.CDF(v)
		mid = append(mid, m)
		off = max(off, m-lo, hi-m)
	}
	return mid, off
}

// uniformly is the bound of an estimate's error at all values at once, given the largest at any one.
func uniformly(r Ranked, off float64) float64 {
	if u, ok := r.(uniform); ok && off > 0 {
		off = u.UniformRankError(sketchConfidence)
	}
	return math.Min(1, off)
}

// expand writes exact sketches out as columns.
func (p *pair) expand() (a, b Sorted) {
	write := func(f []float64, n float64) Sorted {
		out := make(Sorted, 0, int(n))
		for i, v := range p.x {
			for upto := int(math.Round(f[i] * n)); len(out) < upto; {
				out = append(out, v)
			}
		}
		return out
	}
	return write(p.f, p.n), write(p.g, p.m)
}
