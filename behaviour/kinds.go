package behaviour

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/stat/shift"
	"github.com/wardround/wardround/stat/sketch"
	"github.com/wardround/wardround/stat/twosample"
)

// The kind of a shift is named by the judge that "model drift" uses, stat/shift: here is
// gathered what windows know of it. Nothing of this is an alarm: it is asked for what is
// one already.

// namingLevel is the level of the tests that tell kinds apart.
const namingLevel = 0.01

// shiftWords say a kind to people.
var shiftWords = map[shift.Kind]string{
	shift.DataQuality: "the data is wrong in itself",
	shift.Source:      "at one device alone",
	shift.Label:       "cases are not as frequent as they were",
	shift.Concept:     "the same inputs mean something else",
	shift.Covariate:   "what comes in is not what it was",
}

// kindOf is how a kind is called in judgements.
func kindOf(k shift.Kind) string {
	if k == shift.DataQuality {
		return "quality"
	}
	return string(k)
}

// naming is what the judge said of one look.
type naming struct {
	evidence shift.Evidence
	found    []shift.Finding
	sources  map[string]string // by column: the one device that it moved at
}

// name judges the kind of what moved.
func (s *scene) name(list []*comparison, w *sketch.Window) naming {
	out := naming{sources: s.sources(list)}
	if !slices.ContainsFunc(list, (*comparison).failing) {
		return out
	}
	e := &out.evidence
	e.BySource = map[string]shift.State{}
	bad := map[string]bool{}
	for k, x := range s.f.current {
		if k.owner == ofModel+s.m.Key && k.topic == "quality" && x.j.State == wardround.Fail {
			trouble, _ := x.j.Facts["trouble"].(string)
			column, _ := x.j.Facts["column"].(string)
			bad[column] = true
			e.Quality = append(e.Quality, clip(column+": "+trouble, 200))
		}
	}
	slices.Sort(e.Quality)
	for _, c := range list {
		st := c.moves()
		switch src, ok := strings.CutPrefix(c.column.Group, sourceGroup); {
		case ok && c.n >= fewestGroup && c.column.Role != sketch.Output:
			e.BySource[src] = worst(e.BySource[src], st)
		case c.column.Group != "":
		case c.column.Role == sketch.Output:
			e.Predictions = worst(e.Predictions, st)
		default:
			e.Inputs = worst(e.Inputs, st)
			if st == shift.Moved {
				e.MovedInputs = append(e.MovedInputs, c.column.Name)
				if bad[c.column.Name] {
					e.SpoiltInputs = append(e.SpoiltInputs, c.column.Name)
				}
			}
		}
	}
	if len(e.Quality) > 0 && len(e.SpoiltInputs) == 0 && e.Predictions != shift.Moved {
		e.Quality = nil // it explains nothing of what moved
	}
	e.SourceMix = s.mix(w)
	s.labelEvidence(e, w)
	out.found = shift.Judge(*e)
	return out
}

// moves is what a comparison is as evidence: not to have moved it must have been seen in
// enough units, or be too small to matter wherever in its interval it lies.
func (c *comparison) moves() shift.State {
	switch {
	case c.failing():
		return shift.Moved
	case c.err == "" && (c.dec.State == wardround.Pass || c.small()):
		return shift.Same
	}
	return shift.Unknown
}

func worst(a, b shift.State) shift.State {
	switch {
	case a == shift.Moved || b == shift.Moved:
		return shift.Moved
	case a == shift.Same || b == shift.Same:
		return shift.Same
	}
	return shift.Unknown
}

