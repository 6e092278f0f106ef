package behaviour

import (
	"fmt"
	"math"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/shift"
	"github.com/wardround/wardround/stat/sketch"
)

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
	sure := s.stretched(large)
	if sure.Low > most {
		trouble = append(trouble, fmt.Sprintf("it says too little: cases are more frequent than it says by %s", number(large.Value)))
	}
	if sure.High < -most {
		trouble = append(trouble, fmt.Sprintf("it says too much: cases are rarer than it says by %s", number(-large.Value)))
	}
	if slope != nil {
		j.Facts["slope"] = interval(slope)
		steep := s.stretched(slope)
		if steep.High < low {
			trouble = append(trouble, "what it says is too extreme")
		}
		if steep.Low > high {
			trouble = append(trouble, "what it says is not extreme enough")
		}
	}
	switch {
	case len(trouble) > 0:
		j.State, j.Shift = wardround.Fail, "concept"
		j.Facts["trouble"] = join(trouble)
	case large.Low > most, large.High < -most, slope != nil && (slope.High < low || slope.Low > high):
		j.State, j.Why = wardround.Unknown, "it may be off, or chance: more outcomes will tell"
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
	if d := math.Abs(now - was); d > DefaultLimit && d > max(1, s.wider)*z*se {
		j.State, j.Shift = wardround.Fail, "label"
		j.Facts["moved"] = "cases were " + percent(was) + " and are " + percent(now)
		j.Facts["shift"] = shiftWords[shift.Label]
	}
	s.say(j)
}
