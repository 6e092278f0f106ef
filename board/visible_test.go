package board

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// TestVisible: who may see one maker's products sees nothing of another's, wherever
// it looks: in lists, by id, in counts, cases, the matrix, the map, searches.
func TestVisible(t *testing.T) {
	c := hospitalOf(60, 300)
	c.Findings = append(c.Findings, &wardround.Finding{
		ID: "f-sensor", Scope: scope, Key: wardround.Key{Check: "sensor.gap", Subject: wardround.SensorSubject("mirror-1")},
		Case: c.Findings[0].Case, State: wardround.Open, Severity: wardround.Medium, Title: "gap", Opened: t0, LastSeen: t0,
	})
	c.Proposals = []*wardround.Proposal{
		{ID: "p-own", Kind: "role", Asset: c.Assets[3].ID, State: "open", At: t0},
		{ID: "p-other", Kind: "role", Asset: c.Assets[4].ID, State: "open", At: t0},
		{ID: "p-zone", Kind: "baseline", Field: "zone-1", State: "open", At: t0},
	}
	b := newBoard()
	b.Apply(c)
	v := Visible{Products: []string{"maker 3"}}
	own := map[wardround.AssetID]bool{}
	for _, a := range c.Assets {
		own[a.ID] = a.Attr("maker") == "Maker 3"
	}
	all := List{Limit: -1, Visible: v}

	assets, err := b.Assets(AssetQuery{List: all})
	if err != nil || len(assets.Items) != 3 || assets.Total != 3 {
		t.Fatalf("%d assets of %d, want 3; %v", len(assets.Items), assets.Total, err)
	}
	findings, _ := b.Findings(FindingQuery{List: all, Fixed: true})
	if len(findings.Items) == 0 || findings.Total != len(findings.Items) {
		t.Fatalf("%d findings, total %d", len(findings.Items), findings.Total)
	}
	for _, f := range findings.Items {
		if !own[f.Asset] {
			t.Errorf("a finding of %s is shown", f.AssetName)
		}
	}
	n := 0
	for _, x := range b.Counts(v) {
		n += x
	}
	if n != findings.Total {
		t.Errorf("%d findings are counted, %d shown", n, findings.Total)
	}
	cases, _ := b.Cases(CaseQuery{List: all})
	n = 0
	for _, l := range cases.Items {
		n += l.Findings
		if l.Assets > 3 {
			t.Errorf("a case of %d assets", l.Assets)
		}
	}
	if n != findings.Total {
		t.Errorf("the cases have %d findings, %d are shown", n, findings.Total)
	}
	links, _ := b.Links(LinkQuery{List: all})
	for _, l := range links.Items {
		if !own[l.Client] && !own[l.Server] {
			t.Errorf("a link from %s to %s is shown", l.ClientName, l.ServerName)
		}
	}
	matrix := 0
	for _, r := range b.Coverage(v).Rows {
		matrix += r.Assets
	}
	if matrix != 3 {
		t.Errorf("the matrix has %d assets", matrix)
	}
	if g := b.Graph(v); len(g.Nodes) != 3 {
		t.Errorf("the map has %d assets", len(g.Nodes))
	}
	if p, _ := b.Proposals(ProposalQuery{List: all}); len(p.Items) != 1 || p.Items[0].ID != "p-own" {
		t.Errorf("%d proposals are shown", len(p.Items))
	}
	for _, h := range b.Search(v, "maker", 100, "en") {
		if (h.Kind == "asset" || h.Kind == "identifier") && !own[wardround.AssetID(h.ID)] {
			t.Errorf("a search shows %s %s", h.Kind, h.Title)
		}
	}
	changes, _ := b.Changes(v, 1000)
	for _, x := range changes {
		if x.Asset != "" && !own[x.Asset] || x.Kind == ContentChanged {
			t.Errorf("the change %s of %s is shown", x.Kind, x.Name)
		}
	}
	for _, f := range c.Findings {
		if mine := own[wardround.AssetID(f.Subject.ID)]; (b.Finding(v, f.ID) != nil) != mine {
			t.Errorf("finding %s of %s by its id: shown is %v", f.ID, f.Subject, !mine)
		}
	}
	for id, mine := range own {
		if (b.Asset(v, id) != nil) != mine || b.Sees(v, wardround.AssetSubject(id)) != mine {
			t.Errorf("asset %s by its id: shown is %v", id, !mine)
		}
	}
	if b.Sees(v, wardround.SiteSubject("ward")) || b.Finding(v, "f-sensor") != nil {
		t.Error("what is of the whole site is shown to who sees one product line")
	}
	nothing := Visible{Products: []string{}}
	if p, _ := b.Findings(FindingQuery{List: List{Limit: 10, Visible: nothing}}); p.Total != 0 {
		t.Errorf("who may see nothing sees %d findings", p.Total)
	}
}

