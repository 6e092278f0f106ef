package main

import (
	"context"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
	"github.com/wardround/wardround/memstore"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sim"
)

// ward is a simulated ward that is judged while it lives, and of which people may
// say something meanwhile: one mutex lets either into the log. Everything is in
// memory: the store with its ledger, and what the log still needs.
type ward struct {
	bench
	book *memstore.Store // the store, with its ledger
	feed *pipeline.Feed
	mu   sync.Mutex // held by whoever appends and judges
	err  error      // of the pipeline, which is then not to be used any more
	ai   *triage    // the AI service of the ward; nil before it began
	// parts are what its software is made of, and what is known of that.
	parts *api.Portfolio
}

// wardScope is whose rows a demo's store holds.
var wardScope = wardround.Scope{Org: "demo", Site: "simulated-ward"}

// openWard opens an empty ward that learns for so long.
func (a *app) openWard(learn time.Duration) (*ward, error) {
	st := memstore.New(memstore.Options{Ledger: true})
	w := &ward{book: st, bench: bench{store: st, scope: wardScope, origin: wardround.Simulated, log: memlog.New(memlog.Options{})}}
	w.blobs = newShelf()
	w.models = behaviour.New(behaviour.Options{Scope: w.scope, Origin: w.origin, Blobs: w.blobs})
	fold, parts, err := shelfStock(a.ctx, &w.bench)
	if err != nil {
		st.Close()
		return nil, err
	}
	w.parts = parts
	w.pipe, err = pipeline.Open(a.ctx, pipeline.Options{
		Scope: w.scope, Origin: w.origin, Store: st, Checks: check.All(), Learn: learn, Maker: maker, Clock: a.now, Models: w.models, Portfolio: fold,
		OnCommit: func(c *wardround.Commit) {
			if w.commit != nil {
				w.commit(c)
			}
		},
	})
	if err != nil {
		st.Close()
		return nil, err
	}
	w.feed = pipeline.NewFeed(w.pipe, w.log, func(batch []*wardround.Observation) {
		if w.each != nil {
			w.each(batch)
		}
	})
	return w, nil
}

// batch appends and judges one batch.
func (w *ward) batch(ctx context.Context, batch []*wardround.Observation) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judge(ctx, batch)
}

// judge is batch for whoever holds the mutex. What failed once fails from then on:
// what is in memory was not stored.
func (w *ward) judge(ctx context.Context, batch []*wardround.Observation) error {
	if w.err == nil {
		w.err = w.feed.Batch(ctx, batch)
	}
	return w.err
}

// health says why the ward is not judged any more.
func (w *ward) health() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// figures are those of a ward that sheds nothing, because it waits.
func (w *ward) figures() pipeline.Health { return pipeline.Health{Judged: w.log.Last()} }

// say makes what people said part of the log, at the ward's time, and returns when
// it is judged. All of it or nothing. Errors: EInvalid.
func (w *ward) say(ctx context.Context, fields ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	facts := make([]*wardround.Observation, len(fields))
	next := w.log.Reached("people", "commands")
	for i, f := range fields {
		o, err := fact(f, w.pipe.Now(), w.origin)
		if err != nil {
			return err
		}
		next++
		o.Position = next
		facts[i] = o
	}
	return w.judge(context.WithoutCancel(ctx), facts)
}

// fact makes an observation of what a person or a command said. Errors: EInvalid
// for content that makes no sense, and for one that is too large.
func fact(fields any, at time.Time, origin wardround.Origin) (*wardround.Observation, error) {
	s := kind.Of(fields)
	if c, ok := fields.(*kind.ContentChangedV1); ok {
		if err := pipeline.ValidateContent(c.Name, c.Value); err != nil {
			return nil, err
		}
	}
	o := &wardround.Observation{
		Kind: string(s.Name), Version: s.Version, Sensor: "people", Input: "commands", At: at, Origin: origin, Fields: fields,
	}
	if err := pipeline.Acceptable(o); err != nil {
		return nil, err
	}
	return o, nil
}

