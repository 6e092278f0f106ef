package cyclonedx

import (
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
)

// Sink takes what [Scan] finds, while it reads. An error ends the reading and is
// returned by Scan.
type Sink interface {
	// Component takes a component with its index, which others name as Parent and
	// in relations. Indices count from 0 in the order in which components begin in
	// the document; a component is handed over where it ends, so after its parts.
	Component(index int, c sbom.Component) error
	// Relation takes an edge. Its ends may come after it.
	Relation(r sbom.Relation) error
}

// builder makes the model from what the JSON and the XML reader find, and holds
// the rules that are the same for both.
type builder struct {
	lim   sbom.Limits
	doc   *sbom.Document
	sink  Sink
	where func() string // the place that is being read

	count     int // of components begun
	relations int
	more      int // problems beyond the limit
	seed      maphash.Seed
	refs      map[uint64]int32 // hash of a bom-ref → index
	edges     []edge           // depends-on, for the search for cycles
	pending   []pending        // relations with an end that is not known yet
	late      []lateComposition

	version       string
	authors       []string
	manufacturers []string

	// vulnerability, if set, takes each vulnerability of the document.
	vulnerability func(Vulnerability) error
	err           error
}

type edge struct{ from, to int32 }

// pending is a relation as it was written. from is the index of the component at
// whose place it stands, or -1 and fromHash.
type pending struct {
	from     int32
	fromHash uint64
	toHash   uint64
	kind     sbom.RelationKind
	where    string // empty beyond the first few: there may be millions
	ref      string
}

type lateComposition struct {
	aggregate                string
	assemblies, dependencies []string
}

func newBuilder(lim sbom.Limits, sink Sink) *builder {
	return &builder{
		lim: lim.OrDefault(), sink: sink, seed: maphash.MakeSeed(), refs: map[uint64]int32{},
		doc: &sbom.Document{Format: "CycloneDX", Root: -1, Revision: 1},
	}
}

func (b *builder) hash(ref string) uint64 { return maphash.String(b.seed, ref) }

// fail keeps the first error.
func (b *builder) fail(err error) {
	if b.err == nil && err != nil {
		b.err = err
	}
}

func (b *builder) limit(what string, n int) {
	b.fail(fmt.Errorf("cyclonedx: %w: more than %d %s", format.ErrLimit, n, what))
}

// problem writes down what could not be used.
func (b *builder) problem(code, where, text string, args ...any) {
	if len(b.doc.Problems) >= b.lim.Problems {
		b.more++
		return
	}
	b.doc.Problems = append(b.doc.Problems, sbom.Problem{Code: code, Where: where, Detail: fmt.Sprintf(text, args...)})
}

// part is a component that is being read.
type part struct {
	sbom.Component
	index     int
	authors   []string
	publisher string
	service   bool
	seen      [marks]string // values of properties, by what they mean
	rank      [marks]uint8
}

// begin gives a component its index. Nil when there are too many.
func (b *builder) begin(parent int) *part {
	if b.count >= b.lim.Components {
		b.limit("components", b.lim.Components)
		return nil
	}
	p := &part{index: b.count}
	p.Parent = parent
	b.count++
	return p
}

// end hands a component over.
func (b *builder) end(p *part) {
	if b.err != nil {
		return
	}
	c := &p.Component
	where := b.where
	if c.Name == "" {
		b.problem("no-name", where(), "a component without a name")
	}
	if p.service {
		c.Type = sbom.Service
	} else if !knownTypes[c.Type] {
		b.problem("unknown-type", where(), "%q is no type of component", c.Type)
	}
	if c.Supplier == "" {
		c.Supplier = p.publisher
	}
	if c.Author == "" {
		c.Author = strings.Join(p.authors, ", ")
	}
	b.settle(p)
	b.name(p)
	b.fail(b.sink.Component(p.index, *c))
}

// name sees to it that the component has a ref that no other has.
func (b *builder) name(p *part) {
	ref := p.Ref
	if ref == "" {
		ref = fmt.Sprintf("_:%d", p.index) // no bom-ref: nothing can refer to it
	}
	h := b.hash(ref)
	if _, taken := b.refs[h]; taken {
		if p.Ref != "" {
			b.problem("duplicate-ref", b.where(), "%q is the bom-ref of an earlier component too; references mean that one", ref)
		}
		base := ref
		for n := 2; taken; n++ {
			ref = fmt.Sprintf("%s#%d", base, n)
			h = b.hash(ref)
			_, taken = b.refs[h]
		}
	}
	b.refs[h] = int32(p.index)
	p.Ref = ref
}

