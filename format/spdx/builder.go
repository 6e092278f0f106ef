package spdx

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
)

// handle stands for an element's identifier. An element may be referred to before
// it is defined, or never be defined at all.
type handle int32

// none is no element: NONE and NOASSERTION are values of a relationship, too.
const none handle = -1

// edge is a relationship as read, turned into our direction when placed.
type edge struct {
	from, to handle
	means    *meaning
}

// outside says where an element lives that another document defines.
type outside struct {
	document, element, digest string
}

// builder collects elements and relationships in any order, and puts them
// together when the document has ended.
type builder struct {
	lim       sbom.Limits
	doc       sbom.Document
	ids       map[string]handle
	names     []string // of handles
	at        []int32  // handle → index of the component + 1
	edges     []edge
	implied   []edge // containment that a layout implies; explicit ones go first
	meanings  map[meaning]*meaning
	document  handle // the document itself
	described []handle
	elsewhere func(id string) (outside, bool)
	stated    map[claim]string // what is said about completeness
	more      int              // problems over the limit
	counted   map[string]int
}

func newBuilder(lim sbom.Limits) *builder {
	return &builder{
		lim: lim, doc: sbom.Document{Format: "SPDX", Root: -1}, ids: map[string]handle{}, document: none,
		meanings: map[meaning]*meaning{}, counted: map[string]int{}, stated: map[claim]string{},
		elsewhere: func(string) (outside, bool) { return outside{}, false },
	}
}

// id returns the handle of an identifier; the bytes are not kept. An empty one
// identifies nothing.
func (b *builder) id(id []byte) handle {
	if len(id) == 0 {
		return none
	}
	if h, ok := b.ids[string(id)]; ok {
		return h
	}
	h := handle(len(b.names))
	b.names = append(b.names, string(id))
	b.at = append(b.at, 0)
	b.ids[b.names[h]] = h
	return h
}

func (b *builder) index(h handle) int {
	if h < 0 {
		return -1
	}
	return int(b.at[h]) - 1
}

func (b *builder) name(h handle) string {
	if h < 0 {
		return ""
	}
	return b.names[h]
}

func (b *builder) over(what string) error {
	return &format.Error{Format: "spdx", Offset: -1, Field: what, Err: format.ErrLimit}
}

// add takes a component in. A second one under the same identifier is kept under
// a name of its own; what refers to the identifier means the first.
func (b *builder) add(h handle, c sbom.Component) error {
	if len(b.doc.Components) >= b.lim.Components {
		return b.over(fmt.Sprintf("more than %d components", b.lim.Components))
	}
	c.Parent = -1
	switch {
	case h < 0:
		c.Ref = b.free("component")
		b.problem("no-ref", c.Ref, fmt.Sprintf("%q has no identifier, so nothing can refer to it.", c.Name))
		h = b.ids[c.Ref]
	case b.at[h] != 0 && b.repeats(&b.doc.Components[b.at[h]-1], &c):
		b.tally("repeated-definition")
		return nil
	case b.at[h] != 0:
		c.Ref = b.free(b.names[h])
		b.problem("duplicate-ref", b.names[h], fmt.Sprintf("%q stands twice; references mean the first, %q is kept as %s.", b.names[h], c.Name, c.Ref))
		h = b.ids[c.Ref]
	default:
		c.Ref = b.names[h]
	}
	b.doc.Components = append(b.doc.Components, c)
	b.at[h] = int32(len(b.doc.Components))
	return nil
}

// repeats reports whether a component is defined once more: some writers list the
// files of a package twice.
func (b *builder) repeats(first, again *sbom.Component) bool {
	return first.Type == again.Type && first.Name == again.Name && first.Version == again.Version && first.PURL == again.PURL && slices.Equal(first.Hashes, again.Hashes)
}

// free makes up an identifier that is not taken yet.
func (b *builder) free(stem string) string {
	for {
		b.counted["made:"+stem]++
		id := fmt.Sprintf("%s#%d", stem, b.counted["made:"+stem]+1)
		if _, taken := b.ids[id]; !taken {
			b.id([]byte(id))
			return id
		}
	}
}

func (b *builder) relate(from, to handle, m meaning) error {
	if len(b.edges)+len(b.implied) >= b.lim.Relations {
		return b.over(fmt.Sprintf("more than %d relationships", b.lim.Relations))
	}
	b.edges = append(b.edges, edge{from, to, b.meaning(m)})
	return nil
}

// imply notes a containment that only the layout of the document shows.
func (b *builder) imply(whole, part handle) error {
	if len(b.edges)+len(b.implied) >= b.lim.Relations {
		return b.over(fmt.Sprintf("more than %d relationships", b.lim.Relations))
	}
	b.implied = append(b.implied, edge{whole, part, b.meaning(meaning{kind: sbom.Contains})})
	return nil
}

func (b *builder) meaning(m meaning) *meaning {
	p := b.meanings[m]
	if p == nil {
		p = &m
		b.meanings[m] = p
	}
	return p
}

func (b *builder) problem(code, where, detail string) {
	if len(b.doc.Problems) >= b.lim.Problems {
		b.more++
		return
	}
	b.doc.Problems = append(b.doc.Problems, sbom.Problem{Code: code, Where: where, Detail: detail})
}

// tally counts what needs no place of its own; it is told once, with the number.
func (b *builder) tally(code string) { b.counted["tally:"+code]++ }

func (b *builder) tell(code, detail string) {
	if n := b.counted["tally:"+code]; n > 0 && len(b.doc.Problems) < b.lim.Problems {
		b.doc.Problems = append(b.doc.Problems, sbom.Problem{Code: code, Where: "document", Detail: detail, Count: n})
	}
}

// finish puts everything together.
func (b *builder) finish() sbom.Document {
	p := placing{builder: b, parents: make([]int32, len(b.doc.Components)), roots: map[int]bool{}}
	for i := range p.parents {
		p.parents[i] = -1
	}
	for _, e := range b.edges { // the roots first: they are the containers of last resort
		if e.means.kind == describes || (e.means.kind == sbom.Contains && b.document != none && e.from == b.document) {
			p.describe(e)
		}
	}
	for _, h := range b.described {
		p.root(h)
	}
	for _, edges := range [][]edge{b.edges, b.implied} {
		for _, e := range edges {
			p.place(e)
		}
	}
	p.cut()
	p.settle()
	b.compositions()
	b.tell("snippets", "Snippets of files are not kept.")
	b.tell("repeated-definition", "Elements that are defined more than once, in the same words.")
	b.tell("several-purls", "Components with more than one package URL; the first one is kept.")
	b.tell("build-dependency", "Build steps that depend on other build steps; what a build needed is no part of the product.")
	b.tell("build-too-wide", "Builds whose outputs and inputs are too many to be related one by one.")
	b.tell("reversed-link", "Links written from the library to the program; the converter that wrote this document is known for it, so they were turned.")
	b.tell("foreign-relationship", "Relationships between elements of other documents; they are told where those stand.")
	b.tell("unknown-relationship", "Relationships of a type this reader does not know.")
	if b.more > 0 {
		b.doc.Problems = append(b.doc.Problems, sbom.Problem{Code: "more", Where: "document", Detail: "Further problems are not listed.", Count: b.more})
	}
	return b.doc
}

// sortRelations brings relations into an order that does not depend on the order
// of the document, and drops repeats.
func sortRelations(rs []sbom.Relation) []sbom.Relation {
	slices.SortFunc(rs, func(a, b sbom.Relation) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Scope, b.Scope))
	})
	return slices.Compact(rs)
}
