package performance

import "sort"

// Places returns, for each score, its place among the distinct scores.
func (r *Ranking) Places(score []float64) []int32 {
	out := make([]int32, len(score))
	for i, s := range score {
		out[i] = int32(sort.SearchFloat64s(r.score, s))
	}
	return out
}

// Around returns, for each distinct score, the weight of non-cases below it and
// of cases above it, those at it half.
func (r *Ranking) Around() (below, above []float64) {
	below, above = make([]float64, len(r.score)), make([]float64, len(r.score))
	var n, p float64
	for k := range r.score {
		below[k] = n + r.neg[k]/2
		n += r.neg[k]
	}
	for k := len(r.score) - 1; k >= 0; k-- {
		above[k] = p + r.pos[k]/2
		p += r.pos[k]
	}
	return below, above
}

// Relabel returns the ranking of the same scores with other labels (0 … 1);
// place is what [Ranking.Places] gave.
func (r *Ranking) Relabel(place []int32, label []float64) *Ranking {
	q := &Ranking{score: r.score, pos: make([]float64, len(r.score)), neg: make([]float64, len(r.score)), cases: len(label), others: len(label)}
	for i, k := range place {
		q.pos[k] += label[i]
		q.neg[k] += 1 - label[i]
		q.P += label[i]
		q.N += 1 - label[i]
	}
	return q
}

// AP is [Ranking.AveragePrecision] where there are cases.
func (r *Ranking) AP() (float64, bool) {
	if !(r.P > 0) {
		return 0, false
	}
	return r.AveragePrecision(), true
}
