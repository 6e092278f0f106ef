package pipeline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// BatchWait is the longest an observation waits for company before its batch is
// made durable.
const BatchWait = 20 * time.Millisecond

// IngestOptions bound an [Ingest].
type IngestOptions struct {
	Log      wardround.Log
	Pipeline *Pipeline
	// Clock gives the wall clock: it is read here and nowhere below.
	Clock func() time.Time
	// Queue is how many observations may wait; 0 means 50,000. What is over that is
	// shed: flow updates first, then repeats, then transactions.
	Queue int
	// OnJudged is called with each batch that was judged and committed, from Run's
	// goroutine; nil for none. It must not change the batch, and not wait.
	OnJudged func([]*wardround.Observation)
}

// Ingest takes observations from sensors, makes them durable in the log and has
// them judged. Offer, Put and Sync are safe for concurrent use; Run is the one
// goroutine that writes.
type Ingest struct {
	opt    IngestOptions
	mu     sync.Mutex
	queue  queue
	wake   chan struct{} // there is something to do
	space  chan struct{} // closed and replaced when room was made
	folder folder
	waits  []waiter
	closed bool   // nothing is taken any more
	flight bool   // something was taken from the queue and is not yet judged
	judged uint64 // observations ever judged
	err    error
	lag    time.Duration // of the newest judged batch: logged to stored

	// For the goroutine of Run alone.
	last    map[inputKey]uint64 // positions given, per sensor and input
	next    time.Time           // when the next status is due
	clock   clock
	refused int64 // observations that no log takes, since the last status
	told    int64 // of what was shed, in a status
}

// waiter waits until nothing up to a number of the queue is left.
type waiter struct {
	upTo uint64
	done chan struct{}
}

// NewIngest returns an ingest ready to Run.
func NewIngest(opt IngestOptions) *Ingest {
	if opt.Queue == 0 {
		opt.Queue = 50_000
	}
	return &Ingest{
		opt: opt, queue: queue{max: opt.Queue}, wake: make(chan struct{}, 1), space: make(chan struct{}), last: map[inputKey]uint64{},
		clock: clock{wall: opt.Clock, site: opt.Pipeline.Now()},
	}
}

type inputKey struct{ sensor, input string }

// number gives o the next position of its sensor's input.
func (in *Ingest) number(o *wardround.Observation) {
	k := inputKey{o.Sensor, o.Input}
	n, ok := in.last[k]
	if !ok {
		n = in.opt.Log.Reached(o.Sensor, o.Input)
	}
	n++
	in.last[k], o.Position = n, n
}

// ownInput is the input of the pipeline's own observations.
const ownInput = "pipeline"

// CatchUp judges what the log holds and the store does not yet know. Call it
// before Run.
func (in *Ingest) CatchUp(ctx context.Context) error {
	return in.opt.Pipeline.CatchUp(ctx, in.opt.Log)
}

// Offer queues an observation of a live sensor and never blocks. When the queue is
// full something is shed, and counted. A live sensor cannot repeat itself, so its
// Position is given when the observation is appended.
func (in *Ingest) Offer(o *wardround.Observation) {
	o.Position = 0
	kind.Valid(o.Fields)
	now := in.opt.Clock()
	in.mu.Lock()
	if in.closed { // it comes too late, and is lost like what has no room
		in.queue.shed[shedOf(o)]++
	} else {
		in.enqueue(in.folder.add(o, now))
	}
	in.mu.Unlock()
	in.poke()
}

func (in *Ingest) enqueue(list []*wardround.Observation) {
	for _, o := range list {
		in.queue.put(o, shedOf(o))
	}
}

// Put queues an observation and waits for room: for files, imports and people.
// What it took is not shed, and it leaves half the queue to live sensors. With a
// Position, what the log already holds is left out; without one, it gets the next.
func (in *Ingest) Put(ctx context.Context, o *wardround.Observation) error {
	kind.Valid(o.Fields)
	return in.room(ctx, func() { in.queue.put(o, shedNone) })
}

// MaxTogether is how many observations [Ingest.PutAll] takes.
const MaxTogether = wardround.MaxBatch / 2

// PutAll queues observations that belong together: they are one batch of the log,
// and one commit, so that after a crash or on a full disk all of them are there or
// none. Each is looked at first: EInvalid for one that no log takes, and for more than
// [MaxTogether]; nothing is queued then.
func (in *Ingest) PutAll(ctx context.Context, list ...*wardround.Observation) error {
	if len(list) > MaxTogether {
		return wardround.Errorf(wardround.EInvalid, "pipeline.ingest", "%d observations cannot be one batch; at most %d", len(list), MaxTogether)
	}
	for _, o := range list {
		kind.Valid(o.Fields)
		if err := Acceptable(o); err != nil {
			return err
		}
	}
	return in.room(ctx, func() { in.queue.putAll(list) })
}

