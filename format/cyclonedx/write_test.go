package cyclonedx_test

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/internal/testkit"
)

var forms = []cyclonedx.WriteOptions{{Version: "1.6"}, {Version: "1.7"}, {Version: "1.6", XML: true}, {Version: "1.7", XML: true, Indent: true}}

func write(t testing.TB, doc *sbom.Document, opt cyclonedx.WriteOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := cyclonedx.Write(&b, doc, opt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// comparable takes from a document what is of one reading only: the version and
// the problems, and the order of edges and links.
func comparable(d *sbom.Document) sbom.Document {
	out := *d
	out.Version, out.Problems = "", nil
	out.Relations, out.Links = slices.Clone(d.Relations), slices.Clone(d.Links)
	slices.SortFunc(out.Relations, func(a, b sbom.Relation) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
	})
	out.Relations = slices.Compact(out.Relations)
	slices.SortFunc(out.Links, func(a, b sbom.Link) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Element, b.Element))
	})
	return out
}

// roundTrip writes a document in every form and reads it again: what is written
// is valid and says the same.
func roundTrip(t *testing.T, name string, doc *sbom.Document) {
	t.Helper()
	for _, opt := range forms {
		data := write(t, doc, opt)
		if bad := cyclonedx.Validate(data, cyclonedx.Options{}); len(bad) > 0 {
			t.Errorf("%s, %+v: what was written is not valid: %v\n%.3000s", name, opt, bad, data)
			continue
		}
		again := read(t, data)
		if again.Version != opt.Version {
			t.Errorf("%s: written as %s, read as %s", name, opt.Version, again.Version)
		}
		if diff := gocmp.Diff(comparable(doc), comparable(again)); diff != "" {
			t.Errorf("%s, %+v: lost on the way (-) or new (+):\n%.3000s", name, opt, diff)
		}
	}
}

// TestRoundTrip: every valid file of the specification comes back as it was read.
func TestRoundTrip(t *testing.T) {
	for _, f := range files(t) {
		if f.valid() {
			roundTrip(t, f.name, read(t, f.data))
		}
	}
}

// TestRoundTripOfARealInventory does the same for 1,000 components.
func TestRoundTripOfARealInventory(t *testing.T) {
	data, err := os.ReadFile(testkit.Data(t, "cyclonedx/bom-examples/SBOM/keycloak-10.0.2/bom.json"))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, "keycloak", read(t, data))
}

