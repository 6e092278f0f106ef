package behaviour

import (
	"math"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

// TestOneBudgetForAll: a year of looks at everything, each hour or each day, spends what
// the plan accepts, and no more.
func TestOneBudgetForAll(t *testing.T) {
	if sum := driftShare + trendShare + qualityShare + outcomeShare + estimateShare; math.Abs(sum-1) > 1e-12 {
		t.Fatalf("the parts add up to %v", sum)
	}
	for _, budget := range []float64{0.5, 1, 4} {
		for _, span := range []time.Duration{time.Hour, 24 * time.Hour} {
			s := &scene{plan: &model.Plan{Budget: model.Budget{AlarmsPerYear: budget}}, l: &line{Recent: []ref{{From: t0, To: t0.Add(span)}}}}
			const columns = 20
			z := s.errors(columns)
			false1 := 0.5 * math.Erfc(z/math.Sqrt2) * 2 * columns * float64(year/span)
			if most := budget * qualityShare; false1 > most*1.001 || false1 < most*0.9 {
				t.Errorf("windows of %v: %.3f false alarms of quality a year, %.3f are accepted", span, false1, most)
			}
		}
	}
	none := &scene{l: &line{Recent: []ref{{From: t0, To: t0}}}}
	if z := none.errors(3); z != mostErrors {
		t.Errorf("a window without a length asks for %v standard errors", z)
	}
}

// TestBeyondALimitByChance: what is beyond a limit by the interval that is shown, and
// not by the one that a year of looks asks for, is unknown.
func TestBeyondALimitByChance(t *testing.T) {
	p := promise{low: 0.9, high: math.NaN()}
	for _, tc := range []struct {
		value float64
		want  wardround.State
	}{{0.86, wardround.Unknown}, {0.80, wardround.Fail}, {0.95, wardround.Pass}} {
		s := &scene{l: &line{}}
		s.widen(outcomeShare, 24*time.Hour, 20)
		if _, got := s.against(p, &model.Measured{Metric: "auroc", Value: tc.value, Low: tc.value - 0.03, High: tc.value + 0.03}); got != tc.want {
			t.Errorf("%v: %v, want %v", tc.value, got, tc.want)
		}
	}
}

// TestTablesOfOneSpanAreOneLook: outcomes that come in several tables of the same day do
// not take each other's budget, and those of the next day have their own.
func TestTablesOfOneSpanAreOneLook(t *testing.T) {
	s := &scene{l: &line{Labelled: []ref{{From: t0, To: t0.AddDate(0, 0, 1)}}}, at: t0.AddDate(0, 0, 2)}
	for i, after := range []time.Duration{0, time.Minute, 24 * time.Hour, time.Hour} {
		s.at = s.at.Add(after)
		if got := s.scored(); got < 23*time.Hour || got > 25*time.Hour {
			t.Errorf("look %d spends for %v", i, got)
		}
	}
}
