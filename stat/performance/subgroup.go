package performance

import (
	"errors"
	"math"
	"sort"
)

// A Verdict says what an interval allows to say about a limit.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"      // the whole interval is within the limit
	Breach  Verdict = "breach"  // the whole interval is beyond it
	Unknown Verdict = "unknown" // the interval holds the limit, or there is too little data
)

// Within judges |e| ≤ limit.
func (e Estimate) Within(limit float64) Verdict {
	switch {
	case math.IsNaN(e.Low) || math.IsNaN(e.High):
		return Unknown
	case e.Low >= -limit && e.High <= limit:
		return OK
	case e.Low > limit || e.High < -limit:
		return Breach
	}
	return Unknown
}

// AtLeast judges e ≥ limit.
func (e Estimate) AtLeast(limit float64) Verdict {
	switch {
	case math.IsNaN(e.Low) || math.IsNaN(e.High):
		return Unknown
	case e.Low >= limit:
		return OK
	case e.High < limit:
		return Breach
	}
	return Unknown
}

// AtMost judges e ≤ limit.
func (e Estimate) AtMost(limit float64) Verdict {
	switch {
	case math.IsNaN(e.Low) || math.IsNaN(e.High):
		return Unknown
	case e.High <= limit:
		return OK
	case e.Low > limit:
		return Breach
	}
	return Unknown
}

// A GroupFigures holds what a model does in one group.
type GroupFigures struct {
	Group                    string
	N, Cases                 int
	Units                    int
	Sensitivity, Specificity Estimate // true-positive rate; 1 − false-positive rate
	PPV                      Estimate
	Called                   Estimate // share called positive
	Prevalence               Estimate
	Calibration              *Estimate // mean of truth − probability; nil without probabilities
	AUROC                    *Estimate
}

// A Gap is a group's difference from the group compared with.
type Gap struct {
	Group, Against string
	Measure        string // "equal opportunity", "equalised odds", "demographic parity", "four-fifths", "calibration", "auroc"
	Estimate       Estimate
	Verdict        Verdict
	Need           int    // rows (of the kind that is short) that would do, with verdict unknown
	Why            string // with verdict unknown
}

// GroupOptions say how groups are compared.
type GroupOptions struct {
	Against string  // group compared with; the largest unless told
	Limit   float64 // largest tolerated difference; 0.1 unless told
	MinRows int     // of each class in a group, for a figure at all; 20 unless told
	Level   float64
	// Probabilities says that scores are probabilities, so that calibration in
	// the large can be compared.
	Probabilities bool
}

// Subgroups compares groups. called are the model's calls; score may be nil.
// Rows with an empty group are left out: who is not told apart is not judged.
// Intervals of differences of shares are Newcombe's.
func Subgroups(score []float64, called, label []bool, group []string, u Units, o GroupOptions) ([]GroupFigures, []Gap, error) {
	n := len(label)
	if len(called) != n || len(group) != n || score != nil && len(score) != n || u != nil && len(u) != n {
		return nil, nil, ErrLength
	}
	if o.Level == 0 {
		o.Level = Level
	}
	if o.Limit == 0 {
		o.Limit = 0.1
	}
	if o.MinRows == 0 {
		o.MinRows = 20
	}
	rows := map[string][]int{}
	for i, g := range group {
		if g != "" {
			rows[g] = append(rows[g], i)
		}
	}
	names := make([]string, 0, len(rows))
	for g := range rows {
		names = append(names, g)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return nil, nil, ErrEmpty
	}
	if _, ok := rows[o.Against]; !ok {
		o.Against = names[0]
		for _, g := range names {
			if len(rows[g]) > len(rows[o.Against]) {
				o.Against = g
			}
		}
	}
	figures := make([]GroupFigures, 0, len(names))
	var base GroupFigures
	for _, g := range names {
		f, err := groupFigures(g, rows[g], score, called, label, u, o)
		if err != nil {
			return nil, nil, err
		}
		if g == o.Against {
			base = f
		}
		figures = append(figures, f)
	}
	var gaps []Gap
	for _, f := range figures {
		if f.Group != o.Against {
			gaps = append(gaps, compare(f, base, o)...)
		}
	}
	return figures, gaps, nil
}

