package pipeline

import (
	"sync"
	"sync/atomic"
	"time"
)

// counts is what a check has cost, written by the goroutine that judges and read
// by any. It is of this process alone: no verdict depends on it.
type counts struct {
	runs  atomic.Int64
	spent atomic.Int64 // nanoseconds
	last  atomic.Int64 // site time, Unix nanoseconds

	mu      sync.Mutex
	failure string
	at      time.Time // site time
	until   time.Time // it is paused
}

func (c *counts) ran(now time.Time, took time.Duration) {
	c.spent.Add(int64(took))
	c.last.Store(now.UnixNano())
	c.runs.Add(1)
}

func (c *counts) failed(detail string, until time.Time) {
	c.mu.Lock()
	c.failure, c.at, c.until = detail, time.Unix(0, c.last.Load()).UTC(), until
	c.mu.Unlock()
}

// CheckStats is what a check has done since the process began.
type CheckStats struct {
	Runs    int64         // batches it was run for
	Spent   time.Duration // wall time of all runs
	Last    time.Time     // site time of its newest run; zero for never
	Failure string        // what its newest failure said; "" for none
	Failed  time.Time     // site time of it
	Paused  time.Time     // site time until which it rests because of it
}

// Mean is what one run took, 0 for none.
func (s CheckStats) Mean() time.Duration {
	if s.Runs == 0 {
		return 0
	}
	return s.Spent / time.Duration(s.Runs)
}

// Stats returns what each check has done, by id. It is safe to call from any
// goroutine.
func (p *Pipeline) Stats() map[string]CheckStats {
	out := make(map[string]CheckStats, len(p.opt.Checks))
	for i, c := range p.opt.Checks {
		n := &p.runner.counts[i]
		s := CheckStats{Runs: n.runs.Load(), Spent: time.Duration(n.spent.Load())}
		if s.Runs > 0 {
			s.Last = time.Unix(0, n.last.Load()).UTC()
		}
		n.mu.Lock()
		s.Failure, s.Failed, s.Paused = n.failure, n.at, n.until
		n.mu.Unlock()
		out[c.ID] = s
	}
	return out
}