// pacer says when something that happens in the ward at a time is to happen here.
type pacer struct {
	speed float64 // times life; 0 is at once
	start time.Time
	first int64 // simulated Unix nanoseconds
	// life: what would be ahead of our own clock waits for it, so that a ward that
	// began in the past catches up and then lives on as fast as we do.
	life bool
}

func (p *pacer) due(at int64) time.Time {
	due := p.start
	if p.speed > 0 {
		due = due.Add(time.Duration(float64(at-p.first) / p.speed))
	}
	if now := time.Unix(0, at); p.life && now.After(due) {
		due = now
	}
	return due
}

// How much simulated time one batch covers: while time is made up, and when the ward
// lives as fast as we do and people look on.
const (
	batchSpan = 10 * time.Second
	lifeSpan  = time.Second
)

// wait waits until what happens at a time is due, and reports whether to go on.
func (p *pacer) wait(ctx context.Context, at int64) bool {
	d := time.Until(p.due(at))
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// span is how much simulated time the batch that begins at a time covers.
func (p *pacer) span(at int64) int64 {
	if p.life && time.Until(time.Unix(0, at)) > -lifeSpan {
		return int64(lifeSpan)
	}
	return int64(batchSpan)
}

// begin says where the segments are: the ward's time begins with it, and people can
// be put on the record from here on.
func (w *ward) begin(ctx context.Context, s *sim.Ward) (err error) {
	if w.ai, err = furnish(ctx, s, w.models, w); err != nil {
		return err
	}
	return w.batch(ctx, []*wardround.Observation{contentObservation(wardround.Simulated, s.Now(), simZones())})
}

// live runs a ward that has begun through the same sensor that reads a mirror port,
// until its end or that of ctx. passed is called with each moment of the ward that was judged, and
// what was seen so far.
func (w *ward) live(ctx context.Context, s *sim.Ward, p *pacer, passed func(now time.Time, so func() network.Stats)) (stats network.Stats, err error) {
	defer w.ai.Close()
	var batch []*wardround.Observation
	var mark int64
	flush := func(ctx context.Context) error {
		for len(batch) > 0 {
			n := min(len(batch), wardround.MaxBatch)
			if err := w.batch(ctx, batch[:n:n]); err != nil {
				return err
			}
			if err := w.ai.seen(ctx, batch[:n], time.Unix(0, mark)); err != nil {
				return err
			}
			batch = batch[n:]
		}
		batch = nil
		return nil
	}
	sensor := network.New(network.Options{
		Sensor: "simulated-ward", Input: "ward", Origin: wardround.Simulated, Pseudonyms: replayKey([]byte("simulated ward")),
		Emit: func(o *wardround.Observation) { batch = append(batch, o) },
	})
	p.start = time.Now()
	err = s.Run(func(at int64, frame []byte) error {
		if p.first == 0 {
			p.first, mark = at, at
		}
		for span := p.span(mark); at-mark > span; span = p.span(mark) {
			mark += span
			if !p.wait(ctx, mark) {
				return ctx.Err()
			}
			if err := flush(ctx); err != nil {
				return err
			}
			passed(time.Unix(0, mark).UTC(), sensor.Stats)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		sensor.Packet(packet.Ethernet, frame, len(frame), at)
		if len(batch) >= wardround.MaxBatch {
			return flush(ctx)
		}
		return nil
	})
	sensor.Close()
	if err == nil || ctx.Err() != nil {
		if ferr := flush(context.WithoutCancel(ctx)); ferr != nil {
			err = ferr
		}
		if err == nil {
			err = w.ai.finish(ctx)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if serr := w.pipe.Settle(context.WithoutCancel(ctx)); err == nil {
			err = serr
		}
	}
	return sensor.Stats(), err
}
