package knowledge_test

import (
	"slices"
	"testing"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

// A folder holds what OSV, NVD and the CVE list say of one CVE. Each names something
// that the others do not; nothing of it is lost, and it stays one vulnerability. What
// is taken back by its id goes from all of them.
func TestSourcesOfOneIDInOneFeed(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	record := func(source, name string) knowledge.Entry {
		return knowledge.Entry{Record: &advisory.Record{ID: "CVE-2024-1", Source: source, Affected: []advisory.Affected{{
			Package: &advisory.Package{Ecosystem: "npm", Name: name}, Status: advisory.IsAffected,
			Ranges: []advisory.Range{{Kind: advisory.Semver, Events: []advisory.Event{{Introduced: "0"}}}},
		}}}}
	}
	b.Put(knowledge.Feed{Name: "folder"}, []knowledge.Entry{record("osv", "one"), record("nvd", "two"), record("cve5", "three")})
	hits := func() (out []string) {
		for _, name := range []string{"one", "two", "three"} {
			id, _ := knowledge.Identify(&sbom.Component{Name: name, Version: "1.0.0", PURL: "pkg:npm/" + name + "@1.0.0"})
			if err := b.Match(&id, func(h *knowledge.Hit) { out = append(out, name+" "+h.Vulnerability+" "+h.Record.String()) }); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	if got, want := hits(), []string{"one CVE-2024-1 CVE-2024-1", "two CVE-2024-1 CVE-2024-1", "three CVE-2024-1 CVE-2024-1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := b.Feeds()[0].Records; n != 3 {
		t.Errorf("%d records, want 3", n)
	}
	b.Put(knowledge.Feed{Name: "folder"}, []knowledge.Entry{{Gone: "CVE-2024-1"}})
	if got := hits(); got != nil {
		t.Errorf("taken back, and still said: %q", got)
	}
}
