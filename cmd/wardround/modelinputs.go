package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/inference"
	"github.com/wardround/wardround/stat/sketch"
)

// How what models are fed with is folded: into windows of an hour, which wait for
// stragglers; and how much of the log is looked through after a start, for the hour
// that was open then.
const (
	inputsWindow = time.Hour
	inputsGrace  = 10 * time.Minute
	inputsBack   = 500_000 // observations
	inputsQueue  = 256     // batches that wait
)

// fed folds what is seen on the network of what is sent to services that models run
// behind. It follows what was judged, off the pipeline's goroutine: what comes while it
// is behind is left out, and counted.
type fed struct {
	w      *writer
	in     *inference.Inputs
	queue  chan []*wardround.Observation
	began  atomic.Bool
	missed atomic.Int64 // observations
	told   int64
}

// openFed returns one that stands where the log does. A window that was told before
// the last end is not told again: its time is its position.
func openFed(ctx context.Context, w *writer) *fed {
	f := &fed{w: w, queue: make(chan []*wardround.Observation, inputsQueue)}
	f.in = inference.NewInputs(inputsWindow, inputsGrace, func(x *kind.InferenceWindowV1, s *sketch.Window) error {
		return takeInputs(ctx, w, "inputs", wardround.Live, x, s)
	})
	f.in.Only(w.models.Feeds)
	return f
}

// judged takes in a batch; it never waits. What was judged before it runs is read from
// the log.
func (f *fed) judged(batch []*wardround.Observation) {
	if !f.began.Load() {
		return
	}
	select {
	case f.queue <- batch:
	default:
		f.missed.Add(int64(len(batch)))
	}
}

// run folds until ctx ends. Whoever handed batches over must still judge until then.
func (f *fed) run(ctx context.Context, say func(format string, args ...any)) {
	f.began.Store(true)
	after := uint64(0)
	if last := f.w.log.Last(); last > inputsBack {
		after = last - inputsBack
	}
	if len(f.w.models.List()) == 0 {
		after = f.w.log.Last() // nobody was fed
	}
	seen := after
	err := f.w.log.Read(ctx, after, func(batch []*wardround.Observation) error {
		if len(batch) > 0 {
			seen = batch[len(batch)-1].Seq
		}
		return f.observe(ctx, batch)
	})
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case batch := <-f.queue:
			if len(batch) > 0 && batch[len(batch)-1].Seq <= seen {
				continue // it was read from the log
			}
			err = f.observe(ctx, batch)
		}
		if n := f.missed.Load(); n > f.told {
			say("wardround: %d observations were not looked at for what models are fed with: too much at once", n-f.told)
			f.told = n
		}
	}
	if ctx.Err() == nil {
		say("wardround: what models are fed with is not folded any more: %s", wording(err))
		for { // whoever hands over goes on
			select {
			case <-ctx.Done():
				return
			case <-f.queue:
			}
		}
	}
}

func (f *fed) observe(ctx context.Context, batch []*wardround.Observation) error {
	for _, o := range batch {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := f.in.Observe(o); err != nil {
			return err
		}
	}
	return nil
}
