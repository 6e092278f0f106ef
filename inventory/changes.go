package inventory

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/wardround/wardround"
)

// changes are what the store does not have yet.
type changes struct {
	assets        []*record // something of it changed
	links         []*link
	touchedAssets []*record // only times changed
	touchedLinks  []*link
	proposals     []*wardround.Proposal
	restaked      []wardround.ReleaseID
	swept         time.Time // when the touched ones were last looked through
}

// sweepEvery is how often rows with new times only are looked through.
const sweepEvery = 10 * time.Second

// Changes are rows for the next [wardround.Commit]: copies, in the order their
// subjects came to light.
type Changes struct {
	Assets    []*wardround.Asset
	Links     []*wardround.Link
	Proposals []*wardround.Proposal
}

func (v *Inventory) mark(r *record) {
	if !r.dirty {
		r.dirty = true
		v.changed.assets = append(v.changed.assets, r)
	}
}

func (v *Inventory) touch(r *record) {
	if !r.touched {
		r.touched = true
		v.changed.touchedAssets = append(v.changed.touchedAssets, r)
	}
}

func (v *Inventory) markLink(l *link) {
	if !l.dirty {
		l.dirty = true
		v.changed.links = append(v.changed.links, l)
	}
}

func (v *Inventory) touchLink(l *link) {
	if !l.touched {
		l.touched = true
		v.changed.touchedLinks = append(v.changed.touchedLinks, l)
	}
}

// Changed returns the assets of which more than times changed since the last Flush,
// in the order they came to light; they must not be changed, nor kept.
func (v *Inventory) Changed() []*wardround.Asset {
	slices.SortFunc(v.changed.assets, func(a, b *record) int { return cmp.Compare(a.ord, b.ord) })
	out := make([]*wardround.Asset, len(v.changed.assets))
	for i, r := range v.changed.assets {
		out[i] = &r.Asset
	}
	return out
}

// Dirty reports whether a Flush(now, false) would return anything that changed
// other than times and counts.
func (v *Inventory) Dirty() bool {
	return len(v.changed.assets)+len(v.changed.links)+len(v.changed.proposals) > 0
}

// Flush returns what changed since the last Flush. Rows of which only times and
// counts changed wait until they lag [Limits].Coalesce behind, unless all is set:
// at the end of a replay and before the store closes. now is the site's time.
func (v *Inventory) Flush(now time.Time, all bool) Changes {
	c := &v.changed
	if all || now.Sub(c.swept) >= sweepEvery || now.Before(c.swept) {
		c.swept = now
		v.sweep(all)
	}
	var out Changes
	if len(c.assets) > 0 {
		slices.SortFunc(c.assets, func(a, b *record) int { return cmp.Compare(a.ord, b.ord) })
		out.Assets = make([]*wardround.Asset, len(c.assets))
		for i, r := range c.assets {
			out.Assets[i] = snapshot(&r.Asset)
			r.dirty, r.saved = false, r.Last
		}
		c.assets = c.assets[:0]
	}
	if len(c.links) > 0 {
		slices.SortFunc(c.links, func(a, b *link) int { return cmp.Compare(a.ord, b.ord) })
		out.Links = make([]*wardround.Link, len(c.links))
		for i, l := range c.links {
			copied := l.Link
			out.Links[i] = &copied
			l.dirty, l.saved = false, l.Last
		}
		c.links = c.links[:0]
	}
	for _, p := range c.proposals {
		copied := *p
		out.Proposals = append(out.Proposals, &copied)
	}
	c.proposals = c.proposals[:0]
	return out
}

// sweep marks the rows that lag too far behind.
func (v *Inventory) sweep(all bool) {
	c := &v.changed
	c.touchedAssets = slices.DeleteFunc(c.touchedAssets, func(r *record) bool {
		if !all && r.Last.Sub(r.saved) < v.limits.Coalesce {
			return false
		}
		r.touched = false
		v.mark(r)
		return true
	})
	c.touchedLinks = slices.DeleteFunc(c.touchedLinks, func(l *link) bool {
		if !all && l.Last.Sub(l.saved) < v.limits.Coalesce {
			return false
		}
		l.touched = false
		v.markLink(l)
		return true
	})
}

// snapshot copies an asset so that later folding does not change the copy.
func snapshot(a *wardround.Asset) *wardround.Asset {
	c := *a
	c.Attributes = maps.Clone(a.Attributes)
	c.Identifiers = slices.Clone(a.Identifiers)
	c.Aliases = slices.Clone(a.Aliases)
	c.Speaks = slices.Clone(a.Speaks)
	return &c
}
