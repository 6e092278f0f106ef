package feed

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// Documents as their publishers write them, small.
const (
	osvOne  = `{"schema_version":"1.6.0","id":"GO-2026-0001","modified":"2026-03-01T10:00:00Z","aliases":["CVE-2026-0001"],"affected":[{"package":{"ecosystem":"Go","name":"example.org/pump"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]}`
	osvTwo  = `{"schema_version":"1.6.0","id":"GO-2026-0002","modified":"2026-03-04T10:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"example.org/gateway"},"versions":["v0.1.0"]}]}`
	kevDoc  = `{"title":"t","catalogVersion":"2026.03.01","dateReleased":"2026-03-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"Example","product":"Pump","vulnerabilityName":"n","dateAdded":"2026-02-01","shortDescription":"d","requiredAction":"a","dueDate":"2026-02-22","knownRansomwareCampaignUse":"Unknown","notes":""}]}`
	epssDoc = "#model_version:v2025.03.14,score_date:2026-03-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.97\n"
	eolDoc  = `[{"cycle":"7","releaseDate":"2020-01-01","eol":"2026-12-31","latest":"7.4"}]`
	openVE  = `{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"Example","timestamp":"2026-03-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-2026-0001"},"products":[{"@id":"pkg:golang/example.org/pump@1.1.0"}],"status":"not_affected","justification":"component_not_present"}]}`
)

type member struct{ name, text string }

func zipOf(t testing.TB, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(m.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gz(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

// told is what a batch holds, in short.
func told(b *Batch) string {
	var ids []string
	for _, r := range b.Rows {
		switch {
		case r.Record != nil:
			ids = append(ids, r.Record.ID)
		case r.Exploited != nil:
			ids = append(ids, "kev "+r.Exploited.CVE)
		case r.Score != nil:
			ids = append(ids, "epss "+r.Score.CVE)
		case r.Cycle != nil:
			ids = append(ids, "eol "+r.Cycle.Product+" "+r.Cycle.Cycle)
		}
	}
	slices.Sort(ids)
	s := fmt.Sprintf("%s %s: %s", b.Feed, b.Kind, strings.Join(ids, ", "))
	if n := len(b.Statements); n > 0 {
		s += fmt.Sprintf("; %d vex", n)
	}
	return s
}

// TestImport: what lies in files, folders, zips, zips in zips and gzip is the same.
func TestImport(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"a record":            {"go.json", osvOne, "go osv: GO-2026-0001"},
		"a record a line":     {"go.jsonl", osvOne + "\n" + osvTwo + "\n", "go osv: GO-2026-0001, GO-2026-0002"},
		"a zip":               {"go.zip", zipOf(t, member{"x/1.json", osvOne}, member{"x/2.json", osvTwo}), "go osv: GO-2026-0001, GO-2026-0002"},
		"a zip in a zip":      {"all.zip", zipOf(t, member{"go.zip", zipOf(t, member{"1.json", osvOne})}, member{"kev.json", kevDoc}), "all mixed: GO-2026-0001, kev CVE-2026-0001"},
		"gzip in a zip":       {"all.zip", zipOf(t, member{"scores.csv.gz", gz(t, epssDoc)}), "all epss: epss CVE-2026-0001"},
		"a gzipped zip":       {"all.zip.gz", gz(t, zipOf(t, member{"1.json", osvOne})), "all osv: GO-2026-0001"},
		"scores":              {"epss.csv", epssDoc, "epss epss: epss CVE-2026-0001"},
		"gzipped scores":      {"epss.csv.gz", gz(t, epssDoc), "epss epss: epss CVE-2026-0001"},
		"what is exploited":   {"kev.json", kevDoc, "kev kev: kev CVE-2026-0001"},
		"dates":               {"windows.json", eolDoc, "windows eol: eol windows 7"},
		"statements":          {"vendor.json", openVE, "vendor vex: ; 1 vex"},
		"what stands beside":  {"go.zip", zipOf(t, member{"README.md", "# x"}, member{".hidden", "x"}, member{"1.json", osvOne}, member{"1.json.sha256", "x"}), "go osv: GO-2026-0001"},
		"byte-order mark":     {"go.json", "\xef\xbb\xbf" + osvOne, "go osv: GO-2026-0001"},
		"names that lead out": {"go.zip", zipOf(t, member{"../../../evil.json", osvOne}, member{"/etc/evil.json", osvTwo}), "go osv: GO-2026-0001, GO-2026-0002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			inner := filepath.Join(dir, "a", "b")
			p := put(t, inner, c.file, c.text)
			got, err := Import(t.Context(), []string{p}, ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || told(got[0]) != c.want {
				t.Errorf("%v, want %s", told(got[0]), c.want)
			}
			var files []string
			err = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					files = append(files, p)
				}
				return err
			})
			if err != nil || len(files) != 1 {
				t.Errorf("the import left files: %q (%v)", files, err)
			}
		})
	}
}

