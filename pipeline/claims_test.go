package pipeline

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/fixture/fleet"
	"github.com/wardround/wardround/kind"
)

// stated is the answer of one vulnerability with a claim of its maker.
func stated(status, fact string, expires time.Time) *fleet.Exposure {
	return answer("Maker Pump 1.2", "CVE-2026-0001", func(e *fleet.Exposure) {
		e.Fact = fact
		if status != "" {
			e.Claim = &wardround.Claim{Status: status, Justification: "component_not_present", Author: "Maker", Trust: "verified", Document: "d-1", At: t0, Expires: expires}
		}
	})
}

func (f *fleetBench) found(what string, want wardround.FindingState) *wardround.Finding {
	f.Helper()
	x := must(f.T, f.finding(), "finding")
	if x.State != want {
		f.Errorf("%s: %s, want %s", what, x.State, want)
	}
	return x
}

func (f *fleetBench) openInCase(what string, want int) {
	f.Helper()
	for c, err := range f.st.Cases(f.Context(), scope) {
		if err != nil {
			f.Fatal(err)
		}
		if c.Findings != want || c.Total != 1 {
			f.Errorf("%s: the case counts %d open of %d, want %d of 1", what, c.Findings, c.Total, want)
		}
	}
}

func (f *fleetBench) state(d time.Duration, e *fleet.Exposure) {
	f.Helper()
	f.learn(d, fleet.Change{Exposures: []*fleet.Exposure{e}})
}

const claimed = wardround.ClaimedNotAffected

// Where no life depends on it, a claim moves the finding, and the finding is open
// again when the claim is not there any more.
func TestAClaimMovesAFinding(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	f.install(0, "10.0.0.7", "1.2", wardround.Therapeutic)
	f.state(1*time.Minute, stated("under_investigation", "a", time.Time{}))
	f.found("somebody looks into it", wardround.Open)
	f.openInCase("open", 1)
	f.state(2*time.Minute, stated("not_affected", "b", time.Time{}))
	x := f.found("not affected", claimed)
	if x.Claim == nil || x.Claim.Author != "Maker" || x.Fact != "b" || x.Facts["claimed"] != "Not affected, states Maker" {
		t.Errorf("the claim is not told: %+v", x)
	}
	f.openInCase("claimed", 0)
	if !x.State.Live() {
		t.Error("a claimed finding is still watched")
	}
	f.restart()
	f.state(3*time.Minute, stated("not_affected", "c", time.Time{}))
	f.found("the statement says it of what is there now, too", claimed)
	f.state(4*time.Minute, stated("", "d", time.Time{}))
	f.found("withdrawn", wardround.Reopened)
	f.openInCase("reopened", 1)
	f.state(5*time.Minute, stated("fixed", "e", t0.Add(time.Hour)))
	f.found("fixed, its maker says, for an hour", claimed)
	f.restart()
	f.see(f.say(2*time.Hour, &kind.SensorStatusV1{}))
	f.found("the claim has expired", wardround.Reopened)
	f.state(3*time.Hour, stated("fixed", "f", t0.Add(time.Hour)))
	f.found("and says nothing any more", wardround.Reopened)
}

// A person who looked at a claim and does not follow it is not overruled by the same
// claim.
func TestAPersonDoesNotFollowAClaim(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	f.state(time.Minute, stated("not_affected", "a", time.Time{}))
	f.found("claimed", claimed)
	f.decide(2*time.Minute, wardround.Reopened, "ann", "security")
	again := stated("not_affected", "a", time.Time{})
	again.Severity = wardround.High
	f.state(3*time.Minute, again)
	f.found("the same claim", wardround.Reopened)
	f.state(4*time.Minute, stated("not_affected", "b", time.Time{}))
	f.found("a claim of something else", claimed)
}

// Where a life may depend on it the finding stays open until two people confirm the
// claim, and their word holds for what they saw.
func TestPeopleConfirmAClaim(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	f.state(time.Minute, stated("not_affected", "a", time.Time{}))
	f.found("nowhere in use", claimed)
	f.install(2*time.Minute, "10.0.0.7", "1.2", wardround.LifeSustaining)
	x := f.found("one stands at a bed", wardround.Reopened)
	if x.Claim == nil {
		t.Error("the claim is not shown beside the open finding")
	}
	f.openInCase("open with a claim", 1)
	if x = f.decide(3*time.Minute, claimed, "ann", "security"); x.State != wardround.Reopened || x.Proposed == nil {
		t.Errorf("one person: %s", x.State)
	}
	if x = f.decide(4*time.Minute, claimed, "ann", clinical); x.State != wardround.Reopened {
		t.Errorf("the same person twice: %s", x.State)
	}
	if x = f.decide(5*time.Minute, claimed, "bob", clinical); x.State != claimed || len(x.Decision.By) != 2 || x.Decision.Fact != "a" {
		t.Errorf("two people: %s %+v", x.State, x.Decision)
	}
	if got, most := x.Decision.Until, t0.Add(4*time.Minute+wardround.MaxAcceptance); !got.Equal(most) {
		t.Errorf("until %v, want %v", got, most)
	}
	f.openInCase("confirmed", 0)
	f.restart()
	same := stated("not_affected", "a", time.Time{})
	same.EPSS = 0.9
	f.state(6*time.Minute, same)
	f.found("the same fact", claimed)
	f.state(7*time.Minute, stated("not_affected", "b", time.Time{}))
	f.found("another fact", wardround.Reopened)
	f.decide(8*time.Minute, claimed, "ann", "security")
	f.state(9*time.Minute, stated("not_affected", "c", time.Time{}))
	if x = f.decide(10*time.Minute, claimed, "bob", clinical); x.State != wardround.Reopened {
		t.Errorf("the first spoke of something else: %s", x.State)
	}
	f.decide(11*time.Minute, claimed, "ann", "security")
	f.found("both of the same", claimed)
	f.see(f.say(91*24*time.Hour, &kind.SensorStatusV1{}))
	f.found("ninety days later", wardround.Reopened)
}

// A claim is confirmed only where an author makes one, and a person's acceptance is
// not taken for one.
func TestWhatIsNoClaim(t *testing.T) {
	f := newFleet(t, 0)
	f.pump(0, "1.2")
	f.state(time.Minute, stated("", "a", time.Time{}))
	if x := f.decide(2*time.Minute, claimed, "ann", "security"); x.State != wardround.Open {
		t.Errorf("confirmed without a claim: %s", x.State)
	}
	f.decide(3*time.Minute, wardround.Accepted, "ann", "security")
	f.state(4*time.Minute, stated("not_affected", "b", time.Time{}))
	f.found("accepted stays accepted", wardround.Accepted)
	f.state(5*time.Minute, answer("Maker Pump 1.2", "CVE-2026-0001", func(e *fleet.Exposure) { e.State = wardround.Pass }))
	f.found("not affected any more", wardround.Fixed)
}
