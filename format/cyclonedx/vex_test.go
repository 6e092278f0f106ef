package cyclonedx_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/internal/testkit"
)

func readVEX(t testing.TB, data []byte) *vex.Document {
	t.Helper()
	doc, err := cyclonedx.ReadVEX(bytes.NewReader(data), sbom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// line writes a product with its parts, for tables.
func line(p vex.Product) string {
	s := strings.TrimSpace(strings.Join([]string{p.Name, p.Version, p.Range}, " "))
	if s == "" {
		s = p.Document + "#" + p.Ref
	} else if p.Document != "" && p.Name == "" {
		s = p.Document + "#" + p.Ref + " " + s
	}
	for _, c := range p.Components {
		s += " > " + line(c)
	}
	return s
}

// TestUseCases: CISA's and NTIA's use cases for VEX, as the CycloneDX project wrote
// them down, say what their titles say.
func TestUseCases(t *testing.T) {
	const (
		abc = "urn:cdx:cbb2cd68-2857-43b8-a10b-e8c03d277d18/1#product-ABC"
		jkl = "urn:cdx:e4c3eedc-4978-470c-ad02-6ffff63738ff/1#product-JKL"
	)
	for name, want := range map[string][]string{
		"CISA-Use-Cases/Case-1/vex-affected.json":            {"CVE-2021-44228 affected: DEF 1.0"},
		"CISA-Use-Cases/Case-1/vex-fixed.json":               {"CVE-2021-44228 fixed: DEF 1.1"},
		"CISA-Use-Cases/Case-1/vex-not_affected.json":        {"CVE-2021-44228 not_affected vulnerable_code_not_present: ABC 4.2"},
		"CISA-Use-Cases/Case-1/vex-under_investigation.json": {"CVE-2021-44228 under_investigation: GHI 17.4"},
		"CISA-Use-Cases/Case-6/vex.json": {
			"CVE-2021-44228 affected: ABC 2.4, ABC 2.6, ABC  vers:generic/>=2.9|<=4.1",
			"CVE-2021-44228 not_affected vulnerable_code_not_present: ABC  vers:generic/>=1.0|<=2.3, ABC 2.5, ABC  vers:generic/>=2.7|<=2.8, ABC 4.2",
		},
		"CISA-Use-Cases/Case-7/vex.json": {
			"CVE-2021-44228 affected: " + abc + " 2.4, " + abc + " 2.6, " + abc + " vers:generic/>=2.9|<=4.1, " + jkl + " vers:generic/>=4.5|<=5.0",
			"CVE-2021-44228 not_affected vulnerable_code_not_present: " + abc + " vers:generic/>=1.0|<=2.3, " + abc + " 2.5, " + abc + " vers:generic/>=2.7|<=2.8, " + abc + " 4.2",
			"CVE-2021-44228 not_affected vulnerable_code_not_present: " + jkl + " vers:generic/>=1.0|<=4.4",
			"CVE-2021-44228 fixed: " + jkl + " 5.1",
		},
		"Use-Cases/Case-7/vex.json": {"CVE-2020-25649 not_affected vulnerable_code_not_in_execute_path: "},
		"vex.json":                  {"CVE-2020-25649 not_affected vulnerable_code_not_in_execute_path: urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.10.0?type=jar"},
	} {
		data, err := os.ReadFile(testkit.Data(t, "cyclonedx/bom-examples/VEX/"+name))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range readVEX(t, data).Statements {
			var products []string
			for _, p := range s.Products {
				products = append(products, line(p))
			}
			got = append(got, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", s.Vulnerability, s.Status, s.Justification)), " ")+": "+strings.Join(products, ", "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEveryUseCaseIsRead: each VEX among the examples has as many statements as
// vulnerabilities, and says so where it names no product.
func TestEveryUseCaseIsRead(t *testing.T) {
	root := testkit.Data(t, "cyclonedx/bom-examples/VEX")
	n := 0
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(d.Name(), "vex") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		doc := readVEX(t, data)
		n++
		if want := bytes.Count(data, []byte(`"analysis"`)); len(doc.Statements) != want {
			t.Errorf("%s: %d statements, want %d", name, len(doc.Statements), want)
		}
		silent := strings.HasSuffix(name, filepath.Join("Use-Cases", "Case-7", "vex.json")) && !strings.Contains(name, "CISA")
		if (len(doc.Problems) > 0) != silent {
			t.Errorf("%s: %v", name, doc.Problems)
		}
		return nil
	})
	if err != nil || n != 25 {
		t.Errorf("%d files, %v", n, err)
	}
}

// TestVersionsSpeakForThemselves: what a version's own status says goes before the
// analysis, and a part stands within its product.
func TestVersionsSpeakForThemselves(t *testing.T) {
	doc := readVEX(t, []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":2,
	"metadata":{"supplier":{"name":"Maker"},"component":{"type":"device","bom-ref":"pump","name":"Pump","version":"4"}},
	"components":[{"type":"library","bom-ref":"lib","name":"lib","version":"1","purl":"pkg:npm/lib@1"}],
	"vulnerabilities":[
	 {"id":"CVE-1","references":[{"id":"GHSA-1"}],"analysis":{"state":"exploitable","response":["update","workaround_available"],"detail":"d"},"recommendation":"Install 5.","affects":[{"ref":"lib","versions":[{"version":"1"},{"version":"2","status":"unaffected"},{"range":"vers:npm/>2","status":"unknown"}]}]},
	 {"id":"CVE-2","analysis":{"state":"resolved","firstIssued":"2026-01-02T00:00:00Z"},"affects":[{"ref":"pump","versions":[{"version":"5","status":"unaffected"}]}]},
	 {"id":"CVE-3","analysis":{"state":"false_positive"},"affects":[{"ref":"gone"}],"properties":[{"name":"wardround:expires","value":"2027-01-01"},{"name":"wardround:inherits","value":"true"}]},
	 {"id":"CVE-4","affects":[{"ref":"lib"}]},
	 {"id":"CVE-5","analysis":{"detail":"no state"}},
	 {"id":"CVE-6","analysis":{"state":"not_affected","justification":"magic"},"affects":[{"ref":"urn:cdx:nonsense"}]}]}`))
	link := "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2"
	pump := vex.Product{ID: "pump", Vendor: "", Name: "Pump", Version: "4", Document: link, Ref: "pump"}
	with := func(version, rng, purl string) vex.Product {
		p := pump
		p.Components = []vex.Product{{ID: "lib", PURL: purl, Name: "lib", Version: version, Range: rng, Document: link, Ref: "lib"}}
		return p
	}
	five := pump
	five.Version = "5"
	want := []vex.Statement{
		{Vulnerability: "CVE-1", Aliases: []string{"GHSA-1"}, Status: vex.NotAffected, Products: []vex.Product{with("2", "", "pkg:npm/lib")}, Note: "CycloneDX: state exploitable, version listed as unaffected", Where: "/vulnerabilities/0"},
		{Vulnerability: "CVE-1", Aliases: []string{"GHSA-1"}, Status: vex.Affected, Products: []vex.Product{with("1", "", "pkg:npm/lib@1")}, Action: "update, workaround_available. Install 5.", Note: "CycloneDX: state exploitable. d", Where: "/vulnerabilities/0"},
		{Vulnerability: "CVE-1", Aliases: []string{"GHSA-1"}, Status: vex.UnderInvestigation, Products: []vex.Product{with("", "vers:npm/>2", "pkg:npm/lib")}, Action: "update, workaround_available. Install 5.", Note: "CycloneDX: state exploitable. d", Where: "/vulnerabilities/0"},
		{Vulnerability: "CVE-2", Status: vex.Fixed, Products: []vex.Product{five}, Issued: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Note: "CycloneDX: state resolved", Where: "/vulnerabilities/1"},
		{Vulnerability: "CVE-3", Status: vex.NotAffected, Products: []vex.Product{{ID: "gone", Ref: "gone"}}, Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Inherits: true, Note: "CycloneDX: state false_positive", Where: "/vulnerabilities/2"},
		{Vulnerability: "CVE-6", Status: vex.NotAffected, Products: []vex.Product{{ID: "urn:cdx:nonsense", Document: "urn:cdx:nonsense"}}, Note: "CycloneDX: state not_affected, justification magic", Where: "/vulnerabilities/5"},
	}
	if diff := cmp.Diff(want, doc.Statements); diff != "" {
		t.Error(diff)
	}
	if doc.Author != "Maker" || doc.Revision != "2" || len(doc.Problems) != 4 {
		t.Errorf("%q %q %q", doc.Author, doc.Revision, doc.Problems)
	}
}

// TestVulnerabilitiesRoundTrip: what the specification's files say of
// vulnerabilities comes back from each form, and what is written is valid.
func TestVulnerabilitiesRoundTrip(t *testing.T) {
	n := 0
	for _, f := range files(t) {
		if !f.valid() {
			continue
		}
		doc, list, err := cyclonedx.ReadVulnerabilities(bytes.NewReader(f.data), sbom.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			continue
		}
		n++
		for _, opt := range forms {
			var b bytes.Buffer
			if err := cyclonedx.WriteReport(&b, doc, list, opt); err != nil {
				t.Fatal(err)
			}
			if bad := cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}); len(bad) > 0 {
				t.Errorf("%s, %+v: %v", f.name, opt, bad)
			}
			_, again, err := cyclonedx.ReadVulnerabilities(&b, sbom.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(list, again, cmpopts.IgnoreFields(cyclonedx.Vulnerability{}, "Where"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, %+v: %s", f.name, opt, diff)
			}
		}
	}
	if n < 8 {
		t.Errorf("only %d files with vulnerabilities", n)
	}
}

// TestStatementsRoundTrip: statements written as a CycloneDX VEX are the same
// statements when they are read, for every status and justification.
func TestStatementsRoundTrip(t *testing.T) {
	link := "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/7"
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	in := &vex.Document{Format: "CycloneDX", Version: "1.6", ID: "urn:uuid:11111111-2222-3333-4444-555555555555", Revision: "2", Author: "Maker", Issued: at, Updated: at}
	product := vex.Product{ID: link + "#pump", Document: link, Ref: "pump"}
	for i, j := range []vex.Justification{vex.ComponentNotPresent, vex.CodeNotPresent, vex.NotInExecutePath, vex.NotControllable, vex.InlineMitigations} {
		in.Statements = append(in.Statements, vex.Statement{ID: fmt.Sprintf("s%d", i), Vulnerability: fmt.Sprintf("CVE-2026-%d", i), Aliases: []string{"GHSA-x"}, Products: []vex.Product{product}, Status: vex.NotAffected, Justification: j, Impact: "because", Issued: at, Expires: at})
	}
	ranged := product
	ranged.Range = "vers:generic/>=1|<3"
	in.Statements = append(in.Statements,
		vex.Statement{Vulnerability: "CVE-2", Products: []vex.Product{ranged}, Status: vex.Affected, Action: "update. Install 3.", Inherits: true},
		vex.Statement{Vulnerability: "CVE-2", Products: []vex.Product{{ID: link + "#pump", Document: link, Ref: "pump", Version: "3"}}, Status: vex.Fixed},
		vex.Statement{Vulnerability: "CVE-3", Products: []vex.Product{{ID: "pkg:npm/a@1", Ref: "pkg:npm/a@1", PURL: "pkg:npm/a@1", Name: "a", Version: "1"}}, Status: vex.UnderInvestigation},
	)
	for _, opt := range forms {
		doc, list := cyclonedx.FromStatements(in, 2)
		var b bytes.Buffer
		if err := cyclonedx.WriteReport(&b, doc, list, opt); err != nil {
			t.Fatal(err)
		}
		if bad := cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}); len(bad) > 0 {
			t.Fatalf("%+v: %v", opt, bad)
		}
		out := readVEX(t, b.Bytes())
		for i := range out.Statements {
			out.Statements[i].Note = "" // CycloneDX's own words
			for j := range out.Statements[i].Products {
				if p := &out.Statements[i].Products[j]; p.PURL != "" {
					p.Document = "" // this document, which has an id now
				}
				if p := &out.Statements[i].Products[j]; strings.HasPrefix(p.ID, "urn:cdx:") {
					p.ID, _, _ = strings.Cut(p.ID, "#")
					p.ID += "#" + p.Ref
				}
			}
		}
		out.Version = in.Version
		if diff := cmp.Diff(in, out, cmpopts.IgnoreFields(vex.Statement{}, "Where", "Updated")); diff != "" {
			t.Errorf("%+v: %s", opt, diff)
		}
	}
}

// TestRecords: a disclosure report as knowledge.
func TestRecords(t *testing.T) {
	for _, f := range files(t) {
		if f.name != "1.6/valid-vulnerability-1.6.json" && f.name != "1.6/valid-vulnerability-1.6.xml" {
			continue
		}
		records, err := cyclonedx.ReadAdvisories(bytes.NewReader(f.data), sbom.Limits{})
		if err != nil || len(records) != 1 {
			t.Fatal(records, err)
		}
		r := records[0]
		if r.ID != "SNYK-JAVA-COMFASTERXMLJACKSONCORE-32111" || !slices.Equal(r.Aliases, []string{"CVE-2018-7489"}) || !slices.Equal(r.CWEs, []string{"CWE-184", "CWE-502"}) || r.Withdrawn.IsZero() || len(r.References) != 3 || len(r.Remedies) != 2 {
			t.Errorf("%s: %+v", f.name, r)
		}
		want := []advisory.Affected{{
			Product: &advisory.Product{ID: "pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.9.4", Name: "jackson-databind", Version: "2.9.4", Full: "com.fasterxml.jackson.core/jackson-databind 2.9.4",
				PURLs: []string{"pkg:maven/com.fasterxml.jackson.core/jackson-databind"}},
			Status:   advisory.IsAffected,
			Versions: []string{"2.7.0", "2.9.0"},
			Ranges: []advisory.Range{
				{Kind: advisory.Semver, Text: "vers:semver/<2.6.7.5", Events: []advisory.Event{{Introduced: "0"}, {Fixed: "2.6.7.5"}}},
				{Kind: advisory.Semver, Text: "vers:semver/2.7.0|<2.8.11.1", Events: []advisory.Event{{Introduced: "0"}, {Fixed: "2.8.11.1"}}},
				{Kind: advisory.Semver, Text: "vers:semver/2.9.0|<2.9.5", Events: []advisory.Event{{Introduced: "0"}, {Fixed: "2.9.5"}}},
			},
		}}
		if diff := cmp.Diff(want, r.Affected); diff != "" {
			t.Errorf("%s: %s", f.name, diff)
		}
		if want := (advisory.Severity{System: "CVSS:3.0", Vector: "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Text: "critical", By: "NVD"}); r.Severities[0] != want {
			t.Errorf("%+v", r.Severities)
		}
	}
}

// TestRanges: a range is read if it is what VERS asks for, and else kept as text.
func TestRanges(t *testing.T) {
	for text, want := range map[string]string{
		"vers:npm/>=1.0|<2.0":        "introduced 1.0, fixed 2.0",
		"vers:npm/>1.0|<=2.0|>=3":    "after 1.0, last 2.0, introduced 3",
		"vers:npm/<2.0":              "introduced 0, fixed 2.0",
		"vers:deb/>=1%3A1.0":         "introduced 1:1.0",
		"vers:npm/1.0|2.0":           "exactly 1.0 2.0",
		"vers:npm/*":                 "all",
		"vers:semver/<7.0.0|>=1.5.0": "unread", // not sorted: between, or outside?
		"vers:npm/>=1|>=2":           "unread",
		"vers:npm/<1|<2":             "unread",
		"vers:npm/!=1.5":             "unread",
		"vers:npm/>=1|1.5|<2":        "unread",
		"vers:npm/":                  "unread",
		"< 2.0":                      "unread",
		"vers:npm/>=%zz":             "unread",
	} {
		doc := &sbom.Document{Root: -1}
		got := ""
		a := cyclonedx.Records(doc, []cyclonedx.Vulnerability{{ID: "x", Affects: []cyclonedx.Affect{{Ref: "y", Versions: []cyclonedx.Versions{{Range: text}}}}}})[0].Affected[0]
		switch {
		case a.Unread != "":
			got = "unread"
			if len(a.Ranges)+len(a.Versions) > 0 {
				t.Errorf("%s is read in half: %+v", text, a)
			}
		case a.All:
			got = "all"
		case len(a.Versions) > 0:
			got = "exactly " + strings.Join(a.Versions, " ")
		default:
			var parts []string
			for _, e := range a.Ranges[0].Events {
				switch {
				case e.Introduced != "":
					parts = append(parts, "introduced "+e.Introduced)
				case e.Fixed != "":
					parts = append(parts, "fixed "+e.Fixed)
				case e.Last != "":
					parts = append(parts, "last "+e.Last)
				case e.After != "":
					parts = append(parts, "after "+e.After)
				}
			}
			got = strings.Join(parts, ", ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
