package behaviour

import (
	"fmt"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/model"
)

// What holds of people and of strangers where the plan says nothing.
const (
	mostOverridden = 0.3   // of answers that clinicians overrule
	mostBlind      = 0.5   // of wrong answers that were accepted
	leastShown     = 50    // answers shown, to say anything of either
	tooQuick       = 1000  // milliseconds, from showing to accepting, of half of them
	tooAgreeing    = 0.995 // of answers accepted
	mostOutliers   = 0.05  // of rows that lie outside the reference
	mostSqueezed   = 0.05  // of rows whose answer changed when the input was simplified
	mostEchoed     = 0.02  // of inputs that are what the model gave before
)

// share judges how large a part of a whole is: fails when it is over the limit by more
// than chance, and passes when it is not.
func share(part, whole int64, limit float64) (state wardround.State, value, low, high float64) {
	value = float64(part) / float64(max(whole, 1))
	low, high = wilson(value, float64(whole), 2.6)
	switch {
	case low > limit:
		return wardround.Fail, value, low, high
	case value <= limit || high <= limit:
		return wardround.Pass, value, low, high
	}
	return wardround.Unknown, value, low, high
}

// limitOf is the plan's limit of a kind, or the default.
func (s *scene) limitOf(kind, metric string, def float64) float64 {
	if s.plan != nil {
		for i := range s.plan.Watch {
			ind := &s.plan.Watch[i]
			if ind.Kind == kind && ind.AtMost != nil && (ind.Metric == metric || ind.Metric == "" && metric == "") {
				return *ind.AtMost
			}
		}
	}
	return def
}

// attacks judges the marks of somebody who copies the model, bends its inputs, or plants
// instructions, and of a model that learns from itself.
func (s *scene) attacks(x *kind.InferenceWindowV1) {
	s.extraction(x)
	if x.Looked >= fewest {
		s.part("outlier", "inputs", x.Outliers, x.Looked, s.limitOf(model.Attack, "outlier", mostOutliers), x, "%s of inputs are unlike anything in the reference, at most %s are expected")
	}
	compared := x.Compared
	if compared == 0 && x.Squeezed > 0 { // a sensor that does not tell them apart
		compared = x.Looked
	}
	if compared >= fewest {
		s.part("outlier", "disagreement", x.Squeezed, compared, s.limitOf(model.Attack, "squeezed", mostSqueezed), x, "%s of answers change when their input is simplified, at most %s are expected")
	}
	if x.Echoed > 0 || s.knows("feedback", "inputs") {
		s.part("feedback", "inputs", x.Echoed, x.Rows, s.limitOf(model.Attack, "echoed", mostEchoed), x, "%s of inputs are what the model gave before, at most %s are expected")
	}
	s.prompts(x)
}

func (s *scene) knows(topic, item string) bool {
	_, ok := s.f.had(ofModel+s.m.Key, topic, item)
	return ok
}

// part judges a share of rows.
func (s *scene) part(topic, item string, n, of int64, limit float64, x *kind.InferenceWindowV1, trouble string) {
	if of == 0 {
		return
	}
	st, v, low, high := share(n, of, limit)
	j := check.Judgement{Topic: topic, Item: item, State: st, N: of, Statistic: v, PLow: low, PHigh: high, Limit: limit, From: x.From, To: x.To,
		Facts: wardround.Facts{"rows": of, "share": percent(v), "limit": percent(limit)}}
	switch st {
	case wardround.Fail:
		j.Facts["trouble"] = fmt.Sprintf(trouble, percent(v), percent(limit))
	case wardround.Unknown:
		j.Why = "there is not enough data yet to say"
	}
	s.say(j)
}

// prompts judges planted instructions in what a language model was given.
func (s *scene) prompts(x *kind.InferenceWindowV1) {
	p := x.Prompts
	if p == nil || p.Seen == 0 {
		return
	}
	j := check.Judgement{Topic: "prompt", Item: "inputs", State: wardround.Pass, N: p.Seen, From: x.From, To: x.To, Facts: wardround.Facts{"seen": p.Seen, "matched": p.Matched, "answered": p.Answered, "leaked": p.Leaked}}
	var names []string
	for i := range p.Patterns {
		names = append(names, p.Patterns[i].ID)
	}
	if len(names) > 0 {
		j.Facts["patterns"] = names[:min(len(names), 8)]
	}
	switch {
	case p.Leaked > 0:
		j.State, j.Hostile, j.Severity = wardround.Fail, true, wardround.High
		j.Facts["trouble"] = fmt.Sprintf("%d answers held what must not leave", p.Leaked)
	case p.Answered > 0:
		j.State, j.Hostile = wardround.Fail, true
		j.Facts["trouble"] = fmt.Sprintf("%d of %d inputs with planted instructions were answered", p.Answered, p.Matched)
	case p.Matched > 0:
		j.State, j.Why = wardround.Unknown, "planted instructions came, and the service refused them as far as is known"
	}
	s.say(j)
}