// room calls put, under the lock, when half the queue is free.
func (in *Ingest) room(ctx context.Context, put func()) error {
	for {
		in.mu.Lock()
		if in.err != nil || in.closed {
			err := in.err
			in.mu.Unlock()
			return cmp.Or(err, context.Canceled)
		}
		if in.queue.n < (in.queue.max+1)/2 {
			put()
			in.mu.Unlock()
			in.poke()
			return nil
		}
		space := in.space
		in.mu.Unlock()
		select {
		case <-space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Sync waits until everything queued before the call is durable, judged and
// committed.
func (in *Ingest) Sync(ctx context.Context) error {
	in.mu.Lock()
	if in.err != nil || !in.flight && in.queue.n == 0 {
		err := in.err
		in.mu.Unlock()
		return err
	}
	w := waiter{in.queue.last, make(chan struct{})}
	in.waits = append(in.waits, w)
	in.mu.Unlock()
	in.poke()
	select {
	case <-w.done:
		in.mu.Lock()
		defer in.mu.Unlock()
		return in.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (in *Ingest) poke() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// Run writes and judges until ctx is done and the queue is empty, or an error
// that nothing can go on after: the store or the log failed. Whoever waits in Put
// or Sync then gets that error.
func (in *Ingest) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	now, _ := in.clock.read()
	in.next = now.Add(statusEvery)
	for {
		stopping := false
		select {
		case <-in.wake:
			if in.waiting() < wardround.MaxBatch && ctx.Err() == nil {
				time.Sleep(BatchWait) // company for the fsync
			}
		case <-tick.C:
			in.flushFolds()
			in.status()
		case <-ctx.Done():
			stopping = true
			in.finish()
		}
		if err := in.drain(ctx, tick.C, stopping); err != nil {
			in.fail(err)
			return err
		}
		if stopping {
			in.fail(context.Canceled)
			return nil
		}
	}
}

// drain writes and judges until nothing waits. Under load that may never be: the
// status is told all the same, and a stop is heard.
func (in *Ingest) drain(ctx context.Context, tick <-chan time.Time, stopping bool) error {
	for {
		n, err := in.step(context.WithoutCancel(ctx))
		if n == 0 || err != nil {
			return err
		}
		select {
		case <-tick:
			in.flushFolds()
			in.status()
		default:
		}
		if !stopping && ctx.Err() != nil {
			return nil
		}
	}
}

const statusEvery = time.Minute

// status tells, once a minute, what was shed or refused, and at once that the
// clock went back: the monitor is monitored.
func (in *Ingest) status() {
	now, back := in.clock.read()
	if back == 0 && now.Before(in.next) {
		return
	}
	in.next = now.Add(statusEvery)
	in.mu.Lock()
	defer in.mu.Unlock()
	var shed int64
	for _, n := range in.queue.shed {
		shed += n
	}
	in.queue.put(&wardround.Observation{
		Kind: string(kind.SensorStatus), Version: 1, Sensor: Sensor, Input: ownInput,
		At: now, Origin: in.opt.Pipeline.opt.Origin,
		Fields: &kind.SensorStatusV1{
			From: now.Add(-statusEvery), QueueDrops: shed - in.told, LimitDrops: in.refused, ClockBack: back.Milliseconds(),
		},
	}, shedNone)
	in.told, in.refused = shed, 0
}

func (in *Ingest) waiting() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.queue.n
}

func (in *Ingest) flushFolds() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.enqueue(in.folder.due(in.opt.Clock()))
}

func (in *Ingest) finish() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.enqueue(in.folder.rest())
	in.closed = true
}

// step takes one batch: the pipeline's own observations first.
func (in *Ingest) step(ctx context.Context) (int, error) {
	now, _ := in.clock.peek()
	p := in.opt.Pipeline
	batch := p.Own(now)
	in.mu.Lock()
	for _, o := range batch {
		o.Sensor, o.Input = Sensor, ownInput
	}
	own := len(batch)
	batch = in.queue.take(batch, wardround.MaxBatch-own)
	if in.flight = len(batch) > own; in.flight {
		close(in.space)
		in.space = make(chan struct{})
	}
	in.mu.Unlock()
	if len(batch) == 0 {
		return 0, nil
	}
	for _, o := range batch {
		o.Logged = now
		if o.Position == 0 {
			in.number(o)
		}
	}
	appended, err := in.append(ctx, batch)
	if err != nil {
		return 0, err
	}
	if err := p.Judge(ctx, appended); err != nil {
		return 0, err
	}
	if in.opt.OnJudged != nil && len(appended) > 0 {
		in.opt.OnJudged(appended)
	}
	later, _ := in.clock.peek()
	in.mu.Lock()
	in.judged += uint64(len(appended))
	in.lag = later.Sub(now)
	in.flight = false
	in.release()
	in.mu.Unlock()
	return len(batch), nil
}

// release lets go who waits for what was judged or shed meanwhile. Nothing may be
// in flight.
func (in *Ingest) release() {
	oldest := in.queue.oldest()
	in.waits = slices.DeleteFunc(in.waits, func(w waiter) bool {
		done := w.upTo < oldest || in.err != nil
		if done {
			close(w.done)
		}
		return done
	})
}

// Failed reports whether Run ended because the log or the store failed. The
// pipeline must then be opened anew: what it holds in memory was not stored.
func (in *Ingest) Failed() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.err != nil && !errors.Is(in.err, context.Canceled)
}

func (in *Ingest) fail(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.err = err
	close(in.space)
	in.space = make(chan struct{})
	in.release()
}
