package knowledge_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/knowledge"
)

func record(id string, aliases ...string) *advisory.Record {
	return &advisory.Record{ID: id, Aliases: aliases, Affected: []advisory.Affected{affects("npm", "a", since("0"))}}
}

// What is called what: the oldest CVE, else the GHSA, else the first; related and
// upstream ids say nothing.
func TestNames(t *testing.T) {
	ubuntu := record("UBUNTU-1")
	ubuntu.Upstream, ubuntu.Related = []string{"CVE-2020-0001"}, []string{"CVE-2020-0001"}
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f"}, entries(
		record("GO-1", "CVE-2021-10000", "GHSA-aaaa"), record("PYSEC-1", "GHSA-aaaa", "CVE-2021-9999"),
		record("RUSTSEC-1", "GHSA-bbbb"), record("MAL-2"), ubuntu, record("CVE-2020-0001"),
	))
	for id, want := range map[string]string{"GO-1": "CVE-2021-9999", "CVE-2021-10000": "CVE-2021-9999", "RUSTSEC-1": "GHSA-bbbb",
		"MAL-2": "MAL-2", "UBUNTU-1": "UBUNTU-1", "CVE-2020-0001": "CVE-2020-0001", "CVE-1999-0001": "CVE-1999-0001"} {
		if got := b.Folded(id); got != want {
			t.Errorf("%s is called %s, not %s", id, got, want)
		}
	}
	v, _ := b.Vulnerability("PYSEC-1")
	if diff := cmp.Diff([]string{"CVE-2021-10000", "GHSA-aaaa", "GO-1", "PYSEC-1"}, v.Aliases); diff != "" {
		t.Error(diff)
	}
}

// An alias that joins two vulnerabilities, and goes again: the delta says which.
func TestMergeAndSplit(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f"}, entries(record("CVE-2020-0001"), record("CVE-2021-0001"), record("OTHER-1")))
	d := b.Put(knowledge.Feed{Name: "g"}, entries(record("X-1", "CVE-2020-0001", "CVE-2021-0001")))
	if diff := cmp.Diff(map[string][]string{"CVE-2021-0001": {"CVE-2020-0001"}}, d.Renamed); diff != "" {
		t.Error("merged", diff)
	}
	if slices.Contains(d.Vulnerabilities, "OTHER-1") {
		t.Error("a group that nothing happened to was named")
	}
	d = b.Put(knowledge.Feed{Name: "g"}, entries(record("X-1", "CVE-2021-0001")))
	if diff := cmp.Diff(map[string][]string{"CVE-2020-0001": {"CVE-2020-0001", "CVE-2021-0001"}}, d.Renamed); diff != "" {
		t.Error("split", diff)
	}
}

// The same id from two feeds is one vulnerability with two records; each feed takes
// back its own only.
func TestSameIDTwice(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f", Complete: true}, entries(record("CVE-2020-0001")))
	b.Put(knowledge.Feed{Name: "g", Complete: true}, entries(record("CVE-2020-0001")))
	if v, _ := b.Vulnerability("CVE-2020-0001"); len(v.Records) != 2 {
		t.Errorf("%+v", v)
	}
	if d := b.Put(knowledge.Feed{Name: "f", Complete: true}, nil); d.Gone != 1 || len(d.Renamed) != 0 {
		t.Errorf("%+v", d)
	}
	if v, ok := b.Vulnerability("CVE-2020-0001"); !ok || len(v.Records) != 1 {
		t.Errorf("%+v", v)
	}
}

// A chain of a hundred thousand aliases would make one vulnerability of all that
// stands in it: its records stand alone, and changing one of them still is quick.
func TestAliasChain(t *testing.T) {
	const n = 100_000
	rows := make([]knowledge.Entry, n)
	for i := range rows {
		rows[i].Record = record(fmt.Sprintf("X-%06d", i), fmt.Sprintf("X-%06d", i+1))
	}
	b := knowledge.New(knowledge.Options{})
	start := time.Now()
	b.Put(knowledge.Feed{Name: "f"}, rows)
	if took := time.Since(start); took > 10*time.Second {
		t.Error("folding took", took)
	}
	if got := b.Folded("X-050000"); got != "X-050000" {
		t.Error("folded into", got)
	}
	start = time.Now()
	b.Put(knowledge.Feed{Name: "f"}, entries(record("X-050000"))) // cut in two
	if took := time.Since(start); took > 5*time.Second {
		t.Error("cutting it took", took)
	}
	b.Put(knowledge.Feed{Name: "f"}, entries(record("X-000010"))) // the first ten are few enough
	if got := b.Folded("X-000009"); got != "X-000000" {
		t.Error("a short chain is not folded:", got)
	}
}

// A clock in the future is told, and does not make the feed look newer than it is;
// what nobody can be found by is counted.
func TestClockAhead(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	r := record("CVE-2020-0001")
	r.Modified = at.AddDate(50, 0, 0)
	r.Affected = append(r.Affected, advisory.Affected{CPE: &advisory.CPE{Match: "no name", Vulnerable: true}})
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f", Kind: "osv", At: at}, entries(r))
	want := []knowledge.Feed{{Name: "f", Kind: "osv", At: at, Records: 1, Newest: at, Ahead: 1, Unfiled: 1, Ecosystems: []string{"npm"}}}
	if diff := cmp.Diff(want, b.Feeds()); diff != "" {
		t.Error(diff)
	}
}

// A record with a million events takes no time of it, and no answer either.
func TestMillionEvents(t *testing.T) {
	r := &advisory.Record{ID: "X-1", Affected: []advisory.Affected{affects("npm", "a")}}
	for i := range 500_000 {
		v := fmt.Sprintf("%d.0.0", i)
		r.Affected[0].Ranges[0].Events = append(r.Affected[0].Ranges[0].Events, since(v), until(v+"-1"))
	}
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "f"}, entries(r, record("X-2")))
	start := time.Now()
	got := map[string]knowledge.Reason{}
	id := knowledge.Identity{Package: knowledge.Package{Ecosystem: "npm", Name: "a", Version: "7.0.0"}}
	if err := b.Match(&id, func(h *knowledge.Hit) { got[h.Vulnerability] = h.Reason }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]knowledge.Reason{"X-1": knowledge.UnreadRange, "X-2": knowledge.InRange}, got); diff != "" {
		t.Error(diff)
	}
	if took := time.Since(start); took > time.Second {
		t.Error("matching took", took)
	}
}
