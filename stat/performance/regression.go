package performance

import (
	"errors"
	"fmt"
	"math"
)

// ErrZeroTruth says that a percentage error is undefined because a true value is 0.
var ErrZeroTruth = errors.New("a true value is 0: an error in percent of it is undefined")

// ErrNegative says that a logarithmic error is undefined for values of −1 and below.
var ErrNegative = errors.New("a value is not above -1: its logarithmic error is undefined")

// A Regression holds the errors of a model that predicts a number. Units: those
// of the prediction, squared for MSE; MAPE is a share (0.1 is ten percent).
type Regression struct {
	MAE, MSE, RMSE, Bias Estimate
	MAPE, MSLE, RMSLE    *Estimate // nil where undefined: see ErrZeroTruth, ErrNegative
	R2                   Estimate  // bootstrap interval
	MedianAE             Estimate
}

// Regress compares predictions with true values.
func Regress(predicted, actual []float64, u Units, level float64) (Regression, error) {
	var g Regression
	n := len(predicted)
	if n != len(actual) || u != nil && len(u) != n {
		return g, ErrLength
	}
	if n == 0 {
		return g, ErrEmpty
	}
	abs, sq, d := make([]float64, n), make([]float64, n), make([]float64, n)
	var pct, lg []float64
	zero, neg := false, false
	for i, p := range predicted {
		y := actual[i]
		if math.IsNaN(p-y) || math.IsInf(p, 0) || math.IsInf(y, 0) {
			return g, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
		d[i] = p - y
		abs[i], sq[i] = math.Abs(d[i]), d[i]*d[i]
		if y == 0 {
			zero = true
		} else if !zero {
			pct = append(pct, abs[i]/math.Abs(y))
		}
		if y <= -1 || p <= -1 {
			neg = true
		} else if !neg {
			l := math.Log1p(p) - math.Log1p(y)
			lg = append(lg, l*l)
		}
	}
	mean := func(x []float64, lo float64) Estimate {
		m, se := Mean(x, u)
		return wald(m, se, level, lo, math.Inf(1), n, meanMethod(u))
	}
	g.MAE, g.MSE, g.Bias = mean(abs, 0), mean(sq, 0), mean(d, math.Inf(-1))
	g.RMSE = root(g.MSE)
	if !zero {
		e := mean(pct, 0)
		g.MAPE = &e
	}
	if !neg {
		e := mean(lg, 0)
		r := root(e)
		g.MSLE, g.RMSLE = &e, &r
	}
	g.MedianAE, _ = Quantile(abs, 0.5, level)
	g.R2 = Bootstrap{Level: level, Reps: max(200, min(1000, 5_000_000/n))}.Rows(n, u, func(times []float64) float64 {
		var w, sy, syy, sse float64
		for i, t := range times {
			if t != 0 {
				w += t
				sy += t * actual[i]
				sse += t * sq[i]
			}
		}
		m := sy / w
		for i, t := range times {
			syy += t * (actual[i] - m) * (actual[i] - m)
		}
		if syy == 0 {
			return math.NaN()
		}
		return 1 - sse/syy
	})
	return g, nil
}

// root carries an interval through the square root.
func root(e Estimate) Estimate {
	r := e
	r.Value, r.Low, r.High = math.Sqrt(e.Value), math.Sqrt(math.Max(0, e.Low)), math.Sqrt(e.High)
	r.SE = e.SE / (2 * r.Value)
	r.Method = e.Method + ", square root"
	return r
}

// A BlandAltman describes agreement of two ways to measure the same thing:
// 95 % of differences lie between the limits if they are normal.
type BlandAltman struct {
	Bias         Estimate // mean of a − b
	SD           float64
	Lower, Upper Estimate // limits of agreement, bias ± 1.96 sd
	Trend        float64  // correlation of difference and mean: away from 0, the bias depends on size
}

// Agree compares a with b, independent pairs.
func Agree(a, b []float64, level float64) (BlandAltman, error) {
	var g BlandAltman
	n := len(a)
	if n != len(b) {
		return g, ErrLength
	}
	if n < 3 {
		return g, &TooFewError{What: "pairs", Have: n, Need: 3}
	}
	d, m := make([]float64, n), make([]float64, n)
	for i := range a {
		d[i], m[i] = a[i]-b[i], (a[i]+b[i])/2
		if math.IsNaN(d[i]) || math.IsInf(d[i], 0) {
			return g, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
	}
	mean, se := Mean(d, nil)
	mm, _ := Mean(m, nil)
	g.SD = se * math.Sqrt(float64(n))
	g.Bias = wald(mean, se, level, math.Inf(-1), math.Inf(1), n, "mean")
	const z = 1.959963984540054
	limit := g.SD * math.Sqrt(1/float64(n)+z*z/(2*float64(n-1))) // Bland & Altman 1999
	g.Lower = wald(mean-z*g.SD, limit, level, math.Inf(-1), math.Inf(1), n, "Bland-Altman")
	g.Upper = wald(mean+z*g.SD, limit, level, math.Inf(-1), math.Inf(1), n, "Bland-Altman")
	var sdm, smm, sdd float64
	for i := range d {
		sdm += (d[i] - mean) * (m[i] - mm)
		smm += (m[i] - mm) * (m[i] - mm)
		sdd += (d[i] - mean) * (d[i] - mean)
	}
	g.Trend = sdm / math.Sqrt(smm*sdd)
	return g, nil
}
