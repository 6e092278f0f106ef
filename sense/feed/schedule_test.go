package feed

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestUpdate: how far a source came is kept only once what it brought is taken in.
func TestUpdate(t *testing.T) {
	p := newProvider(t)
	p.put("/kev.json", kevDoc)
	s := source(t, Source{Kind: "kev", URL: p.URL + "/kev.json", Every: time.Hour})
	states := OpenStates(filepath.Join(t.TempDir(), "feeds.json"))
	pull, clock := pullerOf(t, PullOptions{})
	full := errors.New("the disk is full")
	if err := pull.Update(t.Context(), s, states, func(context.Context, *Batch) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	st := states.Get(s)
	if st.Failures != 1 || st.Error != full.Error() || len(st.Files) != 0 || !st.Tried.Equal(noon) || !st.Reached.IsZero() {
		t.Errorf("%+v", st)
	}
	var got []*Batch
	take := func(_ context.Context, b *Batch) error { got = append(got, b); return nil }
	for range 2 {
		if err := pull.Update(t.Context(), s, states, take); err != nil {
			t.Fatal(err)
		}
	}
	st = states.Get(s)
	if len(got) != 1 || st.Failures != 0 || st.Error != "" || !st.Reached.Equal(noon) || !st.Next.Equal(noon.Add(time.Hour+3*time.Minute)) {
		t.Errorf("%d batches, %+v", len(got), st)
	}
	// Failures: earlier than its rhythm, later each time.
	p.fail("/kev.json", status(403, 99))
	for _, want := range []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour} {
		if pull.Update(t.Context(), s, states, take) == nil {
			t.Fatal("no error")
		}
		if wait := states.Get(s).Next.Sub(clock.now()); wait < want || wait > want*11/10 {
			t.Errorf("waits %v, want %v", wait, want)
		}
	}
	if st := states.Get(s); st.Failures != 6 || !st.Reached.Equal(noon) {
		t.Errorf("%+v", st)
	}
	// What was lost elsewhere is pulled anew.
	p.fail("/kev.json", status(403, 0))
	if err := errors.Join(states.Forget(s), pull.Update(t.Context(), s, states, take)); err != nil || len(got) != 2 {
		t.Errorf("%d batches, %v", len(got), err)
	}
	// Another address: what was known of the former is void.
	s.URL = p.URL + "/new.json"
	if st := states.Get(s); st.Failures != 0 || len(st.Files) != 0 {
		t.Errorf("%+v", st)
	}
}

func TestStates(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "feeds.json")
	a, b := OpenStates(file), OpenStates(file) // a server and a command
	for _, st := range []struct {
		s    *States
		name string
	}{{a, "go"}, {b, "kev"}, {a, "nvd"}} {
		if err := st.s.Put(State{Name: st.name}); err != nil {
			t.Fatal(err)
		}
	}
	if list := b.List(); len(list) != 3 || list[0].Name != "go" || list[2].Name != "nvd" {
		t.Errorf("%+v", list)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%v is left", files)
	}
	for _, damaged := range []string{"", "{", "null", "[]"} {
		if err := os.WriteFile(file, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if len(a.List()) != 0 {
			t.Errorf("%q", damaged)
		}
		if err := a.Put(State{Name: "go"}); err != nil || len(a.List()) != 1 {
			t.Errorf("%q: %v", damaged, err)
		}
	}
	if err := OpenStates(filepath.Join(dir, "no", "feeds.json")).Put(State{Name: "x"}); err == nil {
		t.Error("kept nowhere")
	}
}

// TestRun: each source is pulled when it is due, what one does wrong is said and does not
// stop the others, and Run ends when it is told to.
func TestRun(t *testing.T) {
	p := newProvider(t)
	p.put("/kev.json", kevDoc)
	p.put("/bad.json", "{}")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock := &clockwork{at: noon}
	var turns atomic.Int64
	pull := NewPuller(PullOptions{Now: clock.now, Rand: func() float64 { return 0 }, Dir: t.TempDir(), Sleep: func(ctx context.Context, d time.Duration) error {
		if d > 0 && turns.Add(1) > 8 {
			cancel()
		}
		return clock.sleep(ctx, d)
	}})
	var mu sync.Mutex
	delivered, said := 0, map[string]int{}
	c := &Scheduler{
		Puller:  pull,
		Sources: []*Source{source(t, Source{Name: "kev", Kind: "kev", URL: p.URL + "/kev.json"}), source(t, Source{Name: "bad", Kind: "kev", URL: p.URL + "/bad.json"})},
		States:  OpenStates(filepath.Join(t.TempDir(), "feeds.json")),
		Deliver: func(context.Context, *Batch) error { delivered++; return nil },
		Said: func(s *Source, err error) {
			mu.Lock()
			defer mu.Unlock()
			said[s.Name]++
		},
	}
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	mu.Lock()
	defer mu.Unlock()
	if delivered != 1 || said["kev"] != 0 || said["bad"] == 0 {
		t.Errorf("%d delivered, %v said", delivered, said)
	}
	if n := len(p.requests()); n < 4 {
		t.Errorf("only %d requests", n)
	}
}

// TestNoRoom: where the state cannot be kept, a server is not asked again and again.
func TestNoRoom(t *testing.T) {
	p := newProvider(t)
	p.put("/kev.json", kevDoc)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock := &clockwork{at: noon}
	pull := NewPuller(PullOptions{Now: clock.now, Rand: func() float64 { return 0 }, Dir: t.TempDir(), Sleep: func(ctx context.Context, d time.Duration) error {
		if len(p.asked) == 3 {
			cancel()
		}
		return clock.sleep(ctx, d)
	}})
	c := &Scheduler{
		Puller: pull, Sources: []*Source{source(t, Source{Kind: "kev", URL: p.URL + "/kev.json"})}, States: OpenStates(filepath.Join(t.TempDir(), "no", "feeds.json")),
		Deliver: func(context.Context, *Batch) error { return nil },
	}
	c.Run(ctx)
	for i, d := range clock.slept[1:] {
		if d < time.Minute {
			t.Errorf("pause %d is %v", i+1, d)
		}
	}
	if len(p.requests()) != 3 {
		t.Error("it was not asked again")
	}
}
