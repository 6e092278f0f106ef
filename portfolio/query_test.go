package portfolio

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// lists are a result as "name: why" of each list.
func lists3(t *testing.T, ix *Index, q Query) (yes, no, unknown []string) {
	t.Helper()
	r, err := ix.Affected(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(l List) (out []string) {
		if l.Subjects != len(l.Rows) {
			t.Errorf("%d subjects in %d rows", l.Subjects, len(l.Rows))
		}
		for _, x := range l.Rows {
			out = append(out, fmt.Sprintf("%s ×%d: %s", x.Name, x.Instances, x.Why))
		}
		return out
	}
	return rows(r.Affected), rows(r.NotAffected), rows(r.CannotTell)
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// fleet is a portfolio of three pump versions, a monitor without a bill of
// materials, and beds.
func fleet(t *testing.T) (*shelf, *Index) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	ix.At(monday)
	var ids []wardround.ReleaseID
	for _, v := range []string{"1", "2", "3"} {
		ids = append(ids, release(t, ix, "Pump", v))
	}
	put(t, ix, ids[0], bom("a", "linux 6", " x/net 1.0", "?blob 1"))
	put(t, ix, ids[1], bom("b", "linux 6", " x/net 2.0"))
	put(t, ix, ids[2], bom("c", "linux 6"))
	release(t, ix, "Monitor", "9")
	var assets []*wardround.Asset
	for i, r := range []wardround.ReleaseID{ids[0], ids[0], ids[1], ids[2], ""} {
		a := &wardround.Asset{ID: wardround.AssetID(fmt.Sprint("a", i)), Release: r, First: monday, Attributes: map[string]wardround.Attribute{
			wardround.AttrName: {Value: fmt.Sprint("Bed ", i)}, wardround.AttrWard: {Value: []string{"ICU", "A"}[i%2]}}}
		assets = append(assets, a)
	}
	ix.Assets(assets)
	ix.Change(s.put("CVE-1", "pkg:golang/x/net", "1.5"))
	ix.Drain()
	return s, ix
}

func TestAQuestionHasThreeAnswers(t *testing.T) {
	s, ix := fleet(t)
	yes, no, unknown := lists3(t, ix, Query{Vulnerability: "CVE-1"})
	same(t, "affected", yes, "Acme Pump 1 ×2: pkg:golang/x/net@1.0: 1.0 is before 1.5, where it is fixed.")
	if len(no) != 2 || len(unknown) != 2 {
		t.Fatalf("not %q, cannot tell %q", no, unknown)
	}
	for _, x := range no {
		if x != "Acme Pump 2 ×1: pkg:golang/x/net@2.0: 2.0 is fixed (from 1.5)." && x != "Acme Pump 3 ×1: nothing that it is made of is named" {
			t.Error(x)
		}
	}
	for _, x := range unknown {
		if x != "Acme Monitor 9 ×0: no bill of materials" && x != "Bed 4 ×1: it does not say what it is" {
			t.Error(x)
		}
	}
	r, err := ix.Affected(context.Background(), Query{Vulnerability: "CVE-1"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Tally{{"A", 1}, {"ICU", 1}}, r.Affected.Wards); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Share{Releases: 4, WithSBOM: 3, Assets: 5, Seen: 4, Components: 6, Unidentified: 1}, r.Share); d != "" {
		t.Error(d)
	}

	yes, no, _ = lists3(t, ix, Query{Package: "pkg:golang/x/net"})
	if len(yes) != 2 || len(no) != 1 {
		t.Errorf("by package: %q, not %q", yes, no)
	}
	in, err := ParseRange("golang", "<1.5.0")
	if err != nil {
		t.Fatal(err)
	}
	yes, no, _ = lists3(t, ix, Query{Package: "X/Net", Range: in})
	same(t, "by name and range", yes, "Acme Pump 1 ×2: It holds pkg:golang/x/net@1.0.")
	if len(no) != 2 {
		t.Errorf("not %q", no)
	}

	_, _, unknown = lists3(t, ix, Query{Vulnerability: "CVE-404"})
	if len(unknown) != 5 {
		t.Errorf("of what nobody heard of: %q", unknown)
	}
	ix.At(monday.Add(30 * 24 * time.Hour))
	yes, no, unknown = lists3(t, ix, Query{Vulnerability: "CVE-1"})
	if len(yes) != 1 || len(no) != 0 || len(unknown) != 4 {
		t.Errorf("a month later: %q, not %q, cannot tell %q", yes, no, unknown)
	}

	r2 := s.rows["CVE-1"]
	r2.facts.Embargoed = true
	s.rows["CVE-1"] = r2
	if _, err := ix.Affected(context.Background(), Query{Vulnerability: "CVE-1"}); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("embargoed: %v", err)
	}
}

