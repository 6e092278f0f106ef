package twosample

import (
	"fmt"
	"math"
	"slices"
)

// Ranked is a sample known by its distribution function, exactly or within an interval: a quantile sketch.
type Ranked interface {
	N() int64
	// CDF returns the share of values at or below x: lower bound, estimate, upper bound.
	CDF(x float64) (lo, mid, hi float64)
	// Support returns, ascending, the values at which the estimate steps; it holds the least and the greatest.
	Support() []float64
}

// uniform is a Ranked that bounds its error at all values at once, which is what a greatest distance needs.
type uniform interface {
	UniformRankError(confidence float64) float64
}

// Ranked lets a sorted column stand beside a sketch.
func (s Sorted) Ranked() Ranked { return sortedRanks{s} }

type sortedRanks struct{ s Sorted }

func (r sortedRanks) N() int64           { return int64(len(r.s)) }
func (r sortedRanks) Support() []float64 { return slices.Compact(slices.Clone(r.s)) }
func (r sortedRanks) Steps() (values, shares []float64, off float64) {
	for i := range r.s {
		if i+1 == len(r.s) || r.s[i+1] != r.s[i] {
			values, shares = append(values, r.s[i]), append(shares, float64(i+1)/float64(len(r.s)))
		}
	}
	return values, shares, 0
}
func (r sortedRanks) CDF(x float64) (lo, mid, hi float64) {
	i, _ := slices.BinarySearchFunc(r.s, x, func(e, x float64) int {
		if e <= x {
			return -1
		}
		return 1
	})
	mid = float64(i) / float64(len(r.s))
	return mid, mid, mid
}

// sketchConfidence is of each side, so that both hold with 0.99.
const sketchConfidence = 0.995

func onSketch(a, b Ranked, o Options, exact sortedTest, bound func(p *pair, o Options) (Result, error)) (Result, error) {
	p, ok, err := view(a, b)
	if err != nil {
		return Result{}, err
	}
	defer pairs.Put(p)
	if ok {
		return exactly(p, o, exact)
	}
	return bound(p, o)
}

func exactly(p *pair, o Options, exact sortedTest) (Result, error) {
	x, y := p.expand()
	return exact(x, y, o)
}

// sketched fills a Result from the statistic's estimate and interval and a p that falls as the statistic grows.
func (p *pair) sketched(name string, lo, mid, hi float64, tail func(float64) float64, effect float64) Result {
	r := Result{Test: name, Statistic: mid, Low: lo, High: hi, Effect: effect, NA: int(p.n), NB: int(p.m), Method: "sketch"}
	r.P, r.PLow, r.PHigh = tail(mid), tail(hi), tail(lo)
	return r
}

// KSSketch is [KS] on sketches. The errors of both distribution functions add up to the error of D.
func KSSketch(a, b Ranked, o Options) (Result, error) {
	return onSketch(a, b, o, KSSorted, (*pair).ks)
}

func (p *pair) ks(o Options) (Result, error) {
	lo, d, hi := p.distance()
	return p.sketched("ks", lo, d, hi, func(d float64) float64 {
		pv, _ := ksP(int(p.n), int(p.m), int64(math.Round(d*p.n*p.m)), o)
		return pv
	}, d), nil
}

// distance is D, and between what it lies.
func (p *pair) distance() (lo, d, hi float64) {
	g := p.g[:len(p.f)]
	for i, f := range p.f {
		if e := math.Abs(f - g[i]); e > d {
			d = e
		}
	}
	e := p.ea + p.eb
	return math.Max(0, d-e), d, math.Min(1, d+e)
}

// DistanceSketch is D of [KSSketch] without its p, which may cost more than all the rest: Statistic between Low and High.
func DistanceSketch(a, b Ranked) (Result, error) {
	p, _, err := view(a, b)
	if err != nil {
		return Result{}, err
	}
	defer pairs.Put(p)
	lo, d, hi := p.distance()
	nan := math.NaN()
	return Result{Test: "ks", Statistic: d, Low: lo, High: hi, Effect: d, P: nan, PLow: nan, PHigh: nan, NA: int(p.n), NB: int(p.m), Method: "distance"}, nil
}

// MannWhitneySketch is [MannWhitney] on sketches: P(a > b) is off by no more than both errors together, whether ties are many
// or none.
func MannWhitneySketch(a, b Ranked, o Options) (Result, error) {
	return onSketch(a, b, o, MannWhitneySorted, (*pair).mannWhitney)
}

// RanksSketch is [KSSketch] and [MannWhitneySketch] at the price of one: what both need is made once.
func RanksSketch(a, b Ranked, o Options) (ks, mw Result, err error) {
	p, exact, err := view(a, b)
	if err != nil {
		return ks, mw, err
	}
	defer pairs.Put(p)
	if exact {
		x, y := p.expand()
		if ks, err = KSSorted(x, y, o); err == nil {
			mw, err = MannWhitneySorted(x, y, o)
		}
		return ks, mw, err
	}
	ks, _ = p.ks(o)
	mw, _ = p.mannWhitney(o)
	return ks, mw, nil
}

