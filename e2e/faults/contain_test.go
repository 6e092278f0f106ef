package faults

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
)

// How a failing check is contained is tested beside the pipeline. Here: that the
// one who watches is told, by a finding of the monitor about itself, and that a
// restart neither forgets the pause nor tells it twice.
func TestAFailingCheckIsAFinding(t *testing.T) {
	for name, act := range map[string]func(p *check.Pass) error{
		"panics":    func(*check.Pass) error { panic("out of range") },
		"loops":     func(p *check.Pass) error { return spin(p) },
		"too many":  func(p *check.Pass) error { return flood(p) },
		"an error":  func(*check.Pass) error { return context.DeadlineExceeded },
		"too large": func(p *check.Pass) error { *check.State[string](p, "k") = strings.Repeat("x", 10_000); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bad := *readable
			bad.ID = "test.bad"
			calls := 0
			bad.Run = func(_ context.Context, p *check.Pass) error { calls++; return act(p) }
			checks := []*check.Check{check.Lookup("sensor.gap"), &bad, readable}
			x := newIntake(t, nil, checks...).run()
			x.offer(login(noon, false))
			x.offer() // the pipeline's own report comes after the batch
			told := func() (f *wardround.Finding) {
				for f, err := range x.store.Findings(t.Context(), x.scope, wardround.FindingFilter{Check: "sensor.gap"}) {
					if err != nil {
						t.Fatal(err)
					}
					if f.Item == "check test.bad" {
						return f
					}
				}
				return nil
			}
			eventually(t, "the finding", func() bool { x.offer(); return told() != nil })
			if v := x.verdict(""); v == nil || v.State != wardround.Fail {
				t.Errorf("the check beside it did not go on: %+v", v)
			}
			before := calls
			x.hand.set(noon.Add(30 * time.Minute))
			x.offer(login(noon.Add(30*time.Minute), true))
			if calls != before {
				t.Error("it was run while it should rest")
			}
			// The same log, judged by a new process.
			p, err := pipeline.Open(t.Context(), pipeline.Options{
				Scope: x.scope, Origin: wardround.Live, Store: x.store, Checks: checks, Learn: time.Hour,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if own := p.Own(noon.Add(31 * time.Minute)); len(own) != 0 {
				for _, o := range own {
					if o.Kind == string(kind.CheckFailed) {
						t.Errorf("after a restart it is told again: %+v", o.Fields)
					}
				}
			}
			reports := 0
			for _, o := range x.logged() {
				if o.Kind == string(kind.CheckFailed) {
					reports++
				}
			}
			leaves := 0
			for e, err := range x.store.Evidence(t.Context(), x.scope, 0, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Kind == "action" && strings.Contains(string(e.Payload), "test.bad") {
					leaves++
				}
			}
			if reports != 1 || leaves != 1 {
				t.Errorf("%d reports in the log, %d leaves", reports, leaves)
			}
		})
	}
}

func spin(p *check.Pass) error {
	for {
		p.Now()
		for range p.Seen() {
			time.Sleep(time.Millisecond)
		}
		p.Inventory()
	}
}

func flood(p *check.Pass) error {
	for i := range 10_000 {
		p.Fail(wardround.SiteSubject("s"), string(rune('a'+i%26))+time.Duration(i).String(), nil)
	}
	return nil
}