// mix says whether the devices send as large a share as in the reference.
func (s *scene) mix(w *sketch.Window) shift.State {
	count := func(w *sketch.Window) map[string]int64 {
		out := map[string]int64{}
		for _, c := range w.Columns {
			if src, ok := strings.CutPrefix(c.Group, sourceGroup); ok {
				out[src] = max(out[src], c.Rows())
			}
		}
		return out
	}
	ref, cur := count(s.ref), count(w)
	if len(ref) < 2 {
		return shift.Unknown
	}
	var a, b []float64
	for _, src := range sortedKeys(ref) {
		a, b = append(a, float64(ref[src])), append(b, float64(cur[src]))
	}
	other := 0.0
	for src, n := range cur {
		if ref[src] == 0 {
			other += float64(n)
		}
	}
	a, b = append(a, 0.5), append(b, other+0.5) // a device that the reference does not know
	if sum(b) < fewest {
		return shift.Unknown
	}
	r, err := twosample.ChiSquare(a, b, twosample.Options{EffA: s.units(s.ref, int64(sum(a))), EffB: s.units(w, int64(sum(b)))})
	switch {
	case err != nil:
		return shift.Unknown
	case r.P <= namingLevel && variation(a, b) > DefaultLimit:
		return shift.Moved
	}
	return shift.Same
}

// labelEvidence is what outcomes say, or, where none came, what scores allow.
func (s *scene) labelEvidence(e *shift.Evidence, w *sketch.Window) {
	if s.ref == nil || s.l.Part != "" {
		return
	}
	for k, x := range s.f.current {
		if k.owner == ofModel+s.m.Key && k.topic == "performance" && strings.HasPrefix(k.item, "trust in the estimate of ") {
			switch {
			case x.j.State == wardround.Fail:
				e.Estimator = shift.Moved
			case x.j.State == wardround.Pass && e.Estimator == shift.Unknown:
				e.Estimator = shift.Same
			}
		}
	}
	for _, r := range s.ref.Outcomes {
		cases, others := r.Counts()
		if r.Group != "" || cases < fewestCases || others < fewestCases {
			continue
		}
		n := s.units(s.ref, cases+others)
		ref := pairs(r, r.Bins)
		if o := s.newest(r.Score); o != nil && o.Bins == r.Bins && o.Low == r.Low && o.High == r.High {
			p, q := o.Counts()
			m := s.units(s.l.outcomes, p+q)
			if p >= fewestCases && q >= fewestCases && m >= fewest {
				s.ofLabels(e, ref, pairs(o, r.Bins), n, m)
				return
			}
		}
		c := w.Column(r.Score, "")
		if c == nil || c.N == 0 || !c.Type.Numeric() {
			continue
		}
		s.withoutLabels(e, r, ref, c, n, s.units(w, c.N))
		return
	}
}

// newest is the table of the newest outcomes, if they are of about the same time as what
// is looked at.
func (s *scene) newest(score string) *sketch.Outcome {
	l := s.l
	if l.outcomes == nil || len(l.Labelled) == 0 || len(l.Pending) == 0 {
		return nil
	}
	from, _ := l.span()
	if _, to := spanOf(l.Labelled); !to.After(from) {
		return nil
	}
	return l.outcomes.Outcome(score, "")
}

func pairs(o *sketch.Outcome, bins int) [][2]float64 {
	out := make([][2]float64, 0, bins)
	step := max(1, o.Bins/20) // twentieths: a table of a hundred bins holds too little in each
	for i := 0; i < o.Bins; i += step {
		var c [2]float64
		for k := i; k < min(i+step, o.Bins); k++ {
			c[0] += float64(o.Neg[k])
			c[1] += float64(o.Pos[k])
		}
		out = append(out, c)
	}
	return out
}

// ofLabels compares outcomes with those of the reference.
func (s *scene) ofLabels(e *shift.Evidence, ref, cur [][2]float64, n, m float64) {
	state := func(p float64) shift.State {
		switch {
		case math.IsNaN(p):
			return shift.Unknown
		case p <= namingLevel:
			return shift.Moved
		}
		return shift.Same
	}
	var a, b [2]float64
	for i := range ref {
		for k := range 2 {
			a[k] += ref[i][k]
			b[k] += cur[i][k]
		}
	}
	if r, err := twosample.ChiSquare(a[:], b[:], twosample.Options{EffA: n, EffB: m}); err == nil {
		e.Labels = state(r.P)
	}
	e.LabelGivenScore = state(shift.LabelGivenScore(ref, cur, n, m))
	e.InputsGivenLabel, e.WithinAnswers = state(shift.ScoreGivenLabel(ref, cur, n, m)), true
}

