package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/memlog"
)

// A finding's page has what a person needs to act, and what it rests on.
func TestAFindingsPage(t *testing.T) {
	w := busyWard(t)
	sec, viewer := w.role(account.Security), w.role(account.Viewer)
	type page struct {
		Voice        check.Text
		Card         *struct{ ID, Name string }  `json:"asset_card"`
		Line         *struct{ ID, Title string } `json:"case_line"`
		Links        []any
		Controls     []ControlRef
		History      []Transition
		Related      []struct{ ID string }
		Observations []live.ObservationRow
		Leaf         *uint64
		May          []string
		MaxUntil     *time.Time `json:"max_until"`
	}
	rest, leaves := 0, 0
	for _, f := range sec.findings("limit=500").Items {
		var p page
		path := "/api/v1/findings/" + f.ID
		sec.read(sec.get(path), &p)
		if p.Voice.Title == "" || p.Voice.Bedside == "" || p.Voice.Dont == "" || p.Voice.Language != "en" || p.Line == nil || p.Line.ID != f.Case || len(p.Controls) == 0 {
			t.Errorf("%s of %s: %+v", f.Check, f.Subject, p.Voice)
		}
		if f.TwoPeople != (p.MaxUntil != nil) || len(p.History) == 0 || p.History[0].To != wardround.Fail || len(p.May) == 0 {
			t.Errorf("%s: until %v, history %+v, may %v", f.Check, p.MaxUntil, p.History, p.May)
		}
		for _, r := range p.Related {
			if r.ID == f.ID {
				t.Errorf("%s is related to itself", f.ID)
			}
		}
		watch := check.Lookup(f.Check).Watch
		for i, o := range p.Observations {
			if !slices.Contains(watch, kind.Name(o.Kind)) || i > 0 && o.Seq >= p.Observations[i-1].Seq || len(p.Observations) > 20 {
				t.Errorf("%s rests on %+v", f.Check, o)
			}
			if f.Asset != "" && strings.HasPrefix(f.Subject, "asset:") && string(o.SrcAsset) != f.Asset && string(o.DstAsset) != f.Asset {
				t.Errorf("%s of %s rests on what is between %s and %s", f.Check, f.Asset, o.SrcAsset, o.DstAsset)
			}
		}
		rest += min(1, len(p.Observations))
		if p.Leaf != nil {
			leaves++
			var e Entry
			sec.read(sec.get(fmt.Sprint("/api/v1/evidence/entries/", *p.Leaf)), &e)
			if !strings.Contains(e.Canonical, f.Check) {
				t.Errorf("%s: its leaf is of %s", f.Check, e.Canonical)
			}
		}
	}
	if total := sec.findings("").Total; rest < total/2 || leaves != total {
		t.Errorf("of %d findings %d show what they rest on, %d a leaf", total, rest, leaves)
	}
	var p page
	id := sec.one(onePerson).ID
	viewer.read(viewer.get("/api/v1/findings/"+id), &p)
	if len(p.Observations) != 0 || len(p.May) != 0 {
		t.Errorf("a viewer sees %d observations and may %v", len(p.Observations), p.May)
	}
	sec.read(sec.get("/api/v1/findings/"+id+"?language=de-CH"), &p)
	if p.Voice.Language != "de" {
		t.Errorf("in German: %+v", p.Voice)
	}
	etag := sec.get("/api/v1/findings/" + id).Header().Get("ETag")
	r := sec.request(GET, "/api/v1/findings/"+id, nil)
	r.Header.Set("If-None-Match", etag)
	if rsp := sec.do(r); rsp.Code != 304 {
		t.Errorf("unchanged: %d", rsp.Code)
	}
	sec.refused(404, "not_found", sec.get("/api/v1/findings/f-nosuch"))
}

