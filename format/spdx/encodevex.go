package spdx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround/format/vex"
)

// EncodeVEX writes statements as an SPDX 3.0.1 document with the security profile.
// It needs an ID that is an IRI, an author and a time of issue. Products that are
// elements of another SPDX document (Document and Ref set) are imported from it;
// the others are described here. What the profile cannot say is an error: version
// ranges, expiry, inheritance, parts of parts.
func EncodeVEX(w io.Writer, d *vex.Document) error {
	switch {
	case !strings.Contains(d.ID, ":"):
		return fmt.Errorf("spdx: the document's ID %q is no IRI", d.ID)
	case d.Author == "":
		return errors.New("spdx: the document names no author")
	case d.Issued.IsZero():
		return errors.New("spdx: the document has no time of issue")
	}
	e := &vexEncoder{doc: d, base: strings.TrimSuffix(d.ID, "#") + "#", elements: map[string]string{}, vulnerabilities: map[string]string{}}
	for i := range d.Statements {
		if err := e.statement(i); err != nil {
			return fmt.Errorf("spdx: statement %d (%s): %w", i, d.Statements[i].Vulnerability, err)
		}
	}
	out := map[string]any{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": append(e.head(), e.graph...)}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("spdx: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// object is one element on its way out.
type object map[string]any

// set adds a text that is there.
func (o object) set(name, v string) {
	if v != "" {
		o[name] = v
	}
}

func (o object) at(name string, t time.Time) {
	if !t.IsZero() {
		o[name] = t.UTC().Format("2006-01-02T15:04:05Z") // DateTime of SPDX 3 has no fractions
	}
}

type vexEncoder struct {
	doc             *vex.Document
	base            string
	graph           []object
	imports         []object
	roots           []string
	elements        map[string]string // a product in words → its IRI
	vulnerabilities map[string]string
	claims          int
}

func (e *vexEncoder) head() []object {
	created := object{"type": "CreationInfo", "@id": "_:creation", "specVersion": "3.0.1", "createdBy": []string{e.base + "author"}}
	created.at("created", e.doc.Issued)
	document := object{
		"type": "SpdxDocument", "spdxId": e.doc.ID, "creationInfo": "_:creation", "rootElement": e.roots,
		"profileConformance": []string{"core", "software", "security"},
	}
	if len(e.imports) > 0 {
		document["import"] = e.imports
	}
	return []object{created, {"type": "Organization", "spdxId": e.base + "author", "creationInfo": "_:creation", "name": e.doc.Author}, document}
}

// classes are the relationship class and type of each status.
var classes = map[vex.Status][2]string{
	vex.Affected:           {"security_VexAffectedVulnAssessmentRelationship", "affects"},
	vex.NotAffected:        {"security_VexNotAffectedVulnAssessmentRelationship", "doesNotAffect"},
	vex.Fixed:              {"security_VexFixedVulnAssessmentRelationship", "fixedIn"},
	vex.UnderInvestigation: {"security_VexUnderInvestigationVulnAssessmentRelationship", "underInvestigationFor"},
}

func (e *vexEncoder) statement(i int) error {
	s := &e.doc.Statements[i]
	if _, ok := classes[s.Status]; !ok {
		return fmt.Errorf("the status %q is none of VEX", s.Status)
	}
	word := ""
	for theirs, ours := range justifications {
		if ours == s.Justification {
			word = theirs
		}
	}
	switch {
	case s.Vulnerability == "":
		return errors.New("no vulnerability is named")
	case len(s.Products) == 0:
		return errors.New("no product is named")
	case s.Justification != "" && word == "":
		return fmt.Errorf("the justification %q is none of SPDX's", s.Justification)
	case s.Status == vex.NotAffected && word == "" && s.Impact == "":
		return errors.New("not_affected needs a justification or an impact statement")
	case s.Status == vex.Affected && s.Action == "":
		return errors.New("affected needs an action statement")
	case !s.Expires.IsZero() || s.Inherits:
		return errors.New("SPDX has no word for expiry and for inheritance to later versions")
	}
	var whole []string
	for k := range s.Products {
		p, err := e.product(&s.Products[k])
		if err != nil {
			return err
		}
		if len(s.Products[k].Components) == 0 {
			whole = append(whole, p)
		}
		for c := range s.Products[k].Components {
			if len(s.Products[k].Components[c].Components) > 0 {
				return errors.New("SPDX has no parts of parts")
			}
			part, err := e.product(&s.Products[k].Components[c])
			if err != nil {
				return err
			}
			e.claim(s, word, []string{p}, part) // one assessedElement each
		}
	}
	if len(whole) > 0 {
		e.claim(s, word, whole, "")
	}
	return nil
}

func (e *vexEncoder) claim(s *vex.Statement, justification string, to []string, part string) {
	e.claims++
	o := object{
		"type": classes[s.Status][0], "spdxId": e.base + "claim-" + strconv.Itoa(e.claims), "creationInfo": "_:creation",
		"from": e.vulnerability(s), "relationshipType": classes[s.Status][1], "to": to, "suppliedBy": e.base + "author",
	}
	o.set("security_vexVersion", e.doc.Revision)
	o.set("security_assessedElement", part)
	o.set("security_statusNotes", s.Note)
	o.set("security_actionStatement", s.Action)
	o.set("security_justificationType", justification)
	o.set("security_impactStatement", s.Impact)
	o.at("security_publishedTime", s.Issued)
	o.at("security_modifiedTime", s.Updated)
	e.graph = append(e.graph, o)
	e.roots = append(e.roots, o["spdxId"].(string))
}

func (e *vexEncoder) vulnerability(s *vex.Statement) string {
	if id, ok := e.vulnerabilities[s.Vulnerability]; ok {
		return id
	}
	id := e.base + "vulnerability-" + strconv.Itoa(len(e.vulnerabilities)+1)
	e.vulnerabilities[s.Vulnerability] = id
	var ids []object
	for _, name := range append([]string{s.Vulnerability}, s.Aliases...) {
		kind := "securityOther"
		if strings.HasPrefix(name, "CVE-") {
			kind = "cve"
		}
		ids = append(ids, object{"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": name})
	}
	e.graph = append(e.graph, object{"type": "security_Vulnerability", "spdxId": id, "creationInfo": "_:creation", "name": s.Vulnerability, "externalIdentifier": ids})
	return id
}

// product returns the IRI of a product, describing or importing it the first time.
func (e *vexEncoder) product(p *vex.Product) (string, error) {
	if p.Range != "" {
		return "", fmt.Errorf("SPDX cannot say the version range %q; list the versions", p.Range)
	}
	if p.PURL == "" && p.CPE == "" && p.Name == "" && p.Ref == "" && p.ID == "" {
		return "", errors.New("nothing identifies a product")
	}
	key := fmt.Sprint(p.ID, p.PURL, p.CPE, p.Vendor, p.Name, p.Version, p.Hashes, p.Document, p.Ref)
	if id, ok := e.elements[key]; ok {
		return id, nil
	}
	if p.Document != "" && p.Document != e.doc.ID && strings.Contains(p.Ref, ":") {
		e.elements[key] = p.Ref
		e.imports = append(e.imports, object{"type": "ExternalMap", "externalSpdxId": p.Ref, "locationHint": p.Document})
		return p.Ref, nil
	}
	id := e.base + "product-" + strconv.Itoa(len(e.elements)+1)
	e.elements[key] = id
	name := p.Name
	for _, other := range []string{p.PURL, p.CPE, p.ID} {
		if name == "" {
			name = other
		}
	}
	o := object{"type": "software_Package", "spdxId": id, "creationInfo": "_:creation", "name": name}
	o.set("software_packageVersion", p.Version)
	o.set("software_packageUrl", p.PURL)
	if p.CPE != "" {
		kind := "cpe22"
		if strings.HasPrefix(p.CPE, "cpe:2.3:") {
			kind = "cpe23"
		}
		o["externalIdentifier"] = []object{{"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": p.CPE}}
	}
	if p.Vendor != "" {
		o["suppliedBy"] = e.supplier(p.Vendor)
	}
	var hashes []object
	for _, h := range p.Hashes {
		if a := spdxAlgorithm(h.Algorithm); a != "" {
			hashes = append(hashes, object{"type": "Hash", "algorithm": a, "hashValue": strings.ToLower(h.Value)})
		}
	}
	if len(hashes) > 0 {
		o["verifiedUsing"] = hashes
	}
	e.graph = append(e.graph, o)
	return id, nil
}

func (e *vexEncoder) supplier(name string) string {
	key := "supplier\x00" + name
	if id, ok := e.elements[key]; ok {
		return id
	}
	id := e.base + "supplier-" + strconv.Itoa(len(e.elements)+1)
	e.elements[key] = id
	e.graph = append(e.graph, object{"type": "Organization", "spdxId": id, "creationInfo": "_:creation", "name": name})
	return id
}

// spdxAlgorithm is the HashAlgorithm entry of SPDX 3 for one of our names, "" if
// there is none.
func spdxAlgorithm(name string) string {
	for theirs, ours := range algorithms {
		if ours == name {
			if rest, ok := strings.CutPrefix(theirs, "sha3"); ok && len(rest) == 3 && strings.HasPrefix(name, "SHA3-") {
				return "sha3_" + rest
			}
			return theirs
		}
	}
	return ""
}
