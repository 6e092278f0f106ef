package inventory

import (
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// where is what one end of an observation shows of its place in the network.
type where struct {
	addr   netip.Addr // invalid when none was usable
	mac    mac        // zero when none
	proven bool       // the pair was stated by what does not cross routers
}

// pair is a cached answer of locate.
type pair struct {
	rec      *record
	gen      uint32
	from, to int64 // site time in Unix nanoseconds
	ip, hw   int   // positions of the identifiers in rec, -1 for none
}

const (
	// pairFor is how long a cached pair stands before it is looked at again: it
	// bounds how late a takeover of an address is noticed.
	pairFor = 30 * time.Second
	// maxPairs bounds the cache; it is emptied when full.
	maxPairs = 1 << 16
)

// where reads the place of one end from the flow and from what is claimed. A
// claimed hardware address overrides the one seen, which is a router's or a
// relay's when they differ (RFC 2131 §4.1). explicit reports whether an address
// was claimed, claimed whether anything was.
func (v *Inventory) where(ep wardround.Endpoint) (w where, explicit, claimed bool) {
	if a := plain(ep.Addr); usable(a) {
		w.addr = a
	}
	if single(ep.MAC) {
		w.mac = ep.MAC
	}
	var ip netip.Addr
	for i := range v.claims.IDs {
		c := &v.claims.IDs[i]
		if !v.mine(c.Side, c.Other) {
			continue
		}
		claimed = true
		if c.Sure < wardround.Observed {
			continue
		}
		switch c.Type {
		case kind.IDMAC:
			if m, ok := parseMAC(c.Value); ok {
				if m != w.mac && !w.mac.IsZero() {
					w.addr = netip.Addr{}
				}
				w.mac, w.proven, explicit = m, true, true
			}
		case kind.IDIP:
			if a, err := netip.ParseAddr(c.Value); err == nil && usable(plain(a)) && !ip.IsValid() {
				ip, explicit = plain(a), true
			}
		}
	}
	if ip.IsValid() && (w.proven || !w.addr.IsValid()) {
		w.addr = ip
	}
	if !w.mac.IsZero() && (!w.addr.IsValid() || linkLocal(w.addr)) {
		w.proven = true
	}
	return w, explicit, claimed || v.claimedOther()
}

// claimedOther reports whether attributes, a kind or a protocol are claimed of
// the side.
func (v *Inventory) claimedOther() bool {
	c := &v.claims
	for i := range c.Attrs {
		if v.mine(c.Attrs[i].Side, c.Attrs[i].Other) {
			return true
		}
	}
	for i := range c.Kinds {
		if v.mine(c.Kinds[i].Side, c.Kinds[i].Other) {
			return true
		}
	}
	for i := range c.Speaks {
		if c.Speaks[i].Side == v.side {
			return true
		}
	}
	return false
}

// cached returns the asset at w if that was found out lately, and keeps its
// identifiers fresh.
func (v *Inventory) cached(w where) *record {
	p, ok := v.pairs[w]
	if !ok || p.gen != v.gen {
		return nil
	}
	if at := v.o.At.UnixNano(); at < p.from || at > p.to {
		return nil
	}
	for _, i := range [...]int{p.ip, p.hw} {
		if i >= 0 {
			v.freshen(p.rec, &p.rec.Identifiers[i])
		}
	}
	return p.rec
}

func (v *Inventory) cache(w where, r *record) {
	if r.crowd {
		return
	}
	if len(v.pairs) >= maxPairs {
		clear(v.pairs)
	}
	p := pair{rec: r, gen: v.gen, ip: -1, hw: -1, from: v.o.At.UnixNano()}
	p.to = p.from + int64(pairFor)
	if w.addr.IsValid() {
		p.ip = r.findAddr(w.addr)
	}
	if !w.mac.IsZero() {
		p.hw = r.find(kind.IDMAC, w.mac.String())
	}
	v.pairs[w] = p
}
