package pipeline

import (
	"testing"

	"github.com/wardround/wardround"
)

// What belongs together is one batch of the log, wherever in the queue it comes to lie:
// a crash between two batches finds all of it or nothing.
func TestTogether(t *testing.T) {
	for _, before := range []int{0, 1, wardround.MaxBatch - 300, wardround.MaxBatch - 200, wardround.MaxBatch - 1, wardround.MaxBatch} {
		g := newGate(t, 5000)
		for n := range before {
			g.Offer(live(seen(0, thingV1{N: n})))
		}
		var list []*wardround.Observation
		for n := range 300 {
			list = append(list, live(seen(0, thingV1{Word: "together", N: n})))
		}
		if err := g.PutAll(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		g.Offer(live(seen(0, thingV1{Word: "after"})))
		var sizes []int
		for {
			g.mu.Lock()
			batch := g.queue.take(nil, wardround.MaxBatch)
			g.mu.Unlock()
			if len(batch) == 0 {
				break
			}
			n := 0
			for _, o := range batch {
				if o.Fields.(*thingV1).Word == "together" {
					if o.Fields.(*thingV1).N != n {
						t.Fatalf("behind %d: number %d is %d", before, n, o.Fields.(*thingV1).N)
					}
					n++
				}
			}
			if n > 0 {
				sizes = append(sizes, n)
			}
		}
		if len(sizes) != 1 || sizes[0] != 300 {
			t.Errorf("behind %d others they came in portions of %v, want one of 300", before, sizes)
		}
	}
}

// One that no log takes keeps all the others out, too, and too many are refused.
func TestTogetherOrNotAtAll(t *testing.T) {
	g := newGate(t, 5000)
	good, bad := live(seen(0, thingV1{N: 1})), live(seen(0, thingV1{N: 2}))
	bad.Sensor = ""
	if err := g.PutAll(t.Context(), good, bad); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("one without a sensor: %v", err)
	}
	if err := g.PutAll(t.Context(), make([]*wardround.Observation, MaxTogether+1)...); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("too many: %v", err)
	}
	if n := len(g.queued()); n != 0 {
		t.Errorf("%d were queued", n)
	}
	if err := g.PutAll(t.Context(), good); err != nil || len(g.queued()) != 1 {
		t.Errorf("a good one: %v", err)
	}
}
