package cyclonedx

import (
	"errors"
	"fmt"
	"io"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/sbom"
)

// jsonReader reads the JSON form.
type jsonReader struct {
	*jsonstream.Reader
	*builder
	root *part // metadata.component, held until metadata has ended
	mark string
}

func readJSON(r io.Reader, b *builder) (*sbom.Document, error) {
	d := jsonstream.New(r, jsonstream.Limits{Bytes: b.lim.Bytes, Depth: b.lim.Depth, Text: b.lim.Text})
	j := &jsonReader{Reader: d, builder: b}
	b.where = d.Pointer
	d.Notice = func(n jsonstream.Notice) { b.problem(n.Code, n.Pointer, "%s", n.Detail) }
	if d.Peek() == jsonstream.Object && d.Object() {
		j.document()
	}
	if b.err != nil {
		return nil, b.err
	}
	if err := d.End(); err != nil {
		return nil, fmt.Errorf("cyclonedx: %w", err)
	}
	if j.mark != "CycloneDX" && (j.mark != "" || b.version == "") {
		return nil, notOurs("bomFormat is not CycloneDX")
	}
	return b.finish()
}

func notOurs(why string) error {
	return &format.Error{Format: "cyclonedx", Offset: -1, Err: fmt.Errorf("%w: this is no CycloneDX document: %s", errNotOurs, why)}
}

var errNotOurs = fmt.Errorf("%w", format.ErrMalformed)

// ok says whether to read on.
func (j *jsonReader) next() bool { return j.builder.err == nil && j.Next() }

// each calls f at each element of an array.
func (j *jsonReader) each(f func()) {
	if j.Array() {
		for j.next() {
			f()
		}
	}
}

func (j *jsonReader) document() {
	for j.next() {
		switch string(j.Name()) {
		case "bomFormat":
			if j.mark = j.Text(); j.mark != "CycloneDX" && j.Reader.Err() == nil {
				j.fail(notOurs(fmt.Sprintf("bomFormat is %.40q", j.mark)))
			}
		case "specVersion":
			j.version = j.Scalar()
		case "serialNumber":
			if id := j.Text(); j.doc.ID == "" {
				j.doc.ID = id
			}
		case "version":
			j.revision(j.Int())
		case "metadata":
			j.metadata()
		case "components":
			j.each(func() { j.component(-1, false) })
		case "services":
			j.each(func() { j.component(-1, true) })
		case "externalReferences":
			j.references(-1)
		case "dependencies":
			j.each(j.dependency)
		case "compositions":
			j.each(j.composition)
		case "vulnerabilities":
			if j.vulnerability != nil {
				j.each(func() { j.fail(j.vulnerability(j.readVulnerability())) })
			}
		}
	}
}

func (j *jsonReader) metadata() {
	if !j.Object() {
		return
	}
	var made string
	var properties []Property
	for j.next() {
		switch string(j.Name()) {
		case "timestamp":
			if t, ok := date(j.Text()); ok {
				j.doc.Created = t
			} else {
				j.problem("bad-date", j.Pointer(), "the timestamp is no date and time")
			}
		case "lifecycles":
			j.each(func() {
				phase, name := j.pair("phase", "name")
				j.addPhase(phase, name)
			})
		case "tools":
			j.tools()
		case "authors":
			j.each(func() { add(&j.authors, j.person()) })
		case "component":
			if p := j.componentAt(-1, false); p != nil {
				j.root = p
			}
		case "manufacturer":
			add(&j.manufacturers, j.party())
		case "manufacture":
			made = j.party()
		case "supplier":
			j.doc.Supplier = j.party()
		case "properties":
			j.properties(func(name []byte, value string) {
				j.documentProperty(string(name), value)
				properties = append(properties, Property{string(name), value})
			})
		}
	}
	j.described(j.root, made, properties)
}

// described hands over the component that the document describes, with what its
// metadata say of it.
func (b *builder) described(p *part, made string, properties []Property) {
	if p == nil {
		return
	}
	if p.Manufacturer == "" {
		p.Manufacturer = made
	}
	for _, q := range properties {
		if m, _, _ := recognise([]byte(q.Name)); m > noMark && m < marks && p.seen[m] == "" {
			b.property(p, []byte(q.Name), q.Value)
		}
	}
	b.doc.Root = p.index
	if b.doc.Name == "" {
		b.doc.Name = p.Name
	}
	b.end(p)
}

// component reads a component or service and hands it over.
func (j *jsonReader) component(parent int, service bool) {
	if p := j.componentAt(parent, service); p != nil {
		j.end(p)
	}
}

