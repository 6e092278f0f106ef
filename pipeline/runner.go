package pipeline

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround/check"
)

// runner runs checks in order of id, each contained: one that panics, overruns
// its budget or says too much loses its output of the batch; the others go on.
type runner struct {
	p      *Pipeline
	worker *worker
	stuck  map[string]*worker // abandoned passes that have not ended
	counts []counts           // as opt.Checks
}

func newRunner(p *Pipeline) *runner {
	return &runner{p: p, stuck: map[string]*worker{}, counts: make([]counts, len(p.opt.Checks))}
}

// run runs every check that has something to see, and applies what they say.
func (r *runner) run(ctx context.Context) {
	p := r.p
	p.failures.forget()
	fired := p.wakes.due()
	touched, judged := p.touched(), p.opt.Models.View().Touched().Number != 0
	for i, c := range p.opt.Checks {
		seen, wakes := p.watched(c), fired[c.ID]
		portion := c.Portfolio && touched || c.Models && judged
		if len(seen) == 0 && len(wakes) == 0 && !portion {
			continue
		}
		missed := wakes
		if portion { // who cannot take it now is called when it can, and sees the gap
			missed = append(slices.Clone(wakes), check.Wake{Key: check.MissedKey, Due: p.now})
		}
		if p.content.off(c.ID) {
			p.wakes.again(c.ID, missed, time.Time{})
			continue
		}
		if until := p.failures.paused(c.ID); !until.IsZero() {
			p.wakes.again(c.ID, missed, until)
			continue
		}
		if f := p.failures.repeated(c.ID); f != nil {
			p.wakes.again(c.ID, missed, p.failures.repeat(f))
			continue
		}
		fr := &frame{p: p, now: p.now, scope: p.opt.Scope}
		pass := check.NewPass(c, fr, seen, wakes)
		begun := p.opt.Clock()
		cause, detail := r.contain(ctx, fr, pass)
		r.counts[i].ran(p.now, p.opt.Clock().Sub(begun))
		if cause == "" {
			cause, detail = fr.settle(c)
		}
		if cause != "" {
			fr.undo(c)
			until := p.failures.failed(c.ID, cause, detail)
			r.counts[i].failed(detail, until)
			p.wakes.again(c.ID, missed, until)
			continue
		}
		for _, out := range pass.Outputs() {
			p.settle(c, out)
		}
	}
}

// watched returns the batch's observations of the kinds c watches, in log order.
func (p *Pipeline) watched(c *check.Check) []*check.Seen {
	if len(c.Watch) == 1 {
		return p.byKind[string(c.Watch[0])]
	}
	var lists [][]*check.Seen
	n := 0
	for _, k := range c.Watch {
		if l := p.byKind[string(k)]; len(l) > 0 {
			lists = append(lists, l)
			n += len(l)
		}
	}
	if len(lists) == 1 {
		return lists[0]
	}
	out := make([]*check.Seen, 0, n)
	for len(out) < n { // merge: each list is in log order
		best := -1
		for i, l := range lists {
			if len(l) > 0 && (best < 0 || l[0].Seq < lists[best][0].Seq) {
				best = i
			}
		}
		out = append(out, lists[best][0])
		lists[best] = lists[best][1:]
	}
	return out
}

// contain runs one pass on the worker and waits at most the budget, and once more
// as long for it to notice that it was given up.
func (r *runner) contain(ctx context.Context, fr *frame, pass *check.Pass) (cause, detail string) {
	id := pass.Check.ID
	if w := r.stuck[id]; w != nil {
		select {
		case <-w.done:
			delete(r.stuck, id)
		default:
			return "overrun", "still at a batch it was given long ago"
		}
	}
	if r.worker == nil {
		r.worker = startWorker()
	}
	r.worker.jobs <- job{ctx, fr, pass}
	timer := time.NewTimer(r.p.opt.Budget)
	defer timer.Stop()
	select {
	case res := <-r.worker.done:
		return res.cause, res.detail
	case <-timer.C:
	}
	// The goroutine cannot be stopped from outside. Its next call of the pass ends it,
	// and nothing it says is heard.
	fr.kill()
	timer.Reset(r.p.opt.Budget)
	select {
	case <-r.worker.done:
	case <-timer.C:
		r.p.leaked = true // it may still read this batch
		close(r.worker.jobs)
		r.stuck[id], r.worker = r.worker, nil
	}
	return "overrun", fmt.Sprintf("took longer than %v for one batch", r.p.opt.Budget)
}

// Close ends the pipeline's worker. The store stays open.
func (p *Pipeline) Close() {
	if p.runner.worker != nil {
		close(p.runner.worker.jobs)
		p.runner.worker = nil
	}
}

type job struct {
	ctx  context.Context
	fr   *frame
	pass *check.Pass
}

type result struct{ cause, detail string }

// worker runs passes one after the other on a goroutine of its own, owned by the
// runner, which closes jobs to end it.
type worker struct {
	jobs chan job
	done chan result
}

func startWorker() *worker {
	w := &worker{jobs: make(chan job), done: make(chan result, 1)}
	go func() {
		for j := range w.jobs {
			w.done <- runOne(j)
		}
	}()
	return w
}

func runOne(j job) (res result) {
	defer func() {
		if v := recover(); v != nil {
			res = result{"panic", fmt.Sprint(v)}
			if check.IsTooMany(v) {
				res = result{"too many verdicts", fmt.Sprintf("more than %d in one batch", check.MaxOutputs)}
			}
		}
	}()
	if err := j.pass.Check.Run(j.ctx, j.pass); err != nil {
		return result{"error", err.Error()}
	}
	return result{}
}

// abandoned is what ends the goroutine of a check that overran.
type abandoned struct{}

func (abandoned) Error() string { return "the pass was given up" }

var _ error = abandoned{}

// alive ends an abandoned pass at its next call of the frame. The lock makes sure
// that no call is under way when the pass is given up.
type alive struct {
	mu   sync.Mutex
	dead atomic.Bool
}

// Alive implements [check.Frame].
func (a *alive) Alive() {
	if a.dead.Load() {
		panic(abandoned{})
	}
}

// enter is Alive with the lock, for calls that touch the pipeline.
func (a *alive) enter() {
	a.mu.Lock()
	if a.dead.Load() {
		a.mu.Unlock()
		panic(abandoned{})
	}
}

func (a *alive) leave() { a.mu.Unlock() }

// kill waits for the call that is under way, if any, and ends the pass.
func (a *alive) kill() {
	a.mu.Lock()
	a.dead.Store(true)
	a.mu.Unlock()
}
