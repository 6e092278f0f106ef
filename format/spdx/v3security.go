package spdx

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/vex"
)

// security collects the security profile: vulnerabilities, and what is said about
// them and the elements of the document.
type security struct {
	vulnerabilities map[handle]vulnerability
	found           []handle // the vulnerabilities as they came
	assessments     []assessment
	associated      []pair
}

// pair is a vulnerability and an element that has it.
type pair struct{ vulnerability, element handle }

type vulnerability struct {
	id                             string
	aliases                        []string
	title, details                 string
	published, modified, withdrawn time.Time
	references                     []reference
}

// assessment is one VulnAssessmentRelationship.
type assessment struct {
	class         string
	self, of      handle
	products      []handle
	within        []handle // assessedElement: the part of the product it is about
	by            []handle
	info          []handle
	published     time.Time
	modified      time.Time
	withdrawn     bool
	justification string
	impact        string
	action        string
	notes         string
	score         string
	severity      string
	vector        string
	decision      string
}

func (g *graph) securityField(t *thing, name string) (err error) {
	switch name {
	case "security_assessedElement":
		err = g.refs(&t.assessed)
	case "security_justificationType":
		t.justification, err = g.word()
	case "security_impactStatement":
		t.impact, err = g.value()
	case "security_actionStatement":
		t.action, err = g.value()
	case "security_statusNotes":
		t.notes, err = g.value()
	case "security_score":
		t.score, err = g.value()
	case "security_severity":
		t.severity, err = g.word()
	case "security_vectorString":
		t.vector, err = g.value()
	case "security_decisionType":
		t.decision, err = g.word()
	default:
		err = g.s.skip()
	}
	return err
}

func (g *graph) vulnerability(t *thing) error {
	if _, again := g.vulnerabilities[t.id]; again {
		g.b.problem("duplicate-ref", g.b.name(t.id), "A vulnerability that stands twice; the first is kept.")
		return nil
	}
	if len(g.found) >= g.b.lim.Components {
		return g.b.over("number of vulnerabilities")
	}
	v := vulnerability{
		title: t.summary, details: t.description, references: t.references,
		published: t.published, modified: t.modified, withdrawn: t.withdrawn,
	}
	if v.title == "" {
		v.title = t.name
	}
	for _, i := range t.identifiers {
		switch {
		case i.kind == "cve" && v.id == "":
			v.id = i.value
		case i.kind == "cve" || i.kind == "securityOther":
			v.aliases = appendNew(v.aliases, i.value)
		}
	}
	if v.id == "" && len(v.aliases) > 0 {
		v.id, v.aliases = v.aliases[0], v.aliases[1:]
		if len(v.aliases) == 0 {
			v.aliases = nil
		}
	}
	if v.id == "" {
		v.id = t.name
	}
	if v.id == "" { // …/vulnerability/CVE-2024-1
		iri := g.b.name(t.id)
		v.id = iri[strings.LastIndexAny(iri, "/#:")+1:]
	}
	g.vulnerabilities[t.id] = v
	g.found = append(g.found, t.id)
	return nil
}

func (g *graph) assessment(t *thing) error {
	if len(g.assessments) >= g.b.lim.Relations {
		return g.b.over("number of assessments")
	}
	g.assessments = append(g.assessments, assessment{
		class: t.class, self: t.id, of: t.from, products: t.to, within: t.assessed, by: t.suppliedBy, info: t.info,
		published: t.published, modified: t.modified, withdrawn: !t.withdrawn.IsZero(),
		justification: t.justification, impact: t.impact, action: t.action, notes: t.notes,
		score: t.score, severity: t.severity, vector: t.vector, decision: t.decision,
	})
	if t.class == "Relationship" || t.class == "LifecycleScopedRelationship" { // the plain form of a claim
		g.assessments[len(g.assessments)-1].class = t.relation
	}
	return nil
}

