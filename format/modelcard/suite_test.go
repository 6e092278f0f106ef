package modelcard_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/spdx"
	"github.com/wardround/wardround/internal/testkit"
)

func suite(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "models", "mlbom")
	var out []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "spdx3") {
			out = append(out, path)
		}
		return nil
	})
	if len(out) != 14 {
		testkit.Missing(t, "the 14 CycloneDX files of ../shared/data/models/mlbom; there are %d", len(out))
	}
	return out
}

func read(t *testing.T, path string) *modelcard.Document {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return d
}

// content compares what is said, not where it was read.
var content = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(modelcard.Card{}, "Lost"), cmpopts.IgnoreFields(modelcard.Document{}, "Version", "Format", "Serial", "Created", "Root", "Tool", "Author", "Lost")}

// TestSuiteRoundTrip: what a published file says is still said after it was written
// anew, in each version that can hold it, as JSON and as XML, and what is written is
// valid by the schema.
func TestSuiteRoundTrip(t *testing.T) {
	t.Parallel()
	for _, path := range suite(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			want := read(t, path)
			if len(want.Lost) > 0 {
				t.Errorf("lost on reading: %q", want.Lost)
			}
			if len(want.Cards)+len(want.Parts) == 0 {
				t.Fatal("nothing was read")
			}
			for _, version := range modelcard.Versions {
				for form, write := range map[string]func(io.Writer, string) ([]string, error){"json": want.CycloneDX, "xml": want.CycloneDXXML} {
					var b bytes.Buffer
					lost, err := write(&b, version)
					if err != nil {
						t.Fatal(err)
					}
					for _, v := range cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}) {
						t.Errorf("%s %s: %s", version, form, v)
					}
					// 1.5 has no place for energy, and its XML for one set of data.
					less := version == "1.5" && (strings.Contains(path, "considerations-env") || strings.Contains(path, "component-data") && form == "xml")
					if less != (len(lost) > 0) {
						t.Errorf("%s %s: lost %q", version, form, lost)
					}
					got, err := modelcard.Read(&b, modelcard.Limits{})
					if err != nil {
						t.Fatal(err)
					}
					if less {
						continue // and it was said
					}
					if diff := cmp.Diff(want, got, content); diff != "" {
						t.Errorf("%s %s: (-read +read again)\n%.2000s", version, form, diff)
					}
				}
			}
		})
	}
}

// TestSuiteFormsAgree: the JSON and the XML form of a published file say the same.
func TestSuiteFormsAgree(t *testing.T) {
	t.Parallel()
	n := 0
	for _, path := range suite(t) {
		if !strings.HasSuffix(path, ".json") {
			continue
		}
		n++
		a, b := read(t, path), read(t, strings.TrimSuffix(path, ".json")+".xml")
		if strings.HasSuffix(path, "1.5.json") { // the published pair differs in three places
			x, y := a.Cards[0], b.Cards[0]
			if x.Publisher != "" || y.Publisher != "Acme Inc" || x.Outputs[0].Format != "byte[]" || y.Outputs[0].Format != "string" || x.Limitations[0] == y.Limitations[0] {
				t.Error("the pair of 1.5 does not differ as it was published")
			}
			x.Publisher, x.Outputs, x.Limitations = y.Publisher, y.Outputs, y.Limitations
		}
		if diff := cmp.Diff(a, b, content); diff != "" {
			t.Errorf("%s: (-JSON +XML)\n%.2000s", path, diff)
		}
	}
	if n != 7 {
		t.Errorf("%d pairs; there are 7", n)
	}
}

// examples are the SPDX 3 documents with an AI or dataset profile.
func examples(t *testing.T) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("..", "..", "..", "shared", "data", "spdx", "spdx-examples.zip"))
	if err != nil {
		testkit.Missing(t, "../shared/data/spdx/spdx-examples.zip: %v", err)
	}
	defer z.Close()
	out := map[string][]byte{}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") || !strings.HasPrefix(f.Name, "ai/") && !strings.HasPrefix(f.Name, "dataset/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = b
	}
	if len(out) != 3 {
		t.Fatalf("%d examples; there are 3", len(out))
	}
	return out
}

func TestSPDXExamples(t *testing.T) {
	t.Parallel()
	want := map[string]struct{ cards, datasets, parts int }{
		"ai/example01/spdx3.0/simplehtr-example.json":    {2, 4, 0},
		"ai/example02/spdx3.0/sbom.spdx3.json":           {1, 3, 1},
		"dataset/example01/spdx3.0/example01.spdx3.json": {0, 0, 1},
	}
	for name, b := range examples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, c := range d.Cards {
				n += len(c.Datasets)
				if len(c.Lost) > 0 {
					t.Errorf("%s: lost %q", c.Name, c.Lost)
				}
			}
			if w := want[name]; len(d.Cards) != w.cards || n != w.datasets || len(d.Parts) != w.parts {
				t.Errorf("%d cards, %d datasets, %d parts, lost %q; want %+v", len(d.Cards), n, len(d.Parts), d.Lost, w)
			}
			// One id of the published example stands twice.
			if want := strings.Contains(name, "simplehtr"); want != (len(d.Lost) > 0) {
				t.Errorf("lost %q", d.Lost)
			}
			var again bytes.Buffer
			lost, err := d.SPDX(&again)
			if err != nil || len(lost) > 0 {
				t.Fatalf("%v, lost %q", err, lost)
			}
			if doc, err := spdx.Decode(bytes.NewReader(again.Bytes()), sbom.Limits{}); err != nil || len(doc.SBOM.Problems) > max(0, len(d.Cards)-1) { // two models have no one root
				t.Errorf("our own reader of SPDX: %v, %v", err, doc.SBOM.Problems)
			}
			got, err := modelcard.ReadSPDX(&again, modelcard.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			refs := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Ref" }, cmp.Ignore())
			if diff := cmp.Diff(d, got, content, refs); diff != "" {
				t.Errorf("(-read +read again)\n%.3000s", diff)
			}
		})
	}
}
