package checks

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/control"
	"github.com/wardround/wardround/fixture"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/memstore"
)

var update = flag.Bool("update", false, "write the want sections of the fixtures")

func memory() (wardround.Store, error) { return memstore.New(memstore.Options{}), nil }

// TestFixtures walks the registry: every check has a hit, a miss, a doc, a text
// for people and known controls, and its fixtures give what they say.
func TestFixtures(t *testing.T) {
	all := check.All()
	if len(all) == 0 {
		t.Fatal("no checks are registered")
	}
	for _, c := range all {
		t.Run(c.ID, func(t *testing.T) {
			complete(t, c)
			area, _, _ := strings.Cut(c.ID, ".")
			files, err := filepath.Glob(filepath.Join("*", "testdata", c.ID, "*.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			have := map[string]bool{}
			for _, f := range files {
				have[path.Base(f)] = true
				t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) { run(t, c, f) })
			}
			if !have["hit.txtar"] || !have["miss.txtar"] {
				t.Errorf("checks/…/testdata/%s needs hit.txtar and miss.txtar (area %s); it has %v", c.ID, area, files)
			}
		})
	}
}

func complete(t *testing.T, c *check.Check) {
	t.Helper()
	if len(c.Doc) < 150 {
		t.Errorf("the doc says too little: %q", c.Doc)
	}
	for name, s := range map[string]string{
		"Title": c.Title, "Say.Bedside": c.Say.Bedside, "Say.Security": c.Say.Security, "Say.Dont": c.Say.Dont,
		"Say.Why": c.Say.Why, "Say.Wrong": c.Say.Wrong,
	} {
		if s == "" {
			t.Errorf("%s is empty", name)
		}
		if strings.Contains(s, "might potentially") {
			t.Errorf("%s says \"might potentially\"", name)
		}
	}
	if c.Severity == wardround.SeverityNone {
		t.Error("no base severity")
	}
	if len(c.Controls) == 0 {
		t.Error("no control")
	}
	for _, id := range c.Controls {
		if _, ok := control.Lookup(id); !ok {
			t.Errorf("control %q is not in the catalogue", id)
		}
	}
	for _, k := range c.Watch {
		if kind.Lookup(k) == nil {
			t.Errorf("watches %q, which no schema has", k)
		}
	}
	switch c.Concern {
	case wardround.Security, wardround.Privacy, wardround.Interoperability:
	default:
		t.Errorf("concern %q", c.Concern)
	}
	if c.Stage == "" {
		t.Error("no stage")
	}
}

func run(t *testing.T, c *check.Check, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fx, err := fixture.Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	got, err := fx.Run(t.Context(), c.ID, memory)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	hasFail := strings.Contains("\n"+got, "\nfail ")
	switch filepath.Base(file) {
	case "hit.txtar":
		if !hasFail {
			t.Errorf("%s holds no fail; got:\n%s", file, got)
		}
	case "miss.txtar":
		if hasFail {
			t.Errorf("%s holds a fail; got:\n%s", file, got)
		}
	}
	again, err := fx.Run(t.Context(), c.ID, memory)
	if err != nil || again != got {
		t.Errorf("a second run gave something else (%v):\n%s", err, cmp.Diff(got, again))
	}
	if *update {
		ar := txtar.Parse(b)
		set := false
		for i := range ar.Files {
			if ar.Files[i].Name == "want" {
				ar.Files[i].Data, set = []byte(got), true
			}
		}
		if !set {
			ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got)})
		}
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(fx.Want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
