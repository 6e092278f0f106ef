package performance

import "time"

// A Reader holds what people did with the model's advice. Advice was right when
// Advice equals Truth; a person followed it when Final equals Advice.
type Reader struct {
	Advice, Final []bool
	Truth         []bool // nil: not known, or not yet
	Units         Units  // the person or the patient: whichever makes rows alike
	Level         float64
}

// HumanFigures says how people and model work together. Over- and
// under-reliance need the truth and are nil without it.
type HumanFigures struct {
	Override Estimate // share of advice not followed
	// Overrides by direction: of positive, and of negative advice.
	OverridePositive, OverrideNegative Estimate
	// Automation bias: share of wrong advice that was accepted.
	WrongAccepted *Estimate
	// The other side: share of right advice that was overridden.
	RightOverridden *Estimate
	// Accuracy of advice alone and of the people with it, on the same rows.
	Alone, Together *Estimate
	// Together − Alone: what people add, with rows paired.
	Added *Estimate
}

// Figures measures. Override rates that fall towards zero while the advice does
// not get better are the sign of automation bias to watch for.
func (r Reader) Figures() (HumanFigures, error) {
	var f HumanFigures
	n := len(r.Advice)
	if len(r.Final) != n || r.Truth != nil && len(r.Truth) != n || r.Units != nil && len(r.Units) != n {
		return f, ErrLength
	}
	if n == 0 {
		return f, ErrEmpty
	}
	level := r.Level
	if level == 0 {
		level = Level
	}
	share := func(in, hit func(i int) bool) Estimate {
		var h []bool
		var rows []int
		for i := range n {
			if in(i) {
				h, rows = append(h, hit(i)), append(rows, i)
			}
		}
		return Share(h, r.Units.pick(rows), level)
	}
	all := func(int) bool { return true }
	over := func(i int) bool { return r.Final[i] != r.Advice[i] }
	f.Override = share(all, over)
	f.OverridePositive = share(func(i int) bool { return r.Advice[i] }, over)
	f.OverrideNegative = share(func(i int) bool { return !r.Advice[i] }, over)
	if r.Truth == nil {
		return f, nil
	}
	right := func(i int) bool { return r.Advice[i] == r.Truth[i] }
	wa := share(func(i int) bool { return !right(i) }, func(i int) bool { return !over(i) })
	ro := share(right, over)
	alone := share(all, right)
	together := share(all, func(i int) bool { return r.Final[i] == r.Truth[i] })
	d := make([]float64, n)
	for i := range d {
		d[i] = truth(r.Final[i] == r.Truth[i]) - truth(right(i))
	}
	m, se := Mean(d, r.Units)
	added := wald(m, se, level, -1, 1, n, "paired "+meanMethod(r.Units))
	f.WrongAccepted, f.RightOverridden, f.Alone, f.Together, f.Added = &wa, &ro, &alone, &together, &added
	return f, nil
}

// DecisionTimes returns quantiles of the time from advice to decision, in
// seconds, with distribution-free intervals. Decisions faster than anyone can
// read what is shown are worth a look.
func DecisionTimes(took []time.Duration, quantiles []float64, level float64) ([]Estimate, error) {
	x := make([]float64, len(took))
	for i, d := range took {
		x[i] = d.Seconds()
	}
	var out []Estimate
	for _, q := range quantiles {
		e, err := Quantile(x, q, level)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
