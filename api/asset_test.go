package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// assetRow is an asset as a client reads it.
type assetRow struct {
	ID          string
	Name        string
	Kind        string
	Zone        string
	Role        string
	Ward        string
	Criticality string
	Aliases     []string
	Attributes  map[string]struct{ Value, Source string }
	Identifiers []struct {
		Type, Value string
		Confidence  int
	}
	Status []struct{ Concern, State string }
	Worst  string
	ETag   string
	Links  int
	Speaks []string
}

func (v *visitor) assets(query string) Page[assetRow] {
	v.h.t.Helper()
	var p Page[assetRow]
	v.read(v.get("/api/v1/assets?"+query), &p)
	return p
}

func (v *visitor) asset(id string) (a assetRow) {
	v.h.t.Helper()
	v.read(v.get("/api/v1/assets/"+id), &a)
	return a
}

// withRole returns the n-th asset of a role, by name.
func (v *visitor) withRole(role string, n int) assetRow {
	v.h.t.Helper()
	p := v.assets("role=" + role)
	if len(p.Items) <= n {
		v.h.t.Fatalf("the ward has %d assets of the role %s", len(p.Items), role)
	}
	return p.Items[n]
}

// person is what a person said of an asset, and how it is known.
func (a assetRow) known() []string {
	out := []string{"name " + a.Name, "kind " + a.Kind, "zone " + a.Zone, "criticality " + a.Criticality, fmt.Sprint("aliases ", a.Aliases), fmt.Sprint("links ", a.Links), fmt.Sprint("status ", a.Status)}
	for n, at := range a.Attributes {
		out = append(out, "@"+n+" "+at.Value+" by "+at.Source)
	}
	for _, id := range a.Identifiers {
		if id.Confidence >= 60 {
			out = append(out, id.Type+" "+id.Value)
		}
	}
	slices.Sort(out)
	return out
}

// What a person says of an asset stands beside what is observed, under the person's
// name; who did not see what stands there is asked to look again.
func TestSayWhatAnAssetIs(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.ClinicalEngineering)
	a := v.withRole("infusion-pump", 0)
	path := "/api/v1/assets/" + a.ID
	set := func(m map[string]string) map[string]any { return map[string]any{"set": m, "reason": "label"} }

	v.refused(428, "precondition", v.send(PATCH, path, set(map[string]string{"name": "PG-04"})))
	v.refused(412, "precondition", v.send(PATCH, path, set(map[string]string{"name": "PG-04"}), "If-Match", `"old"`))
	for _, bad := range []map[string]string{{"kind": "fish"}, {"criticality": "very"}, {"gateway": "a-none"}, {"": "x"}, {"name": strings.Repeat("x", 5000)}} {
		if r := v.send(PATCH, path, set(bad), "If-Match", `"`+a.ETag+`"`); r.Code != 422 && r.Code != 404 {
			t.Errorf("%.60v: %d %s", bad, r.Code, r.Body)
		}
	}
	v.refused(422, "invalid", v.send(PATCH, path, map[string]any{"set": map[string]string{}}, "If-Match", `"`+a.ETag+`"`))
	v.refused(404, "not_found", v.send(PATCH, "/api/v1/assets/a-none", set(map[string]string{"name": "x"}), "If-Match", `"x"`))

	r := v.send(PATCH, path, set(map[string]string{"name": "PG-04 ", "ward": "ICU 2", "criticality": "life-sustaining"}), "If-Match", `"`+a.ETag+`"`)
	var b assetRow
	v.read(r, &b)
	if b.Name != "PG-04" || b.Ward != "ICU 2" || b.Criticality != "life-sustaining" || b.Attributes["name"].Source != "person:"+v.name {
		t.Errorf("after: %+v", b)
	}
	if b.ETag == a.ETag || r.Header().Get("ETag") != `"`+b.ETag+`"` {
		t.Errorf("ETag %q, header %q, before %q", b.ETag, r.Header().Get("ETag"), a.ETag)
	}
	if got := v.assets("q=" + url.QueryEscape("icu 2 pg-04")); got.Total != 1 || got.Items[0].ID != a.ID {
		t.Errorf("found by its new name and ward: %d", got.Total)
	}
	v.read(v.send(PATCH, path, set(map[string]string{"name": "", "ward": "", "criticality": ""}), "If-Match", `"`+b.ETag+`"`), &b)
	if c := v.asset(a.ID); c.Name != a.Name || c.Ward != a.Ward {
		t.Errorf("taken back: %+v, was %+v", c, a)
	}
	// Who did it is in the timeline of the asset and in the audit trail.
	var events Page[Event]
	v.read(v.get(path+"/timeline?kind=person"), &events)
	if events.Total != 2 || events.Items[0].By != v.name || !strings.Contains(events.Items[1].Detail, "PG-04") {
		t.Errorf("timeline: %+v", events.Items)
	}
}

