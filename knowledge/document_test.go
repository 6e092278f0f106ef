package knowledge

import (
	"testing"

	"github.com/wardround/wardround/format/advisory"
)

// TestDocument: the records of a document are found by its name, before and after
// they went into a generation.
func TestDocument(t *testing.T) {
	b := New(Options{})
	rows := []Entry{{Record: &advisory.Record{ID: "CVE-2020-2", Document: "ICSMA-1", Source: "csaf"}}, {Record: &advisory.Record{ID: "CVE-2020-1", Document: "ICSMA-1", Source: "csaf"}},
		{Record: &advisory.Record{ID: "CVE-2020-3", Document: "ICSMA-10", Source: "csaf"}}}
	b.Put(Feed{Name: "cisa", Kind: "csaf"}, rows)
	for range 2 {
		refs := b.Document("ICSMA-1")
		if len(refs) != 2 || refs[0].ID != "CVE-2020-1" || refs[1].Feed != "cisa" {
			t.Errorf("%+v", refs)
		}
		if len(b.Document("ICSMA")) != 0 || len(b.Document("")) != 0 {
			t.Error("a part of a name is a document")
		}
		if err := b.Save(t.TempDir(), 1); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
}
