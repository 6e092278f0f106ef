package inventory

import (
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// remote reports whether an end lies outside the site: a public address in no
// declared zone that nothing shows to be on one of the site's links.
func (v *Inventory) remote(w where, h *hardware) bool {
	if !wardround.Public(w.addr) || v.zoneOf(w.addr) != wardround.ZonePublic {
		return false
	}
	if r := v.holders[w.addr]; r != nil && !r.Remote {
		return false
	}
	if w.proven {
		return false
	}
	if m, ok := slaac(w.addr); ok && m == w.mac {
		return false
	}
	if h == nil || h.router {
		return true
	}
	if h.delivered(w.addr) {
		v.convict(h, where{mac: w.mac})
		return true
	}
	// A host on the link with IPv6 has public addresses of its own.
	return !(w.addr.Is6() && h.proven && h.rec != nil)
}

// remoteAt returns the asset that stands for a public address: its own while
// there is room, then its block's, then the one of all others.
func (v *Inventory) remoteAt(a netip.Addr) *record {
	p := netip.PrefixFrom(a, a.BitLen())
	if r := v.remotes[p]; r != nil {
		return r
	}
	if v.stats.Remotes < v.limits.Remotes {
		r := v.addRemote(p)
		v.put(r, kind.IDIP, a.String(), wardround.Observed)
		return r
	}
	v.stats.RemotesBeyond++
	p = block(a)
	if r := v.remotes[p]; r != nil {
		return r
	}
	if v.stats.Remotes < 2*v.limits.Remotes {
		r := v.addRemote(p)
		v.attribute(r, wardround.AttrName, p.String(), "a block of public addresses", wardround.Observed)
		v.attribute(r, attrBlock, p.String(), "", wardround.Observed)
		return r
	}
	r := v.crowdOf(wardround.ZonePublic)
	r.Remote = true
	return r
}

// attrBlock is the block of public addresses a remote asset stands for.
const attrBlock = "block"

func (v *Inventory) addRemote(p netip.Prefix) *record {
	v.stats.Remotes++
	r := v.add(p.Addr())
	r.Remote, r.Zone = true, wardround.ZonePublic
	v.remotes[p] = r
	return r
}