func (p *pair) mannWhitney(o Options) (Result, error) {
	var auc, f0, g0, h0, tieLo, largest float64
	N := p.n + p.m
	eh := (p.n*p.ea + p.m*p.eb) / N
	for i := range p.x {
		auc += (p.f[i] - f0) * (g0 + p.g[i]) / 2
		h := (p.n*p.f[i] + p.m*p.g[i]) / N
		atom := h - h0
		if sure := atom - 2*eh; sure > 0 {
			tieLo += sure * sure * sure
		}
		if atom > largest {
			largest = atom
		}
		f0, g0, h0 = p.f[i], p.g[i], h
	}
	largest += 2 * eh
	tieHi := math.Min(1, largest*largest) // Σt³ ≤ max t²·Σt
	// A share of exactly tied values needs an atom; a sketch can't tell a small one from none.
	e := p.ea + p.eb
	ratio, _, _ := o.ratio(int(p.n), int(p.m))
	tail := func(auc, ties float64) float64 {
		s := math.Sqrt(p.n * p.m / 12 * (N + 1) * math.Max(0, 1-ties))
		z := (math.Abs(auc-0.5)*p.n*p.m - 0.5) / s * math.Sqrt(ratio)
		return math.Min(1, 2*normalTail(z))
	}
	lo, hi := math.Max(0, auc-e), math.Min(1, auc+e)
	far := hi
	if 0.5-lo > hi-0.5 {
		far = lo
	}
	near := math.Max(lo, math.Min(hi, 0.5))
	r := Result{Test: "mann-whitney", Statistic: auc * p.n * p.m, Low: lo * p.n * p.m, High: hi * p.n * p.m, Effect: 2*auc - 1,
		NA: int(p.n), NB: int(p.m), Method: "sketch"}
	r.P, r.PLow, r.PHigh = tail(auc, tieLo), math.Min(tail(far, tieHi), tail(far, tieLo)), math.Max(tail(near, tieLo), tail(near, tieHi))
	return r, nil
}

// CramerVonMisesSketch is [CramerVonMisesOfTies] on sketches, which don't hold what midranks do to small atoms. An atom larger than
// their error gives an error.
func CramerVonMisesSketch(a, b Ranked, o Options) (Result, error) {
	return onSketch(a, b, o, CramerVonMisesOfTiesSorted, func(p *pair, o Options) (Result, error) {
		if err := p.untied(); err != nil {
			return Result{}, err
		}
		lo, mid, hi := p.integrate(func(u0, u1 float64) float64 { return u1 - u0 }, math.Inf(1))
		N := p.n + p.m
		scale := p.n * p.m / N
		ratio, ea, eb := o.ratio(int(p.n), int(p.m))
		return p.sketched("cramer-von-mises", lo*scale, mid*scale, hi*scale, func(t float64) float64 { return cvmP(t*ratio, ea, eb) }, mid), nil
	})
}

// AndersonDarlingSketch is [AndersonDarling] on sketches of values without ties. Near the ends, where the statistic looks
// closest, F−G is also bounded by the few values that lie there.
func AndersonDarlingSketch(a, b Ranked, o Options) (Result, error) {
	return onSketch(a, b, o, AndersonDarlingSorted, func(p *pair, o Options) (Result, error) {
		if err := p.untied(); err != nil {
			return Result{}, err
		}
		N := p.n + p.m
		logit := func(u0, u1 float64) float64 { return math.Log(u1/u0) - math.Log((1-u1)/(1-u0)) }
		lo, mid, hi := p.integrate(logit, N/math.Min(p.n, p.m))
		ratio, _, _ := o.ratio(int(p.n), int(p.m))
		sigma := adSigma(int(min(p.n, 1e6)), int(min(p.m, 1e6))) // at its limit long before
		std := func(x float64) float64 { return (x*p.n*p.m/N*ratio - 1) / sigma }
		return p.sketched("anderson-darling", std(lo), std(mid), std(hi), adP, mid), nil
	})
}

func (p *pair) untied() error {
	h0, N := 0.0, p.n+p.m
	most := 2*(p.n*p.ea+p.m*p.eb)/N + 2/N
	for i := range p.x {
		h := (p.n*p.f[i] + p.m*p.g[i]) / N
		if h-h0 > most {
			return fmt.Errorf("a share of %.3g of the values is equal to %g: this test on sketches needs values without ties", h-h0, p.x[i])
		}
		h0 = h
	}
	return nil
}

// cells of the integral over u = H(x), the pooled distribution function.
const cells = 2048

