package cyclonedx

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// ReadVulnerabilities reads the vulnerabilities of a document, and the document
// with its components: a VDR, or a VEX on its own or inside a bill of materials.
func ReadVulnerabilities(r io.Reader, lim sbom.Limits) (*sbom.Document, []Vulnerability, error) {
	var all collector
	var out []Vulnerability
	b := newBuilder(lim, &all)
	b.vulnerability = func(v Vulnerability) error {
		if len(out) >= b.lim.Components {
			b.limit("vulnerabilities", b.lim.Components)
			return b.err
		}
		out = append(out, v)
		return nil
	}
	doc, err := read(r, b)
	if err != nil {
		return nil, nil, err
	}
	doc.Components, doc.Relations = all.components, all.relations
	return doc, out, nil
}

// ReadVEX reads a document's analyses as statements. See [Statements].
func ReadVEX(r io.Reader, lim sbom.Limits) (*vex.Document, error) {
	doc, list, err := ReadVulnerabilities(r, lim)
	if err != nil {
		return nil, err
	}
	return Statements(doc, list), nil
}

// stateOf and reasonOf map CycloneDX's words onto those of package vex. The words
// themselves stay in Statement.Note.
var (
	stateOf = map[string]vex.Status{
		"resolved": vex.Fixed, "resolved_with_pedigree": vex.Fixed, "exploitable": vex.Affected,
		"in_triage": vex.UnderInvestigation, "false_positive": vex.NotAffected, "not_affected": vex.NotAffected,
	}
	reasonOf = map[string]vex.Justification{
		"code_not_present":   vex.CodeNotPresent,
		"code_not_reachable": vex.NotInExecutePath,
		// What the fault needs is not there: a dependency, or a setting or surrounding
		// that somebody who attacks does not decide about.
		"requires_dependency":    vex.ComponentNotPresent,
		"requires_configuration": vex.NotControllable,
		"requires_environment":   vex.NotControllable,
		"protected_by_compiler":  vex.InlineMitigations, "protected_at_runtime": vex.InlineMitigations,
		"protected_at_perimeter": vex.InlineMitigations, "protected_by_mitigating_control": vex.InlineMitigations,
	}
)

const (
	expiresProperty  = ours + "expires"
	inheritsProperty = ours + "inherits"
)

// Statements makes statements of the analyses in a document. An entry without an
// analysis says nothing about a product and makes none.
//
// A statement about a part of the document's root is one about the root, with the
// part as its component; a BOM-Link is a product of another document. Each listed
// version or range is a product of its own. What a version's own status says goes
// before the analysis: "unaffected" is not affected (in an analysis "resolved" it
// is the version with the fix), "unknown" is under investigation.
func Statements(doc *sbom.Document, list []Vulnerability) *vex.Document {
	out := &vex.Document{
		Format: "CycloneDX", Version: doc.Version, ID: doc.ID, Revision: strconv.Itoa(doc.Revision), Author: author(doc),
		Issued: doc.Created, Updated: doc.Created,
	}
	s := &speaker{doc: doc, out: out, refs: make(map[string]int, len(doc.Components))}
	for i, c := range doc.Components {
		s.refs[c.Ref] = i
	}
	for i := range list {
		s.speak(&list[i])
	}
	return out
}

// author is who speaks: the supplier of the document, or else the first of those
// who made it.
func author(doc *sbom.Document) string {
	if doc.Supplier != "" {
		return doc.Supplier
	}
	if len(doc.Authors) > 0 {
		return doc.Authors[0]
	}
	if doc.Root >= 0 && doc.Root < len(doc.Components) {
		if c := doc.Components[doc.Root]; c.Supplier != "" {
			return c.Supplier
		} else if c.Manufacturer != "" {
			return c.Manufacturer
		}
	}
	return ""
}

type speaker struct {
	doc  *sbom.Document
	out  *vex.Document
	refs map[string]int
}

func (s *speaker) problem(v *Vulnerability, text string, args ...any) {
	if len(s.out.Problems) < 1000 {
		s.out.Problems = append(s.out.Problems, fmt.Sprintf("%s, %s: ", v.Where, v.ID)+fmt.Sprintf(text, args...))
	}
}

// speak makes the statements of one analysis: one per status.
func (s *speaker) speak(v *Vulnerability) {
	a := v.Analysis
	if a == nil {
		return
	}
	status, ok := stateOf[a.State]
	if !ok {
		s.problem(v, "the analysis has the state %.40q, which says nothing", a.State)
		return
	}
	if v.ID == "" {
		s.problem(v, "the analysis is about no vulnerability: there is no id")
		return
	}
	if len(v.Affects) == 0 {
		s.problem(v, "the analysis names no product")
		s.say(v, status, nil)
		return
	}
	byStatus := map[vex.Status][]vex.Product{}
	for _, affect := range v.Affects {
		if len(affect.Versions) == 0 {
			byStatus[status] = append(byStatus[status], s.product(v, affect.Ref, Versions{}))
		}
		for _, x := range affect.Versions {
			at := status
			switch {
			case x.Status == "unaffected" && status != vex.Fixed:
				at = vex.NotAffected
			case x.Status == "unknown":
				at = vex.UnderInvestigation
			}
			byStatus[at] = append(byStatus[at], s.product(v, affect.Ref, x))
		}
	}
	for _, at := range []vex.Status{vex.NotAffected, vex.Affected, vex.Fixed, vex.UnderInvestigation} {
		if len(byStatus[at]) > 0 {
			s.say(v, at, byStatus[at])
		}
	}
}

