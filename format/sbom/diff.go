package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ChangeKind says what became of a component from one release to the next.
type ChangeKind string

// The kinds of change. A component may have several: it has one Change, of the
// first kind in this order that fits, and Fields name all that differs.
const (
	Added     ChangeKind = "added"
	Removed   ChangeKind = "removed"
	Versioned ChangeKind = "version" // another version of the same component
	Altered   ChangeKind = "altered" // licence, supplier, digest … at the same version
	Moved     ChangeKind = "moved"   // part of something else
)

// Change is what became of one component.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// Old and New are its indices in the two documents, -1 where it is not.
	Old int `json:"old"`
	New int `json:"new"`
	// Path are the names from the root, in the new document unless it is removed.
	Path   []string `json:"path"`
	Fields []Field  `json:"fields,omitempty"`
}

// Field is one thing that differs.
type Field struct {
	Name string `json:"name"` // "version", "licences", "supplier", "hashes", "purl", "parent", "support", "end_of_support", "scope"
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Diff tells what changed from old to new. Components are paired by identity
// ([IdentityOf]), then by identity without version ([LineOf]), then by name alone;
// where several could be meant, those that are part of the same come first. What
// finds no partner was added or removed. Nothing is said of relations.
//
// Changes come in the order of their paths, so that two runs, and two documents
// that differ in order only, give the same.
func Diff(old, new *Document) []Change {
	p := pairing{old: old, new: new, of: filled(len(old.Components)), to: filled(len(new.Components))}
	p.names[0], p.names[1] = NewPaths(old), NewPaths(new)
	if old.Root >= 0 && new.Root >= 0 {
		p.pair(old.Root, new.Root) // the product is the product, whatever it is called now
	}
	p.match(IdentityOf)
	p.match(LineOf)
	p.match(func(c *Component) string { return strings.ToLower(string(c.Type) + "\x00" + c.Group + "\x00" + c.Name) })
	var out []Change
	for i, j := range p.of {
		if j < 0 {
			out = append(out, Change{Kind: Removed, Old: i, New: -1, Path: p.names[0].Names(i)})
			continue
		}
		if fields := p.compare(i, j); len(fields) > 0 {
			out = append(out, Change{Kind: kindOf(fields), Old: i, New: j, Path: p.names[1].Names(j), Fields: fields})
		}
	}
	for j, i := range p.to {
		if i < 0 {
			out = append(out, Change{Kind: Added, Old: -1, New: j, Path: p.names[1].Names(j)})
		}
	}
	version := func(c Change) string {
		if c.New >= 0 {
			return new.Components[c.New].Version
		}
		return old.Components[c.Old].Version
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(slices.Compare(a.Path, b.Path), strings.Compare(version(a), version(b)), strings.Compare(string(a.Kind), string(b.Kind)))
	})
	return out
}

