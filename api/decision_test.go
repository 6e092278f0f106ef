package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

// decide says something of a finding as it is now.
func (v *visitor) decide(id string, body map[string]any) *httptest.ResponseRecorder {
	v.h.t.Helper()
	return v.send(POST, "/api/v1/findings/"+id+"/decision", body, "If-Match", `"`+v.finding(id).ETag+`"`)
}

func (w *ward) in(d time.Duration) string {
	_, at := w.board.Position()
	return at.Add(d).UTC().Format(time.RFC3339)
}

const month = 30 * 24 * time.Hour

// Where a life may depend on it two people decide, one of the two of clinical
// engineering; the first leaves a proposal, and is told who is missing.
func TestTwoPeopleDecide(t *testing.T) {
	w := busyWard(t)
	sec, sec2, eng := w.role(account.Security), w.role(account.Security), w.role(account.ClinicalEngineering)
	both := w.person(account.Grant{Role: account.Security, Site: "*", Product: "*"}, account.Grant{Role: account.ClinicalEngineering, Site: "*", Product: "*"})
	for _, state := range []string{"accepted", "false positive"} {
		id := sec.one(func(f findingRow) bool { return twoPeople(f) && f.State == wardround.Open }).ID
		say := map[string]any{"state": state, "until": w.in(month), "reason": "replaced next week"}

		var f findingRow
		both.read(both.decide(id, say), &f)
		if f.State != wardround.Open || f.Proposed == nil || f.Proposed.By[0].Role != "clinical-engineering" {
			t.Fatalf("%s by one: %+v", state, f)
		}
		say["role"] = "security"
		p := both.refused(403, "forbidden", both.decide(id, say))
		if !strings.Contains(p.Detail, "another person") {
			t.Errorf("%s by one person in two roles: %s", state, p.Detail)
		}
		delete(say, "role")

		// Somebody else changes what is proposed, so that the two are of security.
		say2 := map[string]any{"state": map[string]string{"accepted": "false positive", "false positive": "accepted"}[state], "until": w.in(month), "reason": "no"}
		sec.read(sec.decide(id, say2), &f)
		sec.read(sec.decide(id, say), &f)
		if p := sec2.refused(403, "forbidden", sec2.decide(id, say)); !strings.Contains(p.Detail, sec.name+" (security) has proposed it; one of the two must be of clinical engineering") {
			t.Errorf("%s by two of security: %s", state, p.Detail)
		}
		f = findingRow{}
		eng.read(eng.decide(id, say), &f)
		if string(f.State) != state || f.Proposed != nil || len(f.Decision.By) != 2 || f.Decision.By[0].Name != sec.name || f.Decision.By[1].Name != eng.name {
			t.Errorf("%s by two: %+v", state, f)
		}
	}
}

func TestAcceptingEndsIn90Days(t *testing.T) {
	w := busyWard(t)
	eng := w.role(account.ClinicalEngineering)
	two, one := eng.one(twoPeople).ID, eng.one(onePerson).ID
	for _, state := range []string{"accepted", "false positive"} {
		p := eng.refused(422, "invalid", eng.decide(two, map[string]any{"state": state, "until": w.in(91 * 24 * time.Hour), "reason": "x"}))
		if !strings.Contains(p.Detail, "at most 90 days") {
			t.Errorf("%s: %s", state, p.Detail)
		}
	}
	var f findingRow
	eng.read(eng.decide(one, map[string]any{"state": "accepted", "until": w.in(91 * 24 * time.Hour), "reason": "x"}), &f)
	if f.State != wardround.Accepted {
		t.Errorf("where no life depends on it: %+v", f)
	}
	// A false positive without an end has one where two people are needed.
	eng.read(eng.decide(two, map[string]any{"state": "false positive", "reason": "x"}), &f)
	if f.Proposed == nil || f.Proposed.Until.IsZero() {
		t.Errorf("without an end: %+v", f.Proposed)
	}
}

