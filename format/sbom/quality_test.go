package sbom_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "github.com/wardround/wardround/format/sbom"
)

// sound is a bill of materials that every profile passes.
func sound() Document {
	when := time.Date(2026, 2, 3, 4, 5, 0, 0, time.UTC)
	part := func(ref, name, purl string, parent int) Component {
		return Component{Ref: ref, Parent: parent, Type: Library, Name: name, Version: "1", Supplier: "Example Ltd", PURL: purl, Support: "actively maintained", EndOfSupport: when.AddDate(5, 0, 0)}
	}
	return Document{
		Format: "CycloneDX", Version: "1.6", ID: "urn:uuid:1", Created: when, Authors: []string{"Jane Doe"}, Root: 0,
		Components: []Component{
			part("pump", "pump", "pkg:generic/pump@1", -1), part("ssl", "openssl", "pkg:generic/openssl@1", 0), part("z", "zlib", "pkg:generic/zlib@1", 0),
			{Ref: "f", Parent: 1, Type: File, Name: "libssl.so"}, // files are not asked
		},
		Relations:    []Relation{{From: 1, To: 2, Kind: DependsOn}},
		Compositions: []Composition{{Aggregate: "complete", Assemblies: []int{0}, Dependencies: []int{0, 1}}},
	}
}

func answers(d *Document) map[string]Answer {
	out := map[string]Answer{}
	for _, p := range Profiles {
		for _, a := range Quality(d, p) {
			out[a.Rule] = a
		}
	}
	return out
}

