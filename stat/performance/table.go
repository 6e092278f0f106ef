package performance

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/stat/sketch"
)

// A Table is an outcome table: cases and non-cases by bin of score, with the
// sums that make some figures exact. Bin i is Edges[i] ≤ s < Edges[i+1]; the
// last holds its upper edge.
type Table struct {
	Edges                []float64
	Pos, Neg             []float64
	SumPos, SumNeg       []float64 // Σ score
	SquarePos, SquareNeg []float64 // Σ score²
	DesignEffect         float64   // rows per independent row, 1 unless more: see below
}

// A Bound is a figure known from a table. Low and High hold every value that
// rows with these counts can have, whatever their order within bins; Mid is the
// value with pairs of one bin counted half. Interval adds the sampling error to
// both ends: it is the one to judge by.
type Bound struct {
	Low, Mid, High float64
	Interval       Estimate
}

// TableOf reads a sketch's outcome table. rowsPerUnit above 1 widens every
// sampling interval by the design effect 1 + (m−1)·icc, Kish's, with icc the
// declared intra-class correlation; icc 1 counts a unit as one row.
func TableOf(o *sketch.Outcome, rowsPerUnit, icc float64) (*Table, error) {
	if o == nil || o.Bins < 1 || len(o.Pos) != o.Bins || len(o.Neg) != o.Bins || len(o.SumPos) != o.Bins || len(o.SumNeg) != o.Bins ||
		len(o.SquarePos) != o.Bins || len(o.SquareNeg) != o.Bins {
		return nil, fmt.Errorf("outcome table: %w", ErrLength)
	}
	t := &Table{SumPos: o.SumPos, SumNeg: o.SumNeg, SquarePos: o.SquarePos, SquareNeg: o.SquareNeg}
	for i := range o.Bins + 1 {
		t.Edges = append(t.Edges, o.Edge(i))
	}
	for i := range o.Bins {
		if o.Pos[i] < 0 || o.Neg[i] < 0 {
			return nil, fmt.Errorf("outcome table: bin %d holds a negative count", i)
		}
		t.Pos, t.Neg = append(t.Pos, float64(o.Pos[i])), append(t.Neg, float64(o.Neg[i]))
	}
	if rowsPerUnit > 1 {
		t.DesignEffect = 1 + (rowsPerUnit-1)*math.Min(1, math.Max(0, icc))
	}
	return t, nil
}

// deff is at least 1.
func (t *Table) deff() float64 { return math.Max(1, t.DesignEffect) }

// Counts returns cases and non-cases.
func (t *Table) Counts() (cases, others float64) {
	for i := range t.Pos {
		cases += t.Pos[i]
		others += t.Neg[i]
	}
	return cases, others
}

// ranking with the rows of a bin in the given order: ties, cases low, or cases high.
func (t *Table) ranking(casesHigh int) (*Ranking, error) {
	p, n := t.Counts()
	if p+n == 0 {
		return nil, ErrEmpty
	}
	if p == 0 || n == 0 {
		return nil, ErrOneClass
	}
	r := &Ranking{P: p, N: n, cases: int(p), others: int(n)}
	for i := range t.Pos {
		mid := (t.Edges[i] + t.Edges[i+1]) / 2
		switch {
		case t.Pos[i]+t.Neg[i] == 0:
		case casesHigh == 0:
			r.score, r.pos, r.neg = append(r.score, mid), append(r.pos, t.Pos[i]), append(r.neg, t.Neg[i])
		case casesHigh > 0:
			r.score, r.pos, r.neg = append(r.score, mid, mid), append(r.pos, 0, t.Pos[i]), append(r.neg, t.Neg[i], 0)
		default:
			r.score, r.pos, r.neg = append(r.score, mid, mid), append(r.pos, t.Pos[i], 0), append(r.neg, 0, t.Neg[i])
		}
	}
	return r, nil
}

