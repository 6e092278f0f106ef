package cyclonedx

import (
	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/sbom"
)

func (j *jsonReader) evidence(c *sbom.Component) {
	if !j.Object() {
		return
	}
	var e sbom.Evidence
	for j.next() {
		switch string(j.Name()) {
		case "identity": // one object in 1.5, a list since 1.6
			if j.Peek() == jsonstream.Object {
				e.Identities = append(e.Identities, j.identity())
			} else {
				j.each(func() { e.Identities = append(e.Identities, j.identity()) })
			}
		case "occurrences":
			j.each(func() {
				place, symbol := j.pair("location", "symbol")
				addOccurrence(c, &e, place, symbol)
			})
		case "callstack":
			for in := j.Object(); in && j.next(); {
				if string(j.Name()) == "frames" {
					j.each(func() { j.frame(c) })
				}
			}
		}
	}
	addEvidence(c, e)
}

func addOccurrence(c *sbom.Component, e *sbom.Evidence, place, symbol string) {
	if place != "" {
		e.Locations = append(e.Locations, place)
	}
	if symbol != "" {
		c.Symbols = append(c.Symbols, symbol)
	}
}

func addEvidence(c *sbom.Component, e sbom.Evidence) {
	if len(e.Identities)+len(e.Locations) > 0 {
		c.Evidence = &e
	}
}

func (j *jsonReader) identity() (id sbom.Identity) {
	if !j.Object() {
		return id
	}
	for j.next() {
		switch string(j.Name()) {
		case "field":
			id.Field = j.Word()
		case "concludedValue":
			id.Value = j.Text()
		case "confidence":
			id.Confidence = j.Number()
		}
	}
	return id
}

func (j *jsonReader) frame(c *sbom.Component) {
	if !j.Object() {
		return
	}
	var pkg, module, function string
	for j.next() {
		switch string(j.Name()) {
		case "package":
			pkg = j.Text()
		case "module":
			module = j.Text()
		case "function":
			function = j.Text()
		}
	}
	addFrame(c, pkg, module, function)
}

// addFrame names a function as package.module.function.
func addFrame(c *sbom.Component, pkg, module, function string) {
	if function == "" {
		return
	}
	for _, s := range []string{module, pkg} {
		if s != "" {
			function = s + "." + function
		}
	}
	c.Symbols = append(c.Symbols, function)
}

func (j *jsonReader) pedigree(c *sbom.Component) {
	if !j.Object() {
		return
	}
	var p sbom.Pedigree
	for j.next() {
		switch string(j.Name()) {
		case "ancestors":
			j.each(func() { p.Ancestors = append(p.Ancestors, j.ancestor()) })
		case "notes":
			p.Notes = j.Text()
		case "patches":
			j.each(func() {
				for in := j.Object(); in && j.next(); {
					if string(j.Name()) == "resolves" {
						j.each(func() { addResolved(&p, j.issue()) })
					}
				}
			})
		}
	}
	addPedigree(c, p)
}

func addPedigree(c *sbom.Component, p sbom.Pedigree) {
	if len(p.Ancestors)+len(p.Resolves)+len(p.Notes) > 0 {
		c.Pedigree = &p
	}
}

func addResolved(p *sbom.Pedigree, id string) {
	if id != "" {
		p.Resolves = append(p.Resolves, id)
	}
}

// issue returns the id of an issue of type security.
func (j *jsonReader) issue() string {
	kind, id := j.pair("type", "id")
	if kind != "security" {
		return ""
	}
	return id
}

func (j *jsonReader) ancestor() (a sbom.Ancestor) {
	if !j.Object() {
		return a
	}
	for j.next() {
		switch string(j.Name()) {
		case "type":
			a.Type = sbom.Type(j.Word())
		case "group":
			a.Group = j.Text()
		case "name":
			a.Name = j.Text()
		case "version":
			a.Version = j.Text()
		case "purl":
			a.PURL = j.Text()
		case "cpe":
			a.CPE = j.Text()
		}
	}
	return a
}

// modelCard takes the datasets of a model: what it was built from.
func (j *jsonReader) modelCard(p *part) {
	for in := j.Object(); in && j.next(); {
		if string(j.Name()) != "modelParameters" {
			continue
		}
		for in := j.Object(); in && j.next(); {
			if string(j.Name()) == "datasets" {
				j.each(func() { j.dataset(p) })
			}
		}
	}
}

func (j *jsonReader) dataset(p *part) {
	if !j.Object() {
		return
	}
	var ref, own, name string
	for j.next() {
		switch string(j.Name()) {
		case "ref":
			ref = j.Text()
		case "bom-ref":
			own = j.Text()
		case "name":
			name = j.Text()
		}
	}
	j.builtFrom(p, ref, own, name)
}

// builtFrom says that a model was built from a dataset: one that stands elsewhere
// under ref, or one described in place, which becomes a component of its own.
func (b *builder) builtFrom(p *part, ref, own, name string) {
	if ref != "" {
		b.relateFrom(p.index, ref, sbom.BuiltFrom)
		return
	}
	if name == "" {
		return
	}
	d := b.begin(p.index)
	if d == nil {
		return
	}
	d.Ref, d.Name, d.Type = own, name, sbom.Data
	b.end(d)
	if b.err == nil {
		b.relation(int32(p.index), int32(d.index), sbom.BuiltFrom)
	}
}