func (s *speaker) say(v *Vulnerability, status vex.Status, products []vex.Product) {
	a := v.Analysis
	out := vex.Statement{
		ID: v.Ref, Vulnerability: v.ID, Products: products, Status: status, Issued: a.FirstIssued, Updated: a.LastUpdated,
		Note: "CycloneDX: state " + a.State, Where: v.Where,
	}
	for _, r := range v.References {
		if r.ID != "" && r.ID != v.ID {
			out.Aliases = append(out.Aliases, r.ID)
		}
	}
	if a.Justification != "" {
		out.Note += ", justification " + a.Justification
		if _, ok := reasonOf[a.Justification]; !ok {
			s.problem(v, "the justification %.60q is none of CycloneDX's", a.Justification)
		}
	}
	switch {
	case status != vex.NotAffected:
		out.Action = action(v)
		if a.Detail != "" {
			out.Note += ". " + a.Detail
		}
	case stateOf[a.State] == vex.NotAffected:
		out.Justification, out.Impact, out.Action = reasonOf[a.Justification], a.Detail, action(v)
	default:
		// A version that is listed as unaffected where the analysis is about others: its
		// reasons and what to do are theirs.
		out.Note += ", version listed as unaffected"
	}
	for _, p := range v.Properties {
		switch p.Name {
		case expiresProperty:
			t, ok := date(p.Value)
			if !ok {
				s.problem(v, "%s %.40q is no date", p.Name, p.Value)
			}
			out.Expires = t
		case inheritsProperty:
			out.Inherits = p.Value == "true"
		}
	}
	s.out.Statements = append(s.out.Statements, out)
}

// action joins the responses and what is recommended.
func action(v *Vulnerability) string {
	var parts []string
	if r := v.Analysis.Responses; len(r) > 0 {
		parts = append(parts, strings.Join(r, ", "))
	}
	for _, text := range []string{v.Recommendation, v.Workaround} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ". ")
}

// product is what a ref of affects speaks of.
func (s *speaker) product(v *Vulnerability, ref string, x Versions) vex.Product {
	if strings.HasPrefix(ref, "urn:cdx:") {
		document, element := SplitLink(ref)
		if !isLink(ref) {
			s.problem(v, "%.200q is no BOM-Link (urn:cdx:SERIAL/VERSION#REF)", ref)
		}
		p := vex.Product{ID: ref, Document: document, Ref: element, Version: x.Version, Range: x.Range}
		if strings.HasPrefix(element, "pkg:") && notPURL(element) == "" {
			p.PURL = element
		}
		return p
	}
	i, ok := s.refs[ref]
	if !ok {
		s.problem(v, "no component has the bom-ref %.200q", ref)
		p := vex.Product{ID: ref, Ref: ref, Version: x.Version, Range: x.Range}
		if strings.HasPrefix(ref, "pkg:") && notPURL(ref) == "" {
			p.PURL = ref
		}
		return p
	}
	p := s.component(i)
	if x.Version != "" || x.Range != "" {
		p.Version, p.Range = x.Version, x.Range
		if x.Version != s.doc.Components[i].Version {
			p.PURL, p.CPE, p.Hashes = withoutVersion(p.PURL), "", nil // they name the one version that is listed
		}
	}
	if root := s.doc.Root; root >= 0 && root != i {
		whole := s.component(root)
		whole.Components = []vex.Product{p}
		return whole
	}
	return p
}

// component is a component as a product.
func (s *speaker) component(i int) vex.Product {
	c := &s.doc.Components[i]
	p := vex.Product{ID: c.Ref, PURL: c.PURL, Vendor: c.Supplier, Name: c.Name, Version: c.Version, UDI: c.Identifiers["udi-di"], Ref: c.Ref}
	if p.Vendor == "" {
		p.Vendor = c.Manufacturer
	}
	if len(c.CPEs) > 0 {
		p.CPE = c.CPEs[0]
	}
	for _, h := range c.Hashes {
		p.Hashes = append(p.Hashes, vex.Hash{Algorithm: h.Algorithm, Value: h.Value})
	}
	if serialForm().MatchString(s.doc.ID) {
		p.Document = Link(s.doc.ID, s.doc.Revision, "")
	}
	return p
}

// withoutVersion takes the version out of a package URL.
func withoutVersion(purl string) string {
	end := len(purl)
	if i := strings.IndexAny(purl, "?#"); i >= 0 {
		end = i
	}
	if i := strings.LastIndexByte(purl[:end], '@'); i > strings.LastIndexByte(purl[:end], '/') {
		return purl[:i] + purl[end:]
	}
	return purl
}