func TestFindingFilters(t *testing.T) {
	w := busyWard(t)
	sec := w.role(account.Security)
	all := sec.findings("limit=500").Items
	count := func(keep func(findingRow) bool) (n int) {
		for _, f := range all {
			if keep(f) {
				n++
			}
		}
		return n
	}
	first := all[0]
	for query, want := range map[string]int{
		"":                               len(all),
		"severity=high":                  count(func(f findingRow) bool { return f.Severity >= wardround.High }),
		"check=" + first.Check:           count(func(f findingRow) bool { return f.Check == first.Check }),
		"case=" + first.Case:             count(func(f findingRow) bool { return f.Case == first.Case }),
		"state=open":                     count(func(f findingRow) bool { return f.State == wardround.Open }),
		"state=open,reopened":            count(func(f findingRow) bool { return f.State == wardround.Open || f.State == wardround.Reopened }),
		"state=false%20positive":         0,
		"assignee=me":                    0,
		"overdue=true":                   0,
		"opened_since=2126-01-01T00:00Z": -1,
	} {
		if want < 0 {
			sec.refused(422, "invalid", sec.get("/api/v1/findings?"+query))
			continue
		}
		if got := sec.findings(query); got.Total != want || want > 50 && got.Next == "" {
			t.Errorf("%q: %d, want %d", query, got.Total, want)
		}
	}
	for _, query := range []string{"state=gone", "severity=terrible", "sort=colour", "criticality=x", "kind=pump", "concern=x", "nonsense=1", "cursor=x", "overdue=maybe"} {
		sec.refused(422, "invalid", sec.get("/api/v1/findings?"+query))
	}
	var cases Page[struct {
		ID       string
		Findings int
	}]
	sec.read(sec.get("/api/v1/cases?limit=500&state=open"), &cases)
	if len(cases.Items) == 0 || len(cases.Items) >= len(all) {
		t.Errorf("%d cases of %d findings", len(cases.Items), len(all))
	}
	for _, c := range cases.Items {
		var d struct {
			Items []findingRow
			Next  string
			Total int
		}
		seen, cursor := map[string]bool{}, ""
		for {
			d.Next = ""
			sec.read(sec.get("/api/v1/cases/"+c.ID+"?limit=2&cursor="+cursor), &d)
			for _, f := range d.Items {
				if f.Case != c.ID || seen[f.ID] {
					t.Errorf("case %s has %s of %s", c.ID, f.ID, f.Case)
				}
				seen[f.ID] = true
			}
			if cursor = d.Next; cursor == "" {
				break
			}
		}
		if len(seen) != d.Total || d.Total < c.Findings {
			t.Errorf("case %s: %d of %d, %d ask for attention", c.ID, len(seen), d.Total, c.Findings)
		}
	}
	sec.refused(404, "not_found", sec.get("/api/v1/cases/c-nosuch"))
	sec.refused(422, "invalid", sec.get("/api/v1/cases/"+cases.Items[0].ID+"?cursor=AAAA"))
}

// Observations are listed from memory, one is found in the log for as long as that
// keeps it, and then it is said that it is gone.
func TestObservations(t *testing.T) {
	w := busyWard(t)
	sec := w.role(account.Security)
	list := func(query string) (p Page[live.ObservationRow]) {
		t.Helper()
		sec.read(sec.get("/api/v1/observations?"+query), &p)
		return p
	}
	newest := list("limit=3")
	if newest.Total != int(w.past.Last()) || newest.Items[0].Seq != w.past.Last() || newest.Items[2].Seq != w.past.Last()-2 {
		t.Errorf("%d of %d, the newest %+v", newest.Total, w.past.Last(), newest.Items[0])
	}
	if next := list("limit=3&cursor=" + newest.Next); next.Items[0].Seq != w.past.Last()-3 || next.Total != newest.Total {
		t.Errorf("the next page begins at %d", next.Items[0].Seq)
	}
	for _, o := range list("limit=500&kind=dicom.association").Items {
		if o.Kind != "dicom.association" || o.Title != "DICOM association" || o.Summary == "" || o.Fields["result"] == nil {
			t.Errorf("%+v", o)
		}
	}
	asset := sec.one(func(f findingRow) bool { return strings.HasPrefix(f.Subject, "asset:") }).Asset
	mine := list("limit=500&asset=" + asset)
	if mine.Total == 0 || mine.Total >= newest.Total {
		t.Errorf("%d of one asset", mine.Total)
	}
	for _, o := range mine.Items {
		if string(o.SrcAsset) != asset && string(o.DstAsset) != asset {
			t.Errorf("%+v is not of %s", o, asset)
		}
	}
	if p := list("q=dicom%20association&limit=1"); p.Total == 0 || p.Total >= newest.Total {
		t.Errorf("%d have the words", p.Total)
	}
	if p := list("sensor=nobody"); p.Total != 0 || p.Items == nil {
		t.Errorf("of nobody: %+v", p)
	}
	lines := sec.get("/api/v1/observations?kind=flow&format=ndjson").Body.String()
	if n := strings.Count(lines, "\n"); n != list("kind=flow").Total {
		t.Errorf("%d lines", n)
	}

	w.server.opt.Hub = live.New(live.Options{}) // as after a restart: nothing is in memory
	var o live.ObservationRow
	sec.read(sec.get("/api/v1/observations/17"), &o)
	if o.Seq != 17 || o.Summary == "" {
		t.Errorf("from the log: %+v", o)
	}
	if p := sec.refused(404, "not_found", sec.get(fmt.Sprint("/api/v1/observations/", w.past.Last()+1))); !strings.Contains(p.Detail, "yet") {
		t.Error(p.Detail)
	}
	var d struct{ Observations []live.ObservationRow }
	f := sec.one(func(f findingRow) bool { return f.Check == "dicom.cleartext" })
	sec.read(sec.get("/api/v1/findings/"+f.ID), &d)
	if len(d.Observations) == 0 {
		t.Errorf("%s rests on nothing that is in the log", f.ID)
	}
	w.past.Trim(1000)
	if p := sec.refused(404, "not_found", sec.get("/api/v1/observations/17")); !strings.Contains(p.Detail, "retention has deleted it") {
		t.Error(p.Detail)
	}
	w.server.opt.Past = memlog.New(memlog.Options{})
	sec.refused(422, "invalid", sec.get("/api/v1/observations/0"))
	sec.refused(422, "invalid", sec.get("/api/v1/observations/x"))
}

