package performance

import (
	"errors"
	"fmt"
	"math"
)

// Classes are labelled rows of a model of several classes, by column: Prob[c][i]
// is the probability of class c in row i (nil: only calls), Label[i] and Call[i]
// are class numbers.
type Classes struct {
	Names []string
	Prob  [][]float64
	Label []int
	Call  []int
	Units Units
	Level float64 // 0.95 unless told
}

// Averages returns the figures of all classes together: "accuracy", and means
// over the classes, each against the rest, plain ("f1", "ppv", "sensitivity",
// "specificity", "auroc") and weighted by cases ("f1_weighted" …); "brier" (the
// sum over classes, 0 … 2), "log_loss", and "ece", of the probability of the most
// probable class. They equal scikit-learn's macro and weighted averages with
// zero_division=0: a class that has neither cases nor calls is in no average but
// that of the area, which is undefined without it.
//
// Intervals are from influence functions: how much each row (or unit) moves the
// figure. by is the same for each class against the rest.
// Errors: rows that do not fit each other, or classes out of range.
func (m Classes) Averages() (all map[string]Estimate, by []map[string]Estimate, err error) {
	n, k := len(m.Label), len(m.Names)
	if m.Level == 0 {
		m.Level = Level
	}
	switch {
	case n == 0:
		return nil, nil, ErrEmpty
	case len(m.Call) != n || m.Prob != nil && len(m.Prob) != k || m.Units != nil && len(m.Units) != n:
		return nil, nil, ErrLength
	case k < 2:
		return nil, nil, fmt.Errorf("%d classes: %w", k, ErrOneClass)
	}
	cases, calls := make([]float64, k), make([]float64, k)
	hit := make([]bool, n)
	for i, l := range m.Label {
		if l < 0 || l >= k || m.Call[i] < 0 || m.Call[i] >= k {
			return nil, nil, fmt.Errorf("row %d: %w", i+1, ErrClass)
		}
		cases[l]++
		calls[m.Call[i]]++
		hit[i] = l == m.Call[i]
	}
	all = map[string]Estimate{"accuracy": Share(hit, m.Units, m.Level)}
	sums := map[string]*average{}
	present := 0.0
	for c := range k {
		if cases[c]+calls[c] > 0 {
			present++
		}
	}
	for c := range k {
		figures, err := m.class(c, sums, present, cases[c], calls[c])
		if err != nil {
			return nil, nil, err
		}
		by = append(by, figures)
	}
	for name, s := range sums {
		if math.IsNaN(s.value) {
			continue
		}
		se := math.Sqrt(sumSquares(func(i int) float64 { return s.moves[i] }, n, m.Units))
		all[name] = logitInterval(s.value, se, m.Level, n, "influence of rows, logit").within(s.worst)
	}
	if m.Prob != nil {
		m.losses(all)
	}
	return all, by, nil
}

// an average over classes, and how much each row moves it.
type average struct {
	value float64
	moves []float64
	worst float64 // the mean of the lower ends that the classes would have, were all figures 1
}

