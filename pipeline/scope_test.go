package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// of returns the finding of an item.
func (b *bench) of(item string) *wardround.Finding {
	b.Helper()
	for f, err := range b.st.Findings(b.Context(), scope, wardround.FindingFilter{}) {
		if err != nil {
			b.Fatal(err)
		}
		if f.Item == item {
			return f
		}
	}
	b.Fatalf("no finding of %q", item)
	return nil
}

// says lets one person decide of an item's finding.
func (b *bench) says(d time.Duration, item string, v kind.FindingDecidedV1) *wardround.Finding {
	b.Helper()
	v.Finding, v.Reason = b.of(item).ID, "because"
	if v.By == "" {
		v.By, v.Role = "ann", "security"
	}
	b.see(b.say(d, &v))
	return b.of(item)
}

func (b *bench) states(items ...string) string {
	b.Helper()
	var out []string
	for _, i := range items {
		out = append(out, string(b.of(i).State))
	}
	return strings.Join(out, ", ")
}

func (b *bench) reasons() (out []string) {
	for e, err := range b.st.Evidence(b.Context(), scope, 0, 0) {
		if err != nil {
			b.Fatal(err)
		}
		if e.Kind == "action" {
			out = append(out, e.Reason)
		}
	}
	return out
}

var ofAsset = kind.FindingDecidedV1{State: wardround.FalsePositive, Scope: wardround.ScopeAsset}

// What was declared false of a whole asset covers its items, also those to come,
// until a person reopens one; and a restart at any time changes nothing of it.
func TestAFalsePositiveOfAWholeAsset(t *testing.T) {
	run := func(restarts bool) *bench {
		b := newBench(t, Options{}, about(theServer))
		step := func(what, want string, items ...string) {
			t.Helper()
			if got := b.states(items...); got != want {
				t.Errorf("restarts %v: %s: %s, want %s", restarts, what, got, want)
			}
			if restarts {
				b.restart()
			}
		}
		b.critical("10.0.0.2", wardround.Monitoring)
		b.see(seen(time.Second, thingV1{Word: "a"}), seen(time.Second, thingV1{Word: "b"}), seen(time.Second, thingV1{Word: "grave", N: int(wardround.High)}))
		f := b.says(time.Minute, "a", ofAsset)
		if f.Decision == nil || f.Decision.Scope != wardround.ScopeAsset || !f.Decision.Until.Equal(t0.Add(time.Minute).Add(wardround.MaxScope)) {
			t.Errorf("the decision: %+v", f.Decision)
		}
		step("said of one", "false positive, false positive, open", "a", "b", "grave")
		b.see(seen(2*time.Minute, thingV1{Word: "new"}))
		step("a new item", "false positive", "new")
		b.see(seen(3*time.Minute, thingV1{Word: "new", Good: true}))
		step("it passes", "fixed", "new")
		b.see(seen(4*time.Minute, thingV1{Word: "new"}))
		step("it fails again", "false positive", "new")
		b.see(seen(5*time.Minute, thingV1{Word: "graver", N: int(wardround.High)}))
		step("a graver one", "open", "graver")
		b.see(seen(6*time.Minute, thingV1{Word: "gone", Good: false}))
		b.see(seen(7*time.Minute, thingV1{Word: "gone", Good: true}))
		b.says(8*time.Minute, "b", kind.FindingDecidedV1{State: wardround.Reopened})
		step("reopened", "reopened, reopened, reopened, fixed", "a", "b", "new", "gone")
		b.see(seen(9*time.Minute, thingV1{Word: "later"}), seen(9*time.Minute, thingV1{Word: "gone"}))
		step("afterwards", "open, reopened", "later", "gone")
		return b
	}
	whole, cut := run(false), run(true)
	if diff := cmp.Diff(judgements(t, whole), judgements(t, cut)); diff != "" {
		t.Errorf("restarts change what is judged (-whole +cut):\n%s", diff)
	}
	n := 0
	for _, r := range whole.reasons() {
		if r == "finding false positive with its asset" {
			n++
		}
	}
	if n != 4 { // b, new, new again, gone
		t.Errorf("%d leaves tell of findings that nobody looked at: %q", n, whole.reasons())
	}
}

