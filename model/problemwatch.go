package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/modelcard"
)

func (v *judge) monitoring() {
	u := v.plan.Units
	switch u.Is {
	case "patient", "study":
	case "row":
		if empty(u.Independent) {
			v.wrong("units.independent", "units", "Five images of one patient are one patient: counting them as five makes chance look like drift.", "rows are counted as units; say in independent why they may be")
		}
	case "":
		v.wrong("units.is", "units", "What is tested is how many patients differ, not how many rows.", "the unit is not said: patient, study or row")
	default:
		v.wrong("units.is", "units.is", "", "the unit is patient, study or row; not %q", u.Is)
	}
	if u.ICC != nil && !share(*u.ICC) {
		v.wrong("units.icc", "units.icc", "", "the intra-class correlation is from 0 to 1, not %v", *u.ICC)
	}
	if u.RowsPerUnit != 0 && u.RowsPerUnit < 1 {
		v.wrong("units.rows", "units.rows_per_unit", "", "a unit has at least one row, not %v", u.RowsPerUnit)
	}
	b := v.plan.Budget
	if len(v.plan.Watch) > 0 && !(b.AlarmsPerYear > 0) {
		v.wrong("budget.alarms", "budget", "Who is called for nothing too often stops coming. Limits follow from how many false alarms are borne, not the other way round.", "it is not said how many false alarms per device and year are borne")
	}
	if b.Power != 0 && !(b.Power > 0 && b.Power < 1) {
		v.wrong("budget.power", "budget.power", "", "the power is between 0 and 1, not %v", b.Power)
	}
	if b.Power != 0 && (b.Effect <= 0 || b.Within <= 0) {
		v.wrong("budget.effect", "budget", "Power is that of finding a change of some size within some time.", "power without effect and within")
	}
	if b.Season != "" && !slices.Contains(Seasons, b.Season) {
		v.wrong("budget.season", "budget.season", "A Sunday held against a whole week differs, and nothing is wrong.", "the season is none, day or week; not %q", b.Season)
	}
	if b.Control != "" && !slices.Contains(Controls, b.Control) {
		v.wrong("budget.control", "budget.control", "", "false alarms are bounded as expected or fdr; not %q", b.Control)
	}
	if b.Share != 0 && !(b.Share > 0 && b.Share <= 0.5) {
		v.wrong("budget.share", "budget.share", "", "the share of alarms that may be false is over 0 and at most 0.5, not %v", b.Share)
	}
	if b.Control != ControlFDR && (b.Share != 0 || b.Independent != "") {
		v.wrong("budget.fdr", "budget", "What is said and not used misleads the next who reads it.", "share and independent are of control: fdr")
	}
}

// IndicatorKinds are the kinds of indicator.
var IndicatorKinds = []string{Drift, Performance, Estimate, Missing, Range, Schema, Gap, Override, Volume, Attack, Stream}

// Seasons and Controls are what a budget may name.
var (
	Seasons  = []string{SeasonNone, SeasonDay, SeasonWeek}
	Controls = []string{ControlExpected, ControlFDR}
)

// WindowTests are the tests of drift that windows of sketches allow, Detectors those of
// a stream, Tests all that a plan may name. The others of Tests need rows: "model drift"
// has them.
var (
	WindowTests = []string{"ks", "mannwhitney", "chi2", "psi", "wasserstein", "js", "hellinger"}
	Detectors   = []string{EProcess, CUSUM, EWMA, PageHinkley, ADWIN, KSWIN}
	RowTests    = []string{"cvm", "ad", "energy", "g", "fisher", "mmd", "lsdd", "classifier", "pca", "bbse"}
	Tests       = slices.Concat(WindowTests, RowTests, Detectors)
	// StreamValues are what a stream may follow.
	StreamValues = []string{OfRank, OfMean, OfShare, OfMissing, OfPositive, OfEstimate, OfPerformance, OfOverride, OfVolume}
)

