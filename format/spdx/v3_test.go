package spdx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// document3 is an SPDX 3 graph with packages A and B below a document.
func document3(version string, more ...string) string {
	head := []string{
		`{"type":"CreationInfo","@id":"_:c","created":"2026-02-03T04:05:06Z","specVersion":"` + version + `","createdBy":["urn:org"],"createdUsing":["urn:tool"]}`,
		`{"type":"Organization","spdxId":"urn:org","creationInfo":"_:c","name":"Example Ltd"}`,
		`{"type":"Tool","spdxId":"urn:tool","creationInfo":"_:c","name":"builder"}`,
		`{"type":"software_Package","spdxId":"urn:A","creationInfo":"_:c","name":"A"}`,
		`{"type":"software_Package","spdxId":"urn:B","creationInfo":"_:c","name":"B"}`,
		`{"type":"SpdxDocument","spdxId":"urn:doc","creationInfo":"_:c","name":"d","rootElement":["urn:A"]}`,
	}
	return `{"@graph":[` + strings.Join(append(more, head...), ",") + `],"@context":"https://spdx.org/rdf/` + version + `/spdx-context.jsonld"}`
}

func TestDirectionOfRelationships3(t *testing.T) {
	want := map[string]string{
		"contains": "B in A", "hasAddedFile": "B in A", "hasOptionalComponent": "B in A",
		"dependsOn": "A depends-on B", "hasPrerequisite": "A depends-on B", "hasOptionalDependency": "A depends-on B optional", "hasProvidedDependency": "A depends-on B provided",
		"hasStaticLink": "A depends-on B static", "hasDynamicLink": "A depends-on B dynamic",
		"generates": "B built-from A", "expandsTo": "B built-from A", "usesTool": "A built-with B", "configures": "A related B", "hasDataFile": "A related B", "other": "A related B",
		"hasTest": "B tests A test", "hasTestCase": "B tests A test", "patchedBy": "B patched A",
		"hasVariant": "B variant-of A", "ancestorOf": "B variant-of A", "descendantOf": "A variant-of B", "copiedTo": "B variant-of A", "modifiedBy": "B variant-of A",
		"hasDistributionArtifact": "A distributed-as B", "packagedBy": "A distributed-as B",
		"hasDocumentation": "B documents A", "hasMetadata": "B documents A", "hasDependencyManifest": "B documents A", "hasRequirement": "B documents A",
		"hasSpecification": "B documents A", "hasExample": "B documents A", "hasEvidence": "B documents A", "trainedOn": "A trained-on B", "testedOn": "A tested-on B",
		"hasDeletedFile": "", "serializedInArtifact": "", "availableFrom": "",
		"https://spdx.org/rdf/3.0.1/terms/Core/RelationshipType/dependsOn": "A depends-on B",
	}
	for word, expect := range want {
		d := decode(t, document3("3.0.1", fmt.Sprintf(`{"type":"Relationship","spdxId":"urn:r","from":"urn:A","to":["urn:B"],"relationshipType":%q}`, word))).SBOM
		got := ""
		for _, c := range d.Components {
			if c.Parent >= 0 {
				got = c.Name + " in " + d.Components[c.Parent].Name
			}
		}
		for _, r := range d.Relations {
			got = strings.TrimSpace(fmt.Sprintf("%s %s %s %s", d.Components[r.From].Name, r.Kind, d.Components[r.To].Name, r.Scope))
		}
		if got != expect || len(d.Problems) > 0 {
			t.Errorf("A %s B: %q, want %q; %v", word, got, expect, d.Problems)
		}
	}
	for word := range meanings3 {
		if _, ok := want[word]; !ok && word != "describes" && word != "amendedBy" {
			t.Errorf("%s is not tried", word)
		}
	}
}

