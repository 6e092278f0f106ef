package spdx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/sbom"
)

// document2 is an SPDX 2.3 document with packages A and B and one relationship.
func document2(relationships ...string) string {
	return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"d","documentNamespace":"https://example.org/d",
	"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-far","spdxDocument":"https://example.org/far","checksum":{"algorithm":"SHA1","checksumValue":"aa"}}],
	"relationships":[` + strings.Join(relationships, ",") + `],
	"packages":[{"SPDXID":"SPDXRef-A","name":"A"},{"SPDXID":"SPDXRef-B","name":"B"},{"SPDXID":"SPDXRef-C","name":"C"}]}`
}

func relation2(from, kind, to string) string {
	return fmt.Sprintf(`{"spdxElementId":%q,"relationshipType":%q,"relatedSpdxElement":%q}`, from, kind, to)
}

// The direction of every relationship: which way round the words stand in the
// document, and which way round the graph has them.
func TestDirectionOfRelationships(t *testing.T) {
	want := map[string]string{
		"CONTAINS": "B in A", "CONTAINED_BY": "A in B", "PACKAGE_OF": "A in B", "FILE_ADDED": "A in B", "OPTIONAL_COMPONENT_OF": "A in B",
		"DEPENDS_ON": "A depends-on B", "DEPENDENCY_OF": "B depends-on A", "HAS_PREREQUISITE": "A depends-on B", "PREREQUISITE_FOR": "B depends-on A",
		"BUILD_DEPENDENCY_OF": "B depends-on A build", "DEV_DEPENDENCY_OF": "B depends-on A development", "TEST_DEPENDENCY_OF": "B depends-on A test",
		"RUNTIME_DEPENDENCY_OF": "B depends-on A runtime", "OPTIONAL_DEPENDENCY_OF": "B depends-on A optional", "PROVIDED_DEPENDENCY_OF": "B depends-on A provided",
		"STATIC_LINK": "A depends-on B static", "DYNAMIC_LINK": "A depends-on B dynamic",
		"GENERATES": "B built-from A", "GENERATED_FROM": "A built-from B", "EXPANDED_FROM_ARCHIVE": "A built-from B",
		"BUILD_TOOL_OF": "B built-with A build", "DEV_TOOL_OF": "B built-with A development", "TEST_TOOL_OF": "B built-with A test",
		"TEST_OF": "A tests B test", "TEST_CASE_OF": "A tests B test",
		"PATCH_FOR": "A patched B", "PATCH_APPLIED": "A patched B",
		"VARIANT_OF": "A variant-of B", "DESCENDANT_OF": "A variant-of B", "ANCESTOR_OF": "B variant-of A", "COPY_OF": "A variant-of B", "FILE_MODIFIED": "A variant-of B",
		"DISTRIBUTION_ARTIFACT": "A distributed-as B", "DOCUMENTATION_OF": "A documents B", "METAFILE_OF": "A documents B", "DEPENDENCY_MANIFEST_OF": "A documents B",
		"REQUIREMENT_DESCRIPTION_FOR": "A documents B", "SPECIFICATION_FOR": "A documents B", "EXAMPLE_OF": "A documents B",
		"DATA_FILE_OF": "B related A", "OTHER": "A related B", "FILE_DELETED": "",
		"dependsOn": "A depends-on B", "relationshipType_dependencyOf": "B depends-on A", // spellings met in the wild
	}
	for word, expect := range want {
		d := decode(t, document2(relation2("SPDXRef-A", word, "SPDXRef-B"))).SBOM
		got := ""
		for _, c := range d.Components {
			if c.Parent >= 0 {
				got = c.Name + " in " + d.Components[c.Parent].Name
			}
		}
		for _, r := range d.Relations {
			got = strings.TrimSpace(fmt.Sprintf("%s %s %s %s", d.Components[r.From].Name, r.Kind, d.Components[r.To].Name, r.Scope))
		}
		if got != expect {
			t.Errorf("A %s B: %q, want %q", word, got, expect)
		}
		if len(d.Problems) > 0 {
			t.Errorf("A %s B: %v", word, d.Problems)
		}
	}
	for word := range meanings2 {
		if _, ok := want[word]; !ok && word != "DESCRIBES" && word != "DESCRIBED_BY" && word != "AMENDS" {
			t.Errorf("%s is not tried", word)
		}
	}
}

const everything = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: infusion pump
DocumentNamespace: https://example.org/pump
Creator: Organization: Example Ltd (security@example.org)
Creator: Tool: builder-1.2
Created: 2026-02-03T04:05:06Z
DocumentComment: <text>A text
PackageName: is no package in here
ends.</text>
# files that belong to no package come first
FileName: ./loose.txt
SPDXID: SPDXRef-loose
FileChecksum: SHA1: 0a0b
LicenseConcluded: MIT

PackageName: pump
SPDXID: SPDXRef-pump
PackageVersion: 4.1
PackageSupplier: Organization: Example Ltd (security@example.org)
PackageOriginator: Person: Jane Doe
PrimaryPackagePurpose: FIRMWARE
ValidUntilDate: 2031-12-31T00:00:00Z
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: LicenseRef-own
PackageChecksum: SHA256: 00ff
ExternalRef: SECURITY cpe23Type cpe:2.3:o:example:pump_firmware:4.1:*:*:*:*:*:*:*
ExternalRef: PACKAGE-MANAGER purl pkg:generic/pump@4.1
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-pump

FileName: ./bin/pumpd
SPDXID: SPDXRef-pumpd

PackageName: openssl
SPDXID: SPDXRef-ssl
PackageVersion: 3.0.4
PackageLicenseConcluded: <text>Apache-2.0</text>
Relationship: SPDXRef-pump CONTAINS SPDXRef-ssl
Relationship: SPDXRef-ssl DEPENDS_ON NONE
Relationship: SPDXRef-pumpd DYNAMIC_LINK SPDXRef-ssl
Relationship: SPDXRef-pump CONTAINS NOASSERTION

SnippetSPDXID: SPDXRef-s
SnippetFromFileSPDXID: SPDXRef-pumpd
LicenseID: LicenseRef-own
ExtractedText: <text>own</text>
`