// componentAt reads a component or service, and hands over what is nested in it.
// Nil if there is none.
func (j *jsonReader) componentAt(parent int, service bool) *part {
	if !j.Object() {
		return nil
	}
	p := j.begin(parent)
	if p == nil {
		return nil
	}
	p.service = service
	c := &p.Component
	for j.next() {
		switch string(j.Name()) {
		case "bom-ref":
			c.Ref = j.Text()
		case "type":
			c.Type = sbom.Type(j.Word())
		case "group":
			c.Group = j.Word()
		case "name":
			c.Name = j.Text()
		case "version":
			c.Version = j.Word()
		case "versionRange":
			c.VersionRange = j.Text()
		case "isExternal":
			c.External = j.Bool()
		case "scope":
			c.Scope = j.Word()
		case "purl":
			j.purl(c, j.Text())
		case "cpe":
			if s := j.Text(); s != "" {
				c.CPEs = append([]string{s}, c.CPEs...)
			}
		case "swid":
			c.SWID, _ = j.pair("tagId", "")
		case "supplier", "provider":
			c.Supplier = j.party()
		case "manufacturer":
			c.Manufacturer = j.party()
		case "publisher":
			p.publisher = j.Word()
		case "author":
			c.Author = j.Word()
		case "authors":
			j.each(func() { add(&p.authors, j.person()) })
		case "hashes":
			j.hashes(&c.Hashes)
		case "licenses":
			j.licences(&c.Licences)
		case "omniborId":
			j.each(func() { p.identify("omnibor-id", j.Text()) })
		case "swhid":
			j.each(func() { p.identify("swhid", j.Text()) })
		case "externalReferences":
			j.references(p.index)
		case "properties":
			j.properties(func(name []byte, value string) { j.property(p, name, value) })
		case "components":
			j.each(func() { j.component(p.index, false) })
		case "services":
			j.each(func() { j.component(p.index, true) })
		case "evidence":
			j.evidence(c)
		case "pedigree":
			j.pedigree(c)
		case "modelCard":
			j.modelCard(p)
		}
	}
	if j.Reader.Err() != nil {
		return nil
	}
	return p
}

func (j *jsonReader) dependency() {
	if !j.Object() {
		return
	}
	var ref string
	var on, gives []string
	for j.next() {
		switch string(j.Name()) {
		case "ref":
			ref = j.Text()
		case "dependsOn":
			on = j.refsOf(ref, sbom.DependsOn)
		case "provides":
			gives = j.refsOf(ref, sbom.Provides)
		}
	}
	for _, to := range on {
		j.relate(ref, to, sbom.DependsOn)
	}
	for _, to := range gives {
		j.relate(ref, to, sbom.Provides)
	}
	if ref != "" && j.builder.err == nil {
		if _, ok := j.refs[j.hash(ref)]; !ok {
			j.wait(pending{from: -1, fromHash: j.hash(ref), toHash: j.hash(ref), kind: existence}, ref, ref)
		}
	}
}

// existence is a relation that is none: it asks that a ref be known.
const existence sbom.RelationKind = ""

// refsOf hands over edges at once where it knows from whom, and else returns their
// ends.
func (j *jsonReader) refsOf(ref string, kind sbom.RelationKind) (later []string) {
	j.each(func() {
		to := j.Text()
		if ref != "" {
			j.relate(ref, to, kind)
		} else if later = append(later, to); len(later) > j.lim.Relations {
			j.limit("relations", j.lim.Relations)
		}
	})
	return later
}

func (j *jsonReader) composition() {
	if !j.Object() {
		return
	}
	var c lateComposition
	for j.next() {
		switch string(j.Name()) {
		case "aggregate":
			c.aggregate = j.Word()
		case "assemblies":
			j.each(func() { c.assemblies = append(c.assemblies, j.Text()) })
		case "dependencies":
			j.each(func() { c.dependencies = append(c.dependencies, j.Text()) })
		}
	}
	j.compose(c)
}

// compose keeps a composition until all refs are known.
func (b *builder) compose(c lateComposition) {
	b.relations += len(c.assemblies) + len(c.dependencies)
	if b.relations > b.lim.Relations {
		b.limit("relations", b.lim.Relations)
		return
	}
	b.late = append(b.late, c)
}

// IsNotCycloneDX says that an error of this package means that the input is well
// formed but something else.
func IsNotCycloneDX(err error) bool { return errors.Is(err, errNotOurs) }
