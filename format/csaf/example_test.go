package csaf_test

import (
	"fmt"
	"time"

	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/format/vex"
)

// A maker states that a part of its pump does no harm, and reads its own statement.
func ExampleFromVEX() {
	draft := csaf.FromVEX(&vex.Document{ID: "maker-2026-7", Statements: []vex.Statement{{
		Vulnerability: "CVE-2026-1234", Status: vex.NotAffected, Justification: vex.NotInExecutePath,
		Products: []vex.Product{{Vendor: "Maker", Name: "P100", Version: "4.33", Components: []vex.Product{{Name: "parser", PURL: "pkg:npm/parser@1.0.0"}}}},
	}}})
	draft.Publisher = csaf.Publisher{Name: "Maker", Namespace: "https://maker.example"}
	_, err := draft.Build()
	fmt.Println(err) // nothing is dated yet

	draft.Tracking.Current = when
	doc, err := draft.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	d, _ := csaf.ReadBytes(doc, csaf.ReadOptions{})
	for _, s := range d.VEX().Statements {
		fmt.Println(s.Vulnerability, s.Status, s.Justification, s.Products[0].Name, s.Products[0].Components[0].PURL)
	}
	fmt.Println(csaf.Validate(doc, csaf.Options{Optional: true}).Tests(csaf.Optional))
	// Output:
	// revision "1" has no date
	// CVE-2026-1234 not_affected vulnerable_code_not_in_execute_path P100 pkg:npm/parser@1.0.0
	// [6.2.11 6.2.16]
}

// Tests are named by their section of the standard, with the place where they fail.
func ExampleValidate() {
	r := csaf.Validate([]byte(`{"document": {"csaf_version": "2.0", "category": "Security Advisory", "publisher": {"category": "vendor", "name": "Maker", "namespace": "https://maker.example"}, "title": "x",
		"tracking": {"id": "1", "status": "final", "version": "1", "initial_release_date": "2026-01-01T00:00:00Z", "current_release_date": "2026-01-01T00:00:00Z",
		"revision_history": [{"date": "2026-01-01T00:00:00Z", "number": "2", "summary": "x"}]}}}`), csaf.Options{})
	fmt.Println(r.Valid, r.Tests())
	for _, f := range r.Failures {
		fmt.Println(f.Test, f.Pointer)
	}
	// Output:
	// false [6.1.16 6.1.21 6.1.26]
	// 6.1.16 /document/tracking/version
	// 6.1.21 /document/tracking/revision_history
	// 6.1.21 /document/tracking/revision_history
	// 6.1.26 /document/category
}

var when = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
