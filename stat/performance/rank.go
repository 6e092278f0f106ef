package performance

import (
	"fmt"
	"math"

	"github.com/wardround/wardround/stat/order"
)

// A Ranking is rows put in order of score, ties together. It answers what
// depends on order alone, each in one pass.
type Ranking struct {
	score    []float64 // distinct scores, ascending
	pos, neg []float64 // weight of cases and of non-cases at each
	P, N     float64   // total weight of cases, of non-cases
	cases    int       // rows
	others   int
}

// Rank puts rows in order. label is true for a case. It returns [ErrEmpty],
// [ErrLength], [ErrNaN] or [ErrOneClass].
func Rank(score []float64, label []bool) (*Ranking, error) {
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
	if len(pos) == 0 || len(neg) == 0 {
		return nil, ErrOneClass
	}
	return merge(pos, neg), nil
}

// split returns the scores of cases and of non-cases, each sorted: so no label
// need travel with its score through the sort.
func split(score []float64, label []bool) (pos, neg []float64, err error) {
	cases := 0
	for _, l := range label {
		if l {
			cases++
		}
	}
	// Each score is written to both, one place further only where it belongs: a
	// branch on the label would be guessed wrong for every other row.
	others := len(score) - cases
	pos, neg = make([]float64, cases+1), make([]float64, others+1)
	p, n := 0, 0
	for i, s := range score {
		if s != s {
			return nil, nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
		pos[p], neg[n] = s, s
		c := 0
		if label[i] {
			c = 1
		}
		p += c
		n += 1 - c
	}
	pos, neg = pos[:cases], neg[:others]
	order.Float64s(pos)
	order.Float64s(neg)
	return pos, neg, nil
}

func merge(pos, neg []float64) *Ranking {
	r := &Ranking{P: float64(len(pos)), N: float64(len(neg)), cases: len(pos), others: len(neg)}
	n := len(pos) + len(neg)
	r.score, r.pos, r.neg = make([]float64, 0, n), make([]float64, 0, n), make([]float64, 0, n)
	i, j := 0, 0
	for i < len(pos) || j < len(neg) {
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
		for i < len(pos) && pos[i] == s {
			i++
		}
		for j < len(neg) && neg[j] == s {
			j++
		}
		r.score = append(r.score, s)
		r.pos = append(r.pos, float64(i-p))
		r.neg = append(r.neg, float64(j-q))
	}
	return r
}

// RankSoft ranks rows whose label is only known as a probability: row i counts
// p[i] as a case and 1−p[i] as a non-case. It is what label-free estimation
// computes with. weight may be nil.
func RankSoft(score, p, weight []float64) (*Ranking, error) {
	if len(score) != len(p) || weight != nil && len(weight) != len(p) {
		return nil, ErrLength
	}
	if len(score) == 0 {
		return nil, ErrEmpty
	}
	for i, s := range score {
		if s != s || p[i] != p[i] {
			return nil, fmt.Errorf("row %d: %w", i+1, ErrNaN)
		}
	}
	r := &Ranking{cases: len(score), others: len(score)}
	for _, i := range order.Positions(score) {
		s, w := score[i], 1.0
		if weight != nil {
			w = weight[i]
		}
		if k := len(r.score); k == 0 || r.score[k-1] != s {
			r.score, r.pos, r.neg = append(r.score, s), append(r.pos, 0), append(r.neg, 0)
		}
		k := len(r.score) - 1
		r.pos[k] += w * p[i]
		r.neg[k] += w * (1 - p[i])
	}
	for k := range r.pos {
		r.P += r.pos[k]
		r.N += r.neg[k]
	}
	if !(r.P > 0) || !(r.N > 0) {
		return nil, ErrOneClass
	}
	return r, nil
}

// AUC is the probability that a case scores above a non-case, ties half: the
// area under the ROC curve by the trapezoid rule.
func (r *Ranking) AUC() float64 {
	var below, sum float64
	for i, p := range r.pos {
		sum += p * (below + r.neg[i]/2)
		below += r.neg[i]
	}
	return sum / r.P / r.N
}

// AveragePrecision is Σ (recall gained) × precision over thresholds from high
// to low, without interpolation, as scikit-learn's average_precision_score.
func (r *Ranking) AveragePrecision() float64 {
	var tp, fp, sum float64
	for i := len(r.score) - 1; i >= 0; i-- {
		tp += r.pos[i]
		fp += r.neg[i]
		if r.pos[i] > 0 {
			sum += r.pos[i] * tp / (tp + fp)
		}
	}
	return sum / r.P
}

// AUROC is [Ranking.AUC] with DeLong's standard error and an interval on the
// logit scale, for independent rows. For dependent rows see [AUROC].
func (r *Ranking) AUROC(level float64) Estimate {
	se := math.Sqrt(r.delong())
	return logitInterval(r.AUC(), se, level, r.cases+r.others, "DeLong, logit").atEnd(float64(min(r.cases, r.others)))
}

// AUROCPlain is the same with the symmetric interval of the paper, cut to 0 … 1.
func (r *Ranking) AUROCPlain(level float64) Estimate {
	return wald(r.AUC(), math.Sqrt(r.delong()), level, 0, 1, r.cases+r.others, "DeLong").atEnd(float64(min(r.cases, r.others)))
}

// delong is the variance of the area. NaN with fewer than two of a class.
func (r *Ranking) delong() float64 {
	if r.cases < 2 || r.others < 2 {
		return math.NaN()
	}
	a := r.AUC()
	var below, belowPos, s10, s01 float64
	for i := range r.score {
		v := (below+r.neg[i]/2)/r.N - a
		s10 += r.pos[i] * v * v
		w := 1 - (belowPos+r.pos[i]/2)/r.P - a
		s01 += r.neg[i] * w * w
		below += r.neg[i]
		belowPos += r.pos[i]
	}
	return s10/(r.P-1)/r.P + s01/(r.N-1)/r.N
}

// A Point is one operating point of the ROC curve.
type Point struct {
	Threshold   float64 // a row is positive when its score is at least this
	Sensitivity float64
	Specificity float64
}

// Curve returns the ROC curve, thresholds from high to low, beginning with the
// threshold +Inf that calls nobody. The points on a straight line are kept.
func (r *Ranking) Curve() []Point {
	c := make([]Point, 0, len(r.score)+1)
	c = append(c, Point{math.Inf(1), 0, 1})
	var tp, fp float64
	for i := len(r.score) - 1; i >= 0; i-- {
		tp += r.pos[i]
		fp += r.neg[i]
		c = append(c, Point{r.score[i], tp / r.P, 1 - fp/r.N})
	}
	return c
}

// At returns the operating point of threshold t.
func (r *Ranking) At(t float64) Point {
	var tp, fp float64
	for i := len(r.score) - 1; i >= 0 && r.score[i] >= t; i-- {
		tp += r.pos[i]
		fp += r.neg[i]
	}
	return Point{t, tp / r.P, 1 - fp/r.N}
}

// AtSpecificity returns the point with the highest sensitivity among those of
// at least the given specificity.
func (r *Ranking) AtSpecificity(spec float64) Point {
	best := Point{math.Inf(1), 0, 1}
	var tp, fp float64
	for i := len(r.score) - 1; i >= 0; i-- {
		tp += r.pos[i]
		fp += r.neg[i]
		if 1-fp/r.N < spec-1e-12 {
			break
		}
		best = Point{r.score[i], tp / r.P, 1 - fp/r.N}
	}
	return best
}

// AtSensitivity returns the point with the highest specificity among those of
// at least the given sensitivity.
func (r *Ranking) AtSensitivity(sens float64) Point {
	var tp, fp float64
	for i := len(r.score) - 1; i >= 0; i-- {
		tp += r.pos[i]
		fp += r.neg[i]
		if tp/r.P >= sens-1e-12 {
			return Point{r.score[i], tp / r.P, 1 - fp/r.N}
		}
	}
	return Point{math.Inf(-1), 1, 0}
}
