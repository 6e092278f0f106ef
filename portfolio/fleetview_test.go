package portfolio

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

// TestQuestionsOfNothing: an empty index raises no question and knows nothing.
func TestQuestionsOfNothing(t *testing.T) {
	ix := New(Options{})
	if q, known := ix.Questions("CVE-2024-3094"); len(q) != 0 || known {
		t.Errorf("%d questions, known %v", len(q), known)
	}
	if p := ix.Products(); len(p) != 0 {
		t.Errorf("%d products", len(p))
	}
}

// TestScope: who sees one maker's line counts, finds and walks nothing of another's,
// and what is hidden is in no count, tree or news.
func TestScope(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	pump, other := release(t, ix, "Pump", "1"), release(t, ix, "Ventilator", "2")
	for i, id := range []wardround.ReleaseID{pump, other} {
		put(t, ix, id, bom(fmt.Sprintf("urn:uuid:%d", i), "image 1", " x/net 1.0", " openssl 1.0"))
	}
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "2"))
	ix.Change(s.put("CVE-2", "pkg:golang/openssl", "2"))
	for ix.Drain().Number != 0 {
	}
	line := Scope{Lines: []string{"pump"}}
	secret := Scope{Hidden: func(v string) bool { return v == "CVE-2" }}
	count := func(sc Scope) (releases, affected, vulnerabilities, news int) {
		sums, err := ix.Summaries(t.Context(), sc)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range sums {
			affected += x.Exposed.Affected
		}
		all, _ := ix.Vulnerabilities(t.Context(), sc)
		fresh, _, _ := ix.NewIn(t.Context(), time.Time{}, 0, sc)
		return len(sums), affected, len(all), len(fresh)
	}
	for name, tc := range map[string]struct {
		sc                                       Scope
		releases, affected, vulnerabilities, new int
	}{"everything": {Scope{}, 2, 4, 2, 2}, "one line": {line, 1, 2, 2, 2}, "a secret": {secret, 2, 2, 1, 1}, "nothing": {Scope{Lines: []string{}}, 0, 0, 0, 0}} {
		if r, a, v, n := count(tc.sc); r != tc.releases || a != tc.affected || v != tc.vulnerabilities || n != tc.new {
			t.Errorf("%s: %d releases, %d affected, %d vulnerabilities, %d news; want %+v", name, r, a, v, n, tc)
		}
	}
	if _, ok := ix.Summary(other, line); ok {
		t.Error("a release of another line is told")
	}
	if _, _, err := ix.TreeIn(other, -1, line); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("its tree: %v", err)
	}
	nodes, _, err := ix.TreeIn(pump, -1, secret)
	if err != nil || len(nodes) != 1 || nodes[0].Affected != 1 {
		t.Errorf("a tree without the secret: %+v, %v", nodes, err)
	}
	if found, all := ix.FindComponents(pump, "openssl", 10, secret); all != 1 || found[0].Affected != 0 || len(found[0].Own) != 0 || !strings.Contains(found[0].Path, "image > ") {
		t.Errorf("found %d: %+v", all, found)
	}
	if found, all := ix.FindComponents(other, "openssl", 10, line); all != 0 {
		t.Errorf("a component of another line: %+v", found)
	}
	res, err := ix.Affected(t.Context(), Query{Vulnerability: "CVE-1", Scope: line})
	if err != nil || res.Affected.Subjects != 1 || res.Share.Releases != 1 {
		t.Errorf("affected of one line: %+v, %v", res, err)
	}
	if res, err := ix.Affected(t.Context(), Query{Vulnerability: "CVE-2", Scope: secret}); err != nil || res.Affected.Subjects != 0 || res.CannotTell.Subjects != 2 || res.Title != "" {
		t.Errorf("asking for a secret: %+v, %v", res, err)
	}
	questions, known := ix.Questions("CVE-1")
	if !known || len(questions) != 2 || questions[0].Component.Name != "x/net" && questions[0].Component.PURL == "" || len(questions[0].Path) == 0 {
		t.Errorf("known %v, questions %+v", known, questions)
	}
	if p := ix.Products(); len(p) != 2 {
		t.Errorf("%d products", len(p))
	}
}