// The ways JSON-LD lets one write the same thing: references, objects inside one
// another, full IRIs, values in objects, a list of one without the list.
func TestWaysOfJSONLD(t *testing.T) {
	flat := `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
	{"type":"CreationInfo","@id":"_:c","created":"2026-02-03T04:05:06Z","specVersion":"3.0.1","createdBy":["urn:org"]},
	{"type":"Organization","spdxId":"urn:org","creationInfo":"_:c","name":"Example Ltd"},
	{"type":"SpdxDocument","spdxId":"urn:doc","creationInfo":"_:c","name":"d","rootElement":["urn:A"]},
	{"type":"software_Package","spdxId":"urn:A","creationInfo":"_:c","name":"A","software_packageVersion":"1","software_primaryPurpose":"firmware","suppliedBy":"urn:org",
	 "verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"00ff"}],"externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:o:x:y:1:*:*:*:*:*:*:*"}]},
	{"type":"software_File","spdxId":"urn:F","creationInfo":"_:c","name":"f"},
	{"type":"Relationship","spdxId":"urn:r","creationInfo":"_:c","from":"urn:A","to":["urn:F"],"relationshipType":"contains","completeness":"complete"}]}`
	nested := `{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld",{"ex":"urn:"}],
	"@type":"SpdxDocument","@id":"ex:doc","name":[{"@value":"d"}],
	"creationInfo":{"type":"CreationInfo","created":"2026-02-03T04:05:06Z","specVersion":"3.0.1","createdBy":{"type":"Organization","spdxId":"urn:org","name":"Example Ltd"}},
	"rootElement":{"@type":"https://spdx.org/rdf/3.0.1/terms/Software/Package","@id":"urn:A","name":"A",
	 "https://spdx.org/rdf/3.0.1/terms/Software/packageVersion":"1","spdx:Software/primaryPurpose":{"@id":"https://spdx.org/rdf/3.0.1/terms/Software/SoftwarePurpose/firmware"},"suppliedBy":{"@id":"urn:org"},
	 "verifiedUsing":{"type":"Hash","algorithm":"https://spdx.org/rdf/3.0.1/terms/Core/HashAlgorithm/sha256","hashValue":"00ff"},
	 "externalIdentifier":{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:o:x:y:1:*:*:*:*:*:*:*"}},
	"element":[{"type":"Relationship","spdxId":"urn:r","from":{"@id":"ex:A"},"to":{"type":"software:File","spdxId":"urn:F","name":"f"},"relationshipType":"contains","completeness":"complete"}]}`
	a, b := decode(t, flat).SBOM, decode(t, nested).SBOM
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("side by side to inside one another:\n%s", diff)
	}
	c := a.Components[a.Root]
	if c.Type != sbom.Firmware || c.Supplier != "Example Ltd" || len(c.Hashes) != 1 || len(c.CPEs) != 1 || len(a.Compositions) != 1 || a.Compositions[0].Aggregate != "complete" {
		t.Errorf("%+v", c)
	}
	for _, v := range []string{"3.0.0", "3.0.1"} {
		if d := decode(t, document3(v)).SBOM; d.Version != v || d.Root != 0 || d.Tools[0] != "builder" {
			t.Errorf("%s: %+v", v, d)
		}
	}
}

func TestLicencesAsSetsAndWords(t *testing.T) {
	d := decode(t, document3("3.0.1",
		`{"type":"Relationship","spdxId":"urn:r1","from":"urn:A","to":["urn:set"],"relationshipType":"hasConcludedLicense"}`,
		`{"type":"Relationship","spdxId":"urn:r2","from":"urn:A","to":["https://spdx.org/licenses/MIT"],"relationshipType":"hasDeclaredLicense"}`,
		`{"type":"Relationship","spdxId":"urn:r3","from":"urn:B","to":["https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"],"relationshipType":"hasConcludedLicense"}`,
		`{"type":"Relationship","spdxId":"urn:r4","from":"urn:B","to":["urn:loop"],"relationshipType":"hasDeclaredLicense"}`,
		`{"type":"expandedlicensing_ConjunctiveLicenseSet","spdxId":"urn:set","expandedlicensing_member":["urn:or","urn:with"]}`,
		`{"type":"expandedlicensing_DisjunctiveLicenseSet","spdxId":"urn:or","expandedlicensing_member":["https://spdx.org/licenses/Apache-2.0","urn:own"]}`,
		`{"type":"expandedlicensing_WithAdditionOperator","spdxId":"urn:with","expandedlicensing_subjectExtendableLicense":"urn:later","expandedlicensing_subjectAddition":"urn:exception"}`,
		`{"type":"expandedlicensing_OrLaterOperator","spdxId":"urn:later","expandedlicensing_subjectLicense":"https://spdx.org/licenses/GPL-2.0"}`,
		`{"type":"expandedlicensing_ListedLicenseException","spdxId":"urn:exception","name":"Classpath-exception-2.0"}`,
		`{"type":"expandedlicensing_CustomLicense","spdxId":"urn:own","name":"Own","simplelicensing_licenseText":"…"}`,
		`{"type":"expandedlicensing_ConjunctiveLicenseSet","spdxId":"urn:loop","expandedlicensing_member":["urn:loop"`+strings.Repeat(`,"urn:loop"`, 100)+`]}`,
	)).SBOM
	want := []string{"(Apache-2.0 OR Own) AND GPL-2.0+ WITH Classpath-exception-2.0", "MIT"}
	if diff := cmp.Diff(want, d.Components[0].Licences); diff != "" {
		t.Error(diff)
	}
	if len(d.Components[1].Licences) != 0 {
		t.Errorf("%q", d.Components[1].Licences)
	}
}

