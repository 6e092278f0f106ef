package performance

import (
	"math"
	"math/rand/v2"
	"sort"
)

// A Bootstrap draws samples with replacement and reads the interval off the
// draws. The seed is part of it: the same rows give the same interval, so that
// a verdict can be replayed.
type Bootstrap struct {
	Reps  int // 0: as many as 2e7 row visits allow, from 200 to 2,000
	Seed  uint64
	Level float64
}

func (b Bootstrap) reps(n int) int {
	if b.Reps > 0 {
		return b.Reps
	}
	return max(200, min(2000, 20_000_000/max(n, 1)))
}

func (b Bootstrap) level() float64 {
	if b.Level > 0 {
		return b.Level
	}
	return Level
}

// Ranked is the bootstrap of a figure that depends on order: cases and
// non-cases are drawn apart (stratified), and the rows need not be sorted again.
func (b Bootstrap) Ranked(r *Ranking, f func(*Ranking) float64) Estimate {
	rng := rand.New(rand.NewPCG(b.Seed, 0x9e3779b97f4a7c15))
	s := &Ranking{score: r.score, P: r.P, N: r.N, cases: r.cases, others: r.others,
		pos: make([]float64, len(r.pos)), neg: make([]float64, len(r.neg))}
	pos, neg := expand(r.pos), expand(r.neg)
	draws := make([]float64, 0, b.reps(len(pos)+len(neg)))
	for range cap(draws) {
		resample(rng, pos, s.pos)
		resample(rng, neg, s.neg)
		if v := f(s); !math.IsNaN(v) {
			draws = append(draws, v)
		}
	}
	return b.read(f(r), draws, r.cases+r.others, "bootstrap, stratified")
}

// expand lists the position of every row.
func expand(count []float64) []uint32 {
	var rows []uint32
	for i, c := range count {
		for range int(math.Round(c)) {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

func resample(rng *rand.Rand, rows []uint32, count []float64) {
	clear(count)
	for range rows {
		count[rows[rng.IntN(len(rows))]]++
	}
}

// Rows is the bootstrap of any figure: f is given how often each row was drawn.
// Units are drawn whole. A draw whose figure is NaN (one class only) is left
// out; when more than a tenth are, the interval is NaN, because what is left is
// no longer a fair sample.
func (b Bootstrap) Rows(n int, u Units, f func(times []float64) float64) Estimate {
	rng := rand.New(rand.NewPCG(b.Seed, 0x9e3779b97f4a7c15))
	times := make([]float64, n)
	for i := range times {
		times[i] = 1
	}
	value := f(times)
	units := n
	method := "bootstrap"
	if u != nil {
		units = u.span()
		method = "bootstrap by unit"
	}
	drawn := make([]float64, units)
	reps := b.reps(n)
	draws := make([]float64, 0, reps)
	for range reps {
		clear(drawn)
		for range units {
			drawn[rng.IntN(units)]++
		}
		if u == nil {
			copy(times, drawn)
		} else {
			for i, k := range u {
				times[i] = drawn[k]
			}
		}
		if v := f(times); !math.IsNaN(v) {
			draws = append(draws, v)
		}
	}
	e := b.read(value, draws, n, method)
	if len(draws)*10 < reps*9 {
		e.SE, e.Low, e.High = math.NaN(), math.NaN(), math.NaN()
	}
	return e
}

// read takes the percentile interval.
func (b Bootstrap) read(value float64, draws []float64, n int, method string) Estimate {
	e := Estimate{Value: value, SE: math.NaN(), Low: math.NaN(), High: math.NaN(), Level: b.level(), N: n, Method: method}
	if len(draws) < 2 {
		return e
	}
	var m, s float64
	for _, v := range draws {
		m += v
	}
	m /= float64(len(draws))
	for _, v := range draws {
		s += (v - m) * (v - m)
	}
	e.SE = math.Sqrt(s / float64(len(draws)-1))
	sort.Float64s(draws)
	e.Low, e.High = quantile7(draws, (1-e.Level)/2), quantile7(draws, (1+e.Level)/2)
	return e
}

// AUPRC is the average precision with Boyd's logit interval for independent
// rows; by unit with the bootstrap.
func AUPRC(score []float64, label []bool, u Units, level float64) (Estimate, error) {
	r, err := Rank(score, label)
	if err != nil {
		return Estimate{}, err
	}
	ap := r.AveragePrecision()
	if u == nil {
		return logitInterval(ap, math.Sqrt(ap*(1-ap)/r.P), level, r.cases+r.others, "logit (Boyd)").atEnd(r.P), nil
	}
	if len(u) != len(score) {
		return Estimate{}, ErrLength
	}
	// The rows are put in order once; a draw only changes how often each counts.
	place := r.Places(score)
	q := &Ranking{score: r.score, pos: make([]float64, len(r.score)), neg: make([]float64, len(r.score))}
	cases, _ := u.perClass(label)
	return Bootstrap{Level: level}.Rows(len(score), u, func(times []float64) float64 {
		clear(q.pos)
		clear(q.neg)
		q.P = 0
		for i, k := range place {
			if label[i] {
				q.pos[k] += times[i]
				q.P += times[i]
			} else {
				q.neg[k] += times[i]
			}
		}
		if q.P == 0 {
			return math.NaN()
		}
		return q.AveragePrecision()
	}).atEnd(cases), nil
}

// SensitivityAt is the sensitivity at the threshold that reaches the given
// specificity in these rows. The threshold was found in the same rows, which a
// plain interval of a share would forget: the bootstrap finds it anew each time.
func (r *Ranking) SensitivityAt(specificity float64, b Bootstrap) (Estimate, Point) {
	e := b.Ranked(r, func(s *Ranking) float64 { return s.AtSpecificity(specificity).Sensitivity })
	return e.atEnd(r.P), r.AtSpecificity(specificity)
}

// SpecificityAt is the other way round.
func (r *Ranking) SpecificityAt(sensitivity float64, b Bootstrap) (Estimate, Point) {
	e := b.Ranked(r, func(s *Ranking) float64 { return s.AtSensitivity(sensitivity).Specificity })
	return e.atEnd(r.N), r.AtSensitivity(sensitivity)
}
