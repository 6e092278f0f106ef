package pipeline

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

func TestAFindingLivesFromFailToPass(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{N: 1}))
	v := must(t, b.verdict(""), "verdict")
	if v.State != wardround.Fail || v.Severity != wardround.Medium || v.Seq != 1 {
		t.Fatalf("verdict %+v", v)
	}
	f := must(t, b.finding(), "finding")
	if f.State != wardround.Open || f.Facts["n"] != 1 {
		t.Fatalf("finding %+v", f)
	}
	b.see(seen(time.Minute, thingV1{Good: true}))
	if f = b.finding(); f.State != wardround.Fixed || !f.Fixed.Equal(t0.Add(time.Minute)) {
		t.Fatalf("after a pass: %+v", f)
	}
	b.see(seen(2*time.Minute, thingV1{N: 2}))
	if f = b.finding(); f.State != wardround.Reopened {
		t.Fatalf("after it failed again: %+v", f)
	}
	if got := b.st.Leaves(); got != 3 {
		t.Errorf("%d leaves for three transitions", got)
	}
}

func TestAPassAfterALossDoesNotFix(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{}))
	loss := b.say(time.Minute, &kind.SensorStatusV1{KernelDrops: 5})
	loss.Sensor = "mirror"
	b.see(loss)
	b.see(seen(90*time.Second, thingV1{Good: true}))
	if f := b.finding(); f.State != wardround.Open {
		t.Fatalf("fixed by a pass just after a loss: %+v", f)
	}
	b.see(seen(10*time.Minute, thingV1{Good: true}))
	if f := b.finding(); f.State != wardround.Fixed {
		t.Fatalf("a later pass did not fix it: %+v", f)
	}
}

func TestEvidenceDecaysAndTheFindingStaysOpen(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{}))
	b.see(b.say(3*time.Hour, &kind.SensorStatusV1{}))
	v := b.verdict("")
	if v.State != wardround.Unknown || v.Why == "" {
		t.Fatalf("verdict %+v", v)
	}
	f := b.finding()
	if f.State != wardround.Open || !f.Stale {
		t.Fatalf("finding %+v", f)
	}
	if b.st.Leaves() != 2 {
		t.Errorf("%d leaves", b.st.Leaves())
	}
	b.see(seen(4*time.Hour, thingV1{}))
	if f = b.finding(); f.Stale {
		t.Error("still stale although seen again")
	}
}

// What goes stale and is seen again did go stale, in however few batches it comes:
// a capture read fast and a mirror port watched slowly tell the same.
func TestDecayDoesNotDependOnBatches(t *testing.T) {
	story := func() []*wardround.Observation {
		return []*wardround.Observation{
			seen(0, thingV1{Good: true}), seen(50*time.Minute, thingV1{Good: true}), seen(5*time.Hour, thingV1{Good: true}),
			seen(6*time.Hour, thingV1{}), seen(9*time.Hour, thingV1{}),
		}
	}
	history := func(b *bench) (out []string) {
		for x, err := range b.st.Transitions(t.Context(), scope, b.verdict("").Key) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%v %v→%v %s", x.At.Sub(t0), x.From, x.To, x.Reason))
		}
		return out
	}
	one := newBench(t, Options{}, goodness())
	one.see(story()...)
	many := newBench(t, Options{}, goodness())
	for _, o := range story() {
		many.see(o)
	}
	want := []string{
		"0s unknown→pass judged", "50m0s pass→pass renewed", "1h50m0s pass→unknown went stale", "5h0m0s unknown→pass judged",
		"6h0m0s pass→fail judged", "7h0m0s fail→unknown went stale", "9h0m0s unknown→fail judged",
	}
	if diff := cmp.Diff(want, history(one)); diff != "" {
		t.Errorf("in one batch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, history(many)); diff != "" {
		t.Errorf("in many (-want +got):\n%s", diff)
	}
}

// A service that is restarted more often than half a freshness still renews.
func TestRestartsDoNotPutRenewalOff(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	for m := range 181 {
		b.see(seen(time.Duration(m)*time.Minute, thingV1{Good: true}))
		if m%10 == 9 {
			b.restart()
		}
	}
	if got := b.st.Leaves(); got != 7 { // at 0, 30, 60 … 180 minutes
		t.Errorf("%d leaves in three hours of an hour's freshness", got)
	}
}

