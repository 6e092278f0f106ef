package model

import (
	"fmt"
	"slices"

	"github.com/wardround/wardround/format/modelcard"
)

// Met is the answer to one criterion for one group.
type Met struct {
	Item    string // "sensitivity of sex=F"
	From    string // the value of the version before, "" when it is not known
	To      string
	Verdict Verdict // Inside: met
	Why     string
}

// criterion holds what is known of the new version against one criterion: one answer
// per group.
func (c *comparison) criterion(k *Criterion) []Met {
	var out []Met
	for _, g := range c.groups(k.Group) {
		out = append(out, c.met(k, g))
	}
	return out
}

// groups are those that a criterion speaks of; "each" is all together and every
// subgroup of the plan.
func (c *comparison) groups(name string) []string {
	if name != "each" {
		return []string{name}
	}
	out := []string{""}
	if c.plan != nil {
		for i := range c.plan.Subgroups {
			out = append(out, c.plan.Subgroups[i].Groups()...)
		}
	}
	return out
}

// minimum is how many units a criterion needs of a group: its own, and that of the
// subgroup.
func (c *comparison) minimum(k *Criterion, group string) int64 {
	n := int64(k.MinUnits)
	if c.plan != nil {
		for i := range c.plan.Subgroups {
			if g := &c.plan.Subgroups[i]; slices.Contains(g.Groups(), group) {
				if k.Group == "each" {
					return int64(g.Minimum)
				}
				n = max(n, int64(g.Minimum))
			}
		}
	}
	return n
}

func (c *comparison) met(k *Criterion, group string) Met {
	known := modelcard.MetricOf(k.Metric)
	out := Met{Item: k.Metric, Verdict: Undecid}
	if group != "" {
		out.Item += " of " + group
	}
	if known.Name == "" {
		out.Why = "the metric is not known"
		return out
	}
	now := measured(c.latest.Metrics, known.Name, group, k)
	if len(now) == 0 {
		out.Why = "it was not measured"
		return out
	}
	before := measured(c.old.Metrics, known.Name, group, k)
	if len(before) > 0 {
		out.From = shown(before[0])
	}
	// Measured on several sets of data: the worst answer holds.
	out.Verdict = Inside
	for _, m := range now {
		v, why := judged(k, known, m, before, c.minimum(k, group))
		if out.To == "" || rank(v) > rank(out.Verdict) {
			out.To, out.Verdict, out.Why = shown(m), v, why
		}
	}
	return out
}

func measured(list []Measured, metric, group string, k *Criterion) []Measured {
	var out []Measured
	for _, m := range list {
		if modelcard.MetricOf(m.Metric).Name == metric && m.Group == group && (k.Dataset == "" || m.Dataset == k.Dataset) && (k.Point == "" || m.Point == k.Point) {
			out = append(out, m)
		}
	}
	return out
}

func shown(m Measured) string {
	s := number(m.Value)
	if m.Ranged {
		s += " (" + number(m.Low) + " to " + number(m.High) + ")"
	}
	if m.Dataset != "" {
		s += " on " + m.Dataset
	}
	return s
}

// judged holds one value against one criterion.
func judged(k *Criterion, known modelcard.Known, m Measured, before []Measured, minimum int64) (Verdict, string) {
	if !finite(m.Value) {
		return Undecid, "it has no value"
	}
	if minimum > 0 && m.Units < minimum {
		if m.Units == 0 {
			return Undecid, fmt.Sprintf("of how many units it was measured is not known; at least %d are asked for", minimum)
		}
		return Undecid, fmt.Sprintf("measured on %d units; at least %d are asked for", m.Units, minimum)
	}
	low, high := m.Value, m.Value
	if k.Bound == "interval" {
		if !m.Ranged {
			return Undecid, "its interval is not known, and the whole of it is asked for"
		}
		low, high = m.Low, m.High
	}
	if k.AtLeast != nil && !(low >= *k.AtLeast) {
		return Outside, fmt.Sprintf("%s is less than %s", number(low), number(*k.AtLeast))
	}
	if k.AtMost != nil && !(high <= *k.AtMost) {
		return Outside, fmt.Sprintf("%s is more than %s", number(high), number(*k.AtMost))
	}
	if k.NoWorseBy == nil {
		return Inside, "met"
	}
	i := slices.IndexFunc(before, func(b Measured) bool { return b.Dataset == m.Dataset })
	if i < 0 {
		return Undecid, "of the version before it is not known on the same data"
	}
	worse := max(known.Worse(before[i].Value, low), known.Worse(before[i].Value, high))
	// A criterion of 0.01 is met by a difference of 0.01, whatever binary fractions make of it.
	if worse > *k.NoWorseBy+1e-12 {
		return Outside, fmt.Sprintf("worse by %s; at most %s is agreed", number(worse), number(*k.NoWorseBy))
	}
	return Inside, "met"
}

// performance are the criteria of the clauses that were used, and every metric that
// became worse without a criterion that speaks of it.
func (j *clauses) performance() []Change {
	var out []Change
	spoken := map[string]bool{}
	for _, a := range j.used {
		for i := range a.Criteria {
			k := &a.Criteria[i]
			for _, m := range j.comparison.criterion(k) {
				spoken[modelcard.MetricOf(k.Metric).Name] = true
				out = append(out, Change{What: PerformanceChange, Item: m.Item, From: m.From, To: m.To, Verdict: m.Verdict, Clause: a.ID, Why: m.Why})
			}
		}
	}
	c := j.comparison
	for _, m := range c.latest.Metrics {
		known := modelcard.MetricOf(m.Metric)
		if known.Name == "" || spoken[known.Name] {
			continue
		}
		for _, b := range c.old.Metrics {
			if modelcard.MetricOf(b.Metric).Name != known.Name || b.Group != m.Group || b.Dataset != m.Dataset || b.Point != m.Point {
				continue
			}
			if worse := known.Worse(b.Value, m.Value); worse > 1e-12 {
				item := m.Metric
				if m.Group != "" {
					item += " of " + m.Group
				}
				out = append(out, Change{What: PerformanceChange, Item: item, From: shown(b), To: shown(m), Verdict: Undecid, Why: "it became worse by " + number(worse) + ", and no criterion speaks of it"})
			}
		}
	}
	return out
}

// Accept holds what was measured here against the criteria of local acceptance.
// Verdict Inside is accepted.
func (p *Plan) Accept(metrics []Measured) (Verdict, []Met) {
	if p.Acceptance == nil || len(p.Acceptance.Criteria) == 0 {
		return Undecid, nil
	}
	c := &comparison{old: &Facts{}, latest: &Facts{Metrics: metrics}, plan: p}
	verdict := Inside
	var out []Met
	for _, k := range p.Acceptance.Criteria {
		if k.Group == "" || k.Group == "each" { // of subgroups their own minimum counts
			k.MinUnits = max(k.MinUnits, p.Acceptance.MinUnits)
		}
		for _, m := range c.criterion(&k) {
			out = append(out, m)
			if rank(m.Verdict) > rank(verdict) {
				verdict = m.Verdict
			}
		}
	}
	return verdict, out
}
