package pipeline

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memlog"
)

// day makes a seeded series of batches.
func day(seed uint64) [][]*wardround.Observation {
	r := rand.New(rand.NewPCG(seed, 1))
	var out [][]*wardround.Observation
	at := time.Duration(0)
	for range 200 {
		var batch []*wardround.Observation
		for range 1 + r.IntN(5) {
			at += time.Duration(r.IntN(60)) * time.Second
			batch = append(batch, seen(at-time.Duration(r.IntN(100))*time.Second, thingV1{Good: r.IntN(3) > 0, Word: word(r.IntN(7)), N: r.IntN(9)}))
		}
		out = append(out, batch)
	}
	return out
}

func TestReplayIsAProof(t *testing.T) {
	run := func() string {
		b := newBench(t, Options{}, goodness())
		for _, batch := range day(4) {
			b.see(batch...)
		}
		return dump(t, b.st)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two replays differ:\n%s\n%s", a, b)
	}
}

// TestARestartChangesNothing: a pipeline that is opened anew from its store after
// every few batches ends where one that never stopped ends.
func TestARestartChangesNothing(t *testing.T) {
	whole := newBench(t, Options{}, goodness())
	for _, batch := range day(4) {
		whole.see(batch...)
	}
	cut := newBench(t, Options{}, goodness())
	for i, batch := range day(4) {
		if i%7 == 3 {
			cut.p.Close()
			p, err := Open(t.Context(), cut.p.opt)
			if err != nil {
				t.Fatal(err)
			}
			cut.p = p
			cut.feed = NewFeed(p, cut.log, nil)
		}
		cut.see(batch...)
	}
	if a, b := len(dump(t, whole.st)), len(dump(t, cut.st)); a == 0 || b == 0 {
		t.Fatal("empty")
	}
	for v, err := range whole.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		w := cut.verdictOf(v.Check, v.Item)
		if w == nil || w.State != v.State || w.Severity != v.Severity {
			t.Errorf("%v: %v, after restarts %v", v.Key, v.State, w)
		}
	}
	cut.p.Close()
}

func TestIngestShedsInTheStatedOrder(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	in := NewIngest(IngestOptions{Log: memlog.New(memlog.Options{}), Pipeline: b.p, Clock: func() time.Time { return t0 }, Queue: 4})
	flow := func() *wardround.Observation {
		o := seen(0, thingV1{})
		o.Kind, o.Fields = string(kind.Flow), &kind.FlowV1{}
		return o
	}
	for i := range 3 {
		in.Offer(seen(0, thingV1{N: i + 1}))
	}
	in.Offer(flow())
	in.Offer(flow()) // full: a flow update makes room for nothing of its own class
	in.Offer(seen(0, thingV1{N: 10}))
	in.Offer(seen(0, thingV1{N: 11}))
	in.Offer(b.say(0, &kind.SensorStatusV1{})) // never shed
	h := in.Health()
	if h.ShedFlow != 2 || h.ShedTransaction != 2 || h.Queue != 4 {
		t.Errorf("%+v", h)
	}
	last := in.queue[len(in.queue)-1]
	if last.Kind != string(kind.SensorStatus) {
		t.Errorf("the status was shed; the queue ends with %s", last.Kind)
	}
}

func TestIdenticalTransactionsOfASecondAreCounted(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	in := NewIngest(IngestOptions{Log: memlog.New(memlog.Options{}), Pipeline: b.p, Clock: func() time.Time { return t0 }})
	for i := range 100 {
		in.Offer(seen(time.Duration(i)*5*time.Millisecond, thingV1{N: 1}))
	}
	in.Offer(seen(2*time.Second, thingV1{N: 2}))
	total := 0
	for _, o := range in.queue {
		total += o.Times()
	}
	if len(in.queue) != 3 || total != 101 {
		t.Errorf("%d observations stand for %d", len(in.queue), total)
	}
}
