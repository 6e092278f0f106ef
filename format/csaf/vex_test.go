package csaf

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/internal/testkit"
)

func readVEX(t *testing.T, name string) (*Document, *vex.Document) {
	t.Helper()
	b, err := os.ReadFile(testkit.Data(t, "openvex/go-vex/pkg/"+name))
	if err != nil {
		t.Fatal(err)
	}
	d, err := ReadBytes(b, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d, d.VEX()
}

func TestVEXOfAnExample(t *testing.T) {
	_, got := readVEX(t, "vex/testdata/csaf.json")
	if len(got.Statements) != 1 || len(got.Problems) > 0 {
		t.Fatalf("%+v", got)
	}
	s := got.Statements[0]
	s.Issued, s.Updated = got.Issued, got.Updated
	want := vex.Statement{Vulnerability: "CVE-2009-4487", Status: vex.NotAffected, Impact: "Class with vulnerable code was removed before shipping.", Issued: got.Issued, Updated: got.Updated,
		Where:    "/vulnerabilities/0/product_status/known_not_affected",
		Products: []vex.Product{{ID: "CSAFPID-0001", PURL: "pkg:golang/github.com/go-homedir@v1.2.0", Vendor: "Example Company", Name: "ABC", Version: "4.2"}}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

// TestVEXThatRefersToNothing: products that a document does not define are named as
// a problem, and nothing is stated of them.
func TestVEXThatRefersToNothing(t *testing.T) {
	_, got := readVEX(t, "csaf/testdata/csaf.json")
	if len(got.Statements) != 2 || len(got.Problems) != 2 || got.Problems[0] != "/vulnerabilities/0/product_status/known_affected: the product ABC:CSAFPID-0002 is not defined" {
		t.Errorf("%d statements, %v", len(got.Statements), got.Problems)
	}
	for _, s := range got.Statements {
		if s.Status != vex.NotAffected || s.Action != "" {
			t.Errorf("%+v", s)
		}
	}
}

// TestVEXOfALargeDocument: thousands of packages as parts of two products, each in
// one statement a vulnerability, with the module that it belongs to.
func TestVEXOfALargeDocument(t *testing.T) {
	d, got := readVEX(t, "csaf/testdata/rhsa-2020_1358.json")
	if len(got.Problems) > 0 {
		t.Error(got.Problems)
	}
	if len(got.Statements) != len(d.Vulnerabilities) || got.Statements[0].Status != vex.Fixed || got.Statements[0].Vulnerability != "CVE-2020-1711" {
		t.Fatalf("%d statements", len(got.Statements))
	}
	products := got.Statements[0].Products
	if len(products) != len(d.Vulnerabilities[0].Status["fixed"]) || len(products) < 700 {
		t.Errorf("%d products", len(products))
	}
	want := vex.Product{ID: "AppStream-8.1.0.Z.MAIN.EUS:hivex-0:1.3.15-7.module+el8.1.0+4066+0f1aadab.aarch64", CPE: "cpe:/a:redhat:enterprise_linux:8::appstream", Vendor: "Red Hat", Name: "Red Hat Enterprise Linux AppStream (v. 8)",
		Components: []vex.Product{{ID: "hivex-0:1.3.15-7.module+el8.1.0+4066+0f1aadab.aarch64", Vendor: "Red Hat", Name: "hivex-0:1.3.15-7.module+el8.1.0+4066+0f1aadab.aarch64", Version: "hivex-0:1.3.15-7.module+el8.1.0+4066+0f1aadab.aarch64"}}}
	for _, p := range products {
		if p.ID == want.ID {
			if diff := cmp.Diff(want, p); diff != "" {
				t.Error(diff)
			}
			return
		}
	}
	t.Error("the package is missing")
}
