package feed

import (
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestRealFeeds: real databases are read whole.
func TestRealFeeds(t *testing.T) {
	for file, want := range map[string]struct {
		kind      string
		documents int
		rows      int // at least
	}{
		"advisories/golang-vulndb-osv.zip": {"osv", 4291, 4291},
		"advisories/cisa-csaf-medical":     {"csaf", 124, 300},
		"advisories/kev.json":              {"kev", 1, 1404},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got, err := Import(t.Context(), []string{testkit.Data(t, file)}, ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			b := got[0]
			if b.Kind != want.kind || b.Documents != want.documents || len(b.Rows) < want.rows {
				t.Errorf("%s: %d documents, %d rows; want %+v", b.Kind, b.Documents, len(b.Rows), want)
			}
			for i := range b.Rows {
				if b.Rows[i].Digest == "" {
					t.Fatalf("row %d has no digest", i)
				}
			}
		})
	}
}

// TestRealArchive: every advisory of CISA is read in place, unread ranges and all.
func TestRealArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 2,363 documents")
	}
	got, err := Import(t.Context(), []string{testkit.Data(t, "advisories/cisa-csaf.zip")}, ImportOptions{Complete: true})
	if err != nil {
		t.Fatal(err)
	}
	if b := got[0]; b.Documents != 2363 || b.Kind != "csaf" || len(b.Refused) != 0 {
		t.Errorf("%d documents, %s, %v", b.Documents, b.Kind, b.Refused)
	}
}
