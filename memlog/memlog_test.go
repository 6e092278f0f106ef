package memlog_test

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/logtest"
	"github.com/wardround/wardround/memlog"
)

func TestConformance(t *testing.T) {
	logtest.Run(t, logtest.Subject{New: func(*testing.T) wardround.Log { return memlog.New(memlog.Options{}) }})
}

func fill(t *testing.T, l *memlog.Log, from, to uint64) error {
	t.Helper()
	var b []*wardround.Observation
	for n := from; n <= to; n++ {
		b = append(b, logtest.Seen("mirror-1", "eth0", n))
	}
	_, err := l.Append(context.Background(), b)
	return err
}

func TestTrimMakesRoom(t *testing.T) {
	l := memlog.New(memlog.Options{Max: 10})
	for n := range uint64(5) {
		if err := fill(t, l, n*2+1, n*2+2); err != nil {
			t.Fatal(err)
		}
	}
	if err := fill(t, l, 11, 12); wardround.ErrorCode(err) != wardround.EFull {
		t.Fatalf("a full log answered %v", err)
	}
	if l.Last() != 10 || l.Reached("mirror-1", "eth0") != 10 {
		t.Fatalf("a refused batch left traces: Last %d, Reached %d", l.Last(), l.Reached("mirror-1", "eth0"))
	}
	l.Trim(5) // in the middle of a batch: only whole batches go
	if l.First() != 5 {
		t.Errorf("First %d after trimming to 5, want 5", l.First())
	}
	if err := fill(t, l, 11, 12); err != nil {
		t.Fatalf("after trimming: %v", err)
	}
	if got := logtest.Read(t, l, 0); len(got) != 8 || got[0].Seq != 5 || got[7].Seq != 12 {
		t.Errorf("read %d observations", len(got))
	}
}

func TestWaitingForRoom(t *testing.T) {
	l := memlog.New(memlog.Options{Max: 4, Wait: true})
	if err := fill(t, l, 1, 4); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- fill(t, l, 5, 6) }()
	select {
	case err := <-done:
		t.Fatalf("a full log did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	l.Trim(4)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(ctx, []*wardround.Observation{logtest.Seen("x", "y", 1), logtest.Seen("x", "y", 2), logtest.Seen("x", "y", 3)}); wardround.ErrorCode(err) != wardround.EFull {
		t.Errorf("giving up waiting answered %v", err)
	}
}

func TestAutoTrim(t *testing.T) {
	l := memlog.New(memlog.Options{AutoTrim: true})
	if err := fill(t, l, 1, 10); err != nil {
		t.Fatal(err)
	}
	if n := len(logtest.Read(t, l, 0)); n != 10 {
		t.Fatalf("read %d", n)
	}
	if n := len(logtest.Read(t, l, 0)); n != 0 || l.First() != 11 || l.Last() != 10 {
		t.Errorf("%d observations are still held, First %d, Last %d", n, l.First(), l.Last())
	}
}
