package board

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// installs are a release, its instances, and the findings of it.
type installs struct {
	raw      *wardround.Release // nil until its row comes
	assets   map[wardround.AssetID]*assetEntry
	findings []*findingEntry
	product  *product // as rows say it; never changed once made
}

// product is what rows say of a release.
type product struct {
	name        string
	lines       []string // its own maker, product and models, and those of its instances; folded
	text        string   // what a search looks in; lower case
	criticality wardround.Criticality
	rank        int8 // of the criticality; -1 without instances
}

func (st *state) release(id wardround.ReleaseID) *installs {
	x := st.releases[id]
	if x == nil {
		x = &installs{assets: map[wardround.AssetID]*assetEntry{}, product: &product{name: string(id), rank: -1}}
		st.releases[id] = x
	}
	return x
}

// instanceOf is the release that an asset counts for.
func instanceOf(a *wardround.Asset) wardround.ReleaseID {
	if a == nil || a.MergedInto != "" {
		return ""
	}
	return a.Release
}

// install notes what an asset is an instance of. changed collects the releases that
// are told otherwise because of it.
func (b *Board) install(old *wardround.Asset, e *assetEntry, changed map[wardround.ReleaseID]bool) {
	was, is := instanceOf(old), instanceOf(e.raw)
	if was == is && (is == "" || old.Criticality == e.raw.Criticality) {
		return
	}
	if was != "" {
		delete(b.release(was).assets, e.raw.ID)
		changed[was] = true
	}
	if is != "" {
		b.release(is).assets[e.raw.ID] = e
		changed[is] = true
	}
}

// applyReleases takes in releases, and tells those anew of which something changed.
func (b *Board) applyReleases(releases []*wardround.Release, changed map[wardround.ReleaseID]bool) {
	for _, r := range releases {
		b.release(r.ID).raw = r
		changed[r.ID] = true
	}
	for id := range changed { // in any order: each is of its own
		x := b.release(id)
		x.product = x.tell(id)
		for _, f := range x.findings {
			b.rederive(f)
		}
	}
}

// tell makes what rows say of a release. A finding of it is told with the highest
// criticality of its instances.
func (x *installs) tell(id wardround.ReleaseID) *product {
	p := &product{name: string(id), rank: -1}
	add := func(names ...string) {
		for _, n := range names {
			if n = fold(n); n != "" && !slices.Contains(p.lines, n) {
				p.lines = append(p.lines, n)
			}
		}
	}
	if r := x.raw; r != nil {
		p.name = r.Name()
		add(r.Maker, r.Product)
		add(r.Models...)
		add(r.Names...)
	}
	for _, e := range x.assets {
		add(e.who.products...)
		if c := e.raw.Criticality; int8(c.Rank()) > p.rank {
			p.criticality, p.rank = c, int8(c.Rank())
		}
	}
	slices.Sort(p.lines)
	p.text = strings.ToLower(strings.Join(append([]string{p.name, string(id)}, p.lines...), "\n"))
	return p
}

// made reports whether a person who is limited to product lines may see the release.
func (v Visible) made(p *product) bool {
	return p != nil && slices.ContainsFunc(p.lines, func(l string) bool { return slices.Contains(v.Products, l) })
}

// finding reports whether a person may see a finding.
func (v Visible) finding(r *findingRow) bool {
	return (v.either(r.a, r.b) || v.made(r.product)) && v.discreet(r)
}

// Lines are the product lines that a release is of, folded; nil for one that is not
// known.
func (b *Board) Lines(id wardround.ReleaseID) []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if x := b.releases[id]; x != nil {
		return x.product.lines
	}
	return nil
}
