package behaviour

import (
	"time"

	"github.com/wardround/wardround/model"
)

// How the yearly budget of false alarms is split. Each part is spent by the time that
// passes and shared equally among the tests of one look, so that the parts' sum is what
// the plan accepts, however the tests depend.
const (
	driftShare    = 0.4 // columns, outputs, devices
	trendShare    = 0.1 // what moves slowly, period by period
	qualityShare  = 0.2 // what is missing, or out of range
	outcomeShare  = 0.2 // performance, calibration, subgroups, how frequent cases are
	estimateShare = 0.1 // performance without outcomes
)

// mostErrors is how many standard errors are asked for at most: of eight nothing is
// chance, however short the time.
const mostErrors = 8

// spend is the level of each of so many tests of a part of the budget, made after a
// time.
func (s *scene) spend(share float64, since time.Duration, tests int) float64 {
	alarms, _, _ := s.budget()
	return Spending{}.Level(Trial{Since: since, Budget: alarms * share, Tests: make([]Test, max(tests, 1))})
}

// errors is how many standard errors a share must be over its limit, in a window.
func (s *scene) errors(columns int) float64 {
	span := time.Hour
	if n := len(s.l.Recent); n > 0 {
		span = max(s.l.Recent[n-1].To.Sub(s.l.Recent[n-1].From), 0)
	}
	return min(normal(1-s.spend(qualityShare, span, 2*columns)), mostErrors)
}

// widen sets by how much the intervals that are shown must be wider before what lies
// beyond a limit is an alarm.
func (s *scene) widen(share float64, since time.Duration, tests int) {
	s.wider = max(1, min(normal(1-s.spend(share, since, tests)), mostErrors)/normal((1+level)/2))
}

// stretched is a measure with the interval of an alarm.
func (s *scene) stretched(m *model.Measured) *model.Measured {
	k := max(1, s.wider)
	out := *m
	out.Low, out.High = m.Value-k*(m.Value-m.Low), m.Value+k*(m.High-m.Value)
	return &out
}

// scored is the time that a look at outcomes spends for. Outcomes of one span that come
// in several tables are one look.
func (s *scene) scored() time.Duration {
	l := s.l
	if len(l.Labelled) == 0 {
		return 0
	}
	newest := l.Labelled[len(l.Labelled)-1]
	span := max(newest.To.Sub(newest.From), 0)
	since := s.at.Sub(l.Scored)
	if l.Scored.IsZero() || since < span/2 {
		since = span
	}
	if s.at.Sub(l.Scored) >= span/2 {
		l.Scored = s.at
	}
	return since
}
