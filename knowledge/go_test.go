package knowledge_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/knowledge"
)

// goEntries is Go's database.
func goEntries(t testing.TB) []knowledge.Entry {
	t.Helper()
	f, err := os.Open(testkit.Data(t, "advisories/golang-vulndb-osv.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	var out []knowledge.Entry
	err = osv.Archive(f, info.Size(), osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error {
		out = append(out, knowledge.Entry{Record: r})
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// goComponents is a bill of materials of Go modules, generated; by size.
func goComponents(t testing.TB, file string) []sbom.Component {
	t.Helper()
	b, err := os.ReadFile(testkit.Data(t, "sbom/"+file))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components []struct{ Type, Name, Version, PURL string }
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var out []sbom.Component
	for _, c := range doc.Components {
		out = append(out, sbom.Component{Type: sbom.Type(c.Type), Name: c.Name, Version: c.Version, PURL: c.PURL})
	}
	return out
}

func identities(t testing.TB, comps []sbom.Component) []knowledge.Identity {
	t.Helper()
	ids := make([]knowledge.Identity, len(comps))
	for i := range comps {
		var why string
		if ids[i], why = knowledge.Identify(&comps[i]); why != "" {
			t.Fatal(comps[i].PURL, why)
		}
	}
	return ids
}

func matchAll(t testing.TB, b *knowledge.Base, ids []knowledge.Identity) (failing, all int) {
	t.Helper()
	for i := range ids {
		err := b.Match(&ids[i], func(h *knowledge.Hit) {
			all++
			if h.State == wardround.Fail {
				failing++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return failing, all
}
