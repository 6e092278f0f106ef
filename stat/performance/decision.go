package performance

import "math"

// A NetBenefit is one point of a decision curve: the worth of acting on the
// model at threshold probability T, in true positives per row, when a person
// who acts at T thereby says that one missed case weighs as much as (1−T)/T
// needless actions (Vickers & Elkin).
type NetBenefit struct {
	T       float64
	Model   Estimate
	All     float64  // everybody is treated
	None    float64  // nobody: 0
	Avoided float64  // needless actions saved per 100 rows against treating all
	Over    Estimate // model less the better of all and none
}

// DecisionCurve returns net benefit at each threshold probability, each in (0,1).
func DecisionCurve(prob []float64, label []bool, thresholds []float64, u Units, level float64) ([]NetBenefit, error) {
	if len(prob) != len(label) || u != nil && len(u) != len(prob) {
		return nil, ErrLength
	}
	if len(prob) == 0 {
		return nil, ErrEmpty
	}
	if err := probabilities(prob); err != nil {
		return nil, err
	}
	var cases float64
	for _, l := range label {
		cases += truth(l)
	}
	prev := cases / float64(len(label))
	x, d := make([]float64, len(prob)), make([]float64, len(prob))
	var out []NetBenefit
	for _, t := range thresholds {
		if !(t > 0 && t < 1) {
			return nil, ErrNotProbability
		}
		odds := t / (1 - t)
		all := prev - (1-prev)*odds
		for i, p := range prob {
			worth := -odds // of acting on this row
			if label[i] {
				worth = 1
			}
			x[i], d[i] = 0, 0
			if p >= t {
				x[i] = worth
			}
			d[i] = x[i]
			if all > 0 {
				d[i] -= worth
			}
		}
		m, se := Mean(x, u)
		od, ose := Mean(d, u)
		out = append(out, NetBenefit{T: t, All: all, Avoided: 100 * (m - all) / odds,
			Model: wald(m, se, level, math.Inf(-1), math.Inf(1), len(x), meanMethod(u)),
			Over:  wald(od, ose, level, math.Inf(-1), math.Inf(1), len(x), meanMethod(u))})
	}
	return out, nil
}