// Two assets that a person takes for one, and then for two again, are what they
// were.
func TestMergeAndTakeBack(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	keep, gone := v.withRole("patient-monitor", 0), v.withRole("patient-monitor", 1)
	v.read(v.send(PATCH, "/api/v1/assets/"+gone.ID, map[string]any{"set": map[string]string{"ward": "ICU 2", "name": "Bed 2"}}, "If-Match", `"`+gone.ETag+`"`), &gone)
	before := [][]string{keep.known(), v.asset(gone.ID).known()}
	path := "/api/v1/assets/" + keep.ID

	v.refused(409, "conflict", v.send(POST, path+"/merge", map[string]any{"other": keep.ID}))
	v.refused(404, "not_found", v.send(POST, path+"/merge", map[string]any{"other": "a-none"}))
	var edit struct {
		Asset assetRow
		Undo  []Statement
	}
	v.read(v.send(POST, path+"/merge", map[string]any{"other": gone.ID, "reason": "one monitor, two cards"}), &edit)
	if !slices.Contains(edit.Asset.Aliases, gone.ID) || edit.Asset.Ward != "ICU 2" {
		t.Fatalf("merged: %+v", edit.Asset)
	}
	if a := v.asset(gone.ID); a.ID != keep.ID {
		t.Errorf("the alias answers with %s", a.ID)
	}
	undo := map[string]any{"statements": edit.Undo, "preview": true}
	var said struct{ Changes []Difference }
	v.read(v.send(POST, "/api/v1/statements", undo), &said)
	if len(said.Changes) == 0 || v.asset(gone.ID).ID != keep.ID {
		t.Errorf("a preview says %+v and changes nothing", said)
	}
	undo["preview"] = false
	v.read(v.send(POST, "/api/v1/statements", undo), &said)
	after := [][]string{v.asset(keep.ID).known(), v.asset(gone.ID).known()}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("before (-) and after it was taken back (+):\n%s", diff)
	}
}

// An asset of which identifiers belong to another one is split, and put together
// again.
func TestSplitAndTakeBack(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	a := v.withRole("pacs", 0)
	path := "/api/v1/assets/" + a.ID + "/split"
	v.refused(422, "invalid", v.send(POST, path, map[string]any{}))
	v.refused(422, "invalid", v.send(POST, path, map[string]any{"identifiers": []SaidID{{"colour", "red"}}}))
	v.refused(404, "not_found", v.send(POST, path, map[string]any{"other": "a-none"}))
	title := ""
	for _, id := range a.Identifiers {
		if id.Type == "ae-title" && id.Confidence >= 60 {
			title = id.Value
		}
	}
	if title == "" {
		t.Fatalf("the archive has no AE title: %+v", a.Identifiers)
	}
	var edit struct {
		Asset assetRow
		Undo  []Statement
	}
	v.read(v.send(POST, path, map[string]any{"identifiers": []SaidID{{"ae-title", title}}}), &edit)
	has := func(a assetRow) bool {
		return slices.ContainsFunc(a.Identifiers, func(id struct {
			Type, Value string
			Confidence  int
		}) bool {
			return id.Type == "ae-title" && id.Value == title && id.Confidence >= 60
		})
	}
	if has(edit.Asset) || len(edit.Undo) != 1 {
		t.Fatalf("split: %+v, taken back by %+v", edit.Asset.Identifiers, edit.Undo)
	}
	if other := v.asset(edit.Undo[0].Other); !has(other) || other.ID == a.ID {
		t.Errorf("the other one: %+v", other)
	}
	v.want(200, v.send(POST, "/api/v1/statements", map[string]any{"statements": edit.Undo}))
	if b := v.asset(a.ID); !has(b) || len(b.Aliases) != 1 {
		t.Errorf("put together again: %+v", b)
	}
}

