package pipeline

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// on moves an observation to the n-th host of a network.
func on(o *wardround.Observation, network string, n int) *wardround.Observation {
	o.Flow.Dst.Addr = netip.MustParseAddr(fmt.Sprintf("%s.%d.%d", network, n/200, n%200+1))
	return o
}

func (b *bench) cases() (out []*wardround.Case) {
	b.Helper()
	for c, err := range b.st.Cases(b.Context(), scope) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func (b *bench) notices() (out []*wardround.Notice) {
	b.Helper()
	for n, err := range b.st.Notices(b.Context(), scope) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// Forty alike pumps are one line.
func TestAlikeAssetsAreOneCase(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	for n := range 40 {
		b.see(on(seen(time.Duration(n)*time.Second, thingV1{}), "10.0", n))
	}
	state := func(want string) {
		t.Helper()
		cs := b.cases()
		if len(cs) != 1 {
			t.Fatalf("%d cases", len(cs))
		}
		if got := fmt.Sprintf("%s %d of %d %s", cs[0].State, cs[0].Findings, cs[0].Total, cs[0].Severity); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	state("open 40 of 40 medium")
	b.see(on(seen(time.Minute, thingV1{Good: true}), "10.0", 7))
	state("open 39 of 40 medium")
	b.restart()
	for n := range 40 {
		b.see(on(seen(2*time.Minute, thingV1{Good: true}), "10.0", n))
	}
	state("closed 0 of 40 none")
	b.see(on(seen(3*time.Minute, thingV1{}), "10.0", 3))
	state("open 1 of 40 medium")
	for f := range b.st.Findings(t.Context(), scope, wardround.FindingFilter{Live: true}) {
		b.see(b.say(4*time.Minute, &kind.FindingDecidedV1{Finding: f.ID, State: wardround.FalsePositive, By: "ann", Role: "security"}))
		b.see(b.say(5*time.Minute, &kind.FindingDecidedV1{Finding: f.ID, State: wardround.FalsePositive, By: "cy", Role: wardround.RoleClinicalEngineering}))
	}
	state("closed 0 of 40 none")
}

// A finding stays in its case when its asset gets another zone.
func TestACaseOutlivesAZonePlan(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{Word: "a"}))
	before := b.cases()
	b.see(b.setting(time.Minute, ContentZones, `[{"id":"icu","prefixes":["10.0.0.0/24"]}]`))
	b.see(seen(2*time.Minute, thingV1{Word: "a"}))
	b.see(seen(3*time.Minute, thingV1{Word: "a", Good: true}))
	b.see(seen(4*time.Minute, thingV1{Word: "a"}))
	after := b.cases()
	if len(before) != 1 || len(after) != 1 || after[0].ID != before[0].ID || after[0].Group != "zone:local" || after[0].Total != 1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	b.see(seen(5*time.Minute, thingV1{Word: "b"}))
	if cs := b.cases(); len(cs) != 2 || cs[0].Group == cs[1].Group {
		t.Errorf("a new finding is not in a case of the new zone: %+v", cs)
	}
}

// weighty is a check whose findings have the severity that an observation's number
// says, each subject a case of its own.
func weighty() *check.Check {
	c := goodness()
	c.ID, c.Group, c.Fresh = "test.weighty", check.BySubject, 0
	c.Run = func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			v := o.Fields.(*thingV1)
			if v.Good {
				p.Pass(wardround.AssetSubject(o.Dst), v.Word, nil)
				continue
			}
			p.Fail(wardround.AssetSubject(o.Dst), v.Word, nil, check.As(wardround.Severity(v.N)))
		}
		return nil
	}
	return c
}

func TestFewNotices(t *testing.T) {
	const high, critical = int(wardround.High), int(wardround.Critical)
	b := newBench(t, Options{}, weighty())
	b.see(seen(0, thingV1{N: int(wardround.Medium)}))
	if n := len(b.notices()); n != 0 {
		t.Fatalf("%d notices for a medium case", n)
	}
	b.see(seen(time.Minute, thingV1{N: high}))
	b.see(seen(2*time.Minute, thingV1{N: high}), seen(2*time.Minute, thingV1{N: high, Word: "another"}))
	b.restart()
	b.see(seen(3*time.Minute, thingV1{N: high, Word: "a third"}))
	if n := len(b.notices()); n != 1 {
		t.Fatalf("%d notices for one case of one severity", n)
	}
	b.see(seen(4*time.Minute, thingV1{N: critical}))
	if n := b.notices(); len(n) != 2 || n[0].Case != n[1].Case {
		t.Fatalf("a step of severity: %+v", n)
	}
	b.see(seen(5*time.Minute, thingV1{N: high}))
	b.restart()
	b.see(seen(6*time.Minute, thingV1{N: critical}))
	if n := len(b.notices()); n != 2 {
		t.Errorf("%d notices: what was told is told again", n)
	}
	// A cold start: five hundred of them.
	for n := range 500 {
		b.see(on(seen(7*time.Minute, thingV1{N: high}), "10.1", n))
	}
	told := b.notices()
	digests := 0
	for _, n := range told {
		if n.Case == "" {
			digests++
		}
	}
	if len(told) > noticesPerDay || digests != 1 {
		t.Errorf("%d notices on the first day, %d of them digests", len(told), digests)
	}
	b.restart()
	b.see(on(seen(8*time.Minute, thingV1{N: high}), "10.1", 501))
	if n := len(b.notices()); n != len(told) {
		t.Errorf("a restart forgets what was told: %d notices", n)
	}
	// The next day there is room again.
	b.see(on(seen(25*time.Hour, thingV1{N: high}), "10.1", 100))
	if n := len(b.notices()); n != len(told)+1 {
		t.Errorf("%d notices on the next day", n-len(told))
	}
}

// What is critical is told at once, whatever else was told; who can make many of
// them does not choose how many notices there are.
func TestCriticalIsTold(t *testing.T) {
	b := newBench(t, Options{}, weighty())
	for n := range 50 {
		b.see(on(seen(0, thingV1{N: int(wardround.High)}), "10.1", n))
	}
	before := len(b.notices())
	b.see(on(seen(time.Minute, thingV1{N: int(wardround.Critical)}), "10.2", 1))
	if n := b.notices(); len(n) != before+1 || n[before].Severity != wardround.Critical || n[before].Case == "" || len(n) > noticesPerDay {
		t.Fatalf("before %d, now %+v", before, n)
	}
	for n := range 500 {
		b.see(on(seen(2*time.Minute, thingV1{N: int(wardround.Critical)}), "10.3", n))
	}
	told := b.notices()
	if len(told) > noticesPerDay+criticalPerDay {
		t.Errorf("%d notices", len(told))
	}
	if last := told[len(told)-1]; last.Case != "" || last.Severity != wardround.Critical {
		t.Errorf("the rest is not said: %+v", last)
	}
	b.see(on(seen(3*time.Minute, thingV1{N: int(wardround.Critical)}), "10.4", 1))
	if n := len(b.notices()); n != len(told) {
		t.Errorf("said twice: %d", n-len(told))
	}
}

// A case that was closed and opens again is told again.
func TestAClosedCaseIsToldAgain(t *testing.T) {
	b := newBench(t, Options{}, weighty())
	b.see(seen(0, thingV1{N: int(wardround.High)}))
	b.see(seen(time.Minute, thingV1{Good: true}))
	b.restart()
	b.see(seen(2*time.Minute, thingV1{N: int(wardround.High)}))
	if n := len(b.notices()); n != 2 {
		t.Errorf("%d notices", n)
	}
}