// What cannot be said is refused before it is, each with what is wrong.
func TestDecisionsThatAreRefused(t *testing.T) {
	w := busyWard(t)
	eng, nurse, viewer := w.role(account.ClinicalEngineering), w.role(account.Ward), w.role(account.Viewer)
	f := eng.one(onePerson)
	leaves := w.st.Leaves()
	for name, tc := range map[string]struct {
		who    *visitor
		body   map[string]any
		status int
		code   string
		words  string
	}{
		"no such state":              {eng, map[string]any{"state": "fixed", "reason": "x"}, 422, "invalid", "state"},
		"an unknown field":           {eng, map[string]any{"state": "mitigated", "reason": "x", "by": "root"}, 422, "invalid", "unknown field"},
		"a risk for ever":            {eng, map[string]any{"state": "accepted", "reason": "x"}, 422, "invalid", "until a date"},
		"until the past":             {eng, map[string]any{"state": "accepted", "until": w.in(-time.Hour), "reason": "x"}, 422, "invalid", "already"},
		"no reason":                  {eng, map[string]any{"state": "mitigated", "reason": "  "}, 422, "invalid", "say why"},
		"acknowledged for a while":   {eng, map[string]any{"state": "acknowledged", "until": w.in(month)}, 422, "invalid", "until goes with"},
		"mitigated for an asset":     {eng, map[string]any{"state": "mitigated", "scope": "asset", "reason": "x"}, 422, "invalid", "scope goes with"},
		"an asset accepted":          {eng, map[string]any{"state": "accepted", "scope": "asset", "until": w.in(month), "reason": "x"}, 422, "invalid", "of one finding"},
		"false for two years":        {eng, map[string]any{"state": "false positive", "scope": "asset", "until": w.in(24 * month), "reason": "x"}, 422, "invalid", "a year"},
		"what is open is reopened":   {eng, map[string]any{"state": "reopened", "reason": "x"}, 409, "conflict", "open already"},
		"a role one does not have":   {eng, map[string]any{"state": "mitigated", "role": "security", "reason": "x"}, 403, "forbidden", "you can as clinical-engineering"},
		"a nurse accepts":            {nurse, map[string]any{"state": "accepted", "until": w.in(month), "reason": "x"}, 403, "forbidden", "permission"},
		"who may only look":          {viewer, map[string]any{"state": "acknowledged"}, 403, "forbidden", "permission"},
		"what would not be the type": {eng, map[string]any{"state": 7}, 422, "invalid", ""},
	} {
		p := tc.who.refused(tc.status, tc.code, tc.who.decide(f.ID, tc.body))
		if !strings.Contains(p.Detail+fmt.Sprint(p.Errors), tc.words) {
			t.Errorf("%s: %s", name, p.Detail)
		}
	}
	path := "/api/v1/findings/" + f.ID + "/decision"
	ack := map[string]any{"state": "acknowledged"}
	eng.refused(428, "precondition", eng.send(POST, path, ack))
	eng.refused(412, "precondition", eng.send(POST, path, ack, "If-Match", `"x"`))
	eng.refused(404, "not_found", eng.send(POST, "/api/v1/findings/f-none/decision", ack, "If-Match", `"x"`))
	if n := w.st.Leaves(); n != leaves {
		t.Errorf("%d leaves were written by what was refused early", n-leaves)
	}
	eng.want(200, eng.send(POST, path, ack, "If-Match", `"`+f.ETag+`"`))
	eng.refused(412, "precondition", eng.send(POST, path, ack, "If-Match", `"`+f.ETag+`"`)) // it has changed since
}

// One person can acknowledge and take it back; each act is a leaf with the name and
// the role, whatever the request says.
func TestSayingAndTakingBack(t *testing.T) {
	w := busyWard(t)
	nurse, sec := w.role(account.Ward), w.role(account.Security)
	id := sec.one(onePerson).ID
	var f findingRow
	nurse.read(nurse.decide(id, map[string]any{"state": "acknowledged"}), &f)
	if f.State != wardround.Acknowledged || f.Decision.By[0] != (wardround.Person{Name: nurse.name, Role: "ward"}) {
		t.Errorf("acknowledged: %+v", f.Decision)
	}
	sec.read(sec.decide(id, map[string]any{"state": "reopened", "reason": "not yet"}), &f)
	if f.State != wardround.Reopened || f.Decision.By[0] != (wardround.Person{Name: sec.name, Role: "security"}) {
		t.Errorf("reopened: %+v", f.Decision)
	}
	var d struct {
		May       []string
		Decisions []struct {
			Act, By, Role string
			Index         uint64
		}
		Leaf uint64
	}
	sec.read(sec.get("/api/v1/findings/"+id), &d)
	if len(d.Decisions) != 2 || d.Decisions[0].By != sec.name || d.Decisions[1].Role != "ward" {
		t.Errorf("on the record: %+v", d.Decisions)
	}
	if got := fmt.Sprint(d.May); got != "[acknowledge accept false positive mitigated assign]" {
		t.Errorf("may: %s", got)
	}
	nurse.read(nurse.get("/api/v1/findings/"+id), &d)
	if got := fmt.Sprint(d.May); got != "[acknowledge assign]" {
		t.Errorf("a nurse may: %s", got)
	}
	var e Entry
	sec.read(sec.get(fmt.Sprint("/api/v1/evidence/entries/", d.Decisions[0].Index)), &e)
	if !strings.Contains(e.Canonical, `"by":"`+sec.name+`"`) {
		t.Errorf("the leaf: %s", e.Canonical)
	}
}

