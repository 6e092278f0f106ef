package labelfree

import (
	"math"
	"sync"

	"github.com/wardround/wardround/stat/performance"
)

// A Reference is rows whose truth is known, with what the model said of them.
type Reference struct {
	Score    []float64
	Label    []bool
	Features Features // may be empty: then Weighted looks at the score alone
}

// A Chunk is later rows without labels.
type Chunk struct {
	Score    []float64
	Called   []bool // the model's calls; nil: figures that need calls are left out
	Features Features
}

// An Estimator answers for chunks.
type Estimator struct {
	ref    Reference
	y      []float64
	plain  performance.Calibrator
	isPure bool // scores are taken as they are
	level  float64
	once   sync.Once
	beyond *crossFitted // nil: the inputs say nothing beyond the score
}

// Fit learns from the reference. level 0 is 0.95.
func Fit(ref Reference, level float64) (*Estimator, error) {
	if level == 0 {
		level = performance.Level
	}
	n := len(ref.Score)
	if len(ref.Label) != n {
		return nil, ErrShape
	}
	if err := ref.Features.check(n); err != nil {
		return nil, err
	}
	e := &Estimator{ref: ref, y: make([]float64, n), level: level}
	cases := 0
	for i, l := range ref.Label {
		if math.IsNaN(ref.Score[i]) {
			return nil, ErrNaN
		}
		if l {
			e.y[i] = 1
			cases++
		}
	}
	if cases < minClass || n-cases < minClass {
		return nil, ErrNoReference
	}
	var err error
	var used bool
	e.plain, used, err = calibrator(ref.Score, e.y, nil)
	e.isPure = !used
	return e, err
}

// maxReference is how many rows Conditional learns from, once.
const maxReference = 200_000

// learn fits what the inputs say beyond the score.
func (e *Estimator) learn() {
	all := e.ref.Features.with("score", e.ref.Score)
	rows := every(len(e.y), maxReference)
	columns := make([][]float64, len(all.Columns))
	y, offset := make([]float64, len(rows)), make([]float64, len(rows))
	for j, x := range all.Columns {
		columns[j] = make([]float64, len(rows))
		for k, i := range rows {
			columns[j][k] = x[i]
		}
	}
	for k, i := range rows {
		y[k], offset[k] = e.y[i], e.margin(e.plain.Probability(e.ref.Score[i]))
	}
	e.beyond = boost(columns, y, offset, logLoss{}, boostDefaults)
	if e.beyond.trees == 0 || e.beyond.z < detectable {
		e.beyond = nil
	}
}

// margin is the log odds of p, held half a row away from certainty.
func (e *Estimator) margin(p float64) float64 {
	eps := 0.5 / float64(len(e.y))
	p = math.Min(1-eps, math.Max(eps, p))
	return math.Log(p / (1 - p))
}

// Estimate answers for one chunk.
func (e *Estimator) Estimate(c Chunk, m Method) (Expected, error) {
	n := len(c.Score)
	x := Expected{N: n, Method: m, Calibrated: !e.isPure, Effective: float64(len(e.y))}
	if n == 0 {
		return x, ErrEmpty
	}
	if c.Called != nil && len(c.Called) != n || len(c.Features.Columns) != len(e.ref.Features.Columns) {
		return x, ErrShape
	}
	if err := c.Features.check(n); err != nil {
		return x, err
	}
	for _, s := range c.Score {
		if math.IsNaN(s) {
			return x, ErrNaN
		}
	}
	p, err := e.probabilities(c, m, &x)
	if err != nil {
		return x, err
	}
	x.Figures, x.Confusion = expect(c.Score, p, c.Called, x.Effective, e.level)
	return x, nil
}

// probabilities of a chunk's rows to be cases.
func (e *Estimator) probabilities(c Chunk, m Method, x *Expected) ([]float64, error) {
	if m == Conditional {
		e.once.Do(e.learn)
	}
	if m == Conditional && e.beyond != nil {
		x.Trees, x.Shift = e.beyond.trees, e.beyond.z
		p := e.beyond.at(c.Features.with("score", c.Score).Columns)
		for i, s := range c.Score {
			p[i] = expit(p[i] + e.margin(e.plain.Probability(s)))
		}
		return p, nil
	}
	f := e.plain
	if m == Weighted {
		w := ratio(e.ref.Features.with("score", e.ref.Score), c.Features.with("score", c.Score), len(e.y))
		x.Shift, x.Trees, x.Effective = w.z, w.trees, w.effective
		if w.w != nil {
			iso, used, err := calibrator(e.ref.Score, e.y, w.w)
			if err != nil {
				return nil, err
			}
			f, x.Calibrated = iso, used
		}
	}
	p := make([]float64, len(c.Score))
	for i, s := range c.Score {
		p[i] = f.Probability(s)
	}
	return p, nil
}
