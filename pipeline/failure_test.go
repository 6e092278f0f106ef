package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memstore"
)

// reports counts the failures in the evidence.
func (b *bench) reports() (n int) {
	b.Helper()
	for e, err := range b.st.Evidence(b.Context(), scope, 0, 0) {
		if err != nil {
			b.Fatal(err)
		}
		if e.Reason == string(kind.CheckFailed) {
			n++
		}
	}
	return n
}

// judge appends and judges a batch without what the pipeline has to say of it: as
// a process does that is killed before it goes on.
func (b *bench) judge(obs ...*wardround.Observation) {
	b.Helper()
	for _, o := range obs {
		b.pos++
		o.Position, o.Logged = b.pos, o.At
	}
	appended, err := b.log.Append(b.Context(), obs)
	if err == nil {
		err = b.p.Judge(b.Context(), appended)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func TestAFailureIsReportedOnceWhateverHappens(t *testing.T) {
	fails := naughty(func(*check.Pass) error { return errors.New("no") })
	t.Run("killed before the report is written", func(t *testing.T) {
		b := newBench(t, Options{}, fails)
		b.judge(seen(0, thingV1{Word: "bad"}))
		b.restart()
		b.restart()
		b.see(seen(time.Minute, thingV1{Word: "fine"}))
		b.see(seen(2*time.Minute, thingV1{Word: "fine"}))
		if n := b.reports(); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
	t.Run("killed before the report is judged", func(t *testing.T) {
		b := newBench(t, Options{}, fails)
		b.judge(seen(0, thingV1{Word: "bad"}))
		own := b.p.Own(time.Time{})
		if len(own) != 1 {
			t.Fatalf("%d observations of its own", len(own))
		}
		own[0].Sensor, own[0].Input, own[0].Position, own[0].Logged = Sensor, ownInput, 1, t0
		if _, err := b.log.Append(t.Context(), own); err != nil {
			t.Fatal(err)
		}
		b.restart()
		in := NewIngest(IngestOptions{Log: b.log, Pipeline: b.p, Clock: func() time.Time { return t0 }})
		if err := in.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.feed = NewFeed(b.p, kept{b.log}, nil)
		b.see(seen(time.Minute, thingV1{Word: "fine"}))
		if n := b.reports(); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
}

func TestAPauseOutlivesARestart(t *testing.T) {
	b := newBench(t, Options{}, naughty(func(*check.Pass) error { return errors.New("no") }))
	b.see(seen(0, thingV1{Word: "bad"}))
	b.restart()
	b.see(seen(30*time.Minute, thingV1{Word: "resting"}))
	if b.verdict("resting") != nil {
		t.Error("a restart ended the pause")
	}
	b.restart()
	b.see(seen(61*time.Minute, thingV1{Word: "rested"}))
	if b.verdict("rested") == nil {
		t.Error("it did not go on after its pause")
	}
	b.see(seen(62*time.Minute, thingV1{Word: "fine"}))
	for row := range b.st.States(t.Context(), scope) {
		if row.Check == ownState && row.Key == "failed/test.naughty" {
			t.Errorf("the failure is still remembered: %s", row.Data)
		}
	}
}

// A check lives by its wake-ups: one that fell into a pause, or into the batch
// that failed, comes when the pause is over.
func TestAWakeUpWaitsOutAPause(t *testing.T) {
	c := silence()
	inner := c.Run
	c.Run = func(ctx context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			if o.Fields.(*thingV1).Word == "bad" {
				return errors.New("no")
			}
		}
		return inner(ctx, p)
	}
	b := newBench(t, Options{}, c)
	b.see(seen(0, thingV1{Word: "a"})) // to be woken at ten minutes
	b.see(seen(time.Minute, thingV1{Word: "bad"}))
	b.see(b.say(15*time.Minute, &kind.SensorStatusV1{}))
	if v := b.verdict("a"); v.State != wardround.Pass {
		t.Fatalf("woken while paused: %+v", v)
	}
	b.restart()
	b.see(b.say(62*time.Minute, &kind.SensorStatusV1{}))
	if v := b.verdict("a"); v.State != wardround.Fail {
		t.Errorf("the wake-up is lost: %+v", v)
	}
}

// A check that never returns is not started a second time beside itself.
func TestAStuckCheckIsNotStartedTwice(t *testing.T) {
	starts, end := make(chan struct{}, 10), make(chan struct{})
	b := newBench(t, Options{Budget: 200 * time.Millisecond}, naughty(func(*check.Pass) error {
		starts <- struct{}{}
		<-end
		return nil
	}))
	b.see(seen(0, thingV1{Word: "bad"}))
	b.see(seen(2*time.Hour, thingV1{Word: "bad"}))
	b.see(seen(4*time.Hour, thingV1{Word: "bad"}))
	if n := len(starts); n != 1 {
		t.Errorf("it was started %d times", n)
	}
	if n := b.reports(); n != 3 {
		t.Errorf("%d reports: that it still runs is not said", n)
	}
	close(end)
	time.Sleep(10 * time.Millisecond)
	b.see(seen(6*time.Hour, thingV1{Word: "fine"}))
	if b.verdict("fine") == nil {
		t.Error("it did not go on after it had ended")
	}
}

// What overran on one machine does not on another; the log says what counts.
func TestALogJudgedAgainRepeatsItsFailures(t *testing.T) {
	broken := true
	c := silence()
	inner := c.Run
	c.Run = func(ctx context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			if broken && o.Fields.(*thingV1).Word == "w3" {
				return errors.New("no")
			}
		}
		return inner(ctx, p)
	}
	b := newBench(t, Options{}, goodness(), c)
	for _, batch := range day(1, 0) {
		b.see(batch...)
	}
	if b.reports() == 0 {
		t.Fatal("nothing failed")
	}
	broken = false
	opt := b.p.opt
	again := &bench{T: t, st: memstore.New(memstore.Options{History: true}), log: b.log}
	opt.Store, opt.OnCommit = again.st, nil
	var err error
	if again.p, err = Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.p.Close)
	if err := again.p.CatchUp(t.Context(), b.log); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(judgements(t, b), judgements(t, again)); diff != "" {
		t.Errorf("judged again (-first +again):\n%s", diff)
	}
}