func TestAFalsePositiveOfAnAssetByAPI(t *testing.T) {
	w := busyWard(t)
	sec := w.role(account.Security)
	first := sec.one(twoPeople)
	if err := w.say(t.Context(), &kind.InventorySaidV1{Act: "set", Asset: wardround.AssetID(first.Asset), Set: map[string]string{"criticality": "monitoring"}, By: "root"}); err != nil {
		t.Fatal(err)
	}
	var f findingRow
	sec.read(sec.decide(first.ID, map[string]any{"state": "false positive", "scope": "asset", "reason": "a test rig"}), &f)
	if f.State != wardround.FalsePositive || f.Decision.Scope != wardround.ScopeAsset || f.Decision.Until.IsZero() {
		t.Errorf("%+v", f.Decision)
	}
	for _, x := range sec.findings("limit=500&check=" + first.Check + "&asset=" + first.Asset).Items {
		if x.Subject == first.Subject && x.Severity <= first.Severity && x.State != wardround.FalsePositive {
			t.Errorf("%s of the same asset is %s", x.Item, x.State)
		}
	}
	link := &board.Finding{Finding: &wardround.Finding{Key: wardround.Key{Subject: wardround.LinkSubject("l-1")}}}
	err := w.server.within(link, wardround.FalsePositive, &Decided{Scope: "asset"}, noon)
	if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "of a link and not of an asset") {
		t.Errorf("of a link: %v", err)
	}
}

func TestAssigningByAPI(t *testing.T) {
	w := busyWard(t)
	eng, nurse := w.role(account.ClinicalEngineering), w.role(account.Ward)
	id := eng.one(onePerson).ID
	give := func(v *visitor, body map[string]any) *httptest.ResponseRecorder {
		return v.send(POST, "/api/v1/findings/"+id+"/assignment", body, "If-Match", v.finding(id).ETag)
	}
	var f findingRow
	nurse.read(give(nurse, map[string]any{"to": eng.name, "due": w.in(48 * time.Hour), "note": "please"}), &f)
	if a := f.Assigned; a == nil || a.To != eng.name || a.By != nurse.name || a.Note != "please" {
		t.Errorf("%+v", a)
	}
	if p := eng.findings("assignee=me"); p.Total != 1 || p.Items[0].ID != id {
		t.Errorf("mine: %+v", p)
	}
	eng.refused(422, "invalid", give(eng, map[string]any{"to": "nobody-here"}))
	eng.refused(422, "invalid", give(eng, map[string]any{"to": eng.name, "due": w.in(-time.Hour)}))
	eng.refused(422, "invalid", give(eng, map[string]any{"to": "", "note": "x"}))
	f = findingRow{}
	eng.read(give(eng, map[string]any{"to": ""}), &f)
	if f.Assigned != nil {
		t.Errorf("taken back: %+v", f.Assigned)
	}
}

