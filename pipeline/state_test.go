package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// TestBlankStateTakesNoRoom: what remembers nothing is not kept, and what was kept
// goes when nothing is left of it.
func TestBlankStateTakesNoRoom(t *testing.T) {
	words := &check.Check{
		ID: "test.words", Version: 1, Title: "Words", Concern: wardround.Security, Applies: wardround.AnyKind,
		Severity: wardround.Medium, Watch: []kind.Name{thing},
		Run: func(_ context.Context, p *check.Pass) error {
			for o := range p.Seen() {
				v := o.Fields.(*thingV1)
				check.State[struct{ N int }](p, v.Word).N = v.N
			}
			return nil
		},
	}
	b := newBench(t, Options{}, words)
	kept := func() (keys []string) {
		for row, err := range b.st.States(t.Context(), scope) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Check == "test.words" {
				keys = append(keys, row.Key)
			}
		}
		return keys
	}
	b.see(seen(0, thingV1{Word: "a"}), seen(0, thingV1{Word: "b", N: 1}))
	if got := kept(); len(got) != 1 || got[0] != "b" {
		t.Errorf("kept %v, want b alone", got)
	}
	b.see(seen(time.Minute, thingV1{Word: "b"}), seen(time.Minute, thingV1{Word: "a", N: 2}))
	if got := kept(); len(got) != 1 || got[0] != "a" {
		t.Errorf("kept %v, want a alone", got)
	}
	b.see(seen(2*time.Minute, thingV1{Word: "a", N: 3}))
	if n := b.p.states.count["test.words"]; n != 1 {
		t.Errorf("%d states are counted", n)
	}
}
