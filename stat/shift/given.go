package shift

import (
	"math"

	"github.com/wardround/wardround/stat/dist"
	"github.com/wardround/wardround/stat/twosample"
)

// LabelGivenScore is the p of labels coming out as often as before for the same score:
// ref and cur count labels 0 and 1 in the same bins of score; the chi-squares of the
// bins' two by two tables are summed. n and m are how many independent rows each side is
// worth, 0 for all. NaN where the bins hold too little.
func LabelGivenScore(ref, cur [][2]float64, n, m float64) float64 {
	a, b := scaled(ref, n), scaled(cur, m)
	var x, df float64
	for k := range min(len(a), len(b)) {
		p, q := a[k][:], b[k][:]
		if p[0]+q[0] <= 0 || p[1]+q[1] <= 0 || twosample.Expected(p, q) < 2 {
			continue
		}
		if r, err := twosample.ChiSquare(p, q, twosample.Options{}); err == nil {
			x += r.Statistic
			df++
		}
	}
	if df == 0 {
		return math.NaN()
	}
	return dist.ChiSquare(df, x)
}

// ScoreGivenLabel is the p of the scores of each class lying as before: the lesser of two
// chi-square tests over bins, twice. NaN where the bins hold too little.
func ScoreGivenLabel(ref, cur [][2]float64, n, m float64) float64 {
	a, b := scaled(ref, n), scaled(cur, m)
	p := math.NaN()
	for class := range 2 {
		var x, y []float64
		var rx, ry float64
		for k := range min(len(a), len(b)) { // join bins until each may hold five
			rx, ry = rx+a[k][class], ry+b[k][class]
			if min(rx, ry) >= 5 {
				x, y, rx, ry = append(x, rx), append(y, ry), 0, 0
			}
		}
		if len(x) < 2 {
			continue
		}
		x[len(x)-1], y[len(y)-1] = x[len(x)-1]+rx, y[len(y)-1]+ry
		if r, err := twosample.ChiSquare(x, y, twosample.Options{}); err == nil && !(2*r.P >= p) {
			p = math.Min(1, 2*r.P)
		}
	}
	return p
}

// scaled brings counts down to n independent rows.
func scaled(t [][2]float64, n float64) [][2]float64 {
	sum := 0.0
	for _, c := range t {
		sum += c[0] + c[1]
	}
	if !(n > 0) || n >= sum {
		return t
	}
	out := make([][2]float64, len(t))
	for i, c := range t {
		out[i] = [2]float64{c[0] * n / sum, c[1] * n / sum}
	}
	return out
}

// Mixture asks whether scores without labels are what other rates of the two classes
// alone would make of them: ref counts labels 0 and 1 by bin of score, cur counts scores
// now. It returns the share of class 1 that fits best, and the p of so bad a fit: a small
// one says that the scores of at least one class lie elsewhere. n and m are as in
// [LabelGivenScore]. NaN where there is too little, or the classes' scores are alike.
func Mixture(ref [][2]float64, cur []float64, n, m float64) (share, p float64) {
	share, p = math.NaN(), math.NaN()
	a := scaled(ref, n)
	var classes [2]float64
	sum := 0.0
	for i := range min(len(a), len(cur)) {
		classes[0] += a[i][0]
		classes[1] += a[i][1]
		sum += cur[i]
	}
	if min(classes[0], classes[1]) < 10 || sum <= 0 {
		return share, p
	}
	if !(m > 0) || m > sum {
		m = sum
	}
	var f0, f1, c []float64 // shares within a class, and now, in bins that hold enough
	var r0, r1, rc, held float64
	for i := range min(len(a), len(cur)) {
		r0, r1, rc = r0+a[i][0], r1+a[i][1], rc+cur[i]/sum
		if held = r0 + r1; rc*m >= 8 && held >= 8 && len(c) < 20 && rc >= 0.04 {
			f0, f1, c = append(f0, r0/classes[0]), append(f1, r1/classes[1]), append(c, rc)
			r0, r1, rc = 0, 0, 0
		}
	}
	if len(c) < 3 {
		return share, p
	}
	last := len(c) - 1
	f0[last], f1[last], c[last] = f0[last]+r0/classes[0], f1[last]+r1/classes[1], c[last]+rc
	apart := 0.0
	for i := range c {
		apart += math.Abs(f0[i]-f1[i]) / 2
	}
	if apart < 0.1 {
		return share, p
	}
	misfit := func(q float64) (x float64) {
		for i := range c {
			want := q*f1[i] + (1-q)*f0[i]
			v := want*(1-want)/m + q*q*f1[i]*(1-f1[i])/classes[1] + (1-q)*(1-q)*f0[i]*(1-f0[i])/classes[0]
			x += (c[i] - want) * (c[i] - want) / math.Max(v, 1e-12) * (1 - want)
		}
		return x
	}
	lo, hi := 0.0, 1.0 // golden section: the misfit has one least place
	const golden = 0.6180339887498949
	for range 60 {
		x, y := hi-golden*(hi-lo), lo+golden*(hi-lo)
		if misfit(x) < misfit(y) {
			hi = y
		} else {
			lo = x
		}
	}
	share = (lo + hi) / 2
	return share, dist.ChiSquare(float64(len(c)-2), misfit(share))
}