// class adds class c to the averages and returns its own figures.
func (m Classes) class(c int, sums map[string]*average, present, cases, calls float64) (map[string]Estimate, error) {
	n, all := len(m.Label), float64(len(m.Label))
	is, called := make([]bool, n), make([]bool, n)
	for i := range is {
		is[i], called[i] = m.Label[i] == c, m.Call[i] == c
	}
	t, err := ConfuseCalls(called, is)
	if err != nil {
		return nil, err
	}
	own := map[string]Estimate{}
	add := func(name string, weight, value, of float64, move func(i int) float64) {
		s := sums[name]
		if s == nil {
			s = &average{moves: make([]float64, n)}
			sums[name] = s
		}
		s.value += weight * value
		s.worst += weight * worst(of, m.Level)
		if weight == 0 || math.IsNaN(value) {
			return
		}
		for i := range n {
			s.moves[i] += weight * move(i)
		}
	}
	worth := float64(m.Units.Count(n)) / float64(n) // rows of one unit are one
	both := func(name string, value, weight, of float64, move func(i int) float64) {
		of *= worth
		if !math.IsNaN(value) {
			se := math.Sqrt(sumSquares(move, n, m.Units))
			own[name] = logitInterval(value, se, m.Level, n, "influence of rows, logit").atEnd(of)
		}
		add(name, weight, zero(value), of, move)
		if name != "specificity" {
			// The weight of a class moves with the rows, too.
			w, v := cases/float64(n), zero(value)
			add(name+"_weighted", w, v, of, func(i int) float64 { return zero(move(i)) })
			if s := sums[name+"_weighted"]; v != 0 {
				for i := range n {
					s.moves[i] += v * (truth(is[i]) - w) / float64(n)
				}
			}
		}
	}
	w := 0.0
	if cases+calls > 0 {
		w = 1 / present
	}
	sens, spec, ppv, f1 := t.Sensitivity(), t.Specificity(), t.PPV(), t.F1()
	both("sensitivity", sens, w, cases, func(i int) float64 { return zero(truth(is[i]) * (truth(called[i]) - sens) / cases) })
	both("ppv", ppv, w, calls, func(i int) float64 { return zero(truth(called[i]) * (truth(is[i]) - ppv) / calls) })
	both("f1", f1, w, t.TP+t.FP+t.FN, func(i int) float64 {
		return zero((2*truth(is[i] && called[i]) - f1*(truth(is[i])+truth(called[i]))) / (cases + calls))
	})
	both("specificity", spec, w, all-cases, func(i int) float64 {
		return zero((1 - truth(is[i])) * (1 - truth(called[i]) - spec) / (float64(n) - cases))
	})
	own["prevalence"] = Share(is, m.Units, m.Level)
	own["called"] = Share(called, m.Units, m.Level)
	if m.Prob == nil {
		return own, nil
	}
	p, err := place(m.Prob[c], is)
	if errors.Is(err, ErrOneClass) {
		add("auroc", 1, math.NaN(), 0, nil)
		if cases > 0 {
			add("auroc_weighted", 1, math.NaN(), 0, nil)
		}
		return own, nil
	} else if err != nil {
		return nil, err
	}
	move := func(i int) float64 {
		if is[i] {
			return p.v[i] / p.m
		}
		return p.v[i] / p.n
	}
	if own["auroc"], err = AUROC(m.Prob[c], is, m.Units, m.Level); err != nil {
		return nil, err
	}
	if own["auprc"], err = AUPRC(m.Prob[c], is, m.Units, m.Level); err != nil {
		return nil, err
	}
	fewer := worth * math.Min(cases, all-cases)
	add("auroc", 1/float64(len(m.Names)), p.auc, fewer, move)
	add("auroc_weighted", cases/all, p.auc, fewer, move)
	s := sums["auroc_weighted"]
	for i := range n {
		s.moves[i] += p.auc * (truth(is[i]) - cases/float64(n)) / float64(n)
	}
	return own, nil
}

// losses adds what is measured of the probabilities themselves.
func (m Classes) losses(all map[string]Estimate) {
	n := len(m.Label)
	loss, brier, top, right := make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
	for i, l := range m.Label {
		best := 0
		for c, p := range m.Prob {
			y := truth(c == l)
			brier[i] += (p[i] - y) * (p[i] - y)
			if p[i] > m.Prob[best][i] {
				best = c
			}
		}
		loss[i] = -math.Log(math.Max(m.Prob[l][i], 0x1p-52))
		top[i], right[i] = math.Min(1, math.Max(0, m.Prob[best][i])), best == l
	}
	mean, se := Mean(loss, m.Units)
	all["log_loss"] = wald(mean, se, m.Level, 0, math.Inf(1), n, meanMethod(m.Units))
	mean, se = Mean(brier, m.Units)
	all["brier"] = wald(mean, se, m.Level, 0, 2, n, meanMethod(m.Units))
	if ece, mce, err := ECE(top, right, Bins{EqualMass: true}); err == nil {
		none := math.NaN()
		all["ece"] = Estimate{Value: ece, SE: none, Low: none, High: none, Level: m.Level, N: n, Method: "of the most probable class, 10 bins of equal mass"}
		all["mce"] = Estimate{Value: mce, SE: none, Low: none, High: none, Level: m.Level, N: n, Method: "of the most probable class, 10 bins of equal mass"}
	}
}
