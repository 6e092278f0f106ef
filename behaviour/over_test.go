package behaviour

import (
	"testing"
	"time"

	"github.com/wardround/wardround/model"
)

// TestVolumeIsNotOverByChance: how many records come differs from week to week by more
// than their number tells. A week that lies nearer to what is usual than half of a change
// by less than that is no sign that the change is over; one that lies at it is.
func TestVolumeIsNotOverByChance(t *testing.T) {
	f := &followed{Of: model.OfVolume, Every: week}
	b := base{value: 1000, spread: 100, se: 30}
	for _, tc := range []struct {
		records float64
		want    bool
	}{{1250, false}, {1600, false}, {1000, true}} {
		x := &trend{Told: &changed{At: t0, Shift: 600}, Steps: []step{{From: t0, To: t0.Add(week), Value: tc.records, N: tc.records}}}
		if got := over(f, x, b, 200); got != tc.want {
			t.Errorf("%v records where 1000 are usual, give or take 100, after 1600: over is %v", tc.records, got)
		}
	}
	// A share is told by its units: of thousands it is over with one week.
	f, b = &followed{Of: model.OfShare, Every: week}, base{value: 0.2, share: true}
	x := &trend{Told: &changed{At: t0, Shift: 0.1}, Steps: []step{{From: t0, To: t0.Add(7 * 24 * time.Hour), Value: 0.21, N: 5000}}}
	if !over(f, x, b, 0.04) {
		t.Error("a share that is what it was is not over")
	}
}
