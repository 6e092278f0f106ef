package inventory

import (
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

func (v *Inventory) zoneOf(a netip.Addr) wardround.ZoneID { return wardround.ZoneOf(v.zones, a) }

// SetZones replaces the site's declared segments and finds each asset's zone
// anew. Remote assets whose address is now the site's own stay remote until they
// are seen again as what they are.
func (v *Inventory) SetZones(zones []wardround.Zone) {
	v.zones = zones
	v.gen++
	for _, r := range v.order {
		if r.Remote && !r.crowd {
			if a := r.addr(); a.IsValid() && v.zoneOf(a) != wardround.ZonePublic && v.holders[a] == r {
				delete(v.remotes, netip.PrefixFrom(a, a.BitLen()))
				r.Remote = false
				v.stats.Remotes--
				v.stats.Assets++
				v.mark(r)
			}
		}
		v.rezone(r)
	}
	for _, r := range v.order { // a device that is only spoken for is where its gateway is
		if g := v.byID[r.Gateway].survivor(); g != nil && !r.addr().IsValid() && !v.saidField(r, attrZone) && r.Zone != g.Zone {
			r.Zone = g.Zone
			v.mark(r)
		}
	}
	v.lists.stale()
}

// rezone finds r's zone from its address, unless a person said it.
func (v *Inventory) rezone(r *record) {
	if r.crowd || r.Remote || v.saidField(r, attrZone) {
		return
	}
	a := r.addr()
	if !a.IsValid() {
		return
	}
	if z := v.zoneOf(a); z != r.Zone {
		r.Zone = z
		v.mark(r)
		v.lists.stale()
	}
}

// addr returns the address that says where r is: of those it holds, an IPv4 one
// before an IPv6 one, a routable one before a link-local one, the newest first.
func (r *record) addr() netip.Addr {
	var best netip.Addr
	var at *wardround.Identifier
	rank := func(a netip.Addr) int {
		n := 0
		if a.Is4() {
			n += 1
		}
		if !linkLocal(a) {
			n += 2
		}
		return n
	}
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type != string(kind.IDIP) || id.Confidence < wardround.Indicated {
			continue
		}
		a, ok := addrOf(id)
		if !ok {
			continue
		}
		if at == nil || rank(a) > rank(best) || rank(a) == rank(best) && id.First.After(at.First) {
			best, at = a, id
		}
	}
	return best
}

func parseAddr(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return plain(a)
}
