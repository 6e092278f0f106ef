package cyclonedx_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
)

const pump = `{"bomFormat": "CycloneDX", "specVersion": "1.6",
 "metadata": {"component": {"type": "device", "bom-ref": "pump", "name": "Infusion pump", "version": "4.2",
   "properties": [{"name": "cdx:lifecycle:milestone:endOfSupport", "value": "2031-12-31"}]}},
 "components": [{"type": "library", "bom-ref": "ssl", "name": "openssl", "version": "3.0.7", "purl": "pkg:generic/openssl@3.0.7"}],
 "dependencies": [{"ref": "pump", "dependsOn": ["ssl", "zlib"]}]}`

func ExampleRead() {
	doc, err := cyclonedx.Read(strings.NewReader(pump), sbom.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	root := doc.Components[doc.Root]
	fmt.Println(root.Name, root.Version, "supported until", root.EndOfSupport.Format("January 2006"))
	for _, r := range doc.Relations {
		fmt.Println(doc.Components[r.From].Name, r.Kind, doc.Components[r.To].Name)
	}
	for _, p := range doc.Problems {
		fmt.Println(p.Code, "at", p.Where+":", p.Detail)
	}
	// Output:
	// Infusion pump 4.2 supported until December 2031
	// Infusion pump depends-on openssl
	// unknown-ref at /dependencies/0/dependsOn/1: no component has the bom-ref "zlib"
}

func ExampleValidate() {
	for _, v := range cyclonedx.Validate([]byte(strings.Replace(pump, `"library"`, `"liberry"`, 1)), cyclonedx.Options{}) {
		fmt.Println(v.Path, v.Rule)
	}
	// Output: /components/0/type enum
}

func ExampleWriteReport() {
	doc := &sbom.Document{ID: "urn:uuid:11111111-2222-3333-4444-555555555555", Revision: 1, Root: -1, Supplier: "Maker"}
	err := cyclonedx.WriteReport(os.Stdout, doc, []cyclonedx.Vulnerability{{
		ID:       "CVE-2024-0001",
		Analysis: &cyclonedx.Analysis{State: "not_affected", Justification: "code_not_reachable"},
		Affects:  []cyclonedx.Affect{{Ref: cyclonedx.Link("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", 1, "ssl")}},
	}}, cyclonedx.WriteOptions{Indent: true})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
	//   "bomFormat": "CycloneDX",
	//   "specVersion": "1.6",
	//   "serialNumber": "urn:uuid:11111111-2222-3333-4444-555555555555",
	//   "version": 1,
	//   "metadata": {
	//     "supplier": {
	//       "name": "Maker"
	//     }
	//   },
	//   "vulnerabilities": [
	//     {
	//       "id": "CVE-2024-0001",
	//       "analysis": {
	//         "state": "not_affected",
	//         "justification": "code_not_reachable"
	//       },
	//       "affects": [
	//         {
	//           "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#ssl"
	//         }
	//       ]
	//     }
	//   ]
	// }
}