func groupFigures(name string, rows []int, score []float64, called, label []bool, u Units, o GroupOptions) (GroupFigures, error) {
	f := GroupFigures{Group: name, N: len(rows)}
	gu := u.pick(rows)
	f.Units = gu.Count(len(rows))
	share := func(in func(i int) bool, hit func(i int) bool) Estimate {
		var h []bool
		var r []int
		for _, i := range rows {
			if in(i) {
				h, r = append(h, hit(i)), append(r, i)
			}
		}
		return Share(h, u.pick(r), o.Level)
	}
	all := func(int) bool { return true }
	is := func(i int) bool { return label[i] }
	not := func(i int) bool { return !label[i] }
	call := func(i int) bool { return called[i] }
	f.Sensitivity = share(is, call)
	f.Specificity = share(not, func(i int) bool { return !called[i] })
	f.PPV = share(call, is)
	f.Called, f.Prevalence = share(all, call), share(all, is)
	for _, i := range rows {
		if label[i] {
			f.Cases++
		}
	}
	if score == nil {
		return f, nil
	}
	s, l := make([]float64, len(rows)), make([]bool, len(rows))
	for k, i := range rows {
		s[k], l[k] = score[i], label[i]
	}
	e, err := AUROC(s, l, gu, o.Level)
	switch {
	case err == nil:
		f.AUROC = &e
	case !errors.Is(err, ErrOneClass):
		return f, err
	}
	if o.Probabilities {
		d, err := rowScores(s, l, func(p, y float64) float64 { return y - p })
		if err != nil {
			return f, err
		}
		m, se := Mean(d, gu)
		e := wald(m, se, o.Level, -1, 1, len(d), meanMethod(gu))
		f.Calibration = &e
	}
	return f, nil
}

func compare(f, base GroupFigures, o GroupOptions) []Gap {
	var out []Gap
	add := func(measure string, e Estimate, v Verdict, small int, p float64) {
		g := Gap{Group: f.Group, Against: base.Group, Measure: measure, Estimate: e, Verdict: v}
		if small < o.MinRows {
			g.Verdict, g.Need, g.Why = Unknown, o.MinRows, "not enough data to say"
		}
		if g.Verdict == Unknown {
			room := math.Abs(o.Limit - math.Abs(e.Value))
			if measure == "four-fifths" {
				room = math.Abs(e.Value-0.8) * p
			}
			if math.IsNaN(room) { // of what isn't there yet nothing speaks for a difference
				room = o.Limit
			}
			if math.IsNaN(p) {
				p = 0.5
			}
			if n := NeedForShare(p, math.Max(room, o.Limit/4)/math.Sqrt2, o.Level); n > g.Need {
				g.Need = n
			}
			if g.Why == "" {
				g.Why = "the interval holds the limit"
			}
		}
		out = append(out, g)
	}
	fn, bn := f.N-f.Cases, base.N-base.Cases
	tpr := Newcombe(f.Sensitivity, base.Sensitivity)
	add("equal opportunity", tpr, tpr.Within(o.Limit), min(f.Cases, base.Cases), f.Sensitivity.Value)
	fpr := Newcombe(base.Specificity, f.Specificity) // FPR of f less that of base
	// Equalised odds is the worse of the two: it is kept when both are, broken when one is.
	worse, v := tpr, tpr.Within(o.Limit)
	if w := fpr.Within(o.Limit); w == Breach || w == Unknown && v == OK || w == v && math.Abs(fpr.Value) > math.Abs(tpr.Value) {
		worse = fpr
		if v != Breach {
			v = w
		}
	}
	add("equalised odds", worse, v, min(f.Cases, base.Cases, fn, bn), 0.5)
	par := Newcombe(f.Called, base.Called)
	add("demographic parity", par, par.Within(o.Limit), min(f.N, base.N), f.Called.Value)
	lo, hi := f.Called, base.Called
	if lo.Value > hi.Value {
		lo, hi = hi, lo
	}
	if hi.Value > 0 {
		ff := RatioOf(lo, hi)
		add("four-fifths", ff, ff.AtLeast(0.8), min(f.N, base.N), hi.Value)
	}
	if f.Calibration != nil && base.Calibration != nil {
		e := difference(*f.Calibration, *base.Calibration)
		add("calibration", e, e.Within(o.Limit), min(f.N, base.N), 0.5)
	}
	if f.AUROC != nil && base.AUROC != nil {
		e := difference(*f.AUROC, *base.AUROC)
		add("auroc", e, e.Within(o.Limit), min(f.Cases, base.Cases, fn, bn), 0.5)
	}
	return out
}

// difference of two independent estimates. One without an error of its own, an area of 1, brings its interval.
func difference(a, b Estimate) Estimate {
	if a.SE == 0 && a.Low < a.High || b.SE == 0 && b.Low < b.High {
		e := Newcombe(a, b)
		e.Method = "difference of independent estimates, MOVER"
		return e
	}
	return wald(a.Value-b.Value, math.Hypot(a.SE, b.SE), a.Level, -1, 1, a.N+b.N, "difference of independent estimates")
}
