// Package document says what a file is by its content: a bill of materials, an
// advisory, exploitability statements, a catalogue, another tool's report. Names and
// media types are not looked at: both are often wrong.
package document

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Kind is what a document is.
type Kind string

// The kinds.
const (
	Unknown   Kind = ""
	CycloneDX Kind = "cyclonedx" // JSON or XML
	SPDX      Kind = "spdx"      // 2.x JSON or tag-value, 3.0 JSON-LD
	OpenVEX   Kind = "openvex"
	CSAF      Kind = "csaf"
	OSV       Kind = "osv"  // one record
	NVD       Kind = "nvd"  // a page of the API 2.0
	CVE5      Kind = "cve5" // one record
	KEV       Kind = "kev"
	EPSS      Kind = "epss"
	EndOfLife Kind = "endoflife"
	ROLIE     Kind = "rolie"    // a feed of CSAF documents
	Provider  Kind = "provider" // provider-metadata.json
	SARIF     Kind = "sarif"
	JUnit     Kind = "junit"
	Statement Kind = "in-toto" // an in-toto statement
	Envelope  Kind = "dsse"    // a signed one
	Bundle    Kind = "bundle"  // rows of knowledge, one JSON object a line
	Zip       Kind = "zip"
	Gzip      Kind = "gzip"
	FHIR      Kind = "fhir" // a resource
	MaxPrefix      = 256 << 10
)

// Detect looks at the beginning of a document, at most [MaxPrefix] bytes of it.
func Detect(prefix []byte) Kind {
	if len(prefix) > MaxPrefix {
		prefix = prefix[:MaxPrefix]
	}
	switch {
	case bytes.HasPrefix(prefix, []byte("PK\x03\x04")), bytes.HasPrefix(prefix, []byte("PK\x05\x06")):
		return Zip
	case bytes.HasPrefix(prefix, []byte{0x1f, 0x8b}):
		return Gzip
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(prefix, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) == 0:
		return Unknown
	case text[0] == '{':
		return object(text)
	case text[0] == '[':
		if k := keys(text[1:]); k["cycle"] != nil {
			return EndOfLife
		}
		return Unknown
	case text[0] == '<':
		return root(text)
	}
	return lines(text)
}

// object tells JSON documents apart by the members of the outermost object, as far
// as the prefix shows them.
func object(text []byte) Kind {
	k := keys(text)
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := k[n]; !ok {
				return false
			}
		}
		return true
	}
	is := func(name, value string) bool { s, _ := k[name].(string); return s == value }
	context, _ := k["@context"].(string)
	switch {
	case is("bomFormat", "CycloneDX"):
		return CycloneDX
	case has("spdxVersion"), has("SPDXID"), strings.Contains(context, "spdx.org"):
		return SPDX
	case strings.Contains(context, "openvex"):
		return OpenVEX
	case has("document/csaf_version"), has("document/category"), strings.Contains(str(k["$schema"]), "csaf"):
		return CSAF
	case has("canonical_url", "publisher"), has("metadata_version", "public_openpgp_keys"):
		return Provider
	case has("feed/entry"), has("feed/id"):
		return ROLIE
	case is("dataType", "CVE_RECORD"), has("cveMetadata"):
		return CVE5
	case has("catalogVersion"):
		return KEV
	case has("resultsPerPage"), is("format", "NVD_CVE"):
		return NVD
	case has("payloadType", "payload"), has("payload", "signatures"):
		return Envelope
	case strings.HasPrefix(str(k["_type"]), "https://in-toto.io/Statement"):
		return Statement
	case has("runs"), strings.Contains(str(k["$schema"]), "sarif"):
		return SARIF
	case has("resourceType"):
		return FHIR
	case has("result/releases"), has("result/name", "schema_version"):
		return EndOfLife
	case has("record"), has("digest"):
		return Bundle
	case has("id", "modified"), has("schema_version", "id"), has("id", "affected"):
		return OSV
	}
	return Unknown
}

func str(v any) string { s, _ := v.(string); return s }

// keys collects the members of the outermost object (or of the first one in a list)
// and, as "a/b", those of its direct members; strings with their value, others with
// an empty one.
func keys(text []byte) map[string]any {
	out := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(text))
	var path []string // of open objects
	var inArray []bool
	name, wantName := "", false
	for n := 0; n < 20_000; n++ {
		t, err := d.Token()
		if err != nil {
			return out // cut off: what was seen counts
		}
		depth := len(path)
		switch v := t.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				if name != "" && depth <= 2 {
					put(out, path, inArray, name, true)
				}
				path, inArray = append(path, name), append(inArray, v == '[')
				name, wantName = "", v == '{'
				if len(path) > 64 {
					return out
				}
			default:
				path, inArray = path[:depth-1], inArray[:depth-1]
				if len(path) == 0 {
					return out
				}
				name, wantName = "", !inArray[len(inArray)-1]
			}
			continue
		case string:
			if wantName {
				name, wantName = v, false
				continue
			}
			put(out, path, inArray, name, v)
		default:
			put(out, path, inArray, name, true)
		}
		if depth > 0 && !inArray[depth-1] {
			wantName = true
		}
		name = ""
	}
	return out
}

func put(out map[string]any, path []string, inArray []bool, name string, v any) {
	if name == "" || len(path) == 0 || inArray[len(inArray)-1] {
		return
	}
	switch len(path) {
	case 1:
		out[name] = v
	case 2:
		if path[1] != "" && !inArray[0] {
			out[path[1]+"/"+name] = v
		}
	}
}

// root tells XML documents apart by their outermost element.
func root(text []byte) Kind {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = true
	for range 100 {
		t, err := d.RawToken()
		if err != nil {
			return Unknown
		}
		if e, ok := t.(xml.StartElement); ok {
			switch e.Name.Local {
			case "bom":
				return CycloneDX
			case "testsuites", "testsuite":
				return JUnit
			}
			return Unknown
		}
	}
	return Unknown
}

// lines tells text documents apart.
func lines(text []byte) Kind {
	if !utf8.Valid(text[:min(len(text), 1024)]) && len(text) < 1024 {
		return Unknown
	}
	for i, line := range strings.Split(string(text[:min(len(text), 8192)]), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "SPDXVersion:"):
			return SPDX
		case strings.HasPrefix(line, "#model_version"), strings.HasPrefix(line, "cve,epss"):
			return EPSS
		case i > 100:
			return Unknown
		}
	}
	return Unknown
}

// ErrUnknown says that a document is of no kind that is read.
var ErrUnknown = errors.New("neither a bill of materials, an advisory, exploitability statements, a catalogue nor a report that is known")

// Peek detects the kind of a stream and returns a reader of all of it.
func Peek(r io.Reader) (Kind, io.Reader, error) {
	buf := make([]byte, MaxPrefix)
	n, err := io.ReadFull(r, buf)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Unknown, nil, err
	}
	buf = buf[:n]
	return Detect(buf), io.MultiReader(bytes.NewReader(buf), r), nil
}
