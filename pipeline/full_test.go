package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// However many things a network shows, the verdicts held are bounded: what is
// known is judged on, what is new is left out, and that is said.
func TestVerdictsAreBounded(t *testing.T) {
	other := goodness()
	other.ID = "test.other"
	inner := other.Run
	other.Run = func(ctx context.Context, p *check.Pass) error {
		if p.Now().Before(t0.Add(5 * time.Minute)) {
			return nil
		}
		return inner(ctx, p)
	}
	b := newBench(t, Options{MaxKeys: 300}, goodness(), other)
	for i := range 200 {
		b.see(seen(time.Duration(i)*time.Second, thingV1{Word: word(i)}))
	}
	b.see(seen(10*time.Minute, thingV1{Word: word(7), Good: true}))
	count := map[string]int{}
	for v, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		count[v.Check]++
	}
	if count["test.goodness"] != 100 || count["test.other"] != 1 {
		t.Errorf("verdicts held: %v; want 100 of the one that was flooded, and 1 of the other", count)
	}
	if v := b.verdict(word(7)); v.State != wardround.Pass {
		t.Errorf("what was known is %s after it was put right", v.State)
	}
	if n := b.reports(); n != 1 {
		t.Errorf("it was said %d times within an hour that there is no room", n)
	}
	b.restart()
	b.see(seen(11*time.Minute, thingV1{Word: word(300)}))
	if n := b.reports(); n != 1 {
		t.Errorf("after a restart it was said again: %d times", n)
	}
	b.see(seen(2*time.Hour, thingV1{Word: word(301)}))
	if n := b.reports(); n != 2 {
		t.Errorf("after an hour it was not said again: %d times", n)
	}
}
