package behaviour

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

// What holds where the plan says nothing.
const (
	// DefaultLimit is the size of a change from which it matters: one row in twelve
	// lies elsewhere (Kolmogorov's D of numbers, total variation of categories), as
	// after a shift of a fifth of a standard deviation.
	DefaultLimit = 0.08
	// DefaultBudget is how many false alarms a model may give in a year.
	DefaultBudget = 1
	// DefaultEffect and DefaultPower: a change of 0.3 standard deviations is found in
	// four of five cases.
	DefaultEffect = 0.3
	DefaultPower  = 0.8
	// fewest is how many units a test takes at least, whatever is found.
	fewest = 30
	// fewestGroup is the same of a subgroup.
	fewestGroup = 20
)

// sourceGroup begins the name of the group of a device.
const sourceGroup = "source="

// comparison is one column of one group, held against the reference.
type comparison struct {
	column  *sketch.Column
	ref     *sketch.Column
	ind     *model.Indicator // of the plan; nil for the defaults
	n, refN float64          // effective units
	res     tested
	err     string
	dec     Decision
	early   bool // the season is not whole: only what is gross is told
}

func (c *comparison) item() string { return itemOf(c.column.Name, c.column.Group) }

func itemOf(column, group string) string {
	if group == "" {
		return column
	}
	return column + " [" + group + "]"
}

// budget returns what the plan says of false alarms and power, or the defaults.
func (s *scene) budget() (alarms, effect, power float64) {
	alarms, effect, power = DefaultBudget, DefaultEffect, DefaultPower
	if p := s.plan; p != nil {
		if p.Budget.AlarmsPerYear > 0 {
			alarms = p.Budget.AlarmsPerYear
		}
		if p.Budget.Effect > 0 {
			effect = p.Budget.Effect
		}
		if p.Budget.Power > 0 && p.Budget.Power < 1 {
			power = p.Budget.Power
		}
	}
	if s.m != nil { // records of inference, and metadata of inputs, share it
		alarms /= float64(max(len(s.m.lines), 1))
	}
	return alarms, effect, power
}

// units turns rows of a column into what may be counted as independent: by the
// patients or studies of the window and, if the plan declares it, how alike rows of
// one are. Rows count as units only where the plan says why they may.
func (s *scene) units(w *sketch.Window, rows int64) float64 {
	n := float64(rows)
	m := w.RowsTogether() * s.again(w)
	if p := s.plan; p != nil {
		switch {
		case p.Units.Independent != "":
			return n
		case p.Units.ICC != nil && m > 1:
			return n / (1 + (m-1)*min(max(*p.Units.ICC, 0), 1))
		case w.Units == nil && p.Units.RowsPerUnit > 1:
			m = p.Units.RowsPerUnit
		}
	}
	if m > 1 {
		return n / m
	}
	return n
}

// compare holds what is pending against the reference, column by column.
func (s *scene) compare() error {
	l, w := s.l, s.l.merged
	if w == nil {
		return nil
	}
	if s.ref == nil {
		from, to := l.span()
		why := "there is no reference to compare with"
		if s.plan == nil {
			why = "there is no reference and no plan to compare with"
		}
		s.say(check.Judgement{Topic: "drift", Item: "reference" + partMark(l.Part), State: wardround.Unknown, Why: why, From: from, To: to, N: w.EffectiveUnits(),
			Facts: wardround.Facts{"units": w.EffectiveUnits()}})
		return nil
	}
	if _, ok := s.f.had(ofModel+s.m.Key, "drift", "reference"+partMark(l.Part)); ok {
		from, to := l.span()
		s.say(check.Judgement{Topic: "drift", Item: "reference" + partMark(l.Part), State: wardround.Pass, From: from, To: to, Facts: wardround.Facts{"units": w.EffectiveUnits()}})
	}
	look, err := s.look(w)
	if err != nil {
		return err
	}
	if !look.early {
		if err := s.measureStays(); err != nil {
			return err
		}
	}
	list := s.columns(look.of)
	if len(list) == 0 {
		return nil
	}
	alarms, effect, power := s.budget()
	trial := Trial{At: s.at, Budget: alarms * driftShare * look.share, Since: look.since}
	for _, c := range list {
		t := Test{Series: c.item(), P: c.res.p, PLow: c.res.pLow, PHigh: c.res.pHigh, Effect: c.res.effect, N: c.n, Fresh: len(l.Pending) == 1}
		if c.err != "" || c.n < fewestOf(c.column.Group) {
			t.P, t.PLow, t.PHigh = math.NaN(), 0, 1
		}
		trial.Tests = append(trial.Tests, t)
	}
	level := s.decide(list, trial, look)
	if !look.early && look.to.After(l.Judged) {
		l.Judged = look.to
	}
	enough, failed, fresh := true, false, false
	kinds := s.name(list, look.of)
	for _, c := range list {
		if before, ok := s.f.had(ofModel+s.m.Key, topicOf(c), c.item()+partMark(l.Part)); c.failing() && (!ok || before != wardround.Fail) {
			fresh = true
		}
		failed = failed || c.failing()
		if !s.judged(c, look.from, look.to, effect, power, level, &kinds) && !strings.HasPrefix(c.column.Group, sourceGroup) && c.column.Group == "" {
			enough = false
		}
	}
	s.sourceShift(list, kinds.sources, look.from, look.to)
	// Begin anew when all was told, and after an alarm: what follows shows whether it
	// is over. What fails early again goes on towards the season, lest it keep the others
	// from ever being judged.
	switch {
	case (enough || failed) && !look.early, fresh:
		l.Pending, l.merged = nil, nil
	case enough:
		l.Seen = look.to
	}
	return nil
}

