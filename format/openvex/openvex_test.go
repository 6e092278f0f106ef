package openvex

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	govex "github.com/openvex/go-vex/pkg/vex"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/internal/testkit"
)

func decode(t testing.TB, text string) *vex.Document {
	t.Helper()
	d, err := Decode(strings.NewReader(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every OpenVEX document of the upstream library and tutorials is read, and what
// is read is what the upstream library reads.
func TestSuite(t *testing.T) {
	root := testkit.Data(t, "openvex")
	n := 0
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if strings.HasSuffix(path, ".txt") || bytes.Contains(b, []byte(`"category": "csaf`)) || bytes.Contains(b, []byte(`"csaf_version"`)) {
			return nil
		}
		n++
		t.Run(name, func(t *testing.T) {
			got := decode(t, string(b))
			// From YAML go-vex reads no head and only fields whose names are one word.
			read, lean := govex.Open, strings.HasSuffix(path, ".yaml")
			if lean {
				read = govex.OpenYAML
			}
			judge, err := read(path)
			if err != nil {
				t.Fatal(err)
			}
			if (!lean && (got.Author != judge.Author || got.Role != judge.AuthorRole)) || len(got.Statements) != len(judge.Statements) {
				t.Fatalf("%+v", got)
			}
			for i := range judge.Statements {
				want, s := &judge.Statements[i], got.Statements[i]
				if s.Vulnerability != string(want.Vulnerability.Name) || string(s.Status) != string(want.Status) {
					t.Errorf("statement %d: %+v", i, s)
				}
				if lean {
					continue
				}
				if string(s.Justification) != string(want.Justification) || s.Impact != want.ImpactStatement || s.Action != want.ActionStatement || s.Note != want.StatusNotes {
					t.Errorf("statement %d: %+v", i, s)
				}
				if len(s.Products) != len(want.Products) {
					t.Fatalf("statement %d: %d products, want %d", i, len(s.Products), len(want.Products))
				}
				for k, p := range want.Products {
					if s.Products[k].ID != p.ID || len(s.Products[k].Components) != len(p.Subcomponents) || (strings.HasPrefix(p.ID, "pkg:") && s.Products[k].PURL != p.ID) {
						t.Errorf("statement %d, product %d: %+v", i, k, s.Products[k])
					}
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != 13 {
		t.Errorf("%d documents were tried", n)
	}
}

const whole = `{
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://example.org/vex/1",
  "author": "Example Ltd <security@example.org>", "role": "vendor",
  "timestamp": "2026-01-08T18:02:03-06:00", "last_updated": "2026-02-01T00:00:00Z", "version": 3, "tooling": "x",
  "statements": [
    {"@id": "https://example.org/vex/1#a", "vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-1", "name": "CVE-2026-1", "aliases": ["GHSA-1", "CVE-2026-1"]},
     "timestamp": "2026-01-09T00:00:00Z", "supplier": "Example Ltd", "status": "not_affected", "justification": "inline_mitigations_already_exist", "impact_statement": "Blocked.", "status_notes": "checked",
     "products": [{"@id": "https://example.org/pump", "identifiers": {"purl": "pkg:generic/pump@4.1", "cpe23": "cpe:2.3:o:example:pump:4.1:*:*:*:*:*:*:*", "cpe22": "cpe:/o:example:pump:4.1"},
       "hashes": {"sha-256": "00ff", "sha1": "0a"}, "subcomponents": [{"@id": "pkg:deb/debian/openssl@3.0.11"}, {"@id": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#ssl"}]}]},
    {"vulnerability": {"name": "CVE-2026-2"}, "products": [{"@id": "pkg:generic/pump@4.1"}], "status": "affected", "action_statement": "Update."}
  ]
}`

func TestEverythingThatIsKept(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	want := &vex.Document{
		Format: "OpenVEX", Version: "0.2.0", ID: "https://example.org/vex/1", Revision: "3", Author: "Example Ltd <security@example.org>", Role: "vendor",
		Issued: at("2026-01-09T00:02:03Z"), Updated: at("2026-02-01T00:00:00Z"),
		Statements: []vex.Statement{
			{
				ID: "https://example.org/vex/1#a", Vulnerability: "CVE-2026-1", Aliases: []string{"GHSA-1"}, Status: vex.NotAffected, Justification: vex.InlineMitigations,
				Impact: "Blocked.", Note: "checked", Issued: at("2026-01-09T00:00:00Z"), Where: "/statements/0",
				Products: []vex.Product{{
					ID: "https://example.org/pump", PURL: "pkg:generic/pump@4.1", CPE: "cpe:2.3:o:example:pump:4.1:*:*:*:*:*:*:*", Vendor: "Example Ltd",
					Hashes: []vex.Hash{{Algorithm: "SHA-256", Value: "00ff"}, {Algorithm: "SHA-1", Value: "0a"}},
					Components: []vex.Product{
						{ID: "pkg:deb/debian/openssl@3.0.11", PURL: "pkg:deb/debian/openssl@3.0.11"},
						{ID: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#ssl", Document: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", Ref: "ssl"},
					},
				}},
			},
			{
				Vulnerability: "CVE-2026-2", Status: vex.Affected, Action: "Update.", Issued: at("2026-01-09T00:02:03Z"), Where: "/statements/1",
				Products: []vex.Product{{ID: "pkg:generic/pump@4.1", PURL: "pkg:generic/pump@4.1"}},
			},
		},
	}
	if diff := cmp.Diff(want, decode(t, whole)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is written is read back as it was, is accepted by the upstream library,
// and has the identifier that library would give it.
func TestRoundTrip(t *testing.T) {
	d := decode(t, whole)
	for i := range d.Statements {
		for k := range d.Statements[i].Products {
			d.Statements[i].Products[k].Vendor = "" // belongs to the statement on the wire
			d.Statements[i].Products[k].Hashes = nil
		}
	}
	d.Statements[0].Products[0].CPE = "" // so that go-vex has no map of two to walk in any order
	var out bytes.Buffer
	if err := Encode(&out, d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, decode(t, out.String())); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	d.ID = ""
	id, err := CanonicalID(d)
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := Encode(&out, d); err != nil {
		t.Fatal(err)
	}
	judge, err := govex.Parse(bytes.Replace(out.Bytes(), []byte(id), nil, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range judge.Statements {
		if err := judge.Statements[i].Validate(); err != nil {
			t.Error(err)
		}
	}
	want, err := judge.GenerateCanonicalID()
	if err != nil {
		t.Fatal(err)
	}
	if id != want || decode(t, out.String()).ID != id {
		t.Errorf("id %s\nupstream %s", id, want)
	}
}

func TestWhatOpenVEXCannotSay(t *testing.T) {
	ok := func() *vex.Document {
		return &vex.Document{Author: "A", Issued: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Statements: []vex.Statement{
			{Vulnerability: "CVE-2026-1", Status: vex.Fixed, Products: []vex.Product{{PURL: "pkg:generic/pump@4.1"}}},
		}}
	}
	if err := Encode(&bytes.Buffer{}, ok()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(d *vex.Document, s *vex.Statement, p *vex.Product){
		"a range": func(_ *vex.Document, _ *vex.Statement, p *vex.Product) { p.Range = "vers:generic/<5" },
		"no identity": func(_ *vex.Document, _ *vex.Statement, p *vex.Product) {
			*p = vex.Product{ID: "CSAFPID-1", Name: "pump"}
		},
		"no product":       func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Products = nil },
		"no vulnerability": func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Vulnerability = "" },
		"unknown status":   func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Status = "maybe" },
		"no reason":        func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Status = vex.NotAffected },
		"unknown reason": func(_ *vex.Document, s *vex.Statement, _ *vex.Product) {
			s.Status, s.Justification = vex.NotAffected, "because"
		},
		"no action":              func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Status = vex.Affected },
		"a reason out of place":  func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Justification = vex.CodeNotPresent },
		"an action out of place": func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Action = "Update." },
		"inheritance":            func(_ *vex.Document, s *vex.Statement, _ *vex.Product) { s.Inherits = true },
		"expiry":                 func(d *vex.Document, s *vex.Statement, _ *vex.Product) { s.Expires = d.Issued },
		"no author":              func(d *vex.Document, _ *vex.Statement, _ *vex.Product) { d.Author = "" },
		"no time":                func(d *vex.Document, _ *vex.Statement, _ *vex.Product) { d.Issued = time.Time{} },
		"a version that is none": func(d *vex.Document, _ *vex.Statement, _ *vex.Product) { d.Revision = "1.0.0" },
		"parts of parts": func(_ *vex.Document, _ *vex.Statement, p *vex.Product) {
			p.Components = []vex.Product{{PURL: "pkg:a/b", Components: []vex.Product{{PURL: "pkg:a/c"}}}}
		},
	} {
		d := ok()
		change(d, &d.Statements[0], &d.Statements[0].Products[0])
		var out bytes.Buffer
		if err := Encode(&out, d); err == nil || out.Len() > 0 {
			t.Errorf("%s was written: %s", name, out.String())
		}
	}
}

// Documents that bend the rules are read, and what they bend is told.
func TestProblemsAreTold(t *testing.T) {
	d := decode(t, `{"@context":"https://openvex.dev/ns/v9.9.9","timestamp":"yesterday","statements":[
	 {"vulnerability":"CVE-1","status":"not_affected","products":["pkg:a/b"]},
	 {"vulnerability":"CVE-2","status":"affected","justification":"made_up"},
	 {"vulnerability":"CVE-3","status":"perhaps","products":["pkg:a/b"]},
	 {"vulnerability":{},"status":"fixed","products":["pkg:a/b"]},
	 {"vulnerability":{"@id":"https://nvd.nist.gov/vuln/detail/CVE-5"},"status":"fixed","timestamp":"x","products":["pkg:a/b"]}]}`)
	if len(d.Statements) != 3 || d.Statements[2].Vulnerability != "CVE-5" {
		t.Errorf("%+v", d.Statements)
	}
	all := strings.Join(d.Problems, "\n")
	for _, want := range []string{"9.9.9", "no @id", "no author", `"yesterday"`, "/statements/0: not_affected without", "/statements/0: no time", `/statements/1: the justification "made_up"`, "/statements/1: affected without", "/statements/1: no product", `/statements/2: the status "perhaps"`, "/statements/3: no vulnerability", `/statements/4: the time "x"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not told in\n%s", want, all)
		}
	}
}

// In an in-toto statement the subjects are the products (clause "Encapsulating
// Format").
func TestInTotoStatement(t *testing.T) {
	d := decode(t, `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"pkg:oci/pump@sha256%3Aaa","digest":{"sha256":"aa"}}],"predicateType":"https://openvex.dev/ns/v0.2.0",
	"predicate":{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"A","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-1"},"status":"fixed"}]}}`)
	p := d.Statements[0].Products
	if len(p) != 1 || p[0].PURL != "pkg:oci/pump@sha256%3Aaa" || p[0].Hashes[0] != (vex.Hash{Algorithm: "SHA-256", Value: "aa"}) || len(d.Problems) != 0 {
		t.Errorf("%+v %v", p, d.Problems)
	}
	if _, err := Decode(strings.NewReader(`{"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`), Limits{}); !errors.Is(err, format.ErrMalformed) {
		t.Error(err)
	}
}

func TestHostile(t *testing.T) {
	many := `{"@context":"https://openvex.dev/ns","statements":[` + strings.TrimSuffix(strings.Repeat(`{"vulnerability":"CVE-1","status":"fixed","products":["pkg:a/b","pkg:a/c"]},`, 10), ",") + `]}`
	for name, c := range map[string]struct {
		text  string
		lim   Limits
		cause error
	}{
		"size":       {many, Limits{Bytes: 100}, format.ErrLimit},
		"statements": {many, Limits{Statements: 9}, format.ErrLimit},
		"products":   {many, Limits{Products: 19}, format.ErrLimit},
		"empty":      {"  ", Limits{}, format.ErrTruncated},
		"no OpenVEX": {`{"bomFormat":"CycloneDX"}`, Limits{}, format.ErrMalformed},
		"an array":   {`[1]`, Limits{}, format.ErrMalformed},
		"aliases":    {"a: &a [1,1]\nb: &b [*a,*a]\nstatements: [*b,*b]", Limits{}, format.ErrMalformed},
		"deep YAML":  {strings.Repeat("- ", 100) + "x", Limits{}, format.ErrLimit},
	} {
		if d, err := Decode(strings.NewReader(c.text), c.lim); !errors.Is(err, c.cause) || d != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range len(whole) - 1 {
		if d, err := Decode(strings.NewReader(whole[:n]), Limits{}); err == nil {
			t.Fatalf("cut at %d: %+v", n, d)
		}
	}
	if _, err := Decode(strings.NewReader("{\n\"statements\":\n[{\"status\":1}]}"), Limits{}); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("no place in %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("author: A\nstatements:\n  - vulnerability: {name: CVE-1}\n    status: fixed\n    products: [pkg:a/b]\n"))
	f.Add([]byte(`{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":"CVE-1","products":["pkg:a/b"],"subcomponents":["pkg:a/c"],"status":"fixed","timestamp":"2022-12-22T16:36:43-05:00"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(bytes.NewReader(b), Limits{Bytes: 1 << 16, Statements: 100, Products: 500})
		if err != nil {
			return
		}
		var out bytes.Buffer
		if Encode(&out, d) != nil {
			return
		}
		again, err := Decode(&out, Limits{})
		if err != nil || len(again.Statements) != len(d.Statements) {
			t.Fatalf("what was written is not read: %v", err)
		}
		for i := range d.Statements {
			if again.Statements[i].Status != d.Statements[i].Status || again.Statements[i].Vulnerability != d.Statements[i].Vulnerability {
				t.Fatalf("%+v", again.Statements[i])
			}
		}
	})
}
