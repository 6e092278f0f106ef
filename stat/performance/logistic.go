package performance

import "math"

// line is a logistic fit with one covariate: P = expit(a + b·x).
type line struct {
	a, b  float64
	x, y  []float64
	times []float64 // how often each row counts; nil: once
	fixed bool      // b was held at 1
}

// logisticFit is Newton's method on the likelihood, with halved steps where it
// would fall. y may be any target in 0 … 1. fixed holds b at 1.
func logisticFit(x, y, times []float64, fixed bool) (*line, error) {
	l := &line{b: 1, x: x, y: y, times: times, fixed: fixed}
	var my, n float64
	for i, v := range y {
		my += v * l.weight(i)
		n += l.weight(i)
	}
	my /= n
	if !fixed {
		l.a, l.b = logit(my), 0
	}
	ll := l.likelihood(l.a, l.b)
	for range 200 {
		var ga, gb, haa, hab, hbb float64
		for i, v := range x {
			p := expit(l.a + l.b*v)
			t := l.weight(i)
			w, d := t*p*(1-p), t*(y[i]-p)
			ga += d
			gb += d * v
			haa += w
			hab += w * v
			hbb += w * v * v
		}
		var da, db float64
		if fixed {
			da = ga / haa
		} else {
			det := haa*hbb - hab*hab
			if !(det > 1e-14*haa*hbb) || !(haa > 0) {
				return nil, ErrSeparated
			}
			da, db = (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		}
		step := 1.0
		var next float64
		for range 60 {
			next = l.likelihood(l.a+step*da, l.b+step*db)
			if next >= ll-1e-12*math.Abs(ll) {
				break
			}
			step /= 2
		}
		l.a, l.b = l.a+step*da, l.b+step*db
		if math.IsNaN(l.a) || math.IsNaN(l.b) || math.Abs(l.a)+math.Abs(l.b) > 1e6 {
			return nil, ErrSeparated
		}
		done := math.Abs(da) <= 1e-12*(1+math.Abs(l.a)) && math.Abs(db) <= 1e-12*(1+math.Abs(l.b))
		ll = next
		if done {
			return l, nil
		}
	}
	return nil, ErrSeparated
}

func (l *line) weight(i int) float64 {
	if l.times == nil {
		return 1
	}
	return l.times[i]
}

func (l *line) likelihood(a, b float64) float64 {
	var s float64
	for i, v := range l.x {
		e := a + b*v
		s += l.weight(i) * (l.y[i]*e - softplus(e))
	}
	return s
}

func softplus(e float64) float64 {
	if e > 0 {
		return e + math.Log1p(math.Exp(-e))
	}
	return math.Log1p(math.Exp(e))
}

// covariance returns aa, ab, bb of the estimates; by unit when u is given. With
// b fixed only the first is set.
func (l *line) covariance(u Units) (n int, cov [3]float64) {
	var haa, hab, hbb float64
	res := make([]float64, len(l.x))
	for i, v := range l.x {
		p := expit(l.a + l.b*v)
		w := l.weight(i) * p * (1 - p)
		res[i] = l.weight(i) * (l.y[i] - p)
		haa += w
		hab += w * v
		hbb += w * v * v
	}
	if l.fixed {
		cov[0] = 1 / haa
		if u != nil {
			cov[0] = sumSquares(func(i int) float64 { return res[i] }, len(res), u) / (haa * haa)
		}
		return len(res), cov
	}
	det := haa*hbb - hab*hab
	iaa, iab, ibb := hbb/det, -hab/det, haa/det
	if u == nil {
		return len(res), [3]float64{iaa, iab, ibb}
	}
	// The influence of a row on a and on b; their sums by unit, squared.
	fa := func(i int) float64 { return res[i] * (iaa + iab*l.x[i]) }
	fb := func(i int) float64 { return res[i] * (iab + ibb*l.x[i]) }
	vaa, vbb := sumSquares(fa, len(res), u), sumSquares(fb, len(res), u)
	both := sumSquares(func(i int) float64 { return fa(i) + fb(i) }, len(res), u)
	return len(res), [3]float64{vaa, (both - vaa - vbb) / 2, vbb}
}
