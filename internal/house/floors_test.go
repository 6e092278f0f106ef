package house

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

const module = "github.com/wardround/wardround"

// goFiles calls fn with every Go file of the product, tests and tools left out.
func goFiles(t *testing.T, fn func(path string, f *ast.File)) {
	t.Helper()
	root := testkit.Root(t)
	n := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		if d.IsDir() {
			if name := d.Name(); name != "." && (strings.HasPrefix(name, ".") || name == "testdata" || rel == "tools" || name == "node_modules") && p != root {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		n++
		fn(filepath.ToSlash(rel), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 {
		t.Fatalf("only %d files were looked at", n)
	}
}

func imports(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

// local returns the path of an import within the module, "." for its root.
func local(imp string) (string, bool) {
	if imp == module {
		return ".", true
	}
	return strings.CutPrefix(imp, module+"/")
}

// TestFloors: who may import whom.
func TestFloors(t *testing.T) {
	adapters := []string{"sqlite", "filelog", "memlog", "memstore", "blob", "datadir"}
	engines := []string{"knowledge", "portfolio", "vex", "product", "priority", "gate", "exchange", "publication", "model", "behaviour"}
	goFiles(t, func(path string, f *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		top, _, _ := strings.Cut(dir, "/")
		if f.Name.Name == "main" && dir != "cmd/wardround" {
			return // generators
		}
		for _, imp := range imports(f) {
			l, ours := local(imp)
			ltop, _, _ := strings.Cut(l, "/")
			std := !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".")
			deny := func(why string) { t.Errorf("%s imports %s: %s", path, imp, why) }
			switch {
			case dir == "." && !std:
				deny("the root imports the standard library only")
			case (top == "format" || top == "stat") && ours && ltop != "format" && ltop != "stat":
				deny("format and stat know nothing of the root package")
			case top == "kind" && ours && l != ".":
				deny("kind stands on the root only")
			case top == "check" && ours && l != "." && ltop != "kind":
				deny("check stands on the root and kind")
			case top == "checks" && ours && (slices.Contains(adapters, ltop) || ltop == "pipeline" || ltop == "sense" || ltop == "cmd" || ltop == "api"):
				deny("a check imports no adapter, sensor or pipeline")
			case top == "checks" && (imp == "os" || imp == "net" || imp == "net/http" || imp == "os/exec" || imp == "math/rand" || imp == "math/rand/v2" || imp == "crypto/rand"):
				deny("a check does no I/O and draws no lots")
			case slices.Contains(adapters, top) && ours && (ltop == "check" || ltop == "checks"):
				deny("an adapter imports no check")
			case top == "sense" && ours && (ltop == "inventory" || ltop == "check" || ltop == "checks" || slices.Contains(adapters, ltop)):
				deny("sensors never judge and don't know assets")
			case slices.Contains(engines, top) && ours && (slices.Contains(adapters, ltop) || slices.Contains([]string{"api", "account", "board", "live", "notify", "pipeline", "sense", "checks", "inventory"}, ltop)):
				deny("an engine of the portfolio stands on formats, the nouns, kind and check: neither on who asks it nor on where things are stored")
			case top == "sense" && ours && slices.Contains(engines, ltop) && ltop != "knowledge":
				deny("a sensor hands over rows in knowledge's words and asks nothing of them")
			case top == "account" && ours && ltop != "account" && l != ".":
				deny("people stand on the root only")
			case (top == "board" || top == "live" || top == "notify") && ours && (ltop == "api" || ltop == "account" || ltop == "pipeline" || ltop == "sense" || slices.Contains(adapters, ltop)):
				deny("a projection knows neither the API nor where things are stored")
			case top == "api" && ours && (ltop == "format" || ltop == "sense" || slices.Contains(adapters, ltop)):
				deny("api decodes no protocol and knows no adapter")
			case ours && ltop == "cmd":
				deny("nothing imports a command")
			}
		}
		if top == "checks" || top == "check" || top == "kind" || top == "format" || dir == "." || top == "pipeline" || top == "inventory" || top == "behaviour" {
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until") {
					t.Errorf("%s calls time.%s: the clock is injected", path, sel.Sel.Name)
				}
				return true
			})
		}
	})
}

