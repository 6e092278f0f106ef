package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// What checks cost and how they fail can be read while they are run.
func TestStats(t *testing.T) {
	slow, bad, idle := goodness(), goodness(), goodness()
	slow.ID, bad.ID, idle.ID, idle.Watch = "test.slow", "test.bad", "test.idle", nil
	run := slow.Run
	slow.Run = func(ctx context.Context, p *check.Pass) error {
		time.Sleep(2 * time.Millisecond)
		return run(ctx, p)
	}
	bad.Run = func(context.Context, *check.Pass) error { panic("oh no") }
	b := newBench(t, Options{Clock: time.Now}, slow, bad, idle)
	done := make(chan struct{})
	go func() { // whoever reads is another goroutine
		defer close(done)
		for range 100 {
			b.p.Stats()
		}
	}()
	b.see(seen(0, thingV1{}))
	b.see(seen(time.Minute, thingV1{}))
	<-done
	s := b.p.Stats()
	if got := s["test.slow"]; got.Runs != 2 || got.Mean() < 2*time.Millisecond || got.Mean() > got.Spent || !got.Last.Equal(t0.Add(time.Minute)) || got.Failure != "" {
		t.Errorf("slow: %+v", got)
	}
	if got := s["test.bad"]; got.Runs != 1 || got.Failure != "oh no" || !got.Failed.Equal(t0) || !got.Paused.Equal(t0.Add(pauseFor)) {
		t.Errorf("bad, which is paused after its first: %+v", got)
	}
	if got, there := s["test.idle"]; !there || got != (CheckStats{}) || got.Mean() != 0 {
		t.Errorf("idle: %+v", got)
	}
}

// Whoever watches is given each batch once it is judged, the pipeline's own too.
func TestIngestTellsWhatWasJudged(t *testing.T) {
	g := newGate(t, 100)
	var told []uint64
	g.opt.OnJudged = func(batch []*wardround.Observation) {
		for _, o := range batch {
			if o.Seq > g.opt.Pipeline.Position() {
				t.Errorf("observation %d was told before it was committed", o.Seq)
			}
			told = append(told, o.Seq)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx) }()
	for range 5 {
		g.Offer(live(seen(0, thingV1{})))
		if err := g.Sync(ctx); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	if uint64(len(told)) != g.log.Last() || len(told) == 0 {
		t.Errorf("told of %v, the log ends at %d", told, g.log.Last())
	}
}