// bound evaluates f in the three orders and joins their intervals.
// least is how many rows might have spoilt a figure that is 1.
func (t *Table) bound(f func(*Ranking) Estimate, least func(*Ranking) float64) (Bound, error) {
	var e [3]Estimate
	for i, order := range []int{-1, 0, 1} {
		r, err := t.ranking(order)
		if err != nil {
			return Bound{}, err
		}
		e[i] = t.widen(f(r), least(r))
	}
	iv := e[1]
	iv.Low, iv.High = e[0].Low, e[2].High
	iv.Method += ", from bins"
	return Bound{e[0].Value, e[1].Value, e[2].Value, iv}, nil
}

// widen scales the sampling error of an interval on 0 … 1 by the design effect.
func (t *Table) widen(e Estimate, least float64) Estimate {
	if t.deff() == 1 {
		return e
	}
	return logitInterval(e.Value, e.SE*math.Sqrt(t.deff()), e.Level, e.N, e.Method+", design effect").atEnd(least / t.deff())
}

// AUROC bounds the area under the ROC curve.
func (t *Table) AUROC(level float64) (Bound, error) {
	return t.bound(func(r *Ranking) Estimate { return r.AUROC(level) }, func(r *Ranking) float64 { return math.Min(r.P, r.N) })
}

// AUPRC bounds the average precision.
func (t *Table) AUPRC(level float64) (Bound, error) {
	e := func(ap float64, r *Ranking) Estimate {
		return logitInterval(ap, math.Sqrt(ap*(1-ap)/r.P), level, r.cases+r.others, "logit (Boyd)").atEnd(r.P)
	}
	b, err := t.bound(func(r *Ranking) Estimate { return e(r.AveragePrecision(), r) }, func(r *Ranking) float64 { return r.P })
	if err != nil {
		return b, err
	}
	// Cases of one bin called together have the precision after the last of
	// them. Called one by one, after the bin's non-cases, they have less.
	r, _ := t.ranking(0)
	var tp, fp, sum float64
	for i := len(r.score) - 1; i >= 0; i-- {
		fp += r.neg[i]
		for j := 1.0; j <= r.pos[i]; j++ {
			sum += (tp + j) / (tp + j + fp)
		}
		tp += r.pos[i]
	}
	b.Low = sum / r.P
	b.Interval.Low = t.widen(e(b.Low, r), r.P).Low
	return b, nil
}

// Confusions returns the counts at threshold c when none, half, and all of the
// rows of the bin that c cuts are called. At an edge the three are equal.
func (t *Table) Confusions(c float64) (few, mid, all Confusion) {
	for i := range t.Pos {
		p, n := t.Pos[i], t.Neg[i]
		for k, share := range [3]float64{0, 0.5, 1} {
			called := share
			switch {
			case c <= t.Edges[i]:
				called = 1
			case c >= t.Edges[i+1]:
				called = 0
			}
			q := [3]*Confusion{&few, &mid, &all}[k]
			q.TP += called * p
			q.FN += (1 - called) * p
			q.FP += called * n
			q.TN += (1 - called) * n
		}
	}
	return few, mid, all
}

// At bounds sensitivity, specificity, PPV and NPV at threshold c. A figure with
// an empty denominator is left out.
func (t *Table) At(c, level float64) map[string]Bound {
	few, mid, all := t.Confusions(c)
	scale := func(q Confusion) Confusion {
		d := t.deff()
		return Confusion{q.TP / d, q.FP / d, q.FN / d, q.TN / d}
	}
	// PPV is least when the cut bin gives its non-cases to the called and keeps
	// its cases, and greatest the other way; NPV likewise.
	mix := func(a, b Confusion) Confusion { return Confusion{TP: a.TP, FN: a.FN, FP: b.FP, TN: b.TN} }
	out := map[string]Bound{}
	for name, pair := range map[string][2]Confusion{
		"sensitivity": {few, all}, "specificity": {all, few},
		"ppv": {mix(few, all), mix(all, few)}, "npv": {mix(few, all), mix(all, few)},
		"accuracy": {mix(few, all), mix(all, few)},
	} {
		lo, m, hi := scale(pair[0]).Shares(level, false)[name], scale(mid).Shares(level, false)[name], scale(pair[1]).Shares(level, false)[name]
		if m.Value != m.Value || lo.Value != lo.Value || hi.Value != hi.Value {
			continue
		}
		iv := m
		iv.Low, iv.High, iv.N = lo.Low, hi.High, int(mid.N())
		out[name] = Bound{lo.Value, m.Value, hi.Value, iv}
	}
	return out
}