// statusOf is the claim an assessment makes; "" if it makes none.
func statusOf(class string) vex.Status {
	switch strings.TrimSuffix(strings.TrimPrefix(class, "security_"), "VulnAssessmentRelationship") {
	case "VexAffected", "affects":
		return vex.Affected
	case "VexNotAffected", "doesNotAffect":
		return vex.NotAffected
	case "VexFixed", "fixedIn":
		return vex.Fixed
	case "VexUnderInvestigation", "underInvestigationFor":
		return vex.UnderInvestigation
	}
	return ""
}

var justifications = map[string]vex.Justification{
	"componentNotPresent":                         vex.ComponentNotPresent,
	"vulnerableCodeNotPresent":                    vex.CodeNotPresent,
	"vulnerableCodeNotInExecutePath":              vex.NotInExecutePath,
	"vulnerableCodeCannotBeControlledByAdversary": vex.NotControllable,
	"inlineMitigationsAlreadyExist":               vex.InlineMitigations,
}

// claims makes statements and records of what was collected.
func (g *graph) claims(doc *sbom.Document) (*vex.Document, []advisory.Record) {
	records := g.records(doc)
	v := &vex.Document{Format: "SPDX", Version: doc.Version, ID: doc.ID, Issued: doc.Created}
	if len(doc.Authors) > 0 {
		v.Author = strings.Join(doc.Authors, ", ")
	}
	for _, a := range g.assessments {
		status := statusOf(a.class)
		if status == "" {
			continue
		}
		what, known := g.vulnerabilities[a.of]
		if !known {
			v.Problems = append(v.Problems, "The statement "+g.b.name(a.self)+" is about "+strconv.Quote(g.b.name(a.of))+", which is not described; its last part is taken as the name.")
			iri := g.b.name(a.of)
			what.id = iri[strings.LastIndexAny(iri, "/#:")+1:]
		}
		if a.withdrawn {
			v.Problems = append(v.Problems, "The statement "+g.b.name(a.self)+" about "+what.id+" was withdrawn; it is not applied.")
			continue
		}
		v.Statements = append(v.Statements, g.statement(doc, a, status, what))
	}
	if len(v.Statements) == 0 && len(v.Problems) == 0 {
		return nil, records
	}
	return v, records
}

func (g *graph) statement(doc *sbom.Document, a assessment, status vex.Status, what vulnerability) vex.Statement {
	s := vex.Statement{
		ID: g.b.name(a.self), Vulnerability: what.id, Aliases: what.aliases, Status: status,
		Justification: justifications[a.justification], Impact: a.impact, Action: a.action, Note: a.notes,
		Issued: a.published, Updated: a.modified, Where: g.b.name(a.self),
	}
	if s.Justification == "" && a.justification != "" {
		s.Note = strings.TrimSpace(s.Note + " Justification as written: " + a.justification)
	}
	if s.Issued.IsZero() { // "when a VEX relationship does not have a created property, the document's date"
		s.Issued = doc.Created
		for _, h := range a.info {
			if c := g.creation[h]; !c.at.IsZero() {
				s.Issued = c.at
			}
		}
	}
	if by := g.by(a); by != "" && !slices.Contains(doc.Authors, by) { // the statement is not the document's author's
		s.Note = strings.TrimSpace(s.Note + " Stated by " + by + ".")
	}
	var parts []vex.Product
	for _, h := range a.within {
		parts = append(parts, g.product(doc, h))
	}
	for _, h := range a.products {
		p := g.product(doc, h)
		p.Components = parts
		s.Products = append(s.Products, p)
	}
	return s
}

// product describes an element well enough to find it elsewhere.
func (g *graph) product(doc *sbom.Document, h handle) vex.Product {
	p := vex.Product{ID: g.b.name(h)}
	i := g.b.index(h)
	if i < 0 {
		if o, ok := g.imports[p.ID]; ok {
			p.Document, p.Ref = o.document, p.ID
		}
		return p
	}
	c := &doc.Components[i]
	p.PURL, p.Name, p.Version, p.Vendor = c.PURL, c.Name, c.Version, c.Supplier
	if len(c.CPEs) > 0 {
		p.CPE = c.CPEs[0]
	}
	for _, x := range c.Hashes {
		p.Hashes = append(p.Hashes, vex.Hash{Algorithm: x.Algorithm, Value: x.Value})
	}
	p.Document, p.Ref = doc.ID, c.Ref
	return p
}