func filled(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

func kindOf(fields []Field) ChangeKind {
	kind := Moved
	for _, f := range fields {
		switch f.Name {
		case "version":
			return Versioned
		case "parent":
		default:
			kind = Altered
		}
	}
	return kind
}

// pairing finds for each component its partner.
type pairing struct {
	old, new *Document
	of, to   []int // old → new, new → old; -1: none yet
	names    [2]*Paths
}

func (p *pairing) pair(i, j int) { p.of[i], p.to[j] = j, i }

// match pairs what has the same key. Several of one key are paired by place first,
// then in the order of their versions and paths.
func (p *pairing) match(key func(*Component) string) {
	type group struct{ old, new []int }
	groups := map[string]*group{}
	at := func(c *Component) *group {
		k := key(c)
		if k == "" {
			return nil
		}
		if groups[k] == nil {
			groups[k] = &group{}
		}
		return groups[k]
	}
	var order []*group
	for i, j := range p.of {
		if g := at(&p.old.Components[i]); j < 0 && g != nil {
			if len(g.old) == 0 {
				order = append(order, g)
			}
			g.old = append(g.old, i)
		}
	}
	for j, i := range p.to {
		if g := at(&p.new.Components[j]); i < 0 && g != nil {
			g.new = append(g.new, j)
		}
	}
	for _, g := range order {
		if len(g.new) == 0 {
			continue
		}
		if len(g.old) == 1 && len(g.new) == 1 {
			p.pair(g.old[0], g.new[0])
			continue
		}
		p.byPlace(g.old, g.new)
	}
}

func (p *pairing) byPlace(old, new []int) {
	place := func(d *Document, names *Paths, i int) string {
		if up := d.Components[i].Parent; up >= 0 {
			return strings.Join(names.Names(up), "\x00")
		}
		return ""
	}
	for _, rank := range []func(d *Document, names *Paths, i int) string{place, func(*Document, *Paths, int) string { return "" }} {
		there := map[string][]int{}
		sorted := func(d *Document, names *Paths, in []int) []int {
			in = slices.Clone(in)
			slices.SortStableFunc(in, func(a, b int) int {
				return cmp.Or(strings.Compare(d.Components[a].Version, d.Components[b].Version), slices.Compare(names.Names(a), names.Names(b)))
			})
			return in
		}
		for _, j := range sorted(p.new, p.names[1], new) {
			if p.to[j] < 0 {
				k := rank(p.new, p.names[1], j)
				there[k] = append(there[k], j)
			}
		}
		for _, i := range sorted(p.old, p.names[0], old) {
			if p.of[i] >= 0 {
				continue
			}
			k := rank(p.old, p.names[0], i)
			if js := there[k]; len(js) > 0 {
				p.pair(i, js[0])
				there[k] = js[1:]
			}
		}
	}
}

// compare lists what differs between two components that are partners.
func (p *pairing) compare(i, j int) []Field {
	a, b := &p.old.Components[i], &p.new.Components[j]
	var out []Field
	field := func(name, old, new string) {
		if old != new {
			out = append(out, Field{name, old, new})
		}
	}
	field("version", a.Version, b.Version)
	if a.PURL != b.PURL {
		// With another version the purl changes as a matter of course.
		sameVersion := a.Version == b.Version
		if old, new := purlKey(a.PURL, sameVersion), purlKey(b.PURL, sameVersion); old != new || old == "" {
			field("purl", a.PURL, b.PURL)
		}
	}
	field("name", a.Name, b.Name)
	field("supplier", cmp.Or(a.Supplier, a.Manufacturer), cmp.Or(b.Supplier, b.Manufacturer))
	field("licences", list(a.Licences), list(b.Licences))
	if a.Version == b.Version { // another version has other digests as a matter of course
		field("hashes", hashes(a, b), hashes(b, a))
	}
	field("scope", required(a.Scope), required(b.Scope))
	field("support", a.Support, b.Support)
	field("end_of_support", day(a), day(b))
	if !p.samePlace(a.Parent, b.Parent) {
		field("parent", p.parentName(p.old, a.Parent), p.parentName(p.new, b.Parent))
	}
	return out
}

// samePlace reports whether two parents are partners. To stand at the top and to
// stand under the product is the same: some writers say it, others do not.
func (p *pairing) samePlace(a, b int) bool {
	top := func(d *Document, i int) bool { return i < 0 || i == d.Root }
	if top(p.old, a) || top(p.new, b) {
		return top(p.old, a) && top(p.new, b)
	}
	return p.of[a] == b
}

func (p *pairing) parentName(d *Document, i int) string {
	if i < 0 {
		return ""
	}
	c := &d.Components[i]
	if c.Version == "" {
		return c.Name
	}
	return c.Name + "@" + c.Version
}

func list(v []string) string {
	v = slices.Clone(v)
	slices.Sort(v)
	return strings.Join(slices.Compact(v), ", ")
}

func required(scope string) string { return cmp.Or(scope, "required") }

func day(c *Component) string {
	if c.EndOfSupport.IsZero() {
		return ""
	}
	return c.EndOfSupport.UTC().Format("2006-01-02")
}

// hashes are those of a in words, if a and b have an algorithm in common under
// which they differ, or one of them has none at all.
func hashes(a, b *Component) string {
	var out []string
	differ := len(a.Hashes) == 0 || len(b.Hashes) == 0
	for _, h := range a.Hashes {
		out = append(out, fmt.Sprintf("%s:%s", h.Algorithm, strings.ToLower(h.Value)))
		for _, o := range b.Hashes {
			if o.Algorithm == h.Algorithm && !strings.EqualFold(o.Value, h.Value) {
				differ = true
			}
		}
	}
	if !differ {
		return ""
	}
	return list(out)
}
