package osv_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
)

const github = `{
  "schema_version": "1.4.0", "id": "GHSA-9wx4-h78v-vm56", "modified": "2024-06-10T18:33:51Z", "published": "2024-05-20T21:03:25Z",
  "aliases": ["CVE-2024-35195"], "related": ["CGA-1"], "upstream": ["X-1"], "summary": "A session keeps verify=False", "details": "…",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:H/I:H/A:N"}],
  "affected": [{"package": {"ecosystem": "PyPI", "name": "requests"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.32.0"}]}],
    "database_specific": {"source": "x"}}],
  "references": [{"type": "WEB", "url": "https://example.org"}],
  "database_specific": {"cwe_ids": ["CWE-670"], "severity": "MODERATE", "github_reviewed": true},
  "withdrawn": "2024-07-01T00:00:00.123Z"
}`

func TestDecode(t *testing.T) {
	got, err := osv.Decode([]byte(github), osv.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := &advisory.Record{ID: "GHSA-9wx4-h78v-vm56", Source: "ghsa", Aliases: []string{"CVE-2024-35195"}, Related: []string{"CGA-1"}, Upstream: []string{"X-1"},
		Title: "A session keeps verify=False", Details: "…",
		Modified: time.Date(2024, 6, 10, 18, 33, 51, 0, time.UTC), Published: time.Date(2024, 5, 20, 21, 3, 25, 0, time.UTC),
		Withdrawn: time.Date(2024, 7, 1, 0, 0, 0, 123e6, time.UTC),
		Affected: []advisory.Affected{{Status: advisory.IsAffected, Package: &advisory.Package{Ecosystem: "PyPI", Name: "requests"},
			Ranges: []advisory.Range{{Kind: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "2.32.0"}}}}}},
		Severities: []advisory.Severity{{System: "CVSS:3.1", Vector: "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:H/I:H/A:N"}, {System: "text", Text: "MODERATE", By: "GHSA"}},
		CWEs:       []string{"CWE-670"}, References: []advisory.Reference{{Kind: "WEB", URL: "https://example.org"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What is refused says where; what is merely odd is read.
func TestDecodeRefuses(t *testing.T) {
	many := strings.Repeat(`{"introduced":"1"},`, 300_000)
	for in, want := range map[string]string{
		`{"id":"X-1"`:                     "byte 11",
		`[]`:                              "field : a array",
		`{"id":""}`:                       "no id",
		`{"id":5}`:                        "field id",
		`{"id":"X-1","modified":"today"}`: "field modified",
		`{"id":"X-1","affected":[{"package":{"name":"p"},"ranges":[{"type":"SEMVER","events":[` + many + `{"fixed":"2"}]}]}]}`: "/affected/0",
		strings.Repeat(" ", 17<<20): "bytes",
	} {
		_, err := osv.Decode([]byte(in), osv.Limits{})
		if !errors.Is(err, osv.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v; want %q", in, err, want)
		}
	}
	odd := `{"id":"X-1","affected":[{"package":{"name":"p","ecosystem":"npm"},"ranges":[{"type":"MOON","events":[{"introduced":"0"}]}],"ecosystem_specific":[1]}],"database_specific":7}`
	r, err := osv.Decode([]byte(odd), osv.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if s := osv.Affects(&r.Affected[0], "1.0.0"); s.Reason != osv.Unread {
		t.Errorf("a range of an unknown type: %+v", s)
	}
}

func TestLines(t *testing.T) {
	in := `{"id":"X-1"}` + "\n" + `{"id":""}` + "\n\n" + `{"id":"X-2"} {"id":"X-3"}`
	var ids, bad []string
	read := func(in string, lim osv.Limits) error {
		ids, bad = nil, nil
		return osv.Lines(strings.NewReader(in), lim, func(r *advisory.Record) error { ids = append(ids, r.ID); return nil },
			func(n int, err error) { bad = append(bad, fmt.Sprint(n)) })
	}
	if err := read(in, osv.Limits{}); err != nil || len(ids) != 3 || fmt.Sprint(bad) != "[2]" {
		t.Error(ids, bad, err)
	}
	if err := read(in+"{", osv.Limits{}); err == nil || !strings.Contains(err.Error(), "record 5") {
		t.Error("cut off:", err)
	}
	if err := read(in, osv.Limits{Records: 2}); err == nil {
		t.Error("too many records were read")
	}
	if err := read(strings.Repeat(" ", 1<<20), osv.Limits{Total: 1 << 16}); err == nil {
		t.Error("endless white space was read")
	}
}

func archive(t testing.TB, files map[string]string) (*bytes.Reader, int64) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(text))
	}
	_ = z.Close()
	return bytes.NewReader(b.Bytes()), int64(b.Len())
}

// A zip with bad files is read as far as it is good; a bomb ends it.
func TestArchive(t *testing.T) {
	var ids, bad []string
	read := func(files map[string]string) error {
		ids, bad = nil, nil
		r, n := archive(t, files)
		return osv.Archive(r, n, osv.Limits{}, func(_ string, _ []byte, r *advisory.Record) error { ids = append(ids, r.ID); return nil },
			func(name string, err error) { bad = append(bad, name) })
	}
	if err := read(map[string]string{"a/X-1.json": `{"id":"X-1"}`, "../../X-2.json": `{"id":"X-2"}`, "b.json": "{", "README.md": "x"}); err != nil || len(ids) != 2 || fmt.Sprint(bad) != "[b.json]" {
		t.Error(ids, bad, err)
	}
	if err := read(map[string]string{"a.json": `{"id":"X-1","details":"` + strings.Repeat("a", 8<<20) + `"}`}); err == nil {
		t.Error("a bomb was unpacked")
	}
	if err := osv.Archive(strings.NewReader("no zip"), 6, osv.Limits{}, nil, nil); err == nil {
		t.Error("text was read as a zip")
	}
}

// No record makes the reader or the evaluation fall over, and what is evaluated
// twice says the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(github), "1.0.0")
	f.Add([]byte(`{"id":"GO-1","affected":[{"package":{"name":"stdlib","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.21.9"},{"limit":"2"}]}],"ecosystem_specific":{"imports":[{"path":"net/http","symbols":["Get"]}]}}]}`), "v1.2")
	f.Add([]byte(`{"id":"X","withdrawn":"0001-01-01T00:00:00Z","affected":[{"versions":["1"],"ranges":[{"type":"GIT","repo":"x","events":[{"introduced":"0"}]}]}]}`), "1")
	f.Fuzz(func(t *testing.T, in []byte, v string) {
		r, err := osv.Decode(in, osv.Limits{})
		if err != nil {
			if !errors.Is(err, osv.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for i := range r.Affected {
			a := &r.Affected[i]
			if d := cmp.Diff(osv.Affects(a, v), osv.Affects(a, v)); d != "" {
				t.Fatal(d)
			}
		}
	})
}
