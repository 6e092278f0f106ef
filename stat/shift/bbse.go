package shift

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Prevalence is what black-box shift estimation says of the labels behind unlabelled predictions (Lipton, Wang & Smola 2018).
type Prevalence struct {
	Reference []float64 // share of each class in the reference
	Current   []float64 // estimated
	Low, High []float64 // 95 % by parametric bootstrap, each class for itself
	Condition float64   // of the confusion matrix: large means that the predictions hardly depend on the class
}

// ErrBlind: the predictions don't tell the classes apart well enough to say anything of their prevalence.
var ErrBlind = errors.New("the predictions don't tell the classes apart")

// BBSE estimates current class shares from how often each class is predicted now, given how the classifier confuses them:
// confusion[i][j] counts reference rows predicted i whose label is j; predicted[i] counts current rows predicted i. It holds
// where P(prediction | label) has stayed what it was, which is what label shift means; [Judge] asks what speaks for that.
// Between 2 and 50 classes.
func BBSE(confusion [][]float64, predicted []float64, seed uint64) (Prevalence, error) {
	k := len(predicted)
	if k < 2 || k > 50 || len(confusion) != k {
		return Prevalence{}, fmt.Errorf("%d classes predicted, %d in the confusion matrix: between 2 and 50, the same", k, len(confusion))
	}
	n, m := 0.0, 0.0
	for i, row := range confusion {
		if len(row) != k {
			return Prevalence{}, fmt.Errorf("the confusion matrix isn't square")
		}
		for _, v := range append(slices.Clone(row), predicted[i]) {
			if !(v >= 0) || math.IsInf(v, 1) {
				return Prevalence{}, fmt.Errorf("%v is not a count", v)
			}
		}
		for _, v := range row {
			n += v
		}
		m += predicted[i]
	}
	if n == 0 || m == 0 {
		return Prevalence{}, errors.New("no counts")
	}
	out := Prevalence{Reference: make([]float64, k)}
	for j := range k {
		for i := range k {
			out.Reference[j] += confusion[i][j] / n
		}
		if out.Reference[j] == 0 {
			return Prevalence{}, fmt.Errorf("class %d isn't in the reference: its prevalence can't be estimated", j)
		}
	}
	cur, cond, err := solve(confusion, predicted, out.Reference)
	if err != nil {
		return Prevalence{}, err
	}
	out.Current, out.Condition = cur, cond
	out.interval(confusion, predicted, n, m, seed)
	return out, nil
}

// solve returns the class shares q with Σⱼ P(pred i | class j)·qⱼ = P(pred i now), made a distribution.
func solve(confusion [][]float64, predicted, share []float64) (q []float64, cond float64, err error) {
	k := len(predicted)
	n, m := 0.0, 0.0
	for i, row := range confusion {
		for _, v := range row {
			n += v
		}
		m += predicted[i]
	}
	a, b := mat.NewDense(k, k, nil), mat.NewVecDense(k, nil)
	for i := range k {
		for j := range k {
			if share[j] > 0 {
				a.Set(i, j, confusion[i][j]/n/share[j])
			}
		}
		b.SetVec(i, predicted[i]/m)
	}
	var lu mat.LU
	lu.Factorize(a)
	if cond = lu.Cond(); !(cond < 100) {
		return nil, cond, ErrBlind
	}
	var x mat.VecDense
	if err := lu.SolveVecTo(&x, false, b); err != nil {
		return nil, cond, ErrBlind
	}
	q = make([]float64, k)
	sum := 0.0
	for j := range q {
		q[j] = math.Max(0, x.AtVec(j))
		sum += q[j]
	}
	if sum == 0 {
		return nil, cond, ErrBlind
	}
	for j := range q {
		q[j] /= sum
	}
	return q, cond, nil
}

func (p *Prevalence) interval(confusion [][]float64, predicted []float64, n, m float64, seed uint64) {
	const rounds = 400
	k := len(predicted)
	r := rand.New(rand.NewPCG(seed, 0xb5297a4d3f84d5b5))
	draws := make([][]float64, k)
	for range rounds {
		c := make([][]float64, k)
		for i := range c {
			c[i] = make([]float64, k)
			for j := range c[i] {
				c[i][j] = poisson(r, confusion[i][j])
			}
		}
		share := make([]float64, k)
		total := 0.0
		for j := range k {
			for i := range k {
				share[j] += c[i][j]
				total += c[i][j]
			}
		}
		if total == 0 {
			continue
		}
		for j := range share {
			share[j] /= total
		}
		pred := make([]float64, k)
		sum := 0.0
		for i := range pred {
			pred[i] = poisson(r, predicted[i])
			sum += pred[i]
		}
		if sum == 0 {
			continue
		}
		q, _, err := solve(c, pred, share)
		if err != nil {
			continue
		}
		for j, v := range q {
			draws[j] = append(draws[j], v)
		}
	}
	p.Low, p.High = make([]float64, k), make([]float64, k)
	for j := range k {
		slices.Sort(draws[j])
		if len(draws[j]) < rounds*9/10 { // so near to blind that draws fail: nothing is known
			p.Low[j], p.High[j] = 0, 1
			continue
		}
		p.Low[j], p.High[j] = draws[j][len(draws[j])/40], draws[j][len(draws[j])-1-len(draws[j])/40]
	}
}

// poisson draws a count of that mean; above 50 by the normal law.
func poisson(r *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return math.Max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	l, k, p := math.Exp(-mean), 0.0, 1.0
	for {
		if p *= r.Float64(); p <= l {
			return k
		}
		k++
	}
}
