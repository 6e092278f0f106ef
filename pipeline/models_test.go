package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/fixture/fleet"
	"github.com/wardround/wardround/kind"
)

// gallery is models that judge what they are told: the file's name of a document fails.
type gallery struct {
	all     []*check.Judgement
	fresh   []*check.Judgement
	number  uint64
	touched check.TouchedModels
	folded  []string
}

func (g *gallery) Fold(o *wardround.Observation) error {
	g.folded = append(g.folded, o.Kind)
	if x, ok := o.Fields.(*kind.ModelReceivedV1); ok {
		g.fresh = append(g.fresh, &check.Judgement{Topic: "talk", Subject: wardround.SiteSubject("s"), Item: x.File, State: wardround.Fail, At: o.At, Facts: wardround.Facts{"n": len(g.all)}})
	}
	return nil
}

func (g *gallery) Assets([]*wardround.Asset, check.Inventory, time.Time) error {
	g.touched = check.TouchedModels{}
	if len(g.fresh) > 0 {
		g.number++
		n := min(2, len(g.fresh))
		g.touched = check.TouchedModels{Number: g.number, Judgements: g.fresh[:n], More: n < len(g.fresh)}
		g.all = append(g.all, g.fresh[:n]...)
		g.fresh = g.fresh[n:]
	}
	return nil
}
func (g *gallery) View() check.Models           { return g }
func (g *gallery) Flush(*wardround.Commit)      {}
func (g *gallery) Committed(uint64)             { g.touched = check.TouchedModels{} }
func (g *gallery) Touched() check.TouchedModels { return g.touched }
func (g *gallery) Due() time.Time               { return time.Time{} }
func (g *gallery) Judgements(topic string, after check.JudgementKey) iter.Seq[*check.Judgement] {
	var out []*check.Judgement
	for _, j := range g.all {
		if j.Topic == topic && j.Key().Compare(after) > 0 {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *check.Judgement) int { return a.Key().Compare(b.Key()) })
	return slices.Values(out)
}

// talk judges models by topic.
func talk(run func(context.Context, *check.Pass) error) *check.Check {
	return &check.Check{ID: "test.talk", Version: 1, Title: "Talk", Concern: wardround.Security, Severity: wardround.Low, Watch: []kind.Name{thing}, Models: true, Fresh: time.Hour, StateVersion: 1, Run: run}
}

// TestJudgementsOfModels: portions come to the checks that follow models, also those
// that more waits for; a check that missed some looks through all.
func TestJudgementsOfModels(t *testing.T) {
	g := &gallery{}
	broken := false
	run := check.JudgeModels("talk")
	b := newBench(t, Options{Models: g}, talk(func(ctx context.Context, p *check.Pass) error {
		if broken {
			return fmt.Errorf("broken")
		}
		return run(ctx, p)
	}))
	at := t0
	receive := func(files ...string) {
		var batch []*wardround.Observation
		for _, f := range files {
			at = at.Add(time.Minute)
			batch = append(batch, &wardround.Observation{Kind: string(kind.ModelReceived), Version: 1, Sensor: "import", Input: "m", At: at, Origin: wardround.Replay, Fields: &kind.ModelReceivedV1{Product: "Chest", Document: "card", File: f}})
		}
		b.see(batch...)
	}
	said := func() (out []string) {
		for v, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{Check: "test.talk"}) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v.Item)
		}
		return out
	}
	receive("a", "b", "c", "d", "e")
	if got := said(); strings.Join(got, "") != "abcde" {
		t.Errorf("of five judgements in portions of two were said %v", got)
	}
	broken = true
	receive("f")
	if got := said(); len(got) != 5 {
		t.Errorf("a broken check says %v", got)
	}
	broken = false
	at = at.Add(2 * time.Hour) // it rested
	receive("g")
	if got := said(); strings.Join(got, "") != "abcdefg" {
		t.Errorf("after a portion that was missed: %v", got)
	}
	if slices.Contains(g.folded, string(thing)) {
		t.Error("models fold what is none of theirs")
	}
}

// TestADocumentBringsItsRelease: what a document is of is a release of kind model from
// then on.
func TestADocumentBringsItsRelease(t *testing.T) {
	f := fleet.New(scope.Org, nil)
	b := newBench(t, Options{Models: &gallery{}, Portfolio: f})
	b.see(&wardround.Observation{Kind: string(kind.ModelReceived), Version: 1, Sensor: "import", Input: "m", At: t0, Origin: wardround.Replay,
		Fields: &kind.ModelReceivedV1{Maker: "Maker", Product: "Chest", Version: "2", Document: "card"}})
	id := wardround.ReleaseIDOf(scope.Org, "Maker", "Chest", "2")
	found := false
	for r, err := range b.st.Releases(t.Context(), scope) {
		found = found || err == nil && r.ID == id
	}
	if !found {
		t.Error("the release is not there")
	}
}