// The security profile: claims, ratings and vulnerabilities. The example is put
// together after the ones in the SPDX 3.0.1 model.
func TestSecurityProfile(t *testing.T) {
	d := decode(t, document3("3.0.1",
		`{"type":"security_VexNotAffectedVulnAssessmentRelationship","spdxId":"urn:n","from":"urn:v","to":["urn:A"],"security_assessedElement":"urn:B","relationshipType":"doesNotAffect",
		  "security_justificationType":"vulnerableCodeNotInExecutePath","security_impactStatement":"Not called.","security_statusNotes":"checked","suppliedBy":["urn:org"],"security_publishedTime":"2026-03-01T00:00:00Z","creationInfo":"_:c"}`,
		`{"type":"security_VexAffectedVulnAssessmentRelationship","spdxId":"urn:a","from":"urn:v2","to":["urn:A"],"relationshipType":"affects","security_actionStatement":"Upgrade.","creationInfo":"_:c"}`,
		`{"type":"security_VexFixedVulnAssessmentRelationship","spdxId":"urn:f","from":"urn:v2","to":["urn:B"],"relationshipType":"fixedIn","security_withdrawnTime":"2026-04-01T00:00:00Z"}`,
		`{"type":"security_VexUnderInvestigationVulnAssessmentRelationship","spdxId":"urn:u","from":"urn:nowhere/CVE-2026-9","to":["urn:A"],"relationshipType":"underInvestigationFor"}`,
		`{"type":"security_CvssV3VulnAssessmentRelationship","spdxId":"urn:s","from":"urn:v","to":["urn:A"],"relationshipType":"hasAssessmentFor","security_score":6.8,"security_severity":"medium","security_vectorString":"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N","suppliedBy":"urn:org"}`,
		`{"type":"security_CvssV4VulnAssessmentRelationship","spdxId":"urn:s4","from":"urn:v","to":["urn:A"],"relationshipType":"hasAssessmentFor","security_score":"9.3","security_severity":"critical"}`,
		`{"type":"security_SsvcVulnAssessmentRelationship","spdxId":"urn:ssvc","from":"urn:v","to":["urn:A"],"relationshipType":"hasAssessmentFor","security_decisionType":"attend"}`,
		`{"type":"Relationship","spdxId":"urn:assoc","from":"urn:B","to":["urn:v2"],"relationshipType":"hasAssociatedVulnerability"}`,
		`{"type":"security_Vulnerability","spdxId":"urn:v","summary":"Broken algorithm","description":"Before 6.5.4.","security_publishedTime":"2021-03-08T16:02:50Z","security_modifiedTime":"2021-03-09T00:00:00Z",
		  "externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"securityOther","identifier":"GHSA-r9p9-mrjm-926w"},{"type":"ExternalIdentifier","externalIdentifierType":"cve","identifier":"CVE-2020-28498"}],
		  "externalRef":[{"type":"ExternalRef","externalRefType":"securityAdvisory","locator":["https://example.org/1"]},{"type":"ExternalRef","externalRefType":"securityFix","locator":"https://example.org/2"}]}`,
		`{"type":"security_Vulnerability","spdxId":"urn:vulnerability/CVE-2026-2"}`,
		`{"type":"security_Vulnerability","spdxId":"urn:v2","name":"CVE-2026-1"}`,
	))
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	created := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	a := vex.Product{ID: "urn:A", Name: "A", Document: "urn:doc", Ref: "urn:A"}
	b := vex.Product{ID: "urn:B", Name: "B", Document: "urn:doc", Ref: "urn:B"}
	within := a
	within.Components = []vex.Product{b}
	want := &vex.Document{
		Format: "SPDX", Version: "3.0.1", ID: "urn:doc", Author: "Example Ltd", Issued: created,
		Statements: []vex.Statement{
			{
				ID: "urn:n", Where: "urn:n", Vulnerability: "CVE-2020-28498", Aliases: []string{"GHSA-r9p9-mrjm-926w"}, Products: []vex.Product{within}, Status: vex.NotAffected,
				Justification: vex.NotInExecutePath, Impact: "Not called.", Note: "checked", Issued: day(2026, 3, 1),
			},
			{ID: "urn:a", Where: "urn:a", Vulnerability: "CVE-2026-1", Products: []vex.Product{a}, Status: vex.Affected, Action: "Upgrade.", Issued: created},
			{ID: "urn:u", Where: "urn:u", Vulnerability: "CVE-2026-9", Products: []vex.Product{a}, Status: vex.UnderInvestigation, Issued: created},
		},
		Problems: []string{
			"The statement urn:f about CVE-2026-1 was withdrawn; it is not applied.",
			`The statement urn:u is about "urn:nowhere/CVE-2026-9", which is not described; its last part is taken as the name.`,
		},
	}
	if diff := cmp.Diff(want, d.VEX); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	r := d.Records[0]
	if r.ID != "CVE-2020-28498" || len(r.Affected) != 1 || r.Affected[0].Product.Name != "B" || r.Affected[0].Status != advisory.NotAffected || r.SSVC["decision"] != "attend" {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]advisory.Severity{
		{System: "CVSS:3.1", Vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N", Score: 6.8, Text: "medium", By: "Example Ltd"},
		{System: "CVSS:4.0", Score: 9.3, Text: "critical"},
	}, r.Severities); diff != "" {
		t.Error(diff)
	}
	if d.Records[1].ID != "CVE-2026-2" {
		t.Errorf("%+v", d.Records[1])
	}
	if got := d.Records[2].Affected; len(got) != 2 || got[1].Status != advisory.InReview {
		t.Errorf("a withdrawn claim and an association: %+v", got)
	}
}

