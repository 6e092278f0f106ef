package inventory

import (
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

const (
	// alive is how recently a holder of an address must have spoken to keep it
	// against another claimant.
	alive = 2 * time.Minute
	// churn is how long an address must have been silent before its host is taken
	// to have moved to another one without DHCP being seen. A reboot with a new
	// lease takes minutes; two hosts behind a router rarely take turns that slowly.
	churn = 10 * time.Minute
	// flipFlop is within which time a return to an earlier holder means that an
	// address or a hardware address is shared rather than handed over.
	flipFlop = time.Hour
)

// locate finds or brings to light the asset at w. It returns nil for what does
// not exist as far as anything shows.
func (v *Inventory) locate(w where, exists, answered bool) *record {
	h := v.hardware(w.mac)
	if w.addr.IsValid() && v.remote(w, h) {
		if !exists {
			return v.remotes[netip.PrefixFrom(w.addr, w.addr.BitLen())]
		}
		return v.remoteAt(w.addr)
	}
	if !exists {
		if r := v.holders[w.addr]; r != nil {
			return r
		}
		if h != nil && !h.router {
			return h.rec
		}
		return nil
	}
	if !answered && v.holders[w.addr] == nil && (h == nil || h.rec == nil || h.router) && !v.mayBeWeak(h) {
		v.stats.AssetsBeyond++
		return v.crowdOf(v.zoneOf(w.addr))
	}
	var r *record
	switch {
	case h != nil && w.proven:
		r = v.atHardware(h, w)
	case !w.addr.IsValid():
		return nil // only a router's hardware address
	case h == nil || h.router:
		r = v.atAddress(h, w)
	default:
		r = v.atPair(h, w)
	}
	if !answered && r.Last.Equal(r.First) && r.First.Equal(v.o.At) {
		r.weak = true
	}
	return r
}

// maxWeak is how many assets may come to light from unanswered calls behind one
// hardware address, so that forged sources cannot fill the inventory.
const maxWeak = 64

func (v *Inventory) mayBeWeak(h *hardware) bool {
	n := &v.weak
	if h != nil {
		n = &h.weak
	}
	*n++
	return *n <= maxWeak
}

// atAddress finds the asset by network address alone: behind a router, or where
// hardware addresses are not seen.
func (v *Inventory) atAddress(h *hardware, w where) *record {
	r := v.holders[w.addr]
	switch {
	case r == nil:
		if r = v.claimed(w); r == nil {
			r = v.atInterface(w.addr)
		}
	case v.outlived(r, w.addr):
		old := r
		v.lose(old, kind.IDIP, w.addr.String())
		if r = v.claimed(w); r == nil {
			r = v.create(w.addr)
			v.propose(wardround.Proposal{Kind: "merge", Asset: old.ID, Other: r.ID,
				Reason: "the same address " + w.addr.String() + " after a long silence; addresses are handed on"})
		}
	}
	v.hold(r, w.addr, wardround.Observed)
	if h != nil && h.rec != nil && h.rec != r && !r.crowd {
		v.through(r, h.rec)
	}
	return r
}

// atInterface finds the asset by the hardware address inside an IPv6 address,
// which shows through routers, or brings one to light.
func (v *Inventory) atInterface(a netip.Addr) *record {
	m, ok := slaac(a)
	if !ok {
		return v.create(a)
	}
	h := v.hardware(m)
	if h == nil || h.router {
		return v.create(a)
	}
	r := h.rec
	if r == nil {
		r = v.create(a)
		v.give(h, m, r, wardround.Indicated)
	}
	return r
}

// outlived reports whether the address has been silent for so long that it alone
// no longer says that r holds it.
func (v *Inventory) outlived(r *record, a netip.Addr) bool {
	i := r.findAddr(a)
	if i < 0 || r.Identifiers[i].Confidence == wardround.Said || v.o.At.Sub(r.Identifiers[i].Last) <= v.limits.AddressLife {
		return false
	}
	for i := range v.claims.IDs {
		c := &v.claims.IDs[i]
		if !v.mine(c.Side, c.Other) || c.Type == kind.IDIP || c.Type == kind.IDMAC {
			continue
		}
		if val, ok := Normalise(c.Type, c.Value); ok && r.holds(c.Type, val) {
			return false
		}
	}
	return true
}

// atPair finds the asset by hardware and network address when neither is proven
// to belong to the other.
func (v *Inventory) atPair(h *hardware, w where) *record {
	holder := v.holders[w.addr]
	switch {
	case h.rec != nil && h.rec == holder:
	case h.rec == nil && holder == nil:
		if holder = v.claimed(w); holder == nil {
			holder = v.create(w.addr)
		}
		v.give(h, w.mac, holder, wardround.Indicated)
	case h.rec == nil && v.hardwareOf(holder) == nil && !h.suspect():
		v.give(h, w.mac, holder, wardround.Indicated)
	case h.rec == nil:
		holder = v.atForeign(h, w, holder)
	case holder == nil:
		holder = v.atNewAddress(h, w)
	case v.silent(holder, w.addr, alive) && (h.proven || v.quiet(h.rec, w.addr, churn)) && !h.suspect():
		// The host moved to an address that someone else held before.
		v.lose(holder, kind.IDIP, w.addr.String())
		holder = h.rec
	default:
		v.put(holder, kind.IDMAC, w.mac.String(), wardround.Guessed)
	}
	v.hold(holder, w.addr, wardround.Observed)
	if h.note(w.addr, v.o.At); h.forwards() {
		return v.convict(h, w)
	}
	return holder
}

// atForeign decides who speaks when an unknown hardware address uses a network
// address whose holder has another one: the holder seen through a router, or its
// successor.
func (v *Inventory) atForeign(h *hardware, w where, holder *record) *record {
	if h.suspect() || !v.silent(holder, w.addr, alive) {
		v.put(holder, kind.IDMAC, w.mac.String(), wardround.Guessed)
		return holder
	}
	r := v.claimed(w)
	if r == nil {
		r = v.create(w.addr)
	}
	v.lose(holder, kind.IDIP, w.addr.String())
	v.give(h, w.mac, r, wardround.Indicated)
	v.succeeds(r, holder, "its address "+w.addr.String()+" now belongs to other hardware")
	return r
}

// atNewAddress decides who speaks when a known hardware address uses a network
// address nobody holds: the same host with one more address, or another host
// behind a router.
func (v *Inventory) atNewAddress(h *hardware, w where) *record {
	r := h.rec
	i := r.findAddr(w.addr)
	returned := i >= 0 && v.o.At.Sub(r.Identifiers[i].Last) < flipFlop
	switch {
	case h.suspect():
	case w.addr.Is6() || !v.hasIPv4(r):
		return r // dual stack, or one more of the addresses an IPv6 host makes
	case !returned && (h.proven || v.quiet(r, w.addr, churn)):
		v.release(r, w.addr)
		return r
	}
	other := v.claimed(w)
	if other == nil {
		other = v.create(w.addr)
		v.propose(wardround.Proposal{Kind: "merge", Asset: r.ID, Other: other.ID, Field: string(kind.IDMAC), Value: w.mac.String(),
			Reason: "both use the hardware address " + w.mac.String() + ": one host with two addresses, or a router"})
	}
	v.put(other, kind.IDMAC, w.mac.String(), wardround.Guessed)
	return other
}

// release marks r's other IPv4 addresses as no longer held, after it moved to a.
func (v *Inventory) release(r *record, a netip.Addr) {
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if b, ok := addrOf(id); ok && b != a && b.Is4() && current(id) {
			v.lose(r, kind.IDIP, id.Value)
		}
	}
}

