package twosample

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/wardround/wardround/stat/dist"
)

// WelchT compares two means without assuming equal variances (scipy.stats.ttest_ind with equal_var=False). Effect is Cohen's d.
// Infinite values make a mean infinite, so they are an error.
func WelchT(a, b []float64) (Result, error) { return means(a, b, Options{}, true) }

// WelchTWith is [WelchT] with effective sample sizes.
func WelchTWith(a, b []float64, o Options) (Result, error) { return means(a, b, o, true) }

// ZTest is Welch's statistic read against the normal law: for large samples, or for shares given as zeros and ones.
func ZTest(a, b []float64, o Options) (Result, error) { return means(a, b, o, false) }

func means(a, b []float64, o Options, student bool) (Result, error) {
	if len(a) < 2 || len(b) < 2 {
		return Result{}, fmt.Errorf("%w: %d and %d, each must have 2", ErrSmall, len(a), len(b))
	}
	for _, x := range [][]float64{a, b} {
		for _, v := range x {
			if v != v {
				return Result{}, ErrNaN
			}
			if math.IsInf(v, 0) {
				return Result{}, fmt.Errorf("a mean of infinite values is not defined")
			}
		}
	}
	n, m := float64(len(a)), float64(len(b))
	_, ea, eb := o.ratio(len(a), len(b))
	at := frameOf(a, b) // t is the same wherever zero lies and whatever the unit is
	ma, va := at.moments(a)
	mb, vb := at.moments(b)
	va, vb, d := va*n/(n-1), vb*m/(m-1), ma-mb
	sa, sb := va/ea, vb/eb
	se := math.Sqrt(sa + sb)
	if se == 0 {
		return Result{}, ErrConstant
	}
	t := d / se
	effect := d / math.Sqrt((va+vb)/2)
	if !student {
		return result("z", len(a), len(b), string(Asymptotic), t, 2*dist.Normal(math.Abs(t)), effect), nil
	}
	df := (sa + sb) * (sa + sb) / (sa*sa/(ea-1) + sb*sb/(eb-1))
	return result("welch-t", len(a), len(b), string(Asymptotic), t, dist.StudentTwoSided(df, t), effect), nil
}

// EppsSingleton compares empirical characteristic functions at 0.4 and 0.8 (scipy.stats.epps_singleton_2samp). It suits
// discrete values, where KS is cautious, and needs five a side, all finite.
func EppsSingleton(a, b []float64) (Result, error) {
	x, y, err := sortBoth(a, b)
	if err != nil {
		return Result{}, err
	}
	if err := need(x, y, 5); err != nil {
		return Result{}, err
	}
	for _, s := range []Sorted{x, y} {
		if math.IsInf(s[0], 0) || math.IsInf(s[len(s)-1], 0) {
			return Result{}, fmt.Errorf("epps-singleton needs finite values")
		}
	}
	at := frameOf(x, y)
	x, y = at.apply(x), at.apply(y)
	pooled, err := Sort(append(append(make([]float64, 0, len(a)+len(b)), x...), y...))
	if err != nil {
		return Result{}, err
	}
	sigma := (pooled.quantile(0.75) - pooled.quantile(0.25)) / 2
	if sigma == 0 {
		return Result{}, fmt.Errorf("%w in the middle half", ErrConstant)
	}
	n, m := float64(len(a)), float64(len(b))
	ma, ca := characteristic(x, sigma)
	mb, cb := characteristic(y, sigma)
	N := n + m
	cov := mat.NewSymDense(4, nil)
	for i := range 4 {
		for j := i; j < 4; j++ {
			cov.SetSym(i, j, N/n*ca[i][j]+N/m*cb[i][j])
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(cov, true) {
		return Result{}, fmt.Errorf("epps-singleton: the covariance could not be decomposed")
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	vals := eig.Values(nil)
	top := math.Max(math.Abs(vals[0]), math.Abs(vals[3]))
	w, rank := 0.0, 0
	noise := top * (32 + 4*math.Sqrt(N)) * 0x1p-52 // what sums of so many rounded terms leave of a zero
	for k, l := range vals {
		if math.Abs(l) <= noise {
			continue
		}
		rank++
		dot := 0.0
		for i := range 4 {
			dot += v.At(i, k) * (ma[i] - mb[i])
		}
		w += N * dot * dot / l
	}
	if rank == 0 {
		return Result{}, ErrConstant
	}
	if max(len(a), len(b)) < 25 {
		w /= 1 + math.Pow(N, -0.45) + 10.1*(math.Pow(n, -1.7)+math.Pow(m, -1.7))
	}
	return result("epps-singleton", len(a), len(b), string(Asymptotic), w, dist.ChiSquare(float64(rank), w), w/N), nil
}

// characteristic returns means and the biased covariance of cos and sin of x at 0.4 and 0.8 over sigma.
func characteristic(x []float64, sigma float64) (mean [4]float64, cov [4][4]float64) {
	sin, cos := make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		sin[i], cos[i] = math.Sincos(0.4 * (v / sigma))
	}
	at := func(i int) [4]float64 { // 0.8 is the double angle
		s, c := sin[i], cos[i]
		return [4]float64{c, (c - s) * (c + s), s, 2 * s * c}
	}
	n := float64(len(x))
	for k := range x {
		g := at(k)
		for i := range 4 {
			mean[i] += g[i]
		}
	}
	for i := range mean {
		mean[i] /= n
	}
	for k := range x {
		g := at(k)
		for i := range 4 {
			for j := range 4 {
				cov[i][j] += (g[i] - mean[i]) * (g[j] - mean[j])
			}
		}
	}
	for i := range 4 {
		for j := range 4 {
			cov[i][j] /= n
		}
	}
	return mean, cov
}

// quantile is Hyndman and Fan's type 7, numpy's default.
func (s Sorted) quantile(p float64) float64 {
	at := p * float64(len(s)-1)
	i := int(at)
	f := at - float64(i)
	lo, hi := s[i], s[min(i+1, len(s)-1)]
	if f == 0 || lo == hi {
		return lo
	}
	return lo + (hi-lo)*f
}
