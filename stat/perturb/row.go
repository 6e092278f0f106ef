package perturb

import (
	"math"
	"slices"
)

// Rows names the perturbations of rows of a table.
var Rows = []string{"missing", "unit", "rounding", "noise"}

// units are factors between units that are mixed up: glucose and creatinine between
// mg/dL and SI, haemoglobin between g/dL and g/L, °F is left to the source.
var units = []float64{1. / 18.016, 18.016, 1. / 88.42, 88.42, 10, .1, 1000, .001}

// Row returns a worse copy of a row; spreads are the usual standard deviations of its
// values. Missing values are NaN. Error: [ErrKind].
func Row(in, spreads []float64, kind string, severity int, seed uint64) ([]float64, error) {
	out := slices.Clone(in)
	r := rng(seed, severity)
	sd := func(i int) float64 {
		if i < len(spreads) && spreads[i] > 0 && !math.IsInf(spreads[i], 0) {
			return spreads[i]
		}
		return 0
	}
	switch kind {
	case "missing":
		share := at(severity, [...]float64{.05, .1, .2, .35, .5})
		for i := range out {
			if r.Float64() < share {
				out[i] = math.NaN()
			}
		}
	case "unit": // one value or more in another unit
		n := int(at(severity, [...]float64{1, 1, 2, 3, 4}))
		for range min(n, len(out)) {
			i := r.IntN(len(out))
			f := units[r.IntN(len(units))]
			if severity <= 1 { // a factor of ten at most
				f = []float64{.1, 10}[r.IntN(2)]
			}
			out[i] *= f
		}
	case "rounding":
		for i := range out {
			if step := sd(i) * at(severity, [...]float64{.1, .25, .5, 1, 2}); step > 0 {
				out[i] = math.Round(out[i]/step) * step
			}
		}
	case "noise":
		a := at(severity, [...]float64{.05, .1, .2, .35, .5})
		for i := range out {
			out[i] += a * sd(i) * r.NormFloat64()
		}
	default:
		return nil, ErrKind
	}
	return out, nil
}
