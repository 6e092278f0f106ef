package spdx

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/wardround/wardround/format/sbom"
)

func encode(t testing.TB, d *sbom.Document) string {
	t.Helper()
	var out bytes.Buffer
	if err := Encode(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// full has a bit of everything that SPDX 2.3 can carry.
func full() sbom.Document {
	day := time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)
	return sbom.Document{
		Format: "SPDX", Version: "2.3", ID: "https://example.org/pump", Name: "pump", Created: day, Authors: []string{"Example Ltd"}, Tools: []string{"builder-1"}, Root: 0,
		Components: []sbom.Component{
			{
				Ref: "SPDXRef-pump", Parent: -1, Type: sbom.Device, Name: "pump", Version: "4", Supplier: "Example Ltd", Manufacturer: "Maker", PURL: "pkg:generic/pump@4",
				CPEs: []string{"cpe:2.3:h:example:pump:4:*:*:*:*:*:*:*", "cpe:/h:example:pump:4"}, SWID: "swid:x", Hashes: []sbom.Hash{{Algorithm: "SHA-256", Value: "00ff"}, {Algorithm: "SHA3-256", Value: "11"}},
				Licences: []string{"MIT AND (Apache-2.0 OR LicenseRef-own)"}, Support: "actively maintained", EndOfSupport: day.AddDate(5, 0, 0), Identifiers: map[string]string{"udi-di": "00812345678901"},
			},
			{Ref: "SPDXRef-net", Parent: 0, Type: sbom.Model, Group: "org.example", Name: "net", Author: "Jane Doe"},
			{Ref: "SPDXRef-lib", Parent: 0, Type: sbom.Library, Name: "lib"},
			{Ref: "SPDXRef-test", Parent: -1, Type: sbom.Framework, Name: "test", Scope: "excluded"},
			{Ref: "SPDXRef-g", Parent: 2, Type: sbom.File, Name: "b.c"}, // without SHA-1 it is written as a package
			{Ref: "SPDXRef-f", Parent: 2, Type: sbom.File, Name: "a.c", Hashes: []sbom.Hash{{Algorithm: "SHA-1", Value: "0a0b"}}, Licences: []string{"MIT"}},
		},
		Relations: []sbom.Relation{
			{From: 0, To: 1, Kind: sbom.DependsOn, Scope: "runtime"}, {From: 0, To: 3, Kind: sbom.DependsOn, Scope: "test"},
			{From: 1, To: 2, Kind: sbom.BuiltFrom}, {From: 1, To: 2, Kind: sbom.DependsOn, Scope: "static"},
		},
		Links: []sbom.Link{
			{From: -1, Document: "https://example.org/far", Digest: "SHA-1:aa"},
			{From: 0, Kind: sbom.DependsOn, Scope: "build", Document: "https://example.org/far", Element: "SPDXRef-X", Digest: "SHA-1:aa"},
			{From: 1, Kind: sbom.Contains, Reverse: true, Document: "https://example.org/far", Element: "SPDXRef-Y", Digest: "SHA-1:aa"},
		},
		Compositions: []sbom.Composition{{Aggregate: "unknown", Assemblies: []int{0}, Dependencies: []int{1}}},
	}
}

// What is written is read back as it was.
func TestRoundTrip(t *testing.T) {
	want := full()
	if diff := cmp.Diff(want, decode(t, encode(t, &want)).SBOM); diff != "" {
		t.Errorf("-before +after:\n%s\n%s", diff, encode(t, &want))
	}
	// And so is what the examples hold, as far as both forms agree on it.
	for name, b := range examples(t) {
		d := decode(t, string(b)).SBOM
		if strings.Contains(d.ID, "#") {
			t.Errorf("%s: %s", name, d.ID)
		}
		again := decode(t, encode(t, &d)).SBOM
		if len(again.Components) != len(d.Components) {
			t.Errorf("%s: %d components, then %d", name, len(d.Components), len(again.Components))
		}
		// TEST_CASE_OF is written as TEST_OF and so on: the scope goes, the edge stays.
		if diff := cmp.Diff(shape(d, false), shape(again, false)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// Another reader takes it, too, and finds as much in it.
func TestOthersReadIt(t *testing.T) {
	d := full()
	text := encode(t, &d)
	if !json.Valid([]byte(text)) {
		t.Fatal(text)
	}
	judge, err := spdxjson.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(judge.Packages) != 5 || len(judge.Files) != 1 || len(judge.Relationships) != 13 || len(judge.ExternalDocumentReferences) != 1 || len(judge.OtherLicenses) != 1 {
		t.Errorf("%d packages, %d files, %d relationships, %d documents, %d licences", len(judge.Packages), len(judge.Files), len(judge.Relationships), len(judge.ExternalDocumentReferences), len(judge.OtherLicenses))
	}
}

func TestIdentifiersAndLicencesAsWritten(t *testing.T) {
	d := sbom.Document{ID: "urn:x:1", Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Root: -1, Components: []sbom.Component{
		{Ref: "pkg:npm/a@1", Parent: -1, Name: "a", Licences: []string{"Our own licence", "MIT OR Apache-2.0"}}, {Ref: "pkg:npm/a/1", Parent: -1, Name: "b", Licences: []string{"Our own licence"}},
		{Ref: "SPDXRef-pkg-npm-a-1", Parent: -1, Name: "c"}, {Ref: "", Parent: -1, Name: "d"}, {Ref: strings.Repeat("ä", 500), Parent: -1, Name: "e"},
	}}
	got := decode(t, encode(t, &d)).SBOM
	seen := map[string]bool{}
	for i, c := range got.Components {
		if !isID(c.Ref) || seen[c.Ref] || c.Name != d.Components[i].Name {
			t.Errorf("%+v", c)
		}
		seen[c.Ref] = true
	}
	if got.Components[2].Ref != "SPDXRef-pkg-npm-a-1" || got.Components[0].Licences[0] != "LicenseRef-wardround-1 AND (MIT OR Apache-2.0)" || got.Components[1].Licences[0] != "LicenseRef-wardround-1" {
		t.Errorf("%+v", got.Components)
	}
	for text, want := range map[string]bool{
		"MIT": true, "GPL-2.0+ WITH Classpath-exception-2.0": true, "(MIT OR BSD-3-Clause) AND Zlib": true, "DocumentRef-a:LicenseRef-b": true,
		"": false, "MIT BSD": false, "MIT AND": false, "(MIT": false, "MIT)": false, "Apache License 2.0": false, "AND": false, "MIT (BSD)": false, "a/b": false,
	} {
		if expression(text) != want {
			t.Errorf("%q is an expression: %v", text, !want)
		}
	}
	for _, bad := range []sbom.Document{{ID: "x", Created: d.Created}, {ID: "https://a/b#c", Created: d.Created}, {ID: "urn:x"}} {
		if err := Encode(&bytes.Buffer{}, &bad); err == nil {
			t.Errorf("%+v was written", bad)
		}
	}
}