// TestNow: the worst comes first; what is acknowledged is in hand, but a critical
// stays; what is accepted or false leaves.
func TestNow(t *testing.T) {
	hl7 := check.Lookup("hl7.cleartext")
	c := hospitalOf(4, 0)
	at := t0
	add := func(n int, s wardround.Severity, state wardround.FindingState, crit wardround.Criticality) string {
		a := *c.Assets[n]
		a.Criticality = crit
		c.Assets[n] = &a
		at = at.Add(time.Minute)
		f := finding(&a, hl7, "", s, at)
		f.State, f.Case = state, "c-"+string(a.ID)
		c.Findings = append(c.Findings, f)
		c.Cases = append(c.Cases, &wardround.Case{ID: f.Case, Check: hl7.ID, Title: hl7.Title, Opened: at, State: "open"})
		return f.Case
	}
	critical := add(0, wardround.Critical, wardround.Acknowledged, wardround.Administrative)
	high := add(1, wardround.High, wardround.Open, wardround.Monitoring)
	vital := add(2, wardround.High, wardround.Reopened, wardround.LifeSustaining)
	inHand := add(3, wardround.High, wardround.Acknowledged, wardround.LifeSustaining)
	b := newBoard()
	b.Apply(c)
	ids := func() string {
		lines, more := b.Now(Visible{}, 8, "en")
		if more != 0 {
			t.Errorf("%d more", more)
		}
		var out []string
		for _, l := range lines {
			out = append(out, l.ID)
			if l.Bedside == "" || l.Where == "" || l.Assets != 1 || l.Finding == "" {
				t.Errorf("a line without its words: %+v", l)
			}
		}
		return strings.Join(out, " ")
	}
	if got, want := ids(), critical+" "+vital+" "+high; got != want {
		t.Errorf("now: %s, want %s; in hand is %s", got, want, inHand)
	}
	accepted := *c.Findings[0]
	accepted.State = wardround.Accepted
	wrong := *c.Findings[2]
	wrong.State = wardround.FalsePositive
	b.Apply(&wardround.Commit{Scope: scope, To: c.To + 1, At: c.At, Findings: []*wardround.Finding{&accepted, &wrong}})
	if got, want := ids(), high; got != want {
		t.Errorf("after deciding: %s, want %s", got, want)
	}
	if n := b.Counts(Visible{}); n["critical"] != 0 || n["high"] != 2 {
		t.Errorf("counts %v", n)
	}
}

// TestErased: what was erased in the ledger is in no audit row any more; that
// something was done is.
func TestErased(t *testing.T) {
	b := newBoard()
	act := func(i uint64, by string) *wardround.Evidence {
		return &wardround.Evidence{Index: i, Kind: "action", Reason: "finding accepted", At: t0, Payload: []byte(`{"kind":"finding.decided","fields":{"finding":"f-1","by":"` + by + `","role":"security","reason":"asked by Mrs Smith"}}`)}
	}
	b.Apply(&wardround.Commit{Scope: scope, To: 1, At: t0, Evidence: []*wardround.Evidence{act(4, "ada"), act(5, "bob"), {Index: 6, Kind: "verdict", Payload: []byte(`{}`)}}})
	b.Erased(4)
	page, err := b.Audit(AuditQuery{List: everything()})
	if err != nil || len(page.Items) != 2 {
		t.Fatalf("%d rows, %v", len(page.Items), err)
	}
	if r := page.Items[0]; r.By != "bob" || r.Role != "security" || !strings.Contains(r.Detail, "Mrs Smith") || r.About != "f-1" {
		t.Errorf("what was not erased: %+v", r)
	}
	if r := page.Items[1]; r != (AuditRow{Index: 4, At: t0, Act: "finding accepted", Erased: true}) {
		t.Errorf("what was erased: %+v", r)
	}
}
