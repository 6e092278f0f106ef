package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/kind"
)

// The overview says what is dangerous now, and every number is a door: it opens the
// list that it counts.
func TestEveryNumberIsADoor(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Ward)
	var o struct {
		Now []struct {
			ID, Title, Severity, Where, Bedside string
			Findings, Assets                    int
		}
		Counts   map[string]int
		Changes  []board.Change
		Sensors  []board.Sensor
		Coverage struct {
			Unclassified int
			Rows         []struct {
				Kind   string
				Assets int
				Cells  []struct {
					Concern                              string
					Failing, Passing, Unknown, Unwatched int
				}
			}
		}
		Proposals int
		Learning  *string `json:"learning_until"`
	}
	v.read(v.get("/api/v1/overview"), &o)
	if len(o.Now) == 0 || len(o.Now) > 8 || len(o.Changes) == 0 || len(o.Sensors) != 1 || o.Learning != nil {
		t.Fatalf("%d cases now, %d changes, %d sensors, learning until %v", len(o.Now), len(o.Changes), len(o.Sensors), o.Learning)
	}
	for _, l := range o.Now {
		if l.Title == "" || l.Where == "" || l.Bedside == "" {
			t.Errorf("a case without words: %+v", l)
		}
		if got := v.findings("case=" + l.ID + "&state=open,reopened,acknowledged,mitigated").Total; got != l.Findings {
			t.Errorf("%s: %d findings, its list has %d", l.Title, l.Findings, got)
		}
	}
	for _, sev := range []string{"critical", "high", "medium", "low", "info"} {
		got := v.findings("state=open,reopened,acknowledged,mitigated&severity=" + sev).Total
		worse := 0
		for _, s := range []string{"critical", "high", "medium", "low", "info"} {
			if worse += o.Counts[s]; s == sev {
				break
			}
		}
		if got != worse {
			t.Errorf("%d findings are %s or worse, the list has %d", worse, sev, got)
		}
	}
	for _, r := range o.Coverage.Rows {
		if got := v.assets("kind=" + r.Kind).Total; got != r.Assets {
			t.Errorf("%d %ss, the list has %d", r.Assets, r.Kind, got)
		}
		for _, c := range r.Cells {
			for status, n := range map[string]int{"failing": c.Failing, "passing": c.Passing, "unknown": c.Unknown, "unwatched": c.Unwatched} {
				if got := v.assets(fmt.Sprintf("kind=%s&concern=%s&status=%s", r.Kind, c.Concern, status)).Total; got != n {
					t.Errorf("%s, %s: %d are %s, the list has %d", r.Kind, c.Concern, n, status, got)
				}
			}
		}
	}
	for _, c := range o.Changes {
		path, query, list := strings.Cut(c.Href, "?")
		switch {
		case strings.HasPrefix(path, "/settings/"), strings.HasPrefix(path, "/checks/"):
		case !list:
			v.want(200, v.get("/api/v1"+path))
		default:
			var p Page[json.RawMessage]
			v.read(v.get("/api/v1"+path+"?"+query), &p)
			if c.Kind == board.AssetNew && p.Total != c.Count || p.Total < c.Count {
				t.Errorf("%s counts %d, %s has %d", c.ID, c.Count, c.Href, p.Total)
			}
		}
	}
	var open Page[Proposal]
	v.read(v.get("/api/v1/proposals?state=open"), &open)
	if open.Total != o.Proposals || o.Proposals == 0 {
		t.Errorf("%d open questions, the list has %d", o.Proposals, open.Total)
	}
	var again map[string]any
	v.read(v.get("/api/v1/coverage"), &again)
	if len(again["rows"].([]any)) != len(o.Coverage.Rows) {
		t.Errorf("coverage: %v", again)
	}
	var german struct {
		Now []struct{ Bedside, Where, Language string }
	}
	v.read(v.get("/api/v1/overview?language=de"), &german)
	if g := german.Now[0]; g.Language != "de" || g.Bedside == o.Now[0].Bedside {
		t.Errorf("in German: %+v", g)
	}
}

