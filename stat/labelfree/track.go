package labelfree

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/wardround/wardround/stat/performance"
)

// A Track is the record of an estimator for one figure: what it said of past
// chunks, and what the labels said later. The estimator is a component that is
// monitored like any other.
type Track struct {
	Level float64 // of the intervals; 0.95 unless told
	// Tolerance is the error that does not matter: with twenty thousand rows an
	// interval is so narrow that an estimate off by 0.005 lies outside, and is
	// still of use.
	Tolerance float64
	errors    []float64
	scaled    []float64 // |error| in standard errors
}

// maxTrack bounds the record; the oldest go.
const maxTrack = 1000

// Add records one chunk: what was estimated and the figure its labels gave.
// Undefined pairs are left out.
func (t *Track) Add(e performance.Estimate, realised float64) {
	if math.IsNaN(e.Value) || math.IsNaN(realised) {
		return
	}
	if len(t.errors) == maxTrack {
		t.errors, t.scaled = t.errors[1:], t.scaled[1:]
	}
	d, scaled := e.Value-realised, 0.0
	if d != 0 {
		scaled = math.Abs(d) / e.SE // +Inf for a figure given without error
	}
	t.errors, t.scaled = append(t.errors, d), append(t.scaled, scaled)
}

func (t *Track) level() float64 {
	if t.Level > 0 {
		return t.Level
	}
	return performance.Level
}

// A Standing says how far an estimator is to be believed.
type Standing struct {
	Chunks   int
	MAE      float64 // mean absolute error
	Bias     float64 // mean of estimate − realised
	Coverage float64 // share of chunks whose realised figure lay in the interval, or within the tolerance
	P        float64 // chance of so little coverage if the intervals were right: of all chunks, or of the latest, whichever is less
	Credible performance.Verdict
	Widen    float64 // factor that would have made past intervals right (conformal); +Inf with too few chunks
	Why      string
}

// doubt is how unlikely the seen coverage must be before the estimator is no
// longer believed. Chunks are judged after the fact, few at a time: one in a
// hundred keeps a sound estimator in office.
const doubt = 0.01

// latest is how many of the newest chunks are also judged alone, so that a long
// good record does not cover up a fall.
const latest = 8

// minTrack is the fewest chunks from which an estimator can be believed.
const minTrack = 5

// Standing judges the record so far: [performance.OK] believed, Breach no
// longer, Unknown too early to say.
func (t *Track) Standing() Standing {
	n := len(t.errors)
	s := Standing{Chunks: n, MAE: math.NaN(), Bias: math.NaN(), Coverage: math.NaN(), P: 1, Widen: math.Inf(1)}
	if n == 0 {
		s.Credible, s.Why = performance.Unknown, "no chunk has been scored against labels yet"
		return s
	}
	s.MAE, s.Bias = 0, 0
	for _, d := range t.errors {
		s.MAE += math.Abs(d) / float64(n)
		s.Bias += d / float64(n)
	}
	z := performance.Z(t.level())
	within, last := 0.0, 0.0
	for i, v := range t.scaled {
		if v <= z || math.Abs(t.errors[i]) <= t.Tolerance {
			within++
			if i >= n-latest {
				last++
			}
		}
	}
	s.Coverage = within / float64(n)
	s.P = math.Min(distuv.Binomial{N: float64(n), P: t.level()}.CDF(within),
		distuv.Binomial{N: float64(min(n, latest)), P: t.level()}.CDF(last))
	sorted := append([]float64(nil), t.scaled...)
	sort.Float64s(sorted)
	if k := int(math.Ceil(float64(n+1) * t.level())); k <= n { // split conformal
		s.Widen = math.Max(1, sorted[k-1]/z)
	}
	switch {
	case s.P < doubt:
		s.Credible, s.Why = performance.Breach, "realised figures lie outside its intervals more often than chance allows: the truth does not depend on the inputs as in the reference, or not on these inputs alone"
	case n < minTrack:
		s.Credible, s.Why = performance.Unknown, "too few chunks have been scored against labels"
	default:
		s.Credible = performance.OK
	}
	return s
}
