package portfolio

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// statements are claims by the reference of a component, "" for the product.
type statements map[string]*check.Claim

func (s statements) Claim(q *Question) *check.Claim { return s[q.Ref] }

func (s statements) Stated(*wardround.Release) []string {
	if s[""] != nil {
		return []string{"CVE-7"}
	}
	return nil
}

func claimed(status string) *check.Claim {
	return &check.Claim{Status: status, Author: "Acme PSIRT", Document: "d-vex", Statement: status, Trust: "verified"}
}

func TestAClaimDecidesOnlyIfItSpeaksForEveryPlace(t *testing.T) {
	s, c := newShelf(), statements{}
	ix := New(Options{Knowledge: s, Claims: c})
	ix.At(monday)
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "linux 6", " x/net 1.0", "boot 1", " x/net 1.0"))
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	drained(t, ix)
	now := func() *check.Exposure {
		ix.Stated([]string{"CVE-1"})
		ix.Drain()
		return ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"})
	}
	open := now().Fact

	c["ref-1"] = claimed("not_affected")
	e := now()
	if e.State != wardround.Fail || e.Claim != nil || !strings.Contains(e.Why, "of 1 other component an author states not affected") {
		t.Errorf("one of two places: %v %+v %q", e.State, e.Claim, e.Why)
	}
	if e.Places[0].Path != "Acme Pump 1 > boot > x/net" {
		t.Errorf("what is open stands first: %+v", e.Places)
	}

	c["ref-3"] = c["ref-1"]
	e = now()
	if e.State != wardround.Fail || e.Claim == nil || e.Claim.Status != "not_affected" || e.Count != 2 || e.Fact == open {
		t.Errorf("both places: %+v", e)
	}
	_, no, _ := lists3(t, ix, Query{Vulnerability: "CVE-1"})
	if len(no) != 1 {
		t.Errorf("a claimed one is in the list of not affected: %q", no)
	}

	// It ends by itself.
	ends := *c["ref-1"]
	ends.Expires = monday.Add(time.Hour)
	c["ref-1"], c["ref-3"] = &ends, &ends
	now()
	ix.At(monday.Add(30 * time.Minute))
	want(t, "before it ends", drained(t, ix))
	ix.At(monday.Add(2 * time.Hour))
	want(t, "after", drained(t, ix), "Acme Pump 1 CVE-1 fail")
	if e := ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"}); e.Claim != nil || e.Fact != open {
		t.Errorf("after it ended: %+v", e)
	}
}

func TestAClaimOfAnotherVersionHasAnotherFact(t *testing.T) {
	s, c := newShelf(), statements{"ref-0": claimed("not_affected")}
	ix := New(Options{Knowledge: s, Claims: c})
	id := release(t, ix, "Pump", "1")
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	fact := func(version string) string {
		put(t, ix, id, bom("a", "x/net "+version))
		ix.Drain()
		return ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"}).Fact
	}
	one := fact("1.0")
	if fact("1.1") == one {
		t.Error("the component's version changed, and the fact did not")
	}
	if fact("1.0") != one {
		t.Error("the same again has another fact")
	}
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "3"))
	ix.Drain()
	if ix.Exposure(check.ExposureKey{Subject: wardround.ReleaseSubject(id), Vulnerability: "CVE-1"}).Fact == one {
		t.Error("the range changed, and the fact did not")
	}
}

func TestAnAuthorsWordAloneIsAnAnswer(t *testing.T) {
	s, c := newShelf(), statements{}
	ix := New(Options{Knowledge: s, Claims: c})
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "x/net 1.0"))
	drained(t, ix)
	c[""] = claimed("affected")
	ix.Stated([]string{"CVE-7"})
	want(t, "stated", drained(t, ix), "Acme Pump 1 CVE-7 fail")
	delete(c, "")
	ix.Stated([]string{"CVE-7"})
	want(t, "taken back", drained(t, ix), "Acme Pump 1 CVE-7 pass")
}

func TestAMergeOfAssetsEndsTheAnswersOfOne(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	attrs := map[string]wardround.Attribute{wardround.AttrName: {Value: "Pump"}, wardround.AttrModel: {Value: "Pump"}, wardround.AttrSoftware: {Value: "1"}}
	ix.Assets([]*wardround.Asset{{ID: "a1", Attributes: attrs}, {ID: "a2", Attributes: attrs}})
	ix.Change(s.put("CVE-1", "product:pump", "2"))
	want(t, "both", drained(t, ix), "Pump CVE-1 fail", "Pump CVE-1 fail")
	ix.Assets([]*wardround.Asset{{ID: "a2", Attributes: attrs, MergedInto: "a1"}})
	want(t, "one", drained(t, ix), "Pump CVE-1 pass")
	ix.Assets([]*wardround.Asset{{ID: "a2", Attributes: attrs}})
	want(t, "and two again", drained(t, ix), "Pump CVE-1 fail")
}

func TestARetiredReleaseIsJudgedWhileItHasInstances(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	ix.At(monday)
	id := release(t, ix, "Pump", "1")
	put(t, ix, id, bom("a", "x/net 1.0"))
	ix.Assets([]*wardround.Asset{{ID: "a1", Release: id}})
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	drained(t, ix)
	r := *ix.Release(id)
	r.Retired = monday.Add(-time.Hour)
	if err := ix.PutRelease(&r); err != nil {
		t.Fatal(err)
	}
	want(t, "retired, and one is in use", drained(t, ix))
	ix.Assets([]*wardround.Asset{{ID: "a1"}})
	want(t, "the last one went", drained(t, ix), "Acme Pump 1 CVE-1 pass")
}

func TestWhatIsNotShippedIsNotAffected(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	id := release(t, ix, "Pump", "1")
	doc := bom("a", "x/net 1.0")
	doc.Components[0].Scope = "excluded"
	put(t, ix, id, doc)
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	want(t, "excluded", drained(t, ix))
	doc = bom("a", "x/net 1.0")
	put(t, ix, id, doc)
	want(t, "shipped", drained(t, ix), "Acme Pump 1 CVE-1 fail")
}
