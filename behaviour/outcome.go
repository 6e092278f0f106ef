package behaviour

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
)

// What holds of performance where the plan says nothing.
const (
	// fewestCases is how many rows there must be of each outcome.
	fewestCases = 10
	// level is of the intervals. They are looked at again and again, so they are wider
	// than the usual ones.
	level = 0.99
	// mostGap is the widest difference of a share between subgroups.
	mostGap = 0.1
	// leastSlope and mostSlope bound the calibration slope: below, what it says is too
	// extreme.
	leastSlope, mostSlope = 0.7, 1.4
	// mostLarge is by how much the mean answer may be off the share of cases.
	mostLarge = 0.05
)

// outcome is what was measured of one score and group.
type outcome struct {
	score, group string
	cases, n     float64
	units        float64
	measured     []model.Measured
}

// performance judges what outcomes say, of the newest windows that hold some.
func (s *scene) performance() error {
	l := s.l
	if l.outcomes == nil {
		w, problems, err := s.f.gatherOutcomes(l.Labelled)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			s.say(check.Judgement{Topic: "quality", Item: "outcomes", State: wardround.Unknown, Why: "a table of outcomes cannot be read", Facts: wardround.Facts{"trouble": problems[0]}})
		}
		l.outcomes = w
	}
	w := l.outcomes
	if w == nil {
		return nil
	}
	var from, to time.Time
	for _, r := range l.Labelled {
		if from.IsZero() || r.From.Before(from) {
			from = r.From
		}
		if r.To.After(to) {
			to = r.To
		}
	}
	claims, err := s.claims()
	if err != nil {
		return err
	}
	var all []outcome
	var table []*sketch.Outcome
	tests := 0
	for _, o := range w.Outcomes {
		m, ok := s.measure(w, o)
		if !ok {
			if o.Group == "" {
				cases, others := o.Counts()
				s.say(check.Judgement{Topic: "performance", Item: o.Score, From: from, To: to, N: cases + others, Needed: 2 * fewestCases, State: wardround.Unknown,
					Why: "there are too few outcomes yet to say", Facts: wardround.Facts{"score": o.Score, "cases": cases, "others": others, "needed": int64(2 * fewestCases)}})
			}
			continue
		}
		all, table = append(all, m), append(table, o)
		tests += len(m.measured) + 1
		if o.Group != "" {
			tests += 2 + 2*len(s.points(o.Score)) // gaps
		}
	}
	s.widen(outcomeShare, s.scored(), tests)
	for i, m := range all {
		s.promised(m, claims, from, to)
		if m.group == "" {
			s.calibration(m, from, to)
			s.prevalence(table[i], m, from, to)
		}
	}
	s.gaps(all, from, to)
	s.accepted(all, from, to)
	return nil
}

// gatherOutcomes merges the tables of outcomes of windows.
func (f *Fold) gatherOutcomes(refs []ref) (*sketch.Window, []string, error) {
	out := &sketch.Window{}
	var problems []string
	for _, r := range refs {
		w, err := f.tables.get(r.Digest, func() (*sketch.Window, error) {
			w, err := read(f.opt.Blobs, r.Digest, decodeWindow)
			if err == nil {
				w.Columns, w.Units = nil, nil // many windows, small tables
			}
			return w, err
		})
		if err != nil {
			why := refused(err)
			if why == "" {
				return nil, nil, err
			}
			problems = append(problems, why)
			continue
		}
		for _, o := range w.Outcomes {
			have := out.Outcome(o.Score, o.Group)
			if have == nil {
				out.Outcomes = append(out.Outcomes, o.Clone())
			} else if err := have.Merge(o); err != nil {
				problems = append(problems, clip(err.Error(), 200))
			}
		}
		out.Rows += w.Rows
		out.RowsPerUnit.Merge(w.RowsPerUnit)
	}
	if len(out.Outcomes) == 0 {
		return nil, problems, nil
	}
	slices.SortFunc(out.Outcomes, func(a, b *sketch.Outcome) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Group, b.Group))
	})
	return out, problems, nil
}

