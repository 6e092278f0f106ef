package flow

import "time"

// class is the idle list a flow is in.
type class uint8

// The classes in the order in which a full table evicts.
const (
	lingering   class = iota // closed, remembered for late packets
	closing                  // TCP, both ends sent FIN, the last acknowledgement is missing
	opening                  // TCP, not yet answered
	other                    // neither TCP nor UDP
	udp                      // UDP
	established              // TCP
	classes
)

// idle is a queue of flows of one class. A flow is not moved with each packet:
// the queue is walked in rounds of an eighth of the time-out, and flows that were
// seen since are put at its end again. So a flow times out at the latest an eighth late,
// and a packet touches no flow but its own.
type idle struct {
	oldest, newest *Flow
	timeout        int64
}

// tick is the unit of Flow.queued, about 67 ms; 2^32 of them are nine years.
const tick = 26

// maxVisits bounds how many flows one sweep looks at per class.
const maxVisits = 16384

func (q *idle) push(f *Flow, now int64) {
	f.queued = uint32(now >> tick)
	f.older, f.newer = q.newest, nil
	if q.newest != nil {
		q.newest.newer = f
	} else {
		q.oldest = f
	}
	q.newest = f
}

func (q *idle) remove(f *Flow) {
	if f.older != nil {
		f.older.newer = f.newer
	} else {
		q.oldest = f.newer
	}
	if f.newer != nil {
		f.newer.older = f.older
	} else {
		q.newest = f.older
	}
	f.older, f.newer = nil, nil
}

// move puts f into another class.
func (t *Table) move(f *Flow, c class) {
	t.idle[f.class].remove(f)
	f.class = c
	t.idle[c].push(f, t.clock.now)
}

// sweepEvery is how often, by the table's clock, waits and time-outs are looked at.
const sweepEvery = int64(50 * time.Millisecond)

// sweep ends what has waited long enough.
func (t *Table) sweep() {
	now := t.clock.now
	t.swept = now
	t.expireHoles()
	t.fragments.expire(now)
	for c := range t.idle {
		q := &t.idle[c]
		round := uint32(q.timeout >> 3 >> tick)
		for range maxVisits {
			f := q.oldest
			if f == nil || uint32(now>>tick)-f.queued <= round {
				break
			}
			if now-f.seen >= q.timeout {
				t.expire(f)
				continue
			}
			q.remove(f)
			q.push(f, now)
		}
	}
}

// expire ends a flow that was idle too long.
func (t *Table) expire(f *Flow) {
	reason := Idle
	if f.class == closing {
		reason = Finished // only the last acknowledgement was not seen
	}
	t.remove(f, reason, f.Last)
}

// evict makes room for one flow: of the class worth least, one that was not seen
// for long.
func (t *Table) evict(at int64) {
	for c := range t.idle {
		q := &t.idle[c]
		for spared := 0; q.oldest != nil; spared++ {
			f := q.oldest
			if spared < 8 && int32(uint32(f.seen>>tick)-f.queued) > 0 {
				q.remove(f)
				q.push(f, t.clock.now)
				continue
			}
			t.remove(f, Evicted, at)
			return
		}
	}
}
