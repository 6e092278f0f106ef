package inventory

import (
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// mine reports whether a claim is about the end, or the asset behind one, that is
// being resolved.
func (v *Inventory) mine(s kind.Side, other int) bool {
	return s == v.side && (s != kind.Other || other == v.other)
}

// fold adds what is claimed of one end to its asset, and returns the asset that
// the claims turn out to be about.
func (v *Inventory) fold(r *record, w where) *record {
	// What names one device comes first: it says whose the rest is.
	for i := range v.claims.IDs {
		c := &v.claims.IDs[i]
		if !v.mine(c.Side, c.Other) || c.Sure < wardround.Observed || !ruleOf(c.Type).unique {
			continue
		}
		if val, ok := Normalise(c.Type, c.Value); ok {
			r = v.foldUnique(r, w, idKey{c.Type, val}, ruleOf(c.Type))
		}
	}
	for i := range v.claims.IDs {
		c := &v.claims.IDs[i]
		if !v.mine(c.Side, c.Other) || c.Type == kind.IDMAC {
			continue
		}
		val, ok := Normalise(c.Type, c.Value)
		if !ok {
			v.stats.IdentifiersBeyond++
			continue
		}
		switch rule := ruleOf(c.Type); {
		case c.Type == kind.IDIP:
			v.claimAddress(r, val, c.Sure, w)
		case rule.unique && c.Sure < wardround.Observed:
			v.put(r, c.Type, val, wardround.Guessed)
		case !rule.unique:
			v.support(r, idKey{c.Type, val}, min(c.Sure, wardround.Observed), rule)
		}
	}
	for i := range v.claims.Attrs {
		if c := &v.claims.Attrs[i]; v.mine(c.Side, c.Other) {
			v.attribute(r, c.Name, c.Value, "", min(c.Sure, wardround.Observed))
		}
	}
	for i := range v.claims.Kinds {
		if c := &v.claims.Kinds[i]; v.mine(c.Side, c.Other) {
			v.propositionOf(r, *c)
		}
	}
	if v.side != kind.Other {
		for i := range v.claims.Speaks {
			if c := &v.claims.Speaks[i]; c.Side == v.side {
				v.speaks(r, c.Protocol)
			}
		}
	}
	return r
}

// claimAddress folds a network address claimed besides the one seen.
func (v *Inventory) claimAddress(r *record, val string, sure wardround.Confidence, w where) {
	a, err := netip.ParseAddr(val)
	if err != nil || a == w.addr || sure < wardround.Observed || r.Remote || r.router || v.side == kind.Other {
		return
	}
	if r.holds(kind.IDIP, val) {
		v.put(r, kind.IDIP, val, wardround.Observed)
		return
	}
	if holder := v.holders[a]; holder == nil || holder == r {
		v.hold(r, a, wardround.Observed)
	} else if !holder.Remote {
		v.take(r, a)
	}
}

// support folds an identifier that supports but does not decide. Where it is new
// to r and exactly one other asset carries it, that one may have become r.
func (v *Inventory) support(r *record, k idKey, sure wardround.Confidence, rule rule) {
	known := r.find(k.typ, k.value) >= 0
	if !known && rule.suggests && sure >= wardround.Indicated && !r.Remote {
		v.suggest(r, k)
	}
	v.put(r, k.typ, k.value, sure)
}

func (v *Inventory) suggest(r *record, k idKey) {
	all := v.bearers[k]
	if len(all) != 1 {
		return
	}
	old := all[0]
	if old == r || old.Remote || old.crowd || r.crowd || v.o.At.Sub(old.Last) < alive || r.Gateway != old.Gateway && k.typ != kind.IDHL7Device {
		return
	}
	if a, b := v.universal(old), v.universal(r); a != "" && b != "" && a != b || contradict(old, r) {
		v.replaces(r, old, "it carries the "+string(k.typ)+" "+k.value+" and is another device")
		return
	}
	v.propose(wardround.Proposal{Kind: "merge", Asset: old.ID, Other: r.ID,
		Reason: "the same " + string(k.typ) + " " + k.value + ", and " + old.Name() + " has been silent since"})
}

// contradict reports whether a and b carry different identifiers of a type of
// which a device has one.
func contradict(a, b *record) bool {
	for i := range a.Identifiers {
		id := &a.Identifiers[i]
		t := kind.IDType(id.Type)
		if id.Confidence < wardround.Indicated || !ruleOf(t).single {
			continue
		}
		if other := b.current(t); other != nil && other.Value != id.Value && !b.holds(t, id.Value) {
			return true
		}
	}
	return false
}

// universal returns the registered hardware address that identifies r, "" if none does.
func (v *Inventory) universal(r *record) string {
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Type != string(kind.IDMAC) || id.Confidence < wardround.Indicated {
			continue
		}
		if m, ok := parseMAC(id.Value); ok && !v.localMAC(m) {
			if h := v.macs[m]; h == nil || !h.router {
				return id.Value
			}
		}
	}
	return ""
}

// claimed returns the known asset that a claimed unique identifier names, nil if
// none does or if that one is busy elsewhere.
func (v *Inventory) claimed(w where) *record {
	for i := range v.claims.IDs {
		c := &v.claims.IDs[i]
		rule := ruleOf(c.Type)
		if !v.mine(c.Side, c.Other) || !(rule.unique && c.Sure >= wardround.Observed || c.Type == kind.IDDHCPClient && c.Sure >= wardround.Indicated) {
			continue
		}
		val, ok := Normalise(c.Type, c.Value)
		if !ok {
			continue
		}
		k := idKey{c.Type, val}
		if rule.unique {
			if r := v.owners[k]; r != nil && !r.Remote && !v.elsewhere(r, w) {
				v.leave(r, w.addr)
				return r
			}
			continue
		}
		// A telephone that changes its hardware address keeps its DHCP client id,
		// unless that is made from the hardware address (RFC 2132 §9.14, type 1).
		if all := v.bearers[k]; len(all) == 1 && v.localMAC(w.mac) && len(val) > 16 &&
			v.universal(all[0]) == "" && v.o.At.Sub(all[0].Last) > alive {
			return all[0]
		}
	}
	return nil
}

