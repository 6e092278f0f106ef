package pipeline

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// However many things a network shows, the verdicts held are bounded: what is
// known is judged on, what is new is left out, and that is said.
func TestVerdictsAreBounded(t *testing.T) {
	b := newBench(t, Options{MaxKeys: 50}, goodness())
	for i := range 200 {
		b.see(seen(time.Duration(i)*time.Second, thingV1{Word: word(i)}))
	}
	b.see(seen(10*time.Minute, thingV1{Word: word(7), Good: true}))
	n := 0
	for _, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 50 {
		t.Errorf("%d verdicts are held, want 50", n)
	}
	if v := b.verdict(word(7)); v.State != wardround.Pass {
		t.Errorf("what was known is %s after it was put right", v.State)
	}
	said := 0
	for _, c := range b.commits {
		for _, e := range c.Evidence {
			if e.Reason == string(kind.CheckFailed) {
				said++
			}
		}
	}
	if said != 1 {
		t.Errorf("it was said %d times within an hour that there is no room", said)
	}
	b.see(seen(2*time.Hour, thingV1{Word: word(300)}))
	if f, ok := b.p.states.m[stateKey{ownState, "failed/test.goodness"}]; ok && f.saved != nil {
		t.Error("the report was not taken back when it had reached the log")
	}
}