// A failing key of which nothing can be told any more has a finding that says so.
func TestAFindingThatCannotBeToldIsStale(t *testing.T) {
	c := goodness()
	inner := c.Run
	c.Run = func(ctx context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			if o.Fields.(*thingV1).N == 9 {
				p.Unknown(wardround.AssetSubject(o.Dst), "", "too few to tell", nil)
				return nil
			}
		}
		return inner(ctx, p)
	}
	b := newBench(t, Options{}, c)
	b.see(seen(0, thingV1{N: 1}))
	b.see(seen(time.Minute, thingV1{N: 9}))
	if f := b.finding(); f.State != wardround.Open || !f.Stale {
		t.Errorf("%+v", f)
	}
	b.see(seen(2*time.Minute, thingV1{N: 2}))
	if f := b.finding(); f.State != wardround.Open || f.Stale || !f.LastSeen.Equal(t0.Add(2*time.Minute)) {
		t.Errorf("seen again: %+v", f)
	}
}

func TestALateObservationIsHistory(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(10*time.Minute, thingV1{Good: true}))
	b.see(seen(5*time.Minute, thingV1{}))
	if v := b.verdict(""); v.State != wardround.Pass {
		t.Fatalf("a late fail replaced a newer pass: %+v", v)
	}
	late := false
	for tr := range b.st.Transitions(t.Context(), scope, b.verdict("").Key) {
		late = late || tr.Reason == "late: would have been fail"
	}
	if !late {
		t.Error("the late observation left no history")
	}
}

func TestRenewalAtHalfFreshness(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	for m := range 61 { // an hour of passes, each minute
		b.see(seen(time.Duration(m)*time.Minute, thingV1{Good: true}))
	}
	if got := b.st.Leaves(); got != 3 { // at 0, 30 and 60 minutes
		t.Errorf("%d leaves in an hour of an hour's freshness", got)
	}
}

func TestAClockAheadDoesNotKeepEvidenceFresh(t *testing.T) {
	b := newBench(t, Options{Origin: wardround.Live}, goodness())
	o := seen(6*time.Minute, thingV1{Good: true})
	o.Origin, o.Logged, o.Position = wardround.Live, t0, 1
	appended, err := b.log.Append(t.Context(), []*wardround.Observation{o})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.p.Judge(t.Context(), appended); err != nil {
		t.Fatal(err)
	}
	if v := b.verdict(""); !v.At.Equal(t0) {
		t.Errorf("the verdict is dated %v, the site's time is %v", v.At, t0)
	}
}

func TestAcceptingOnALifeSustainingAssetNeedsTwo(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	b.see(seen(0, thingV1{}))
	id := b.finding().ID
	accept := func(by kind.PersonalText, role string, until time.Duration) *kind.FindingDecidedV1 {
		return &kind.FindingDecidedV1{Finding: id, State: wardround.Accepted, By: by, Role: role, Until: t0.Add(until), Reason: "because"}
	}
	year := 365 * 24 * time.Hour
	b.see(b.say(time.Minute, accept("ann", "security", year)))
	f := b.finding()
	if f.State != wardround.Open || f.Proposed == nil {
		t.Fatalf("one person was enough: %+v", f)
	}
	b.see(b.say(2*time.Minute, accept("ann", "security", year)))
	if f = b.finding(); f.State != wardround.Open {
		t.Fatal("the same person twice was enough")
	}
	b.see(b.say(3*time.Minute, accept("dan", "security", year)))
	b.see(b.say(4*time.Minute, accept("bob", "security", year)))
	if f = b.finding(); f.State != wardround.Open {
		t.Fatal("two people without clinical engineering were enough")
	}
	b.see(b.say(4*time.Minute, accept("cy", "clinical-engineering", year)))
	if f = b.finding(); f.State != wardround.Accepted || len(f.Decision.By) != 2 {
		t.Fatalf("two people, one of clinical engineering, were not enough: %+v %+v", f, f.Decision)
	}
	if d := f.Decision.Until.Sub(t0); d > 91*24*time.Hour {
		t.Errorf("accepted for %v", d)
	}
	b.see(seen(5*time.Minute, thingV1{}))
	if f = b.finding(); f.State != wardround.Accepted {
		t.Error("a new fail undid the acceptance")
	}
	b.see(b.say(91*24*time.Hour, &kind.SensorStatusV1{}))
	if f = b.finding(); f.State != wardround.Reopened {
		t.Errorf("the acceptance did not end: %+v", f)
	}
}

func TestForeignFactsAreCut(t *testing.T) {
	c := goodness()
	b := newBench(t, Options{}, c)
	b.see(seen(0, thingV1{Word: "x"}))
	if v := b.verdict("x"); v == nil || len(v.Facts.JSON()) > wardround.MaxFacts {
		t.Fatalf("%+v", v)
	}
}
