package labelfree

import (
	"math"

	"github.com/wardround/wardround/stat/performance"
)

// A Classes estimator is CBPE for k classes: one calibration per class against
// the rest, made to add up to one per row.
type Classes struct {
	names       []string
	calibrators []performance.Calibrator
	n           int
	level       float64
}

// FitClasses learns from reference rows: prob[i][c], and the true class's number.
func FitClasses(names []string, prob [][]float64, label []int, level float64) (*Classes, error) {
	n, k := len(prob), len(names)
	if level == 0 {
		level = performance.Level
	}
	if len(label) != n || k < 2 {
		return nil, ErrShape
	}
	e := &Classes{names: names, n: n, level: level}
	s, y := make([]float64, n), make([]float64, n)
	for c := range k {
		cases := 0
		for i, p := range prob {
			if len(p) != k || label[i] < 0 || label[i] >= k {
				return nil, ErrShape
			}
			if s[i] = p[c]; math.IsNaN(s[i]) {
				return nil, ErrNaN
			}
			y[i] = 0
			if label[i] == c {
				y[i] = 1
				cases++
			}
		}
		if cases < minClass || n-cases < minClass {
			e.calibrators = append(e.calibrators, identity{}) // too few to learn from: taken as told
			continue
		}
		f, _, err := calibrator(s, y, nil)
		if err != nil {
			return nil, err
		}
		e.calibrators = append(e.calibrators, f)
	}
	return e, nil
}

// ExpectedClasses is what a chunk is expected to show.
type ExpectedClasses struct {
	N         int
	Matrix    [][]float64 // true class × called class, expected counts
	Accuracy  performance.Estimate
	MacroF1   float64
	MacroPPV  float64
	MacroSens float64
	MacroSpec float64
	MacroAUC  float64            // mean over classes one vs rest; NaN where a class is not expected at all
	AUC       map[string]float64 // per class
}

// Estimate answers for a chunk. call is the class each row was given.
func (e *Classes) Estimate(prob [][]float64, call []int) (ExpectedClasses, error) {
	n, k := len(prob), len(e.names)
	x := ExpectedClasses{N: n, AUC: map[string]float64{}}
	if n == 0 {
		return x, ErrEmpty
	}
	if len(call) != n {
		return x, ErrShape
	}
	x.Matrix = make([][]float64, k)
	for c := range x.Matrix {
		x.Matrix[c] = make([]float64, k)
	}
	q := make([][]float64, k) // calibrated, per class
	raw := make([][]float64, k)
	for c := range q {
		q[c], raw[c] = make([]float64, n), make([]float64, n)
	}
	var right, spread float64
	for i, p := range prob {
		if len(p) != k || call[i] < 0 || call[i] >= k {
			return x, ErrShape
		}
		sum := 0.0
		for c, v := range p {
			if math.IsNaN(v) {
				return x, ErrNaN
			}
			raw[c][i] = v
			q[c][i] = e.calibrators[c].Probability(v)
			sum += q[c][i]
		}
		for c := range p {
			if sum > 0 {
				q[c][i] /= sum
			} else {
				q[c][i] = 1 / float64(k)
			}
			x.Matrix[c][call[i]] += q[c][i]
		}
		r := q[call[i]][i]
		right += r
		spread += r * (1 - r)
	}
	m := float64(n)
	acc := right / m
	se := math.Sqrt(spread/(m*m)) * math.Sqrt(1+m/float64(max(e.n, 1)))
	z := performance.Z(e.level)
	x.Accuracy = performance.Estimate{Value: acc, SE: se, Level: e.level, N: n, Method: "expected, label noise and reference",
		Low: math.Max(0, acc-z*se), High: math.Min(1, acc+z*se)}
	for c, name := range e.names {
		var cm performance.Confusion
		for t := range k {
			for g := range k {
				v := x.Matrix[t][g]
				switch {
				case t == c && g == c:
					cm.TP += v
				case t == c:
					cm.FN += v
				case g == c:
					cm.FP += v
				default:
					cm.TN += v
				}
			}
		}
		x.MacroF1 += defined(cm.F1()) / float64(k)
		x.MacroPPV += defined(cm.PPV()) / float64(k)
		x.MacroSens += defined(cm.Sensitivity()) / float64(k)
		x.MacroSpec += defined(cm.Specificity()) / float64(k)
		auc := math.NaN()
		if a, _, ok := softAUC(raw[c], q[c]); ok {
			auc = a
			x.AUC[name] = a
		}
		x.MacroAUC += auc / float64(k)
	}
	return x, nil
}

func defined(v float64) float64 {
	if v != v {
		return 0
	}
	return v
}
