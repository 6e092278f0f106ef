package pipeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// day makes a seeded series of batches, observations up to late seconds late.
func day(seed uint64, late int) [][]*wardround.Observation {
	r := rand.New(rand.NewPCG(seed, 1))
	var out [][]*wardround.Observation
	at := time.Duration(0)
	for range 200 {
		var batch []*wardround.Observation
		for range 1 + r.IntN(5) {
			at += time.Duration(r.IntN(60)) * time.Second
			batch = append(batch, seen(at-time.Duration(r.IntN(late+1))*time.Second, thingV1{Good: r.IntN(3) > 0, Word: word(r.IntN(7)), N: r.IntN(9)}))
		}
		out = append(out, batch)
	}
	return out
}

func TestReplayIsAProof(t *testing.T) {
	run := func() string {
		b := newBench(t, Options{}, goodness(), novelty(), silence())
		for _, batch := range day(4, 100) {
			b.see(batch...)
		}
		return dump(t, b.st) + strings.Join(judgements(t, b), "\n")
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two replays differ:\n%s\n%s", a, b)
	}
}

// TestARestartChangesNothing: a pipeline that is opened anew from its store after
// every few batches, as after a power cut, gives what one that never stopped gives:
// each verdict, each finding, each leaf of evidence. (Only what comes late by less
// than a minute is known as late by memory alone.)
func TestARestartChangesNothing(t *testing.T) {
	for seed := range uint64(5) {
		whole := newBench(t, Options{}, goodness(), novelty(), silence())
		for _, batch := range day(seed, 0) {
			whole.see(batch...)
		}
		for _, every := range []int{1, 7} {
			cut := newBench(t, Options{}, goodness(), novelty(), silence())
			for i, batch := range day(seed, 0) {
				if i%every == 0 {
					cut.restart()
				}
				cut.see(batch...)
			}
			if diff := cmp.Diff(judgements(t, whole), judgements(t, cut)); diff != "" {
				t.Errorf("seed %d: restarts every %d batches change what is judged (-whole +cut):\n%s", seed, every, diff)
			}
		}
	}
}

// restart opens the pipeline anew from its store.
func (b *bench) restart() {
	b.Helper()
	b.p.Close()
	p, err := Open(b.Context(), b.p.opt)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Close)
	b.p, b.feed = p, NewFeed(p, kept{b.log}, nil)
}

// judgements is all a store holds, evidence and history included, but for when
// assets and links were last seen, which is written in its own time.
func judgements(t *testing.T, b *bench) []string {
	t.Helper()
	var out []string
	for _, line := range strings.Split(dump(t, b.st), "\n") {
		if !strings.HasPrefix(line, `{"id":"a-`) && !strings.HasPrefix(line, `{"id":"l-`) {
			out = append(out, line)
		}
	}
	for e, err := range b.st.Evidence(t.Context(), scope, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("leaf %d %s %s %d %s", e.Index, e.Kind, e.Reason, e.Seq, e.Payload))
	}
	for v, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		for x, err := range b.st.Transitions(t.Context(), scope, v.Key) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%v %v→%v %d %v %s", x.Key, x.From, x.To, x.Seq, x.At, x.Reason))
		}
	}
	return out
}