const everythingJSON = `{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"infusion pump","documentNamespace":"https://example.org/pump",
"creationInfo":{"created":"2026-02-03T04:05:06Z","creators":["Organization: Example Ltd (security@example.org)","Tool: builder-1.2"]},
"files":[{"SPDXID":"SPDXRef-loose","fileName":"./loose.txt","checksums":[{"algorithm":"SHA1","checksumValue":"0a0b"}],"licenseConcluded":"MIT"}],
"packages":[{"SPDXID":"SPDXRef-pump","name":"pump","versionInfo":"4.1","supplier":"Organization: Example Ltd (security@example.org)","originator":"Person: Jane Doe",
"primaryPackagePurpose":"FIRMWARE","validUntilDate":"2031-12-31T00:00:00Z","licenseConcluded":"NOASSERTION","licenseDeclared":"LicenseRef-own",
"checksums":[{"checksumValue":"00ff","algorithm":"SHA256"}],"hasFiles":["SPDXRef-pumpd"],
"externalRefs":[{"referenceCategory":"SECURITY","referenceType":"http://spdx.org/rdf/references/cpe23Type","referenceLocator":"cpe:2.3:o:example:pump_firmware:4.1:*:*:*:*:*:*:*"},
{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:generic/pump@4.1"}]}],
"files":[{"SPDXID":"SPDXRef-pumpd","fileName":"./bin/pumpd"}],
"packages":[{"SPDXID":"SPDXRef-ssl","name":"openssl","versionInfo":"3.0.4","licenseConcluded":"Apache-2.0"}],
"snippets":[{"SPDXID":"SPDXRef-s","deep":[[{}]]}],
"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-pump","relationshipType":"DESCRIBES"},
{"spdxElementId":"SPDXRef-pump","relatedSpdxElement":"SPDXRef-ssl","relationshipType":"CONTAINS"},
{"spdxElementId":"SPDXRef-ssl","relatedSpdxElement":"NONE","relationshipType":"DEPENDS_ON"},
{"spdxElementId":"SPDXRef-pumpd","relatedSpdxElement":"SPDXRef-ssl","relationshipType":"DYNAMIC_LINK"},
{"spdxElementId":"SPDXRef-pump","relatedSpdxElement":"NOASSERTION","relationshipType":"CONTAINS"}]}`