// atHardware finds the asset by a hardware address that a protocol of the link
// itself stated.
func (v *Inventory) atHardware(h *hardware, w where) *record {
	r := h.rec
	if r == nil {
		if r = v.claimed(w); r == nil {
			if holder := v.holders[w.addr]; holder != nil && v.hardwareOf(holder) == nil && !h.router {
				r = holder
			} else {
				r = v.create(w.addr)
			}
		}
	}
	v.give(h, w.mac, r, wardround.Observed)
	h.proven = true
	if w.addr.IsValid() {
		v.take(r, w.addr)
	}
	return r
}

// take gives a proven network address to r, unless another asset with its own
// hardware address is still using it.
func (v *Inventory) take(r *record, a netip.Addr) {
	holder := v.holders[a]
	switch {
	case holder == nil || holder == r:
	case v.hardwareOf(holder) == nil && v.placeholder(holder):
		v.merge(r, holder, source)
	case v.silent(holder, a, alive) || v.hardwareOf(holder) == nil:
		v.lose(holder, kind.IDIP, a.String())
		v.succeeds(r, holder, "its address "+a.String()+" now belongs to other hardware")
	default:
		v.put(r, kind.IDIP, a.String(), wardround.Guessed)
		return
	}
	v.hold(r, a, wardround.Observed)
}

// hold makes r the holder of a network address.
func (v *Inventory) hold(r *record, a netip.Addr, sure wardround.Confidence) {
	if r.crowd {
		return
	}
	if old := v.holders[a]; old != r {
		if old != nil {
			v.lose(old, kind.IDIP, a.String())
		}
		v.holders[a] = r
	}
	i := r.findAddr(a)
	if i >= 0 && r.Identifiers[i].Confidence >= sure {
		v.freshen(r, &r.Identifiers[i])
		return
	}
	v.put(r, kind.IDIP, a.String(), sure)
	v.rezone(r)
}