// It ends by itself, and when something under it becomes graver.
func TestAFalsePositiveOfAnAssetEnds(t *testing.T) {
	for name, end := range map[string]func(b *bench){
		"at its time":        func(b *bench) { b.see(b.say(31*24*time.Hour, &kind.SensorStatusV1{})) },
		"when it is graver":  func(b *bench) { b.see(seen(3*time.Minute, thingV1{Word: "b", N: int(wardround.High)})) },
		"when one is agreed": func(b *bench) { b.says(3*time.Minute, "b", kind.FindingDecidedV1{State: wardround.Acknowledged}) },
	} {
		b := newBench(t, Options{}, about(theServer))
		b.critical("10.0.0.2", wardround.Monitoring)
		b.see(seen(time.Second, thingV1{Word: "a"}), seen(time.Second, thingV1{Word: "b"}))
		v := ofAsset
		v.Until = t0.Add(30 * 24 * time.Hour)
		b.says(time.Minute, "a", v)
		b.restart()
		end(b)
		b.see(seen(40*24*time.Hour, thingV1{Word: "new"}))
		if got := b.states("a", "new"); got != "reopened, open" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Where two people must say it, two must say all of it, and it covers nothing
// that needs more people than spoke.
func TestAFalsePositiveOfAnAssetNeedsAsManyPeople(t *testing.T) {
	b := newBench(t, Options{}, about(theServer))
	b.see(seen(0, thingV1{Word: "a"}), seen(0, thingV1{Word: "b"}))
	if f := b.says(time.Minute, "a", ofAsset); f.State != wardround.Open || f.Proposed == nil || b.states("b") != "open" {
		t.Fatalf("one person: %+v", f)
	}
	cy := kind.FindingDecidedV1{State: wardround.FalsePositive, By: "cy", Role: clinical}
	if f := b.says(2*time.Minute, "a", cy); f.State != wardround.Open {
		t.Fatalf("another person said less: %+v", f)
	}
	b.says(3*time.Minute, "a", ofAsset)
	cy.Scope = wardround.ScopeAsset
	f := b.says(4*time.Minute, "a", cy)
	if b.states("a", "b") != "false positive, false positive" || len(b.of("b").Decision.By) != 2 || f.Decision.Until.After(t0.Add(5*time.Minute+wardround.MaxAcceptance)) {
		t.Fatalf("two people: %+v", f.Decision)
	}

	b = newBench(t, Options{}, about(theServer))
	b.critical("10.0.0.2", wardround.Monitoring)
	b.see(seen(0, thingV1{Word: "a"}))
	b.says(time.Minute, "a", ofAsset)
	b.critical("10.0.0.2", wardround.LifeSustaining)
	b.see(seen(2*time.Minute, thingV1{Word: "new"}))
	if got := b.states("new"); got != "open" {
		t.Errorf("one person spoke when no life depended on it: %s", got)
	}
}

func TestWhatCannotBeFalseOfAnAsset(t *testing.T) {
	b := newBench(t, Options{}, about(func(o *check.Seen) wardround.Subject { return wardround.SiteSubject("s") }))
	b.see(seen(0, thingV1{Word: "a"}))
	for _, v := range []kind.FindingDecidedV1{
		ofAsset, {State: wardround.Acknowledged, Scope: wardround.ScopeAsset}, {State: wardround.FalsePositive, Scope: "everything"},
	} {
		if f := b.says(time.Minute, "a", v); f.State != wardround.Open {
			t.Errorf("%+v: %s", v, f.State)
		}
	}
}

// A person can take back what people said, not what was seen.
func TestReopening(t *testing.T) {
	for state, want := range map[wardround.FindingState]wardround.FindingState{
		wardround.Acknowledged: wardround.Reopened, wardround.Mitigated: wardround.Reopened,
		wardround.Accepted: wardround.Reopened, wardround.FalsePositive: wardround.Reopened,
	} {
		b := newBench(t, Options{}, about(theServer))
		b.critical("10.0.0.2", wardround.Monitoring)
		b.see(seen(0, thingV1{Word: "a"}))
		b.decide(time.Minute, state, "ann", "security")
		b.restart()
		f := b.says(2*time.Minute, "a", kind.FindingDecidedV1{State: wardround.Reopened, By: "bob"})
		if f.State != want || f.Decision == nil || f.Decision.By[0].Name != "bob" || f.Decision.Reason != "because" {
			t.Errorf("from %s: %+v", state, f)
		}
		b.see(seen(60*24*time.Hour, thingV1{Word: "a"}))
		if f := b.of("a"); f.State != want {
			t.Errorf("from %s: later %s", state, f.State)
		}
		if r := b.reasons(); !slices.Contains(r, "finding reopened") {
			t.Errorf("evidence: %q", r)
		}
		b.see(seen(60*24*time.Hour+time.Minute, thingV1{Word: "a", Good: true}))
		if f := b.says(60*24*time.Hour+2*time.Minute, "a", kind.FindingDecidedV1{State: wardround.Reopened}); f.State != wardround.Fixed {
			t.Errorf("what was seen to be fixed was reopened: %s", f.State)
		}
	}
}

func TestAssigning(t *testing.T) {
	b := newBench(t, Options{}, about(theServer))
	b.see(seen(0, thingV1{Word: "a"}))
	id, due := b.of("a").ID, t0.Add(48*time.Hour)
	give := func(d time.Duration, to string) *wardround.Finding {
		b.see(b.say(d, &kind.FindingAssignedV1{Finding: id, To: kind.PersonalText(to), Due: due, By: "ann", Role: "security", Note: "please"}))
		b.restart()
		return b.of("a")
	}
	want := &wardround.Assignment{To: "bob", By: "ann", At: t0.Add(time.Minute), Due: due, Note: "please"}
	if f := give(time.Minute, "bob"); f.State != wardround.Open || cmp.Diff(want, f.Assignment) != "" {
		t.Errorf("given: %+v", f.Assignment)
	}
	if f := give(2*time.Minute, ""); f.Assignment != nil {
		t.Errorf("taken back: %+v", f.Assignment)
	}
	give(3*time.Minute, "bob")
	b.see(seen(4*time.Minute, thingV1{Word: "a", Good: true}))
	if f := give(5*time.Minute, "cy"); f.Assignment == nil || f.Assignment.To != "bob" {
		t.Errorf("a fixed finding was given: %+v", f.Assignment)
	}
	b.see(seen(6*time.Minute, thingV1{Word: "a"}))
	if f := b.of("a"); f.Assignment != nil {
		t.Errorf("it failed again and is still given: %+v", f.Assignment)
	}
	if got := fmt.Sprint(b.reasons()); got != "[finding assigned finding unassigned finding assigned finding assignment refused]" {
		t.Errorf("evidence: %s", got)
	}
}
