package behaviour

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
)

// What a model's answers are worth is estimated before outcomes come, where the service
// does not tell an estimate itself: from the reference's table of outcomes it is known
// how often each score comes true; the sketch of scores says how often each is given now.
// So the cases expected in each bin of score make a table of outcomes, of which the usual
// figures are taken (confidence-based performance estimation, in bins). It stands on
// scores coming true as often as then, which nothing but outcomes can tell: see
// [scene.believe].

// expectation is how often a score comes true, by the reference.
type expectation struct {
	table *sketch.Outcome
	rate  []float64 // by bin
	units float64   // of the reference
}

// expect reads the reference's table; nil where it tells too little.
func (s *scene) expect(score, group string) *expectation {
	if s.ref == nil {
		return nil
	}
	o := s.ref.Outcome(score, group)
	if o == nil {
		return nil
	}
	cases, others := o.Counts()
	if cases < fewestCases || others < fewestCases {
		return nil
	}
	var x, y, n []float64
	for i := range o.Bins {
		if k := float64(o.Pos[i] + o.Neg[i]); k > 0 {
			x, y, n = append(x, middle(o, i)), append(y, float64(o.Pos[i])/k), append(n, k)
		}
	}
	rising, err := performance.FitIsotonic(x, y, n)
	if err != nil {
		return nil
	}
	e := &expectation{table: o, units: s.units(s.ref, cases+others)}
	for i := range o.Bins {
		e.rate = append(e.rate, min(max(rising.Probability(middle(o, i)), 0), 1))
	}
	return e
}

func middle(o *sketch.Outcome, bin int) float64 { return (o.Edge(bin) + o.Edge(bin+1)) / 2 }

// expected is the table of outcomes that are to be expected of so many answers in each
// bin.
func (e *expectation) expected(n []float64) *performance.Table {
	t := &performance.Table{}
	for i, k := range n {
		p, at := e.rate[i], middle(e.table, i)
		t.Edges = append(t.Edges, e.table.Edge(i))
		t.Pos, t.Neg = append(t.Pos, k*p), append(t.Neg, k*(1-p))
		t.SumPos, t.SumNeg = append(t.SumPos, at*k*p), append(t.SumNeg, at*k*(1-p))
		t.SquarePos, t.SquareNeg = append(t.SquarePos, at*at*k*p), append(t.SquareNeg, at*at*k*(1-p))
	}
	t.Edges = append(t.Edges, e.table.Edge(len(n)))
	return t
}

// scores is how many answers lie in each bin of a table.
func (e *expectation) scores(c *sketch.Column) []float64 {
	out := make([]float64, len(e.rate))
	last := 0.0
	for i := range out {
		_, upto, _ := c.Ranks.Below(e.table.Edge(i + 1))
		if i == len(out)-1 {
			_, upto, _ = c.Ranks.CDF(e.table.Edge(i + 1))
		}
		out[i] = max(upto-last, 0) * float64(c.N)
		last = max(upto, last)
	}
	return out
}

// told is an estimate, by the service or from sketches.
type told struct {
	kind.InferenceMeasure
	Point string
	Level float64 // of its interval
}

// estimated are the estimates of performance without outcomes of a window: those that
// the service tells, else those that its scores allow.
func (s *scene) estimated(x *kind.InferenceWindowV1, w *sketch.Window) (out []told) {
	for _, e := range x.Estimates {
		name, point, _ := strings.Cut(e.Name, " at ")
		e.Name = name
		out = append(out, told{e, point, performance.Level})
	}
	if len(out) > 0 || w == nil || s.ref == nil {
		return out
	}
	for _, o := range s.ref.Outcomes {
		e, c := s.expect(o.Score, o.Group), w.Column(o.Score, o.Group)
		if e == nil || c == nil || c.N == 0 || !c.Type.Numeric() {
			continue
		}
		n := s.units(w, c.N)
		t := e.expected(e.scores(c))
		// Sampling here, and the reference's own.
		t.DesignEffect = float64(c.N) / n * (1 + n/e.units)
		for _, m := range s.figures(t, o.Score, o.Group) {
			if strings.HasPrefix(m.Metric, "calibration") {
				continue // it is supposed
			}
			out = append(out, told{kind.InferenceMeasure{Name: m.Metric, Group: o.Group, Value: m.Value, Low: m.Low, High: m.High, N: int64(n), Method: "cbpe"}, m.Point, level})
		}
	}
	return out
}

