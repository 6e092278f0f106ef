package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sim"
)

// reads are all that can be read of a ward, with what is in it.
func (w *ward) reads(v *visitor) (paths []string) {
	w.t.Helper()
	ids := map[string][]string{}
	take := func(path string) {
		var p Page[struct {
			ID    string
			Index *uint64
			Seq   *uint64
		}]
		w := v.get(path + "?limit=500")
		if w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &p) != nil {
			return
		}
		for _, x := range p.Items {
			switch {
			case x.Index != nil:
				ids[path] = append(ids[path], fmt.Sprint(*x.Index))
			case x.ID != "":
				ids[path] = append(ids[path], url.PathEscape(x.ID))
			case x.Seq != nil:
				ids[path] = append(ids[path], fmt.Sprint(*x.Seq))
			}
		}
	}
	for _, rt := range routes {
		if rt.Method == GET && !strings.Contains(rt.Path, "{") {
			take(rt.Path)
		}
	}
	for _, rt := range routes {
		if rt.Method != GET || rt.ID == "stream-events" || strings.HasPrefix(rt.Path, "/auth/") {
			continue
		}
		list, rest, has := strings.Cut(rt.Path, "/{")
		if !has {
			paths = append(paths, rt.Path)
			if strings.HasPrefix(rt.ID, "list-") {
				paths = append(paths, rt.Path+"?format=csv", rt.Path+"?format=ndjson")
			}
			continue
		}
		_, rest, _ = strings.Cut(rest, "}")
		all := ids[list]
		if len(all) > 100 {
			all = slices.Concat(all[:50], all[len(all)-50:])
		}
		for _, id := range all {
			paths = append(paths, list+"/"+id+rest)
		}
	}
	return paths
}

// everybody may see everything: who holds all roles.
func (w *ward) everybody() *visitor {
	var all []account.Grant
	for _, r := range account.Roles {
		all = append(all, account.Grant{Role: r, Site: "*", Product: "*"})
	}
	return w.person(all...)
}

// What names a patient was in every packet, and is in no answer, whatever is asked.
func TestNoAnswerNamesAPatient(t *testing.T) {
	w := busyWard(t)
	w.running()
	v := w.everybody()
	canaries := sim.Canaries(seed)
	asked := 0
	look := func(what string, rsp *httptest.ResponseRecorder) {
		if rsp.Code != 200 {
			return
		}
		asked++
		text := strings.ToLower(rsp.Body.String())
		for _, c := range canaries {
			if strings.Contains(text, strings.ToLower(c)) {
				t.Errorf("%s names a patient: %s", what, c)
			}
		}
	}
	for _, path := range w.reads(v) {
		w.pass(10 * time.Millisecond) // nobody asks so fast
		look(path, v.get(path))
	}
	look("the export", v.send(POST, "/api/v1/evidence/export", map[string]any{}))
	if asked < 200 {
		t.Errorf("only %d answers were looked at", asked)
	}
	s := v.stream(w.door(false), "")
	for range 3 {
		e, _ := s.next()
		b, err := json.Marshal(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range canaries {
			if strings.Contains(strings.ToLower(string(b)), strings.ToLower(c)) {
				t.Errorf("the stream names a patient: %s", c)
			}
		}
	}
}

// A device may call itself what it likes: it is text in JSON and no formula in CSV.
func TestNamesAreText(t *testing.T) {
	const evil = `=HYPERLINK("http://x")<script>alert(1)</script>`
	w := busyWard(t)
	sec := w.role(account.Security)
	f := sec.one(func(f findingRow) bool { return strings.HasPrefix(f.Subject, "asset:") })
	if err := w.say(t.Context(), &kind.InventorySaidV1{Act: "set", Asset: wardround.AssetID(f.Asset), Set: map[string]string{"name": evil, "ward": "@SUM(A1)"}, By: "root"}); err != nil {
		t.Fatal(err)
	}
	rsp := sec.get("/api/v1/findings?limit=500&asset=" + f.Asset)
	if !strings.HasPrefix(rsp.Header().Get("Content-Type"), "application/json") || rsp.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", rsp.Header())
	}
	var p Page[struct {
		AssetName string `json:"asset_name"`
		Ward      string
	}]
	sec.read(rsp, &p)
	if len(p.Items) == 0 || p.Items[0].AssetName != evil {
		t.Fatalf("%+v", p.Items)
	}
	for _, path := range []string{"findings", "cases", "observations", "assets"} {
		records, err := csv.NewReader(sec.get("/api/v1/" + path + "?format=csv&limit=500").Body).ReadAll()
		if err != nil || len(records) < 2 {
			t.Fatalf("%s: %d records, %v", path, len(records), err)
		}
		for _, r := range records[1:] {
			for i, cell := range r {
				if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) {
					t.Errorf("%s, %s: %q is a formula", path, records[0][i], cell)
				}
			}
		}
	}
	if body := sec.get("/api/v1/findings?format=csv&limit=500&asset=" + f.Asset).Body.String(); !strings.Contains(body, `'=HYPERLINK`) {
		t.Error("the name is not there, or not marked as text")
	}
}
