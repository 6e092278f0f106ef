package behaviour

import (
	"fmt"
	"math"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
)

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
			text, state := s.against(p, m)
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

// against holds a measure against the limits: beyond one it fails, if it would with the
// interval that the budget of false alarms asks for.
func (s *scene) against(p promise, m *model.Measured) (text string, state wardround.State) {
	if text, state = p.against(m); state == wardround.Fail {
		if _, state = p.against(s.stretched(m)); state != wardround.Fail {
			return "", wardround.Unknown
		}
	}
	return text, state
}

// wideAsPromised reports whether the interval is narrow enough for its middle to count:
// a model that is exactly as good as claimed would else be unknown for ever.
func wideAsPromised(m *model.Measured, p promise) bool {
	return m.High-m.Low <= 0.1
}

func interval(m *model.Measured) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", m.Value, m.Low, m.High)
}
