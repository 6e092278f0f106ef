package csaf

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

var update = flag.Bool("update", false, "write golden files")

// TestCircles: combinations that go round in a circle end where it closes.
func TestCircles(t *testing.T) {
	d, err := ReadBytes([]byte(`{"document": {"csaf_version": "2.0"}, "product_tree": {"relationships": [
		{"category": "installed_on", "product_reference": "A", "relates_to_product_reference": "A", "full_product_name": {"product_id": "A", "name": "itself"}},
		{"category": "installed_on", "product_reference": "C", "relates_to_product_reference": "D", "full_product_name": {"product_id": "B", "name": "b"}},
		{"category": "installed_on", "product_reference": "B", "relates_to_product_reference": "B", "full_product_name": {"product_id": "C", "name": "c"}}],
		"product_groups": [{"group_id": "G", "product_ids": ["G", "A"]}]},
		"vulnerabilities": [{"product_status": {"known_affected": ["A", "B", "C"]}, "remediations": [{"group_ids": ["G"]}]}]}`), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Records(RecordOptions{})[0].Affected); n != 3 {
		t.Errorf("%d products", n)
	}
	if n := len(d.VEX().Statements); n != 2 {
		t.Errorf("%d statements", n)
	}
}

// TestGroupsDoNotMultiply: a few hundred kilobytes that name one large group again
// and again come to no more than the bound.
func TestGroupsDoNotMultiply(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"document": {"csaf_version": "2.0"}, "product_tree": {"product_groups": [{"group_id": "G", "product_ids": ["x"`)
	for i := range 20000 {
		fmt.Fprintf(&b, `,"p%d"`, i)
	}
	b.WriteString(`]}]}, "vulnerabilities": [{"remediations": [{"group_ids": ["G"]}` + strings.Repeat(`,{"group_ids":["G"]}`, 20000) + `]}]}`)
	d, err := ReadBytes([]byte(b.String()), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range d.Vulnerabilities[0].Remediations {
		n += len(r.Products)
	}
	if n > maxTargets || n == 0 || len(d.Problems) != maxProblems {
		t.Errorf("%d products, %d problems", n, len(d.Problems))
	}
}

// TestDeepBranches: what lies too deep is left out and said to be.
func TestDeepBranches(t *testing.T) {
	const depth = 100
	doc := `{"document": {"csaf_version": "2.1"}, "product_tree": {` + strings.Repeat(`"branches":[{"category":"product_family","name":"f",`, depth) +
		`"product": {"product_id": "P", "name": "p"}` + strings.Repeat(`}]`, depth) + `}}`
	d, err := ReadBytes([]byte(doc), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Products) != 0 || len(d.Problems) != 1 || !strings.Contains(d.Problems[0], "deeper than they may") {
		t.Errorf("%d products, %v", len(d.Products), d.Problems)
	}
}

// FuzzRead: whatever comes, there is an answer and no panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	dir := filepath.Join(testkit.Root(f), "..", "shared", "data", "csaf-validator", "csaf_2.0", "test", "validator", "data", "mandatory")
	files, _ := filepath.Glob(filepath.Join(dir, "*-01.json"))
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadBytes(b, ReadOptions{Bytes: 1 << 20, Nodes: 1 << 14})
		if err != nil {
			return
		}
		if n := len(d.Records(RecordOptions{})); n != len(d.Vulnerabilities) {
			t.Fatalf("%d records of %d vulnerabilities", n, len(d.Vulnerabilities))
		}
		d.VEX()
	})
}

// suiteSeeds adds one document of each mandatory test.
func suiteSeeds(f *testing.F) {
	f.Helper()
	for _, v := range []string{"2.0", "2.1"} {
		for _, kind := range []string{"advisory", "vex"} {
			if b, err := os.ReadFile(filepath.Join("testdata", kind+"-"+v+".json")); err == nil {
				f.Add(b)
			}
		}
	}
	dir := filepath.Join(testkit.Root(f), "..", "shared", "data", "csaf-validator", "csaf_2.0", "test", "validator", "data")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*-01.json"))
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b)
			// The same in the other version: most fields are where they were.
			f.Add([]byte(strings.Replace(string(b), `"csaf_version": "2.0"`, `"csaf_version": "2.1"`, 1)))
		}
	}
}

// FuzzValidate: whatever comes, there is a verdict; each failure is of a known
// test, and an invalid document has a reason.
func FuzzValidate(f *testing.F) {
	suiteSeeds(f)
	known := map[string]bool{"schema": true}
	for _, t := range Tests() {
		known[t.ID] = true
	}
	v, err := NewValidator(Options{Optional: true, Informative: true, Now: verdictAt, Extensions: documentationExtensions(), Read: ReadOptions{Bytes: 1 << 18, Nodes: 1 << 14}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := v.Validate(b)
		reasons := 0
		for _, x := range r.Failures {
			if !known[x.Test] || x.Message == "" || x.Pointer != "" && x.Pointer[0] != '/' {
				t.Fatalf("%+v", x)
			}
			if x.Kind == Schema || x.Kind == Mandatory {
				reasons++
			}
		}
		if r.Valid != (reasons == 0) {
			t.Fatalf("valid %v for %d reasons", r.Valid, reasons)
		}
	})
}

// TestVerdictsInTime: documents made to be slow to judge are judged in time.
func TestVerdictsInTime(t *testing.T) {
	const n = 2000
	repeat := func(format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.ReplaceAll(format, "%d", strconv.Itoa(i)))
		}
		return b.String()
	}
	ids := repeat(`"p%d"`)
	head := func(version string) string {
		return `{"document": {"csaf_version": "` + version + `", "category": "csaf_security_advisory", "tracking": {"status": "final", "version": "1"}}, `
	}
	for _, tt := range []struct{ name, doc string }{
		{"a large group in many statements", head("2.1") + `"product_tree": {"product_groups": [{"group_id": "G", "product_ids": [` + ids + `]}]}, "vulnerabilities": [{"product_status": {"known_affected": [` + ids + `], "fixed": [` + ids + `]},
			"flags": [` + repeat(`{"label": "component_not_present", "group_ids": ["G"]}`) + `], "remediations": [` + repeat(`{"category": "vendor_fix", "group_ids": ["G"]}`) + `], "threats": [` + repeat(`{"category": "impact", "group_ids": ["G"]}`) + `]}]}`},
		{"ranges beside each other", head("2.1") + `"product_tree": {"branches": [` + repeat(`{"category": "product_version_range", "name": ">=%d|<9999", "product": {"product_id": "p%d", "name": "n"}}`) + `]}, "vulnerabilities": [{"product_status": {"known_affected": [` + ids + `]}}]}`},
		{"a chain of combinations", head("2.0") + `"product_tree": {"relationships": [` + repeat(`{"category": "installed_on", "product_reference": "p%d0", "relates_to_product_reference": "p%d1", "full_product_name": {"product_id": "p%d", "name": "n"}}`) + `]}}`},
		{"combinations that multiply", head("2.1") + `"product_tree": {"product_paths": [` + repeat(`{"beginning_product_reference": "p%d0", "subpaths": [`+strings.TrimSuffix(strings.Repeat(`{"category": "installed_with", "next_product_reference": "p1"},`, 50), ",")+`], "full_product_name": {"product_id": "p%d", "name": "n"}}`) + `]}, "vulnerabilities": [{"product_status": {"fixed": [` + ids + `], "known_affected": ["p1"]}}]}`},
		{"a gap in the revisions", head("2.0")[:len(head("2.0"))-3] + `, "x": 1, "tracking": {"status": "final", "version": "1", "revision_history": [{"date": "2024-01-01T00:00:00Z", "number": "1` + strings.Repeat("0", 900) + `"}]}}}`},
		{"long numbers", `{"document": {"csaf_version": "2.0", "tracking": {"version": "` + strings.Repeat("9", 1<<20) + `", "revision_history": [` + repeat(`{"date": "2024-01-01T00:00:00Z", "number": "%d`+strings.Repeat("7", 900)+`"}`) + `]}}}`},
		{"items that are alike", head("2.0") + `"vulnerabilities": [{"remediations": [{"entitlements": [` + repeat(`"e"`) + `], "product_ids": [` + repeat(`"%d"`) + `]}], "flags": [` + repeat(`{"label": "x", "product_ids": ["%d"]}`) + `]}]}`},
		{"a long category", `{"document": {"csaf_version": "2.0", "category": "` + strings.Repeat("csaf_", 1<<18) + `", "lang": "` + strings.Repeat("a-", 1<<18) + `a"}}`},
		{"a long licence", `{"document": {"csaf_version": "2.1", "license_expression": "` + strings.Repeat("(", 1<<18) + `MIT"}}`},
		{"a long identifier", head("2.0") + `"product_tree": {"full_product_names": [{"product_id": "a", "name": "n", "product_identification_helper": {"cpe": "cpe:2.3:a:` + strings.Repeat("?", 1<<16) + `", "purl": "pkg:` + strings.Repeat("a/", 1<<16) + `"}}]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := Validate([]byte(tt.doc), Options{Optional: true, Informative: true, Now: verdictAt})
			if r.Valid || len(r.Failures) == 0 {
				t.Errorf("%d failures", len(r.Failures))
			}
			for _, f := range r.Failures {
				if strings.Contains(f.Message, "no JSON") {
					t.Error(f)
				}
				if len(f.Message) > 5000 {
					t.Errorf("a message of %d bytes", len(f.Message))
				}
			}
			took := time.Since(start)
			t.Logf("%d kB in %v", len(tt.doc)>>10, took)
			if took > 30*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
