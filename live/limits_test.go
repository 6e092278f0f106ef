package live

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Who does not read is dropped and told; the others go on.
func TestASlowReader(t *testing.T) {
	f := &feed{Hub: New(Options{})}
	slow, quick := open(t, f.Hub, everything()), open(t, f.Hub, everything())
	for range queued {
		f.flows(1, "10.0.0.1", "10.0.0.2")
		f.step()
		for len(quick.Frames()) > 0 {
			<-quick.Frames()
		}
	}
	select {
	case <-slow.Done():
	default:
		t.Fatal("the slow reader is still there")
	}
	if !strings.HasPrefix(slow.Reason(), "too slow") || !strings.Contains(string(slow.Bye()), `event: bye`) {
		t.Errorf("%s: %s", slow.Reason(), slow.Bye())
	}
	select {
	case <-quick.Done():
		t.Errorf("the quick one was dropped: %s", quick.Reason())
	default:
	}
	if h := f.Health(); h.Streams != 1 || h.Dropped != 1 {
		t.Errorf("%+v", h)
	}
}

// One session cannot take all the streams, nor all of them together more than there are.
func TestExhaustion(t *testing.T) {
	h := New(Options{})
	var all []*Stream
	for i := range 250 {
		s, err := h.Open(fmt.Sprint("session ", i/8), everything())
		if err != nil {
			t.Fatalf("stream %d: %v", i, err)
		}
		all = append(all, s)
		if i%8 == 7 {
			if _, err := h.Open(fmt.Sprint("session ", i/8), everything()); err != ErrSession {
				t.Fatalf("a ninth of a session: %v", err)
			}
		}
	}
	if _, err := h.Open("another", everything()); err != ErrFull {
		t.Errorf("the 251st: %v", err)
	}
	all[0].End("gone")
	all[0].End("gone again")
	if _, err := h.Open("another", everything()); err != nil {
		t.Errorf("after one has gone: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	h.Run(ctx)
	if r := all[1].Reason(); r != "the server is shutting down" {
		t.Errorf("at the end: %s", r)
	}
	if _, err := h.Open("late", everything()); err == nil {
		t.Error("a stream was opened after the end")
	}
}

// The ring keeps the newest, in bounds of number and of bytes.
func TestTheRing(t *testing.T) {
	f := &feed{Hub: New(Options{Ring: 100})}
	for range 30 {
		f.flows(10, "10.0.0.1", "10.0.0.2")
		f.step()
	}
	f.flows(5, "10.0.0.1", "10.0.0.2") // not yet taken in, and yet there
	if h := f.Health(); h.Kept != 100 {
		t.Errorf("%+v", h)
	}
	if f.Oldest() != 201 {
		t.Errorf("the oldest is %d", f.Oldest())
	}
	for _, seq := range []uint64{201, 256, 300, 303, 305} {
		if o := f.Observation(seq); o == nil || o.Seq != seq {
			t.Errorf("%d: %v", seq, o)
		}
	}
	for _, seq := range []uint64{0, 200, 306} {
		if o := f.Observation(seq); o != nil {
			t.Errorf("%d is there", seq)
		}
	}
	next := uint64(305)
	f.Recent(func(o *wardround.Observation) bool {
		if o.Seq != next {
			t.Fatalf("%d, want %d", o.Seq, next)
		}
		next--
		return next > 250
	})
	if next != 250 {
		t.Errorf("stopped at %d", next)
	}

	small := &feed{Hub: New(Options{RingBytes: 100_000})}
	for range 100 {
		o := between("10.0.0.1", "10.0.0.2", &kind.DICOMAssociationV1{Calling: strings.Repeat("x", 10_000)})
		small.seq++
		o.Seq = small.seq
		small.Observed([]*wardround.Observation{o})
		small.step()
	}
	if h := small.Health(); h.Bytes > 100_000 || h.Kept < 5 || h.Kept > 10 {
		t.Errorf("%+v", h)
	}
}

// More than anybody can look at is left out and said so; the pipeline never waits.
func TestAFlood(t *testing.T) {
	f := &feed{Hub: New(Options{})}
	s := open(t, f.Hub, Want{Topics: []string{TopicLive}})
	for range 300 {
		f.flows(1000, "10.0.0.1", "10.0.0.2")
	}
	for i := range 2 * maxCommits {
		f.Changed(&wardround.Commit{To: f.seq + uint64(i)})
	}
	if f.waiting > maxPending || len(f.commits) > maxCommits {
		t.Errorf("%d observations and %d commits wait", f.waiting, len(f.commits))
	}
	f.second()
	got := read(t, s)
	if names(got) != "hello live tick" || got[1].Data["left_out"] != float64(300_000-maxRows) || got[2].Data["per_s"] != 300_000.0 {
		t.Errorf("%s: %v left out, %v a second", names(got), got[1].Data["left_out"], got[2].Data["per_s"])
	}
}

// Everything at once: the pipeline hands over, readers come, read, and go.
func TestAllAtOnce(t *testing.T) {
	h := New(Options{Ring: 500})
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { h.Run(ctx); close(ran) }()
	var wait sync.WaitGroup
	wait.Go(func() {
		f := &feed{Hub: h}
		for range 300 {
			f.flows(20, "10.0.0.1", "10.0.0.2")
			f.commit("f-1", "a-1")
		}
	})
	for i := range 20 {
		wait.Go(func() {
			for range 20 {
				s, err := h.Open(fmt.Sprint("session ", i), everything())
				if err != nil {
					t.Error(err)
					return
				}
				<-s.Frames()
				h.Recent(func(o *wardround.Observation) bool { return h.Observation(o.Seq) != nil && o.Seq%7 != 0 })
				h.Health()
				s.End("gone")
			}
		})
	}
	wait.Wait()
	stop()
	<-ran
	if n := h.Health(); n.Streams != 0 || len(h.of) != 0 || len(h.groups) != 0 {
		t.Errorf("left over: %+v", n)
	}
}
