package cyclonedx_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
)

func read(t testing.TB, data []byte) *sbom.Document {
	t.Helper()
	doc, err := cyclonedx.Read(bytes.NewReader(data), sbom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestReadsEveryValidFile: every valid file of the specification is read as the
// version it is, and nothing of it is a problem but what is known to be odd in it.
func TestReadsEveryValidFile(t *testing.T) {
	for _, f := range files(t) {
		if !f.valid() {
			continue
		}
		doc, err := cyclonedx.Read(bytes.NewReader(f.data), sbom.Limits{})
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		if doc.Version != f.version {
			t.Errorf("%s: read as version %q", f.name, doc.Version)
		}
		for _, p := range doc.Problems {
			t.Logf("%s: %s %s: %s", f.name, p.Code, p.Where, p.Detail)
		}
	}
}

// differ are files of which the two forms say different things.
var differ = map[string]string{
	"1.7/valid-component-external-with-version.json": "another version of Ubuntu",
	"1.7/valid-cryptography-implementation-1.7.json": "other names and components",
	"1.7/valid-license-choice-1.7.json":              "JSON leaves out the purl",
}

// TestBothFormsAgree: where the specification has a file in both forms, the model
// is the same. Before 1.6 many of the pairs were written independently: there it
// counts those that agree.
func TestBothFormsAgree(t *testing.T) {
	byName := map[string]file{}
	for _, f := range files(t) {
		byName[f.name] = f
	}
	n, early := 0, 0
	for name, f := range byName {
		x, ok := byName[strings.TrimSuffix(name, ".json")+".xml"]
		if !f.valid() || !f.json() || !ok {
			continue
		}
		a, b := read(t, f.data), read(t, x.data)
		a.Problems, b.Problems = nil, nil
		diff := cmp.Diff(a, b)
		if f.version < "1.6" {
			if diff == "" {
				early++
			}
			continue
		}
		if n++; (diff == "") == (differ[name] != "") {
			t.Errorf("%s: JSON -, XML +\n%s", name, diff)
		}
	}
	if n < 100 || early < 60 {
		t.Errorf("%d pairs of 1.6 and 1.7; of earlier ones %d agree", n, early)
	}
	t.Logf("%d pairs of 1.6 and 1.7; of earlier ones %d agree", n, early)
}

// TestRealInventoriesAgree: the JSON and XML form of real inventories have the
// same components.
func TestRealInventoriesAgree(t *testing.T) {
	root := testkit.Data(t, "cyclonedx/bom-examples/SBOM")
	n := 0
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		other := strings.TrimSuffix(name, ".json") + ".xml"
		if err != nil || !strings.HasSuffix(name, ".json") {
			return err
		}
		a, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(other)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		x, y := read(t, a), read(t, b)
		n++
		if strings.HasPrefix(rel, "keycloak") { // its JSON calls the product an application, its XML a library
			y.Components[y.Root].Type = x.Components[x.Root].Type
		}
		if diff := cmp.Diff(identities(x), identities(y)); diff != "" {
			t.Errorf("%s: JSON -, XML +\n%.2000s", rel, diff)
		}
		for _, doc := range []*sbom.Document{x, y} {
			t.Logf("%s: %s, %d components, %d relations, %d problems", rel, doc.Version, len(doc.Components), len(doc.Relations), len(doc.Problems))
			for _, p := range doc.Problems[:min(len(doc.Problems), 4)] {
				t.Logf("  %s %s: %s", p.Code, p.Where, p.Detail)
			}
		}
		return nil
	})
	if err != nil || n < 8 {
		t.Errorf("%d inventories, %v", n, err)
	}
}

func identities(doc *sbom.Document) (out []string) {
	for _, c := range doc.Components {
		out = append(out, strings.Join([]string{string(c.Type), c.Group, c.Name, c.Version, c.PURL, strings.Join(c.CPEs, " ")}, " | "))
	}
	slices.Sort(out)
	return out
}
