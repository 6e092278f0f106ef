package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// TestLearningEndsWithinABatch gives half an hour in one batch: what happened
// after learning is novel although the batch began while learning.
func TestLearningEndsWithinABatch(t *testing.T) {
	b := newBench(t, Options{}, novelty())
	b.see(
		seen(0, thingV1{Word: "old"}), seen(9*time.Minute, thingV1{Word: "early"}),
		seen(11*time.Minute, thingV1{Word: "new"}), seen(12*time.Minute, thingV1{Word: "old"}), seen(30*time.Minute, thingV1{Word: "late"}),
	)
	for word, want := range map[string]wardround.State{
		"old": wardround.Pass, "early": wardround.Unknown, "new": wardround.Fail, "late": wardround.Fail,
	} {
		if v := b.verdict(word); v == nil || v.State != want {
			t.Errorf("%s: %+v, want %v", word, v, want)
		}
	}
}

// TestDocumentsAreNotTheFirstDay: a bill of materials that is imported weeks before the
// first sensor runs does not use up the time of learning.
func TestDocumentsAreNotTheFirstDay(t *testing.T) {
	b := newBench(t, Options{}, novelty())
	b.see(b.say(0, &kind.ReleaseSaidV1{Maker: "Maker", Product: "Pump", Version: "1"}))
	b.see(seen(time.Hour, thingV1{Word: "first"}), seen(time.Hour+11*time.Minute, thingV1{Word: "new"}), seen(time.Hour+12*time.Minute, thingV1{Word: "first"}))
	for word, want := range map[string]wardround.State{"first": wardround.Pass, "new": wardround.Fail} {
		if v := b.verdict(word); v == nil || v.State != want {
			t.Errorf("%s: %+v, want %v", word, v, want)
		}
	}
}

// TestWhatMovesIsNoStranger: what was learned in one zone is known in another, also
// after a restart.
func TestWhatMovesIsNoStranger(t *testing.T) {
	zone := wardround.ZoneID("local")
	words := &check.Check{
		ID: "test.words", Version: 1, Title: "A new word", Concern: wardround.Security, Applies: wardround.AnyKind,
		Severity: wardround.Medium, Watch: []kind.Name{thing}, Novelty: true,
		Run: func(_ context.Context, p *check.Pass) error {
			for o := range p.Seen() {
				w := o.Fields.(*thingV1).Word
				if p.Learn(zone, "words", w) == check.Novel {
					p.Fail(wardround.AssetSubject(o.Dst), w, nil)
				} else {
					p.Pass(wardround.AssetSubject(o.Dst), w, nil)
				}
			}
			return nil
		},
	}
	b := newBench(t, Options{}, words)
	b.see(seen(0, thingV1{Word: "old"}))
	zone = "icu"
	b.see(seen(11*time.Minute, thingV1{Word: "old"}), seen(11*time.Minute, thingV1{Word: "new"}))
	b.p.Close()
	p, err := Open(t.Context(), b.p.opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	b.p, b.feed = p, NewFeed(p, b.log, nil)
	zone = "ward"
	b.see(seen(12*time.Minute, thingV1{Word: "old"}))
	for word, want := range map[string]wardround.State{"old": wardround.Pass, "new": wardround.Fail} {
		if v := b.verdict(word); v == nil || v.State != want {
			t.Errorf("%s: %+v, want %v", word, v, want)
		}
	}
}
