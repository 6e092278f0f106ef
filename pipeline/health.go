package pipeline

import "time"

// Health is what /metrics and the monitor's own checks show.
type Health struct {
	Queue                                 int
	ShedFlow, ShedRepeat, ShedTransaction int64
	Judged                                uint64
	Lag                                   time.Duration
	Err                                   error
}

// Health returns the state of the ingest now.
func (in *Ingest) Health() Health {
	in.mu.Lock()
	defer in.mu.Unlock()
	return Health{
		Queue: in.queue.n, ShedFlow: in.queue.shed[shedFlow], ShedRepeat: in.queue.shed[shedRepeat],
		ShedTransaction: in.queue.shed[shedTransaction], Judged: in.judged, Lag: in.lag, Err: in.err,
	}
}
