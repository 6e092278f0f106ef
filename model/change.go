package model

import (
	"slices"
	"strings"
)

// Kind is what may change between two versions of a model.
type Kind string

// The kinds of change.
const (
	IntendedUseChange  Kind = "intended-use"
	ArchitectureChange Kind = "architecture"
	OperatorChange     Kind = "operators"
	FormatChange       Kind = "format"
	InputChange        Kind = "input"
	OutputChange       Kind = "output"
	PointChange        Kind = "operating-point"
	TrainingChange     Kind = "training-data"
	WeightChange       Kind = "weights"
	FilesChange        Kind = "files" // beside the weights: configuration, tokenizer, code
	DependencyChange   Kind = "dependencies"
	PerformanceChange  Kind = "performance"
)

// Kinds are all kinds, in the order in which changes are listed.
var Kinds = []Kind{
	IntendedUseChange, ArchitectureChange, OperatorChange, FormatChange, InputChange, OutputChange, PointChange,
	TrainingChange, WeightChange, FilesChange, DependencyChange, PerformanceChange,
}

// Verdict says whether a change is one that was agreed.
type Verdict string

// The verdicts. Only what is inside goes through without people.
const (
	Inside  Verdict = "inside"
	Undecid Verdict = "unknown"
	Outside Verdict = "outside"
)

// Change is one difference between two versions.
type Change struct {
	What    Kind    `json:"what"`
	Item    string  `json:"item,omitempty"` // the input, the dataset, the library
	From    string  `json:"from,omitempty"`
	To      string  `json:"to,omitempty"`
	Verdict Verdict `json:"verdict"`
	Clause  string  `json:"clause,omitempty"` // the id of the change that was agreed
	Why     string  `json:"why"`

	numbers []float64 // what a clause's range bounds
	diff    *WeightDiff
	opaque  string // why it cannot be said what differs
}

// Comparison is what differs between two versions, and what that needs.
type Comparison struct {
	Changes []Change `json:"changes"`
	Verdict Verdict  `json:"verdict"`
	// Unseen are the kinds of which nothing is known of either version.
	Unseen []Kind `json:"unseen,omitempty"`
	// Rollback is how one goes back, by the plan.
	Rollback string `json:"rollback,omitempty"`
}

// NeedsPeople reports whether somebody has to decide: something is outside what was
// agreed, or it cannot be told.
func (c *Comparison) NeedsPeople() bool { return c.Verdict != Inside }

// Compare lists what differs between two versions, and holds each difference against
// the changes that the plan's change control plan agreed to. A difference is inside
// when a clause names its kind and item, its bounds hold, and every acceptance
// criterion of the clause is met by what is known of the new version. Where the
// weights were compared tensor by tensor, diff says how; nil they were not.
//
// It reads the plan of the old version: a new version's own plan cannot allow it.
// With no plan, or one without change control, every difference is outside.
func Compare(old, latest *Facts, diff *WeightDiff, plan *Plan) *Comparison {
	c := &comparison{old: old, latest: latest, diff: diff, plan: plan}
	c.intendedUse()
	c.form()
	c.inputs()
	c.outputs()
	c.training()
	c.weights()
	c.dependencies()
	var pccp *PCCP
	if plan != nil {
		pccp = plan.PCCP
	}
	j := &clauses{pccp: pccp, comparison: c}
	for i := range c.out {
		j.judge(&c.out[i])
	}
	c.out = append(c.out, j.performance()...)
	slices.SortStableFunc(c.out, func(a, b Change) int { return slices.Index(Kinds, a.What) - slices.Index(Kinds, b.What) })
	out := &Comparison{Changes: c.out, Verdict: Inside, Unseen: c.none}
	if pccp != nil {
		out.Rollback = pccp.Rollback
	}
	for _, ch := range c.out {
		if ch.Verdict == Outside || ch.Verdict == Undecid && out.Verdict == Inside {
			out.Verdict = ch.Verdict
		}
	}
	return out
}

// clauses judges differences by the changes that were agreed.
type clauses struct {
	pccp       *PCCP
	comparison *comparison
	used       []*AllowedChange
}