// Everything that is kept of SPDX 2, from both of its forms.
func TestTagValueAndJSONGiveTheSame(t *testing.T) {
	want := sbom.Document{
		Format: "SPDX", Version: "2.3", ID: "https://example.org/pump", Name: "infusion pump",
		Created: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Authors: []string{"Example Ltd"}, Tools: []string{"builder-1.2"}, Root: 1,
		Components: []sbom.Component{
			{Ref: "SPDXRef-loose", Parent: -1, Type: sbom.File, Name: "./loose.txt", Hashes: []sbom.Hash{{Algorithm: "SHA-1", Value: "0a0b"}}, Licences: []string{"MIT"}},
			{
				Ref: "SPDXRef-pump", Parent: -1, Type: sbom.Firmware, Name: "pump", Version: "4.1", Supplier: "Example Ltd", Author: "Jane Doe",
				PURL: "pkg:generic/pump@4.1", CPEs: []string{"cpe:2.3:o:example:pump_firmware:4.1:*:*:*:*:*:*:*"}, Hashes: []sbom.Hash{{Algorithm: "SHA-256", Value: "00ff"}},
				Licences: []string{"LicenseRef-own"}, EndOfSupport: time.Date(2031, 12, 31, 0, 0, 0, 0, time.UTC),
			},
			{Ref: "SPDXRef-pumpd", Parent: 1, Type: sbom.File, Name: "./bin/pumpd"},
			{Ref: "SPDXRef-ssl", Parent: 1, Type: sbom.Library, Name: "openssl", Version: "3.0.4", Licences: []string{"Apache-2.0"}},
		},
		Relations:    []sbom.Relation{{From: 2, To: 3, Kind: sbom.DependsOn, Scope: "dynamic"}},
		Compositions: []sbom.Composition{{Aggregate: "unknown", Assemblies: []int{1}}, {Aggregate: "complete", Dependencies: []int{3}}},
		Problems:     []sbom.Problem{{Code: "snippets", Where: "document", Detail: "Snippets of files are not kept.", Count: 1}},
	}
	for name, text := range map[string]string{
		"tag-value": everything, "tag-value, CRLF": strings.ReplaceAll(everything, "\n", "\r\n"),
		"JSON": everythingJSON, "JSON after a byte order mark": "\xEF\xBB\xBF " + everythingJSON,
	} {
		if diff := cmp.Diff(want, decode(t, text).SBOM); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What another document defines becomes a link, with the direction kept.
func TestLinksToOtherDocuments(t *testing.T) {
	d := decode(t, document2(
		relation2("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-A"),
		relation2("SPDXRef-A", "CONTAINS", "DocumentRef-far:SPDXRef-X"),
		relation2("DocumentRef-far:SPDXRef-Y", "BUILD_DEPENDENCY_OF", "SPDXRef-A"),
		relation2("DocumentRef-far:SPDXRef-Z", "CONTAINS", "SPDXRef-B"),
		relation2("SPDXRef-DOCUMENT", "AMENDS", "DocumentRef-far:SPDXRef-DOCUMENT"),
		relation2("DocumentRef-far:SPDXRef-Y", "DEPENDS_ON", "DocumentRef-far:SPDXRef-X"),
		relation2("SPDXRef-A", "DEPENDS_ON", "SPDXRef-nowhere"),
		relation2("SPDXRef-A", "DEPENDS_ON", "DocumentRef-unknown:SPDXRef-X"),
	)).SBOM
	far := "https://example.org/far"
	want := []sbom.Link{
		{From: -1, Document: far, Digest: "SHA-1:aa"},
		{From: 0, Kind: sbom.Contains, Document: far, Element: "SPDXRef-X", Digest: "SHA-1:aa"},
		{From: 0, Kind: sbom.DependsOn, Scope: "build", Document: far, Element: "SPDXRef-Y", Digest: "SHA-1:aa"},
		{From: 1, Kind: sbom.Contains, Reverse: true, Document: far, Element: "SPDXRef-Z", Digest: "SHA-1:aa"},
		{From: -1, Kind: sbom.VariantOf, Document: far, Digest: "SHA-1:aa"},
	}
	if diff := cmp.Diff(want, d.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	codes := map[string]int{}
	for _, p := range d.Problems {
		codes[p.Code]++
	}
	if diff := cmp.Diff(map[string]int{"unknown-ref": 2, "foreign-relationship": 1}, codes); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A file of a package is part of the package, although the product lists it too;
// a second container that is no ancestor is kept as a relation.
func TestNearestContainerIsTheParent(t *testing.T) {
	d := decode(t, document2(
		relation2("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-A"),
		relation2("SPDXRef-A", "CONTAINS", "SPDXRef-C"),
		relation2("SPDXRef-A", "CONTAINS", "SPDXRef-B"),
		relation2("SPDXRef-B", "CONTAINS", "SPDXRef-C"),
	)).SBOM
	if d.Components[2].Parent != 1 || d.Components[1].Parent != 0 || len(d.Relations) != 0 {
		t.Errorf("%+v %v", d.Components, d.Relations)
	}
	d = decode(t, document2(
		relation2("SPDXRef-A", "CONTAINS", "SPDXRef-C"),
		relation2("SPDXRef-B", "CONTAINS", "SPDXRef-C"),
	)).SBOM
	if diff := cmp.Diff([]sbom.Relation{{From: 1, To: 2, Kind: sbom.Contains}}, d.Relations); d.Components[2].Parent != 0 || diff != "" {
		t.Errorf("parent %d\n%s", d.Components[2].Parent, diff)
	}
}