// rowsPerUnit and how alike rows of a unit are: one unit counts as one row unless the
// plan says otherwise.
func (s *scene) dependence(w *sketch.Window) (perUnit, icc float64) {
	perUnit, icc = w.RowsTogether(), 1
	if p := s.plan; p != nil {
		if p.Units.Independent != "" {
			return 1, 0
		}
		if p.Units.ICC != nil {
			icc = *p.Units.ICC
		}
		if w.RowsPerUnit.N == 0 && p.Units.RowsPerUnit > 1 {
			perUnit = p.Units.RowsPerUnit
		}
	}
	return perUnit, icc
}

// measure computes what a table of outcomes says; false if it says too little.
func (s *scene) measure(w *sketch.Window, o *sketch.Outcome) (outcome, bool) {
	perUnit, icc := s.dependence(w)
	t, err := performance.TableOf(o, perUnit, icc)
	if err != nil {
		return outcome{}, false
	}
	cases, others := t.Counts()
	m := outcome{score: o.Score, group: o.Group, cases: cases, n: cases + others, units: (cases + others) / max(1, t.DesignEffect)}
	if cases < fewestCases || others < fewestCases {
		return m, false
	}
	m.measured = s.figures(t, o.Score, o.Group)
	return m, true
}

// figures are what a table of outcomes says, as counted or as expected.
func (s *scene) figures(t *performance.Table, score, group string) (out []model.Measured) {
	cases, others := t.Counts()
	units := int64((cases + others) / max(1, t.DesignEffect))
	add := func(name, point string, mid, low, high float64) {
		if math.IsNaN(mid) || math.IsNaN(low) || math.IsNaN(high) {
			return
		}
		out = append(out, model.Measured{Metric: name, Group: group, Point: point, Value: mid, Low: low, High: high, Ranged: true, Units: units})
	}
	bound := func(name, point string, b performance.Bound) {
		add(name, point, b.Mid, min(b.Interval.Low, b.Low), max(b.Interval.High, b.High))
	}
	if b, err := t.AUROC(level); err == nil {
		bound("auroc", "", b)
	}
	if b, err := t.AUPRC(level); err == nil {
		bound("auprc", "", b)
	}
	if e, err := t.Brier(level); err == nil {
		add("brier", "", e.Value, e.Low, e.High)
	}
	if e, err := t.InTheLarge(level); err == nil {
		add("calibration_in_the_large", "", e.Value, e.Low, e.High)
	}
	if r, err := t.Recalibrate(level); err == nil {
		add("calibration_slope", "", r.Slope.Value, r.Slope.Low, r.Slope.High)
		add("calibration_intercept", "", r.Intercept.Value, r.Intercept.Low, r.Intercept.High)
	}
	for _, p := range s.points(score) {
		at := t.At(p.Threshold, level)
		for _, name := range []string{"sensitivity", "specificity", "ppv", "npv", "accuracy"} {
			if b, ok := at[name]; ok {
				bound(name, p.Name, b)
			}
		}
	}
	return out
}

// points are the operating points of a score; of a score without any, one half.
func (s *scene) points(score string) []model.OperatingPoint {
	if s.plan != nil {
		for _, o := range s.plan.Outputs {
			if o.Name == score && len(o.Points) > 0 {
				return o.Points
			}
		}
	}
	return []model.OperatingPoint{{Threshold: 0.5}}
}

// claims are what the card promises.
func (s *scene) claims() ([]modelcard.Claim, error) {
	d := s.f.inForce(s.m, "card", "")
	if d == nil || d.Problem != "" {
		return nil, nil
	}
	c, err := s.f.card(d.Digest)
	if err != nil {
		if refused(err) == "" {
			return nil, err
		}
		return nil, nil
	}
	var out []modelcard.Claim
	for i := range c.Cards {
		out = append(out, c.Cards[i].Claims()...)
	}
	return out, nil
}

// at is a measure at an operating point.
func (o *outcome) at(metric, point string) *model.Measured {
	for i := range o.measured {
		if o.measured[i].Metric == metric && o.measured[i].Point == point {
			return &o.measured[i]
		}
	}
	return nil
}

func (o *outcome) find(metric string) *model.Measured {
	for i := range o.measured {
		if o.measured[i].Metric == metric {
			return &o.measured[i]
		}
	}
	return nil
}
