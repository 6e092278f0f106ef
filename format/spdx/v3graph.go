package spdx

import (
	"bytes"
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// graph reads SPDX 3 (JSON-LD). Objects stand in any order, inside one another or
// side by side; they are told apart when all are read.
type graph struct {
	s *scanner
	b *builder

	top3     thing // the members of a document that is a single element
	context  string
	prefixes map[string]string // of compact IRIs
	agents   map[handle]who
	creation map[handle]creation
	licences map[handle]licence
	licensed []grant
	roots    map[handle][]handle
	document thing // SpdxDocument, or the collection that takes its place
	people   []supply
	builds   map[handle]*build
	installs map[handle]bool // packages whose purpose is "install"
	imports  map[string]outside
	security
}

// creation is a CreationInfo.
type creation struct {
	by, using []handle
	at        time.Time
	spec      string
}

// who is an agent or a tool.
type who struct {
	name   string
	person bool
}

// supply says who supplied or made a component: agents may be defined later.
type supply struct {
	of             handle
	suppliedBy, by []handle
}

// build is a build_Build with what went in and came out.
type build struct{ in, out []handle }

func newGraph(s *scanner, b *builder) *graph {
	return &graph{
		s: s, b: b, top3: thing{id: none, from: none},
		prefixes: map[string]string{}, agents: map[handle]who{}, creation: map[handle]creation{}, licences: map[handle]licence{},
		roots: map[handle][]handle{}, builds: map[handle]*build{}, installs: map[handle]bool{}, imports: map[string]outside{},
		document: thing{id: none},
		security: security{vulnerabilities: map[handle]vulnerability{}},
	}
}

func (g *graph) top(name string) error {
	switch name {
	case "@context":
		return g.s.each(g.contextEntry)
	case "@graph":
		return g.s.each(func() error {
			_, err := g.element()
			return err
		})
	}
	return g.field(&g.top3, name)
}

// contextEntry keeps the address of the context, which names the version, and the
// prefixes a document defines itself. As in all writers' documents, the context
// stands before the graph; prefixes of one that does not are not expanded.
func (g *graph) contextEntry() error {
	c, err := g.s.peek()
	if err != nil {
		return err
	}
	if c != '{' {
		v, err := g.s.text()
		if g.context == "" {
			g.context = v
		}
		return err
	}
	return g.s.object(func(name string) error {
		c, err := g.s.peek()
		if err != nil || c != '"' {
			return g.s.skip()
		}
		v, err := g.s.text()
		if strings.Contains(v, ":") && !strings.HasPrefix(name, "@") && len(g.prefixes) < 1000 {
			g.prefixes[name] = v
		}
		return err
	})
}

// id returns the handle of an identifier; a compact IRI is written out first.
func (g *graph) id(id []byte) handle {
	if len(g.prefixes) > 0 {
		if prefix, rest, ok := bytes.Cut(id, []byte(":")); ok && !bytes.HasPrefix(rest, []byte("//")) {
			if base, ok := g.prefixes[string(prefix)]; ok {
				return g.b.id(append([]byte(base), rest...))
			}
		}
	}
	return g.b.id(id)
}

// element reads one object, with the objects inside it, and returns its handle.
func (g *graph) element() (handle, error) {
	t := thing{id: none, from: none}
	if err := g.s.object(func(name string) error { return g.field(&t, name) }); err != nil {
		return none, err
	}
	return g.accept(&t)
}

// refs reads references: texts, objects that are only an @id, whole objects.
func (g *graph) refs(to *[]handle) error {
	return g.s.each(func() error {
		c, err := g.s.peek()
		if err != nil {
			return err
		}
		if c == '{' {
			h, err := g.element()
			if h != none {
				*to = append(*to, h)
			}
			return err
		}
		id, err := g.s.raw()
		if err == nil && len(id) > 0 {
			*to = append(*to, g.id(id))
		}
		return err
	})
}

// value reads a text in any of the ways of JSON-LD: plain, {"@value": …}, in a
// list of one.
func (g *graph) value() (string, error) {
	var out string
	err := g.s.each(func() error {
		c, err := g.s.peek()
		if err != nil {
			return err
		}
		if c != '{' {
			v, err := g.s.shared()
			if out == "" {
				out = v
			}
			return err
		}
		return g.s.object(func(name string) error {
			if name != "@value" && name != "@id" {
				return g.s.skip()
			}
			v, err := g.s.shared()
			if out == "" {
				out = v
			}
			return err
		})
	})
	return out, err
}

// word reads a term of a vocabulary; a full IRI is cut to its last segment.
func (g *graph) word() (string, error) {
	v, err := g.value()
	if strings.HasPrefix(v, "https://spdx.org/rdf/") && strings.Count(v, "/") > 6 {
		v = v[strings.LastIndexByte(v, '/')+1:]
	}
	return v, err
}

func (g *graph) moment() (time.Time, error) {
	v, err := g.value()
	return moment(v), err
}

// accept files an object by its class.
func (g *graph) accept(t *thing) (handle, error) {
	if t.id == none && t.class != "" && t.class != "Hash" {
		t.id = g.b.id([]byte(g.b.free("_:inline")))
	}
	switch t.class {
	case "": // only an @id: a reference
		return t.id, nil
	case "software_Package", "software_File", "ai_AIPackage", "dataset_DatasetPackage":
		return t.id, g.component(t)
	case "CreationInfo":
		g.creation[t.id] = creation{t.createdBy, t.createdUsing, t.created, t.spec}
	case "Person", "Organization", "SoftwareAgent", "Agent", "Tool":
		g.agents[t.id] = who{t.name, t.class == "Person"}
	case "SpdxDocument":
		g.document = *t
		g.roots[t.id] = t.rootElement
		g.noteImports(t)
	case "software_Sbom", "Bom", "Bundle":
		g.roots[t.id] = t.rootElement
		for _, v := range t.sbomTypes {
			g.b.doc.Phases = appendNew(g.b.doc.Phases, phase(v))
		}
		if g.document.class == "" {
			g.document = *t
		}
	case "software_Snippet":
		g.b.tally("snippets")
	case "build_Build":
		g.buildOf(t.id)
	case "security_Vulnerability":
		return t.id, g.vulnerability(t)
	default:
		switch {
		case strings.HasSuffix(t.class, "VulnAssessmentRelationship"):
			return t.id, g.assessment(t)
		case strings.HasSuffix(t.class, "Relationship"):
			return t.id, g.relationship(t)
		case strings.HasPrefix(t.class, "simplelicensing_"), strings.HasPrefix(t.class, "expandedlicensing_"):
			g.licences[t.id] = licenceOf(t)
		}
	}
	return t.id, nil
}

// phase is the lifecycle phase for a kind of bill of materials, in CycloneDX's
// words (SbomType of SPDX 3, after CISA's "Types of SBOM").
func phase(v string) string {
	switch v {
	case "design", "build":
		return v
	case "source":
		return "pre-build"
	case "analyzed":
		return "post-build"
	case "deployed", "runtime":
		return "operations"
	}
	return v
}

func appendNew(to []string, v string) []string {
	for _, have := range to {
		if have == v {
			return to
		}
	}
	if v == "" {
		return to
	}
	return append(to, v)
}

func (g *graph) buildOf(h handle) *build {
	p := g.builds[h]
	if p == nil {
		p = &build{}
		g.builds[h] = p
	}
	return p
}

func (g *graph) noteImports(t *thing) {
	for _, in := range t.imports {
		o := outside{document: in.location, element: in.id, digest: in.digest}
		if o.document == "" {
			o.document = documentOf(in.id)
		}
		g.imports[in.id] = o
		if o.element == o.document {
			o.element = ""
		}
		g.b.doc.Links = append(g.b.doc.Links, sbom.Link{From: -1, Document: o.document, Element: o.element, Digest: o.digest})
	}
}

// documentOf is the document that an element's IRI lies in: what stands before
// its fragment, or before its last segment.
func documentOf(id string) string {
	if i := strings.IndexByte(id, '#'); i > 0 {
		return id[:i]
	}
	if i := strings.LastIndexByte(id, '/'); i > 0 {
		return id[:i]
	}
	return id
}

// component files a package or file.
func (g *graph) component(t *thing) error {
	c := sbom.Component{
		Type: purpose(t.purpose), Name: t.name, Version: t.version, PURL: t.purl, Hashes: t.hashes,
		EndOfSupport: t.validUntil, Support: support(t.support),
	}
	switch t.class {
	case "software_File":
		switch c.Type {
		case sbom.Firmware, sbom.DeviceDriver, sbom.OperatingSystem, sbom.Container, sbom.Model:
		default:
			c.Type = sbom.File
		}
	case "ai_AIPackage":
		c.Type = sbom.Model
	case "dataset_DatasetPackage":
		c.Type = sbom.Data
	}
	if t.purpose == "install" {
		g.installs[t.id] = true
	}
	for _, i := range t.identifiers {
		g.b.reference(&c, i.kind, i.value)
	}
	for _, r := range t.references {
		if r.kind == "purchaseOrder" || r.locator == "" {
			continue
		}
		if strings.HasPrefix(r.locator, "pkg:") {
			g.b.reference(&c, "purl", r.locator)
		}
	}
	if t.purpose == "source" && t.class == "software_Package" {
		c.Type = sourceType(&c)
	}
	for _, e := range t.extensions {
		g.b.property(&c, e.name, e.value)
	}
	if c.Name == "" {
		g.b.problem("no-name", g.b.name(t.id), "A component without a name.")
	}
	if len(t.suppliedBy)+len(t.originatedBy) > 0 {
		g.people = append(g.people, supply{t.id, t.suppliedBy, t.originatedBy})
	}
	return g.b.add(t.id, c)
}

// support words the SupportType of SPDX 3 as FDA's premarket guidance does.
func support(levels []string) string {
	for _, l := range levels {
		switch l {
		case "support", "deployed":
			return "actively maintained"
		case "development":
			return "in development"
		case "limitedSupport":
			return "limited support"
		case "endOfSupport":
			return "no longer maintained"
		case "noSupport":
			return "not supported"
		}
	}
	return ""
}
