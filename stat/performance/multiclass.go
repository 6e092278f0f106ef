package performance

import (
	"errors"
	"fmt"
	"math"
)

// ErrClass says that a label or call is not one of the classes.
var ErrClass = errors.New("not one of the classes")

// A Multiclass is a model of k ≥ 2 classes. Prob[i][c] is the probability of
// class c for row i; Label and Call are class numbers.
type Multiclass struct {
	Classes []string
	Prob    [][]float64
	Label   []int
	Call    []int // nil: the class of the highest probability, the first of equals
	Units   Units
	Level   float64 // 0.95 unless told
}

// A ClassFigures holds one class against the rest.
type ClassFigures struct {
	Class                              string
	Cases                              int
	AUROC                              *Estimate // nil if only one class is among the rows
	AveragePrecision                   *Estimate
	Sensitivity, Specificity, PPV, NPV Estimate
	F1                                 float64
	Confusion                          Confusion
}

// MulticlassFigures holds the figures of a [Multiclass] model.
type MulticlassFigures struct {
	Matrix        [][]float64 // true class × called class
	Accuracy      Estimate
	PerClass      []ClassFigures
	MacroAUROC    float64 // mean over classes one vs rest; NaN if a class is missing
	WeightedAUROC float64 // weighted by cases
	MacroF1, WeightedF1,
	MacroPPV, WeightedPPV,
	MacroSensitivity float64
	LogLoss, Brier Estimate // Brier: sum over classes, 0 … 2
}

// Figures measures the model.
func (m Multiclass) Figures() (MulticlassFigures, error) {
	var g MulticlassFigures
	n, k := len(m.Label), len(m.Classes)
	level := m.Level
	if level == 0 {
		level = Level
	}
	switch {
	case n == 0:
		return g, ErrEmpty
	case len(m.Prob) != n || m.Call != nil && len(m.Call) != n:
		return g, ErrLength
	case k < 2:
		return g, fmt.Errorf("%d classes: %w", k, ErrOneClass)
	}
	call := m.Call
	if call == nil {
		call = make([]int, n)
	}
	g.Matrix = make([][]float64, k)
	for c := range g.Matrix {
		g.Matrix[c] = make([]float64, k)
	}
	hit, loss, brier := make([]bool, n), make([]float64, n), make([]float64, n)
	for i, p := range m.Prob {
		if len(p) != k {
			return g, fmt.Errorf("row %d has %d probabilities for %d classes: %w", i+1, len(p), k, ErrLength)
		}
		if err := probabilities(p); err != nil {
			return g, fmt.Errorf("row %d: %w", i+1, err)
		}
		if m.Call == nil {
			for c := range p {
				if p[c] > p[call[i]] {
					call[i] = c
				}
			}
		}
		if m.Label[i] < 0 || m.Label[i] >= k || call[i] < 0 || call[i] >= k {
			return g, fmt.Errorf("row %d: %w", i+1, ErrClass)
		}
		g.Matrix[m.Label[i]][call[i]]++
		hit[i] = m.Label[i] == call[i]
		loss[i] = -math.Log(math.Max(p[m.Label[i]], 0x1p-52))
		for c, v := range p {
			y := truth(c == m.Label[i])
			brier[i] += (v - y) * (v - y)
		}
	}
	g.Accuracy = Share(hit, m.Units, level)
	mean, se := Mean(loss, m.Units)
	g.LogLoss = wald(mean, se, level, 0, math.Inf(1), n, meanMethod(m.Units))
	mean, se = Mean(brier, m.Units)
	g.Brier = wald(mean, se, level, 0, 2, n, meanMethod(m.Units))
	return g, m.perClass(&g, call, level)
}

func (m Multiclass) perClass(g *MulticlassFigures, call []int, level float64) error {
	n := len(m.Label)
	score, is, called := make([]float64, n), make([]bool, n), make([]bool, n)
	for c, name := range m.Classes {
		f := ClassFigures{Class: name}
		for i := range score {
			score[i], is[i], called[i] = m.Prob[i][c], m.Label[i] == c, call[i] == c
			if is[i] {
				f.Cases++
			}
		}
		f.Confusion, _ = ConfuseCalls(called, is)
		s := f.Confusion.Shares(level, false)
		f.Sensitivity, f.Specificity, f.PPV, f.NPV = s["sensitivity"], s["specificity"], s["ppv"], s["npv"]
		f.F1 = f.Confusion.F1()
		if e, err := AUROC(score, is, m.Units, level); err == nil {
			f.AUROC = &e
		} else if !errors.Is(err, ErrOneClass) {
			return err
		}
		if e, err := AUPRC(score, is, m.Units, level); err == nil {
			f.AveragePrecision = &e
		}
		g.PerClass = append(g.PerClass, f)
	}
	k := float64(len(m.Classes))
	for _, f := range g.PerClass {
		w := float64(f.Cases) / float64(n)
		auc := math.NaN()
		if f.AUROC != nil {
			auc = f.AUROC.Value
		}
		g.MacroAUROC += auc / k
		if w > 0 {
			g.WeightedAUROC += w * auc
		}
		// As scikit-learn: what is 0/0 counts 0 in an average.
		g.MacroF1 += zero(f.F1) / k
		g.WeightedF1 += w * zero(f.F1)
		g.MacroPPV += zero(f.PPV.Value) / k
		g.WeightedPPV += w * zero(f.PPV.Value)
		g.MacroSensitivity += zero(f.Sensitivity.Value) / k
	}
	return nil
}

func zero(x float64) float64 {
	if x != x {
		return 0
	}
	return x
}
