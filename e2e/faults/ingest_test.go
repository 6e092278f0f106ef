package faults

import (
	"context"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
	"github.com/wardround/wardround/sqlite"
)

// The tests in this file and clock_test.go drive the ingest as the server does,
// over a log and a store on disk, with a clock of their own.

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// intake is an ingest that runs, with everything under it.
type intake struct {
	*testing.T
	log   *filelog.Log
	store *sqlite.Store
	pipe  *pipeline.Pipeline
	in    *pipeline.Ingest
	scope wardround.Scope
	hand  *hand
}

// hand is a clock that is moved by hand.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = t
}

// readable fails for a login whose password crossed the wire readable, passes for
// one that is encrypted, and wants to be woken two minutes after each.
var readable = &check.Check{
	ID: "test.readable", Version: 1, Title: "Readable login", Concern: wardround.Security, Applies: wardround.AnyKind,
	Severity: wardround.Medium, Watch: []kind.Name{kind.FTPLogin}, Fresh: 15 * time.Minute,
	Run: func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			if o.Fields.(*kind.FTPLoginV1).Encrypted {
				p.Pass(wardround.AssetSubject(o.Dst), "", nil)
			} else {
				p.Fail(wardround.AssetSubject(o.Dst), "", nil)
			}
			p.WakeAt("w", p.Now().Add(2*time.Minute))
		}
		for range p.Wakes() {
			p.Pass(wardround.SiteSubject("s"), "woken", nil)
		}
		return nil
	},
}

// newIntake opens everything; change may wrap the log, and shorten the queue.
func newIntake(t *testing.T, change func(*pipeline.IngestOptions), checks ...*check.Check) *intake {
	t.Helper()
	dir := t.TempDir()
	x := &intake{T: t, scope: wardround.Scope{Org: "o", Site: "s"}, hand: &hand{at: noon}}
	var err error
	if x.store, err = sqlite.Open(filepath.Join(dir, "state.db"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.store.Close() })
	if x.log, err = filelog.Open(filepath.Join(dir, "log"), filelog.Options{Codec: kind.Codec{}, Clock: x.hand.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.log.Close() })
	x.pipe, err = pipeline.Open(t.Context(), pipeline.Options{
		Scope: x.scope, Origin: wardround.Live, Store: x.store, Checks: checks, Learn: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.pipe.Close)
	opt := pipeline.IngestOptions{Log: x.log, Pipeline: x.pipe, Clock: x.hand.now}
	if change != nil {
		change(&opt)
	}
	x.in = pipeline.NewIngest(opt)
	return x
}

// run starts the ingest's own goroutine, and ends it with the test.
func (x *intake) run() *intake {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.in.Run(ctx) }()
	x.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			x.Errorf("the ingest ended: %v", err)
		}
	})
	return x
}

// login is a login that was seen at.
func login(at time.Time, encrypted bool) *wardround.Observation {
	return &wardround.Observation{
		Kind: string(kind.FTPLogin), Version: 1, Sensor: "mirror", Input: "eth0", At: at, Origin: wardround.Live,
		Flow: &wardround.Flow{
			Transport: "tcp",
			Src:       wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000},
			Dst:       wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 21},
		},
		Fields: &kind.FTPLoginV1{Password: true, Encrypted: encrypted, Outcome: "accepted"},
	}
}

func (x *intake) offer(obs ...*wardround.Observation) {
	x.Helper()
	for _, o := range obs {
		x.in.Offer(o)
	}
	x.sync()
}

func (x *intake) sync() {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.Context(), patience)
	defer cancel()
	if err := x.in.Sync(ctx); err != nil {
		x.Fatal(err)
	}
}

// verdict is the one with item, nil if there is none.
func (x *intake) verdict(item string) *wardround.Verdict {
	x.Helper()
	for v, err := range x.store.Verdicts(x.Context(), x.scope, wardround.VerdictFilter{Check: readable.ID}) {
		if err != nil {
			x.Fatal(err)
		}
		if v.Item == item {
			return v
		}
	}
	return nil
}

