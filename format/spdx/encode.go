package spdx

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// Encode writes a bill of materials as SPDX 2.3 JSON, element by element. It needs
// an ID (the namespace, a URI without fragment) and a time; nothing else is asked.
//
// SPDX 2.3 says less than the model. Level of support, identifiers of hardware and
// types that no purpose stands for become annotations "name: value", which
// [Decode] reads. Links to documents without a SHA-1 digest, which the format
// demands, become external references of their component. Evidence, pedigree and
// which of several lists is complete are not written; a list known to be incomplete
// is written as NOASSERTION.
func Encode(w io.Writer, d *sbom.Document) error {
	switch {
	case !strings.Contains(d.ID, ":") || strings.Contains(d.ID, "#"):
		return fmt.Errorf("spdx: the document's ID %q cannot be a namespace: it must be a URI without fragment", d.ID)
	case d.Created.IsZero():
		return errors.New("spdx: the document does not say when it was made")
	}
	e := &encoder{w: bufio.NewWriter(w), doc: d, ids: spdxIDs(d)}
	e.head()
	e.list("packages", len(d.Components), func(i int) any {
		if e.isFile(i) {
			return nil
		}
		return e.pkg(i)
	})
	e.list("files", len(d.Components), func(i int) any {
		if !e.isFile(i) {
			return nil
		}
		return e.file(i)
	})
	e.relationships()
	if len(e.custom) > 0 {
		e.list("hasExtractedLicensingInfos", len(e.custom), func(i int) any {
			return object{"licenseId": e.custom[i].id, "name": e.custom[i].name, "extractedText": e.custom[i].name}
		})
	}
	e.raw("\n}\n")
	if e.err != nil {
		return e.err
	}
	return e.w.Flush()
}

type encoder struct {
	w      *bufio.Writer
	doc    *sbom.Document
	ids    []string
	custom []customLicence
	links  map[int][]sbom.Link // by the component they stand at
	places map[string]int
	first  bool // the next list item is the first
	err    error
}

func (e *encoder) raw(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *encoder) json(v any) {
	b, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("spdx: %w", err)
	}
	e.raw(string(b))
}

// list writes an array; item answers nil for what does not belong in it.
func (e *encoder) list(name string, n int, item func(i int) any) {
	e.raw(",\n  \"" + name + "\": [")
	e.first = true
	for i := range n {
		if v := item(i); v != nil {
			e.item(v)
		}
	}
	e.raw("]")
}

func (e *encoder) item(v any) {
	if !e.first {
		e.raw(",")
	}
	e.first = false
	e.raw("\n    ")
	e.json(v)
}

