package behaviour

import (
	"math"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
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

// estimates judges performance as estimated without labels, where the plan has limits
// for it. An estimate alone is never a pass of performance.
func (s *scene) estimates(x *kind.InferenceWindowV1) {
	s.widen(estimateShare, max(x.To.Sub(x.From), 0), len(x.Estimates))
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
			text, state := s.against(p, m)
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
