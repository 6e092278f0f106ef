package twosample

import "math"

// A frame is where zero lies and what one is, chosen so that a variance keeps its digits: squares of 10¹⁵ ± 1 lose them, those of
// 10³⁰⁰ overflow and those of 10⁻³¹⁰ vanish.
type frame struct{ centre, scale float64 }

// frameOf puts zero at a value amid the samples. The scale is one, or a power of two where squares would not fit.
func frameOf(samples ...[]float64) frame {
	f := frame{scale: 1}
	most := 0.0
	for _, x := range samples {
		for _, v := range x {
			most = math.Max(most, math.Abs(v))
		}
	}
	if most > 1e100 || most > 0 && most < 1e-100 {
		_, e := math.Frexp(most)
		f.scale = math.Ldexp(1, min(-e, 1023))
	}
	if len(samples[0]) > 0 {
		f.centre = samples[0][len(samples[0])/2] * f.scale
	}
	return f
}

// moments returns the mean and the variance (divisor n) of values in the frame.
func (f frame) moments(x []float64) (mean, variance float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v*f.scale - f.centre
	}
	mean /= n
	var s, c float64
	for _, v := range x {
		d := v*f.scale - f.centre - mean
		s += d * d
		c += d
	}
	return mean + c/n, math.Max(0, (s-c*c/n)/n)
}

// apply returns values in the frame.
func (f frame) apply(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v*f.scale - f.centre
	}
	return y
}
