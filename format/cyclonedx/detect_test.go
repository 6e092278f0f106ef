package cyclonedx_test

import (
	"os"
	"testing"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/internal/testkit"
)

// TestDetect: documents of many makers are told by their first 4 KiB.
func TestDetect(t *testing.T) {
	for _, c := range []struct{ begin, format, version string }{
		{`{"bomFormat":"CycloneDX","specVersion":"1.5","comp`, "CycloneDX JSON", "1.5"},
		{"\xef\xbb\xbf \n{ \"$schema\": \"http://cyclonedx.org/schema/bom-1.6.schema.json\", \"comp", "CycloneDX JSON", "1.6"},
		{`{"components":[{"type":"library"}],"bomFormat":"CycloneDX","specVersion":"1.4"`, "CycloneDX JSON", "1.4"},
		{`<?xml version="1.0"?><!-- x --><bom xmlns="http://cyclonedx.org/schema/bom/1.3" version="1"><meta`, "CycloneDX XML", "1.3"},
		{`<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.7">`, "CycloneDX XML", "1.7"},
		{`{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","creationInfo":{`, "SPDX JSON", "2.3"},
		{`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{`, "SPDX JSON-LD", "3.0.1"},
		{"# a comment\nSPDXVersion: SPDX-2.2\nDataLicense: CC0-1.0\n", "SPDX tag-value", "2.2"},
		{`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">`, "SPDX RDF", ""},
		{`{"document":{"category":"csaf_vex","csaf_version":"2.0"`, "CSAF", "2.0"},
		{`{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x"`, "OpenVEX", "0.2.0"},
		{`{"schema_version":"1.6.0","id":"GO-2024-1","modified":"2024-01-01T00:00:00Z","affe`, "OSV", "1.6.0"},
		{`{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[`, "SARIF", "2.1.0"},
		{`{"_type":"https://in-toto.io/Statement/v1","subject"`, "in-toto", ""},
		{`{"payloadType":"application/vnd.in-toto+json","payload":"e30="}`, "in-toto", ""},
		{`<html><body>`, "", ""},
		{`<bom>`, "", ""},
		{`{"name":"package","version":"1.0"}`, "", ""},
		{`hello`, "", ""},
		{``, "", ""},
		{`{`, "", ""},
		{"\x00\x01\x02", "", ""},
	} {
		format, version, ok := cyclonedx.Detect([]byte(c.begin))
		if format != c.format || version != c.version || ok != (c.format != "") {
			t.Errorf("%.60q: %q %q %v", c.begin, format, version, ok)
		}
	}
}

// TestDetectRealFiles: real documents, of which only the beginning is shown.
func TestDetectRealFiles(t *testing.T) {
	for name, want := range map[string]string{
		"cyclonedx/bom-examples/SBOM/juice-shop/v11.1.2/bom.json": "CycloneDX JSON",
		"cyclonedx/bom-examples/SBOM/juice-shop/v11.1.2/bom.xml":  "CycloneDX XML",
		"cyclonedx/bom-examples/VEX/vex.json":                     "CycloneDX JSON",
		"sbom/go-206.cdx.json":                                    "CycloneDX JSON",
	} {
		data, err := os.ReadFile(testkit.Data(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if format, _, _ := cyclonedx.Detect(data[:min(len(data), 4096)]); format != want {
			t.Errorf("%s is %q", name, format)
		}
	}
	for _, f := range files(t) {
		if !f.valid() {
			continue
		}
		want := "CycloneDX XML"
		if f.json() {
			want = "CycloneDX JSON"
		}
		if format, version, _ := cyclonedx.Detect(f.data[:min(len(f.data), 4096)]); format != want || version != f.version {
			t.Errorf("%s is %q %q", f.name, format, version)
		}
	}
}
