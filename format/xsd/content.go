package xsd

import (
	"encoding/xml"
	"sort"
	"strings"
)

// model is the content of a type as an automaton: one position per place where an
// element may stand (Glushkov's construction). State sets are bit sets, so that
// models which leave a choice open are followed all the same.
type model struct {
	at       []position
	first    set
	follow   []set
	last     set
	nullable bool
}

type position struct {
	element *element  // one of the two
	any     *wildcard // …
}

func (p position) matches(n xml.Name) bool {
	if p.element != nil {
		return p.element.name == n
	}
	return p.any.allows(n.Space)
}

type set []uint64

func (s *set) add(i int) {
	for len(*s) <= i/64 {
		*s = append(*s, 0)
	}
	(*s)[i/64] |= 1 << (i % 64)
}

func (s *set) join(o set) {
	for i, w := range o {
		for len(*s) <= i {
			*s = append(*s, 0)
		}
		(*s)[i] |= w
	}
}

func (s set) has(i int) bool { return i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0 }

func (s set) meets(o set) bool {
	for i := range min(len(s), len(o)) {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// maxPositions bounds what counted repetitions may unroll to.
const maxPositions = 2000

// piece is a part of a model under construction.
type piece struct {
	first, last set
	nullable    bool
}

type builder struct {
	c        *compiler
	m        *model
	steps    int
	elements map[*node]*element // one declaration per node, however often unrolled
}

// model compiles a content; nil is the empty one.
func (c *compiler) model(n *node) (*model, error) {
	b := &builder{c: c, m: &model{}, elements: map[*node]*element{}}
	if n == nil {
		b.m.nullable = true
		return b.m, nil
	}
	p, err := b.particle(n)
	if err != nil {
		return nil, err
	}
	b.m.first, b.m.last, b.m.nullable = p.first, p.last, p.nullable
	return b.m, nil
}

// particle compiles a node as often as it occurs.
func (b *builder) particle(n *node) (piece, error) {
	least, most, err := n.occurs()
	if err != nil {
		return piece{}, err
	}
	out := piece{nullable: true}
	for range least {
		p, err := b.once(n)
		if err != nil {
			return piece{}, err
		}
		out = b.then(out, p)
	}
	if most < 0 {
		p, err := b.once(n)
		if err != nil {
			return piece{}, err
		}
		b.connect(p.last, p.first)
		p.nullable = true
		return b.then(out, p), nil
	}
	// The optional rest, (p (p …)?)?, from its end.
	rest := piece{nullable: true}
	for range most - least {
		p, err := b.once(n)
		if err != nil {
			return piece{}, err
		}
		rest = b.then(p, rest)
		rest.nullable = true
	}
	return b.then(out, rest), nil
}

func (b *builder) connect(from, to set) {
	for i := range b.m.at {
		if from.has(i) {
			b.m.follow[i].join(to)
		}
	}
}

// then puts one piece after another.
func (b *builder) then(p, q piece) piece {
	b.connect(p.last, q.first)
	var out piece
	out.first.join(p.first)
	if p.nullable {
		out.first.join(q.first)
	}
	out.last.join(q.last)
	if q.nullable {
		out.last.join(p.last)
	}
	out.nullable = p.nullable && q.nullable
	return out
}

func (b *builder) leaf(p position) piece {
	i := len(b.m.at)
	b.m.at = append(b.m.at, p)
	b.m.follow = append(b.m.follow, nil)
	var out piece
	out.first.add(i)
	out.last.add(i)
	return out
}

func (b *builder) once(n *node) (piece, error) {
	if b.steps++; b.steps > 4*maxPositions || len(b.m.at) > maxPositions {
		return piece{}, n.fail("the content unrolls to more than %d places", maxPositions)
	}
	switch n.name.Local {
	case "element":
		e, err := b.element(n)
		if err != nil {
			return piece{}, err
		}
		return b.leaf(position{element: e}), nil
	case "any":
		w, err := compileWildcard(n)
		if err != nil {
			return piece{}, err
		}
		return b.leaf(position{any: w}), nil
	case "sequence", "choice":
		if err := n.only("minOccurs", "maxOccurs"); err != nil {
			return piece{}, err
		}
	default:
		return piece{}, n.fail("not supported in a content")
	}
	out := piece{nullable: n.name.Local == "sequence"}
	for _, child := range n.children {
		p, err := b.particle(child)
		if err != nil {
			return piece{}, err
		}
		if n.name.Local == "sequence" {
			out = b.then(out, p)
			continue
		}
		out.first.join(p.first)
		out.last.join(p.last)
		out.nullable = out.nullable || p.nullable
	}
	return out, nil
}

func (b *builder) element(n *node) (*element, error) {
	if ref, ok := n.attrs["ref"]; ok {
		name, err := n.qname(ref)
		if err != nil {
			return nil, err
		}
		global := b.c.elements[name]
		if global == nil {
			return nil, n.fail("the element %s is not declared", ref)
		}
		return b.c.globalElement(name, global)
	}
	if e := b.elements[n]; e != nil {
		return e, nil
	}
	e := &element{name: xml.Name{Local: n.attrs["name"]}}
	if e.name.Local == "" {
		return nil, n.fail("has no name")
	}
	if n.qualify {
		e.name.Space = n.target
	}
	b.elements[n] = e
	return e, b.c.element(e, n)
}

// step returns the positions that follow those of now when an element of this
// name comes, and the best of them; none if it may not stand here. begun says
// whether now holds anything yet.
func (m *model) step(now set, begun bool, name xml.Name) (set, *position) {
	var next set
	var found *position
	for i := range m.at {
		if !m.at[i].matches(name) || !m.reachable(now, begun, i) {
			continue
		}
		next.add(i)
		if found == nil || m.at[i].element != nil && found.element == nil {
			found = &m.at[i]
		}
	}
	return next, found
}

func (m *model) reachable(now set, begun bool, i int) bool {
	if !begun {
		return m.first.has(i)
	}
	for j := range m.at {
		if now.has(j) && m.follow[j].has(i) {
			return true
		}
	}
	return false
}

// complete says whether the content may end here.
func (m *model) complete(now set, begun bool) bool {
	if !begun {
		return m.nullable
	}
	return now.meets(m.last)
}

// expected names what may come next, for people.
func (m *model) expected(now set, begun bool) string {
	seen := map[string]bool{}
	var names []string
	for i, p := range m.at {
		if p.element == nil || seen[p.element.name.Local] || !m.reachable(now, begun, i) {
			continue
		}
		seen[p.element.name.Local] = true
		names = append(names, p.element.name.Local)
	}
	if len(names) == 0 {
		return "nothing more"
	}
	sort.Strings(names)
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return strings.Join(names, ", ")
}
