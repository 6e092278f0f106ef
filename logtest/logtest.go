// Package logtest is the suite that every [wardround.Log] passes.
package logtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// Subject is the implementation under test.
type Subject struct {
	// New opens an empty log.
	New func(t *testing.T) wardround.Log
	// Reopen closes a log and opens it again; nil for one that does not last.
	Reopen func(t *testing.T, l wardround.Log) wardround.Log
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	tests := []struct {
		name string
		run  func(t *testing.T, l wardround.Log)
	}{
		{"an empty log", empty},
		{"positions run on without holes", positions},
		{"repeats are skipped", repeats},
		{"a sensor's inputs are apart", inputs},
		{"the logged time never goes back", monotone},
		{"reading begins after a position", readAfter},
		{"reading ends where the log ended", readEnd},
		{"the reader's error is returned", readError},
		{"bad batches are refused whole", refused},
		{"origins do not mix", origins},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := s.New(t)
			defer l.Close()
			tt.run(t, l)
		})
	}
	if s.Reopen != nil {
		t.Run("everything outlives the process", func(t *testing.T) { durable(t, s) })
	}
}

// Noon is when the suite's observations begin.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Seen returns the n-th observation of an input of a sensor, seen n seconds after
// [Noon].
func Seen(sensor, input string, n uint64) *wardround.Observation {
	at := Noon.Add(time.Duration(n) * time.Second)
	return &wardround.Observation{
		Kind: "test.note", Version: 1, Sensor: sensor, Input: input, Position: n,
		At: at, Logged: at, Origin: wardround.Live, Fields: &Note{Text: fmt.Sprintf("%s/%s/%d", sensor, input, n)},
	}
}

// Run of consecutive observations of one input.
func batch(sensor, input string, from, to uint64) []*wardround.Observation {
	var out []*wardround.Observation
	for n := from; n <= to; n++ {
		out = append(out, Seen(sensor, input, n))
	}
	return out
}

func mustAppend(t *testing.T, l wardround.Log, b []*wardround.Observation) []*wardround.Observation {
	t.Helper()
	out, err := l.Append(context.Background(), b)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return out
}

// Read returns everything after a position.
func Read(t *testing.T, l wardround.Log, after uint64) []*wardround.Observation {
	t.Helper()
	var out []*wardround.Observation
	err := l.Read(context.Background(), after, func(b []*wardround.Observation) error {
		if len(b) == 0 || len(b) > wardround.MaxBatch {
			t.Errorf("a batch of %d observations was read", len(b))
		}
		out = append(out, b...)
		return nil
	})
	if err != nil {
		t.Fatalf("read after %d: %v", after, err)
	}
	return out
}

// texts tells what was read, with positions.
func texts(obs []*wardround.Observation) []string {
	out := []string{}
	for _, o := range obs {
		out = append(out, fmt.Sprintf("%d %s", o.Seq, o.Fields.(*Note).Text))
	}
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func code(t *testing.T, what string, err error, want wardround.Code) {
	t.Helper()
	if got := wardround.ErrorCode(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}

func empty(t *testing.T, l wardround.Log) {
	if l.Last() != 0 || l.Reached("mirror-1", "eth0") != 0 {
		t.Errorf("Last %d, Reached %d, want 0", l.Last(), l.Reached("mirror-1", "eth0"))
	}
	if got := Read(t, l, 0); len(got) != 0 {
		t.Errorf("read %d observations", len(got))
	}
	if out := mustAppend(t, l, nil); len(out) != 0 || l.Last() != 0 {
		t.Errorf("appending nothing gave %d, Last %d", len(out), l.Last())
	}
}

func positions(t *testing.T, l wardround.Log) {
	a := mustAppend(t, l, batch("mirror-1", "eth0", 1, 2))
	b := mustAppend(t, l, batch("mirror-1", "eth0", 3, 3))
	same(t, "appended", texts(append(a, b...)), []string{"1 mirror-1/eth0/1", "2 mirror-1/eth0/2", "3 mirror-1/eth0/3"})
	same(t, "read", texts(Read(t, l, 0)), []string{"1 mirror-1/eth0/1", "2 mirror-1/eth0/2", "3 mirror-1/eth0/3"})
	if l.Last() != 3 {
		t.Errorf("Last %d", l.Last())
	}
	if d := cmp.Diff(Seen("mirror-1", "eth0", 2), unplaced(Read(t, l, 1)[0])); d != "" {
		t.Errorf("an observation changed (-want +got):\n%s", d)
	}
}

func unplaced(o *wardround.Observation) *wardround.Observation {
	c := *o
	c.Seq = 0
	return &c
}

func repeats(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 1, 3))
	if out := mustAppend(t, l, batch("mirror-1", "eth0", 1, 3)); len(out) != 0 {
		t.Errorf("%d repeats were appended", len(out))
	}
	out := mustAppend(t, l, batch("mirror-1", "eth0", 2, 5))
	same(t, "the new part", texts(out), []string{"4 mirror-1/eth0/4", "5 mirror-1/eth0/5"})
	twice := append(batch("mirror-1", "eth0", 6, 6), Seen("mirror-1", "eth0", 6))
	same(t, "twice in one batch", texts(mustAppend(t, l, twice)), []string{"6 mirror-1/eth0/6"})
	if l.Last() != 6 || l.Reached("mirror-1", "eth0") != 6 {
		t.Errorf("Last %d, Reached %d", l.Last(), l.Reached("mirror-1", "eth0"))
	}
}