// Brier is exact.
func (t *Table) Brier(level float64) (Estimate, error) {
	p, n := t.Counts()
	if p+n == 0 {
		return Estimate{}, ErrEmpty
	}
	var s float64
	for i := range t.Pos {
		s += t.SquarePos[i] - 2*t.SumPos[i] + t.Pos[i] + t.SquareNeg[i]
	}
	m := s / (p + n)
	// Squared errors lie in 0 … 1, so their variance is at most m(1−m).
	se := math.Sqrt(m * (1 - m) / (p + n) * t.deff())
	return wald(m, se, level, 0, 1, int(p+n), "mean, variance bounded"), nil
}

// InTheLarge is the mean of truth less probability, exact: above 0, the model
// says too little.
func (t *Table) InTheLarge(level float64) (Estimate, error) {
	b, err := t.Brier(level)
	if err != nil {
		return b, err
	}
	p, n := t.Counts()
	var s float64
	for i := range t.Pos {
		s += t.Pos[i] - t.SumPos[i] - t.SumNeg[i]
	}
	m := s / (p + n)
	se := math.Sqrt(math.Max(0, b.Value-m*m) / math.Max(1, p+n-1) * t.deff())
	return wald(m, se, level, -1, 1, int(p+n), "mean"), nil
}

// ECE is the expected and largest calibration error over the table's own bins,
// joined into at most count of equal width. Exact for those bins.
func (t *Table) ECE(count int) (ece, mce float64, err error) {
	bins, err := t.Reliability(count)
	if err != nil {
		return 0, 0, err
	}
	p, n := t.Counts()
	for _, b := range bins {
		if b.N == 0 {
			continue
		}
		gap := math.Abs(b.SumProb-b.Cases) / b.N
		ece += gap * b.N / (p + n)
		mce = math.Max(mce, gap)
	}
	return ece, mce, nil
}

// Reliability joins the table's bins into count or fewer.
func (t *Table) Reliability(count int) ([]Bin, error) {
	p, n := t.Counts()
	if p+n == 0 {
		return nil, ErrEmpty
	}
	step := max(1, (len(t.Pos)+max(1, count)-1)/max(1, count))
	var out []Bin
	for i := 0; i < len(t.Pos); i += step {
		j := min(i+step, len(t.Pos))
		b := Bin{Low: t.Edges[i], High: t.Edges[j]}
		for k := i; k < j; k++ {
			b.N += t.Pos[k] + t.Neg[k]
			b.Cases += t.Pos[k]
			b.SumProb += t.SumPos[k] + t.SumNeg[k]
			b.SumSq += t.SquarePos[k] + t.SquareNeg[k]
			b.SumProbCases += t.SumPos[k]
		}
		out = append(out, b)
	}
	return out, nil
}

// Recalibrate fits calibration slope and intercept to the mean scores of cases
// and of non-cases in each bin. With bins of width w the error is of order w²;
// the standard errors are widened by the design effect.
func (t *Table) Recalibrate(level float64) (Recalibration, error) {
	var prob []float64
	var label []bool
	var times []float64
	add := func(n, sum float64, l bool) {
		if n > 0 {
			prob, label, times = append(prob, math.Min(1, math.Max(0, sum/n))), append(label, l), append(times, n)
		}
	}
	for i := range t.Pos {
		add(t.Pos[i], t.SumPos[i], true)
		add(t.Neg[i], t.SumNeg[i], false)
	}
	r, err := recalibrate(prob, label, times, nil, level)
	if err != nil {
		return r, err
	}
	d := math.Sqrt(t.deff())
	again := func(e Estimate) Estimate {
		return wald(e.Value, e.SE*d, level, math.Inf(-1), math.Inf(1), e.N, e.Method+", bin means")
	}
	r.Slope, r.Intercept = again(r.Slope), again(r.Intercept)
	r.Chi2 /= d * d
	r.P = math.Exp(-r.Chi2 / 2)
	return r, nil
}
