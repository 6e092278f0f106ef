package cyclonedx_test

import (
	"bytes"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
)

const fuzzJSON = jsonHead + `"serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","metadata":{"timestamp":"2026-01-02T03:04:05Z","tools":[{"name":"t","version":"1"}],"lifecycles":[{"phase":"build"}],"component":{"type":"device","bom-ref":"root","name":"Pump","properties":[{"name":"wardround:udi-di","value":"0401"}]}},
"components":[{"type":"library","bom-ref":"a","name":"x","version":"1","purl":"pkg:npm/x@1","cpe":"cpe:/a:b","hashes":[{"alg":"MD5","content":"00"}],"licenses":[{"expression":"MIT OR ISC"}],"evidence":{"identity":{"field":"purl","confidence":1}},"pedigree":{"ancestors":[{"type":"library","name":"y"}]},"components":[{"type":"file","name":"f"}],"properties":[{"name":"wardround:relation:runs-on","value":"root"},{"name":"s:endOfSupport","value":"2030-01-01"}]}],
"services":[{"name":"s","bom-ref":"s"}],"externalReferences":[{"type":"bom","url":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#q"}],"dependencies":[{"ref":"a","dependsOn":["s","gone"],"provides":["root"]}],"compositions":[{"aggregate":"complete","assemblies":["a"]}],
"vulnerabilities":[{"id":"CVE-1","ratings":[{"score":9.8,"method":"CVSSv31","vector":"AV:N"}],"analysis":{"state":"not_affected","justification":"code_not_present","response":["update"]},"affects":[{"ref":"a","versions":[{"range":"vers:npm/>=1|<2","status":"affected"}]}]}]}`

// essence is what a document is about: which components it has, and how they hang
// together.
func essence(d *sbom.Document) any {
	type part struct {
		Ref, Group, Name, Version, PURL string
		Type                            sbom.Type
		CPEs, Licences                  []string
	}
	parts := map[string]part{}
	for _, c := range d.Components {
		p := part{c.Ref, c.Group, c.Name, c.Version, c.PURL, c.Type, c.CPEs, c.Licences}
		if c.Type == sbom.Service { // has no identifiers in CycloneDX
			p.PURL, p.CPEs = "", nil
		}
		parts[c.Ref] = p
	}
	edges := map[string]bool{}
	for _, r := range d.Relations {
		edges[d.Components[r.From].Ref+" "+string(r.Kind)+" "+d.Components[r.To].Ref] = true
	}
	return []any{parts, edges, d.Revision}
}

// FuzzRead: whatever can be read can be written, what is written is valid, and
// says the same when it is read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(fuzzJSON))
	f.Add([]byte(jsonHead + `"components":[{"name":"\u0000 x ","type":"?","bom-ref":"_:1"},{}]}`))
	lim := sbom.Limits{Bytes: 1 << 16, Components: 500, Relations: 500, Depth: 40}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, list, err := cyclonedx.ReadVulnerabilities(bytes.NewReader(data), lim)
		if err != nil {
			return
		}
		cyclonedx.Statements(doc, list)
		cyclonedx.Records(doc, list)
		for _, opt := range []cyclonedx.WriteOptions{{Version: "1.6"}, {Version: "1.7"}} {
			var b bytes.Buffer
			if err := cyclonedx.Write(&b, doc, opt); err != nil {
				t.Fatalf("read but not written: %v", err)
			}
			if bad := cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}); len(bad) > 0 {
				t.Fatalf("what was written is not valid: %v\n%s", bad, b.Bytes())
			}
			again, err := cyclonedx.Read(bytes.NewReader(b.Bytes()), sbom.Limits{})
			if err != nil {
				t.Fatalf("what was written can't be read: %v\n%s", err, b.Bytes())
			}
			// Fields that no schema would take may change; what a component is may not.
			if diff := gocmp.Diff(essence(doc), essence(again), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("lost on the way (-) or new (+): %s\n%s", diff, b.Bytes())
			}
		}
		var b bytes.Buffer
		if err := cyclonedx.WriteReport(&b, doc, list, cyclonedx.WriteOptions{Version: "1.7", XML: true}); err != nil {
			t.Fatalf("read but not written as XML: %v", err)
		}
		if bad := cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}); len(bad) > 0 {
			t.Fatalf("XML that was written is not valid: %v\n%s", bad, b.Bytes())
		}
		if _, err := cyclonedx.Read(&b, sbom.Limits{}); err != nil {
			t.Fatalf("XML that was written can't be read: %v\n%s", err, b.Bytes())
		}
	})
}

// FuzzReadXML: any XML is read or refused, and what it says can be written as JSON.
func FuzzReadXML(f *testing.F) {
	doc, list, err := cyclonedx.ReadVulnerabilities(strings.NewReader(fuzzJSON), sbom.Limits{})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := cyclonedx.WriteReport(&b, doc, list, cyclonedx.WriteOptions{XML: true}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(xmlHead + `<components><component type="library"><name>x</name><other xmlns="urn:x"><name>y</name></other></component></components></bom>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("<")) {
			return
		}
		doc, list, err := cyclonedx.ReadVulnerabilities(bytes.NewReader(data), sbom.Limits{Bytes: 1 << 16, Components: 500, Relations: 500, Depth: 40})
		if err != nil {
			return
		}
		cyclonedx.Statements(doc, list)
		var b bytes.Buffer
		if err := cyclonedx.WriteReport(&b, doc, list, cyclonedx.WriteOptions{}); err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		if _, err := cyclonedx.Read(&b, sbom.Limits{}); err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, b.Bytes())
		}
	})
}

// FuzzValidate: any input gets an answer.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(fuzzJSON))
	f.Add([]byte(xmlHead + `<components/></bom>`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		cyclonedx.Validate(data, cyclonedx.Options{Version: "1.6"})
		cyclonedx.Detect(data)
	})
}
