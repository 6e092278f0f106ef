package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// naughty is a check that misbehaves for the word "bad".
func naughty(act func(p *check.Pass) error) *check.Check {
	c := goodness()
	c.ID = "test.naughty"
	inner := c.Run
	c.Run = func(ctx context.Context, p *check.Pass) error {
		s := check.State[struct{ Runs int }](p, "k")
		s.Runs++
		if err := inner(ctx, p); err != nil {
			return err
		}
		for o := range p.Seen() {
			if o.Fields.(*thingV1).Word == "bad" {
				return act(p)
			}
		}
		return nil
	}
	return c
}

func TestAMisbehavingCheckIsContained(t *testing.T) {
	endless := make(chan struct{})
	for _, tc := range []struct {
		name, cause string
		act         func(p *check.Pass) error
	}{
		{"panics", "panic", func(*check.Pass) error { panic("oh") }},
		{"loops on the pass", "overrun", func(p *check.Pass) error {
			for {
				p.Inventory()
				time.Sleep(time.Millisecond)
			}
		}},
		{"hangs", "overrun", func(*check.Pass) error { <-endless; return nil }},
		{"says too much", "too many verdicts", func(p *check.Pass) error {
			for i := range 10_000 {
				p.Fail(wardround.SiteSubject("s"), word(i), nil)
			}
			return nil
		}},
		{"returns an error", "error", func(*check.Pass) error { return errors.New("no") }},
		{"keeps too much", "state", func(p *check.Pass) error {
			*check.State[string](p, "big") = strings.Repeat("x", 5000)
			return nil
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			budget := 10 * time.Second
			if tc.cause == "overrun" {
				budget = 200 * time.Millisecond
			}
			b := newBench(t, Options{Budget: budget}, goodness(), naughty(tc.act))
			b.see(seen(0, thingV1{Word: "fine"}))
			b.see(seen(time.Minute, thingV1{Word: "bad"}))
			count := map[string]int{}
			for v, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
				if err != nil {
					t.Fatal(err)
				}
				count[v.Check+"/"+v.Item]++
			}
			if count["test.goodness/bad"] != 1 {
				t.Error("the other check did not go on")
			}
			if count["test.naughty/bad"] != 0 || len(count) != 3 {
				t.Errorf("output of the failed batch was kept: %v", count)
			}
			last := b.commits[len(b.commits)-1]
			found := false
			for _, e := range last.Evidence {
				found = found || strings.Contains(string(e.Payload), tc.cause) && strings.Contains(string(e.Payload), "test.naughty")
			}
			if !found {
				t.Errorf("the failure (%s) is not in the log's evidence", tc.cause)
			}
			if tc.name == "hangs" {
				close(endless)
				time.Sleep(20 * time.Millisecond)
			}
			// It rests for an hour and then goes on, with the state it had before.
			b.see(seen(30*time.Minute, thingV1{Word: "later"}))
			if b.verdictOf("test.naughty", "later") != nil {
				t.Error("it ran while paused")
			}
			b.see(seen(2*time.Hour, thingV1{Word: "again"}))
			if b.verdictOf("test.naughty", "again") == nil {
				t.Error("it did not run after its pause")
			}
			for row := range b.st.States(t.Context(), scope) {
				if row.Check == "test.naughty" && row.Key == "k" && string(row.Data) != `{"Runs":2}` {
					t.Errorf("state %s, want two runs", row.Data)
				}
			}
		})
	}
}

func (b *bench) verdictOf(id, item string) *wardround.Verdict {
	for v := range b.st.Verdicts(b.Context(), scope, wardround.VerdictFilter{Check: id}) {
		if v.Item == item {
			return v
		}
	}
	return nil
}

func TestWakeUpsComeThroughTheLog(t *testing.T) {
	var woken []time.Time
	c := goodness()
	c.Run = func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			p.WakeAt("w", o.At.Add(time.Minute))
		}
		for w := range p.Wakes() {
			woken = append(woken, w.Due)
			p.Fail(wardround.SiteSubject("s"), w.Key, nil)
		}
		return nil
	}
	b := newBench(t, Options{}, c)
	b.see(seen(0, thingV1{}))
	b.see(seen(30*time.Second, thingV1{})) // moves the wake-up
	if len(woken) != 0 {
		t.Fatal("woken too early")
	}
	b.see(b.say(2*time.Minute, &kind.SensorStatusV1{}))
	if len(woken) != 1 || !woken[0].Equal(t0.Add(90*time.Second)) {
		t.Fatalf("woken at %v", woken)
	}
	for range b.st.Wakes(t.Context(), scope) {
		t.Error("a wake-up is left over")
	}
	if b.verdict("w") == nil {
		t.Error("the wake-up's verdict is missing")
	}
}

func TestLearningIsAnnouncedAndHandedOver(t *testing.T) {
	b := newBench(t, Options{}, novelty())
	b.see(seen(0, thingV1{Word: "a"}))
	if v := b.verdict("a"); v.State != wardround.Unknown || v.Why != "learning" {
		t.Fatalf("while learning: %+v", v)
	}
	b.see(b.say(11*time.Minute, &kind.SensorStatusV1{}))
	var list []*wardround.Proposal
	for p := range b.st.Proposals(t.Context(), scope) {
		list = append(list, p)
	}
	if len(list) != 1 || list[0].Kind != "baseline" || list[0].Field != "icu" {
		t.Fatalf("as-found lists: %+v", list)
	}
	b.see(seen(12*time.Minute, thingV1{Word: "a"}), seen(12*time.Minute, thingV1{Word: "b"}))
	if b.verdict("a").State != wardround.Pass || b.verdict("b").State != wardround.Fail {
		t.Fatalf("a %v, b %v", b.verdict("a").State, b.verdict("b").State)
	}
	b.see(b.say(13*time.Minute, &kind.InventorySaidV1{Act: "accept", Proposal: list[0].ID, By: "ann"}))
	adopted := 0
	for row := range b.st.Learned(t.Context(), scope) {
		if row.Adopted {
			adopted++
		}
	}
	if adopted != 1 {
		t.Errorf("%d adopted", adopted)
	}
}

// A pass that was given up sees no more of a list it was walking.
func TestAnAbandonedPassSeesNoMore(t *testing.T) {
	met := make(chan wardround.AssetID, 10)
	ended := make(chan struct{})
	b := newBench(t, Options{Budget: 100 * time.Millisecond}, naughty(func(p *check.Pass) error {
		defer close(ended)
		for a := range p.Inventory().Assets() {
			met <- a.ID
			time.Sleep(150 * time.Millisecond)
		}
		return nil
	}))
	b.see(seen(0, thingV1{Word: "bad"}))
	<-ended
	if n := len(met); n != 1 {
		t.Errorf("it met %d assets", n)
	}
}
