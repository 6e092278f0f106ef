package labelfree

import (
	"math"

	"github.com/wardround/wardround/stat/performance"
)

// Figures answers for a chunk as [Classes.Estimate] does, with an interval for
// each figure: where the realised one of this chunk is expected to lie. The names
// are those of [performance.Classes.Averages]; by is each class against the rest.
// prob[i][c] is the probability of class c in row i; nothing of it is changed.
func (e *Classes) Figures(prob [][]float64, call []int) (all map[string]performance.Estimate, by []map[string]performance.Estimate, err error) {
	n, k := len(prob), len(e.names)
	if n == 0 {
		return nil, nil, ErrEmpty
	}
	if len(call) != n {
		return nil, nil, ErrShape
	}
	q := make([][]float64, n)
	for i, p := range prob {
		if len(p) != k || call[i] < 0 || call[i] >= k {
			return nil, nil, ErrShape
		}
		if q[i], err = e.row(p); err != nil {
			return nil, nil, err
		}
	}
	x := expectedClasses{n: n, level: e.level, grow: math.Sqrt(1 + float64(n)/math.Max(float64(e.n), 1)), sums: map[string]*expectedSum{}, q: q}
	right := &expectedSum{value: 0, s1: make([]float64, n), s2: make([]float64, n)}
	x.sums["accuracy"] = right
	for i, c := range call {
		v := q[i][c] / float64(n)
		right.value += v
		right.s1[i] = v
		right.s2[i] = v / float64(n)
	}
	x.losses(prob)
	raw, soft, called := make([]float64, n), make([]float64, n), make([]bool, n)
	for c := range k {
		for i := range prob {
			raw[i], soft[i], called[i] = prob[i][c], q[i][c], call[i] == c
		}
		by = append(by, x.class(raw, soft, called, k))
	}
	all = map[string]performance.Estimate{}
	for name, s := range x.sums {
		v := 0.0
		for i := range s.s1 {
			v += s.s2[i] - s.s1[i]*s.s1[i]
		}
		if !math.IsNaN(s.value) {
			all[name] = x.estimate(s.value, v)
			if top, ok := map[string]float64{"brier": 2, "log_loss": math.Inf(1)}[name]; ok {
				e := all[name]
				e.High = math.Min(top, e.Value+performance.Z(e.Level)*e.SE)
				all[name] = e
			}
		}
	}
	return all, by, nil
}

// row is what the calibration makes of a row's probabilities.
func (e *Classes) row(p []float64) ([]float64, error) {
	q := make([]float64, len(p))
	sum := 0.0
	for c, v := range p {
		if math.IsNaN(v) {
			return nil, ErrNaN
		}
		q[c] = e.calibrators[c].Probability(v)
		sum += q[c]
	}
	for c := range q {
		if sum > 0 {
			q[c] /= sum
		} else {
			q[c] = 1 / float64(len(p))
		}
	}
	return q, nil
}

// expectedClasses adds up what is expected, class by class.
type expectedClasses struct {
	n     int
	level float64
	grow  float64
	sums  map[string]*expectedSum
	q     [][]float64
}

// expectedSum is an average over classes. To first order it changes by h(i, t) if
// the label of row i is t; s1 and s2 are the means of h and h² under q, by row.
type expectedSum struct {
	value  float64
	s1, s2 []float64
}

func (x *expectedClasses) estimate(value, variance float64) performance.Estimate {
	se, z := math.Sqrt(math.Max(0, variance))*x.grow, performance.Z(x.level)
	return performance.Estimate{Value: value, SE: se, Level: x.level, N: x.n, Method: "expected, label noise and reference",
		Low: math.Max(0, value-z*se), High: math.Min(1, value+z*se)}
}

// losses adds what is expected of the probabilities as they were given.
func (x *expectedClasses) losses(prob [][]float64) {
	brier, log := &expectedSum{s1: make([]float64, x.n), s2: make([]float64, x.n)}, &expectedSum{s1: make([]float64, x.n), s2: make([]float64, x.n)}
	n := float64(x.n)
	for i, p := range prob {
		squares := 0.0
		for _, v := range p {
			squares += v * v
		}
		for c, v := range p {
			b, l := (squares-2*v+1)/n, -math.Log(math.Max(v, 0x1p-52))/n
			w := x.q[i][c]
			brier.s1[i] += w * b
			brier.s2[i] += w * b * b
			log.s1[i] += w * l
			log.s2[i] += w * l * l
		}
		brier.value += brier.s1[i]
		log.value += log.s1[i]
	}
	x.sums["brier"], x.sums["log_loss"] = brier, log
}

// class adds one class against the rest.
func (x *expectedClasses) class(raw, q []float64, called []bool, k int) map[string]performance.Estimate {
	n := float64(x.n)
	var m performance.Confusion
	for i, v := range q {
		if called[i] {
			m.TP += v
			m.FP += 1 - v
		} else {
			m.FN += v
			m.TN += 1 - v
		}
	}
	own := map[string]performance.Estimate{}
	cases, calls := m.TP+m.FN, m.TP+m.FP
	add := func(name string, weight, value float64, d func(i int) float64, weighted bool) {
		s := x.sums[name]
		if s == nil {
			s = &expectedSum{s1: make([]float64, x.n), s2: make([]float64, x.n)}
			x.sums[name] = s
		}
		s.value += weight * value
		for i, v := range q {
			h := weight * d(i)
			if weighted {
				h += value / n // the class weighs more with each case
			}
			s.s1[i] += v * h
			s.s2[i] += v * h * h
		}
	}
	put := func(name string, value float64, d func(i int) float64) {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			value, d = 0, func(int) float64 { return 0 }
		} else {
			v := 0.0
			for i, p := range q {
				v += p * (1 - p) * d(i) * d(i)
			}
			own[name] = x.estimate(value, v)
		}
		add(name, 1/float64(k), value, d, false)
		if name != "specificity" {
			add(name+"_weighted", cases/n, value, d, true)
		}
	}
	one := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	sens, spec, ppv, f1 := m.Sensitivity(), m.Specificity(), m.PPV(), m.F1()
	put("sensitivity", sens, func(i int) float64 { return (one(called[i]) - sens) / cases })
	put("ppv", ppv, func(i int) float64 { return one(called[i]) / calls })
	put("f1", f1, func(i int) float64 { return (2*one(called[i]) - f1) / (cases + calls) })
	put("specificity", spec, func(i int) float64 { return (spec - one(!called[i])) / (n - cases) })
	share := 0.0
	for _, p := range q {
		share += p * (1 - p) / (n * n)
	}
	own["prevalence"] = x.estimate(cases/n, share)
	if r, err := performance.RankSoft(raw, q, nil); err == nil {
		auc := r.AUC()
		below, above := r.Around()
		places := r.Places(raw)
		put("auroc", auc, func(i int) float64 { k := places[i]; return (below[k] - above[k] - auc*(r.N-r.P)) / (r.P * r.N) })
	} else {
		for _, name := range []string{"auroc", "auroc_weighted"} {
			add(name, 1, math.NaN(), func(int) float64 { return 0 }, false)
		}
	}
	return own
}
