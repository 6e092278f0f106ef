package behaviour

import (
	"math"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/sketch"
)

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

// estimates judges performance as estimated without labels, of what is pending, where the
// plan has limits for it. An estimate alone is never a pass of performance.
func (s *scene) estimates(x *kind.InferenceWindowV1, w *sketch.Window) {
	if s.l.Part != "" {
		return
	}
	list := s.estimated(x, w)
	from := x.From
	if len(x.Estimates) == 0 && w != nil && !w.From.IsZero() {
		from = w.From
	}
	s.widen(estimateShare, max(x.To.Sub(x.From), 0), len(list))
	for i := range list {
		e := &list[i]
		name := itemOf(pointed(e.Name, e.Point), e.Group)
		s.f.note(s, "estimate of "+name, &e.InferenceMeasure)
		for k := range s.watches() {
			ind := &s.plan.Watch[k]
			if ind.Kind != model.Estimate || modelcard.MetricOf(ind.Metric).Name != modelcard.MetricOf(e.Name).Name || ind.Point != "" && ind.Point != e.Point || ind.Group != e.Group && ind.Group != "each" {
				continue
			}
			p := promise{low: or(ind.AtLeast, math.NaN()), high: or(ind.AtMost, math.NaN()), by: "the plan asks for"}
			m := &model.Measured{Metric: e.Name, Point: e.Point, Value: e.Value, Low: e.Low, High: e.High}
			text, state := s.against(p, m)
			j := check.Judgement{Topic: "performance", Item: "estimate of " + name, State: state, From: from, To: x.To, N: e.N, Statistic: e.Value, PLow: e.Low, PHigh: e.High, Limit: first(p.low, p.high),
				Test: e.Method, Shift: "covariate", Facts: wardround.Facts{"score": e.Name, "units": e.N, "measured": []string{text}, "worst": text, "from": from.UTC().Format(time.RFC3339), "to": x.To.UTC().Format(time.RFC3339)}}
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