// TestPanicsAndNames: no package is named after what it is not.
func TestNoCatchAllPackages(t *testing.T) {
	goFiles(t, func(path string, f *ast.File) {
		switch f.Name.Name {
		case "util", "utils", "common", "helper", "helpers", "manager", "data", "misc":
			t.Errorf("%s: package %s says nothing", path, f.Name.Name)
		}
	})
}

// ours are embedded files and folders that we wrote ourselves.
var ours = []string{"control/catalogue.yaml", "clinical/profiles.yaml", "clinical/profiles.de.yaml", "clinical/profiles.fr.yaml", "checks/*/testdata", "sqlite/migrations", "ledger/readme.txt", "web/dist", "checks/words/de", "checks/words/fr", "checks/words/phrases.yaml", "sqlite/accounts/migrations", "priority/rubric.yaml", "model/example.yaml", "product/brands.yaml", "artefact/rules", "sense/prompt/patterns.yaml", "cmd/wardround/triage"}

var embedLine = regexp.MustCompile(`^//go:embed (.+)$`)

// TestEmbeddedDataIsListed: what the product embeds is ours, or stands in
// docs/third-party-data.md with its digest.
func TestEmbeddedDataIsListed(t *testing.T) {
	root := testkit.Root(t)
	listed, err := os.ReadFile(filepath.Join(root, "docs", "third-party-data.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	goFiles(t, func(path string, f *ast.File) {
		for _, g := range f.Comments {
			for _, c := range g.List {
				m := embedLine.FindStringSubmatch(c.Text)
				if m == nil {
					continue
				}
				for _, pattern := range strings.Fields(m[1]) {
					n++
					rel := filepath.ToSlash(filepath.Join(filepath.Dir(path), strings.TrimPrefix(strings.Trim(pattern, `"`), "all:")))
					if slices.ContainsFunc(ours, func(o string) bool { return rel == o || strings.HasPrefix(rel, o+"/") }) {
						continue
					}
					files := filesOf(t, filepath.Join(root, rel))
					if len(files) == 0 {
						t.Errorf("%s embeds %s, which is neither ours nor there", path, rel)
					}
					for _, file := range files {
						b, err := os.ReadFile(file)
						if err != nil {
							t.Fatal(err)
						}
						sum := sha256.Sum256(b)
						one, _ := filepath.Rel(root, file)
						if !strings.Contains(string(listed), "`"+filepath.ToSlash(one)+"`") || !strings.Contains(string(listed), hex.EncodeToString(sum[:])) {
							t.Errorf("%s embeds %s (%x), which docs/third-party-data.md does not list with this digest", path, one, sum)
						}
					}
				}
			}
		}
	})
	if n < 4 {
		t.Fatalf("only %d embed patterns were found", n)
	}
}

// filesOf lists the files of an embed pattern: a file, a glob, or a folder.
func filesOf(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		err := filepath.WalkDir(p, func(f string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out = append(out, f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestPins: libc is exactly the one that our SQLite was made with.
func TestPins(t *testing.T) {
	f, err := os.Open(filepath.Join(testkit.Root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string]string{"modernc.org/sqlite": "v1.60.1", "modernc.org/libc": "v1.77.1"}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		w := strings.Fields(sc.Text())
		if len(w) >= 2 && want[w[0]] != "" {
			if w[1] != want[w[0]] {
				t.Errorf("%s is %s; the pin is %s (libc must match the one in SQLite's own go.mod)", w[0], w[1], want[w[0]])
			}
			delete(want, w[0])
		}
	}
	for m := range want {
		t.Errorf("go.mod does not name %s", m)
	}
}

// TestDirectDependenciesAreExplained: docs/dependencies.md names each with a reason.
func TestDirectDependenciesAreExplained(t *testing.T) {
	root := testkit.Root(t)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(root, "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		w := strings.Fields(line)
		if len(w) == 2 && strings.HasPrefix(w[1], "v") && strings.Contains(w[0], ".") && !strings.Contains(line, "indirect") {
			if !strings.Contains(string(doc), "`"+w[0]+"`") {
				t.Errorf("docs/dependencies.md does not explain %s", w[0])
			}
		}
	}
}
