package csaf

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/vex"
)

func day(d int) time.Time { return time.Date(2026, 3, d, 10, 0, 0, 0, time.UTC) }

// advisoryDraft is what a maker of pumps has to say.
func advisoryDraft() *Draft {
	return &Draft{
		Title: "Firmware of P100 accepts unsigned updates", Folder: "https://maker.example/.well-known/csaf/white/", License: "CC-BY-4.0",
		Publisher: Publisher{Name: "Maker", Namespace: "https://maker.example", Contact: "psirt@maker.example"},
		Tracking: Tracking{ID: "MAKER-2026/001", Generator: "wardround", Aliases: []string{"PR-17"},
			Revisions: []Revision{{Date: day(1), Number: "1", Summary: "First publication."}, {Date: day(9), Number: "2", Summary: "Fixed version named."}}},
		Notes:      []Note{{Category: "summary", Text: "Who reaches the update port can install firmware <that> is not ours."}},
		References: []Reference{{Summary: "Instructions", URL: "https://maker.example/p100/update"}},
		Products: []DraftProduct{
			{ID: "old", Vendor: "Maker", Family: "Pumps", Name: "P100", Range: "<4.33", Models: []string{"P100-A", "P100-B*"}, Serials: []string{"SN-?????"}, SKUs: []string{"12-345"}, SBOMs: []string{"https://maker.example/sbom/p100"},
				URIs: []URI{{"https://www.gs1.org/standards/gs1-digital-link", "https://id.gs1.org/01/09506000134352"}}, Hashes: []FileHash{{"p100.bin", "sha256", strings.Repeat("ab", 32)}, {"p100.bin", "sha512", strings.Repeat("cd", 64)}}},
			{ID: "new", Vendor: "Maker", Family: "Pumps", Name: "P100", Version: "4.33", CPE: "cpe:2.3:o:maker:p100_firmware:4.33:*:*:*:*:*:*:*", PURLs: []string{"pkg:generic/p100@4.33"}},
			{ID: "gw", Vendor: "Maker", Name: "Gateway", Version: "2.0"},
			{ID: "old-on-gw", Of: "old", Relation: "installed_with", On: "gw"},
		},
		Vulnerabilities: []DraftVulnerability{{
			CVE: "CVE-2026-1000", IDs: []ID{{"https://maker.example/bugs", "BUG-7"}}, Title: "Updates are not verified", CWEs: []CWE{{ID: "CWE-347"}},
			Notes: []Note{{Category: "description", Text: "The signature is not checked."}}, Disclosed: day(1),
			Scores: []DraftScore{{"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H", []string{"old"}}},
			Statements: []DraftStatement{
				{Status: vex.Affected, Products: []string{"old"}, Remediations: []Remediation{{Category: "vendor_fix", Details: "Install 4.33.", URL: "https://maker.example/p100/4.33", Restart: "system"}}},
				{Status: vex.Fixed, Products: []string{"new"}},
				{Status: vex.NotAffected, Products: []string{"gw", "old-on-gw"}, Justification: vex.CodeNotPresent, Impact: "The gateway installs nothing.", Date: day(2)},
			}}},
	}
}

// TestDraftAdvisory: what is written is valid, passes the optional tests that the
// input can satisfy, and reads back as it was meant.
func TestDraftAdvisory(t *testing.T) {
	for _, version := range []string{"2.0", "2.1"} {
		t.Run(version, func(t *testing.T) {
			d := advisoryDraft()
			d.Version = version
			b, err := d.Build()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "advisory-"+version+".json", b)
			r := Validate(b, Options{Optional: true, Informative: true, Now: verdictAt})
			if got := r.Tests(Mandatory, Optional, Schema); len(got) > 0 && version == "2.0" && !cmp.Equal(got, []string{"6.2.16", "6.2.18"}) {
				t.Errorf("%v", r.Failures)
			}
			back, err := ReadBytes(b, ReadOptions{})
			if err != nil || len(back.Problems) > 0 {
				t.Fatal(err, back.Problems)
			}
			rec := back.Records(RecordOptions{})[0]
			if rec.ID != "CVE-2026-1000" || rec.CWEs[0] != "CWE-347" || rec.Severities[0].Score != 8.1 || !rec.Published.Equal(day(1)) || !rec.Modified.Equal(day(9)) {
				t.Errorf("%+v", rec)
			}
			old := rec.Affected[0]
			want := advisory.Product{ID: "old", Vendor: "Maker", Family: "Pumps", Name: "P100", Version: "<4.33", Full: "Maker Pumps P100 <4.33", Models: []string{"P100-A", "P100-B*"}, Serials: []string{"SN-?????"}, SKUs: []string{"12-345"},
				SBOMs: []string{"https://maker.example/sbom/p100"}, URIs: []string{"https://www.gs1.org/standards/gs1-digital-link https://id.gs1.org/01/09506000134352"}, Hashes: []string{"sha256:" + strings.Repeat("ab", 32), "sha512:" + strings.Repeat("cd", 64)}}
			if diff := cmp.Diff(&want, old.Product); diff != "" || old.Status != advisory.IsAffected {
				t.Errorf("%s %s", old.Status, diff)
			}
			if last := rec.Affected[len(rec.Affected)-1]; last.Product.InstalledOn != "gw" || last.Product.Name != "P100" || last.Platforms[0] != "Maker Gateway 2.0" {
				t.Errorf("%+v %+v", last, last.Product)
			}
		})
	}
}