// Many at once: what needs two people is refused by name, the rest is done.
func TestBulk(t *testing.T) {
	w := busyWard(t)
	eng, nurse := w.role(account.ClinicalEngineering), w.role(account.Ward)
	var one, two []string
	for _, f := range eng.findings("limit=500").Items {
		if f.TwoPeople {
			two = append(two, f.ID)
		} else {
			one = append(one, f.ID)
		}
	}
	var b struct {
		Done    []string
		Refused []struct {
			ID      string
			Problem Problem
		}
	}
	all := append(append([]string{"f-none"}, two[:3]...), append(one[:5:5], one[0])...)
	eng.read(eng.send(POST, "/api/v1/findings/bulk", map[string]any{"ids": all, "act": "accept", "until": w.in(month), "reason": "known"}), &b)
	if fmt.Sprint(b.Done) != fmt.Sprint(one[:5]) || len(b.Refused) != 4 || b.Refused[0].Problem.Code != "not_found" {
		t.Errorf("done %v, refused %+v", b.Done, b.Refused)
	}
	for _, r := range b.Refused[1:] {
		if r.Problem.Code != "forbidden" || r.Problem.Status != 403 || !strings.Contains(r.Problem.Detail, "two people") || !strings.Contains(r.Problem.Hint, r.ID) {
			t.Errorf("%+v", r)
		}
		if f := eng.finding(r.ID); f.State != wardround.Open || f.Proposed != nil {
			t.Errorf("refused, and yet %+v", f)
		}
	}
	b.Done, b.Refused = nil, nil
	nurse.read(nurse.send(POST, "/api/v1/findings/bulk", map[string]any{"ids": one[:2], "act": "reopen", "reason": "x"}), &b)
	if len(b.Done) != 0 || len(b.Refused) != 2 || b.Refused[0].Problem.Code != "forbidden" {
		t.Errorf("a nurse reopened: %+v", b)
	}
	nurse.read(nurse.send(POST, "/api/v1/findings/bulk", map[string]any{"ids": append(two[:2:2], one[6]), "act": "assign", "to": eng.name}), &b)
	if len(b.Done) != 3 {
		t.Errorf("assigned: %+v", b)
	}
	many := make([]string, 501)
	for i := range many {
		many[i] = fmt.Sprint("f-", i)
	}
	eng.refused(422, "invalid", eng.send(POST, "/api/v1/findings/bulk", map[string]any{"ids": many, "act": "acknowledge"}))
	eng.refused(422, "invalid", eng.send(POST, "/api/v1/findings/bulk", map[string]any{"ids": one[:1], "act": "accept", "until": w.in(month), "reason": "x", "to": "me"}))
}

// Who speaks for a product line sees and decides of that, and knows of nothing else.
func TestAProductLine(t *testing.T) {
	w := busyWard(t)
	sec := w.role(account.Security)
	var maker, other string
	var assets Page[struct {
		ID         string
		Attributes map[string]wardround.Attribute
		Findings   int
	}]
	sec.read(sec.get("/api/v1/assets?limit=500"), &assets)
	makers := map[string]int{}
	for _, a := range assets.Items {
		if m := a.Attributes[wardround.AttrMaker].Value; m != "" && a.Findings > 0 {
			makers[m] += a.Findings
		}
	}
	for m := range makers {
		if maker == "" || m < maker {
			maker = m
		}
	}
	if maker == "" {
		t.Fatal("no asset with findings has a maker")
	}
	mine := w.person(account.Grant{Role: account.ProductSecurity, Site: "*", Product: strings.ToUpper(maker)})
	seen := map[string]bool{}
	for _, f := range mine.findings("limit=500").Items {
		seen[f.ID] = true
	}
	all := sec.findings("limit=500")
	if len(seen) == 0 || len(seen) >= all.Total {
		t.Fatalf("sees %d of %d", len(seen), all.Total)
	}
	for _, f := range all.Items {
		if !seen[f.ID] {
			other = f.ID
		}
	}
	mine.refused(404, "not_found", mine.get("/api/v1/findings/"+other))
	mine.refused(404, "not_found", mine.send(POST, "/api/v1/findings/"+other+"/decision", map[string]any{"state": "acknowledged"}, "If-Match", "*"))
	mine.refused(403, "forbidden", mine.send(POST, "/api/v1/evidence/export", map[string]any{}))
	var entries Page[Entry]
	mine.read(mine.get("/api/v1/evidence/entries?limit=500"), &entries)
	for _, e := range entries.Items {
		if e.Kind != "verdict" {
			t.Errorf("entry %d, a %s, is shown", e.Index, e.Kind)
		}
	}
	var every Page[Entry]
	sec.read(sec.get("/api/v1/evidence/entries?limit=500"), &every)
	if len(entries.Items) == 0 || len(entries.Items) >= len(every.Items) {
		t.Errorf("%d entries of %d are shown", len(entries.Items), len(every.Items))
	}
	var rows, everyRow Page[struct{ Seq uint64 }]
	mine.read(mine.get("/api/v1/observations?limit=1"), &rows)
	sec.read(sec.get("/api/v1/observations?limit=1"), &everyRow)
	if rows.Total == 0 || rows.Total >= everyRow.Total {
		t.Errorf("%d observations of %d are shown", rows.Total, everyRow.Total)
	}
}