func (v *judge) watch() {
	if len(v.plan.Watch) == 0 {
		v.wrong("watch", "watch", "A monitoring plan without an indicator watches nothing (AI Act Art. 72(2)).", "nothing is watched")
	}
	seen := map[string]bool{}
	kinds := map[string]bool{}
	for i := range v.plan.Watch {
		w := &v.plan.Watch[i]
		path := fmt.Sprintf("watch[%d]", i)
		if empty(w.ID) || seen[w.ID] {
			v.wrong("watch.id", path, "", "the indicator's id %q is empty or taken", w.ID)
		}
		seen[w.ID], kinds[w.Kind] = true, true
		if !slices.Contains(IndicatorKinds, w.Kind) {
			v.wrong("watch.kind", path+".kind", "", "%s: the kind is one of %s; not %q", w.ID, strings.Join(IndicatorKinds, ", "), w.Kind)
			continue
		}
		if w.AtLeast == nil && w.AtMost == nil && w.Kind != Schema && w.Kind != Stream {
			v.wrong("watch.limit", path, "An indicator without a limit is a picture: nobody is ever told.", "%s: no limit; say at_least or at_most", w.ID)
		}
		if w.AtLeast != nil && w.AtMost != nil && *w.AtLeast > *w.AtMost {
			v.wrong("watch.limit", path, "", "%s: at_least is above at_most", w.ID)
		}
		if w.Every <= 0 {
			v.wrong("watch.every", path, "Silence can only be told from health when it is said how often one looks.", "%s: how often is not said", w.ID)
		}
		if w.MinUnits <= 0 && w.Kind != Schema && w.Kind != Volume && w.Kind != Attack && w.Kind != Stream {
			v.wrong("watch.min_units", path, "With too few patients every answer is chance: below the minimum the answer is unknown.", "%s: no minimum number of units", w.ID)
		}
		if len(v.plan.Told) == 0 && len(w.Told) == 0 {
			v.wrong("watch.told", path, "An alarm that reaches nobody is none.", "%s: nobody is told", w.ID)
		}
		v.watched(path, w)
	}
	if len(v.plan.Watch) > 0 && !kinds[Performance] && !kinds[Estimate] {
		v.weak("watch.performance", "watch", "Drift says that data moved, not that answers became worse; one happens without the other.", "no indicator of performance, with labels or without")
	}
	if len(v.plan.Watch) > 0 && !kinds[Schema] && !kinds[Missing] && !kinds[Range] {
		v.weak("watch.quality", "watch", "Most failures of models that run are failures of their input: missing, out of range, another unit.", "no indicator of the quality of inputs")
	}
}

// watched looks at what an indicator is of.
func (v *judge) watched(path string, w *Indicator) {
	perColumn := slices.Contains([]string{Drift, Missing, Range}, w.Kind)
	if perColumn && w.Column == "" {
		v.wrong("watch.column", path, "", "%s: which column is not said; * is each input", w.ID)
	}
	if w.Column != "" && !v.column(w.Column) {
		v.wrong("watch.column", path+".column", "A misspelt column is never there, and so never over its limit.", "%s: no input, output or subgroup is called %q", w.ID, w.Column)
	}
	switch {
	case w.Kind != Drift || w.Test == "" || slices.Contains(WindowTests, w.Test):
	case slices.Contains(RowTests, w.Test):
		v.weak("watch.test", path+".test", "Windows are sketches, not rows: ks and Mann–Whitney, or chi-square, say whether it could be chance.", "%s: %s needs rows; windows are tested by one of %s. \"model drift\" has it, on files", w.ID, w.Test, strings.Join(WindowTests, ", "))
	case slices.Contains(Detectors, w.Test):
		v.wrong("watch.test", path+".test", "", "%s: %s follows a value over time; write kind: stream", w.ID, w.Test)
	default:
		v.wrong("watch.test", path+".test", "", "%s: the test is one of %s; not %q", w.ID, strings.Join(Tests, ", "), w.Test)
	}
	if w.Kind == Stream {
		v.stream(path, w)
	} else if w.Of != "" {
		v.wrong("watch.of", path+".of", "What is said and not used misleads the next who reads it.", "%s: of is of kind: stream", w.ID)
	}
	if w.Kind == Performance || w.Kind == Estimate || w.Kind == Gap {
		v.metric(path, w.ID, w.Metric)
	}
	if w.Point != "" && !v.point(w.Point) {
		v.wrong("watch.point", path+".operating_point", "", "%s: no output has an operating point %q", w.ID, w.Point)
	}
	v.group(path, w.ID, w.Group)
	if w.Kind == Missing || w.Kind == Range || w.Kind == Override {
		for _, x := range []*float64{w.AtLeast, w.AtMost} {
			if x != nil && !share(*x) {
				v.wrong("watch.limit", path, "", "%s: the limit is a share, from 0 to 1, not %v", w.ID, *x)
			}
		}
	}
}