// TestImportRows: each row has the digest of its document, and the batch its newest date.
func TestImportRows(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "db/1.json", osvOne)
	put(t, dir, "db/deep/2.json", osvTwo)
	put(t, dir, "db/.git/3.json", "nonsense")
	got, err := Import(t.Context(), []string{filepath.Join(dir, "db")}, ImportOptions{Complete: true})
	if err != nil {
		t.Fatal(err)
	}
	b := got[0]
	if b.Feed != "db" || !b.Complete || b.Documents != 2 || b.Trust != "unsigned" || b.Newest.Format("2006-01-02") != "2026-03-04" {
		t.Errorf("%+v", b)
	}
	for i, doc := range []string{osvOne, osvTwo} {
		if b.Rows[i].Digest != sum([]byte(doc)) {
			t.Errorf("row %d has the digest %s", i, b.Rows[i].Digest)
		}
	}
	for text, want := range map[string]string{kevDoc: "2026-02-01", epssDoc: "2026-03-01"} {
		got, err := Import(t.Context(), []string{put(t, dir, "x.json", text)}, ImportOptions{})
		if err != nil || got[0].Newest.Format("2006-01-02") != want {
			t.Errorf("newest is %v, want %s (%v)", got[0].Newest, want, err)
		}
	}
	// Two paths under one name are one feed; without, each is its own.
	one, two := put(t, dir, "one.json", osvOne), put(t, dir, "two.json", osvTwo)
	for name, want := range map[string][]string{"": {"one osv: GO-2026-0001", "two osv: GO-2026-0002"}, "go": {"go osv: GO-2026-0001, GO-2026-0002"}} {
		got, err := Import(t.Context(), []string{one, two}, ImportOptions{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, b := range got {
			list = append(list, told(b))
		}
		if diff := cmp.Diff(want, list); diff != "" {
			t.Error(diff)
		}
	}
}

// TestRefused: what cannot be read is named with its reason, and all of the import is
// refused; with LeaveOut the rest is taken in.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		limits     Limits
		want       []string // parts of the error
	}{
		"broken off":          {"go.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo[:80]}), Limits{}, []string{"go.zip:2.json", "nothing was taken in"}},
		"a zip broken off":    {"go.zip", zipOf(t, member{"1.json", osvOne})[:200], Limits{}, []string{"go.zip", "zip"}},
		"gzip broken off":     {"epss.csv.gz", gz(t, epssDoc)[:40], Limits{}, []string{"epss.csv.gz", "EOF"}},
		"a catalogue short":   {"kev.json", strings.Replace(kevDoc, `"count":1`, `"count":2`, 1), Limits{}, []string{"kev.json", "2"}},
		"nothing known":       {"x.json", `{"weather":"fine"}`, Limits{}, []string{"x.json", "neither"}},
		"a bill":              {"bom.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}`, Limits{}, []string{"bom.json", "statement"}},
		"empty":               {"x.json", "", Limits{}, []string{"x.json"}},
		"whitespace":          {"x.json.gz", gz(t, strings.Repeat(" ", 1<<20)), Limits{File: 1 << 16}, []string{"x.json.gz", "more than 65536 bytes"}},
		"a bomb":              {"x.zip", zipOf(t, member{"1.json", strings.Repeat(" ", 1<<20)}), Limits{File: 1 << 16}, []string{"x.zip:1.json", "more than 65536 bytes"}},
		"many small ones":     {"x.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo}), Limits{Total: int64(len(osvOne)) + 10}, []string{"x.zip:2.json", "more than"}},
		"too many":            {"x.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo}), Limits{Files: 1}, []string{"x.zip:2.json", "more than 1 documents"}},
		"too many rows":       {"x.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo}), Limits{Rows: 1}, []string{"more than 1 rows"}},
		"too deep":            {"x.zip", zipOf(t, member{"y.zip", zipOf(t, member{"z.zip", zipOf(t, member{"1.json", osvOne})})}), Limits{}, []string{"z.zip", "2 deep"}},
		"only what is beside": {"x.zip", zipOf(t, member{"README.md", "x"}), Limits{}, []string{"holds no document"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := put(t, t.TempDir(), c.file, c.text)
			got, err := Import(t.Context(), []string{p}, ImportOptions{Limits: c.limits})
			if wardround.ErrorCode(err) != wardround.EInvalid || got != nil {
				t.Fatalf("%v, %v", got, err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
			}
		})
	}
}

func TestLeaveOut(t *testing.T) {
	p := put(t, t.TempDir(), "go.zip", zipOf(t, member{"1.json", osvOne}, member{"2.json", osvTwo[:80]}, member{"3.json", "{}"}, member{"4.json", osvTwo}))
	got, err := Import(t.Context(), []string{p}, ImportOptions{LeaveOut: true, Complete: true, Limits: Limits{Refused: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Complete {
		t.Error("what was known of the documents that were left out would be taken back")
	}
	if told(got[0]) != "go osv: GO-2026-0001, GO-2026-0002" {
		t.Error(told(got[0]))
	}
	if r := got[0].Refused; len(r) != 1 || !strings.HasSuffix(r[0].File, "go.zip:2.json") || r[0].Why == "" {
		t.Errorf("%+v", r)
	}
}

func TestNotThere(t *testing.T) {
	_, err := Import(t.Context(), []string{filepath.Join(t.TempDir(), "x")}, ImportOptions{})
	if wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Import(ctx, []string{put(t, t.TempDir(), "go.json", osvOne)}, ImportOptions{}); err == nil {
		t.Error("it went on although nobody waits")
	}
}

// FuzzImport: no file makes the import fall, and what is refused brings nothing.
func FuzzImport(f *testing.F) {
	for _, s := range []string{osvOne, kevDoc, epssDoc, eolDoc, openVE, zipOf(f, member{"1.json", osvOne}), gz(f, epssDoc), zipOf(f, member{"a.zip", zipOf(f, member{"1.json", osvTwo})})} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		in := newImporter(t.Context(), "x", ImportOptions{Limits: Limits{File: 1 << 20, Total: 4 << 20, Files: 100}})
		p := filepath.Join(dir, fmt.Sprint(os.Getpid()))
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := in.path(p); err != nil {
			return
		}
		for i, r := range in.b.Rows {
			if r.Digest == "" {
				t.Errorf("row %d has no digest", i)
			}
		}
	})
}
