package pipeline

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

func (b *bench) setting(d time.Duration, name, value string) *wardround.Observation {
	return b.say(d, &kind.ContentChangedV1{Name: name, Value: value, By: "ann", Reason: "because"})
}

func TestACheckSwitchedOffSaysSo(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{Word: "bad"}), seen(0, thingV1{Word: "good", Good: true}))
	leaves := b.st.Leaves()
	b.see(b.setting(time.Minute, "check/test.goodness/off", `"noisy"`))
	for _, item := range []string{"bad", "good"} {
		if v := b.verdict(item); v.State != wardround.Unknown || v.Why != "check switched off" || v.Knowledge != 3 || !v.Since.Equal(t0.Add(time.Minute)) {
			t.Errorf("%s: %+v", item, v)
		}
	}
	if f := b.finding(); f.State != wardround.Open || !f.Stale {
		t.Errorf("the finding: %+v", f)
	}
	if n := b.st.Leaves() - leaves; n != 3 { // the change, and two transitions
		t.Errorf("%d leaves", n)
	}
	b.restart()
	b.see(seen(2*time.Minute, thingV1{Word: "bad", Good: true}), seen(2*time.Minute, thingV1{Word: "new"}))
	if b.verdict("new") != nil || b.verdict("bad").State != wardround.Unknown || b.finding().State != wardround.Open {
		t.Error("it judged while switched off")
	}
	b.see(b.setting(3*time.Minute, "check/test.goodness/off", ""))
	b.see(seen(4*time.Minute, thingV1{Word: "bad"}), seen(4*time.Minute, thingV1{Word: "good", Good: true}))
	if b.verdict("bad").State != wardround.Fail || b.verdict("good").State != wardround.Pass {
		t.Error("it does not judge after it was switched on")
	}
	if f := b.finding(); f.State != wardround.Open || f.Stale {
		t.Errorf("the finding: %+v", f)
	}
	for range b.st.Content(t.Context(), scope) {
		t.Error("a setting is left")
	}
}

// The wake-ups of a check that is switched off wait for it.
func TestWakeUpsWaitForACheckThatIsOff(t *testing.T) {
	b := newBench(t, Options{}, silence())
	b.see(seen(0, thingV1{Word: "a"})) // to be woken at ten minutes
	b.see(b.setting(time.Minute, "check/test.silence/off", `"noisy"`))
	n := len(b.commits)
	b.see(b.say(time.Hour, &kind.SensorStatusV1{}))
	b.restart()
	b.see(b.say(2*time.Hour, &kind.SensorStatusV1{}))
	if got := len(b.commits) - n; got != 2 {
		t.Errorf("%d batches for two: it was woken", got)
	}
	b.see(b.setting(3*time.Hour, "check/test.silence/off", ""))
	if v := b.verdict("a"); v.State != wardround.Fail || !strings.Contains(string(v.Facts.JSON()), "11:00:00Z") {
		t.Errorf("it was not woken when it was switched on: %+v", v)
	}
	for range b.st.Wakes(t.Context(), scope) {
		t.Error("a wake-up is left")
	}
}

// A wake-up that is asked for a moment before the check goes off is not lost with
// the batch.
func TestAWakeUpDueWhenACheckGoesOff(t *testing.T) {
	b := newBench(t, Options{}, silence())
	b.see(seen(0, thingV1{Word: "a"}))
	own := b.p.Own(t0.Add(11 * time.Minute))
	if len(own) != 1 {
		t.Fatalf("%d due", len(own))
	}
	own[0].Sensor, own[0].Input, own[0].Position = Sensor, ownInput, 1
	off := b.setting(11*time.Minute, "check/test.silence/off", `"noisy"`)
	b.pos++
	off.Position = b.pos
	own[0].Logged, off.Logged = off.At, off.At
	appended, err := b.log.Append(t.Context(), []*wardround.Observation{own[0], off})
	if err == nil {
		err = b.p.Judge(t.Context(), appended)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.feed = NewFeed(b.p, kept{b.log}, nil)
	b.restart()
	b.see(b.setting(time.Hour, "check/test.silence/off", ""))
	if v := b.verdict("a"); v.State != wardround.Fail {
		t.Errorf("%+v", v)
	}
}

// What passed an old threshold has not passed the new one.
func TestAThresholdTakesBackWhatPassedTheOldOne(t *testing.T) {
	c := goodness()
	c.Run = func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			v := o.Fields.(*thingV1)
			if float64(v.N) > p.Setting("most", 5) {
				p.Fail(wardround.AssetSubject(o.Dst), v.Word, nil)
			} else {
				p.Pass(wardround.AssetSubject(o.Dst), v.Word, nil)
			}
		}
		return nil
	}
	b := newBench(t, Options{}, c)
	b.see(seen(0, thingV1{Word: "three", N: 3}), seen(0, thingV1{Word: "nine", N: 9}))
	b.see(b.setting(time.Minute, "check/test.goodness", `{"most":2}`))
	if v := b.verdict("three"); v.State != wardround.Unknown || !strings.Contains(v.Why, "setting") {
		t.Errorf("a pass of the old threshold: %+v", v)
	}
	if v := b.verdict("nine"); v.State != wardround.Fail {
		t.Errorf("a fail of the old threshold: %+v", v)
	}
	leaves := b.st.Leaves()
	b.see(b.setting(2*time.Minute, "check/test.goodness", `{"most":2}`))
	if n := b.st.Leaves() - leaves; n != 1 {
		t.Errorf("the same again changes %d things", n-1)
	}
	b.restart()
	b.see(seen(3*time.Minute, thingV1{Word: "three", N: 3}))
	if v := b.verdict("three"); v.State != wardround.Fail || v.Knowledge != 4 {
		t.Errorf("by the new threshold: %+v", v)
	}
	b.see(b.setting(4*time.Minute, "check/test.goodness", ""))
	b.see(seen(5*time.Minute, thingV1{Word: "three", N: 3}))
	if v := b.verdict("three"); v.State != wardround.Pass {
		t.Errorf("by the check's own threshold: %+v", v)
	}
}

func TestContentIsRefused(t *testing.T) {
	known := func(id string) bool { return id == "net.scan" }
	for _, tc := range []struct{ name, value, says string }{
		{"zones", `[{"id":"icu","name":"ICU","prefixes":["10.0.0.0/24"]}]`, ""},
		{"zones", ``, ""},
		{"zones", `{}`, "zones"},
		{"zones", `[{"id":""}]`, "empty or named twice"},
		{"zones", `[{"id":"a"},{"id":"a"}]`, "empty or named twice"},
		{"zones", `[{"id":"public"}]`, "every site has"},
		{"zones", `[{"id":"a","prefixes":["10.0.0.1"]}]`, "zones"},
		{"check/net.scan", `{"hosts":10}`, ""},
		{"check/net.scan", `{"hosts":"ten"}`, "object of numbers"},
		{"check/net.scan/off", `"too noisy on mirror-2"`, ""},
		{"check/net.scan/off", ``, ""},
		{"check/net.scan/off", `""`, "needs a reason"},
		{"check/net.scan/off", `true`, "needs a reason"},
		{"check/no.such", `{}`, "no check"},
		{"check/no.such/off", ``, ""}, // of a check this version no longer has
		{"colour", `"red"`, "no setting"},
		{"colour", ``, "no setting"},
	} {
		err := validContent(tc.name, tc.value, known)
		if tc.says == "" && err != nil || tc.says != "" && (wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("%s = %s: %v, want …%s…", tc.name, tc.value, err, tc.says)
		}
	}
}
