package performance

import (
	"fmt"
	"math"
	"sort"

	"github.com/wardround/wardround/stat/order"
)

// A Calibrator turns a score into a probability.
type Calibrator interface {
	Probability(score float64) float64
}

// An Isotonic is a rising step function through the data, joined by straight
// lines, flat beyond the ends: scikit-learn's IsotonicRegression with
// out_of_bounds="clip".
type Isotonic struct {
	X, Y []float64 // corners, X rising, Y not falling
}

// FitIsotonic finds the rising function nearest to y in weighted squares, by
// pooling adjacent violators, in time linear in the rows after sorting. weight
// may be nil; rows of weight 0 are left out.
func FitIsotonic(x, y, weight []float64) (*Isotonic, error) {
	if len(x) != len(y) || weight != nil && len(weight) != len(x) {
		return nil, ErrLength
	}
	for i := range x {
		if x[i] != x[i] || y[i] != y[i] {
			return nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
	}
	if weight == nil {
		if label, ok := zeroOne(y); ok {
			return FitIsotonicLabels(x, label)
		}
	}
	// Rows of one score become one, with their mean.
	ux, uy, uw := make([]float64, 0, len(x)), make([]float64, 0, len(x)), make([]float64, 0, len(x))
	for _, i := range order.Positions(x) {
		w := 1.0
		if weight != nil {
			w = weight[i]
			if w < 0 || w != w {
				return nil, fmt.Errorf("row %d: weight %v is not one", i+1, w)
			}
			if w == 0 {
				continue
			}
		}
		if k := len(ux); k == 0 || x[i]-ux[k-1] >= eps {
			ux, uy, uw = append(ux, x[i]), append(uy, 0), append(uw, 0)
		}
		k := len(ux) - 1
		uy[k] += w * y[i]
		uw[k] += w
	}
	if len(ux) == 0 {
		return nil, ErrEmpty
	}
	return pool(ux, uy, uw), nil
}

// FitIsotonicLabels is FitIsotonic for labels.
func FitIsotonicLabels(score []float64, label []bool) (*Isotonic, error) {
	if len(score) != len(label) {
		return nil, ErrLength
	}
	if len(score) == 0 {
		return nil, ErrEmpty
	}
	pos, neg, err := split(score, label)
	if err != nil {
		return nil, err
	}
	return poolLabels(pos, neg), nil
}

// Scores nearer than eps are one score, as in scikit-learn.
const eps = 1e-15

// zeroOne reads y as labels, if it holds nothing but 0 and 1.
func zeroOne(y []float64) ([]bool, bool) {
	l := make([]bool, len(y))
	for i, v := range y {
		if v != 0 && v != 1 {
			return nil, false
		}
		l[i] = v == 1
	}
	return l, true
}

// poolLabels pools while it merges the sorted scores of cases and non-cases: it
// holds the blocks, of which there are few, and nothing per row.
func poolLabels(pos, neg []float64) *Isotonic {
	type block struct{ first, last, cases, rows float64 }
	var blocks []block
	for i, j := 0, 0; i < len(pos) || j < len(neg); {
		var s float64
		switch {
		case j == len(neg):
			s = pos[i]
		case i == len(pos):
			s = neg[j]
		default:
			s = min(pos[i], neg[j])
		}
		p, q := i, j
		for i < len(pos) && (pos[i] == s || pos[i]-s < eps) {
			i++
		}
		for j < len(neg) && (neg[j] == s || neg[j]-s < eps) {
			j++
		}
		b := block{s, s, float64(i - p), float64(i - p + j - q)}
		k := len(blocks)
		for k > 0 && blocks[k-1].cases*b.rows >= b.cases*blocks[k-1].rows {
			k--
			b.first = blocks[k].first
			b.cases += blocks[k].cases
			b.rows += blocks[k].rows
		}
		blocks = append(blocks[:k], b)
	}
	iso := &Isotonic{}
	for _, b := range blocks {
		v := b.cases / b.rows
		iso.X, iso.Y = append(iso.X, b.first), append(iso.Y, v)
		if b.last > b.first {
			iso.X, iso.Y = append(iso.X, b.last), append(iso.Y, v)
		}
	}
	return iso
}

// pool: y holds weighted sums, w weights, per distinct x. Both are consumed.
func pool(x, y, w []float64) *Isotonic {
	first := make([]int, len(x)) // of each block
	last := make([]int, len(x))
	k := -1
	for i := range x {
		k++
		sy, sw, f := y[i], w[i], i
		// Σy/Σw of the block before is not below that of this one: pool.
		for k > 0 && y[k-1]*sw >= sy*w[k-1] {
			k--
			sy += y[k]
			sw += w[k]
			f = first[k]
		}
		y[k], w[k], first[k], last[k] = sy, sw, f, i
	}
	iso := &Isotonic{}
	for b := 0; b <= k; b++ {
		v := y[b] / w[b]
		iso.X, iso.Y = append(iso.X, x[first[b]]), append(iso.Y, v)
		if last[b] > first[b] {
			iso.X, iso.Y = append(iso.X, x[last[b]]), append(iso.Y, v)
		}
	}
	return iso
}

// Probability returns the fitted value at score; NaN for NaN.
func (f *Isotonic) Probability(score float64) float64 {
	n := len(f.X)
	switch {
	case score != score:
		return math.NaN()
	case score <= f.X[0]:
		return f.Y[0]
	case score >= f.X[n-1]:
		return f.Y[n-1]
	}
	k := sort.SearchFloat64s(f.X, score) // X[k-1] < score ≤ X[k]
	if f.X[k] == score {
		return f.Y[k]
	}
	t := (score - f.X[k-1]) / (f.X[k] - f.X[k-1])
	return f.Y[k-1] + t*(f.Y[k]-f.Y[k-1])
}

// A Platt is the logistic curve expit(A + B·score).
type Platt struct{ A, B float64 }

// FitPlatt fits it with Platt's targets, (n₊+1)/(n₊+2) and 1/(n₋+2), which keep
// a perfectly parted sample finite. The fit is exact (Newton), not stopped early.
func FitPlatt(score []float64, label []bool) (*Platt, error) {
	if len(score) != len(label) {
		return nil, ErrLength
	}
	var pos, neg float64
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, s := range score {
		if s != s || math.IsInf(s, 0) {
			return nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
		lo, hi = math.Min(lo, s), math.Max(hi, s)
		if label[i] {
			pos++
		} else {
			neg++
		}
	}
	switch {
	case len(score) == 0:
		return nil, ErrEmpty
	case pos == 0 || neg == 0:
		return nil, ErrOneClass
	case lo == hi:
		return nil, ErrConstant
	}
	// Centred and scaled, so that Newton does not depend on the score's unit.
	mid, scale := (lo+hi)/2, (hi-lo)/2
	x, y := make([]float64, len(score)), make([]float64, len(score))
	for i, s := range score {
		x[i] = (s - mid) / scale
		y[i] = 1 / (neg + 2)
		if label[i] {
			y[i] = (pos + 1) / (pos + 2)
		}
	}
	l, err := logisticFit(x, y, nil, false)
	if err != nil {
		return nil, err
	}
	return &Platt{A: l.a - l.b*mid/scale, B: l.b / scale}, nil
}

// Probability returns expit(A + B·score).
func (p *Platt) Probability(score float64) float64 { return expit(p.A + p.B*score) }
