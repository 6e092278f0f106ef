package pipeline

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Feed drives a pipeline without a clock: for replay, fixtures and backtests. Each
// batch is appended and judged at once; what the pipeline itself has to say
// follows before the next batch. The same batches give the same log.
type Feed struct {
	p   *Pipeline
	log wardround.Log
	own uint64
	// each is called with every judged batch, the pipeline's own included.
	each func([]*wardround.Observation)
}

// NewFeed returns a feed into p through log. each, if not nil, sees every judged
// batch.
func NewFeed(p *Pipeline, log wardround.Log, each func([]*wardround.Observation)) *Feed {
	return &Feed{p: p, log: log, own: log.Reached(Sensor, ownInput), each: each}
}

// maxOwnRounds bounds how often the pipeline's own observations may cause more of
// them before the next batch.
const maxOwnRounds = 100

// Batch appends and judges one batch of at most [wardround.MaxBatch], and then
// what is due because of it.
func (f *Feed) Batch(ctx context.Context, batch []*wardround.Observation) error {
	now := f.p.Now()
	for _, o := range batch {
		if o.At.After(now) {
			now = o.At
		}
	}
	if err := f.append(ctx, batch, now); err != nil {
		return err
	}
	for range maxOwnRounds {
		own := f.p.Own(time.Time{})
		if len(own) == 0 {
			return nil
		}
		for _, o := range own {
			f.own++
			o.Sensor, o.Input, o.Position = Sensor, ownInput, f.own
		}
		if err := f.append(ctx, own, f.p.Now()); err != nil {
			return err
		}
	}
	return nil
}

// trimmer is a log that keeps only what is still needed.
type trimmer interface{ Trim(upTo uint64) }

func (f *Feed) append(ctx context.Context, batch []*wardround.Observation, now time.Time) error {
	for _, o := range batch {
		o.Logged = now
		kind.Valid(o.Fields)
	}
	appended, err := f.log.Append(ctx, batch)
	if err != nil {
		return err
	}
	// The log is read only after a restart; here its batches go straight on.
	if err := f.p.Judge(ctx, appended); err != nil {
		return err
	}
	if f.each != nil {
		f.each(appended)
	}
	if t, ok := f.log.(trimmer); ok {
		t.Trim(f.p.Position())
	}
	return nil
}
