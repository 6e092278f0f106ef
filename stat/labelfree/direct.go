package labelfree

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/stat/performance"
)

// A DLE estimates the errors of a model that predicts a number: boosted trees
// learn the size of the error from inputs and prediction (direct loss
// estimation). Like the rest it cannot see that the truth itself changed.
type DLE struct {
	losses map[string]*lossModel
	level  float64
	names  int
}

type lossModel struct {
	fit    *crossFitted
	mean   float64 // of the loss in the reference
	spread float64 // of a row's loss around its expectation, held out
	n      float64
}

// minDLE is the fewest reference rows.
const minDLE = 60

// FitDLE learns from reference rows. MAPE needs true values other than 0, MSLE
// predictions and true values above −1; where they are not, the figure is left out.
func FitDLE(predicted, actual []float64, f Features, level float64) (*DLE, error) {
	n := len(predicted)
	if level == 0 {
		level = performance.Level
	}
	if len(actual) != n {
		return nil, ErrShape
	}
	if err := f.check(n); err != nil {
		return nil, err
	}
	if n < minDLE {
		return nil, fmt.Errorf("%w: %d rows, at least %d are needed", ErrNoReference, n, minDLE)
	}
	abs, sq, pct, lg := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	zero, low := false, false
	for i, p := range predicted {
		y := actual[i]
		if math.IsNaN(p-y) || math.IsInf(p-y, 0) {
			return nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
		abs[i] = math.Abs(p - y)
		sq[i] = abs[i] * abs[i]
		zero = zero || y == 0
		low = low || y <= -1 || p <= -1
		if !zero {
			pct[i] = abs[i] / math.Abs(y)
		}
		if !low {
			l := math.Log1p(p) - math.Log1p(y)
			lg[i] = l * l
		}
	}
	d := &DLE{losses: map[string]*lossModel{}, level: level, names: len(f.Columns)}
	columns := f.with("prediction", predicted).Columns
	d.learn("mae", columns, abs)
	d.learn("mse", columns, sq)
	if !zero {
		d.learn("mape", columns, pct)
	}
	if !low {
		d.learn("msle", columns, lg)
	}
	return d, nil
}

func (d *DLE) learn(name string, columns [][]float64, loss []float64) {
	fit := boost(columns, loss, nil, squareLoss{}, boostDefaults)
	if fit.z < detectable {
		fit.trees = 0
	}
	m := &lossModel{fit: fit, n: float64(len(loss))}
	for i, v := range loss {
		m.mean += v / m.n
		e := fit.margin[i] - v
		m.spread += e * e / m.n
	}
	d.losses[name] = m
}

// Estimate answers for a chunk: "mae", "mse", "rmse" and, where learned,
// "mape", "msle", "rmsle".
func (d *DLE) Estimate(predicted []float64, f Features) (map[string]performance.Estimate, error) {
	n := len(predicted)
	if n == 0 {
		return nil, ErrEmpty
	}
	if len(f.Columns) != d.names {
		return nil, ErrShape
	}
	if err := f.check(n); err != nil {
		return nil, err
	}
	for _, p := range predicted {
		if math.IsNaN(p) {
			return nil, ErrNaN
		}
	}
	columns := f.with("prediction", predicted).Columns
	z := performance.Z(d.level)
	out := map[string]performance.Estimate{}
	for name, m := range d.losses {
		v := m.mean
		if m.fit.trees > 0 {
			v = 0
			for _, e := range m.fit.at(columns) {
				v += math.Max(0, e) / float64(n)
			}
		}
		se := math.Sqrt(m.spread/float64(n) + m.spread/m.n)
		out[name] = performance.Estimate{Value: v, SE: se, Level: d.level, N: n, Method: "DLE", Low: math.Max(0, v-z*se), High: v + z*se}
	}
	for from, to := range map[string]string{"mse": "rmse", "msle": "rmsle"} {
		if e, ok := out[from]; ok {
			r := e
			r.Value, r.Low, r.High = math.Sqrt(e.Value), math.Sqrt(e.Low), math.Sqrt(e.High)
			r.SE = e.SE / (2 * math.Max(r.Value, 1e-300))
			out[to] = r
		}
	}
	return out, nil
}
