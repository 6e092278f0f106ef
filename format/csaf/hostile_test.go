package csaf

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