// elsewhere reports whether r is active under registered hardware other than w's.
func (v *Inventory) elsewhere(r *record, w where) bool {
	h := v.macs[w.mac]
	if w.mac.IsZero() || h != nil && h.router || v.o.At.Sub(r.Last) > alive {
		return false
	}
	m := v.universal(r)
	return m != "" && m != w.mac.String()
}

// leave marks the IPv4 addresses that r no longer uses as no longer held, when it
// turns up at another one.
func (v *Inventory) leave(r *record, a netip.Addr) {
	if !a.Is4() {
		return
	}
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if b, ok := addrOf(id); ok && b != a && b.Is4() && current(id) && v.o.At.Sub(id.Last) > 0 {
			v.lose(r, kind.IDIP, id.Value)
		}
	}
}

// current reports whether an identifier is held now, as far as was seen. What a
// person said of an address holds until another asset is seen with it.
func current(id *wardround.Identifier) bool {
	return id.Confidence >= wardround.Indicated && id.Confidence < wardround.Said
}

// foldUnique folds an identifier that names one device, and returns the asset
// that the end turns out to be.
func (v *Inventory) foldUnique(r *record, w where, k idKey, rule rule) *record {
	owner := v.owners[k]
	mine := r.current(k.typ)
	hardware := !w.mac.IsZero() && v.macs[w.mac] != nil && v.macs[w.mac].rec == r && !v.macs[w.mac].router
	switch {
	case r.Remote: // what the world says of itself identifies nothing here
		v.put(r, k.typ, k.value, wardround.Guessed)
	case owner == r, owner == nil && (!rule.single || mine == nil) && !r.shared:
		v.put(r, k.typ, k.value, wardround.Observed)
	case v.side == kind.Other:
		v.put(r, k.typ, k.value, wardround.Guessed)
	case r.shared:
		v.speakFor(r, owner, k)
	case owner == nil && hardware:
		// One network card, two serial numbers: it speaks for several devices.
		v.share(r, "several devices identify themselves at its hardware address")
		v.speakFor(r, nil, k)
	case owner == nil:
		n := v.create(w.addr)
		if n.crowd {
			return r
		}
		v.before.restore(r)
		v.lose(r, kind.IDIP, w.addr.String())
		v.hold(n, w.addr, wardround.Observed)
		v.succeeds(n, r, "another "+string(k.typ)+" at its address "+w.addr.String())
		v.put(n, k.typ, k.value, wardround.Observed)
		return n
	case v.placeholder(r) && !v.elsewhere(owner, w):
		v.leave(owner, w.addr)
		v.merge(owner, r, source)
		v.put(owner, k.typ, k.value, wardround.Observed)
		return owner
	case hardware && rule.single && mine != nil:
		v.share(r, "several devices identify themselves at its hardware address")
		v.speakFor(r, owner, k)
	case hardware || !w.addr.IsValid():
		v.put(r, k.typ, k.value, wardround.Guessed)
		v.propose(wardround.Proposal{Kind: "merge", Asset: owner.ID, Other: r.ID,
			Reason: "both identify themselves by " + string(k.typ) + " " + k.value + ", on different hardware"})
	case v.returned(owner, w.addr):
		// Two devices take turns at one address: something speaks for both.
		g := v.shareAddress(r, owner, w.addr)
		v.speakFor(g, owner, k)
		return g
	default:
		v.before.restore(r)
		v.lose(r, kind.IDIP, w.addr.String())
		v.leave(owner, w.addr)
		v.hold(owner, w.addr, wardround.Observed)
		v.put(owner, k.typ, k.value, wardround.Observed)
		owner.seen(v, v.o.At)
		return owner
	}
	return r
}

// returned reports whether r held the address before and lost it lately.
func (v *Inventory) returned(r *record, a netip.Addr) bool {
	i := r.findAddr(a)
	return i >= 0 && v.o.At.Sub(r.Identifiers[i].Last) < flipFlop
}

// placeholder reports whether nothing but its place in the network identifies r,
// and no person spoke of it.
func (v *Inventory) placeholder(r *record) bool {
	if r.shared || r.router || r.crowd || r.Remote || r.behind > 0 || r.Gateway != "" {
		return false
	}
	for i := range r.Identifiers {
		id := &r.Identifiers[i]
		if id.Confidence == wardround.Said || id.Confidence >= wardround.Indicated && ruleOf(kind.IDType(id.Type)).unique {
			return false
		}
	}
	for _, a := range r.Attributes {
		if a.Confidence == wardround.Said {
			return false
		}
	}
	return true
}

// before is when the holder of an address was last seen before the observation
// being resolved, which may turn out not to be about it.
type before struct {
	rec       *record
	last, use time.Time
	place     int
}

func (b *before) note(r *record, a netip.Addr) {
	if b.rec = r; r == nil {
		return
	}
	if b.last, b.place = r.Last, r.findAddr(a); b.place >= 0 {
		b.use = r.Identifiers[b.place].Last
	}
}

// restore takes back that r was seen now.
func (b *before) restore(r *record) {
	if b.rec != r {
		return
	}
	r.Last = b.last
	if b.place >= 0 {
		r.Identifiers[b.place].Last = b.use
	}
}