func inputs(t *testing.T, l wardround.Log) {
	mustAppend(t, l, []*wardround.Observation{Seen("a", "1", 7), Seen("a", "2", 1), Seen("b", "1", 2)})
	for _, w := range []struct {
		sensor, input string
		want          uint64
	}{{"a", "1", 7}, {"a", "2", 1}, {"b", "1", 2}, {"b", "2", 0}} {
		if got := l.Reached(w.sensor, w.input); got != w.want {
			t.Errorf("Reached(%s, %s) = %d, want %d", w.sensor, w.input, got, w.want)
		}
	}
}

func monotone(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 500, 500))
	late := mustAppend(t, l, batch("mirror-2", "eth0", 1, 1))
	if want := Noon.Add(500 * time.Second); !late[0].Logged.Equal(want) {
		t.Errorf("Logged %v, want it raised to %v", late[0].Logged, want)
	}
	if want := Noon.Add(time.Second); !late[0].At.Equal(want) {
		t.Errorf("At %v, want %v untouched", late[0].At, want)
	}
	got := Read(t, l, 1)
	if want := Noon.Add(500 * time.Second); len(got) != 1 || !got[0].Logged.Equal(want) {
		t.Errorf("read back %v, want Logged %v", got, want)
	}
}

func readAfter(t *testing.T, l wardround.Log) {
	for n := range uint64(5) {
		mustAppend(t, l, batch("mirror-1", "eth0", n*10+1, n*10+10))
	}
	for _, after := range []uint64{0, 1, 9, 10, 11, 37, 49, 50, 51} {
		got := Read(t, l, after)
		want := int(50 - min(50, after))
		if len(got) != want {
			t.Errorf("read %d after %d, want %d", len(got), after, want)
		}
		for i, o := range got {
			if o.Seq != after+1+uint64(i) {
				t.Fatalf("after %d, observation %d has position %d", after, i, o.Seq)
			}
		}
	}
}

func readEnd(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 1, 2))
	calls := 0
	err := l.Read(context.Background(), 0, func(b []*wardround.Observation) error {
		calls++
		mustAppend(t, l, batch("mirror-1", "eth0", 3, 4))
		return nil
	})
	if err != nil || calls != 1 {
		t.Errorf("%d calls, error %v; want one call and no error", calls, err)
	}
}

func readError(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 1, 2))
	stop := errors.New("stop")
	if err := l.Read(context.Background(), 0, func([]*wardround.Observation) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Read(ctx, 0, func([]*wardround.Observation) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled read gave %v", err)
	}
}

func refused(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 1, 1))
	for name, spoil := range map[string]func(o *wardround.Observation){
		"no kind":        func(o *wardround.Observation) { o.Kind = "" },
		"no sensor":      func(o *wardround.Observation) { o.Sensor = "" },
		"no input":       func(o *wardround.Observation) { o.Input = "" },
		"no position":    func(o *wardround.Observation) { o.Position = 0 },
		"no logged":      func(o *wardround.Observation) { o.Logged = time.Time{} },
		"no origin":      func(o *wardround.Observation) { o.Origin = "" },
		"unknown origin": func(o *wardround.Observation) { o.Origin = "rumour" },
	} {
		b := batch("mirror-1", "eth0", 2, 4)
		spoil(b[1])
		_, err := l.Append(context.Background(), b)
		code(t, name, err, wardround.EInvalid)
	}
	_, err := l.Append(context.Background(), batch("mirror-1", "eth0", 2, wardround.MaxBatch+2))
	code(t, "too many", err, wardround.EInvalid)
	if l.Last() != 1 || l.Reached("mirror-1", "eth0") != 1 {
		t.Errorf("part of a refused batch stayed: Last %d, Reached %d", l.Last(), l.Reached("mirror-1", "eth0"))
	}
	mustAppend(t, l, batch("mirror-1", "eth0", 2, wardround.MaxBatch+1))
}

func origins(t *testing.T, l wardround.Log) {
	mustAppend(t, l, batch("mirror-1", "eth0", 1, 1))
	o := Seen("mirror-1", "eth0", 2)
	o.Origin = wardround.Simulated
	_, err := l.Append(context.Background(), []*wardround.Observation{o})
	code(t, "a simulated observation in a live log", err, wardround.EInvalid)
}

func durable(t *testing.T, s Subject) {
	l := s.New(t)
	for n := range uint64(20) {
		mustAppend(t, l, batch("mirror-1", "eth0", n*5+1, n*5+5))
		mustAppend(t, l, []*wardround.Observation{Seen("feed", "osv", n+1)})
		if n%5 == 4 {
			l = s.Reopen(t, l)
		}
	}
	defer func() { l.Close() }()
	if l.Last() != 120 || l.Reached("mirror-1", "eth0") != 100 || l.Reached("feed", "osv") != 20 {
		t.Errorf("Last %d, Reached %d and %d", l.Last(), l.Reached("mirror-1", "eth0"), l.Reached("feed", "osv"))
	}
	got := Read(t, l, 0)
	if len(got) != 120 {
		t.Fatalf("read %d observations, want 120", len(got))
	}
	for i, o := range got {
		if o.Seq != uint64(i)+1 || o.Fields.(*Note).Text != fmt.Sprintf("%s/%s/%d", o.Sensor, o.Input, o.Position) {
			t.Fatalf("observation %d is %d %v", i, o.Seq, o.Fields)
		}
	}
	if out := mustAppend(t, l, batch("mirror-1", "eth0", 1, 100)); len(out) != 0 {
		t.Errorf("%d repeats were appended after reopening", len(out))
	}
	o := Seen("mirror-1", "eth0", 101)
	o.Origin = wardround.Replay
	_, err := l.Append(context.Background(), []*wardround.Observation{o})
	code(t, "another origin after reopening", err, wardround.EInvalid)
}