// most in which estimates are held against outcomes: so many units at once.
const enoughToBelieve = 100

// believeTables holds what would have been estimated of answers against their outcomes,
// once there are enough of them: the same answers on both sides, however few of all have
// an outcome.
func (s *scene) believeTables(newest ref) error {
	l := s.l
	l.Unbelieved, _ = push(l.Unbelieved, newest, s.f.opt.Limits.Recent)
	w, _, err := s.f.gatherOutcomes(l.Unbelieved)
	if err != nil || w == nil {
		return err
	}
	for _, o := range w.Outcomes {
		e := s.expect(o.Score, "")
		if o.Group != "" || e == nil || o.Bins != e.table.Bins || o.Low != e.table.Low || o.High != e.table.High {
			continue
		}
		real, ok := s.measure(w, o)
		if !ok || real.units < enoughToBelieve {
			continue
		}
		from, to := spanOf(l.Unbelieved)
		l.Unbelieved = nil
		n := make([]float64, o.Bins)
		for i := range n {
			n[i] = float64(o.Pos[i] + o.Neg[i])
		}
		for _, m := range s.trusted(e, n, real.n/real.units, o.Score) {
			if r := real.at(m.Metric, m.Point); r != nil {
				name := pointed(m.Metric, m.Point)
				g := guess{name, finite(m.Value), finite(m.Low), finite(m.High), finite(r.Value)}
				s.m.Guesses = append(s.m.Guesses, g)
				s.m.Guesses = s.m.Guesses[max(0, len(s.m.Guesses)-mostGuesses):]
				s.believed(&kind.InferenceMeasure{Name: name, N: int64(real.units), Method: "cbpe"}, from, to)
			}
		}
		break
	}
	return nil
}

func pointed(metric, point string) string {
	if point == "" {
		return metric
	}
	return metric + " at " + point
}

// trusted are the estimates that outcomes are held against: the area under the curve,
// and what the plan asks for without outcomes. Their intervals are where the figure of
// these answers may lie, given what they said: by drawing the outcomes, and how often
// scores came true in the reference, again and again.
func (s *scene) trusted(e *expectation, n []float64, alike float64, score string) (out []model.Measured) {
	wanted := []string{"auroc"}
	for i := range s.watches() {
		if ind := &s.plan.Watch[i]; (ind.Kind == model.Estimate || ind.Kind == model.Stream && ind.Of == model.OfEstimate) && ind.Group == "" {
			wanted = append(wanted, modelcard.MetricOf(ind.Metric).Name)
		}
	}
	mid := s.figures(e.expected(n), score, "")
	const rounds = 200
	values := make([][]float64, len(mid))
	rnd := rand.New(rand.NewPCG(uint64(len(s.m.Guesses)), 77))
	refScale := 0.0
	for i := range e.table.Pos {
		refScale += float64(e.table.Pos[i] + e.table.Neg[i])
	}
	refScale = max(refScale/max(e.units, 1), 1)
	for range rounds {
		t := e.expected(n)
		for i, k := range n {
			// As many independent answers as there are units, and so in the reference.
			own := float64(e.table.Pos[i]+e.table.Neg[i]) / refScale
			p := e.rate[i]
			v := p * (1 - p) * (alike/max(k, 1) + 1/(own+2))
			q := min(max(p+math.Sqrt(v)*rnd.NormFloat64(), 0), 1)
			t.Pos[i], t.Neg[i] = k*q, k*(1-q)
		}
		for j, m := range s.figures(t, score, "") {
			if j < len(mid) && m.Metric == mid[j].Metric && m.Point == mid[j].Point {
				values[j] = append(values[j], m.Value)
			}
		}
	}
	for j, m := range mid {
		if len(values[j]) < rounds/2 || !slices.Contains(wanted, m.Metric) {
			continue
		}
		slices.SortFunc(values[j], cmp.Compare[float64])
		k := len(values[j])
		m.Low, m.High = values[j][k/40], values[j][k-1-k/40]
		out = append(out, m)
	}
	return out
}

// watches are the indicators of the plan.
func (s *scene) watches() []model.Indicator {
	if s.plan == nil {
		return nil
	}
	return s.plan.Watch
}
