package cyclonedx

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// The words of CycloneDX for those of package vex, where a statement does not hold
// the words it was read with.
var (
	wordOf   = map[vex.Status]string{vex.Fixed: "resolved", vex.Affected: "exploitable", vex.UnderInvestigation: "in_triage", vex.NotAffected: "not_affected"}
	becauses = map[vex.Justification]string{
		vex.CodeNotPresent: "code_not_present", vex.NotInExecutePath: "code_not_reachable", vex.ComponentNotPresent: "requires_dependency",
		vex.NotControllable: "requires_configuration", vex.InlineMitigations: "protected_by_mitigating_control",
	}
)

// FromStatements makes what [WriteReport] writes as a VEX of a document of
// statements: the vulnerabilities with their analyses, and a document that holds
// the products which no BOM-Link names, so that every ref leads somewhere.
//
// revision is the document's, from 1; its id, if no urn:uuid, becomes a property.
func FromStatements(d *vex.Document, revision int) (*sbom.Document, []Vulnerability) {
	doc := &sbom.Document{Format: "CycloneDX", ID: d.ID, Revision: max(revision, 1), Root: -1, Created: d.Updated, Supplier: d.Author}
	if doc.Created.IsZero() {
		doc.Created = d.Issued
	}
	w := &namer{doc: doc, known: map[string]bool{}}
	var out []Vulnerability
	for i := range d.Statements {
		s := &d.Statements[i]
		v := Vulnerability{ID: s.Vulnerability, Analysis: analysis(s), Updated: s.Updated}
		if !strings.HasPrefix(s.ID, "urn:cdx:") {
			v.Ref = s.ID
		}
		if w.known[v.Ref] {
			v.Ref = "" // refs are unique in a document, ids of statements need not be
		}
		w.known[v.Ref] = true
		for _, a := range s.Aliases {
			v.References = append(v.References, Reference{ID: a})
		}
		if text := unsaid(s.Action); text != "" && s.Status != vex.NotAffected {
			v.Recommendation = text
		}
		for _, p := range s.Products {
			w.affects(&v, p)
		}
		if !s.Expires.IsZero() {
			v.Properties = append(v.Properties, Property{expiresProperty, s.Expires.UTC().Format(time.RFC3339)})
		}
		if s.Inherits {
			v.Properties = append(v.Properties, Property{inheritsProperty, "true"})
		}
		out = append(out, v)
	}
	return doc, out
}

// analysis says a statement in CycloneDX's words.
func analysis(s *vex.Statement) *Analysis {
	a := &Analysis{State: wordOf[s.Status], FirstIssued: s.Issued, LastUpdated: s.Updated, Detail: s.Impact}
	if s.Status == vex.NotAffected {
		a.Justification = becauses[s.Justification]
	}
	if rest, ok := strings.CutPrefix(s.Note, "CycloneDX: state "); ok { // as it was read
		head, detail, _ := strings.Cut(rest, ". ")
		state, reason, _ := strings.Cut(head, ", justification ")
		if stateOf[state] == s.Status {
			a.State, a.Justification = state, reason
		}
		if a.Detail == "" {
			a.Detail = detail
		}
	} else if a.Detail == "" {
		a.Detail = s.Note
	}
	head, _, _ := strings.Cut(s.Action, ". ")
	for _, r := range strings.Split(head, ", ") {
		if responses[r] {
			a.Responses = append(a.Responses, r)
		}
	}
	return a
}

// unsaid is what of an action is no word of CycloneDX.
func unsaid(action string) string {
	head, rest, _ := strings.Cut(action, ". ")
	for _, r := range strings.Split(head, ", ") {
		if !responses[r] {
			return action
		}
	}
	return rest
}

// namer gives products a ref.
type namer struct {
	doc   *sbom.Document
	known map[string]bool
}

// affects names a product, or its parts, in a vulnerability.
func (n *namer) affects(v *Vulnerability, p vex.Product) {
	if len(p.Components) > 0 {
		for _, part := range p.Components {
			if part.Document == "" { // a part is named within its product's document
				part.Document = p.Document
			}
			n.affects(v, part)
		}
		return
	}
	ref := n.ref(p)
	var versions []Versions
	if p.Range != "" {
		versions = append(versions, Versions{Range: p.Range, Status: versionStatus(v)})
	} else if p.Version != "" && p.Document != "" {
		versions = append(versions, Versions{Version: p.Version, Status: versionStatus(v)})
	}
	for i := range v.Affects {
		if v.Affects[i].Ref == ref {
			v.Affects[i].Versions = append(v.Affects[i].Versions, versions...)
			return
		}
	}
	v.Affects = append(v.Affects, Affect{Ref: ref, Versions: versions})
}

// versionStatus says of a version what the analysis says; of a fixed one nothing,
// since it is the one with the fix.
func versionStatus(v *Vulnerability) string {
	switch stateOf[v.Analysis.State] {
	case vex.NotAffected:
		return "unaffected"
	case vex.Affected:
		return "affected"
	case vex.UnderInvestigation:
		return "unknown"
	}
	return ""
}

// ref returns a BOM-Link, or the ref of a component that it adds.
func (n *namer) ref(p vex.Product) string {
	if strings.HasPrefix(p.Document, "urn:cdx:") && p.Ref != "" {
		s := joinLink(sbom.Link{Document: p.Document, Element: p.Ref})
		if isLink(s) {
			return s
		}
	}
	ref := p.ID
	for _, s := range []string{p.Ref, p.PURL, p.CPE} {
		if ref == "" {
			ref = s
		}
	}
	if ref == "" || strings.HasPrefix(ref, "urn:cdx:") {
		ref = fmt.Sprintf("product:%s/%s/%s", p.Vendor, p.Name, p.Version)
	}
	if !n.known[ref] {
		n.known[ref] = true
		c := sbom.Component{Ref: ref, Parent: -1, Type: sbom.Application, Name: p.Name, Version: p.Version, Supplier: p.Vendor, PURL: p.PURL}
		if c.Name == "" {
			c.Name = ref
		}
		if p.CPE != "" {
			c.CPEs = []string{p.CPE}
		}
		if p.UDI != "" {
			c.Identifiers = map[string]string{"udi-di": p.UDI}
		}
		for _, h := range p.Hashes {
			c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: h.Algorithm, Value: h.Value})
		}
		n.doc.Components = append(n.doc.Components, c)
	}
	return ref
}