// The catalogue says what each check did; switching one off needs a reason, is on
// the record, and taken back.
func TestChecks(t *testing.T) {
	w := busyWard(t)
	eng, viewer := w.role(account.ClinicalEngineering), w.role(account.Viewer)
	var p Page[Check]
	viewer.read(viewer.get("/api/v1/checks?limit=500"), &p)
	if p.Total != len(check.All()) {
		t.Errorf("%d checks", p.Total)
	}
	ran, found := 0, 0
	for _, c := range p.Items {
		if c.Runs > 0 {
			ran++
			if c.CostUS <= 0 || c.LastRun == nil {
				t.Errorf("%s ran %d times, cost %v", c.ID, c.Runs, c.CostUS)
			}
		}
		found += c.Findings
		if v := c.Verdicts["fail"]; v < c.Findings && c.Findings > 0 && c.Verdicts["unknown"] == 0 {
			t.Errorf("%s: %d fail, %d findings", c.ID, v, c.Findings)
		}
		var d CheckDetail
		viewer.read(viewer.get("/api/v1/checks/"+c.ID), &d)
		if len(d.Fixtures) != 2 || !strings.Contains(d.Fixtures[0].Text, "-- observations --") || d.Say.Bedside == "" || len(d.Details) == 0 {
			t.Errorf("%s: %d fixtures", c.ID, len(d.Fixtures))
		}
	}
	if ran < 10 || found != viewer.findings("").Total {
		t.Errorf("%d ran, %d findings of %d", ran, found, viewer.findings("").Total)
	}
	const id = "dicom.cleartext"
	path := "/api/v1/checks/" + id
	viewer.refused(403, "forbidden", viewer.send(PUT, path+"/off", map[string]any{"reason": "x"}))
	eng.refused(422, "invalid", eng.send(PUT, path+"/off", map[string]any{"reason": " "}))
	eng.refused(409, "conflict", eng.send(DELETE, path+"/off", nil))
	var d CheckDetail
	eng.read(eng.send(PUT, path+"/off", map[string]any{"reason": "a test network"}), &d)
	if d.Off == nil || d.Off.By != eng.name || d.Off.Reason != "a test network" || d.Verdicts["fail"] != 0 {
		t.Errorf("off: %+v, %v", d.Off, d.Verdicts)
	}
	d = CheckDetail{}
	eng.read(eng.send(DELETE, path+"/off?reason=done", nil), &d)
	if d.Off != nil {
		t.Errorf("on again: %+v", d.Off)
	}
	eng.read(eng.send(PUT, "/api/v1/checks/net.scan/thresholds", map[string]any{"thresholds": map[string]float64{"hosts": 40}, "reason": "large printers"}), &d)
	if d.Thresholds["hosts"] != 40 || d.Thresholds["failed"] != 10 || d.Defaults["hosts"] != 5 {
		t.Errorf("thresholds: %v of %v", d.Thresholds, d.Defaults)
	}
	if row, _ := w.board.Content("check/net.scan"); string(row.Value) != `{"hosts":40}` {
		t.Errorf("said: %s", row.Value)
	}
	if p := eng.refused(422, "invalid", eng.send(PUT, "/api/v1/checks/net.scan/thresholds", map[string]any{"thresholds": map[string]float64{"colour": 1}, "reason": "x"})); !strings.Contains(p.Detail, "there are failed, hosts, ports") {
		t.Error(p.Detail)
	}
	eng.refused(422, "invalid", eng.send(PUT, "/api/v1/checks/dicom.cleartext/thresholds", map[string]any{"thresholds": map[string]float64{"n": 1}, "reason": "x"}))
	eng.refused(422, "invalid", eng.send(PUT, "/api/v1/checks/net.scan/thresholds", map[string]any{"thresholds": map[string]float64{"hosts": -1}, "reason": "x"}))
	eng.refused(422, "invalid", eng.send(PUT, "/api/v1/checks/net.scan/thresholds", map[string]any{"thresholds": map[string]any{"hosts": "many"}, "reason": "x"}))
	eng.refused(404, "not_found", eng.get("/api/v1/checks/no.such"))
	var entries Page[Entry]
	eng.read(eng.get("/api/v1/evidence/entries?kind=content"), &entries)
	if len(entries.Items) != 3 {
		t.Errorf("%d changes are on the record", len(entries.Items))
	}
	product := w.person(account.Grant{Role: account.Security, Site: "*", Product: "acme"})
	product.refused(403, "forbidden", product.send(PUT, path+"/off", map[string]any{"reason": "x"}))
}