var knownTypes = map[sbom.Type]bool{
	sbom.Application: true, sbom.Framework: true, sbom.Library: true, sbom.Container: true, sbom.Platform: true,
	sbom.OperatingSystem: true, sbom.Device: true, sbom.DeviceDriver: true, sbom.Firmware: true, sbom.File: true,
	sbom.Model: true, sbom.Data: true, sbom.Crypto: true, sbom.Service: true,
}

// purl takes a package URL as it is written, and says if it cannot be one.
func (b *builder) purl(c *sbom.Component, s string) {
	if s == "" {
		return
	}
	c.PURL = s
	if why := notPURL(s); why != "" {
		b.problem("bad-purl", b.where(), "%.200q is no package URL: %s", s, why)
	}
}

// settings of the document that properties of its metadata may hold.
func (b *builder) documentProperty(name, value string) {
	switch name {
	case "wardround:document-id":
		b.doc.ID = value
	case "wardround:document-name":
		b.doc.Name = value
	case "wardround:link":
		b.reference(-1, "bom", value, "")
	}
}

// reference takes an external reference: from is a component's index, -1 for the
// document.
func (b *builder) reference(from int, kind, url string, digest string) {
	if kind != "bom" && !strings.HasPrefix(url, "urn:cdx:") || url == "" {
		return
	}
	document, element := SplitLink(url)
	if strings.HasPrefix(url, "urn:cdx:") && !isLink(url) {
		b.problem("bad-link", b.where(), "%.200q is no BOM-Link (urn:cdx:SERIAL/VERSION#REF)", url)
	}
	b.link(sbom.Link{From: from, Document: document, Element: element, Digest: digest})
}

func (b *builder) link(l sbom.Link) {
	if len(b.doc.Links)+b.relations >= b.lim.Relations {
		b.limit("relations and links", b.lim.Relations)
		return
	}
	b.doc.Links = append(b.doc.Links, l)
}

// known returns the components of refs; those that are not there are problems.
func (b *builder) known(refs []string, where string) []int {
	var out []int
	for _, r := range refs {
		if i, ok := b.refs[b.hash(r)]; ok {
			out = append(out, int(i))
		} else if !strings.HasPrefix(r, "urn:cdx:") {
			b.problem("unknown-ref", where, "no component has the bom-ref %.200q", r)
		}
	}
	return out
}

// finish resolves what had to wait and returns the document.
func (b *builder) finish() (*sbom.Document, error) {
	b.resolve()
	b.cycles()
	for _, c := range b.late {
		out := sbom.Composition{Aggregate: c.aggregate, Assemblies: b.known(c.assemblies, "compositions"), Dependencies: b.known(c.dependencies, "compositions")}
		if len(c.assemblies)+len(c.dependencies) == 0 || len(out.Assemblies)+len(out.Dependencies) > 0 {
			b.doc.Compositions = append(b.doc.Compositions, out)
		}
	}
	b.doc.Authors = append(b.authors, b.manufacturers...)
	b.doc.Version = b.version
	if !supported[b.version] && b.err == nil {
		b.problem("unknown-version", "specVersion", "CycloneDX %.20q is not one of 1.2 to 1.7; it was read as the nearest", b.version)
	}
	if b.more > 0 {
		b.doc.Problems = append(b.doc.Problems, sbom.Problem{Code: "more", Detail: "further problems", Count: b.more})
	}
	if b.err != nil {
		return nil, b.err
	}
	return b.doc, nil
}

var supported = map[string]bool{"1.2": true, "1.3": true, "1.4": true, "1.5": true, "1.6": true, "1.7": true}

// add appends a text that says something.
func add(to *[]string, s string) {
	if s != "" {
		*to = append(*to, s)
	}
}

// addPhase takes a lifecycle: one of the specification's, or one with a name.
func (b *builder) addPhase(phase, name string) {
	if phase == "" {
		phase = name
	}
	add(&b.doc.Phases, phase)
}

// revision takes the version of the document, which counts from 1.
func (b *builder) revision(n int64) {
	if n < 1 || n > 1<<31-1 {
		b.problem("bad-revision", b.where(), "the version of the document is no whole number from 1; it was taken for 1")
		n = 1
	}
	b.doc.Revision = int(n)
}
