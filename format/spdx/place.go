package spdx

import (
	"fmt"
	"slices"

	"github.com/wardround/wardround/format/sbom"
)

// ancestry is how far up a second container is looked for among the ancestors.
const ancestry = 64

// placing turns edges into parents, relations and links.
type placing struct {
	*builder
	parents []int32
	roots   map[int]bool // components the document describes
	order   []int        // the same, as they came
	extra   []sbom.Relation
}

func (p *placing) describe(e edge) {
	from, to := e.from, e.to
	if e.means.turn {
		from, to = to, from
	}
	if p.index(from) >= 0 && from != p.document { // "describes" between elements
		return
	}
	p.root(to)
}

func (p *placing) root(h handle) {
	i := p.index(h)
	if i < 0 {
		if where, ok := p.elsewhere(p.name(h)); ok {
			p.doc.Links = append(p.doc.Links, sbom.Link{From: -1, Document: where.document, Element: where.element, Digest: where.digest})
		} else if h >= 0 && h != p.document {
			p.problem("unknown-ref", p.name(h), fmt.Sprintf("The document describes %q, which it does not define.", p.name(h)))
		}
		return
	}
	if !p.roots[i] {
		p.roots[i] = true
		p.order = append(p.order, i)
	}
}

// place puts one edge into the graph.
func (p *placing) place(e edge) {
	from, to := e.from, e.to
	if e.means.turn {
		from, to = to, from
	}
	if from == none || to == none || e.means.kind == nothing {
		return
	}
	i, j := p.index(from), p.index(to)
	kind := e.means.kind
	if kind == describes && (i < 0 || from == p.document) || (from == p.document && kind == sbom.Contains) {
		return // done before
	}
	if kind == amends {
		p.amend(from, to)
		return
	}
	if kind == describes {
		kind = sbom.Documents
	}
	if i < 0 || j < 0 {
		p.link(i, j, from, to, kind, e.means.scope)
		return
	}
	if i == j {
		p.problem("self-ref", p.name(from), fmt.Sprintf("%q is said to relate to itself (%s).", p.name(from), kind))
		return
	}
	if kind != sbom.Contains {
		p.doc.Relations = append(p.doc.Relations, sbom.Relation{From: i, To: j, Kind: kind, Scope: e.means.scope})
		return
	}
	if e.means.scope == "optional" && p.doc.Components[j].Scope == "" {
		p.doc.Components[j].Scope = "optional"
	}
	switch old := int(p.parents[j]); {
	case old == i:
	case old < 0:
		p.parents[j] = int32(i)
	case p.roots[old] && !p.roots[i]: // the nearer container is worth more than the product
		p.parents[j] = int32(i)
		p.extra = append(p.extra, sbom.Relation{From: old, To: j, Kind: sbom.Contains})
	default:
		p.extra = append(p.extra, sbom.Relation{From: i, To: j, Kind: sbom.Contains})
	}
}

// link keeps an edge that leaves the document; an edge to nowhere is a problem.
func (p *placing) link(i, j int, from, to handle, kind sbom.RelationKind, scope string) {
	at, far, reverse := i, to, false
	if i < 0 {
		at, far, reverse = j, from, true
	}
	where, ok := p.elsewhere(p.name(far))
	if at < 0 {
		if _, near := p.elsewhere(p.name(to)); ok && near {
			p.tally("foreign-relationship")
			return
		}
		if from != p.document && to != p.document {
			p.problem("unknown-ref", p.name(from), fmt.Sprintf("A relationship (%s) from %q to %q names nothing that is defined.", kind, p.name(from), p.name(to)))
		}
		return
	}
	if !ok {
		if far != p.document {
			p.problem("unknown-ref", p.name(far), fmt.Sprintf("%q refers (%s) to %q, which is not defined.", p.doc.Components[at].Ref, kind, p.name(far)))
		}
		return
	}
	p.doc.Links = append(p.doc.Links, sbom.Link{
		From: at, Kind: kind, Scope: scope, Reverse: reverse, Document: where.document, Element: where.element, Digest: where.digest,
	})
}

// amend notes the document that this one corrects.
func (p *placing) amend(from, to handle) {
	far := to
	if to == p.document {
		far = from
	}
	if where, ok := p.elsewhere(p.name(far)); ok {
		p.doc.Links = append(p.doc.Links, sbom.Link{From: -1, Kind: sbom.VariantOf, Document: where.document, Digest: where.digest})
	}
}