// TestDraftVEX: statements of another format come out as CSAF and back as the same
// statements.
func TestDraftVEX(t *testing.T) {
	in := &vex.Document{Format: "OpenVEX", ID: "maker-vex-7", Issued: day(1), Updated: day(3), Statements: []vex.Statement{
		{Vulnerability: "CVE-2026-1001", Aliases: []string{"GHSA-aaaa-bbbb-cccc"}, Status: vex.NotAffected, Justification: vex.NotInExecutePath, Impact: "The parser is never called.", Issued: day(1),
			Products: []vex.Product{{Vendor: "Maker", Name: "P100", Version: "4.33", UDI: "09506000134352", Components: []vex.Product{{PURL: "pkg:npm/parser@1.0.0", Name: "parser"}, {PURL: "pkg:npm/lexer@2.0.0", Name: "lexer"}}}}},
		{Vulnerability: "CVE-2026-1001", Status: vex.UnderInvestigation, Products: []vex.Product{{PURL: "pkg:generic/gateway@2.0"}}},
		{Vulnerability: "GO-2026-9", Status: vex.Affected, Action: "Close port 80.", Products: []vex.Product{{PURL: "pkg:generic/gateway@2.0"}}},
	}}
	for _, version := range []string{"2.0", "2.1"} {
		t.Run(version, func(t *testing.T) {
			d := FromVEX(in)
			d.Version = version
			d.Publisher = Publisher{Name: "Maker", Namespace: "https://maker.example"}
			b, err := d.Build()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "vex-"+version+".json", b)
			back, err := ReadBytes(b, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got := back.VEX()
			if len(got.Statements) != 3 || len(got.Problems) > 0 {
				t.Fatalf("%+v", got)
			}
			s := got.Statements[0]
			if s.Vulnerability != "CVE-2026-1001" || s.Status != vex.NotAffected || s.Justification != vex.NotInExecutePath || s.Impact != "The parser is never called." || len(s.Products) != 2 {
				t.Errorf("%+v", s)
			}
			p := s.Products[1]
			if p.Vendor != "Maker" || p.Name != "P100" || p.Version != "4.33" || p.UDI != "09506000134352" || p.Components[0].PURL != "pkg:npm/lexer@2.0.0" {
				t.Errorf("%+v", p)
			}
			if s := got.Statements[2]; s.Vulnerability != "GO-2026-9" || s.Action != "Close port 80." || s.Products[0].PURL != "pkg:generic/gateway@2.0" {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestDraftRefused: what would not be valid is not written, and the reason is said.
func TestDraftRefused(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		edit       func(*Draft)
	}{
		{"unknown product", "6.1.1 (mandatory)", func(d *Draft) { d.Vulnerabilities[0].Statements[0].Products = []string{"nothing"} }},
		{"no title", "schema (schema)", func(d *Draft) { d.Title = "" }},
		{"contradiction", "6.1.6", func(d *Draft) { d.Vulnerabilities[0].Statements[1].Products = []string{"old"} }},
		{"vector", "no CVSS vector", func(d *Draft) { d.Vulnerabilities[0].Scores[0].Vector = "CVSS:3.1/AV:N" }},
		{"CVSS 4 in 2.0", "2.0 has no place for CVSS 4.0", func(d *Draft) {
			d.Vulnerabilities[0].Scores[0].Vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
		}},
		{"two package URLs in 2.0", "place for one", func(d *Draft) { d.Products[1].PURLs = []string{"pkg:a/b", "pkg:c/d"} }},
		{"unknown weakness", "CWE-19 is no weakness", func(d *Draft) { d.Vulnerabilities[0].CWEs = []CWE{{ID: "CWE-19"}} }},
		{"unknown status", `status "odd"`, func(d *Draft) { d.Vulnerabilities[0].Statements[0].Status = "odd" }},
		{"other version", "CSAF 1.2", func(d *Draft) { d.Version = "1.2" }},
		{"no date", "has no date", func(d *Draft) { d.Tracking.Revisions[0].Date = time.Time{} }},
		{"words for a range in 2.1", "6.1.50", func(d *Draft) { d.Version = "2.1"; d.Products[0].Range = "all before 4.33" }},
		{"VEX without an action", "6.1.27.10", func(d *Draft) { d.Category = "csaf_vex"; d.Vulnerabilities[0].Statements[0].Remediations = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := advisoryDraft()
			tt.edit(d)
			_, err := d.Build()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			var invalid *InvalidError
			if strings.HasPrefix(tt.want, "6.") != (errors.As(err, &invalid) && !strings.HasPrefix(tt.want, "schema")) {
				t.Errorf("%T", err)
			}
		})
	}
}