// stream looks at what a stream follows, and how.
func (v *judge) stream(path string, w *Indicator) {
	if !slices.Contains(StreamValues, w.Of) {
		v.wrong("watch.of", path, "A stream is one value a period: which one must be said.", "%s: of is one of %s; not %q", w.ID, strings.Join(StreamValues, ", "), w.Of)
	}
	if w.Test != "" && !slices.Contains(Detectors, w.Test) {
		v.wrong("watch.test", path+".test", "", "%s: the detector is one of %s; not %q", w.ID, strings.Join(Detectors, ", "), w.Test)
	}
	switch w.Of {
	case OfRank, OfMean, OfShare, OfMissing, OfPositive:
		if w.Column == "" {
			v.wrong("watch.column", path, "", "%s: which column is not said; * is each input", w.ID)
		}
	case OfEstimate, OfPerformance:
		v.metric(path, w.ID, w.Metric)
	}
	if w.AtLeast != nil {
		v.wrong("watch.limit", path, "A stream looks for a change in either direction; what it says is how large it is.", "%s: of a stream say at_most, the size of a change that does not matter yet", w.ID)
	}
	if w.AtMost != nil && !(*w.AtMost > 0) {
		v.wrong("watch.limit", path, "", "%s: the size of a change is over 0, not %v", w.ID, *w.AtMost)
	}
	if w.Group == "each" {
		v.wrong("group", path+".group", "", "%s: a stream is of one group; write one indicator for each", w.ID)
	}
}

func (v *judge) column(name string) bool {
	return name == "*" || name == "outputs" ||
		slices.ContainsFunc(v.plan.Inputs, func(c Input) bool { return c.Name == name }) ||
		slices.ContainsFunc(v.plan.Outputs, func(c Output) bool { return c.Name == name }) ||
		slices.ContainsFunc(v.plan.Subgroups, func(c Subgroup) bool { return c.Column == name })
}

func (v *judge) point(name string) bool {
	return slices.ContainsFunc(v.plan.Outputs, func(c Output) bool {
		return slices.ContainsFunc(c.Points, func(o OperatingPoint) bool { return o.Name == name })
	})
}

func (v *judge) metric(path, id, name string) {
	if name == "" {
		v.wrong("metric", path, "", "%s: which metric is not said", id)
	} else if m := modelcard.MetricOf(name); m.Name == "" {
		v.wrong("metric", path+".metric", "Whether more is better follows from what it is.", "%s: the metric %q is not known; there are %s", id, name, strings.Join(modelcard.MetricNames(), ", "))
	}
}

// group looks whether a subgroup is one of the plan.
func (v *judge) group(path, id, name string) {
	if name == "" || name == "each" {
		return
	}
	if column, value, ok := strings.Cut(name, "="); ok {
		if column == "source" && slices.ContainsFunc(v.plan.Model.Sources, func(s Source) bool { return value == "*" || s.Name == value }) {
			return
		}
		for i := range v.plan.Subgroups {
			if g := &v.plan.Subgroups[i]; g.Column == column && slices.Contains(g.Groups(), name) {
				return
			}
		}
	}
	v.wrong("group", path+".group", "A group that is not there is never over its limit.", "%s: there is no subgroup %q; write column=value as subgroups name it, or each", id, name)
}

// Groups are the names of a subgroup's groups: "sex=F", "age=18..65" (upper end
// excluded).
func (g *Subgroup) Groups() []string {
	var out []string
	for _, s := range g.Values {
		out = append(out, g.Column+"="+s)
	}
	for i := 0; i+1 < len(g.Bands); i++ {
		out = append(out, fmt.Sprintf("%s=%g..%g", g.Column, g.Bands[i], g.Bands[i+1]))
	}
	return out
}

// GroupOf is the group of a value, "" when it is in none.
func (g *Subgroup) GroupOf(text string, number float64) string {
	if slices.Contains(g.Values, text) {
		return g.Column + "=" + text
	}
	for i := 0; i+1 < len(g.Bands); i++ {
		if number >= g.Bands[i] && number < g.Bands[i+1] {
			return fmt.Sprintf("%s=%g..%g", g.Column, g.Bands[i], g.Bands[i+1])
		}
	}
	return ""
}

// Breached reports whether a value is over a limit, and which.
func (i *Indicator) Breached(x float64) (limit float64, breached bool) {
	switch {
	case i.AtLeast != nil && x < *i.AtLeast:
		return *i.AtLeast, true
	case i.AtMost != nil && x > *i.AtMost:
		return *i.AtMost, true
	}
	return 0, false
}
