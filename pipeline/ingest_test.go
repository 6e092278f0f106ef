package pipeline

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
)

// live makes an observation as live sensors do.
func live(o *wardround.Observation) *wardround.Observation {
	o.Origin = wardround.Live
	return o
}

func flow(n int) *wardround.Observation {
	o := seen(0, thingV1{})
	o.Kind, o.Fields = string(kind.Flow), &kind.FlowV1{Connections: n}
	return live(o)
}

// gate is an ingest whose clock is told the time.
type gate struct {
	*Ingest
	now atomic.Int64
	log *memlog.Log
}

func newGate(t *testing.T, room int) *gate {
	t.Helper()
	b := newBench(t, Options{Origin: wardround.Live}, goodness())
	g := &gate{log: memlog.New(memlog.Options{})}
	g.now.Store(t0.UnixNano())
	g.Ingest = NewIngest(IngestOptions{Log: g.log, Pipeline: b.p, Clock: g.time, Queue: room})
	return g
}

func (g *gate) time() time.Time { return time.Unix(0, g.now.Load()).UTC() }

// queued empties the queue and returns what waited.
func (g *gate) queued() []*wardround.Observation {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue.take(nil, g.queue.n)
}

func TestIngestShedsInTheStatedOrder(t *testing.T) {
	g := newGate(t, 5)
	repeat := live(seen(0, thingV1{N: 50}))
	repeat.Count = 7
	for i := range 2 {
		g.Offer(live(seen(0, thingV1{N: i + 1})))
	}
	g.Offer(repeat)
	g.Offer(flow(1))
	g.Offer(flow(2))
	g.Offer(flow(3)) // full: a flow update makes room for nothing of its own class
	steps := []struct {
		o                         *wardround.Observation
		flows, repeats, transacts int64
	}{
		{live(seen(0, thingV1{N: 10})), 2, 0, 0},
		{live(seen(0, thingV1{N: 11})), 3, 0, 0},
		{live(seen(0, thingV1{N: 12})), 3, 1, 0},
		{live(seen(0, thingV1{N: 13})), 3, 1, 1}, // nothing matters less: it goes itself
		{flow(4), 4, 1, 1},
	}
	for i, s := range steps {
		g.Offer(s.o)
		if h := g.Health(); h.ShedFlow != s.flows || h.ShedRepeat != s.repeats || h.ShedTransaction != s.transacts || h.Queue != 5 {
			t.Errorf("step %d: %+v", i, h)
		}
	}
	status := &wardround.Observation{Kind: string(kind.SensorStatus), Version: 1, Sensor: "mirror", Input: "x", At: t0, Origin: wardround.Live, Fields: &kind.SensorStatusV1{}}
	g.Offer(status) // never shed: the oldest transaction goes
	got := g.queued()
	var order []int
	for _, o := range got[:len(got)-1] {
		order = append(order, o.Fields.(*thingV1).N)
	}
	if got[len(got)-1] != status || fmt.Sprint(order) != "[2 10 11 12]" {
		t.Errorf("waiting in order: %v, then %s", order, got[len(got)-1].Kind)
	}
}

