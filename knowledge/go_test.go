package knowledge_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

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

func TestPairs(t *testing.T) {
	start := time.Now()
	rows := goEntries(t)
	t.Log("read", time.Since(start))
	start = time.Now()
	b := knowledge.New(knowledge.Options{})
	d := b.Put(knowledge.Feed{Name: "go", Kind: "osv", Complete: true}, rows)
	t.Log("put", time.Since(start), len(d.Packages), len(d.Vulnerabilities), d.New)
	comps := goComponents(t, "go-10000.cdx.json")
	for range 3 {
		start = time.Now()
		var ids []knowledge.Identity
		for i := range comps {
			id, why := knowledge.Identify(&comps[i])
			if why != "" {
				t.Fatal(why)
			}
			ids = append(ids, id)
		}
		t.Log("identify", time.Since(start))
		start = time.Now()
		pairs, all := 0, 0
		for i := range ids {
			_ = b.Match(&ids[i], func(h *knowledge.Hit) {
				all++
				if h.State == wardround.Fail {
					pairs++
				}
			})
		}
		t.Log("match", time.Since(start), pairs, all)
	}
}
