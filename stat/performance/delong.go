package performance

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/stat/order"
)

// AUROC is the area under the ROC curve with DeLong's standard error, and for
// dependent rows (u not nil) Obuchowski's, on the logit scale.
func AUROC(score []float64, label []bool, u Units, level float64) (Estimate, error) {
	if u == nil {
		r, err := Rank(score, label)
		if err != nil {
			return Estimate{}, err
		}
		return r.AUROC(level), nil
	}
	p, err := place(score, label)
	if err != nil {
		return Estimate{}, err
	}
	if len(u) != len(score) {
		return Estimate{}, ErrLength
	}
	cases, others := u.perClass(label)
	return logitInterval(p.auc, math.Sqrt(p.covariance(p, label, u)), level, len(score), "Obuchowski, logit").atEnd(math.Min(cases, others)), nil
}

// placed holds, for each row, the share of the other class that it is on the
// right side of, less the area: DeLong's structural components, centred.
type placed struct {
	v    []float64
	auc  float64
	m, n float64
}

func place(score []float64, label []bool) (*placed, error) {
	if len(score) != len(label) {
		return nil, ErrLength
	}
	if len(score) == 0 {
		return nil, ErrEmpty
	}
	p := &placed{v: make([]float64, len(score))}
	for i, s := range score {
		if s != s {
			return nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
		if label[i] {
			p.m++
		} else {
			p.n++
		}
	}
	if p.m == 0 || p.n == 0 {
		return nil, ErrOneClass
	}
	place := order.Positions(score)
	var pos, neg float64
	for a := 0; a < len(place); {
		b := a
		var tp, tn float64
		for b < len(place) && score[place[b]] == score[place[a]] {
			if label[place[b]] {
				tp++
			} else {
				tn++
			}
			b++
		}
		for ; a < b; a++ {
			if i := place[a]; label[i] {
				p.v[i] = (neg + tn/2) / p.n
				p.auc += p.v[i]
			} else {
				p.v[i] = 1 - (pos+tp/2)/p.m
			}
		}
		pos += tp
		neg += tn
	}
	p.auc /= p.m
	for i := range p.v {
		p.v[i] -= p.auc
	}
	return p, nil
}

// covariance of two areas on the same rows.
func (p *placed) covariance(q *placed, label []bool, u Units) float64 {
	if u == nil {
		var s10, s01 float64
		for i, l := range label {
			if l {
				s10 += p.v[i] * q.v[i]
			} else {
				s01 += p.v[i] * q.v[i]
			}
		}
		if p.m < 2 || p.n < 2 {
			return math.NaN()
		}
		return s10/(p.m-1)/p.m + s01/(p.n-1)/p.n
	}
	// Obuchowski: sums by unit, of cases, of non-cases, and between the two.
	type sums struct {
		p1, q1, p0, q0 float64
		has1, has0     bool
	}
	by := make([]sums, u.span())
	for i, l := range label {
		s := &by[u[i]]
		if l {
			s.p1, s.q1, s.has1 = s.p1+p.v[i], s.q1+q.v[i], true
		} else {
			s.p0, s.q0, s.has0 = s.p0+p.v[i], s.q0+q.v[i], true
		}
	}
	var s10, s01, s11, i1, i0, all float64
	for i := range by {
		s := &by[i]
		s10 += s.p1 * s.q1
		s01 += s.p0 * s.q0
		s11 += (s.p1*s.q0 + s.p0*s.q1) / 2
		if s.has1 {
			i1++
		}
		if s.has0 {
			i0++
		}
		if s.has1 || s.has0 {
			all++
		}
	}
	if i1 < 2 || i0 < 2 {
		return math.NaN()
	}
	return i1/(i1-1)*s10/(p.m*p.m) + i0/(i0-1)*s01/(p.n*p.n) + 2*all/(all-1)*s11/(p.m*p.n)
}

// A Comparison is the difference of two areas on the same rows.
type Comparison struct {
	A, B       Estimate
	Difference Estimate // A − B, symmetric interval
	Z, P       float64  // two-sided
}

// CompareAUROC is DeLong's paired test: do scores a and b, given for the same
// rows, rank cases above non-cases equally well? Identical rankings give Z 0, P 1.
func CompareAUROC(a, b []float64, label []bool, u Units, level float64) (Comparison, error) {
	if len(a) != len(b) || u != nil && len(u) != len(a) {
		return Comparison{}, ErrLength
	}
	p, err := place(a, label)
	if err != nil {
		return Comparison{}, err
	}
	q, err := place(b, label)
	if err != nil {
		return Comparison{}, err
	}
	va, vb, cov := p.covariance(p, label, u), q.covariance(q, label, u), p.covariance(q, label, u)
	v := va + vb - 2*cov
	if v < 0 || v < 1e-15*(va+vb) { // rounding: the same ranking twice
		v = 0
	}
	name := "DeLong"
	if u != nil {
		name = "Obuchowski"
	}
	least := math.Min(u.perClass(label))
	c := Comparison{
		A:          logitInterval(p.auc, math.Sqrt(va), level, len(a), name+", logit").atEnd(least),
		B:          logitInterval(q.auc, math.Sqrt(vb), level, len(a), name+", logit").atEnd(least),
		Difference: wald(p.auc-q.auc, math.Sqrt(v), level, -1, 1, len(a), name+", paired"),
	}
	switch d := c.Difference; {
	case d.SE > 0:
		c.Z = d.Value / d.SE
		c.P = normalP(c.Z)
	case d.Value == 0:
		c.P = 1
	default:
		c.Z, c.P = math.NaN(), math.NaN()
	}
	return c, nil
}
