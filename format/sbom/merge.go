package sbom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// topRef is the reference of the component that [Merge] makes up when documents
// have nothing above them in common.
const topRef = "urn:wardround:merged"

func artificial(c *Component) bool { return c.Ref == topRef }

// Merge makes one document of several. The graph is kept: what contains, needs or
// was built from what in one of them does so in the result.
//
//   - Components that are the same ([IdentityOf]; without an identity: same name in
//     the same place) become one. Copies counts the others; fields that one leaves
//     empty are filled from the other, lists are joined, and the narrower scope
//     gives way.
//   - A link to another of the documents is followed: the root of the document, or
//     the component it names, comes under the component that links to it, or is
//     related to it as the link says. Links to documents that are not there stay.
//   - A component that nothing contains comes under the root of its document. Roots
//     that nothing contains come under one new component; if there is only one, it
//     is the root.
//   - The same document given twice (same ID and revision) is taken once.
//
// The order of the documents decides only which references and which of several
// conflicting words are kept. Merging is associative, and merging a result again
// changes nothing; but a link to one component of a document is followed only as
// long as its reference is that component's, so documents that link to one another
// belong in one call. References stay as they are; where two documents use the same
// one for different components, the later gets a number behind it.
func Merge(docs ...Document) Document { return merge(nil, docs) }

// MergeUnder is [Merge] with a component of the caller's above all roots: a
// device, a subsystem, a product line.
func MergeUnder(top Component, docs ...Document) Document { return merge(&top, docs) }

// merger builds the one document.
type merger struct {
	out      Document
	at       map[string]int // key → component
	nested   []Relation     // candidates for Parent, in order: parents in their documents
	contains []Relation     // and what relations and links say
	index    [][]int        // of each document: its components in the result
	docs     []Document
	tops     []int            // what comes under the top
	refs     []map[string]int // of each document, made when a link asks
}

func merge(top *Component, docs []Document) Document {
	m := &merger{at: map[string]int{}, out: Document{Root: -1}}
	for _, d := range docs {
		if !slices.ContainsFunc(m.docs, func(o Document) bool { return holds(&o, &d) }) {
			m.docs = append(m.docs, hung(d))
		}
	}
	for i := range m.docs {
		m.head(&m.docs[i], i == 0)
		m.components(&m.docs[i])
	}
	m.references()
	for i := range m.docs {
		m.edges(i)
	}
	for i := range m.docs {
		m.links(i)
	}
	m.parents()
	m.root(top)
	m.references()
	m.out.Relations = uniqueRelations(m.out.Relations)
	m.out.Compositions = joinCompositions(m.out.Compositions)
	if m.closer() {
		return merge(nil, []Document{m.out})
	}
	return m.out
}

