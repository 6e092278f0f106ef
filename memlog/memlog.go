// Package memlog is a [wardround.Log] in memory, for replay and for tests. It
// keeps only what is not yet trimmed and holds at most a fixed number of
// observations; nothing survives the process.
package memlog

import (
	"context"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// DefaultMax is how many observations a log holds when Options say nothing:
// about 100 MB of decoded observations.
const DefaultMax = 100 * wardround.MaxBatch

// Options configure a log; the zero value is usable.
type Options struct {
	// Max is the most observations held, [DefaultMax] if 0.
	Max int
	// Wait makes Append wait for [Log.Trim] (or the context's end) when the log is
	// full, instead of failing with EFull. Only for writers that do not trim
	// themselves.
	Wait bool
	// AutoTrim drops each batch as soon as Read has handed it out, so that one
	// reader that never looks back keeps the log empty.
	AutoTrim bool
}

// Log is the log. Its methods are safe for concurrent use.
type Log struct {
	opt Options

	mu      sync.Mutex
	head    *node // the oldest batch held; nil when empty
	tail    *node
	held    int
	last    uint64
	newest  time.Time
	origin  wardround.Origin
	reached map[source]uint64
	closed  bool
	room    chan struct{} // closed and replaced when there is new room
}

// node is one batch. A list, so that trimming costs nothing per batch kept and a
// reader never keeps alive what it has passed.
type node struct {
	batch []*wardround.Observation
	next  *node
}

func (n *node) end() uint64 { return n.batch[len(n.batch)-1].Seq }

type source struct{ sensor, input string }

// New returns an empty log.
func New(opt Options) *Log {
	if opt.Max <= 0 {
		opt.Max = DefaultMax
	}
	return &Log{opt: opt, reached: map[source]uint64{}, room: make(chan struct{})}
}

// Append implements [wardround.Log].
func (l *Log) Append(ctx context.Context, batch []*wardround.Observation) ([]*wardround.Observation, error) {
	const op = "memlog.append"
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := wardround.CheckBatch(op, batch, l.origin); err != nil {
		return nil, err
	}
	for l.held+len(batch) > l.opt.Max && l.held > 0 {
		if !l.opt.Wait {
			return nil, wardround.Errorf(wardround.EFull, op, "the log holds %d observations, its limit; trim what was read", l.held)
		}
		room := l.room
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			l.mu.Lock()
			return nil, wardround.Errorf(wardround.EFull, op, "waiting for room: %w", ctx.Err())
		case <-room:
			l.mu.Lock()
		}
	}
	if l.closed {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the log is closed")
	}
	out := make([]*wardround.Observation, 0, len(batch))
	for _, o := range batch {
		src := source{o.Sensor, o.Input}
		if o.Position <= l.reached[src] {
			continue
		}
		l.reached[src] = o.Position
		if o.Logged.Before(l.newest) {
			o.Logged = l.newest
		}
		l.newest = o.Logged
		l.last++
		o.Seq = l.last
		l.origin = o.Origin
		out = append(out, o)
	}
	if len(out) == 0 {
		return out, nil
	}
	n := &node{batch: out}
	if l.head == nil {
		l.head = n
	} else {
		l.tail.next = n
	}
	l.tail = n
	l.held += len(out)
	return out, nil
}

// Read implements [wardround.Log]. It begins with the oldest observation held.
func (l *Log) Read(ctx context.Context, after uint64, fn func([]*wardround.Observation) error) error {
	l.mu.Lock()
	n, end := l.head, l.last
	l.mu.Unlock()
	for n != nil && n.batch[0].Seq <= end {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b := n.batch; n.end() > after {
			if b[0].Seq <= after {
				b = b[after+1-b[0].Seq:]
			}
			if err := fn(b); err != nil {
				return err
			}
			if l.opt.AutoTrim {
				l.Trim(n.end())
			}
		}
		l.mu.Lock()
		n = n.next
		l.mu.Unlock()
	}
	return nil
}

// Trim forgets every batch that ends at or before position upTo.
func (l *Log) Trim(upTo uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.held
	for l.head != nil && l.head.end() <= upTo {
		l.held -= len(l.head.batch)
		l.head = l.head.next
	}
	if l.held != before {
		close(l.room)
		l.room = make(chan struct{})
	}
}

// First returns the position of the oldest observation held, Last()+1 if none is.
func (l *Log) First() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.head == nil {
		return l.last + 1
	}
	return l.head.batch[0].Seq
}

// Last implements [wardround.Log].
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Reached implements [wardround.Log].
func (l *Log) Reached(sensor, input string) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reached[source{sensor, input}]
}

// Close ends the log; what it held is gone.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.head, l.tail, l.held = true, nil, nil, 0
	close(l.room)
	l.room = make(chan struct{})
	return nil
}