// An import is previewed, refused as a whole with the place of each fault, and
// said.
func TestImport(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Security)
	n := v.assets("").Total
	rows := []Statement{
		{Act: "set", Match: []SaidID{{"mac", "00:1b:21:aa:bb:cc"}}, Set: map[string]string{"name": "Spare pump", "kind": "device", "maker": "Example"}, Source: "import:stock.csv"},
		{Act: "set", Match: []SaidID{{"serial", "4711"}}, Set: map[string]string{"kind": "fish"}},
		{Act: "merge", Asset: "a-none", Other: "a-none"},
	}
	p := v.refused(422, "invalid", v.send(POST, "/api/v1/statements", map[string]any{"statements": rows}))
	if len(p.Errors) != 2 || p.Errors[0].Location != "body.statements[1]" || p.Errors[1].Location != "body.statements[2]" || !strings.Contains(p.Errors[0].Message, "fish") {
		t.Errorf("refused: %+v", p)
	}
	var said struct{ Changes []Difference }
	v.read(v.send(POST, "/api/v1/statements", map[string]any{"statements": rows[:1], "preview": true}), &said)
	if len(said.Changes) != 1 || said.Changes[0].Asset != "" || said.Changes[0].Name != "Spare pump" || v.assets("").Total != n {
		t.Errorf("preview: %+v", said)
	}
	v.want(200, v.send(POST, "/api/v1/statements", map[string]any{"statements": rows[:1]}))
	got := v.assets("q=spare&maker=example")
	if got.Total != 1 || got.Items[0].Attributes["name"].Source != "import:stock.csv" || v.assets("").Total != n+1 {
		t.Errorf("after the import: %+v", got)
	}
}

// Who is there for one maker's products sees and edits these alone.
func TestAssetsOfAProductLine(t *testing.T) {
	w := busyWard(t)
	boss := w.role(account.Security)
	mine, other := boss.withRole("infusion-pump", 0), boss.withRole("infusion-pump", 1)
	boss.want(200, boss.send(PATCH, "/api/v1/assets/"+mine.ID, map[string]any{"set": map[string]string{"maker": "Acme"}}, "If-Match", `"`+mine.ETag+`"`))
	sees := w.person(account.Grant{Role: account.ProductSecurity, Site: "*", Product: "acme"})
	edits := w.person(account.Grant{Role: account.Security, Site: "*", Product: "acme"})
	both := w.person(account.Grant{Role: account.Viewer, Site: "*", Product: "*"}, account.Grant{Role: account.Security, Site: "*", Product: "acme"})

	if p := sees.assets("remote=true"); p.Total != 1 || p.Items[0].ID != mine.ID {
		t.Errorf("%d assets are shown", p.Total)
	}
	for _, path := range []string{"", "/links", "/verdicts", "/days", "/timeline"} {
		sees.refused(404, "not_found", sees.get("/api/v1/assets/"+other.ID+path))
		sees.want(200, sees.get("/api/v1/assets/"+mine.ID+path))
	}
	set := map[string]any{"set": map[string]string{"ward": "ICU 2"}}
	sees.refused(403, "forbidden", sees.send(PATCH, "/api/v1/assets/"+mine.ID, set, "If-Match", "*"))
	both.refused(403, "forbidden", both.send(PATCH, "/api/v1/assets/"+other.ID, set, "If-Match", "*"))
	both.want(200, both.send(PATCH, "/api/v1/assets/"+mine.ID, set, "If-Match", "*"))
	edits.refused(404, "not_found", edits.send(POST, "/api/v1/assets/"+mine.ID+"/merge", map[string]any{"other": other.ID}))
	both.refused(403, "forbidden", both.send(POST, "/api/v1/assets/"+mine.ID+"/merge", map[string]any{"other": other.ID}))
	edits.refused(404, "not_found", edits.send(POST, "/api/v1/statements", map[string]any{"statements": []Statement{{Act: "merge", Asset: mine.ID, Other: other.ID}}}))
	edits.refused(403, "forbidden", edits.send(POST, "/api/v1/statements", map[string]any{"statements": []Statement{{Act: "set", Match: []SaidID{{"serial", "1"}}, Set: map[string]string{"name": "x"}}}}))
}

