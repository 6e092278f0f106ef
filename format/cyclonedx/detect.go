package cyclonedx

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/xmlstream"
)

// Detect tells by its first bytes what a document of supply chain or vulnerability
// knowledge is, whoever made it. The answers:
//
//	"CycloneDX JSON", "CycloneDX XML", "SPDX JSON", "SPDX JSON-LD",
//	"SPDX tag-value", "SPDX RDF", "CSAF", "OpenVEX", "OSV", "SARIF", "in-toto"
//
// version is the specification's, "" where the prefix does not reach it. 4 KiB are
// enough for documents that begin with who they are, as nearly all do; ok is false
// where the prefix leaves it open.
func Detect(prefix []byte) (format, version string, ok bool) {
	if isXML(prefix) {
		return detectXML(prefix)
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(prefix, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 {
		return "", "", false
	}
	if text[0] == '{' {
		return detectJSON(text)
	}
	if m := tagValue().FindSubmatch(text); m != nil {
		return "SPDX tag-value", string(m[1]), true
	}
	return "", "", false
}

var tagValue = pattern.Of(`(?m)^SPDXVersion:[ \t]*SPDX-([0-9.]+)`)

func detectXML(prefix []byte) (string, string, bool) {
	d := xmlstream.New(bytes.NewReader(prefix), xmlstream.Limits{})
	for {
		t, err := d.Token()
		if err != nil {
			return "", "", false
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "bom" && strings.HasPrefix(e.Name.Space, namespace):
			return "CycloneDX XML", strings.TrimPrefix(e.Name.Space, namespace), true
		case e.Name.Local == "RDF" && bytes.Contains(prefix, []byte("spdx.org/rdf/")):
			return "SPDX RDF", "", true
		default:
			return "", "", false
		}
	}
}

// detectJSON looks at the members of the outermost object, as far as the prefix
// goes.
func detectJSON(text []byte) (format, version string, ok bool) {
	d := jsonstream.New(bytes.NewReader(text), jsonstream.Limits{})
	d.Object()
	seen := map[string]string{}
	for d.Next() {
		name := string(d.Name())
		switch name {
		case "bomFormat", "specVersion", "spdxVersion", "@context", "schema_version", "$schema", "_type", "id", "modified", "version", "payloadType":
			if d.Peek() == jsonstream.String {
				seen[name] = d.Text()
			}
		case "document": // CSAF
			for in := d.Object(); in && d.Next(); {
				if string(d.Name()) == "csaf_version" {
					seen["csaf"] = d.Text()
				}
			}
			seen["document"] = "yes"
		case "@graph", "vulnerabilities", "statements", "affected", "runs":
			seen[name] = "yes"
			d.Skip()
		}
	}
	schema, context := seen["$schema"], seen["@context"]
	switch {
	case seen["bomFormat"] == "CycloneDX", seen["bomFormat"] == "" && strings.HasPrefix(schema, schemaBase+"bom-"):
		if version = seen["specVersion"]; version == "" {
			version = strings.TrimSuffix(strings.TrimPrefix(schema, schemaBase+"bom-"), ".schema.json")
		}
		return "CycloneDX JSON", version, true
	case strings.HasPrefix(seen["spdxVersion"], "SPDX-"):
		return "SPDX JSON", strings.TrimPrefix(seen["spdxVersion"], "SPDX-"), true
	case strings.Contains(context, "spdx.org/rdf/"):
		version = context[strings.Index(context, "spdx.org/rdf/")+len("spdx.org/rdf/"):]
		version, _, _ = strings.Cut(version, "/")
		return "SPDX JSON-LD", version, true
	case strings.Contains(context, "openvex.dev/ns"):
		version = strings.Trim(context[strings.Index(context, "openvex.dev/ns")+len("openvex.dev/ns"):], "/v")
		return "OpenVEX", version, true
	case seen["csaf"] != "":
		return "CSAF", seen["csaf"], true
	case strings.Contains(schema, "sarif"), seen["runs"] != "" && strings.HasPrefix(seen["version"], "2."):
		return "SARIF", seen["version"], true
	case strings.HasPrefix(seen["_type"], "https://in-toto.io/Statement"), strings.Contains(seen["payloadType"], "in-toto"):
		return "in-toto", "", true
	case seen["id"] != "" && seen["modified"] != "":
		return "OSV", seen["schema_version"], true
	}
	return "", "", false
}