// decide holds the tests of a trial against their level, and returns the one that whole
// seasons are held to. Before a season is whole, what is over the level of that early
// look fails, what whole seasons would pass passes, and what lies between waits.
func (s *scene) decide(list []*comparison, trial Trial, look glance) float64 {
	alarms := s.alarms()
	if look.early {
		full := trial
		full.Budget, full.Since = trial.Budget/earlyShare*(1-earlyShare), look.season
		level, soon := alarms.Level(full), Spending{}.Level(trial)
		for i, c := range list {
			c.early, c.dec = true, Decision{State: against(trial.Tests[i], soon), Level: soon}
			if c.dec.State == wardround.Pass {
				c.dec.State = passOnly(against(trial.Tests[i], level))
			}
		}
		return level
	}
	decisions, state := alarms.Decide(s.l.Alarm, trial)
	if len(state) <= MaxAlarmState {
		s.l.Alarm = state
	}
	for i, c := range list {
		c.dec = decisions[i]
	}
	return alarms.Level(trial)
}

// passOnly is what a look that may not fail says.
func passOnly(st wardround.State) wardround.State {
	if st == wardround.Pass {
		return st
	}
	return wardround.Unknown
}

func partMark(part string) string {
	if part == "" {
		return ""
	}
	return " of " + part
}

func fewestOf(group string) float64 {
	if group == "" {
		return fewest
	}
	return fewestGroup
}

// columns returns what is compared, in order of column and group.
func (s *scene) columns(w *sketch.Window) []*comparison {
	var out []*comparison
	lump := max(s.lumps(w), s.lumps(s.ref))
	for _, c := range w.Columns {
		if c.Role == sketch.Oversight || len(out) >= s.f.opt.Limits.Columns {
			continue
		}
		ref := s.ref.Column(c.Name, c.Group)
		if ref == nil && strings.HasPrefix(c.Group, sourceGroup) {
			ref = s.ref.Column(c.Name, "") // a device that the reference does not know
		}
		if ref == nil || ref.Type != c.Type || c.N == 0 || ref.N == 0 {
			continue // the schema's matter
		}
		x := &comparison{column: c, ref: ref, ind: s.indicator(model.Drift, c), n: s.units(w, c.N), refN: s.units(s.ref, ref.N)}
		test := ""
		if x.ind != nil {
			test = x.ind.Test
		}
		x.res, x.err = compare(ref, c, x.refN, x.n, lump, test)
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *comparison) int {
		return cmp.Or(cmp.Compare(a.column.Name, b.column.Name), cmp.Compare(a.column.Group, b.column.Group))
	})
	return out
}