// records makes one record of each vulnerability that is described.
func (g *graph) records(doc *sbom.Document) []advisory.Record {
	at := map[handle]int{}
	out := make([]advisory.Record, 0, len(g.found))
	for _, h := range g.found {
		v := g.vulnerabilities[h]
		r := advisory.Record{
			ID: v.id, Aliases: v.aliases, Source: "vendor", Document: doc.ID, Title: v.title, Details: v.details,
			Published: v.published, Modified: v.modified, Withdrawn: v.withdrawn,
		}
		for _, ref := range v.references {
			kind := "WEB"
			switch ref.kind {
			case "securityAdvisory", "vulnerabilityDisclosureReport", "vulnerabilityExploitabilityAssessment":
				kind = "ADVISORY"
			case "securityFix":
				kind = "FIX"
			}
			r.References = append(r.References, advisory.Reference{Kind: kind, URL: ref.locator})
		}
		at[h] = len(out)
		out = append(out, r)
	}
	spoken := map[pair]bool{}
	for _, a := range g.assessments {
		i, ok := at[a.of]
		if !ok || a.withdrawn {
			continue
		}
		r := &out[i]
		if status := statusOf(a.class); status != "" {
			concerned := a.products
			if len(a.within) > 0 {
				concerned = a.within
			}
			for _, h := range slices.Concat(a.products, a.within) {
				spoken[pair{a.of, h}] = true
			}
			for _, h := range concerned {
				r.Affected = append(r.Affected, g.affected(doc, h, advisory.Status(status)))
			}
			continue
		}
		if s, ok := severityOf(a, g.by(a)); ok {
			r.Severities = append(r.Severities, s)
		}
		if a.decision != "" {
			if r.SSVC == nil {
				r.SSVC = map[string]string{}
			}
			r.SSVC["decision"] = a.decision
		}
	}
	for _, p := range g.associated { // said to have it, with no word on whether that matters
		if i, ok := at[p.vulnerability]; ok && !spoken[p] {
			out[i].Affected = append(out[i].Affected, g.affected(doc, p.element, advisory.InReview))
		}
	}
	return out
}

func (g *graph) by(a assessment) string {
	for _, h := range a.by {
		return g.agent(h)
	}
	return ""
}

func severityOf(a assessment, by string) (advisory.Severity, bool) {
	if !strings.HasPrefix(a.class, "security_Cvss") {
		return advisory.Severity{}, false
	}
	s := advisory.Severity{System: "CVSS:2.0", Vector: a.vector, Text: a.severity, By: by}
	for _, v := range []string{"CVSS:3.0", "CVSS:3.1", "CVSS:4.0"} {
		if strings.HasPrefix(a.vector, v) {
			s.System = v
		}
	}
	if a.vector == "" { // the class names the generation at least
		s.System = map[string]string{"3": "CVSS:3.1", "4": "CVSS:4.0"}[a.class[len("security_CvssV"):len("security_CvssV")+1]]
		if s.System == "" {
			s.System = "CVSS:2.0"
		}
	}
	if score, err := strconv.ParseFloat(a.score, 64); err == nil && score >= 0 && score <= 10 {
		s.Score = score
	}
	return s, true
}

func (g *graph) affected(doc *sbom.Document, h handle, status advisory.Status) advisory.Affected {
	p := g.product(doc, h)
	a := advisory.Affected{Status: status, Product: &advisory.Product{ID: p.ID, Vendor: p.Vendor, Name: p.Name, Version: p.Version, CPE: p.CPE}}
	if p.PURL != "" {
		a.Product.PURLs = []string{p.PURL}
	}
	for _, x := range p.Hashes {
		a.Product.Hashes = append(a.Product.Hashes, x.Algorithm+":"+x.Value)
	}
	if p.Version != "" {
		a.Versions = []string{p.Version}
	}
	return a
}