// What the checks say of an asset, now and day by day.
func TestVerdictsAndDays(t *testing.T) {
	w := busyWard(t)
	v := w.role(account.Viewer)
	a := v.assets("status=failing&sort=-findings&limit=1").Items[0]
	var p Page[struct {
		Check, Subject, State string
		CheckTitle            string `json:"check_title"`
		Concern               string
		Fresh                 bool
	}]
	v.read(v.get("/api/v1/assets/"+a.ID+"/verdicts?limit=500"), &p)
	if p.Total == 0 || p.Items[0].State != "fail" || p.Items[0].CheckTitle == "" || p.Items[0].Concern == "" || !p.Items[0].Fresh {
		t.Errorf("verdicts: %+v", p)
	}
	rank := map[string]int{"fail": 0, "unknown": 1, "pass": 2}
	for i := 1; i < len(p.Items); i++ {
		if rank[p.Items[i].State] < rank[p.Items[i-1].State] {
			t.Errorf("%s comes after %s", p.Items[i].State, p.Items[i-1].State)
		}
	}
	var days struct{ Items []VerdictDays }
	v.read(v.get("/api/v1/assets/"+a.ID+"/days?days=3"), &days)
	_, now := w.board.Position()
	if len(days.Items) == 0 {
		t.Fatal("no strips")
	}
	for _, s := range days.Items {
		if len(s.Days) != 3 || s.Days[2].Day != now.UTC().Format(time.DateOnly) || s.Days[0].State != "none" || s.Days[2].State == "none" {
			t.Errorf("%s: %+v", s.Check, s.Days)
		}
	}
	v.refused(422, "invalid", v.get("/api/v1/assets/"+a.ID+"/days?days=0"))
}

func TestDaysOf(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	to := func(s wardround.State, t time.Time) *wardround.Transition { return &wardround.Transition{To: s, At: t} }
	for name, x := range map[string]struct {
		changes []*wardround.Transition
		want    string
	}{
		"nothing written down": {nil, "none none none pass pass"},
		"fixed within a day":   {[]*wardround.Transition{to(wardround.Fail, at(7, 9)), to(wardround.Pass, at(7, 10))}, "none fail pass pass pass"},
		"from before":          {[]*wardround.Transition{to(wardround.Fail, at(1, 9)), to(wardround.Pass, at(8, 10))}, "fail fail fail pass pass"},
		"long ago":             {[]*wardround.Transition{to(wardround.Fail, at(1, 9)), to(wardround.Unknown, at(2, 10))}, "unknown unknown unknown unknown unknown"},
	} {
		var got []string
		for _, d := range daysOf(x.changes, &wardround.Verdict{State: wardround.Pass, Since: at(9, 1)}, now, 5) {
			got = append(got, d.State)
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, " "), x.want)
		}
	}
}