// logged returns what is in the log.
func (x *intake) logged() (all []*wardround.Observation) {
	x.Helper()
	err := x.log.Read(x.Context(), 0, func(batch []*wardround.Observation) error {
		all = append(all, batch...)
		return nil
	})
	if err != nil {
		x.Fatal(err)
	}
	return all
}

// losses sums up what the monitor said of itself.
func (x *intake) losses() (sum kind.SensorStatusV1) {
	x.Helper()
	for _, o := range x.logged() {
		if s, ok := o.Fields.(*kind.SensorStatusV1); ok && o.Sensor == pipeline.Sensor {
			sum.QueueDrops += s.QueueDrops
			sum.LimitDrops += s.LimitDrops
			sum.ClockBack = max(sum.ClockBack, s.ClockBack)
		}
	}
	return sum
}

// An observation that is too large for the log is left out and counted; those
// beside it, and the service, go on.
func TestAnObservationTooLargeDoesNotEndTheService(t *testing.T) {
	x := newIntake(t, nil, readable).run()
	huge := login(noon, true)
	huge.Fields.(*kind.FTPLoginV1).Server = string(make([]byte, wardround.MaxObservation))
	nameless := login(noon, true)
	nameless.Sensor = ""
	x.offer(huge, login(noon, false), nameless, login(noon, false))
	if v := x.verdict(""); v == nil || v.State != wardround.Fail {
		t.Errorf("what came beside it was not judged: %+v", v)
	}
	x.hand.set(noon.Add(2 * time.Minute))
	eventually(t, "the monitor to tell of it", func() bool { return x.losses().LimitDrops == 2 })
}

// slow is a log whose second append waits until it is let go.
type slow struct {
	wardround.Log
	appends int
	hold    chan struct{}
}

func (l *slow) Append(ctx context.Context, batch []*wardround.Observation) ([]*wardround.Observation, error) {
	if l.appends++; l.appends == 2 {
		<-l.hold
	}
	return l.Log.Append(ctx, batch)
}

// Under overload, what is shed behind an observation does not count as having
// come before it: nobody is told that theirs is durable when it still waits.
func TestSheddingAcknowledgesNothing(t *testing.T) {
	l := &slow{hold: make(chan struct{})}
	const transactions, flows = 1500, 3000 // Put leaves half the queue to live sensors
	x := newIntake(t, func(o *pipeline.IngestOptions) {
		l.Log = o.Log
		o.Log, o.Queue = l, transactions+1+flows
	}, readable)
	number := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}) }
	for i := range transactions {
		o := login(noon, true)
		o.Flow.Dst.Addr = number(i)
		x.in.Offer(o)
	}
	said := &wardround.Observation{
		Kind: string(kind.OperatorActed), Version: 1, Sensor: "people", Input: "commands", At: noon, Origin: wardround.Live,
		Fields: &kind.OperatorActedV1{Act: "test", By: "mo"},
	}
	if err := x.in.Put(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	acknowledged := make(chan error, 1)
	waits := make(chan struct{})
	go func() {
		close(waits)
		acknowledged <- x.in.Sync(context.Background())
	}()
	<-waits
	for i := range flows {
		o := login(noon, true)
		o.Kind, o.Fields = string(kind.Flow), &kind.FlowV1{Connections: i}
		x.in.Offer(o)
	}
	eventually(t, "the queue to be full", func() bool { return x.in.Health().Queue == transactions+1+flows })
	for i := range flows {
		o := login(noon, true)
		o.Flow.Dst.Addr = number(transactions + i)
		x.in.Offer(o)
	}
	if h := x.in.Health(); h.ShedFlow != flows {
		t.Fatalf("%+v", h)
	}
	x.run()
	eventually(t, "the first batch", func() bool { return x.in.Health().Judged >= wardround.MaxBatch })
	select {
	case <-acknowledged:
		for _, o := range x.logged() {
			if o.Kind == string(kind.OperatorActed) {
				close(l.hold)
				return
			}
		}
		t.Error("it was acknowledged, and is not in the log")
		close(l.hold)
	case <-time.After(100 * time.Millisecond): // it still waits, as it must
		close(l.hold)
		if err := <-acknowledged; err != nil {
			t.Error(err)
		}
	}
}
