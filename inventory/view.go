package inventory

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// View reads the inventory as it stands after the last Resolve. It may be used by
// many goroutines while nothing is being resolved. The assets and links it
// returns are the inventory's own: they must not be changed, nor kept beyond the
// batch. Lists are in the order of ids, so that a restart does not change them.
type View struct{ v *Inventory }

// View returns the read-only view.
func (v *Inventory) View() View { return View{v} }

// lists are the assets in the order of ids, built when first asked for.
type lists struct {
	mu     sync.Mutex
	all    []*record
	inZone map[wardround.ZoneID][]*record
}

func (l *lists) stale() { l.all, l.inZone = nil, nil }

// build returns the surviving assets by id and by zone.
func (v *Inventory) build() ([]*record, map[wardround.ZoneID][]*record) {
	l := &v.lists
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = make([]*record, 0, len(v.order))
		for _, r := range v.order {
			if r.into == nil {
				l.all = append(l.all, r)
			}
		}
		slices.SortFunc(l.all, func(a, b *record) int { return cmp.Compare(a.ID, b.ID) })
		l.inZone = map[wardround.ZoneID][]*record{}
		for _, r := range l.all {
			l.inZone[r.Zone] = append(l.inZone[r.Zone], r)
		}
	}
	return l.all, l.inZone
}

func assetsOf(rs []*record) iter.Seq[*wardround.Asset] {
	return func(yield func(*wardround.Asset) bool) {
		for _, r := range rs {
			if !yield(&r.Asset) {
				return
			}
		}
	}
}

// Asset returns the asset with the id, or that the id was merged into; nil if
// there is none.
func (w View) Asset(id wardround.AssetID) *wardround.Asset {
	if r := w.v.byID[id].survivor(); r != nil {
		return &r.Asset
	}
	return nil
}

// Assets yields all assets but those merged into others.
func (w View) Assets() iter.Seq[*wardround.Asset] {
	all, _ := w.v.build()
	return assetsOf(all)
}

// InZone yields the assets of a zone.
func (w View) InZone(zone wardround.ZoneID) iter.Seq[*wardround.Asset] {
	_, zones := w.v.build()
	return assetsOf(zones[zone])
}

// ByAddr returns the asset that holds a network address now, nil if none does.
func (w View) ByAddr(a netip.Addr) *wardround.Asset {
	a = plain(a)
	if r := w.v.holders[a].survivor(); r != nil {
		return &r.Asset
	}
	for _, p := range [...]netip.Prefix{netip.PrefixFrom(a, a.BitLen()), block(a)} {
		if r := w.v.remotes[p].survivor(); r != nil {
			return &r.Asset
		}
	}
	return nil
}

// ByIdentifier returns the assets that carry an identifier now, by id; at most 8
// for types that do not identify.
func (w View) ByIdentifier(t kind.IDType, value string) []*wardround.Asset {
	val, ok := Normalise(t, value)
	if !ok {
		return nil
	}
	k := idKey{t, val}
	var rs []*record
	if r := w.v.bearer(k); r != nil {
		rs = []*record{r}
	} else {
		rs = slices.Clone(w.v.bearers[k])
	}
	var out []*wardround.Asset
	for _, r := range rs {
		if r = r.survivor(); r != nil && !slices.Contains(out, &r.Asset) {
			out = append(out, &r.Asset)
		}
	}
	slices.SortFunc(out, func(a, b *wardround.Asset) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Behind yields the assets an intermediary speaks for.
func (w View) Behind(id wardround.AssetID) iter.Seq[*wardround.Asset] {
	g := w.v.byID[id].survivor()
	return func(yield func(*wardround.Asset) bool) {
		if g == nil || g.behind == 0 {
			return
		}
		for a := range w.Assets() {
			if a.Gateway != "" && w.v.byID[a.Gateway].survivor() == g && !yield(a) {
				return
			}
		}
	}
}

// Link returns the link with the id, nil if there is none.
func (w View) Link(id wardround.LinkID) *wardround.Link {
	if l := w.v.linkByID[id]; l != nil {
		return &l.Link
	}
	return nil
}

// Links yields the links of an asset, and of what was merged into it, as client
// or server, in the order they came to light. Their ends may be aliases.
func (w View) Links(id wardround.AssetID) iter.Seq[*wardround.Link] {
	r := w.v.byID[id].survivor()
	return func(yield func(*wardround.Link) bool) {
		if r == nil {
			return
		}
		for _, l := range r.links {
			if !yield(&l.Link) {
				return
			}
		}
	}
}

// AllLinks yields every link in the order they came to light.
func (w View) AllLinks() iter.Seq[*wardround.Link] {
	return func(yield func(*wardround.Link) bool) {
		for _, l := range w.v.linkOrder {
			if !yield(&l.Link) {
				return
			}
		}
	}
}

// Proposals returns the open questions about an asset.
func (w View) Proposals(id wardround.AssetID) []*wardround.Proposal { return w.v.asked[id] }

// Proposal returns a proposal in any state, nil if there is none with the id.
func (w View) Proposal(id string) *wardround.Proposal { return w.v.proposals[id] }

// Zone returns the zone of a network address.
func (w View) Zone(a netip.Addr) wardround.ZoneID { return w.v.zoneOf(a) }

// Zones returns the site's declared segments.
func (w View) Zones() []wardround.Zone { return w.v.zones }

// Criticality returns what an asset does for a patient, with what it serves taken
// into account, and the reason in words.
func (w View) Criticality(id wardround.AssetID) (wardround.Criticality, string) {
	r := w.v.byID[id].survivor()
	if r == nil || r.Criticality == wardround.CriticalityUnknown {
		return wardround.CriticalityUnknown, "nobody said, and nothing showed, what it does for a patient"
	}
	return r.Criticality, r.CriticalityReason
}

// Stats returns the counts.
func (w View) Stats() Stats { return w.v.stats }
