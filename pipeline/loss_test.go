package pipeline

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Only a pass seen without gaps fixes a finding.
func TestWhatIsNotSeenWholeFixesNothing(t *testing.T) {
	const open, reopened, fixed = wardround.Open, wardround.Reopened, wardround.Fixed
	type say = kind.SensorStatusV1
	at := func(d time.Duration) time.Time { return t0.Add(d) }
	for _, tc := range []struct {
		name   string
		sensor string
		fields any           // told at ten minutes
		pass   time.Duration // when the good is seen
		after  wardround.FindingState
		told   wardround.FindingState // when the pass came before the loss was told
	}{
		{"no loss", "mirror", &say{From: at(9 * time.Minute)}, 9*time.Minute + 30*time.Second, fixed, fixed},
		{"a loss in the minute of the pass", "mirror", &say{From: at(9 * time.Minute), KernelDrops: 1}, 9*time.Minute + 30*time.Second, "", reopened},
		{"a loss before the pass", "mirror", &say{From: at(9 * time.Minute), GapBytes: 1}, 11 * time.Minute, open, ""},
		{"a loss long before the pass", "mirror", &say{From: at(9 * time.Minute), GapBytes: 1}, 13 * time.Minute, fixed, ""},
		{"a loss after the pass", "mirror", &say{From: at(9 * time.Minute), KernelDrops: 1}, 8 * time.Minute, "", fixed},
		{"a limit was reached", "mirror", &say{From: at(9 * time.Minute), LimitDrops: 1}, 11 * time.Minute, open, ""},
		{"the input was cut", "mirror", &say{From: at(9 * time.Minute), Truncated: true}, 11 * time.Minute, open, ""},
		{"the loss of another sensor", "mirror-2", &say{From: at(9 * time.Minute), KernelDrops: 1}, 11 * time.Minute, fixed, ""},
		{"we shed ourselves", Sensor, &say{From: at(9 * time.Minute), QueueDrops: 1}, 11 * time.Minute, open, ""},
		{"we shed ourselves in that minute", Sensor, &say{From: at(9 * time.Minute), QueueDrops: 1}, 9*time.Minute + 30*time.Second, "", reopened},
		{"part of the log is missing", "people", &kind.LogGapV1{}, 11 * time.Minute, open, ""},
	} {
		for _, restart := range []bool{false, true} {
			b := newBench(t, Options{}, goodness())
			b.see(seen(0, thingV1{}))
			loss := b.say(10*time.Minute, tc.fields)
			loss.Sensor = tc.sensor
			pass := seen(tc.pass, thingV1{Good: true})
			first, second, want := loss, pass, tc.after
			if tc.pass < 10*time.Minute {
				first, second, want = pass, loss, tc.told
			}
			b.see(first)
			if restart {
				b.restart()
			}
			b.see(second)
			if f := b.finding(); f.State != want {
				t.Errorf("%s (restart %v): %s, want %s", tc.name, restart, f.State, want)
			}
			if v := b.verdict(""); v.State != wardround.Pass {
				t.Errorf("%s: what was seen is %v", tc.name, v.State)
			}
			b.see(seen(20*time.Minute, thingV1{Good: true}))
			if f := b.finding(); f.State != fixed {
				t.Errorf("%s (restart %v): after a pass without gaps it is %s", tc.name, restart, f.State)
			}
		}
	}
}
