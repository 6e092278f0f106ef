package behaviour

import (
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/labelfree"
	"github.com/wardround/wardround/stat/performance"
	"github.com/wardround/wardround/stat/sketch"
)

// guess is what was estimated of a span, and what its labels said later.
type guess struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Realised float64 `json:"realised"`
}

// mostGuesses bounds what is remembered of a model's estimates, of all measures.
const mostGuesses = 200

// harmless is how far off an estimate may be without harm, however narrow its interval.
const harmless = 0.02

// believe holds estimates against the outcomes of the same answers, and judges whether
// the estimator can still be believed: it stands on the truth depending on the inputs as
// in the reference, and nothing but outcomes tells.
func (s *scene) believe(x *kind.InferenceLabelledV1, w *sketch.Window) {
	for i := range x.Estimates {
		e := &x.Estimates[i]
		if e.Group != "" {
			continue
		}
		for _, o := range w.Outcomes {
			if o.Group != "" {
				continue
			}
			m, ok := s.measure(w, o)
			if real := m.find(modelcard.MetricOf(e.Name).Name); ok && real != nil {
				s.m.Guesses = append(s.m.Guesses, guess{e.Name, finite(e.Value), finite(e.Low), finite(e.High), real.Value})
				s.m.Guesses = s.m.Guesses[max(0, len(s.m.Guesses)-mostGuesses):]
				s.believed(e, x.From, x.To)
			}
			break
		}
	}
}

func (s *scene) believed(e *kind.InferenceMeasure, from, to time.Time) {
	t := labelfree.Track{Tolerance: harmless}
	for _, g := range s.m.Guesses {
		if g.Name == e.Name {
			t.Add(performance.Estimate{Value: g.Value, SE: max(g.High-g.Low, 0) / 2 / performance.Z(performance.Level), Low: g.Low, High: g.High}, g.Realised)
		}
	}
	st := t.Standing()
	said := fmt.Sprintf("%d times of %d the outcomes lay where the estimate of %s said, its mean error is %s", int(st.Coverage*float64(st.Chunks)+0.5), st.Chunks, e.Name, number(st.MAE))
	j := check.Judgement{Topic: "performance", Item: "trust in the estimate of " + e.Name, State: wardround.Pass, From: from, To: to, N: e.N, Statistic: st.MAE, P: st.P, PLow: st.P, PHigh: st.P, Test: e.Method, Shift: "concept",
		Facts: wardround.Facts{"score": e.Name, "units": e.N, "measured": []string{said}, "worst": said, "from": from.UTC().Format(time.RFC3339), "to": to.UTC().Format(time.RFC3339)}}
	switch st.Credible {
	case performance.Breach:
		j.State, j.Severity = wardround.Fail, wardround.Low
	case performance.Unknown:
		j.State, j.Why = wardround.Unknown, "too few estimates have been held against outcomes"
	}
	s.say(j)
}