// closer reports whether the merge brought components together that are the same
// by their place, which they did not have before: each time there are fewer.
func (m *merger) closer() bool {
	seen := make(map[string]bool, len(m.out.Components))
	for _, k := range places(&m.out, 0) {
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}

// holds reports whether d is o, or went into it before.
func holds(o, d *Document) bool {
	if d.ID == "" {
		return false
	}
	return (o.ID == d.ID && o.Revision == d.Revision) ||
		slices.ContainsFunc(o.Sources, func(s Source) bool { return s.ID == d.ID && s.Revision == d.Revision })
}

// hung returns d as one tree: what a relation contains is a part, cycles are cut,
// and everything that nothing contains comes under the root.
func hung(d Document) Document {
	d.Components = slices.Clone(d.Components)
	cs := d.Components
	for i := range cs {
		if cs[i].Parent < 0 || cs[i].Parent >= len(cs) || cs[i].Parent == i {
			cs[i].Parent = -1
		}
	}
	for _, r := range d.Relations {
		if r.Kind == Contains && r.Scope == "" && r.From != r.To && r.From >= 0 && r.To >= 0 && r.From < len(cs) && r.To < len(cs) && cs[r.To].Parent < 0 && r.To != d.Root {
			cs[r.To].Parent = r.From
		}
	}
	d.Relations = slices.Clip(d.Relations)
	for _, at := range parentCycles(cs, func(int) bool { return false }) {
		d.Relations = append(d.Relations, Relation{From: cs[at].Parent, To: at, Kind: Contains})
		cs[at].Parent = -1
	}
	for i := range cs {
		if cs[i].Parent < 0 && d.Root >= 0 && i != d.Root {
			cs[i].Parent = d.Root
		}
	}
	return d
}

// head joins what the documents say of themselves.
func (m *merger) head(d *Document, first bool) {
	o := &m.out
	if first {
		o.Format, o.Version, o.Supplier, o.ID, o.Revision, o.Name = d.Format, d.Version, d.Supplier, d.ID, d.Revision, d.Name
	}
	keep := func(have *string, v string) {
		if *have != v {
			*have = ""
		}
	}
	keep(&o.Format, d.Format)
	keep(&o.Version, d.Version)
	keep(&o.Supplier, d.Supplier)
	keep(&o.ID, d.ID)
	keep(&o.Name, d.Name)
	if o.ID == "" {
		o.Revision = 0
	}
	if d.Created.After(o.Created) {
		o.Created = d.Created
	}
	o.Authors = union(o.Authors, d.Authors)
	o.Tools = union(o.Tools, d.Tools)
	o.Phases = union(o.Phases, d.Phases)
	for _, p := range d.Problems {
		if !slices.Contains(o.Problems, p) {
			o.Problems = append(o.Problems, p)
		}
	}
}

func (m *merger) components(d *Document) {
	keys := places(d, len(m.index))
	index := make([]int, len(d.Components))
	for i := range d.Components {
		c := d.Components[i]
		if i == d.Root && artificial(&c) {
			index[i] = -1 // an earlier merge made it up; its parts stand for themselves
			continue
		}
		j, ok := m.at[keys[i]]
		if !ok {
			j = len(m.out.Components)
			m.at[keys[i]] = j
			c.Parent = -1
			c.CPEs, c.Hashes, c.Licences, c.Symbols = slices.Clone(c.CPEs), slices.Clone(c.Hashes), slices.Clone(c.Licences), slices.Clone(c.Symbols)
			c.Identifiers = maps.Clone(c.Identifiers)
			m.out.Components = append(m.out.Components, c)
		} else {
			fold(&m.out.Components[j], &c)
		}
		index[i] = j
	}
	m.index = append(m.index, index)
	at := func(i int) int {
		if i < 0 || i >= len(index) {
			return -1
		}
		return index[i]
	}
	if d.ID != "" && len(d.Sources) == 0 {
		m.source(Source{d.ID, d.Revision, at(d.Root)})
	}
	for _, s := range d.Sources {
		m.source(Source{s.ID, s.Revision, at(s.Root)})
	}
}

func (m *merger) source(s Source) {
	if !slices.Contains(m.out.Sources, s) {
		m.out.Sources = append(m.out.Sources, s)
	}
}

// edges takes the relations, containments and statements of one document over.
func (m *merger) edges(n int) {
	d, index := &m.docs[n], m.index[n]
	for i := range d.Components {
		if index[i] < 0 {
			continue
		}
		up := d.Components[i].Parent
		if up < 0 || index[up] < 0 {
			m.tops = append(m.tops, index[i])
			continue
		}
		if index[up] != index[i] {
			m.nested = append(m.nested, Relation{From: index[up], To: index[i], Kind: Contains})
		}
	}
	for _, r := range d.Relations {
		if r.From < 0 || r.To < 0 || r.From >= len(index) || r.To >= len(index) {
			continue
		}
		r.From, r.To = index[r.From], index[r.To]
		if r.From < 0 || r.To < 0 || r.From == r.To {
			continue
		}
		if r.Kind == Contains && r.Scope == "" {
			m.contain(r.From, r.To)
		} else {
			m.out.Relations = append(m.out.Relations, r)
		}
	}
	move := func(in []int) []int {
		var to []int
		for _, i := range in {
			if i >= 0 && i < len(index) && index[i] >= 0 {
				to = append(to, index[i])
			}
		}
		return to
	}
	for _, c := range d.Compositions {
		whole := len(c.Assemblies)+len(c.Dependencies) == 0
		c.Assemblies, c.Dependencies = move(c.Assemblies), move(c.Dependencies)
		if whole && d.Root >= 0 && index[d.Root] >= 0 { // it was about that document, not about all of them
			c.Assemblies, c.Dependencies = []int{index[d.Root]}, []int{index[d.Root]}
		}
		if len(c.Assemblies)+len(c.Dependencies) > 0 {
			m.out.Compositions = append(m.out.Compositions, c)
		}
	}
}

func (m *merger) contain(whole, part int) {
	if whole != part {
		m.contains = append(m.contains, Relation{From: whole, To: part, Kind: Contains})
	}
}

// parents makes the first container of each component its parent and keeps the
// others as relations. What the documents give as parents goes before what
// relations and links say. A containment that closes a cycle between documents is
// a relation, too: neither document is wrong by itself. Cycles are cut at a
// component with an identity, since the place is what makes the others the same.
func (m *merger) parents() {
	cs := m.out.Components
	for _, r := range m.nested {
		if cs[r.To].Parent < 0 {
			cs[r.To].Parent = r.From
		}
	}
	for _, at := range parentCycles(cs, func(i int) bool { return IdentityOf(&cs[i]) != "" }) {
		cs[at].Parent = -1
		p := Problem{
			Code: "cycle", Where: cs[at].Ref, Detail: fmt.Sprintf("%q contains itself by way of several documents; that containment is kept as a relation.", cs[at].Name),
		}
		if !slices.Contains(m.out.Problems, p) {
			m.out.Problems = append(m.out.Problems, p)
		}
	}
	for _, all := range [][]Relation{m.nested, m.contains} {
		for _, r := range all {
			if cs[r.To].Parent < 0 && !within(cs, r.From, r.To) {
				cs[r.To].Parent = r.From
			}
		}
	}
	for _, all := range [][]Relation{m.nested, m.contains} {
		for _, r := range all {
			if cs[r.To].Parent != r.From {
				m.out.Relations = append(m.out.Relations, r)
			}
		}
	}
}

// within reports whether component i is whole or a part of it.
func within(cs []Component, i, whole int) bool {
	for i >= 0 && i != whole {
		i = cs[i].Parent
	}
	return i == whole
}

// root settles what stands above all.
func (m *merger) root(top *Component) {
	tops := map[int]bool{}
	var order []int
	for _, i := range m.tops {
		if m.out.Components[i].Parent < 0 && !tops[i] {
			tops[i] = true
			order = append(order, i)
		}
	}
	for i := range m.out.Components { // cut from a cycle
		if m.out.Components[i].Parent < 0 && !tops[i] {
			order = append(order, i)
		}
	}
	if top == nil && len(order) == 1 {
		m.out.Root = order[0]
		return
	}
	if len(order) == 0 && top == nil {
		return
	}
	c := Component{Ref: topRef, Type: Platform, Name: "Merged bills of materials"}
	if top != nil {
		c = *top
		c.Ref = cmp.Or(c.Ref, "merged")
	}
	c.Parent = -1
	m.out.Root = len(m.out.Components)
	for _, i := range order {
		m.out.Components[i].Parent = m.out.Root
	}
	m.out.Components = append(m.out.Components, c)
}

// references makes them unique again; the first one keeps its name.
func (m *merger) references() {
	taken := make(map[string]bool, len(m.out.Components))
	for i := range m.out.Components {
		c := &m.out.Components[i]
		ref := cmp.Or(c.Ref, "component")
		for n := 2; taken[ref]; n++ {
			ref = fmt.Sprintf("%s#%d", cmp.Or(c.Ref, "component"), n)
		}
		taken[ref] = true
		c.Ref = ref
	}
}