// integrate bounds ∫(F−G)²·w dH. At a given u the true place lies where the estimate of H is within its error of u, so the
// least and greatest (F−G)² over that window, widened by the errors of F and G, bound the integrand. weight is ∫w over a
// cell; c bounds |F−G| by c·u and c·(1−u).
func (p *pair) integrate(weight func(u0, u1 float64) float64, c float64) (lo, mid, hi float64) {
	N := p.n + p.m
	e, eh := p.ea+p.eb, (p.n*p.ea+p.m*p.eb)/N
	h := make([]float64, len(p.x)+1)
	d := make([]float64, len(p.x)+1) // |F−G| after the step at x[i−1]; d[0] = 0 before the first
	for i := range p.x {
		h[i+1] = (p.n*p.f[i] + p.m*p.g[i]) / N
		d[i+1] = math.Abs(p.f[i] - p.g[i])
	}
	edge := func(k int) float64 { // even in logit, so that the ends are looked at closely
		l := math.Log(N - 1)
		return 1 / (1 + math.Exp(l-2*l*float64(k)/cells))
	}
	u0 := edge(0)
	first, last, centre := 0, 0, 0
	for k := range cells {
		u1 := edge(k + 1)
		for first+1 < len(h) && h[first+1] < u0-eh {
			first++
		}
		for last+1 < len(h) && h[last] <= u1+eh {
			last++
		}
		for centre+1 < len(h) && h[centre+1] <= (u0+u1)/2 {
			centre++
		}
		least, most := math.Inf(1), 0.0
		for i := first; i <= last; i++ {
			least, most = math.Min(least, d[i]), math.Max(most, d[i])
		}
		least = math.Max(0, least-e)
		most = math.Min(math.Min(1, most+e), c*math.Min(u1, 1-u0))
		w := weight(u0, u1)
		lo += math.Min(least, most) * math.Min(least, most) * w
		hi += most * most * w
		mid += math.Min(d[centre], most) * math.Min(d[centre], most) * w
		u0 = u1
	}
	return lo, mid, hi
}

// WassersteinSketch is [Wasserstein] on sketches: an interval, no p.
func WassersteinSketch(a, b Ranked) (Result, error) {
	return onSketch(a, b, Options{}, WassersteinSorted, func(p *pair, _ Options) (Result, error) {
		var lo, mid, hi float64
		e := p.ea + p.eb
		for i := range len(p.x) - 1 {
			d, dx := math.Abs(p.f[i]-p.g[i]), p.x[i+1]-p.x[i]
			add := func(s *float64, d float64) {
				if d > 0 {
					*s += d * dx
				}
			}
			add(&lo, d-e)
			add(&mid, d)
			add(&hi, math.Min(1, d+e))
		}
		nan := func(float64) float64 { return math.NaN() }
		return p.sketched("wasserstein", lo, mid, hi, nan, mid), nil
	})
}

// PSISketch is [PSI] over bins between the edges, which ascend: e.g. quantiles of the reference. Bin i holds
// edge[i−1] < x ≤ edge[i].
func PSISketch(a, b Ranked, edges []float64) (Result, error) {
	if len(edges) == 0 || !slices.IsSorted(edges) {
		return Result{}, fmt.Errorf("edges must ascend")
	}
	shares := func(r Ranked, e float64) (lo, mid, hi []float64) {
		last := 0.0
		for i := range len(edges) + 1 {
			m := 1.0
			if i < len(edges) {
				_, m, _ = r.CDF(edges[i])
			}
			wide := 2 * e
			if i == 0 || i == len(edges) {
				wide = e
			}
			s := m - last
			lo, mid, hi = append(lo, math.Max(0, s-wide)), append(mid, s), append(hi, math.Min(1, s+wide))
			last = m
		}
		return lo, mid, hi
	}
	p, _, err := view(a, b)
	if err != nil {
		return Result{}, err
	}
	defer pairs.Put(p)
	al, am, ah := shares(a, p.ea)
	bl, bm, bh := shares(b, p.eb)
	for _, s := range [][]float64{al, am, ah, bl, bm, bh} {
		fill(s)
	}
	term := func(p, q float64) float64 { return (p - q) * math.Log(p/q) }
	var lo, mid, hi float64
	for i := range am {
		mid += term(am[i], bm[i])
		hi += math.Max(term(al[i], bh[i]), term(ah[i], bl[i]))
		switch { // nearest corners; overlapping intervals may be equal
		case al[i] > bh[i]:
			lo += term(al[i], bh[i])
		case bl[i] > ah[i]:
			lo += term(ah[i], bl[i])
		}
	}
	nan := func(float64) float64 { return math.NaN() }
	r := p.sketched("psi", lo, mid, hi, nan, mid)
	if p.ea == 0 && p.eb == 0 {
		r.Method = "distance"
	}
	return r, nil
}