// Elements of other documents are named in the import of the document.
func TestImports(t *testing.T) {
	d := decode(t, document3("3.0.1",
		`{"type":"SpdxDocument","spdxId":"urn:doc0","import":[]}`,
		`{"type":"Relationship","spdxId":"urn:r","from":"urn:A","to":["https://example.org/far#SPDXRef-X","urn:gone"],"relationshipType":"dependsOn"}`,
	)).SBOM
	if len(d.Links) != 0 || len(d.Problems) != 2 {
		t.Errorf("%v %v", d.Links, d.Problems)
	}
	text := strings.Replace(document3("3.0.1",
		`{"type":"Relationship","spdxId":"urn:r","from":"urn:A","to":["https://example.org/far#SPDXRef-X"],"relationshipType":"dependsOn","scope":"runtime"}`),
		`"name":"d"`, `"name":"d","import":[{"type":"ExternalMap","externalSpdxId":"https://example.org/far#SPDXRef-X","verifiedUsing":[{"type":"Hash","algorithm":"sha1","hashValue":"aa"}]}]`, 1)
	d = decode(t, text).SBOM
	want := []sbom.Link{
		{From: -1, Document: "https://example.org/far", Element: "https://example.org/far#SPDXRef-X", Digest: "SHA-1:aa"},
		{From: 0, Kind: sbom.DependsOn, Scope: "runtime", Document: "https://example.org/far", Element: "https://example.org/far#SPDXRef-X", Digest: "SHA-1:aa"},
	}
	if diff := cmp.Diff(want, d.Links); diff != "" {
		t.Error(diff)
	}
}
