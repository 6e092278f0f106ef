package board

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// A finding of a release stands for its instances: what they do for a patient, and
// who may decide.
func TestAReleaseStandsForItsInstances(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := newBoard()
	k := wardround.Key{Check: "vulnerability.known", Subject: wardround.ReleaseSubject("r-1"), Item: "CVE-2026-1"}
	pump := func(id wardround.AssetID, release wardround.ReleaseID, c wardround.Criticality) *wardround.Asset {
		return &wardround.Asset{ID: id, Scope: scope, Release: release, Criticality: c, First: noon, Last: noon}
	}
	to := uint64(0)
	apply := func(c *wardround.Commit) *Finding {
		t.Helper()
		c.Scope, c.After, c.To, c.At = scope, to, to+1, noon.Add(time.Duration(to)*time.Minute)
		to++
		b.Apply(c)
		f := b.Finding(Visible{}, wardround.FindingID(scope, k))
		if f == nil {
			t.Fatal("no finding")
		}
		return f
	}
	finding := func(state wardround.FindingState) *wardround.Finding {
		return &wardround.Finding{ID: wardround.FindingID(scope, k), Scope: scope, Key: k, Case: "c-1", State: state, Severity: wardround.High, Title: "A known vulnerability", Opened: noon, LastSeen: noon}
	}
	kase := &wardround.Case{ID: "c-1", Scope: scope, Check: k.Check, Group: "item:CVE-2026-1", Title: "A known vulnerability: CVE-2026-1", State: "open", Opened: noon}
	f := apply(&wardround.Commit{Findings: []*wardround.Finding{finding(wardround.Open)}, Cases: []*wardround.Case{kase}})
	if f.TwoPeople || f.Criticality != wardround.CriticalityUnknown {
		t.Errorf("no instance: %+v", f)
	}
	f = apply(&wardround.Commit{Assets: []*wardround.Asset{pump("a-1", "r-1", wardround.Monitoring)}})
	if f.TwoPeople || f.Criticality != wardround.Monitoring {
		t.Errorf("a monitor: two %v, %v", f.TwoPeople, f.Criticality)
	}
	f = apply(&wardround.Commit{Assets: []*wardround.Asset{pump("a-2", "r-1", wardround.LifeSustaining)}})
	if !f.TwoPeople || f.Criticality != wardround.LifeSustaining {
		t.Errorf("one at a bed: two %v, %v", f.TwoPeople, f.Criticality)
	}
	f = apply(&wardround.Commit{Assets: []*wardround.Asset{pump("a-2", "r-2", wardround.LifeSustaining)}})
	if f.TwoPeople {
		t.Error("it was updated to another release")
	}
	f = apply(&wardround.Commit{Assets: []*wardround.Asset{pump("a-1", "r-1", wardround.CriticalityUnknown)}})
	if !f.TwoPeople {
		t.Error("of one nobody knows what it does")
	}
	// People call it by its name, and who is limited to a product line sees its own.
	release := &wardround.Release{ID: "r-1", Maker: "Acme", Product: "Pump", Version: "1.2"}
	if f = apply(&wardround.Commit{Releases: []*wardround.Release{release}}); f.AssetName != "Acme Pump 1.2" {
		t.Errorf("it is called %q", f.AssetName)
	}
	for _, line := range []string{"acme", "pump"} {
		if b.Finding(Visible{Products: []string{line}}, f.ID) == nil || !b.Sees(Visible{Products: []string{line}}, k.Subject) || b.Case(Visible{Products: []string{line}}, "c-1", "en") == nil {
			t.Errorf("who looks after %s does not see it", line)
		}
	}
	if b.Finding(Visible{Products: []string{"other"}}, f.ID) != nil || b.Sees(Visible{Products: []string{"other"}}, k.Subject) {
		t.Error("who looks after another line sees it")
	}
	if page, err := b.Findings(FindingQuery{Q: "acme pump"}); err != nil || page.Total != 1 {
		t.Errorf("found by its name: %d, %v", page.Total, err)
	}
	asked := &wardround.Proposal{ID: "p-1", Scope: scope, Kind: "release", Asset: "a-1", Field: "release", Value: "r-1", State: "open", At: noon}
	apply(&wardround.Commit{Proposals: []*wardround.Proposal{asked}})
	if p := b.Proposal(Visible{}, "p-1"); p == nil || p.OtherName != "Acme Pump 1.2" {
		t.Errorf("what is asked: %+v", p)
	}
	for language, title := range map[string]string{"en": "A known vulnerability: CVE-2026-1", "de": "Eine bekannte Schwachstelle: CVE-2026-1"} {
		if l := b.Case(Visible{}, "c-1", language); l == nil || l.Title != title || l.Findings != 1 {
			t.Errorf("%s: %+v", language, l)
		}
	}
	// What an author claims not to be affected is kept, and asks for nobody.
	f = apply(&wardround.Commit{Findings: []*wardround.Finding{finding(wardround.ClaimedNotAffected)}})
	if l := b.Case(Visible{}, "c-1", "en"); f.State != wardround.ClaimedNotAffected || l.State != "closed" || l.Findings != 0 {
		t.Errorf("claimed: %s, %+v", f.State, l)
	}
	page, err := b.Findings(FindingQuery{States: []wardround.FindingState{wardround.ClaimedNotAffected}})
	if err != nil || page.Total != 1 {
		t.Errorf("listed apart: %d, %v", page.Total, err)
	}
}

// What came for the portfolio is told beside what people did.
func TestWhatCameIsAudited(t *testing.T) {
	for act, tc := range map[string]struct{ payload, detail string }{
		"release said":       {`{"kind":"release.said","fields":{"maker":"Acme","product":"Pump","version":"1.2","by":"ann","reason":"new"}}`, "Acme Pump 1.2 · new"},
		"sbom received":      {`{"kind":"sbom.received","fields":{"maker":"Acme","product":"Pump","version":"1.2","file":"pump.cdx.json","components":3},"blob":{"digest":"sha256:00"}}`, "Acme Pump 1.2 · pump.cdx.json"},
		"knowledge received": {`{"kind":"knowledge.received","fields":{"feed":"go","feed_kind":"osv","records":7}}`, "go"},
		"build received":     {`{"kind":"build.received","fields":{"maker":"Acme","product":"Pump","version":"1.2","report":"sarif","tool":"analyser","failed":2}}`, "Acme Pump 1.2 · by analyser"},
	} {
		row := auditRow(&wardround.Evidence{Kind: "action", Reason: "x", Payload: []byte(tc.payload)})
		if row.Act != act || row.Detail != tc.detail {
			t.Errorf("%s: %q, %q", act, row.Act, row.Detail)
		}
	}
}
