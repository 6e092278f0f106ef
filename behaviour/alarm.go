package behaviour

import (
	"encoding/json"
	"math"
	"time"

	"github.com/wardround/wardround"
)

// Alarms decides which of the tests that are made of a model are alarms, so that false
// ones stay within a budget over all columns, groups and time.
type Alarms interface {
	// Decide takes the tests that are made at once, in a fixed order, and what it kept
	// of the model so far; it returns one decision for each, and what is to be kept: at
	// most [MaxAlarmState] bytes. It is a function of its arguments.
	Decide(state []byte, b Trial) ([]Decision, []byte)
	// Level is the level that a test of one series would be held to, for telling how
	// many units it takes to find a change.
	Level(b Trial) float64
}

// MaxAlarmState bounds what is kept for one model.
const MaxAlarmState = 256 << 10

// Trial is the tests of one model that are made at once.
type Trial struct {
	At time.Time
	// Since is the time that passed since the trial before; for the first, the span
	// that the data is of.
	Since time.Duration
	// Budget is how many false alarms there may be in a year.
	Budget float64
	Tests  []Test
}

// Test is one test of a trial. PLow ≤ P ≤ PHigh, equal where the data was exact.
type Test struct {
	Series         string // what is compared, by column, group and test: the same over time
	P, PLow, PHigh float64
	Effect         float64
	N              float64 // effective units
	// Fresh says that its data was in no trial before.
	Fresh bool
}

// Decision says of one test whether it is an alarm: Fail it is, Pass it is not,
// Unknown the interval on p does not tell.
type Decision struct {
	State wardround.State
	Level float64 // that p was held to
}

// Spending is the plain way: each trial spends the share of the yearly budget that its
// time is of a year, and shares it equally among its tests. The expected number of
// false alarms in a year is then at most the budget, however the tests depend on each
// other and on what was looked at before (the sum of the levels bounds it). It finds
// less than methods that gain from independence.
type Spending struct{}

const year = 365 * 24 * time.Hour

// mostSpent is the longest time that one trial spends for: who was silent for a year
// does not get a level of a year.
const mostSpent = 30 * 24 * time.Hour

type spent struct {
	Trials int     `json:"trials"`
	Spent  float64 `json:"spent"` // of expected false alarms, since the beginning
}

// Level implements [Alarms].
func (Spending) Level(b Trial) float64 {
	since := min(max(b.Since, 0), mostSpent)
	return min(0.05, b.Budget*float64(since)/float64(year)/float64(max(len(b.Tests), 1)))
}

// Decide implements [Alarms].
func (s Spending) Decide(state []byte, b Trial) ([]Decision, []byte) {
	var kept spent
	_ = json.Unmarshal(state, &kept) // what cannot be read begins anew
	level := s.Level(b)
	out := make([]Decision, len(b.Tests))
	for i, t := range b.Tests {
		out[i] = Decision{State: against(t, level), Level: level}
	}
	kept.Trials++
	kept.Spent += level * float64(len(b.Tests))
	state, err := json.Marshal(kept)
	if err != nil {
		panic(err) // plain numbers
	}
	return out, state
}

// against holds the interval of p against a level: only one wholly on one side decides.
func against(t Test, level float64) wardround.State {
	switch {
	case math.IsNaN(t.P):
		return wardround.Unknown
	case t.PHigh <= level:
		return wardround.Fail
	case t.PLow > level:
		return wardround.Pass
	}
	return wardround.Unknown
}

// needed is how many independent units the current data must have, so that a change of
// effect standard deviations is found with the power at the level, given as many units
// of reference: the two-sample normal approximation. Infinity if the reference alone is
// too small.
func needed(effect, power, level, reference float64) float64 {
	z := normal(1-level/2) + normal(power)
	per := effect * effect / (z * z) // = 1/n + 1/reference
	if rest := per - 1/reference; rest > 0 {
		return math.Ceil(1 / rest)
	}
	return math.Inf(1)
}

// normal is the quantile of the standard normal distribution.
func normal(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
