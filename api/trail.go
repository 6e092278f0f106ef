package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
)

// Trail puts what people do with their accounts on the record, as operator.acted.
// Its Audit is [account.Options.Audit].
//
// Acts that give or take power wait until they are durable, and are not done if
// that fails. Signing in and out does not wait: the record is queued and said in
// batches, so that a slow disk does not keep people out. A queue that is full
// refuses, which the account service reports; how many were lost is said with the
// next batch. Nothing is lost without a word.
type Trail struct {
	say   func(ctx context.Context, fields ...any) error
	log   *slog.Logger
	queue chan entry
	lost  atomic.Int64
}

type entry struct {
	fact *kind.OperatorActedV1
	done chan error // nil if nobody waits
}

// Limits of a trail.
const (
	trailQueue = 4096
	trailBatch = 200
	// trailWait is how long an act of power waits to be durable.
	trailWait = 10 * time.Second
	// trailRetry is how long a batch that could not be said waits before the next try.
	trailRetry = time.Second
)

// NewTrail returns a trail that speaks through say; [Trail.Run] does the speaking.
func NewTrail(say func(ctx context.Context, fields ...any) error, log *slog.Logger) *Trail {
	if log == nil {
		log = slog.Default()
	}
	return &Trail{say: say, log: log, queue: make(chan entry, trailQueue)}
}

// waits tells acts that must be durable before they are done from those that happen
// in any case.
func waits(a account.Act) bool {
	switch a {
	case account.ActSignedIn, account.ActSignedOut, account.ActRefused, account.ActPasskeyCloned:
		return false
	}
	return true
}

// Audit puts e on the record. Errors: EFull (the queue), ECannotTell (not durable
// in time), or why it could not be said.
func (t *Trail) Audit(ctx context.Context, e account.Event) error {
	x := entry{fact: fact(e)}
	if waits(e.Act) {
		x.done = make(chan error, 1)
	}
	select {
	case t.queue <- x:
	default:
		t.lost.Add(1)
		return wardround.Errorf(wardround.EFull, "api.audit", "the audit trail cannot keep up; try again")
	}
	if x.done == nil {
		return nil
	}
	timeout := time.NewTimer(trailWait)
	defer timeout.Stop()
	select {
	case err := <-x.done:
		return err
	case <-ctx.Done():
		return wardround.Wrap(wardround.ECannotTell, "api.audit", ctx.Err())
	case <-timeout.C:
		return wardround.Errorf(wardround.ECannotTell, "api.audit", "the audit trail did not take it in time; try again")
	}
}

// Run says what is queued until ctx is done, and then what is left. What cannot be
// said is tried again, unless somebody waits and is told. Errors: EInternal, with how
// many acts were given up.
func (t *Trail) Run(ctx context.Context) error {
	var left []entry // to be said again
	for {
		var again <-chan time.Time
		if len(left) > 0 {
			again = time.After(trailRetry)
		}
		queue := t.queue
		if len(left) >= trailQueue {
			queue = nil // no room: the queue fills and refuses
		}
		select {
		case <-ctx.Done():
			return t.drain(left)
		case x := <-queue:
			left = t.speakAll(ctx, append(left, t.batch(x)...))
		case <-again:
			left = t.speakAll(ctx, left)
		}
	}
}

// speakAll says entries in batches and returns what has to be said again.
func (t *Trail) speakAll(ctx context.Context, all []entry) []entry {
	var left []entry
	for batch := range slices.Chunk(all, trailBatch) {
		left = append(left, t.speak(ctx, batch)...)
	}
	return left
}

// batch takes x and what waits behind it.
func (t *Trail) batch(x entry) []entry {
	out := []entry{x}
	for len(out) < trailBatch {
		select {
		case x := <-t.queue:
			out = append(out, x)
		default:
			return out
		}
	}
	return out
}

// speak says a batch and returns what has to be said again.
func (t *Trail) speak(ctx context.Context, batch []entry) []entry {
	fields := make([]any, 0, len(batch)+1)
	for _, x := range batch {
		fields = append(fields, x.fact)
	}
	lost := t.lost.Swap(0)
	if lost > 0 {
		fields = append(fields, &kind.OperatorActedV1{Act: "audit-lost", By: "wardround", Detail: kind.PersonalText(fmt.Sprintf("%d acts of people are not on the record: the queue was full", lost))})
	}
	err := t.say(ctx, fields...)
	if err == nil {
		for _, x := range batch {
			if x.done != nil {
				x.done <- nil
			}
		}
		return nil
	}
	t.lost.Add(lost)
	var again []entry
	for _, x := range batch {
		if x.done != nil {
			x.done <- err // whoever waits decides
			continue
		}
		again = append(again, x)
	}
	t.log.ErrorContext(ctx, "acts of people could not be put on the record", "acts", len(batch), "again", len(again), "err", err)
	return again
}

// drain says what is left, once, within trailWait.
func (t *Trail) drain(left []entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), trailWait)
	defer cancel()
	for {
		select {
		case x := <-t.queue:
			left = append(left, x)
			continue
		default:
		}
		left = t.speakAll(ctx, left)
		if n := int64(len(left)) + t.lost.Load(); n > 0 {
			return wardround.Errorf(wardround.EInternal, "api.audit", "%d acts of people are not on the record", n)
		}
		return nil
	}
}

// fact words an event.
func fact(e account.Event) *kind.OperatorActedV1 {
	var parts []string
	if e.Of != "" && e.Of != e.By {
		parts = append(parts, "of "+e.Of)
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	if e.Count > 1 {
		parts = append(parts, fmt.Sprintf("%d times", e.Count))
	}
	if e.From != (netip.Addr{}) {
		parts = append(parts, "from "+e.From.String())
	}
	by := e.By
	if by == "" {
		by = "nobody" // a stranger, or the program itself
	}
	return &kind.OperatorActedV1{Act: string(e.Act), By: kind.PersonalText(by), Detail: kind.PersonalText(strings.Join(parts, "; "))}
}
