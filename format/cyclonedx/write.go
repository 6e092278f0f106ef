package cyclonedx

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// WriteOptions say what [Write] and [WriteReport] write.
type WriteOptions struct {
	Version string // "1.6" (the default) or "1.7"
	XML     bool   // instead of JSON
	Indent  bool
}

// Write writes a bill of materials. What it writes is valid, whatever the document
// holds: values for which CycloneDX has no field, or which its schema would refuse,
// become properties that [Read] knows (see the package's description), so that
// nothing that CycloneDX knows of is lost on the way. The exceptions: what only
// other formats say (Described, Sources, the Scope of a relation, the Kind of a
// link), Problems, what a component of type service has beyond CycloneDX's service,
// and in XML characters that XML 1.0 can't hold.
//
// An error says that the document contradicts itself: two components of one ref, a
// parent or an end of a relation that is not there, parents in a circle.
func Write(w io.Writer, doc *sbom.Document, opt WriteOptions) error {
	return WriteReport(w, doc, nil, opt)
}

// WriteReport writes a document with vulnerabilities: a disclosure report (VDR) if
// the document has the components that they affect, a VEX if it has none and they
// name their products by BOM-Link ([Link]).
func WriteReport(w io.Writer, doc *sbom.Document, vulnerabilities []Vulnerability, opt WriteOptions) error {
	if opt.Version == "" {
		opt.Version = "1.6"
	}
	if opt.Version != "1.6" && opt.Version != "1.7" {
		return fmt.Errorf("cyclonedx: can't write version %q, only 1.6 and 1.7", opt.Version)
	}
	e := &encoder{doc: doc, opt: opt}
	bom, err := e.document()
	if err != nil {
		return err
	}
	for i := range vulnerabilities {
		bom.Vulnerabilities = append(bom.Vulnerabilities, toWire(&vulnerabilities[i]))
	}
	if opt.XML {
		return writeXML(w, bom, opt)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if opt.Indent {
		out.SetIndent("", "  ")
	}
	return out.Encode(bom)
}

func writeXML(w io.Writer, bom *wireBOM, opt WriteOptions) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	if opt.Indent {
		out.Indent("", "  ")
	}
	if err := out.Encode(bom); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// wireBOM is a document.
type wireBOM struct {
	XMLName         xml.Name                `json:"-" xml:"bom"`
	XMLNS           string                  `json:"-" xml:"xmlns,attr"`
	Schema          string                  `json:"$schema" xml:"-"`
	Format          string                  `json:"bomFormat" xml:"-"`
	Version         string                  `json:"specVersion" xml:"-"`
	Serial          string                  `json:"serialNumber,omitempty" xml:"serialNumber,attr,omitempty"`
	Revision        int                     `json:"version" xml:"version,attr"`
	Metadata        *wireMetadata           `json:"metadata,omitempty" xml:"metadata,omitempty"`
	Components      list[wireComponent]     `json:"components,omitempty" xml:"components,omitempty"`
	Services        list[wireComponent]     `json:"services,omitempty" xml:"services,omitempty"`
	References      list[wireReference]     `json:"externalReferences,omitempty" xml:"externalReferences,omitempty"`
	Dependencies    list[wireDependency]    `json:"dependencies,omitempty" xml:"dependencies,omitempty"`
	Compositions    list[wireComposition]   `json:"compositions,omitempty" xml:"compositions,omitempty"`
	Vulnerabilities list[wireVulnerability] `json:"vulnerabilities,omitempty" xml:"vulnerabilities,omitempty"`
}

// encoder makes the wire form of one document.
type encoder struct {
	doc   *sbom.Document
	opt   WriteOptions
	parts [][]int // by parent + 1
	links map[int][]sbom.Link
	edges map[int][]sbom.Relation
	order []int // of the components that have edges, as they first appear
	wrote int
}

func (e *encoder) document() (*wireBOM, error) {
	if err := e.index(); err != nil {
		return nil, err
	}
	d := e.doc
	bom := &wireBOM{
		XMLNS: namespace + e.opt.Version, Schema: schemaBase + "bom-" + e.opt.Version + ".schema.json",
		Format: "CycloneDX", Version: e.opt.Version, Revision: max(d.Revision, 1), Metadata: e.metadata(),
	}
	if serialForm().MatchString(d.ID) {
		bom.Serial = d.ID
	}
	for _, i := range e.parts[0] {
		if i == d.Root {
			continue
		}
		if d.Components[i].Type == sbom.Service {
			bom.Services = append(bom.Services, e.component(i))
		} else {
			bom.Components = append(bom.Components, e.component(i))
		}
	}
	if e.wrote != len(d.Components) {
		return nil, fmt.Errorf("cyclonedx: %d components are part of one another in a circle", len(d.Components)-e.wrote)
	}
	bom.References = e.references(-1)
	e.dependencies(bom)
	e.compositions(bom)
	if m := bom.Metadata; m.Timestamp == "" && m.Component == nil && m.Tools == nil && m.Supplier == nil && len(m.Lifecycles)+len(m.Authors)+len(m.Properties) == 0 {
		bom.Metadata = nil
	}
	return bom, nil
}

// index sorts parts, links and edges, and finds contradictions.
func (e *encoder) index() error {
	d := e.doc
	n := len(d.Components)
	e.parts = make([][]int, n+1)
	seen := make(map[string]int, n)
	if d.Root < -1 || d.Root >= n {
		return fmt.Errorf("cyclonedx: the root is component %d of %d", d.Root, n)
	}
	for i := range d.Components {
		c := &d.Components[i]
		ref := e.ref(i)
		if first, twice := seen[ref]; twice {
			return fmt.Errorf("cyclonedx: components %d and %d have the same ref %q", first, i, ref)
		}
		seen[ref] = i
		if c.Parent < -1 || c.Parent >= n {
			return fmt.Errorf("cyclonedx: component %d is part of component %d, which is not there", i, c.Parent)
		}
		parent := c.Parent
		if parent >= 0 && (c.Type == sbom.Service) != (d.Components[parent].Type == sbom.Service) || i == d.Root {
			parent = -1 // a service can only be part of a service, and the root of nothing
		}
		e.parts[parent+1] = append(e.parts[parent+1], i)
	}
	e.links, e.edges = map[int][]sbom.Link{}, map[int][]sbom.Relation{}
	for _, l := range d.Links {
		if l.From < -1 || l.From >= n {
			return fmt.Errorf("cyclonedx: a link from component %d, which is not there", l.From)
		}
		e.links[l.From] = append(e.links[l.From], l)
	}
	for _, r := range d.Relations {
		if r.From < 0 || r.From >= n || r.To < 0 || r.To >= n {
			return fmt.Errorf("cyclonedx: a relation from component %d to %d of %d", r.From, r.To, n)
		}
		if e.edges[r.From] == nil {
			e.order = append(e.order, r.From)
		}
		e.edges[r.From] = append(e.edges[r.From], r)
	}
	return nil
}

func (e *encoder) ref(i int) string {
	if ref := e.doc.Components[i].Ref; ref != "" {
		return ref
	}
	return fmt.Sprintf("_:%d", i)
}

var phases = words("design", "pre-build", "build", "post-build", "operations", "discovery", "decommission")

func (e *encoder) metadata() *wireMetadata {
	d := e.doc
	m := &wireMetadata{Timestamp: stamp(d.Created), Supplier: named(d.Supplier)}
	for _, p := range d.Phases {
		switch {
		case phases[p]:
			m.Lifecycles = append(m.Lifecycles, wirePhase{Phase: p})
		case p != "":
			m.Lifecycles = append(m.Lifecycles, wirePhase{Name: p})
		}
	}
	for _, t := range d.Tools {
		if t == "" {
			continue
		}
		if m.Tools == nil {
			m.Tools = &wireTools{}
		}
		name, version := t, ""
		for i := len(t) - 2; i > 0; i-- { // "@scope/name@version"
			if t[i] == '@' {
				name, version = t[:i], t[i+1:]
				break
			}
		}
		m.Tools.Components = append(m.Tools.Components, wireTool{Type: "application", Name: name, Version: version})
	}
	for _, a := range d.Authors {
		m.Authors = append(m.Authors, wirePerson{Name: a})
	}
	name := ""
	if d.Root >= 0 {
		c := e.component(d.Root)
		m.Component = &c
		name = d.Components[d.Root].Name
	}
	if d.Name != name {
		m.Properties = append(m.Properties, Property{ours + "document-name", d.Name})
	}
	if d.ID != "" && !serialForm().MatchString(d.ID) {
		m.Properties = append(m.Properties, Property{ours + "document-id", d.ID})
	}
	for _, l := range e.links[-1] {
		if url := joinLink(l); !validURL(url) {
			m.Properties = append(m.Properties, Property{ours + "link", url})
		}
	}
	return m
}

// dependencies writes the edges that the dependency graph of CycloneDX has; the
// rest are properties.
func (e *encoder) dependencies(bom *wireBOM) {
	for _, i := range e.order {
		d := wireDependency{Ref: e.ref(i)}
		seen := map[sbom.Relation]bool{}
		for _, r := range e.edges[i] {
			if seen[r] {
				continue
			}
			seen[r] = true
			switch r.Kind {
			case sbom.DependsOn:
				d.DependsOn = append(d.DependsOn, e.ref(r.To))
			case sbom.Provides:
				d.Provides = append(d.Provides, e.ref(r.To))
			}
		}
		if len(d.DependsOn)+len(d.Provides) > 0 {
			bom.Dependencies = append(bom.Dependencies, d)
		}
	}
}

var aggregates = words("complete", "incomplete", "incomplete_first_party_only", "incomplete_first_party_proprietary_only", "incomplete_first_party_opensource_only",
	"incomplete_third_party_only", "incomplete_third_party_proprietary_only", "incomplete_third_party_opensource_only", "unknown", "not_specified")

func (e *encoder) compositions(bom *wireBOM) {
	refs := func(list []int) (out []string) {
		seen := map[int]bool{}
		for _, i := range list {
			if i >= 0 && i < len(e.doc.Components) && !seen[i] {
				seen[i] = true
				out = append(out, e.ref(i))
			}
		}
		return out
	}
	for _, c := range e.doc.Compositions {
		if aggregates[c.Aggregate] {
			bom.Compositions = append(bom.Compositions, wireComposition{c.Aggregate, refs(c.Assemblies), refs(c.Dependencies)})
		}
	}
}

func words(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, w := range list {
		m[w] = true
	}
	return m
}

func named(s string) *wireParty {
	if s == "" {
		return nil
	}
	return &wireParty{s}
}

// stamp is RFC 3339 in UTC, "" for no time and for years that it can't say.
func stamp(t time.Time) string {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
