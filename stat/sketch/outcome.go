package sketch

import (
	"fmt"
	"math"
	"slices"
)

// Bounds of an outcome table.
const (
	DefaultBins = 200
	MaxBins     = 10_000
)

// Outcome is a table of scores against labels: all that is kept of predictions whose
// truth came to be known. Bin i of the scores is Low + i·w ≤ s < Low + (i+1)·w with
// w = (High-Low)/Bins; the last bin holds High, too. Sums of the scores and of their
// squares make the Brier score and mean calibration exact; what needs the order within
// a bin, such as the AUROC, is an interval.
type Outcome struct {
	Score     string // column of the score
	Group     string // as of [Column]
	Bins      int
	Low, High float64
	// By bin: rows with the label 1 and 0, the sum of their scores, and of their squares.
	Pos, Neg             []int64
	SumPos, SumNeg       []float64
	SquarePos, SquareNeg []float64
	Outside              int64 // labelled rows whose score is outside Low to High, or NaN
}

// NewOutcome returns an empty table. Bins 0 is [DefaultBins]; low and high 0 are 0 and 1.
func NewOutcome(score, group string, bins int, low, high float64) (*Outcome, error) {
	if bins == 0 {
		bins = DefaultBins
	}
	if low == 0 && high == 0 {
		high = 1
	}
	if bins < 1 || bins > MaxBins {
		return nil, fmt.Errorf("outcome table of %d bins; want 1 to %d", bins, MaxBins)
	}
	if !(low < high) || math.IsInf(high-low, 0) {
		return nil, fmt.Errorf("outcome table from %g to %g; want finite bounds that ascend", low, high)
	}
	return &Outcome{
		Score: score, Group: group, Bins: bins, Low: low, High: high,
		Pos: make([]int64, bins), Neg: make([]int64, bins),
		SumPos: make([]float64, bins), SumNeg: make([]float64, bins),
		SquarePos: make([]float64, bins), SquareNeg: make([]float64, bins),
	}, nil
}

// Add counts a score with its label.
func (o *Outcome) Add(score float64, positive bool) {
	if !(score >= o.Low && score <= o.High) {
		o.Outside++
		return
	}
	i := min(int((score-o.Low)/(o.High-o.Low)*float64(o.Bins)), o.Bins-1)
	if positive {
		o.Pos[i]++
		o.SumPos[i] += score
		o.SquarePos[i] += score * score
	} else {
		o.Neg[i]++
		o.SumNeg[i] += score
		o.SquareNeg[i] += score * score
	}
}

// Counts returns the rows with label 1 and with label 0.
func (o *Outcome) Counts() (pos, neg int64) {
	for i := range o.Pos {
		pos += o.Pos[i]
		neg += o.Neg[i]
	}
	return pos, neg
}

// Edge is the lower edge of bin i; that of Bins is High.
func (o *Outcome) Edge(i int) float64 {
	if i >= o.Bins {
		return o.High
	}
	return o.Low + (o.High-o.Low)*float64(i)/float64(o.Bins)
}

// AUROC returns the area under the curve of true against false positives, as the
// interval that the order within bins leaves open; mid counts pairs within a bin as
// half. NaN if one label is missing. It says nothing about sampling error.
func (o *Outcome) AUROC() (lo, mid, hi float64) {
	pos, neg := o.Counts()
	if pos == 0 || neg == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	var won, tied, below float64
	for i := range o.Pos {
		p, n := float64(o.Pos[i]), float64(o.Neg[i])
		won += p * below
		tied += p * n
		below += n
	}
	all := float64(pos) * float64(neg)
	return won / all, (won + tied/2) / all, (won + tied) / all
}

// Brier returns the mean squared distance of score and label: exact but for rounding.
// NaN of no rows.
func (o *Outcome) Brier() float64 {
	pos, neg := o.Counts()
	var s float64
	for i := range o.Pos {
		s += o.SquarePos[i] - 2*o.SumPos[i] + float64(o.Pos[i]) + o.SquareNeg[i]
	}
	return s / float64(pos+neg)
}

// Merge adds o's table; score, group, bins and bounds must be equal.
func (o *Outcome) Merge(p *Outcome) error {
	if o.Score != p.Score || o.Group != p.Group {
		return fmt.Errorf("outcome tables of %s and %s do not merge", named(o.Score, o.Group), named(p.Score, p.Group))
	}
	if o.Bins != p.Bins || o.Low != p.Low || o.High != p.High {
		return fmt.Errorf("outcome tables of %s with %d bins from %g to %g and %d bins from %g to %g do not merge",
			named(o.Score, o.Group), o.Bins, o.Low, o.High, p.Bins, p.Low, p.High)
	}
	for i := range o.Pos {
		o.Pos[i] += p.Pos[i]
		o.Neg[i] += p.Neg[i]
		o.SumPos[i] += p.SumPos[i]
		o.SumNeg[i] += p.SumNeg[i]
		o.SquarePos[i] += p.SquarePos[i]
		o.SquareNeg[i] += p.SquareNeg[i]
	}
	o.Outside += p.Outside
	return nil
}

// Clone returns a copy that shares nothing.
func (o *Outcome) Clone() *Outcome {
	c := *o
	c.Pos, c.Neg = slices.Clone(o.Pos), slices.Clone(o.Neg)
	c.SumPos, c.SumNeg = slices.Clone(o.SumPos), slices.Clone(o.SumNeg)
	c.SquarePos, c.SquareNeg = slices.Clone(o.SquarePos), slices.Clone(o.SquareNeg)
	return &c
}

func named(name, group string) string {
	if group == "" {
		return name
	}
	return name + " (" + group + ")"
}
