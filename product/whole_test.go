package product

import (
	"archive/zip"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/internal/testkit"
)

// whole is an index of every CISA document, industrial ones too.
func whole(t *testing.T) *Index {
	t.Helper()
	z, err := zip.OpenReader(testkit.Data(t, "advisories/cisa-csaf.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	x, n := NewIndex(), 0
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
		if err != nil {
			continue // a feed
		}
		n++
		for _, rec := range d.Records(csaf.RecordOptions{}) {
			x.Add(rec)
		}
	}
	if n < 2300 || x.Len() < 13000 {
		t.Fatalf("%d documents, %d products", n, x.Len())
	}
	return x
}

// TestAmongAllAdvisories asks with every labelled device against every document at
// once: its own advisory's answer stays what it was alone, and no industrial product
// is taken for a medical device.
func TestAmongAllAdvisories(t *testing.T) {
	x := whole(t)
	t.Logf("%d products; %d statements about products without a name of their own", x.Len(), len(x.Unnamed()))
	var devices, tp, fp, fn int
	for _, file := range []string{"testdata/tuning.tsv", "testdata/triples.tsv", "testdata/fresh.tsv"} {
		for _, c := range triples(t, file) {
			devices++
			ms, more := x.Match(c.device)
			if more {
				t.Errorf("%s:%d: not every product was compared", file, c.line)
			}
			var own []Match
			for _, m := range ms {
				if strings.TrimSpace(m.Ref.Document) == c.advisory {
					own = append(own, m)
				}
				if m.Asserted() && m.Status == Affected && !strings.HasPrefix(m.Ref.Document, "ICSMA") {
					t.Errorf("%s:%d %+v: affected by %s: %s", file, c.line, c.device, m.Ref.Document, m.Reason)
				}
			}
			m, ok := Fold(own)
			switch positive := ok && m.Asserted() && m.Status == Affected; {
			case positive && c.expected == "affected":
				tp++
			case positive:
				fp++
			case c.expected == "affected":
				fn++
			}
		}
	}
	t.Logf("%d devices: %d right, %d wrong, %d missed", devices, tp, fp, fn)
	if 100*fp > 2*(tp+fp) || 100*fn > 5*(tp+fn) {
		t.Error("among all advisories the answers are worse than alone")
	}
}

// TestIndexSurvives: an index that was written and read again answers the same.
func TestIndexSurvives(t *testing.T) {
	x := NewIndex()
	for _, rs := range documents(t, "2020") {
		for _, r := range rs {
			x.Add(r)
		}
	}
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var y Index
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	if x.Len() != y.Len() {
		t.Fatalf("%d products, then %d", x.Len(), y.Len())
	}
	for _, d := range devices {
		a, _ := x.Match(d)
		b, _ := y.Match(d)
		if diff := cmp.Diff(a, b, cmp.AllowUnexported(Match{})); diff != "" {
			t.Errorf("%v: %s", d, diff)
		}
	}
}
