package feed

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Scheduler pulls sources again and again.
type Scheduler struct {
	Puller  *Puller
	Sources []*Source
	States  *States
	// Deliver takes a batch in; the source's state is kept once it returned nil. Calls
	// come from several goroutines, one at a time.
	Deliver func(ctx context.Context, b *Batch) error
	// Said is told what went wrong; may be nil.
	Said func(s *Source, err error)
	// AtOnce is how many sources are pulled at a time; 2.
	AtOnce int
}

// pause after a first failure; it doubles up to the source's own rhythm.
const failurePause = 5 * time.Minute

// atLeast lies between two pulls also where their state could not be kept.
const atLeast = time.Minute

// Run pulls each source when it is due, until ctx is done, and returns when nothing
// is under way any more.
func (c *Scheduler) Run(ctx context.Context) {
	places := make(chan struct{}, max(c.AtOnce, 2))
	var one sync.Mutex
	var all sync.WaitGroup
	for _, s := range c.Sources {
		all.Go(func() {
			rest := time.Duration(0)
			for ; ; rest = atLeast {
				if c.Puller.opt.Sleep(ctx, max(c.until(s), rest)) != nil {
					return
				}
				select {
				case places <- struct{}{}:
				case <-ctx.Done():
					return
				}
				err := c.Puller.Update(ctx, s, c.States, func(ctx context.Context, b *Batch) error {
					one.Lock()
					defer one.Unlock()
					return c.Deliver(ctx, b)
				})
				<-places
				if ctx.Err() != nil {
					return
				}
				if err != nil && c.Said != nil {
					c.Said(s, err)
				}
			}
		})
	}
	all.Wait()
}

// until is how long to wait for a source.
func (c *Scheduler) until(s *Source) time.Duration {
	st, now := c.States.Get(s), c.Puller.opt.Now()
	if st.Tried.IsZero() || st.Tried.After(now) {
		return 0
	}
	return max(c.Puller.next(s, st).Sub(now), 0)
}

// next is when a source is due: at its rhythm, and after failures earlier, but later
// each time.
func (p *Puller) next(s *Source, st State) time.Time {
	if !st.Next.IsZero() {
		return st.Next
	}
	wait := s.Every
	if st.Failures > 0 {
		wait = min(wait, failurePause<<min(st.Failures-1, 10))
	}
	// A tenth at random, so that not everybody comes at the full hour.
	return st.Tried.Add(wait + time.Duration(p.opt.Rand()*float64(wait)/10))
}

// Update pulls a source, hands over what is new, and keeps how far it came. The
// state is that from before where something was not taken in, so that it is pulled
// again.
func (p *Puller) Update(ctx context.Context, s *Source, states *States, deliver func(context.Context, *Batch) error) error {
	before := states.Get(s)
	batches, after, err := p.Pull(ctx, s, before)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, b := range batches {
		if len(b.Rows) == 0 && len(b.Statements) == 0 {
			continue
		}
		if e := deliver(ctx, b); e != nil {
			err = errors.Join(err, e)
			kept := before.clone()
			kept.Tried, kept.Failures, kept.Error = after.Tried, before.Failures+1, e.Error()
			after = kept
			break
		}
	}
	after.Next = time.Time{}
	after.Next = p.next(s, after)
	return errors.Join(err, states.Put(after))
}
