package spdx

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format/vex"
)

func claims() *vex.Document {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	pump := vex.Product{PURL: "pkg:generic/pump@4.1", Name: "pump", Version: "4.1", Vendor: "Example Ltd", CPE: "cpe:2.3:o:example:pump:4.1:*:*:*:*:*:*:*", Hashes: []vex.Hash{{Algorithm: "SHA-256", Value: "00ff"}, {Algorithm: "SHA3-256", Value: "11"}}}
	ssl := vex.Product{PURL: "pkg:generic/openssl@3.0.4", Name: "openssl", Version: "3.0.4"}
	part := pump
	part.Components = []vex.Product{ssl}
	return &vex.Document{
		ID: "https://example.org/vex/1", Author: "Example Ltd", Issued: day, Revision: "2",
		Statements: []vex.Statement{
			{Vulnerability: "CVE-2026-1", Aliases: []string{"GHSA-1"}, Status: vex.NotAffected, Justification: vex.NotControllable, Impact: "No.", Note: "checked", Products: []vex.Product{part}, Issued: day.AddDate(0, 0, 1), Updated: day.AddDate(0, 0, 2)},
			{Vulnerability: "CVE-2026-2", Status: vex.Affected, Action: "Update.", Products: []vex.Product{pump, ssl}, Issued: day},
			{Vulnerability: "EX-3", Status: vex.Fixed, Products: []vex.Product{{ID: "https://example.org/sbom#A", Document: "https://example.org/sbom", Ref: "https://example.org/sbom#A"}}, Issued: day},
			{Vulnerability: "CVE-2026-2", Status: vex.UnderInvestigation, Products: []vex.Product{ssl}, Issued: day},
		},
	}
}

// What is written is read back as it was, apart from the identifiers it was given.
func TestVEXRoundTrip(t *testing.T) {
	var out bytes.Buffer
	if err := EncodeVEX(&out, claims()); err != nil {
		t.Fatal(err)
	}
	got := decode(t, out.String())
	given := []cmp.Option{
		cmpopts.IgnoreFields(vex.Statement{}, "ID", "Where"), cmpopts.IgnoreFields(vex.Product{}, "ID", "Document", "Ref"), cmpopts.IgnoreFields(vex.Document{}, "Format", "Version", "Revision"),
	}
	if diff := cmp.Diff(claims(), got.VEX, given...); diff != "" {
		t.Errorf("-before +after:\n%s\n%s", diff, out.String())
	}
	if p := got.VEX.Statements[2].Products[0]; p.Document != "https://example.org/sbom" || p.Ref != "https://example.org/sbom#A" {
		t.Errorf("an element of another document: %+v", p)
	}
	if len(got.SBOM.Components) != 2 || len(got.Records) != 3 {
		t.Errorf("%d products, %d vulnerabilities", len(got.SBOM.Components), len(got.Records))
	}
	if len(got.SBOM.Problems) > 0 {
		t.Errorf("%+v", got.SBOM.Problems)
	}
}

func TestWhatSPDXCannotSay(t *testing.T) {
	for name, change := range map[string]func(d *vex.Document, s *vex.Statement){
		"no IRI":         func(d *vex.Document, _ *vex.Statement) { d.ID = "1" },
		"no author":      func(d *vex.Document, _ *vex.Statement) { d.Author = "" },
		"no time":        func(d *vex.Document, _ *vex.Statement) { d.Issued = time.Time{} },
		"a range":        func(_ *vex.Document, s *vex.Statement) { s.Products[0].Range = "vers:generic/<5" },
		"nothing":        func(_ *vex.Document, s *vex.Statement) { s.Products[0] = vex.Product{} },
		"no product":     func(_ *vex.Document, s *vex.Statement) { s.Products = nil },
		"inheritance":    func(_ *vex.Document, s *vex.Statement) { s.Inherits = true },
		"no reason":      func(_ *vex.Document, s *vex.Statement) { s.Justification, s.Impact = "", "" },
		"other reason":   func(_ *vex.Document, s *vex.Statement) { s.Justification = "because" },
		"unknown status": func(_ *vex.Document, s *vex.Statement) { s.Status = "maybe" },
		"no action":      func(_ *vex.Document, s *vex.Statement) { s.Status = vex.Affected },
	} {
		d := claims()
		change(d, &d.Statements[0])
		var out bytes.Buffer
		if err := EncodeVEX(&out, d); err == nil || out.Len() > 0 {
			t.Errorf("%s was written", name)
		}
	}
}
