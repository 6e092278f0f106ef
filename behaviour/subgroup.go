package behaviour

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
)

// fairness is what the gap of a measure between groups of people is called.
var fairness = map[string]string{
	"sensitivity":              "equal opportunity", // cases are found as often
	"specificity":              "equalised odds",    // with the one above: and others are called as rarely
	"auroc":                    "ranking",
	"calibration_in_the_large": "calibration", // what is said comes true as often
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
			if fairness[m.Metric] == "" {
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
		if metric == "calibration_in_the_large" {
			limit = mostLarge
		}
		if s.plan != nil {
			for i := range s.plan.Watch {
				ind := &s.plan.Watch[i]
				if ind.Kind == model.Gap && (ind.Metric == "" || ind.Metric == metric || modelcard.MetricOf(ind.Metric).Name == metric) && ind.AtMost != nil {
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
			Facts: wardround.Facts{"score": score, "measure": what, "column": column, "fairness": fairness[metric], "best": best.group, "worst": worst.group, "gap": round(gap), "low": round(max(0, gap-half)), "high": round(gap + half), "limit": limit,
				"units": min(best.m.Units, worst.m.Units), "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
		switch {
		case gap-half*max(1, s.wider) > limit:
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
