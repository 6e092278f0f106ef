package spdx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// yocto writes a document as OpenEmbedded's create-spdx-3.0 does for an image: one
// recipe, its two packages, what they were built from, the root file system they
// are installed in, the image file written from that. The names, the order (by
// identifier, the document in the middle) and the odd corners are Yocto's; the
// content is made up, since no real document was found under a licence that lets
// us keep it.
func yocto() string {
	const (
		bb     = "http://spdx.org/spdxdocs/bitbake-0001/bitbake/"
		recipe = "http://spdx.org/spdxdocs/busybox-0002/aaaa/"
		image  = "http://spdx.org/spdxdocs/core-image-minimal-0003/"
	)
	var g []string
	add := func(text string, args ...any) { g = append(g, fmt.Sprintf(text, args...)) }
	rel := func(class, id, from, kind, more string, to ...string) {
		add(`{"type":%q,"spdxId":%q,"creationInfo":"_:CreationInfo1","from":%q,"relationshipType":%q,"to":["%s"]%s}`, class, id, from, kind, strings.Join(to, `","`), more)
	}
	build := `,"scope":"build"`
	add(`{"type":"CreationInfo","@id":"_:CreationInfo1","created":"2011-04-05T23:00:00Z","createdBy":["%sagent/OpenEmbedded"],"createdUsing":["%stool/oe-spdx-creator_1_0"],"specVersion":"3.0.1"}`, bb, bb)
	add(`{"type":"CreationInfo","created":"2011-04-05T23:00:00Z","createdBy":["%sagent/OpenEmbedded"],"specVersion":"3.0.1"}`, bb)
	add(`{"type":"Organization","spdxId":"%sagent/OpenEmbedded","creationInfo":"_:CreationInfo1","name":"OpenEmbedded"}`, bb)
	add(`{"type":"Tool","spdxId":"%stool/oe-spdx-creator_1_0","creationInfo":"_:CreationInfo1","name":"oe-spdx-creator 1.0"}`, bb)
	add(`{"type":"build_Build","spdxId":"%sbuild/recipe","creationInfo":"_:CreationInfo1","name":"busybox:do_create_spdx:recipe","build_buildType":"http://openembedded.org/bitbake/do_create_spdx/recipe","build_buildId":"x","build_parameter":[{"type":"DictionaryEntry","key":"a","value":"b"}]}`, recipe)
	for _, p := range []string{"busybox", "busybox-syslog"} {
		add(`{"type":"software_Package","spdxId":"%spackage/%s","creationInfo":"_:CreationInfo1","extension":[{"type":"https://rdf.openembedded.org/spdx/3.0/id-alias","https://rdf.openembedded.org/spdx/3.0/alias":"http://spdxdocs.org/openembedded-alias/by-doc-hash/00/busybox"}],"name":%q,"summary":"Tiny tools","description":"…","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:*:*:busybox:1.37.0:*:*:*:*:*:*:*"}],"software_primaryPurpose":"install","software_packageVersion":"1.37.0","software_homePage":"https://busybox.net"}`, recipe, p, p)
		add(`{"type":"software_File","spdxId":"%spackage/%s/file/1","creationInfo":"_:CreationInfo1","name":"usr/bin/%s","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"%064x"}]}`, recipe, p, p, len(p))
		rel("Relationship", recipe+"relationship/c-"+p, recipe+"package/"+p, "contains", "", recipe+"package/"+p+"/file/1")
		rel("Relationship", recipe+"relationship/l-"+p, recipe+"package/"+p, "hasConcludedLicense", "", recipe+"license/GPL-2_0-only")
		rel("security_VexFixedVulnAssessmentRelationship", recipe+"vex-fixed/"+p, recipe+"vulnerability/CVE-2022-28391", "fixedIn", `,"security_vexVersion":"1.0.0"`, recipe+"package/"+p)
	}
	add(`{"type":"simplelicensing_LicenseExpression","spdxId":"%slicense/GPL-2_0-only","creationInfo":"_:CreationInfo1","simplelicensing_licenseExpression":"GPL-2.0-only","simplelicensing_licenseListVersion":"3.24.0"}`, recipe)
	add(`{"type":"software_Package","spdxId":"%ssource/1","creationInfo":"_:CreationInfo1","name":"busybox-1.37.0.tar.bz2","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"%064x"}],"software_primaryPurpose":"source","software_downloadLocation":"https://busybox.net/downloads/busybox-1.37.0.tar.bz2"}`, recipe, 7)
	add(`{"type":"software_File","spdxId":"%ssource/2","creationInfo":"_:CreationInfo1","name":"CVE-2022-28391.patch","software_primaryPurpose":"patch"}`, recipe)
	rel("LifecycleScopedRelationship", recipe+"relationship/in", recipe+"build/recipe", "hasInput", build, recipe+"source/1", recipe+"source/2")
	rel("LifecycleScopedRelationship", recipe+"relationship/out", recipe+"build/recipe", "hasOutput", build, recipe+"package/busybox", recipe+"package/busybox-syslog")
	rel("LifecycleScopedRelationship", recipe+"relationship/dep", recipe+"build/recipe", "dependsOn", build, "http://spdx.org/spdxdocs/gcc-cross-0009/bbbb/build/recipe")
	rel("LifecycleScopedRelationship", recipe+"relationship/run", recipe+"package/busybox-syslog", "dependsOn", `,"scope":"runtime"`, recipe+"package/busybox")
	rel("Relationship", recipe+"relationship/v", recipe+"package/busybox", "hasAssociatedVulnerability", "", recipe+"vulnerability/CVE-2022-28391", recipe+"vulnerability/CVE-2021-42380")
	for _, cve := range []string{"CVE-2022-28391", "CVE-2021-42380"} {
		add(`{"type":"security_Vulnerability","spdxId":"%svulnerability/%s","creationInfo":"_:CreationInfo1","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cve","identifier":%q,"identifierLocator":["https://www.cve.org/CVERecord?id=%s"]}]}`, recipe, cve, cve, cve)
	}
	rel("security_VexNotAffectedVulnAssessmentRelationship", recipe+"vex-not-affected/1", recipe+"vulnerability/CVE-2021-42380", "doesNotAffect",
		`,"security_vexVersion":"1.0.0","security_impactStatement":"not-applicable-config: awk is not built","security_justificationType":"vulnerableCodeNotPresent"`, recipe+"package/busybox")
	add(`{"type":"SpdxDocument","spdxId":"%sdocument/core-image-minimal","creationInfo":"_:CreationInfo1","name":"core-image-minimal-qemux86-64.rootfs","profileConformance":["build","core","security","simpleLicensing","software"],"rootElement":["%ssbom/core-image-minimal"]}`, image, image)
	add(`{"type":"software_Sbom","spdxId":"%ssbom/core-image-minimal","creationInfo":"_:CreationInfo1","name":"core-image-minimal","rootElement":["%srootfs/core-image-minimal","%simage/ext4"],"software_sbomType":["build"]}`, image, image, image)
	add(`{"type":"software_Package","spdxId":"%srootfs/core-image-minimal","creationInfo":"_:CreationInfo1","name":"core-image-minimal","software_primaryPurpose":"archive"}`, image)
	add(`{"type":"software_File","spdxId":"%srootfs/file/1","creationInfo":"_:CreationInfo1","name":"etc/passwd"}`, image)
	add(`{"type":"software_File","spdxId":"%simage/ext4","creationInfo":"_:CreationInfo1","name":"core-image-minimal.ext4","software_primaryPurpose":"filesystemImage"}`, image)
	rel("Relationship", image+"relationship/c", image+"rootfs/core-image-minimal", "contains", "", image+"rootfs/file/1", recipe+"package/busybox/file/1")
	for step, io := range map[string][2]string{"rootfs": {"", image + "rootfs/core-image-minimal"}, "image/ext4": {image + "rootfs/core-image-minimal", image + "image/ext4"}} {
		add(`{"type":"build_Build","spdxId":"%sbuild/%s","creationInfo":"_:CreationInfo1","name":"core-image-minimal:%s","build_buildType":"http://openembedded.org/bitbake/do_create_%s"}`, image, step, step, step)
		in := []string{io[0]}
		if io[0] == "" {
			in = []string{recipe + "package/busybox", recipe + "package/busybox-syslog"}
		}
		rel("LifecycleScopedRelationship", image+"relationship/in-"+step, image+"build/"+step, "hasInput", build, in...)
		rel("LifecycleScopedRelationship", image+"relationship/out-"+step, image+"build/"+step, "hasOutput", build, io[1])
	}
	return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[` + strings.Join(g, ",") + `]}`
}

// The image is the root, its packages are parts of it and the files parts of
// those; packages are built from sources, the image file from the image; what
// Yocto patched or ignored are statements about the packages.
func TestYoctoImage(t *testing.T) {
	d := decode(t, yocto())
	s := d.SBOM
	at := map[string]sbom.Component{}
	name := func(i int) string {
		if i < 0 {
			return "-"
		}
		return s.Components[i].Name
	}
	var tree []string
	for i, c := range s.Components {
		at[c.Name] = c
		tree = append(tree, name(c.Parent)+" > "+name(i))
	}
	for _, r := range s.Relations {
		tree = append(tree, fmt.Sprintf("%s %s %s %s", name(r.From), r.Kind, r.Scope, name(r.To)))
	}
	want := map[string]bool{
		"- > core-image-minimal": true, "core-image-minimal > busybox": true, "core-image-minimal > busybox-syslog": true, "core-image-minimal > etc/passwd": true,
		"busybox > usr/bin/busybox": true, "busybox-syslog > usr/bin/busybox-syslog": true, "- > core-image-minimal.ext4": true,
		"- > busybox-1.37.0.tar.bz2": true, "- > CVE-2022-28391.patch": true,
		"busybox built-from build busybox-1.37.0.tar.bz2": true, "busybox built-from build CVE-2022-28391.patch": true,
		"busybox-syslog built-from build busybox-1.37.0.tar.bz2": true, "busybox-syslog built-from build CVE-2022-28391.patch": true,
		"core-image-minimal.ext4 built-from build core-image-minimal": true, "busybox-syslog depends-on runtime busybox": true,
	}
	got := map[string]bool{}
	for _, l := range tree {
		got[l] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("graph (-want +got):\n%s", diff)
	}
	if name(s.Root) != "core-image-minimal" || len(s.Described) != 2 || s.Authors[0] != "OpenEmbedded" || s.Tools[0] != "oe-spdx-creator 1.0" || s.Phases[0] != "build" {
		t.Errorf("root %s, %v %v %v %v", name(s.Root), s.Described, s.Authors, s.Tools, s.Phases)
	}
	if c := at["busybox"]; c.Version != "1.37.0" || c.CPEs[0] != "cpe:2.3:*:*:busybox:1.37.0:*:*:*:*:*:*:*" || c.Licences[0] != "GPL-2.0-only" {
		t.Errorf("%+v", c)
	}
	var claims []string
	for _, v := range d.VEX.Statements {
		claims = append(claims, fmt.Sprintf("%s %s %s %s", v.Vulnerability, v.Products[0].Name, v.Status, v.Justification))
	}
	if diff := cmp.Diff([]string{
		"CVE-2022-28391 busybox fixed ", "CVE-2022-28391 busybox-syslog fixed ",
		"CVE-2021-42380 busybox not_affected " + string(vex.CodeNotPresent),
	}, claims); diff != "" {
		t.Error(diff)
	}
	if len(d.Records) != 2 || len(s.Problems) != 1 || s.Problems[0].Code != "build-dependency" {
		t.Errorf("%d records, problems %v", len(d.Records), s.Problems)
	}
}
