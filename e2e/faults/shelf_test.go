package faults

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// shelf is a data directory with releases and what is known of their components.
type shelf struct {
	testing.TB
	dir   string
	bills []string // files of bills of materials whose answers are compared
}

// advisories writes an archive of n OSV records, one a package, which are called name-0, name-1, …: fixed is the version that
// mends it. Every seventh is withdrawn when withdrawn is true.
func advisories(t testing.TB, path, name string, n int, fixed string, withdrawn bool) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for i := range n {
		r := map[string]any{
			"id": fmt.Sprintf("OSV-%s-%d", name, i), "aliases": []string{fmt.Sprintf("CVE-%d-%d", 2020+len(name), 10_000+i)}, "modified": "2024-05-01T00:00:00Z",
			"summary": "A hole", "details": strings.Repeat("What can be done with it. ", 20),
			"affected": []any{map[string]any{
				"package": map[string]string{"ecosystem": "npm", "name": fmt.Sprintf("%s-%d", name, i)},
				"ranges":  []any{map[string]any{"type": "SEMVER", "events": []any{map[string]string{"introduced": "0"}, map[string]string{"fixed": fixed}}}},
			}},
		}
		if withdrawn && i%7 == 0 {
			r["withdrawn"] = "2024-06-01T00:00:00Z"
		}
		w, err := z.Create(fmt.Sprintf("%s-%d.json", name, i))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(w).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// bill writes the bill of materials of a product with n components, part-0, part-1, …, of a version.
func bill(t testing.TB, path, product, part string, n int, version string) string {
	t.Helper()
	var parts []any
	for i := range n {
		name := fmt.Sprintf("%s-%d", part, i)
		parts = append(parts, map[string]string{"type": "library", "bom-ref": name, "name": name, "version": version, "purl": "pkg:npm/" + name + "@" + version})
	}
	b, err := json.Marshal(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts,
		"metadata": map[string]any{"component": map[string]string{"type": "device", "bom-ref": "root", "name": product, "version": "1.0"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command on the directory and wants it to end well.
func (s *shelf) run(args ...string) result {
	s.Helper()
	return cli(s, append([]string{"--data", s.dir}, args...)...).want(s, 0)
}

// other writes something that has nothing to do with the portfolio.
func (s *shelf) other() result {
	s.Helper()
	file := filepath.Join(s.TempDir(), "assets.csv")
	if err := os.WriteFile(file, []byte("hostname,ward\nsomebody,ICU\n"), 0o600); err != nil {
		s.Fatal(err)
	}
	return s.run("asset", "import", file)
}

// copyTo is a shelf that holds the same.
func (s *shelf) copyTo(dir string) *shelf {
	s.Helper()
	copyDir(s, s.dir, dir)
	return &shelf{TB: s.TB, dir: dir, bills: s.bills}
}

// known is what a bill of materials is affected by, without times.
func (s *shelf) known(file string) string {
	s.Helper()
	r := cli(s, "--data", s.dir, "--format", "json", "sbom", "check", file)
	if r.code != 0 && r.code != 1 && r.code != 4 {
		s.Fatalf("sbom check: status %d\n%s", r.code, r.stderr)
	}
	var out []string
	for line := range strings.Lines(r.stdout) {
		if !strings.Contains(line, `"type":"summary"`) {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return fmt.Sprintf("status %d, %d rows\n%s", r.code, len(out), strings.Join(out, ""))
}

// judged are the open findings of vulnerabilities, without ids and times.
func (s *shelf) judged() string {
	s.Helper()
	r := s.run("--format", "json", "finding", "list")
	var out []string
	for line := range strings.Lines(r.stdout) {
		var f struct {
			Check, Subject, Item, State, Severity string
			Facts                                 struct{ Component, Fixed, Why any }
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			s.Fatal(err)
		}
		if f.Check == "vulnerability.known" {
			out = append(out, fmt.Sprintf("%s %s %s %s %v %v\n", f.Subject, f.Item, f.State, f.Severity, f.Facts.Component, f.Facts.Fixed))
		}
	}
	slices.Sort(out)
	return fmt.Sprintf("%d findings\n%s", len(out), strings.Join(out, ""))
}

// asked is the answer to a question about releases, without times.
func (s *shelf) asked(what string) string {
	s.Helper()
	r := cli(s, "--data", s.dir, "--format", "json", "affected", what)
	if r.code != 0 && r.code != 4 { // 4: of an asset nobody knows what it is
		s.Fatalf("affected: status %d\n%s", r.code, r.stderr)
	}
	var out []string
	for line := range strings.Lines(r.stdout) {
		if strings.Contains(line, `"type":"place"`) && strings.Contains(line, `"subject":"release:`) {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return what + "\n" + strings.Join(out, "")
}

// answers is everything the directory answers.
func (s *shelf) answers() string {
	s.Helper()
	var b strings.Builder
	for _, file := range s.bills {
		b.WriteString(s.known(file))
	}
	b.WriteString(s.judged())
	for _, what := range []string{"CVE-2024-10001", "CVE-2024-10007", "pkg:npm/part-3 <2.0.0"} {
		b.WriteString(s.asked(what))
	}
	return b.String()
}

// same compares what two directories answer, and shows where they part.
func same(t testing.TB, what, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			t.Errorf("%s: line %d\nwant %.600sgot  %.600s", what, i, w[i], g[i])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", what, len(g), len(w))
}

// stocked makes a shelf: two products, judged by the first edition of a feed.
func stocked(t testing.TB) (s *shelf, folder string) {
	t.Helper()
	folder = t.TempDir()
	s = &shelf{TB: t, dir: filepath.Join(folder, "data")}
	first := advisories(t, filepath.Join(folder, "npm.zip"), "part", 400, "2.0.0", false)
	s.bills = []string{
		bill(t, filepath.Join(folder, "pump.cdx.json"), "Pump", "part", 300, "1.5.0"),
		bill(t, filepath.Join(folder, "monitor.cdx.json"), "Monitor", "part", 200, "2.5.0"),
	}
	s.run("feed", "import", "--name", "npm", first)
	s.run(append([]string{"sbom", "import"}, s.bills...)...)
	return s, folder
}

// took is how long fn takes.
func took(fn func()) time.Duration {
	begun := time.Now()
	fn()
	return time.Since(begun)
}
