package board

import (
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// TestEmbargo: a finding of a vulnerability under embargo is nowhere for those from
// whom it is hidden, and everywhere again when the embargo is lifted.
func TestEmbargo(t *testing.T) {
	c := hospitalOf(4, 0)
	f := &wardround.Finding{ID: "f-secret", Scope: scope, Key: wardround.Key{Check: "vulnerability.known", Subject: wardround.AssetSubject(c.Assets[0].ID), Item: "CVE-2026-1"},
		Case: "c-secret", State: wardround.Open, Severity: wardround.High, Title: "A known vulnerability", Opened: t0, LastSeen: t0}
	c.Findings = append(c.Findings, f)
	c.Cases = append(c.Cases, &wardround.Case{ID: "c-secret", Check: f.Check, Title: "CVE-2026-1", Opened: t0, State: "open"})
	b := newBoard()
	b.Apply(c)
	set := func(value string) {
		row := wardround.ContentRow{Name: "embargo/CVE-2026-1", By: "ann", At: t0}
		if value != "" {
			row.Value = []byte(value)
		}
		b.Apply(&wardround.Commit{Scope: scope, To: c.To + 1, At: c.At, Content: []wardround.ContentRow{row}})
	}
	hidden := Visible{Hides: func(v string) bool { return v == "CVE-2026-1" }}
	seen := func(v Visible) (n int) {
		if b.Finding(v, "f-secret") != nil {
			n++
		}
		if b.Case(v, "c-secret", "en") != nil {
			n++
		}
		p, _ := b.Findings(FindingQuery{List: List{Limit: -1, Visible: v}})
		cases, _ := b.Cases(CaseQuery{List: List{Limit: -1, Visible: v}})
		changes, _ := b.Changes(v, 100)
		for _, x := range changes {
			if x.Name == "embargo/CVE-2026-1" {
				t.Errorf("the change %+v is told", x)
			}
		}
		return n + p.Total + cases.Total + b.Counts(v)["high"] + len(b.Search(v, "CVE-2026-1", 10, "en"))
	}
	before := seen(hidden)
	if before < 6 {
		t.Fatalf("before the embargo it is seen %d times", before)
	}
	set(`{"reason":"not public","ids":["GHSA-1"],"title":"a hole"}`)
	if n := seen(hidden); n != 0 {
		t.Errorf("under embargo it is seen %d times", n)
	}
	if b.Finding(Visible{}, "f-secret") == nil || !b.Secret("c-secret") || len(b.Embargoes()) != 1 {
		t.Error("who may see everything does not, or nobody knows that it is secret")
	}
	set("")
	if n := seen(hidden); n != before || b.Secret("c-secret") {
		t.Errorf("lifted, it is seen %d times, before %d", n, before)
	}
	past := t0.Add(-time.Hour).Format(time.RFC3339)
	set(`{"reason":"not public","until":"` + past + `"}`)
	if len(b.Embargoes()) != 0 || b.Secret("c-secret") {
		t.Error("an embargo that has ended holds")
	}
}