// everything is a document that uses each field of the model, with values that
// CycloneDX has no place for.
func everything() *sbom.Document {
	return &sbom.Document{
		Format: "CycloneDX", ID: "https://example.org/spdx/1", Revision: 3, Name: "another name", Created: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC),
		Authors: []string{"A. Person", "Maker GmbH"}, Tools: []string{"@scope/tool@1.0", "plain", "x@y@2"}, Supplier: "Maker", Phases: []string{"build", "my own"},
		Root: 0,
		Components: []sbom.Component{
			{Ref: "root", Parent: -1, Type: sbom.Device, Name: "Ventilator", Version: "4", Manufacturer: "Maker", Support: "actively maintained",
				EndOfSupport: time.Date(2031, 12, 31, 0, 0, 0, 0, time.UTC), Identifiers: map[string]string{"udi-di": "04012345678901", "my key": "x"}},
			{Ref: "os", Parent: 0, Type: sbom.OperatingSystem, Name: "Linux <&> \"x\"", CPEs: []string{"cpe:2.3:o:linux:linux_kernel:6.1:*:*:*:*:*:*:*", "cpe:/o:linux", "no cpe"},
				EndOfSupport: time.Date(2031, 12, 31, 10, 0, 0, 0, time.UTC)},
			{Ref: "lib", Parent: 1, Type: "gadget", Group: "g", Name: "lib", Author: "Some, One", Supplier: "S", SWID: "tag", PURL: "pkg:npm/%40a/b@1", Scope: "unheard",
				CPEs:     []string{"no cpe at all"},
				Hashes:   []sbom.Hash{{Algorithm: "SHA-256", Value: strings.Repeat("ab", 32)}, {Algorithm: "SHA-224", Value: "xyz"}},
				Licences: []string{"MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "Our own"}, VersionRange: "vers:npm/>=1|<2", External: true, Symbols: []string{"a.b"}, Copies: 2,
				Evidence: &sbom.Evidence{Identities: []sbom.Identity{{Field: "purl", Value: "pkg:npm/x@1", Confidence: 0.5}}, Locations: []string{"/usr/lib/x"}},
				Pedigree: &sbom.Pedigree{Ancestors: []sbom.Ancestor{{Type: sbom.Library, Name: "up", Version: "1", PURL: "pkg:npm/up@1"}}, Resolves: []string{"CVE-2024-1"}, Notes: "patched"}},
			{Ref: "model", Parent: -1, Type: sbom.Model, Name: "m", PURL: "1no:url#at#all", Licences: []string{"Apache-2.0 OR MIT"}, VersionRange: "vers:npm/*", External: true},
			{Ref: "svc", Parent: -1, Type: sbom.Service, Name: "cloud", Supplier: "Cloud Inc", Version: "2"},
			{Ref: "inner", Parent: 4, Type: sbom.Service, Name: "inner"},
		},
		Relations: []sbom.Relation{{From: 0, To: 1, Kind: sbom.DependsOn}, {From: 1, To: 2, Kind: sbom.RunsOn}, {From: 2, To: 3, Kind: sbom.BuiltFrom}, {From: 3, To: 2, Kind: sbom.Provides}, {From: 0, To: 4, Kind: sbom.Patched}, {From: 4, To: 5, Kind: sbom.DependsOn}},
		Links: []sbom.Link{
			{From: -1, Document: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", Element: "pkg:npm/%40a/b@1?x=y"},
			{From: 1, Document: "https://example.org/bom.json", Digest: "SHA-256:" + strings.Repeat("cd", 32)},
			{From: 2, Document: "not a url\\ at all"},
			{From: -1, Document: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2", Element: "100% sure"},
			{From: -1, Document: "neither\\ is this"},
		},
		Compositions: []sbom.Composition{{Aggregate: "complete", Assemblies: []int{0}, Dependencies: []int{0}}},
	}
}

// TestWritesEverything: no field of the model is lost, and odd values make no
// invalid document.
func TestWritesEverything(t *testing.T) { roundTrip(t, "everything", everything()) }

// TestAnotherLibraryReadsIt: the CycloneDX project's own library reads what is
// written, with the same components.
func TestAnotherLibraryReadsIt(t *testing.T) {
	for _, opt := range forms {
		form := cdx.BOMFileFormatJSON
		if opt.XML {
			form = cdx.BOMFileFormatXML
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(write(t, everything(), opt)), form).Decode(&bom); err != nil {
			t.Errorf("%+v: %v", opt, err)
			continue
		}
		var names []string
		var collect func(list *[]cdx.Component)
		collect = func(list *[]cdx.Component) {
			if list != nil {
				for _, c := range *list {
					names = append(names, c.BOMRef+" "+string(c.Type)+" "+c.Name)
					collect(c.Components)
				}
			}
		}
		collect(&[]cdx.Component{*bom.Metadata.Component})
		collect(bom.Components)
		want := []string{"root device Ventilator", `os operating-system Linux <&> "x"`, "lib library lib", "model machine-learning-model m"}
		if diff := gocmp.Diff(want, names); diff != "" || len(*bom.Services) != 1 || len(*bom.Dependencies) != 3 {
			t.Errorf("%+v: %s", opt, diff)
		}
	}
}

// TestContradictions: a document that contradicts itself is not written.
func TestContradictions(t *testing.T) {
	for name, doc := range map[string]*sbom.Document{
		"two of one ref":     {Root: -1, Components: []sbom.Component{{Ref: "a", Parent: -1}, {Ref: "a", Parent: -1}}},
		"a parent missing":   {Root: -1, Components: []sbom.Component{{Ref: "a", Parent: 5}}},
		"parents in circles": {Root: -1, Components: []sbom.Component{{Ref: "a", Parent: 1, Type: "file"}, {Ref: "b", Parent: 0, Type: "file"}}},
		"a root missing":     {Root: 3},
		"a relation astray":  {Root: -1, Relations: []sbom.Relation{{From: 0, To: 1}}},
		"a link astray":      {Root: -1, Links: []sbom.Link{{From: 2}}},
	} {
		if err := cyclonedx.Write(&bytes.Buffer{}, doc, cyclonedx.WriteOptions{}); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if err := cyclonedx.Write(&bytes.Buffer{}, &sbom.Document{Root: -1}, cyclonedx.WriteOptions{Version: "1.2"}); err == nil {
		t.Error("1.2 is written")
	}
}
