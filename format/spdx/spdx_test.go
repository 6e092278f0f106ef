package spdx

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
)

func decode(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Decode(strings.NewReader(text), sbom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// examples opens the documents of the SPDX project's own examples.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(testkit.Data(t, "spdx/spdx-examples.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string][]byte{}
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
		out[f.Name] = b
	}
	return out
}

// Every example of the SPDX project can be read, and nothing in it is lost to a
// problem that is not on the list.
func TestEveryExampleIsRead(t *testing.T) {
	docs := examples(t)
	if len(docs) != 44 {
		t.Fatalf("%d documents, want 44", len(docs))
	}
	known := map[string]bool{"reversed-link": true, "several-roots": true, "foreign-relationship": true}
	for name, b := range docs {
		d, err := Decode(strings.NewReader(string(b)), sbom.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s := d.SBOM
		if s.Format != "SPDX" || s.Version == "" || s.Created.IsZero() || len(s.Authors) == 0 || len(s.Components) == 0 {
			t.Errorf("%s: version %q, created %v, authors %v, %d components", name, s.Version, s.Created, s.Authors, len(s.Components))
		}
		if s.Root < 0 && len(s.Described) == 0 {
			t.Errorf("%s: describes nothing", name)
		}
		for _, p := range s.Problems {
			if !known[p.Code] {
				t.Errorf("%s: %+v", name, p)
			}
		}
		for i, c := range s.Components {
			if c.Name == "" || c.Ref == "" || c.Parent >= len(s.Components) || c.Parent == i {
				t.Errorf("%s: component %d: %+v", name, i, c)
			}
		}
	}
}

// shape is what both forms of a document must agree on: components by name,
// version and package URL, what is part of what, and the relations. The scope of a
// relation is compared where exact is set: one pair was enriched by hand.
func shape(d sbom.Document, exact bool) []string {
	aside := map[int]bool{} // SPDX 3 makes the archive of a package a file of its own
	for _, r := range d.Relations {
		if r.Kind == sbom.DistributedAs {
			aside[r.To] = true
		}
	}
	key := func(i int) string {
		c := d.Components[i]
		return fmt.Sprintf("%s %s@%s %s", c.Type, c.Name, c.Version, c.PURL)
	}
	var out []string
	for i, c := range d.Components {
		if aside[i] {
			continue
		}
		out = append(out, "component "+key(i))
		if exact {
			slices.SortFunc(c.Hashes, func(a, b sbom.Hash) int { return strings.Compare(a.Algorithm, b.Algorithm) })
			licences := strings.FieldsFunc(strings.Join(c.Licences, " "), func(r rune) bool { return strings.ContainsRune(" ()", r) })
			slices.Sort(licences) // the converter reorders the members of a set
			out = append(out, "detail "+key(i)+fmt.Sprint(c.Hashes, licences, c.Scope, c.Supplier, c.Manufacturer, c.Author))
		}
		if c.Parent >= 0 {
			out = append(out, "part "+key(i)+" of "+key(c.Parent))
		}
	}
	for _, r := range d.Relations {
		if !exact {
			r.Scope = ""
		}
		if r.Kind != sbom.DistributedAs {
			out = append(out, fmt.Sprintf("%s %s %s %s", key(r.From), r.Kind, r.Scope, key(r.To)))
		}
	}
	if d.Root >= 0 {
		out = append(out, "root "+key(d.Root))
	}
	slices.Sort(out)
	return out
}

// Where the examples have a document in SPDX 2 and 3, both give the same packages
// and relationships.
func TestBothFormsAgree(t *testing.T) {
	docs := examples(t)
	pairs := [][2]string{
		{"software/example8/spdx2.3/examplemaven-0.0.1.spdx.json", "software/example8/spdx3.0/examplemaven-0.0.1.spdx3.json"},
		{"software/example9/spdx2.2/appbomination.spdx.json", "software/example9/spdx3.0/appbomination.spdx3.json"},
		{"software/example10/spdx2.3/hello-source.spdx.json", "software/example10/spdx3.0/hello-source.spdx3.json"},
		{"software/example11/spdx2.3/sbom.spdx.json", "software/example11/spdx3.0/sbom.spdx3.json"},
		{"software/example12/spdx2.2/hello-dist.spdx.json", "software/example12/spdx3.0/hello-dist.spdx3.json"},
		{"software/example12/spdx2.2/hello-src.spdx.json", "software/example12/spdx3.0/hello-src.spdx3.json"},
		{"software/example14/content/examplemaven-0.0.1.spdx.json", "software/example14/content/examplemaven-0.0.1.spdx3.json"},
		{"software/example14/spdx2.3/examplemaven-0.0.1-enriched.spdx.json", "software/example14/spdx3.0/examplemaven-0.0.1-enriched.spdx3.json"},
	}
	// Example 7 is left out: its 3.0 form was written anew, with two third-party
	// modules in place of three and other names.
	for _, p := range pairs {
		t.Run(p[0], func(t *testing.T) {
			a, b := docs[p[0]], docs[p[1]]
			if a == nil || b == nil {
				t.Fatal("not there")
			}
			// The 3.0 form of example 11 has no checksums for packages and adds scopes.
			exact := !strings.Contains(p[0], "example11")
			if diff := cmp.Diff(shape(decode(t, string(a)).SBOM, exact), shape(decode(t, string(b)).SBOM, exact)); diff != "" {
				t.Errorf("2.x to 3.0:\n%s", diff)
			}
		})
	}
}

// Models and data sets keep their kind, and what a model was trained on.
func TestModelsAndDatasets(t *testing.T) {
	root := testkit.Data(t, "models/mlbom/spdx3")
	var models, data, trained, files int
	err := filepath.WalkDir(root, func(p string, e os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".json") {
			return err
		}
		files++
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		d := decode(t, string(b)).SBOM
		for _, c := range d.Components {
			switch c.Type {
			case sbom.Model:
				models++
			case sbom.Data:
				data++
			}
		}
		for _, r := range d.Relations {
			if r.Kind == sbom.TrainedOn {
				if d.Components[r.From].Type != sbom.Model {
					t.Errorf("%s: %s was trained", p, d.Components[r.From].Name)
				}
				trained++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 || models == 0 || data == 0 || trained == 0 {
		t.Errorf("%d files: %d models, %d data sets, %d trainings", files, models, data, trained)
	}
}
