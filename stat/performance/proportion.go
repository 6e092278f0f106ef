package performance

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Wilson is the score interval of k of n. k and n may be fractions: an
// effective sample size divides both.
func Wilson(k, n, level float64) Estimate {
	if !(n > 0) {
		return Estimate{Value: math.NaN(), SE: math.NaN(), Low: 0, High: 1, Level: level, Method: "Wilson"}
	}
	p, z := k/n, Z(level)
	d := 1 + z*z/n
	mid := (p + z*z/(2*n)) / d
	half := z / d * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	e := Estimate{Value: p, SE: math.Sqrt(p * (1 - p) / n), Level: level, N: int(math.Round(n)), Method: "Wilson",
		Low: math.Max(0, mid-half), High: math.Min(1, mid+half)}
	if k == 0 {
		e.Low = 0
	}
	if k == n {
		e.High = 1
	}
	return e
}

// ClopperPearson is the exact interval of k of n: never too narrow, on average
// too wide.
func ClopperPearson(k, n, level float64) Estimate {
	e := Wilson(k, n, level)
	e.Method = "Clopper-Pearson"
	if !(n > 0) {
		return e
	}
	a := (1 - level) / 2
	e.Low, e.High = 0, 1
	if k > 0 {
		e.Low = mathext.InvRegIncBeta(k, n-k+1, a)
	}
	if k < n {
		e.High = mathext.InvRegIncBeta(k+1, n-k, 1-a)
	}
	return e
}

// atEnd gives a figure that is exactly 0 or 1 an interval. No error can be read
// off rows that were all right, or all wrong; but of n independent ones, each of
// which could have spoilt the figure, none did, and that has its own limit
// (Clopper and Pearson's). A model that parts six rows is not known to be perfect.
func (e Estimate) atEnd(n float64) Estimate { return e.within(worst(n, e.Level)) }

// worst is the least share of which n of n is still to be expected; 0 where nothing is known.
func worst(n, level float64) float64 {
	if !(n > 0) {
		return 0
	}
	return math.Pow((1-level)/2, 1/n)
}

// within widens an estimate at 1 down to a, and one at 0 up to 1−a.
func (e Estimate) within(a float64) Estimate {
	const rounding = 1e-14
	if math.IsNaN(e.Low) || e.Value > rounding && e.Value < 1-rounding {
		return e
	}
	if e.Value > 0.5 {
		e.Low, e.High = math.Min(e.Low, a), 1
	} else {
		e.Low, e.High = 0, math.Max(e.High, 1-a)
	}
	e.Method += ", Clopper-Pearson at the end"
	return e
}

// Share is the share of hits among rows with its Wilson interval; rows of one
// unit count for what they are worth ([EffectiveN]).
func Share(hit []bool, u Units, level float64) Estimate {
	var k float64
	for _, h := range hit {
		if h {
			k++
		}
	}
	n := float64(len(hit))
	eff := EffectiveN(hit, u)
	e := Wilson(k*eff/math.Max(n, 1), eff, level)
	if n > 0 {
		e.Value = k / n
	}
	e.N = len(hit)
	if u != nil {
		e.Method = "Wilson, effective n"
	}
	return e
}

// Newcombe is the interval of the difference of two independent shares, a − b,
// from their own intervals (hybrid score, Newcombe's method 10). The two must
// have the same level.
func Newcombe(a, b Estimate) Estimate {
	d := a.Value - b.Value
	lo := d - math.Hypot(a.Value-a.Low, b.High-b.Value)
	hi := d + math.Hypot(a.High-a.Value, b.Value-b.Low)
	return Estimate{Value: d, SE: math.Hypot(a.SE, b.SE), Level: a.Level, N: a.N + b.N, Method: "Newcombe hybrid score",
		Low: math.Max(-1, lo), High: math.Min(1, hi)}
}

// RatioOf is the interval of the ratio a/b of two independent shares by the
// same idea on the logarithm (MOVER-R, Donner & Zou 2012). A share of 0 in b
// gives an open upper end.
func RatioOf(a, b Estimate) Estimate {
	e := Estimate{Value: a.Value / b.Value, SE: math.NaN(), Level: a.Level, N: a.N + b.N, Method: "MOVER-R", Low: 0, High: math.Inf(1)}
	p, q := a.Value, b.Value
	if lo := lower(p, q, a.Low, b.High); !math.IsNaN(lo) {
		e.Low = math.Max(0, lo)
	}
	if hi := upper(p, q, a.High, b.Low); !math.IsNaN(hi) {
		e.High = hi
	}
	return e
}

// lower and upper are equations 9 and 10 of Donner & Zou.
func lower(p, q, l1, u2 float64) float64 {
	d := u2 * (2*q - u2)
	s := p*p*q*q - l1*(2*p-l1)*d
	if s < 0 || d == 0 {
		return math.NaN()
	}
	return (p*q - math.Sqrt(s)) / d
}

func upper(p, q, u1, l2 float64) float64 {
	d := l2 * (2*q - l2)
	s := p*p*q*q - u1*(2*p-u1)*d
	if s < 0 || d <= 0 {
		return math.NaN()
	}
	return (p*q + math.Sqrt(s)) / d
}

// NeedForShare returns how many independent rows make the interval of a share
// near p at most ±half wide: what to say instead of a verdict.
func NeedForShare(p, half, level float64) int {
	if !(half > 0) {
		return math.MaxInt32
	}
	z := Z(level)
	p = math.Min(math.Max(p, 0.05), 0.95) // near the ends the plain formula promises too much
	return int(math.Ceil(z * z * p * (1 - p) / (half * half)))
}

// Quantile is the q-quantile of x (linear between order statistics, type 7 of
// Hyndman & Fan) with the distribution-free interval from order statistics.
// With too few values for the level the interval is open (infinite).
func Quantile(x []float64, q, level float64) (Estimate, error) {
	if len(x) == 0 {
		return Estimate{}, ErrEmpty
	}
	s := append([]float64(nil), x...)
	sort.Float64s(s)
	if math.IsNaN(s[0]) {
		return Estimate{}, ErrNaN
	}
	n := len(s)
	e := Estimate{Value: quantile7(s, q), SE: math.NaN(), Level: level, N: n, Method: "order statistics", Low: math.Inf(-1), High: math.Inf(1)}
	b := distuv.Binomial{N: float64(n), P: q}
	a := (1 - level) / 2
	// The largest l with P(B < l) ≤ a, and the smallest h with P(B ≥ h) ≤ a.
	l := sort.Search(n, func(i int) bool { return b.CDF(float64(i)) > a }) // P(B ≤ l−1) ≤ a
	if l >= 1 {
		e.Low = s[l-1]
	}
	h := sort.Search(n, func(i int) bool { return b.CDF(float64(i)) >= 1-a }) // P(B ≥ h+1) ≤ a
	if h+1 <= n {
		e.High = s[h]
	}
	return e, nil
}

// quantile7 of sorted values.
func quantile7(s []float64, q float64) float64 {
	h := q * float64(len(s)-1)
	i := int(math.Floor(h))
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (h-float64(i))*(s[i+1]-s[i])
}