// cut opens cycles of containment and writes the parents into the components. A
// component that the document describes is not part of what it contains; failing
// such a one, the cycle is cut where it closes. Each component is visited twice.
func (p *placing) cut() {
	seen := make([]int32, len(p.parents)) // the walk that met it
	for start := range p.parents {
		walk := int32(start + 1)
		for at := int32(start); at >= 0 && seen[at] == 0; {
			seen[at] = walk
			if up := p.parents[at]; up >= 0 && seen[up] == walk {
				p.open(at, up)
			}
			at = p.parents[at]
		}
	}
	for i, up := range p.parents {
		p.doc.Components[i].Parent = int(up)
	}
}

// open cuts the cycle that the containment of at in up closes.
func (p *placing) open(at, up int32) {
	where := at
	for i := up; i != at; i = p.parents[i] {
		if p.roots[int(i)] && !p.roots[int(where)] {
			where = i
		}
	}
	ref := p.doc.Components[where].Ref
	p.problem("cycle", ref, fmt.Sprintf("%q contains itself by way of %q, which is ignored as its container.", ref, p.doc.Components[p.parents[where]].Ref))
	p.parents[where] = -1
}

// settle ends the work: second containers that are no ancestors anyway, the root,
// the scopes that follow from the dependencies.
func (p *placing) settle() {
	for _, r := range p.extra {
		up, steps := p.parents[r.To], 0
		for up >= 0 && int(up) != r.From && steps < ancestry {
			up, steps = p.parents[up], steps+1
		}
		if up < 0 || int(up) != r.From {
			p.doc.Relations = append(p.doc.Relations, r)
		}
	}
	p.doc.Relations = sortRelations(p.doc.Relations)
	p.doc.Root = p.primary()
	if len(p.order) > 1 {
		slices.Sort(p.order)
		p.doc.Described = p.order
	}
	p.scopes()
}

// primary is the component the document is about. Of several described ones it is
// the only package among files (a Yocto image and the files it is written to),
// or the only one that no other of them contains or needs.
func (p *placing) primary() int {
	if len(p.order) == 0 { // what a document of one package describes need not be said (SPDX 2.3, table 68)
		one := -1
		for i := range p.doc.Components {
			if p.doc.Components[i].Type != sbom.File {
				if one >= 0 {
					return -1
				}
				one = i
			}
		}
		return one
	}
	if len(p.order) == 1 {
		return p.order[0]
	}
	var tops []int
	below := map[int]bool{}
	for _, r := range p.doc.Relations {
		if p.roots[r.From] && p.roots[r.To] && (r.Kind == sbom.DependsOn || r.Kind == sbom.Contains) {
			below[r.To] = true
		}
	}
	for _, i := range p.order {
		if p.doc.Components[i].Type != sbom.File && !below[i] && p.parents[i] < 0 {
			tops = append(tops, i)
		}
	}
	if len(tops) == 1 {
		return tops[0]
	}
	p.problem("several-roots", "document", fmt.Sprintf("The document describes %d components and none of them stands above the others.", len(p.order)))
	return -1
}

// scopes marks what is only there to develop or test, only optional, or expected
// where the product runs: it follows from the relations to it, if nothing contains
// it. Sources and build dependencies are left in: what was built from them is in
// the product, and SPDX 2.3 calls Maven's "compile" scope a build dependency.
func (p *placing) scopes() {
	const needed, aside, optional, provided = 1, 2, 4, 8
	how := make([]uint8, len(p.doc.Components))
	for _, r := range p.doc.Relations {
		switch r.Kind {
		case sbom.DependsOn:
		case sbom.BuiltWith:
			how[r.To] |= aside
			continue
		case sbom.Tests:
			how[r.From] |= aside
			continue
		default:
			continue
		}
		switch r.Scope {
		case "development", "test":
			how[r.To] |= aside
		case "optional":
			how[r.To] |= optional
		case "provided":
			how[r.To] |= provided
		default:
			how[r.To] |= needed
		}
	}
	for i := range how {
		c := &p.doc.Components[i]
		if c.Scope != "" || c.Parent >= 0 || p.roots[i] {
			continue
		}
		switch {
		case how[i] == aside:
			c.Scope = "excluded"
		case how[i] == optional, how[i] == optional|aside:
			c.Scope = "optional"
		case how[i] == provided, how[i] == provided|aside:
			c.External = true
		}
	}
}
