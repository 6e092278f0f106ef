package perturb

import (
	"math"
	"slices"
)

// SeriesKinds names the perturbations of series.
var SeriesKinds = []string{"wander", "powerline", "muscle", "dropout", "scale"}

// Series returns a worse copy of a trace sampled at rate values a second. Amounts are
// relative to the trace's own spread (the middle 98 %). Missing values (NaN) stay.
// Error: [ErrKind].
func Series(in []float64, rate float64, kind string, severity int, seed uint64) ([]float64, error) {
	out := slices.Clone(in)
	r := rng(seed, severity)
	size := Spread(in)
	switch kind {
	case "wander": // breathing: 0.15 to 0.45 Hz
		a := size * at(severity, [...]float64{.1, .2, .35, .5, .8})
		f, phase := .15+.3*r.Float64(), 2*math.Pi*r.Float64()
		for i := range out {
			out[i] += a * math.Sin(2*math.Pi*f*float64(i)/rate+phase)
		}
	case "powerline": // 50 Hz and its third harmonic, as far as the rate carries them
		a := size * at(severity, [...]float64{.03, .06, .1, .2, .35})
		phase := 2 * math.Pi * r.Float64()
		for i := range out {
			t := 2 * math.Pi * 50 * float64(i) / rate
			if rate > 100 {
				out[i] += a * math.Sin(t+phase)
			}
			if rate > 300 {
				out[i] += a / 4 * math.Sin(3*t+phase)
			}
		}
	case "muscle":
		a := size * at(severity, [...]float64{.02, .05, .1, .15, .25})
		for i := range out {
			out[i] += a * r.NormFloat64()
		}
	case "dropout": // an electrode that comes off: the trace is flat for a while
		n := int(float64(len(out)) * at(severity, [...]float64{.02, .05, .1, .2, .35}))
		if n > 0 && len(out) > 0 {
			from := r.IntN(len(out) - min(n, len(out)-1))
			for i := from; i < min(from+n, len(out)); i++ {
				out[i] = out[from]
			}
		}
	case "scale": // a calibration that is off
		f := at(severity, [...]float64{.95, .9, .8, .65, .5})
		for i := range out {
			out[i] *= f
		}
	default:
		return nil, ErrKind
	}
	return out, nil
}

// Spread is that of a trace: from its 1st to its 99th percentile, what is missing left out.
func Spread(x []float64) float64 {
	s := slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if len(s) == 0 {
		return 0
	}
	slices.Sort(s)
	return s[int(.99*float64(len(s)-1))] - s[int(.01*float64(len(s)-1))]
}