// indicator is what the plan says of a column, nil if nothing: the one that names it
// most closely.
func (s *scene) indicator(kind string, c *sketch.Column) *model.Indicator {
	if s.plan == nil {
		return nil
	}
	var best *model.Indicator
	fit := 0
	for i := range s.plan.Watch {
		ind := &s.plan.Watch[i]
		if ind.Kind != kind || ind.Group != "" && ind.Group != "each" && ind.Group != c.Group {
			continue
		}
		n := 0
		switch {
		case ind.Column == c.Name:
			n = 4
		case ind.Column == "*" && c.Role != sketch.Output, ind.Column == "outputs" && c.Role == sketch.Output, ind.Column == "":
			n = 2
		}
		if n > 0 && ind.Group == c.Group {
			n++
		}
		if n > fit {
			best, fit = ind, n
		}
	}
	return best
}

// limit is the size of a change from which it matters.
func (c *comparison) limit() float64 {
	if c.ind != nil && c.ind.AtMost != nil {
		return *c.ind.AtMost
	}
	return DefaultLimit
}

// failing reports whether a change is no chance, and large enough to matter.
func (c *comparison) failing() bool {
	limit := c.limit()
	if c.early {
		limit *= gross
	}
	return c.err == "" && c.dec.State == wardround.Fail && c.res.effectLow > limit
}

// small reports whether the change is too small to matter wherever in its interval it
// lies: whether it is chance does not matter then. With millions of rows a sketch leaves
// open whether a change of a thousandth is one, and nobody asks.
func (c *comparison) small() bool { return c.err == "" && c.res.effectHigh <= c.limit() }

// topicOf is where a comparison is told.
func topicOf(c *comparison) string {
	if c.column.Role == sketch.Output {
		return "output"
	}
	return "drift"
}

// judged says what a comparison found and reports whether it was told.
func (s *scene) judged(c *comparison, from, to time.Time, effect, power, level float64, kinds *naming) bool {
	topic := topicOf(c)
	if strings.HasPrefix(c.column.Group, sourceGroup) {
		return true // told of the device, not of each of its columns
	}
	need := needed(effect, power, level, c.refN)
	if c.ind != nil {
		need = max(need, float64(c.ind.MinUnits))
	}
	j := check.Judgement{Topic: topic, Item: c.item() + partMark(s.l.Part), From: from, To: to, N: int64(c.n), Test: c.res.test,
		Statistic: c.res.statistic, P: c.res.p, PLow: c.res.pLow, PHigh: c.res.pHigh, Effect: c.res.effect, Limit: c.limit()}
	if !math.IsInf(need, 0) {
		j.Needed = int64(need)
	}
	j.Facts = wardround.Facts{"column": c.column.Name, "units": int64(c.n), "test": c.res.test, "size": round(c.res.effect), "limit": round(c.limit()),
		"from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}
	if c.column.Group != "" {
		j.Facts["group"] = c.column.Group
	}
	told := true
	if c.early && c.dec.State != wardround.Pass && !c.small() && !c.failing() {
		if before, ok := s.f.had(ofModel+s.m.Key, topic, j.Item); ok && before != wardround.Unknown {
			return false // what was told of whole seasons holds
		}
	}
	switch {
	case c.err != "":
		j.State, j.Why = wardround.Unknown, c.err
	case c.failing():
		j.State = wardround.Fail
		j.Facts["moved"] = c.moved()
		kind, words := kinds.of(c)
		said, reasons, more := strings.Cut(words, "; ")
		if j.Shift, j.Facts["shift"] = kind, said; more {
			j.Facts["reasons"] = strings.Split(reasons, "; ")
		}
		if src := kinds.sources[c.column.Name]; src != "" {
			j.Facts["device"] = src
			j.Severity = wardround.Low // the device is told of itself
		}
	case c.n < fewestOf(c.column.Group) || c.n < need:
		j.State, j.Why = wardround.Unknown, "there is not enough data yet to say"
		if math.IsInf(need, 0) {
			j.Why = "the reference has too few patients or studies to compare with"
		}
		told = math.IsInf(need, 0)
	case c.early && c.dec.State != wardround.Pass && !c.small():
		j.State, j.Why = wardround.Unknown, "it differs, and may do so because a Sunday is no Monday: told when the time is whole"
	case c.dec.State == wardround.Unknown && !c.small():
		j.State, j.Why = wardround.Unknown, "the sketches are too coarse to say"
	default:
		j.State = wardround.Pass
	}
	if j.Needed > 0 {
		j.Facts["needed"] = j.Needed
	}
	s.say(j)
	return told
}

// round keeps three digits, for people.
func round(x float64) float64 {
	x = finite(x)
	if x == 0 || math.Abs(x) > 1e15 {
		return x
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*scale) / scale
}