func TestAComponentOfThatNameWithoutAnIdentityCannotBeTold(t *testing.T) {
	s := newShelf()
	ix := New(Options{Knowledge: s})
	ix.At(monday)
	doc := bom("a", "openssl 1.0")
	doc.Components[0].PURL = ""
	doc.Components = append(doc.Components, bom("", "x/net 1.0").Components...)
	put(t, ix, release(t, ix, "Pump", "1"), doc)
	put(t, ix, release(t, ix, "Pump", "2"), bom("b", "x/net 1.0"))
	put(t, ix, release(t, ix, "Pump", "3"), bom("c", "openssl 3.0"))
	ix.Change(s.put("CVE-1", "pkg:golang/openssl", "2"))
	for _, q := range []Query{{Vulnerability: "CVE-1"}, {Package: "pkg:golang/openssl"}} {
		yes, no, unknown := lists3(t, ix, q)
		same(t, "cannot tell", unknown, "Acme Pump 1 ×0: it has a component of that name, and nothing tells which it is")
		if len(yes)+len(no) != 2 {
			t.Errorf("%+v: %q, not %q", q, yes, no)
		}
	}
}

func TestMetricsOfAFleet(t *testing.T) {
	s, ix := fleet(t)
	_ = s
	ix.At(monday.Add(48 * time.Hour))
	id := release(t, ix, "Pump", "1.1")
	put(t, ix, id, bom("d", "linux 6", " x/net 1.7"))
	ix.At(monday.Add(72 * time.Hour))
	ix.Assets([]*wardround.Asset{{ID: "a0", Release: id, First: monday, Attributes: map[string]wardround.Attribute{wardround.AttrSoftware: {Value: "1.1", At: monday.Add(72 * time.Hour)}}}})
	ix.Drain()
	m, err := ix.Metrics(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// Pump 2 and 3 came on Monday as well, so the line had a version without it at once.
	if m.Patch.N != 1 || m.Patch.Max != 0 || m.Instances != 2 || m.Patched != 1 || m.PatchedPercent() != 50 || m.Deployed.Max != 72*time.Hour {
		t.Errorf("%+v", m)
	}
	news, _, err := ix.New(context.Background(), monday.Add(-time.Hour), 10, false)
	if err != nil || len(news) != 1 || news[0].Vulnerability != "CVE-1" || news[0].Assets != 1 {
		t.Errorf("news %+v %v", news, err)
	}
	if news, _, _ := ix.New(context.Background(), monday.Add(time.Hour), 10, false); len(news) != 0 {
		t.Errorf("since Monday: %+v", news)
	}
	r := *ix.Release(id)
	r.SupportEnds = monday.Add(60 * 24 * time.Hour)
	if err := ix.PutRelease(&r); err != nil {
		t.Fatal(err)
	}
	ending, unknown := ix.Support(monday.Add(90 * 24 * time.Hour))
	if len(ending) != 1 || len(unknown) != 4 || ending[0].Instances != 1 {
		t.Errorf("%d end, %d unknown", len(ending), len(unknown))
	}
}
