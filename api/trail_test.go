package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
)

// book is where a trail speaks to.
type book struct {
	mu     sync.Mutex
	refuse error
	held   chan struct{}
	said   []*kind.OperatorActedV1
}

func (b *book) say(_ context.Context, fields ...any) error {
	if b.held != nil {
		<-b.held
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return b.refuse
	}
	for _, f := range fields {
		b.said = append(b.said, f.(*kind.OperatorActedV1))
	}
	return nil
}

func (b *book) acts() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, f := range b.said {
		out = append(out, f.Act)
	}
	return strings.Join(out, " ")
}

func running(t *testing.T, b *book) (*Trail, func() error) {
	t.Helper()
	tr := NewTrail(b.say, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- tr.Run(ctx) }()
	return tr, func() error {
		cancel()
		return <-done
	}
}

func TestAnActIsWorded(t *testing.T) {
	f := fact(account.Event{Act: account.ActRefused, By: "", Of: "anna", Detail: "by password", From: netip.MustParseAddr("192.0.2.7"), Count: 3})
	if f.Act != "sign-in-refused" || f.By != "nobody" || f.Detail != "of anna; by password; 3 times; from 192.0.2.7" {
		t.Errorf("%+v", f)
	}
}

// An act of power is said when Audit returns; a sign-in does not wait for the disk.
func TestPowerWaitsAndSigningInDoesNot(t *testing.T) {
	b := &book{held: make(chan struct{})}
	tr, stop := running(t, b)
	start := time.Now()
	if err := tr.Audit(t.Context(), account.Event{Act: account.ActSignedIn, By: "anna", Count: 1}); err != nil || time.Since(start) > time.Second {
		t.Fatalf("%v after %v", err, time.Since(start))
	}
	told := make(chan error, 1)
	go func() {
		told <- tr.Audit(context.Background(), account.Event{Act: account.ActAccountMade, By: "anna", Count: 1})
	}()
	select {
	case err := <-told:
		t.Fatalf("done before it was durable: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(b.held)
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil || b.acts() != "signed-in account-made" {
		t.Fatalf("%v %s", err, b.acts())
	}
}

func TestWhatCannotBeSaidIsToldOrTriedAgain(t *testing.T) {
	full := wardround.Errorf(wardround.EFull, "log", "no room")
	b := &book{refuse: full}
	tr, stop := running(t, b)
	if err := tr.Audit(t.Context(), account.Event{Act: account.ActSignedIn, By: "anna", Count: 1}); err != nil {
		t.Fatal(err)
	}
	if err := tr.Audit(t.Context(), account.Event{Act: account.ActAccountMade, By: "anna", Count: 1}); !errors.Is(err, full) {
		t.Fatalf("%v", err)
	}
	b.mu.Lock()
	b.refuse = nil
	b.mu.Unlock()
	if err := stop(); err != nil || b.acts() != "signed-in" {
		t.Fatalf("%v %q", err, b.acts())
	}
}

// A full queue refuses, and says afterwards how much was lost.
func TestLossesAreSaid(t *testing.T) {
	b := &book{held: make(chan struct{})}
	tr, stop := running(t, b)
	lost := 0
	for range trailQueue + trailBatch + 10 {
		if err := tr.Audit(t.Context(), account.Event{Act: account.ActSignedIn, By: "anna", Count: 1}); err != nil {
			if wardround.ErrorCode(err) != wardround.EFull {
				t.Fatal(err)
			}
			lost++
		}
	}
	if lost == 0 {
		t.Fatal("the queue has no end")
	}
	close(b.held)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.acts(), "audit-lost") {
		t.Error("the loss is not on the record")
	}
	if n := strings.Count(b.acts(), "signed-in"); n != trailQueue+trailBatch+10-lost {
		t.Errorf("%d of %d", n, trailQueue+trailBatch+10-lost)
	}
}

func TestWhatIsLeftAtTheEndIsTold(t *testing.T) {
	b := &book{refuse: io.ErrShortWrite}
	tr, stop := running(t, b)
	_ = tr.Audit(t.Context(), account.Event{Act: account.ActSignedOut, By: "anna", Count: 1})
	if err := stop(); err == nil || !strings.Contains(err.Error(), "1 acts") {
		t.Errorf("%v", err)
	}
}
