package inventory

import (
	"cmp"
	"context"
	"net/netip"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Restore returns the inventory as a store holds it. Resolve goes on with the
// observation after the store's position. What only helps to decide, such as
// recent sightings of a hardware address, starts anew. Errors: the store's, and
// EIntegrity for rows that point to rows which are not there.
func Restore(ctx context.Context, o Options, from wardround.Reader) (*Inventory, error) {
	v := New(o)
	for a, err := range from.Assets(ctx, o.Scope) {
		if err != nil {
			return nil, err
		}
		v.restoreAsset(a)
	}
	slices.SortFunc(v.order, func(a, b *record) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
	})
	for i, r := range v.order {
		r.ord = i
		if r.MergedInto == "" {
			continue
		}
		if r.into = v.byID[r.MergedInto]; r.into == nil {
			return nil, wardround.Errorf(wardround.EIntegrity, "inventory.restore", "asset %s is merged into %s, which is not there", r.ID, r.MergedInto)
		}
	}
	for _, r := range v.order {
		if hops := 0; r.into != nil {
			for up := r; up != nil; up = up.into {
				if hops++; hops > len(v.order) {
					return nil, wardround.Errorf(wardround.EIntegrity, "inventory.restore", "asset %s is merged into itself", r.ID)
				}
			}
			continue
		}
		v.restoreIndex(r)
		v.instance(r, r.Release, true)
		if g := v.byID[r.Gateway].survivor(); g != nil {
			g.behind++
		}
	}
	v.restoreSightings()
	if err := v.restoreLinks(ctx, from); err != nil {
		return nil, err
	}
	for _, r := range v.order {
		r.stakes = stakesOf(r)
	}
	for p, err := range from.Proposals(ctx, o.Scope) {
		if err != nil {
			return nil, err
		}
		if p.Kind == "baseline" {
			continue // of what checks learned, not of the inventory
		}
		v.proposals[p.ID] = p
		if p.State == open {
			v.ask(p)
		}
	}
	return v, nil
}

func (v *Inventory) restoreAsset(a *wardround.Asset) {
	r := &record{Asset: *snapshot(a), saved: a.Last, reported: a.Last}
	speaks := a.Attr(wardround.AttrSpeaksFor)
	r.crowd = a.Attr(attrCrowd) != ""
	r.router = speaks == forNetworks
	r.shared = speaks == forAddress
	v.carried += len(r.Identifiers)
	v.order = append(v.order, r)
	v.byID[r.ID] = r
	switch {
	case r.crowd:
		v.crowds[r.Zone] = r
	case r.Remote:
		v.stats.Remotes++
		if p, err := netip.ParsePrefix(a.Attr(attrBlock)); err == nil {
			v.remotes[p] = r
		} else {
			for i := range r.Identifiers {
				if addr, ok := addrOf(&r.Identifiers[i]); ok {
					v.remotes[netip.PrefixFrom(addr, addr.BitLen())] = r
				}
			}
		}
	default:
		v.stats.Assets++
	}
}

// restoreIndex makes r findable by what it carries. Where two assets carry one
// address, because a person said so of one of them and the other was seen with it
// since, the one that was seen holds it.
func (v *Inventory) restoreIndex(r *record) {
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Confidence < wardround.Indicated {
			continue
		}
		t := kind.IDType(id.Type)
		switch t {
		case kind.IDIP:
			a := parseAddr(id.Value)
			if old := v.holders[a]; old == nil || later(&old.Identifiers[old.findAddr(a)], id) {
				v.holders[a] = r
			}
			if old := v.saidAddr[a]; id.Confidence == wardround.Said && (old == nil || later(&old.Identifiers[old.findAddr(a)], id)) {
				v.saidAddr[a] = r
			}
		case kind.IDMAC:
			m, ok := parseMAC(id.Value)
			if !ok {
				continue
			}
			if h := v.hardware(m); h != nil && (h.rec == nil || h.rec.Last.Before(r.Last)) {
				h.rec = r
				h.router = h.router || r.router
				h.proven = id.Confidence >= wardround.Observed
			}
		default:
			v.index(r, t, id.Value)
		}
	}
}

// later reports whether an address that a and b both carry is b's: seen goes
// before said, then the newer one.
func later(a, b *wardround.Identifier) bool {
	if said := a.Confidence == wardround.Said; said != (b.Confidence == wardround.Said) {
		return said
	}
	return b.Last.After(a.Last)
}

// restoreSightings recalls which network addresses were used with which hardware.
func (v *Inventory) restoreSightings() {
	for _, r := range v.order {
		if r.into != nil || r.router {
			continue
		}
		for i := range r.Identifiers {
			m, ok := parseMAC(r.Identifiers[i].Value)
			if !ok || r.Identifiers[i].Type != string(kind.IDMAC) {
				continue
			}
			h := v.hardware(m)
			if h == nil {
				continue
			}
			for j := range r.Identifiers {
				if a, ok := addrOf(&r.Identifiers[j]); ok && !h.proven && len(h.addrs) < maxSightings && !h.sighted(a) && !linkLocal(a) {
					h.addrs = append(h.addrs, sighting{a, r.Identifiers[j].Last})
				}
			}
		}
	}
}

func (v *Inventory) restoreLinks(ctx context.Context, from wardround.Reader) error {
	var all []*link
	for row, err := range from.Links(ctx, v.scope) {
		if err != nil {
			return err
		}
		l := &link{Link: *row, client: v.byID[row.Client], server: v.byID[row.Server], saved: row.Last}
		if l.client == nil || l.server == nil {
			return wardround.Errorf(wardround.EIntegrity, "inventory.restore", "link %s joins %s and %s, of which one is not there", row.ID, row.Client, row.Server)
		}
		if l.Encrypted == wardround.No {
			l.clear = l.Last
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *link) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range all {
		v.pairCount[[2]*record{l.client, l.server}]++
		v.addLink(linkKey{l.client, l.server, l.Port, l.Protocol}, l)
	}
	for _, l := range all {
		if k := l.key(); v.links[k] == nil {
			v.links[k] = l
		}
		for _, end := range [...]*record{l.client.survivor(), l.server.survivor()} {
			if !slices.Contains(end.links, l) {
				end.links = append(end.links, l)
			}
		}
	}
	return nil
}