func (e *encoder) head() {
	d := e.doc
	var creators []string
	for _, a := range d.Authors {
		creators = append(creators, "Organization: "+oneLine(a))
	}
	for _, t := range d.Tools {
		creators = append(creators, "Tool: "+oneLine(t))
	}
	if len(creators) == 0 {
		creators = []string{"Organization: NOASSERTION"}
	}
	name := d.Name
	if name == "" && d.Root >= 0 {
		name = d.Components[d.Root].Name
	}
	if name == "" {
		name = "NOASSERTION"
	}
	e.raw("{\n  \"spdxVersion\": \"SPDX-2.3\",\n  \"dataLicense\": \"CC0-1.0\",\n  \"SPDXID\": \"SPDXRef-DOCUMENT\",\n  \"name\": ")
	e.json(name)
	e.raw(",\n  \"documentNamespace\": ")
	e.json(d.ID)
	e.raw(",\n  \"creationInfo\": ")
	e.json(object{"created": stamp(d.Created), "creators": creators})
	e.places = map[string]int{}
	var refs []object
	e.links = map[int][]sbom.Link{}
	for _, l := range d.Links {
		e.links[l.From] = append(e.links[l.From], l)
		value, ok := strings.CutPrefix(l.Digest, "SHA-1:")
		if _, again := e.places[l.Document]; !ok || again {
			continue
		}
		e.places[l.Document] = len(refs) + 1
		refs = append(refs, object{
			"externalDocumentId": fmt.Sprintf("DocumentRef-%d", len(refs)+1), "spdxDocument": l.Document,
			"checksum": object{"algorithm": "SHA1", "checksumValue": value},
		})
	}
	if len(refs) > 0 {
		e.list("externalDocumentRefs", len(refs), func(i int) any { return refs[i] })
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// isFile: a file in SPDX 2.3 must have a SHA-1 digest (clause 8.4); one without is
// written as a package whose purpose is FILE.
func (e *encoder) isFile(i int) bool {
	c := &e.doc.Components[i]
	if c.Type != sbom.File || c.Version != "" || c.PURL != "" || len(c.CPEs) > 0 || c.Supplier != "" {
		return false
	}
	for _, h := range c.Hashes {
		if h.Algorithm == "SHA-1" {
			return true
		}
	}
	return false
}

// purposeOf is the primaryPackagePurpose of a type; "" leaves it to the reader,
// whose choice is the library.
var purposeOf = map[sbom.Type]string{
	sbom.Application: "APPLICATION", sbom.Framework: "FRAMEWORK", sbom.Library: "LIBRARY", sbom.Container: "CONTAINER",
	sbom.OperatingSystem: "OPERATING-SYSTEM", sbom.Device: "DEVICE", sbom.Firmware: "FIRMWARE", sbom.File: "FILE",
}

func (e *encoder) pkg(i int) object {
	c := &e.doc.Components[i]
	o := object{"SPDXID": e.ids[i], "name": c.Name, "downloadLocation": "NOASSERTION", "filesAnalyzed": false}
	o.set("versionInfo", c.Version)
	o.set("primaryPackagePurpose", purposeOf[c.Type])
	if c.Supplier != "" {
		o["supplier"] = "Organization: " + oneLine(c.Supplier)
	}
	switch {
	case c.Manufacturer != "":
		o["originator"] = "Organization: " + oneLine(c.Manufacturer)
	case c.Author != "":
		o["originator"] = "Person: " + oneLine(c.Author)
	}
	if !c.EndOfSupport.IsZero() {
		o["validUntilDate"] = stamp(c.EndOfSupport)
	}
	if l := e.licence(c.Licences); l != "" {
		o["licenseDeclared"] = l
	}
	e.checksums(o, c)
	var refs []object
	ref := func(category, kind, locator string) {
		if locator != "" {
			refs = append(refs, object{"referenceCategory": category, "referenceType": kind, "referenceLocator": locator})
		}
	}
	ref("PACKAGE-MANAGER", "purl", c.PURL)
	for _, cpe := range c.CPEs {
		kind := "cpe22Type"
		if strings.HasPrefix(cpe, "cpe:2.3:") {
			kind = "cpe23Type"
		}
		ref("SECURITY", kind, cpe)
	}
	ref("SECURITY", "swid", c.SWID)
	for _, l := range e.links[i] {
		if _, asDocument := e.places[l.Document]; !asDocument {
			locator := l.Document
			if l.Element != "" {
				locator += "#" + l.Element
			}
			ref("OTHER", "bom", oneLine(locator))
		}
	}
	if len(refs) > 0 {
		o["externalRefs"] = refs
	}
	e.annotate(o, c)
	return o
}

func (e *encoder) file(i int) object {
	c := &e.doc.Components[i]
	o := object{"SPDXID": e.ids[i], "fileName": c.Name}
	if l := e.licence(c.Licences); l != "" {
		o["licenseConcluded"] = l
	}
	e.checksums(o, c)
	return o
}

func (e *encoder) checksums(o object, c *sbom.Component) {
	var out []object
	for _, h := range c.Hashes {
		name := h.Algorithm // SHA-256 is SHA256 here, SHA3-256 and BLAKE2b-256 are as they are
		if rest, ok := strings.CutPrefix(name, "SHA-"); ok {
			name = "SHA" + rest
		}
		out = append(out, object{"algorithm": name, "checksumValue": strings.ToLower(h.Value)})
	}
	if len(out) > 0 {
		o["checksums"] = out
	}
}

// annotate writes what SPDX 2.3 has no field for.
func (e *encoder) annotate(o object, c *sbom.Component) {
	var out []object
	note := func(name, value string) {
		if value != "" {
			out = append(out, object{
				"annotationType": "OTHER", "annotator": "Tool: wardround", "annotationDate": stamp(e.doc.Created), "comment": name + ": " + oneLine(value),
			})
		}
	}
	note("wardround:group", c.Group)
	note("wardround:support:level", c.Support)
	for _, k := range []string{"basic-udi-di", "gtin", "model-number", "serial-number", "udi-di"} {
		note("wardround:identifier:"+k, c.Identifiers[k])
	}
	if _, ok := purposeOf[c.Type]; !ok {
		note("wardround:type", string(c.Type))
	}
	if len(out) > 0 {
		o["annotations"] = out
	}
}