func (j *clauses) judge(ch *Change) {
	switch {
	case ch.What == IntendedUseChange:
		ch.Verdict, ch.Why = Outside, "a change of the intended use is never predetermined: it is another device"
		if ch.opaque != "" {
			ch.Verdict, ch.Why = Undecid, ch.opaque
		}
		return
	case j.pccp == nil:
		ch.Verdict, ch.Why = Outside, "no change control plan: nothing was agreed beforehand"
	case empty(j.pccp.Authorised):
		ch.Verdict, ch.Why = Outside, "the change control plan is not authorised yet: nothing is inside it"
	default:
		j.byClauses(ch)
	}
	if ch.opaque != "" && ch.Verdict == Outside {
		ch.Verdict, ch.Why = Undecid, ch.opaque // nothing is known to differ
	}
}

// byClauses takes the clause that is kindest to a difference.
func (j *clauses) byClauses(ch *Change) {
	best := Verdict("")
	for i := range j.pccp.Changes {
		a := &j.pccp.Changes[i]
		if !slices.Contains(a.What, string(ch.What)) || !names(a, ch.Item) {
			continue
		}
		v, why := j.clause(a, ch)
		if best == "" || rank(v) < rank(best) {
			best, ch.Verdict, ch.Clause, ch.Why = v, v, a.ID, why
		}
		if !slices.Contains(j.used, a) {
			j.used = append(j.used, a)
		}
	}
	if best == "" {
		ch.Verdict, ch.Why = Outside, "no clause of the change control plan speaks of it"
	}
}

func rank(v Verdict) int { return slices.Index([]Verdict{Inside, Undecid, Outside}, v) }

// names reports whether a clause is about an item.
func names(a *AllowedChange, item string) bool {
	match := func(p string) bool { return glob(p, item) }
	return (len(a.Of) == 0 || slices.ContainsFunc(a.Of, match)) && !slices.ContainsFunc(a.Not, match)
}

// glob matches * with any text; everything else is as it stands, without case.
func glob(pattern, s string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	s = strings.ToLower(s)
	if len(parts) == 1 {
		return parts[0] == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// clause judges a difference by one clause.
func (j *clauses) clause(a *AllowedChange, ch *Change) (Verdict, string) {
	if len(a.Range) == 2 {
		for _, x := range ch.numbers {
			if x < a.Range[0] || x > a.Range[1] {
				return Outside, number(x) + " is not between " + number(a.Range[0]) + " and " + number(a.Range[1])
			}
		}
	}
	if ch.What == WeightChange && (a.MostRelative != nil || a.MostTensors != nil) {
		if v, why := bounded(a, ch.diff); v != Inside {
			return v, why
		}
	}
	if ch.opaque != "" {
		return Undecid, ch.opaque
	}
	verdict, why := Inside, ""
	for i := range a.Criteria {
		for _, r := range j.comparison.criterion(&a.Criteria[i]) {
			if rank(r.Verdict) > rank(verdict) {
				verdict, why = r.Verdict, r.Item+": "+r.Why
			}
		}
	}
	if verdict != Inside {
		return verdict, why
	}
	if len(a.Criteria) == 0 {
		return Undecid, "the clause has no acceptance criterion"
	}
	return Inside, "agreed, and every criterion is met"
}

// bounded holds the tensors that differ against the bounds of a clause.
func bounded(a *AllowedChange, d *WeightDiff) (Verdict, string) {
	if d == nil {
		return Undecid, "the weights were not compared tensor by tensor, and the clause bounds by how much they may differ"
	}
	if a.MostTensors != nil && len(d.Changed) > *a.MostTensors {
		return Outside, count(len(d.Changed), "tensor") + " changed, at most " + number(float64(*a.MostTensors)) + " may"
	}
	if a.MostRelative != nil {
		for _, t := range d.Changed {
			if !(t.Relative <= *a.MostRelative) {
				return Outside, t.Name + " changed by " + number(t.Relative) + " of its norm, at most " + number(*a.MostRelative) + " may"
			}
		}
	}
	return Inside, ""
}
