package spdx

import (
	"strings"

	"github.com/wardround/wardround/format"
)

// finish ends the document.
func (g *graph) finish() (*Document, error) {
	if g.top3.class != "" {
		if _, err := g.accept(&g.top3); err != nil {
			return nil, err
		}
	}
	b := g.b
	g.meta()
	if b.doc.Version == "" {
		return nil, &format.Error{Format: "spdx", Offset: -1, Field: "no SPDX 3 element and no SPDX context", Err: format.ErrMalformed}
	}
	b.elsewhere = func(id string) (outside, bool) {
		o, ok := g.imports[id]
		return o, ok
	}
	g.turnReversed()
	if err := g.buildsDone(); err != nil {
		return nil, err
	}
	g.applyLicences()
	g.applyPeople()
	g.applyArtefacts()
	d := &Document{SBOM: b.finish()}
	d.VEX, d.Records = g.claims(&d.SBOM)
	return d, nil
}

// meta fills in the head of the document.
func (g *graph) meta() {
	b, d := g.b, &g.document
	b.document = d.id
	b.doc.ID, b.doc.Name = b.name(d.id), d.name
	var info creation
	for _, h := range d.info {
		info = g.creation[h]
	}
	if info.spec == "" { // a graph without a document: any creation speaks for it
		for h := range b.names {
			if c := g.creation[handle(h)]; c.spec != "" && (info.spec == "" || c.at.After(info.at)) {
				info = c
			}
		}
	}
	b.doc.Version = info.spec
	if _, after, ok := strings.Cut(g.context, "spdx.org/rdf/"); ok && b.doc.Version == "" {
		b.doc.Version, _, _ = strings.Cut(after, "/")
	}
	b.doc.Created = info.at
	for _, h := range info.by {
		b.doc.Authors = appendNew(b.doc.Authors, g.agent(h))
	}
	for _, h := range info.using {
		b.doc.Tools = appendNew(b.doc.Tools, g.agent(h))
	}
	seen := map[handle]bool{}
	for _, a := range g.assessments { // a document may be about claims alone
		seen[a.self] = true
	}
	var follow func(h handle)
	follow = func(h handle) {
		if seen[h] {
			return
		}
		seen[h] = true
		for _, r := range g.roots[h] {
			if _, collection := g.roots[r]; collection {
				follow(r)
				continue
			}
			if seen[r] {
				continue
			}
			b.described = append(b.described, r)
		}
	}
	follow(d.id)
}

// agent names a person, organisation or tool; one that is not defined here goes
// by its address.
func (g *graph) agent(h handle) string {
	if a, ok := g.agents[h]; ok {
		return a.name
	}
	id := g.b.name(h)
	if strings.HasPrefix(id, "_:") {
		return ""
	}
	return id
}

func (g *graph) applyPeople() {
	for _, s := range g.people {
		i := g.b.index(s.of)
		if i < 0 {
			continue
		}
		c := &g.b.doc.Components[i]
		if len(s.suppliedBy) > 0 {
			c.Supplier = g.agent(s.suppliedBy[0])
		}
		for _, h := range s.by {
			switch name := g.agent(h); {
			case g.agents[h].person && c.Author == "":
				c.Author = name
			case !g.agents[h].person && c.Manufacturer == "":
				c.Manufacturer = name
			}
		}
	}
}
