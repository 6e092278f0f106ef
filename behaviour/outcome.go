package behaviour

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
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
		all = append(all, m)
		s.promised(m, claims, from, to)
		if m.group == "" {
			s.calibration(m, from, to)
			s.prevalence(o, m, from, to)
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
	perUnit, icc = max(w.RowsPerUnit.Mean, 1), 1
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
	add := func(name, point string, mid, low, high float64) {
		if math.IsNaN(mid) || math.IsNaN(low) || math.IsNaN(high) {
			return
		}
		m.measured = append(m.measured, model.Measured{Metric: name, Group: o.Group, Point: point, Value: mid, Low: low, High: high, Ranged: true, Units: int64(m.units)})
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
	for _, p := range s.points(o.Score) {
		at := t.At(p.Threshold, level)
		for _, name := range []string{"sensitivity", "specificity", "ppv", "npv", "accuracy"} {
			if b, ok := at[name]; ok {
				bound(name, p.Name, b)
			}
		}
	}
	return m, true
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

// promise is a limit that a measure is held to, and who set it.
type promise struct {
	low, high float64 // NaN for none
	by        string
	units     int64
}

// promises are the limits of a measure: the plan's indicators, and the card's claims.
func (s *scene) promises(m *model.Measured, claims []modelcard.Claim) []promise {
	var out []promise
	if s.plan != nil {
		for i := range s.plan.Watch {
			ind := &s.plan.Watch[i]
			if ind.Kind != model.Performance || modelcard.MetricOf(ind.Metric).Name != m.Metric && ind.Metric != m.Metric || ind.Point != "" && ind.Point != m.Point || ind.Group != "each" && ind.Group != m.Group {
				continue
			}
			p := promise{low: math.NaN(), high: math.NaN(), by: "the plan asks for", units: int64(ind.MinUnits)}
			if ind.AtLeast != nil {
				p.low = *ind.AtLeast
			}
			if ind.AtMost != nil {
				p.high = *ind.AtMost
			}
			out = append(out, p)
		}
		for _, o := range s.plan.Outputs {
			for _, op := range o.Points {
				declared := map[string]*float64{"sensitivity": op.Sensitivity, "specificity": op.Specificity}[m.Metric]
				if declared != nil && op.Name == m.Point && m.Group == "" {
					out = append(out, promise{low: *declared, high: math.NaN(), by: "the maker declares"})
				}
			}
		}
	}
	for i := range claims {
		c := &claims[i]
		if c.Metric != m.Metric || c.Slice != m.Group || c.Point != "" && c.Point != m.Point {
			continue
		}
		known := modelcard.MetricOf(c.Metric)
		p := promise{low: math.NaN(), high: math.NaN(), by: "the card claims"}
		low, high := c.Value, c.Value
		if c.Ranged {
			low, high = c.Low, c.High
		}
		switch known.Better {
		case 1:
			p.low = low
		case -1:
			p.high = high
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}

// promised judges each measure by its limits: it fails when all of its interval is
// beyond one, and passes when none of it is.
func (s *scene) promised(o outcome, claims []modelcard.Claim, from, to time.Time) {
	worst := check.Judgement{Topic: "performance", Item: itemOf(o.score, o.group), State: wardround.Pass, From: from, To: to, N: int64(o.units)}
	var failed []string
	held := 0
	for i := range o.measured {
		m := &o.measured[i]
		for _, p := range s.promises(m, claims) {
			held++
			text, state := p.against(m)
			if p.units > 0 && int64(o.units) < p.units {
				state = wardround.Unknown
				worst.Needed = max(worst.Needed, p.units)
			}
			if state == wardround.Fail {
				failed = append(failed, text)
			}
			if worst.State.Worse(state) != worst.State {
				worst.State = state
			}
			if state == wardround.Fail && len(failed) == 1 {
				worst.Statistic, worst.PLow, worst.PHigh, worst.Limit = m.Value, m.Low, m.High, first(p.low, p.high)
			}
		}
	}
	a := o.find("auroc")
	if a != nil && worst.Statistic == 0 {
		worst.Statistic, worst.PLow, worst.PHigh = a.Value, a.Low, a.High
	}
	worst.Test = "outcomes"
	worst.Facts = wardround.Facts{"score": o.score, "units": int64(o.units), "cases": int64(o.cases), "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}
	if o.group != "" {
		worst.Facts["group"] = o.group
	}
	if a != nil {
		worst.Facts["auroc"] = interval(a)
	}
	switch {
	case held == 0:
		if o.group != "" {
			return // nobody promised anything of this group
		}
		worst.State, worst.Why = wardround.Unknown, "no plan and no card says how good it has to be"
	case worst.State == wardround.Unknown:
		worst.Why = "there are too few outcomes yet to say"
	case worst.State == wardround.Fail:
		worst.Shift = "concept"
		worst.Facts["measured"] = failed[:min(len(failed), 4)]
		if len(failed) > 0 {
			worst.Facts["worst"] = failed[0]
		}
	}
	if o.group != "" {
		worst.Topic, worst.Item = "subgroup", "limits of "+itemOf(o.score, o.group)
		if len(failed) > 0 {
			worst.Facts["trouble"] = "for " + o.group + ", " + failed[0]
		}
	}
	s.say(worst)
}

func first(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return a
}

func (o *outcome) find(metric string) *model.Measured {
	for i := range o.measured {
		if o.measured[i].Metric == metric {
			return &o.measured[i]
		}
	}
	return nil
}

// against holds a measure against the limits.
func (p promise) against(m *model.Measured) (text string, state wardround.State) {
	name := m.Metric
	if m.Point != "" {
		name += " at " + m.Point
	}
	told := func(word string, limit float64) string {
		return fmt.Sprintf("%s is %s, %s %s %s", name, interval(m), p.by, word, number(limit))
	}
	switch {
	case m.High < p.low:
		return told("at least", p.low), wardround.Fail
	case m.Low > p.high:
		return told("at most", p.high), wardround.Fail
	case m.Low >= p.low || m.High <= p.high || m.Value >= p.low && wideAsPromised(m, p) || m.Value <= p.high && wideAsPromised(m, p):
		return "", wardround.Pass
	}
	return "", wardround.Unknown
}

// wideAsPromised reports whether the interval is narrow enough for its middle to count:
// a model that is exactly as good as claimed would else be unknown for ever.
func wideAsPromised(m *model.Measured, p promise) bool {
	return m.High-m.Low <= 0.1
}

func interval(m *model.Measured) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", m.Value, m.Low, m.High)
}

// calibration judges whether what the model says as a probability comes true as often.
func (s *scene) calibration(o outcome, from, to time.Time) {
	large, slope := o.find("calibration_in_the_large"), o.find("calibration_slope")
	if large == nil {
		return
	}
	low, high, most := leastSlope, mostSlope, mostLarge
	if s.plan != nil {
		for i := range s.plan.Watch {
			ind := &s.plan.Watch[i]
			switch name := modelcard.MetricOf(ind.Metric).Name; {
			case ind.Kind != model.Performance || ind.Group != "" && ind.Group != "each":
			case name == "calibration_slope":
				low, high = or(ind.AtLeast, low), or(ind.AtMost, high)
			case name == "calibration_intercept", ind.Metric == "calibration_in_the_large":
				most = or(ind.AtMost, most)
			}
		}
	}
	j := check.Judgement{Topic: "calibration", Item: o.score, State: wardround.Pass, From: from, To: to, N: int64(o.units), Statistic: large.Value, PLow: large.Low, PHigh: large.High, Limit: most,
		Facts: wardround.Facts{"score": o.score, "units": int64(o.units), "cases": int64(o.cases), "large": interval(large), "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
	var trouble []string
	if large.Low > most {
		trouble = append(trouble, fmt.Sprintf("it says too little: cases are more frequent than it says by %s", number(large.Value)))
	}
	if large.High < -most {
		trouble = append(trouble, fmt.Sprintf("it says too much: cases are rarer than it says by %s", number(-large.Value)))
	}
	if slope != nil {
		j.Facts["slope"] = interval(slope)
		if slope.High < low {
			trouble = append(trouble, "what it says is too extreme")
		}
		if slope.Low > high {
			trouble = append(trouble, "what it says is not extreme enough")
		}
	}
	switch {
	case len(trouble) > 0:
		j.State, j.Shift = wardround.Fail, "concept"
		j.Facts["trouble"] = join(trouble)
	case large.High-large.Low > 4*most:
		j.State, j.Why = wardround.Unknown, "there are too few outcomes yet to say"
	}
	s.say(j)
}

func join(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += "; "
		}
		out += s
	}
	return out
}

func or(v *float64, def float64) float64 {
	if v != nil {
		return *v
	}
	return def
}

// prevalence judges whether cases are as frequent as in the reference: where only that
// moved, the share of positives moves with it, and the model may be as good as before.
func (s *scene) prevalence(o *sketch.Outcome, m outcome, from, to time.Time) {
	if s.ref == nil {
		return
	}
	r := s.ref.Outcome(o.Score, "")
	if r == nil {
		return
	}
	pos, neg := r.Counts()
	n := float64(pos + neg)
	if pos < fewestCases || neg < fewestCases {
		return
	}
	was, now := float64(pos)/n, m.cases/m.n
	se := math.Sqrt(was*(1-was)/s.units(s.ref, pos+neg) + now*(1-now)/m.units)
	z := -normal((1 - level) / 2)
	j := check.Judgement{Topic: "output", Item: "outcomes of " + o.Score, State: wardround.Pass, From: from, To: to, N: int64(m.units), Statistic: now, PLow: now - z*se, PHigh: now + z*se,
		Effect: math.Abs(now - was), Limit: DefaultLimit, Test: "share",
		Facts: wardround.Facts{"column": "outcomes of " + o.Score, "units": int64(m.units), "size": round(math.Abs(now - was)), "limit": DefaultLimit, "test": "share",
			"from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
	if d := math.Abs(now - was); d > DefaultLimit && d > z*se {
		j.State, j.Shift = wardround.Fail, "label"
		j.Facts["moved"] = "cases were " + percent(was) + " and are " + percent(now)
		j.Facts["shift"] = "cases are not as frequent as they were"
	}
	s.say(j)
}

// gaps judges the widest difference of a share between subgroups.
func (s *scene) gaps(all []outcome, from, to time.Time) {
	type share struct {
		group string
		m     *model.Measured
	}
	found := map[string][]share{}
	var names []string
	for i := range all {
		o := &all[i]
		if o.group == "" || o.units < s.minimum(o.group) {
			continue
		}
		for k := range o.measured {
			m := &o.measured[k]
			if m.Metric != "sensitivity" && m.Metric != "specificity" && m.Metric != "auroc" {
				continue
			}
			column, _, _ := cutLast(o.group, "=")
			if column+"=" == sourceGroup {
				continue // a device is no subgroup of people
			}
			key := o.score + "\x00" + column + "\x00" + m.Metric + "\x00" + m.Point
			if found[key] == nil {
				names = append(names, key)
			}
			found[key] = append(found[key], share{o.group, m})
		}
	}
	slices.Sort(names)
	z := normal(1 - (1-level)/2)
	for _, key := range names {
		list := found[key]
		if len(list) < 2 {
			continue
		}
		score, column, metric, point := cut4(key)
		limit := mostGap
		if s.plan != nil {
			for i := range s.plan.Watch {
				ind := &s.plan.Watch[i]
				if ind.Kind == model.Gap && (ind.Metric == "" || modelcard.MetricOf(ind.Metric).Name == metric) && ind.AtMost != nil {
					limit = *ind.AtMost
				}
			}
		}
		best, worst := list[0], list[0]
		for _, x := range list {
			if x.m.Value > best.m.Value {
				best = x
			}
			if x.m.Value < worst.m.Value {
				worst = x
			}
		}
		gap := best.m.Value - worst.m.Value
		// Each interval as wide as the number of groups asks for, joined as independent.
		half := math.Hypot(best.m.Value-best.m.Low, worst.m.High-worst.m.Value) * max(1, normal(1-(1-level)/2/float64(len(list)))/z)
		what := metric
		if point != "" {
			what += " at " + point
		}
		j := check.Judgement{Topic: "subgroup", Item: what + " of " + score + " by " + column, State: wardround.Pass, From: from, To: to, Statistic: gap, PLow: max(0, gap-half), PHigh: gap + half, Limit: limit,
			N: min(best.m.Units, worst.m.Units), Shift: "concept",
			Facts: wardround.Facts{"score": score, "measure": what, "column": column, "best": best.group, "worst": worst.group, "gap": round(gap), "low": round(max(0, gap-half)), "high": round(gap + half), "limit": limit,
				"units": min(best.m.Units, worst.m.Units), "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
		switch {
		case gap-half > limit:
			j.State = wardround.Fail
			j.Facts["trouble"] = fmt.Sprintf("%s is %.3f for %s and %.3f for %s; at most %s apart is allowed", what, worst.m.Value, worst.group, best.m.Value, best.group, number(limit))
		case gap+half > limit && gap > limit/2:
			j.State, j.Why = wardround.Unknown, "the groups are too small yet to say"
		}
		s.say(j)
	}
}

// minimum is how many units a subgroup needs.
func (s *scene) minimum(group string) float64 {
	if s.plan != nil {
		for i := range s.plan.Subgroups {
			if g := &s.plan.Subgroups[i]; g.Minimum > 0 && slices.Contains(g.Groups(), group) {
				return float64(g.Minimum)
			}
		}
	}
	return fewest
}

// accepted judges local acceptance by what was measured here.
func (s *scene) accepted(all []outcome, from, to time.Time) {
	if s.plan == nil || s.plan.Acceptance == nil || len(s.plan.Acceptance.Criteria) == 0 {
		return
	}
	var measured []model.Measured
	units := int64(0)
	for i := range all {
		measured = append(measured, all[i].measured...)
		units = max(units, int64(all[i].units))
	}
	verdict, met := s.plan.Accept(measured)
	j := check.Judgement{Topic: "acceptance", Item: "criteria", State: wardround.Pass, From: from, To: to, N: units, Facts: wardround.Facts{"units": units, "criteria": len(met)}}
	var failed []string
	for _, m := range met {
		if m.Verdict == model.Outside {
			failed = append(failed, clip(m.Item+": "+m.Why, 160))
		}
	}
	switch verdict {
	case model.Outside:
		j.State = wardround.Fail
		j.Facts["trouble"] = join(failed[:min(len(failed), 4)])
	case model.Undecid:
		j.State, j.Why = wardround.Unknown, "what was measured here does not tell of every criterion yet"
	}
	s.say(j)
}

// reconcile scores the estimates of before by what the labels say.
func (s *scene) reconcile(x *kind.InferenceLabelledV1) {
	for i := range x.Estimates {
		e := &x.Estimates[i]
		if e.Group != "" {
			continue
		}
		s.f.note(s, "estimate of "+e.Name, e)
	}
}

// note keeps an estimate in its series, beside what the labels say.
func (f *Fold) note(s *scene, item string, e *kind.InferenceMeasure) {
	k := entryKey{ofModel + s.m.Key, "estimate", item}
	f.point(k, &check.Judgement{At: s.at, To: s.at, State: wardround.Unknown, N: e.N, Statistic: e.Value, PLow: e.Low, PHigh: e.High})
}

// estimates judges performance as estimated without labels, where the plan has limits
// for it. An estimate alone is never a pass of performance.
func (s *scene) estimates(x *kind.InferenceWindowV1) {
	for i := range x.Estimates {
		e := &x.Estimates[i]
		s.f.note(s, "estimate of "+itemOf(e.Name, e.Group), e)
		if s.plan == nil {
			continue
		}
		for k := range s.plan.Watch {
			ind := &s.plan.Watch[k]
			if ind.Kind != model.Estimate || modelcard.MetricOf(ind.Metric).Name != modelcard.MetricOf(e.Name).Name || ind.Group != e.Group && ind.Group != "each" {
				continue
			}
			p := promise{low: or(ind.AtLeast, math.NaN()), high: or(ind.AtMost, math.NaN()), by: "the plan asks for"}
			m := &model.Measured{Metric: e.Name, Value: e.Value, Low: e.Low, High: e.High}
			text, state := p.against(m)
			j := check.Judgement{Topic: "performance", Item: "estimate of " + itemOf(e.Name, e.Group), State: state, From: x.From, To: x.To, N: e.N, Statistic: e.Value, PLow: e.Low, PHigh: e.High, Limit: first(p.low, p.high),
				Test: e.Method, Shift: "covariate", Facts: wardround.Facts{"score": e.Name, "units": e.N, "measured": []string{text}, "worst": text, "from": x.From.UTC().Format(time.RFC3339), "to": x.To.UTC().Format(time.RFC3339)}}
			switch {
			case ind.MinUnits > 0 && e.N < int64(ind.MinUnits):
				j.State, j.Why, j.Needed = wardround.Unknown, "there is not enough data yet to say", int64(ind.MinUnits)
			case state == wardround.Fail:
				j.Severity = wardround.Medium // estimated, not measured
			case state == wardround.Unknown:
				j.Why = "the estimate is too wide to say"
			}
			s.say(j)
		}
	}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	for i := len(s) - len(sep); i >= 0; i-- {
		if s[i:i+len(sep)] == sep {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

func cut4(key string) (a, b, c, d string) {
	part := [4]string{}
	n := 0
	for i := range len(key) {
		if key[i] == 0 && n < 3 {
			n++
			continue
		}
		part[n] += key[i : i+1]
	}
	return part[0], part[1], part[2], part[3]
}