// The map has every asset once, and is sent again only when something on it changed.
func TestMap(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Viewer)
	r := v.get("/api/v1/map")
	var g board.Graph
	v.read(r, &g)
	if n := v.assets("remote=true").Total; len(g.Nodes) != n || len(g.Links) == 0 {
		t.Fatalf("%d assets on the map, %d in the list; %d links", len(g.Nodes), n, len(g.Links))
	}
	at, zones := map[string]bool{}, 0
	for _, n := range g.Nodes {
		at[string(n.ID)] = true
	}
	for _, l := range g.Links {
		if !at[string(l.Client)] || !at[string(l.Server)] {
			t.Errorf("the link %s leads nowhere", l.ID)
		}
	}
	for _, z := range g.Zones {
		zones += z.Assets
	}
	if zones != len(g.Nodes) {
		t.Errorf("%d assets in zones, %d on the map", zones, len(g.Nodes))
	}
	tag := r.Header().Get("ETag")
	again := v.request(GET, "/api/v1/map", nil)
	again.Header.Set("If-None-Match", tag)
	v.want(304, v.do(again))
	packed := v.request(GET, "/api/v1/map", nil)
	packed.Header.Set("Accept-Encoding", "gzip")
	z := v.want(200, v.do(packed))
	zr, err := gzip.NewReader(z.Body)
	if err != nil || z.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, z.Header())
	}
	plain, err := io.ReadAll(zr)
	if err != nil || !bytes.Equal(plain, r.Body.Bytes()) {
		t.Errorf("%d bytes unpacked, %d plain, %v", len(plain), r.Body.Len(), err)
	}
	a := v.withRole("pacs", 0)
	boss := w.role(account.Security)
	boss.want(200, boss.send(PATCH, "/api/v1/assets/"+a.ID, map[string]any{"set": map[string]string{"name": "Archive <b>"}}, "If-Match", "*"))
	if r = v.want(200, v.do(again)); r.Header().Get("ETag") == tag || !strings.Contains(r.Body.String(), "Archive <b>") {
		t.Error("the map does not have the new name")
	}
}

// Whatever is called so is found, the best first.
func TestSearch(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	if err := w.say(t.Context(), &kind.ContentChangedV1{Name: "zones", Value: `[{"id":"rad-1","name":"Radiology","prefixes":["10.20.2.0/24"]}]`, By: "root"}); err != nil {
		t.Fatal(err)
	}
	a := v.withRole("pacs", 0)
	for q, want := range map[string]string{
		a.Name:                          "asset " + a.ID,
		strings.ToUpper(a.Name):         "asset " + a.ID,
		a.ID:                            "asset " + a.ID,
		"hl7.cleartext":                 "check hl7.cleartext",
		"Findings":                      "page findings",
		"Radiology":                     "zone rad-1",
		v.findings("").Items[0].ID:      "finding " + v.findings("").Items[0].ID,
		"nothing is called like this x": "",
		"":                              "",
	} {
		var p struct{ Items []board.Hit }
		v.read(v.get("/api/v1/search?limit=10&q="+url.QueryEscape(q)), &p)
		got := ""
		if len(p.Items) > 0 {
			got = p.Items[0].Kind + " " + p.Items[0].ID
		}
		if got != want || len(p.Items) > 10 {
			t.Errorf("%q: %s, want %s (%+v)", q, got, want, p.Items)
		}
	}
	for _, q := range []string{"e", "s"} { // in the names of several pages
		for limit := range 4 {
			var p struct{ Items []board.Hit }
			v.read(v.get(fmt.Sprintf("/api/v1/search?q=%s&limit=%d", q, limit+1)), &p)
			if len(p.Items) != limit+1 {
				t.Errorf("%d of %q were asked for, %d came", limit+1, q, len(p.Items))
			}
		}
	}
	for _, id := range a.Identifiers {
		if id.Confidence < 60 || id.Value == a.Name {
			continue
		}
		var p struct{ Items []board.Hit }
		v.read(v.get("/api/v1/search?q="+url.QueryEscape(id.Value)), &p)
		if len(p.Items) == 0 || p.Items[0].Href != "/assets/"+a.ID || p.Items[0].Kind != "identifier" {
			t.Errorf("%s %s: %+v", id.Type, id.Value, p.Items)
		}
	}
}