// Each row spoils a sound document; what changes are the answers named, no others.
func TestQuality(t *testing.T) {
	good := sound()
	for rule, a := range answers(&good) {
		if a.State != Pass {
			t.Errorf("%s of a sound document: %+v", rule, a)
		}
	}
	tried := map[string]bool{}
	for name, c := range map[string]struct {
		spoil func(*Document)
		want  map[string]State
	}{
		"no supplier":   {func(d *Document) { d.Components[1].Supplier = "NOASSERTION" }, map[string]State{"supplier-name": Fail}},
		"no name":       {func(d *Document) { d.Components[1].Name = "" }, map[string]State{"component-name": Fail}},
		"no version":    {func(d *Document) { d.Components[1].Version = "unknown" }, map[string]State{"component-version": Fail}},
		"no identifier": {func(d *Document) { d.Components[1].PURL = "" }, map[string]State{"unique-identifier": Fail}},
		"name only":     {func(d *Document) { d.Components[1].PURL, d.Components[1].Version = "", "" }, map[string]State{"unique-identifier": Fail, "component-version": Fail, "identity": Fail}},
		"md5 only":      {func(d *Document) { d.Components[1].PURL, d.Components[1].Hashes = "", []Hash{{"MD5", "00"}} }, map[string]State{"unique-identifier": Fail}},
		"a digest":      {func(d *Document) { d.Components[1].PURL, d.Components[1].Hashes = "", []Hash{{"SHA-256", "00"}} }, nil},
		"a loose one":   {func(d *Document) { d.Components[2].Parent, d.Relations = -1, nil }, map[string]State{"dependency-relationship": Fail}},
		"a flat list": {func(d *Document) {
			d.Components[1].Parent, d.Components[2].Parent, d.Components[3].Parent, d.Relations = -1, -1, -1, nil
			d.Compositions = nil
		}, map[string]State{"dependency-relationship": Fail, "completeness": Unknown}},
		"one component": {func(d *Document) { d.Components, d.Relations, d.Compositions = d.Components[:1], nil, nil }, map[string]State{"dependency-relationship": Unknown, "top-level-dependencies": Unknown, "completeness": Unknown}},
		"one, complete": {func(d *Document) {
			d.Components, d.Relations, d.Compositions[0].Dependencies = d.Components[:1], nil, []int{0}
		}, nil},
		"nothing":          {func(d *Document) { *d = Document{Format: "SPDX", Root: -1, Created: d.Created, Authors: d.Authors} }, map[string]State{"supplier-name": Unknown, "component-name": Unknown, "component-version": Unknown, "unique-identifier": Unknown, "dependency-relationship": Unknown, "support-level": Unknown, "end-of-support": Unknown, "product-named": Fail, "top-level-dependencies": Fail, "identity": Unknown, "valid-purl": Unknown, "primary-component": Fail, "completeness": Unknown}},
		"no author":        {func(d *Document) { d.Authors = []string{"N/A"}; d.Tools = []string{"x"} }, map[string]State{"sbom-author": Fail}},
		"no time":          {func(d *Document) { d.Created = time.Time{} }, map[string]State{"timestamp": Fail}},
		"no support":       {func(d *Document) { d.Components[2].Support = "" }, map[string]State{"support-level": Fail}},
		"no end":           {func(d *Document) { d.Components[2].EndOfSupport = time.Time{} }, map[string]State{"end-of-support": Fail}},
		"unknown format":   {func(d *Document) { d.Format = "spreadsheet" }, map[string]State{"machine-readable-format": Fail}},
		"no product":       {func(d *Document) { d.Root, d.Compositions = -1, nil }, map[string]State{"product-named": Fail, "primary-component": Fail, "top-level-dependencies": Fail, "completeness": Unknown}},
		"several products": {func(d *Document) { d.Root, d.Described = -1, []int{0, 1} }, map[string]State{"product-named": Fail, "primary-component": Fail, "top-level-dependencies": Fail}},
		"broken reference": {func(d *Document) {
			d.Problems = []Problem{{Code: "unknown-ref", Where: "x"}, {Code: "unknown-ref", Where: "y", Count: 3}}
		}, map[string]State{"broken-reference": Fail}},
		"duplicate":   {func(d *Document) { d.Problems = []Problem{{Code: "duplicate-ref", Where: "x"}} }, map[string]State{"duplicate-reference": Fail}},
		"a cycle":     {func(d *Document) { d.Relations = append(d.Relations, Relation{From: 2, To: 1, Kind: DependsOn}) }, map[string]State{"cycle": Fail}},
		"a cut cycle": {func(d *Document) { d.Problems = []Problem{{Code: "cycle", Where: "x"}} }, map[string]State{"cycle": Fail}},
		"a bad purl":  {func(d *Document) { d.Components[1].PURL = "pkg:openssl" }, map[string]State{"valid-purl": Fail}},
		"incomplete":  {func(d *Document) { d.Compositions[0].Aggregate = "incomplete_first_party_only" }, map[string]State{"completeness": Fail, "top-level-dependencies": Fail}},
		"not known":   {func(d *Document) { d.Compositions[0].Aggregate = "not_specified" }, map[string]State{"completeness": Unknown}},
		"only a part": {func(d *Document) { d.Compositions = []Composition{{Aggregate: "complete", Dependencies: []int{1}}} }, map[string]State{"completeness": Unknown}},
		"merged":      {func(d *Document) { d.Format, d.Sources = "", []Source{{ID: "a"}} }, nil},
	} {
		d := sound()
		c.spoil(&d)
		got := map[string]State{}
		for rule, a := range answers(&d) {
			if a.State != Pass {
				got[rule] = a.State
				tried[rule] = true
			}
			if a.Sentence == "" || !strings.HasSuffix(a.Sentence, ".") || strings.Contains(a.Sentence, "%!") {
				t.Errorf("%s, %s: %q", name, rule, a.Sentence)
			}
		}
		want := c.want
		if want == nil {
			want = map[string]State{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, p := range Profiles {
		for _, r := range Rules(p) {
			if r.ID == "" || r.Title == "" || r.Reference == "" || !strings.HasSuffix(r.Why, ".") {
				t.Errorf("%+v", r)
			}
			if !tried[r.ID] {
				t.Errorf("no document fails %s", r.ID)
			}
		}
	}
	if n := len(Rules(NTIA)); n != 7 {
		t.Errorf("NTIA has seven fields, not %d", n)
	}
	if ids := Rules(FDA); len(ids) != 9 || !slices.ContainsFunc(ids, func(r Rule) bool { return r.ID == "end-of-support" }) {
		t.Errorf("FDA asks for NTIA's seven and two more: %v", ids)
	}
	if Quality(&good, "no such profile") != nil {
		t.Error("an unknown profile answers")
	}
}

// An answer says how many fall short and names the first of them.
func TestQualityCounts(t *testing.T) {
	d := Document{Format: "SPDX", Root: -1}
	for i := range 50 {
		c := Component{Ref: fmt.Sprint("c", i), Parent: -1, Name: "x", Version: "1"}
		if i%5 == 0 {
			c.Supplier = "Example Ltd"
		}
		d.Components = append(d.Components, c)
	}
	a := Quality(&d, NTIA)[0]
	if a.Rule != "supplier-name" || a.Count != 40 || a.Of != 50 || len(a.Where) != PlacesShown || a.Where[0] != "c1" || a.Sentence != "40 of 50 components (80 %) do not name a supplier." {
		t.Errorf("%+v", a)
	}
}