// withoutLabels estimates how frequent cases are now, by black-box shift estimation, and
// asks whether that alone makes the scores what they are.
func (s *scene) withoutLabels(e *shift.Evidence, r *sketch.Outcome, ref [][2]float64, c *sketch.Column, n, m float64) {
	at := s.points(r.Score)[0].Threshold
	confusion, all := [][]float64{{0, 0}, {0, 0}}, 0.0
	for i := range r.Bins {
		row := 0
		if middle(r, i) >= at {
			row = 1
		}
		confusion[row][0] += float64(r.Neg[i])
		confusion[row][1] += float64(r.Pos[i])
		all += float64(r.Neg[i] + r.Pos[i])
	}
	for _, row := range confusion {
		for k := range row {
			row[k] *= min(n/all, 1) // as many as are independent
		}
	}
	_, below, _ := c.Ranks.Below(at)
	if p, err := shift.BBSE(confusion, []float64{below * m, (1 - below) * m}, 1); err == nil {
		e.Estimate = &p
	}
	ex := &expectation{table: r, rate: make([]float64, r.Bins)}
	fine := ex.scores(c)
	step := max(1, r.Bins/20)
	scores := make([]float64, 0, len(ref))
	for i := 0; i < r.Bins; i += step {
		scores = append(scores, sum(fine[i:min(i+step, r.Bins)]))
	}
	switch _, p := shift.Mixture(ref, scores, n, m); {
	case math.IsNaN(p):
	case p <= namingLevel:
		e.Mixture = shift.Moved
	default:
		e.Mixture = shift.Same
	}
}

// of is the kind that a column's change is told with, and why: its device where it moved
// at one alone, its quality where that explains it, else what the judge names first of
// the rest.
func (n *naming) of(c *comparison) (kind, words string) {
	if n.sources[c.column.Name] != "" {
		return kindOf(shift.Source), shiftWords[shift.Source]
	}
	for _, f := range n.found {
		switch f.Kind {
		case shift.DataQuality:
			if c.column.Role != sketch.Output && !slices.Contains(n.evidence.SpoiltInputs, c.column.Name) {
				continue
			}
		case shift.Source:
			if moved, _ := n.evidence.Alone(); len(moved) > 0 {
				continue // told of the columns that moved there
			}
			return kindOf(f.Kind), "the devices send other shares than before"
		}
		return kindOf(f.Kind), shiftWords[f.Kind] + "; " + strings.Join(f.Reasons, "; ")
	}
	return "", "the kind of change cannot be told; " + shift.Unclear(n.evidence)
}

// sources says, for each column that moved, the one device that it moved at, by the
// judge's own rule: it moved there, and nowhere else. "" where it moved at several, or
// where there is one device alone.
func (s *scene) sources(list []*comparison) map[string]string {
	by := map[string]*shift.Evidence{}
	for _, c := range list {
		src, ok := strings.CutPrefix(c.column.Group, sourceGroup)
		if !ok || c.n < fewestGroup {
			continue
		}
		e := by[c.column.Name]
		if e == nil {
			e = &shift.Evidence{BySource: map[string]shift.State{}}
			by[c.column.Name] = e
		}
		e.BySource[src] = shift.Same
		if c.failing() {
			e.BySource[src] = shift.Moved
		}
	}
	out := map[string]string{}
	for name, e := range by {
		if moved, _ := e.Alone(); len(moved) == 1 {
			out[name] = moved[0]
		}
	}
	return out
}

// explains orders kinds as the judge does: what explains others comes first.
func explains(a, b string) int {
	at := func(kind string) int {
		return slices.IndexFunc(shift.Order, func(k shift.Kind) bool { return kindOf(k) == kind })
	}
	return cmp.Compare(at(a), at(b))
}
