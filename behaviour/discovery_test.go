package behaviour

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

// TestDiscovery simulates years of weekly looks at twenty columns, which move together
// (one shock a week is half of each column's chance): of the alarms, at most the share
// that is promised is false on average, and changes are found. Each week goes through
// the bytes that are kept.
func TestDiscovery(t *testing.T) {
	const years, weeks, columns, moved, share = 300, 52, 20, 4, 0.1
	for _, tc := range []struct {
		name      string
		d         Discovery
		depend    float64
		leastPart float64 // of true changes found
	}{
		{"e-values, dependent", Discovery{}, 0.5, 0.5},
		{"LORD++, independent", Discovery{Independent: true}, 0, 0.8},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(4, 9))
			var falseShare, found, could float64
			for range years {
				var state []byte
				var wrong, right float64
				for w := range weeks {
					shock := rnd.NormFloat64()
					trial := Trial{At: t0.AddDate(0, 0, 7*w), Since: 7 * 24 * time.Hour, Budget: 1}
					for c := range columns {
						z := math.Sqrt(tc.depend)*shock + math.Sqrt(1-tc.depend)*rnd.NormFloat64()
						if c < moved && w >= 10 {
							z += 6
						}
						p := math.Erfc(math.Abs(z) / math.Sqrt2)
						trial.Tests = append(trial.Tests, Test{P: p, PLow: p, PHigh: p})
					}
					var out []Decision
					out, state = tc.d.Decide(state, trial)
					if len(state) > MaxAlarmState {
						t.Fatalf("%d bytes are kept", len(state))
					}
					for c, x := range out {
						switch real := c < moved && w >= 10; {
						case real && x.State == wardround.Fail:
							right++
						case x.State == wardround.Fail:
							wrong++
						}
					}
				}
				falseShare += wrong / max(wrong+right, 1) / years
				found += right
				could += moved * (weeks - 10)
			}
			if falseShare > share {
				t.Errorf("%.3f of the alarms are false, %v are promised", falseShare, share)
			}
			if found/could < tc.leastPart {
				t.Errorf("%.3f of what moved is found", found/could)
			}
			t.Logf("false %.4f, found %.3f", falseShare, found/could)
		})
	}
}

// TestDiscoveryDecidesOnlyWhatItKnows: an interval of p that lies on both sides decides
// nothing, a test that could not be made spends nothing, and bytes that cannot be read
// begin anew.
func TestDiscoveryDecidesOnlyWhatItKnows(t *testing.T) {
	for _, d := range []Discovery{{}, {Independent: true}} {
		out, _ := d.Decide([]byte("{damaged"), Trial{Tests: []Test{{P: 1e-9, PLow: 1e-12, PHigh: 0.4}, {P: math.NaN(), PHigh: 1}, {P: 0.5, PLow: 0.5, PHigh: 0.5}, {P: 1e-12, PLow: 1e-12, PHigh: 1e-12}}})
		for i, want := range []wardround.State{wardround.Unknown, wardround.Unknown, wardround.Pass, wardround.Fail} {
			if out[i].State != want {
				t.Errorf("%+v: test %d: %v, want %v", d, i, out[i].State, want)
			}
		}
	}
}

// TestThePlanChoosesItsAlarms: as the plan says, else as the site does.
func TestThePlanChoosesItsAlarms(t *testing.T) {
	f := New(Options{})
	for control, want := range map[string]Alarms{"": Spending{}, model.ControlExpected: Spending{}, model.ControlFDR: Discovery{Share: 0.2, Independent: true}} {
		s := &scene{f: f, plan: &model.Plan{Budget: model.Budget{Control: control, Share: 0.2, Independent: "one row a patient, columns by design"}}}
		if got := s.alarms(); got != want {
			t.Errorf("%q: %+v", control, got)
		}
	}
}