// A question is answered once; a baseline shows what was learned.
func TestAnswerQuestions(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.ClinicalEngineering)
	viewer := w.role(account.Viewer)
	var p Page[Proposal]
	v.read(v.get("/api/v1/proposals?state=open&kind=baseline"), &p)
	if p.Total == 0 || len(p.Items[0].Members) == 0 || p.Items[0].MembersTotal < len(p.Items[0].Members) || p.Items[0].Members[0].Check == "" {
		t.Fatalf("baselines: %+v", p)
	}
	path := "/api/v1/proposals/" + p.Items[0].ID + "/answer"
	viewer.refused(403, "forbidden", viewer.send(POST, path, map[string]any{"accept": true}))
	product := w.person(account.Grant{Role: account.Security, Site: "*", Product: "acme"})
	product.refused(404, "not_found", product.send(POST, path, map[string]any{"accept": true}))
	var after Proposal
	v.read(v.send(POST, path, map[string]any{"accept": true, "reason": "as it should be"}), &after)
	if after.State != "accepted" || !strings.Contains(after.By, v.name) {
		t.Errorf("answered: %+v", after.Proposal)
	}
	v.refused(409, "conflict", v.send(POST, path, map[string]any{"accept": false}))
	v.refused(404, "not_found", v.send(POST, "/api/v1/proposals/p-none/answer", map[string]any{"accept": false}))
}

// A view is one's own, unless it is shared; nobody deletes another's but who admits
// people.
func TestSavedViews(t *testing.T) {
	w := busyWard(t)
	ada, bob, root := w.role(account.Security), w.role(account.Viewer), w.role(account.Administrator)
	save := func(v *visitor, name string, shared bool) View {
		var x View
		v.read(v.send(POST, "/api/v1/views", map[string]any{"name": name, "page": "findings", "query": "severity=high", "shared": shared}), &x)
		return x
	}
	own, shared := save(ada, "Mine", false), save(ada, "Ours", true)
	names := func(v *visitor) string {
		var p Page[View]
		v.read(v.get("/api/v1/views?page=findings"), &p)
		var out []string
		for _, x := range p.Items {
			out = append(out, fmt.Sprint(x.Name, " ", x.Mine))
		}
		return strings.Join(out, ", ")
	}
	if got := names(ada); got != "Mine true, Ours true" {
		t.Error(got)
	}
	if got := names(bob); got != "Ours false" {
		t.Error(got)
	}
	bob.refused(404, "not_found", bob.send(DELETE, "/api/v1/views/"+own.ID, nil))
	bob.refused(403, "forbidden", bob.send(DELETE, "/api/v1/views/"+shared.ID, nil))
	root.want(204, root.send(DELETE, "/api/v1/views/"+shared.ID, nil))
	ada.want(204, ada.send(DELETE, "/api/v1/views/"+own.ID, nil))
	ada.refused(404, "not_found", ada.send(DELETE, "/api/v1/views/"+own.ID, nil))
	if got := names(ada); got != "" {
		t.Error(got)
	}
	for range mostViews {
		save(bob, "x", false)
	}
	bob.refused(507, "full", bob.send(POST, "/api/v1/views", map[string]any{"name": "one more", "page": "findings", "query": ""}))
	for _, page := range []string{"https://evil.example", "//evil.example", "javascript:alert(1)"} {
		ada.refused(422, "invalid", ada.send(POST, "/api/v1/views", map[string]any{"name": "x", "page": page, "query": ""}))
	}
}