// What a file, an import or a person gave is not shed, and leaves half the room.
func TestWhatWasTakenIsNotShed(t *testing.T) {
	g := newGate(t, 10)
	for n := range 5 {
		if err := g.Put(t.Context(), live(seen(0, thingV1{N: n}))); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := g.Put(ctx, live(seen(0, thingV1{N: 5}))); err == nil {
		t.Error("a file took more than half of the room")
	}
	for n := range 100 {
		g.Offer(live(seen(0, thingV1{N: 100 + n})))
	}
	h := g.Health()
	if h.Queue != 10 || h.ShedTransaction != 95 {
		t.Errorf("%+v", h)
	}
	for n, o := range g.queued()[:5] {
		if got := o.Fields.(*thingV1).N; got != n {
			t.Errorf("number %d is %d", n, got)
		}
	}
}

// Who sends much cannot make each of it dear: with a full queue, shedding costs the
// same. (Looking through the queue for each would take hours.)
func TestSheddingIsCheap(t *testing.T) {
	g := newGate(t, 50_000)
	for n := range 50_000 {
		g.Offer(live(seen(0, thingV1{N: n})))
	}
	for n := range 300_000 {
		g.Offer(flow(n))
	}
	if h := g.Health(); h.ShedFlow != 300_000 || h.ShedTransaction != 0 || h.Queue != 50_000 {
		t.Errorf("%+v", h)
	}
}

// Who waits for what they queued is not let go because something else was shed.
func TestSyncWaitsForItsOwn(t *testing.T) {
	g := newGate(t, 20)
	for range 9 {
		g.Offer(flow(0))
	}
	if err := g.Put(t.Context(), live(seen(0, thingV1{Word: "mine"}))); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Sync(t.Context()) }()
	for waiting := 0; waiting == 0; {
		g.mu.Lock()
		waiting = len(g.waits)
		g.mu.Unlock()
	}
	for n := range 100 {
		g.Offer(live(seen(0, thingV1{N: n})))
	}
	select {
	case err := <-done:
		t.Fatalf("let go before anything was judged: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	if _, err := g.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := g.Sync(t.Context()); err != nil { // nothing waits
		t.Fatal(err)
	}
}

func TestIdenticalTransactionsOfASecondAreCounted(t *testing.T) {
	g := newGate(t, 1000)
	for i := range 100 {
		at := time.Duration(i) * 5 * time.Millisecond
		g.now.Store(t0.Add(at).UnixNano())
		g.Offer(live(seen(at, thingV1{N: 1})))
	}
	other := live(seen(400*time.Millisecond, thingV1{N: 1}))
	other.Sensor = "mirror-2" // the same seen elsewhere is not a repeat
	g.Offer(other)
	g.now.Store(t0.Add(2 * time.Second).UnixNano())
	g.Offer(live(seen(2*time.Second, thingV1{N: 1})))
	got := g.queued()
	var times []int
	for _, o := range got {
		times = append(times, o.Times())
	}
	if fmt.Sprint(times) != "[1 1 99 1]" || !got[2].At.Equal(t0.Add(495*time.Millisecond)) {
		t.Errorf("%v, the repeats dated %v", times, got[2].At)
	}
}

// A sensor whose clock is ahead holds up neither its own repeats nor those of others.
func TestAClockAheadHoldsNothingUp(t *testing.T) {
	g := newGate(t, 1000)
	ahead := func(word string) *wardround.Observation { return live(seen(6*time.Minute, thingV1{Word: word})) }
	for range 3 {
		g.Offer(ahead("ahead"))
	}
	for range 3 {
		g.Offer(live(seen(0, thingV1{Word: "right"})))
	}
	g.now.Store(t0.Add(1100 * time.Millisecond).UnixNano())
	g.flushFolds()
	count := map[string]int{}
	for _, o := range g.queued() {
		count[o.Fields.(*thingV1).Word] += o.Times()
	}
	if count["ahead"] != 3 || count["right"] != 3 {
		t.Errorf("after a second: %v", count)
	}
}

// Under load that never ends, the status is told and a stop is heard.
func TestLoadWithoutEnd(t *testing.T) {
	g := newGate(t, 500)
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx) }()
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for worker := range 2 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				g.now.Add(int64(100 * time.Microsecond))
				g.Offer(flow(2*n + worker))
				if n%50 == 0 {
					time.Sleep(time.Microsecond) // two cores have to do
				}
			}
		})
	}
	status := func() (n int) {
		err := g.log.Read(t.Context(), 0, func(batch []*wardround.Observation) error {
			for _, o := range batch {
				if o.Kind == string(kind.SensorStatus) && o.Fields.(*kind.SensorStatusV1).QueueDrops >= 0 {
					n++
				}
			}
			g.log.Trim(batch[len(batch)-1].Seq)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return n
	}
	deadline := time.Now().Add(30 * time.Second)
	for status() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("no status under load")
		}
		g.now.Add(int64(time.Minute))
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-ran:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the stop was not heard")
	}
	close(stop)
	wg.Wait()
	if err := g.Put(t.Context(), live(seen(0, thingV1{}))); err == nil {
		t.Error("something was taken after the end")
	}
}
