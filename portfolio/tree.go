package portfolio

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

// Node is one component of a release's bill of materials, with what is said of it
// and of all that it is made of. A vulnerability that stands in several places
// below counts once.
type Node struct {
	Row      int // of the bill of materials; -1 for a linked one
	Release  wardround.ReleaseID
	Name     string
	Version  string
	Label    string // a purl, else name@version
	Type     sbom.Type
	Flags    []string // "excluded", "optional", "external", "no identity"
	Children int
	Below    int // components below, linked bills not counted
	Parent   int // -1 at the top
	Ref      string
	Group    string
	PURL     string
	CPEs     []string
	Supplier string
	// Exposed counts what is said of the component itself, Rolled also what is said of
	// all below it, each vulnerability once; what authors claim is not taken off.
	Exposed, Rolled Exposed
	// Affected and CannotTell are vulnerabilities here and below, by worst state.
	Affected, CannotTell int
	// Own are those of the component itself, by id; at most [maxOwn].
	Own []string
}

const (
	maxOwn   = 50
	maxNodes = 1000
)

// Tree are the components directly below one of a release's, in the order of the
// document: below -1 those at the top. The linked bills of materials follow as
// nodes of their own release. At most a thousand are returned; more counts the
// rest. Error: ENotFound.
func (ix *Index) Tree(id wardround.ReleaseID, below int) (nodes []Node, more int, err error) {
	return ix.TreeIn(id, below, Scope{Embargoed: true})
}

// TreeIn is Tree of what may be seen.
func (ix *Index) TreeIn(id wardround.ReleaseID, below int, sc Scope) (nodes []Node, more int, err error) {
	const op = "portfolio.tree"
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.lookup(wardround.ReleaseSubject(id))
	if s == nil || s.bill == nil || !sc.sees(s) {
		return nil, 0, wardround.Errorf(wardround.ENotFound, op, "no bill of materials is known for release %s", id)
	}
	b := s.bill
	if below < -1 || below >= len(b.ident) {
		return nil, 0, wardround.Errorf(wardround.ENotFound, op, "there is no component %d in %s", below, s.release.Name())
	}
	ix.ready()
	rate := &rating{ix, &sc, map[uint32]*rated{}}
	g := b.descent()
	for row := g.first(below); row >= 0; row = g.next[row] {
		if len(nodes) == maxNodes {
			more++
			continue
		}
		n := ix.node(b, row, rate)
		n.Release = id
		w := worst{}
		n.Below = g.each(row, func(r int32) { w.add(ix.ids.hits[b.ident[r]-1], b.flags[r]) }) - 1
		for c := g.first(int(row)); c >= 0; c = g.next[c] {
			n.Children++
		}
		for _, l := range b.links {
			if g.within(b, l.row, row) {
				for _, to := range ix.byBill[l.key] {
					ix.addAll(w, to)
				}
			}
		}
		n.Affected, n.CannotTell = w.count(rate)
		n.Rolled = w.exposed(rate)
		nodes = append(nodes, n)
	}
	for _, l := range b.links {
		if int(l.row) != below {
			continue
		}
		for _, to := range ix.byBill[l.key] {
			t := ix.subjects[to]
			w := worst{}
			ix.addAll(w, to)
			n := Node{Row: -1, Release: t.release.ID, Name: t.release.Name(), Version: t.release.Version, Label: t.release.Name(), Type: sbom.Device,
				Children: len(t.bill.ident), Below: len(t.bill.ident)}
			n.Affected, n.CannotTell = w.count(rate)
			n.Rolled = w.exposed(rate)
			nodes = append(nodes, n)
		}
	}
	return nodes, more, nil
}

func (ix *Index) node(b *bill, row int32, rate *rating) Node {
	id := ix.identity(b.ident[row])
	n := Node{Row: int(row), Parent: int(b.parent[row]), Ref: ix.texts.at(b.ref[row]), Group: id.Group, PURL: id.PURL, CPEs: id.CPEs, Supplier: id.Supplier,
		Name: id.Name, Version: id.Version, Label: id.Label(), Type: id.Type}
	own := worst{}
	own.add(ix.ids.hits[b.ident[row]-1], b.flags[row])
	n.Exposed = own.exposed(rate)
	for flag, name := range map[uint8]string{flagExcluded: "excluded", flagOptional: "optional", flagExternal: "external"} {
		if b.flags[row]&flag != 0 {
			n.Flags = append(n.Flags, name)
		}
	}
	if !id.Identified() {
		n.Flags = append(n.Flags, "no identity")
	}
	slices.Sort(n.Flags)
	for _, h := range ix.ids.hits[b.ident[row]-1] {
		if len(n.Own) < maxOwn && h.state == uint32(wardround.Fail) && !rate.get(h.vuln).hidden {
			n.Own = append(n.Own, ix.texts.at(h.vuln))
		}
	}
	slices.SortFunc(n.Own, strings.Compare)
	return n
}

// addAll adds what all components of a release, and of what it links to, have.
func (ix *Index) addAll(w worst, n uint32) {
	for _, h := range ix.reach(n) {
		if b := ix.subjects[h.subject].bill; b != nil {
			for row, id := range b.ident {
				w.add(ix.ids.hits[id-1], b.flags[row])
			}
		}
	}
}

// worst is the worst state by vulnerability.
type worst map[uint32]wardround.State

func (w worst) add(hits []hit, flags uint8) {
	if flags&flagExcluded != 0 {
		return
	}
	for _, h := range hits {
		if old, ok := w[h.vuln]; !ok || rank(wardround.State(h.state)) > rank(old) {
			w[h.vuln] = wardround.State(h.state)
		}
	}
}

func (w worst) count(rate *rating) (affected, cannotTell int) {
	for v, s := range w {
		switch {
		case rate.get(v).hidden:
		case s == wardround.Fail:
			affected++
		case s == wardround.Unknown:
			cannotTell++
		}
	}
	return affected, cannotTell
}

func (w worst) exposed(rate *rating) (x Exposed) {
	for v, s := range w {
		if f := rate.get(v); !f.hidden {
			x.add(&answer{state: uint8(s)}, f)
		}
	}
	return x
}

// descent is the tree from the top down: the first child of each row, and the next
// of the same parent.
type descent struct{ child, next []int32 }

func (b *bill) descent() *descent {
	n := len(b.parent)
	g := &descent{child: make([]int32, n+1), next: make([]int32, n)}
	for i := range g.child {
		g.child[i] = -1
	}
	for i := n - 1; i >= 0; i-- {
		p := b.parent[i] + 1
		g.next[i], g.child[p] = g.child[p], int32(i)
	}
	return g
}

func (g *descent) first(row int) int32 { return g.child[row+1] }

// each calls f for a row and all below it, and returns how many there are.
func (g *descent) each(row int32, f func(int32)) (count int) {
	way := []int32{row}
	for len(way) > 0 {
		r := way[len(way)-1]
		way = way[:len(way)-1]
		f(r)
		count++
		for c := g.first(int(r)); c >= 0; c = g.next[c] {
			way = append(way, c)
		}
	}
	return count
}

// within reports whether a row stands at or below another.
func (g *descent) within(b *bill, row, top int32) bool {
	for ; row >= 0; row = b.parent[row] {
		if row == top {
			return true
		}
	}
	return false
}
