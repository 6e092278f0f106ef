package inventory

import (
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// behind resolves the assets that an end speaks for.
func (v *Inventory) behind(src, dst *record) {
	if len(v.claims.Others) == 0 {
		return
	}
	found := make([]wardround.AssetID, len(v.claims.Others), len(v.claims.Others)+len(v.res.Others))
	v.side = kind.Other
	for i, c := range v.claims.Others {
		v.other = i
		via := src
		switch c.Via {
		case kind.Dst:
			via = dst
		case kind.Nobody:
			via = nil
		}
		via = via.survivor()
		if r := v.spokenFor(via); r != nil {
			r.seen(v, v.o.At)
			if via != nil && r != via {
				v.setGateway(r, via)
			}
			found[i] = v.fold(r, where{}).id()
		}
	}
	v.tie(found)
	v.res.Others = append(found, v.res.Others...)
}

// tie joins assets that are no ends of the flow.
func (v *Inventory) tie(found []wardround.AssetID) {
	for _, t := range v.claims.Ties {
		from, to := v.byID[found[t.From]].survivor(), v.byID[found[t.To]].survivor()
		switch {
		case from == nil || to == nil || from == to || from.crowd || to.crowd:
		case t.Protocol == "":
			v.setGateway(to, from)
			if to.Zone == "" && from.Zone != "" {
				to.Zone = from.Zone
				v.mark(to)
			}
		default:
			v.link(from, to, kind.LinkClaim{Protocol: t.Protocol})
		}
	}
}

// spokenFor finds the asset behind via that the claims being resolved describe.
// An identifier that is not unique holds only within one intermediary.
func (v *Inventory) spokenFor(via *record) *record {
	any, apart := false, false
	for _, unique := range [...]bool{true, false} {
		for i := range v.claims.IDs {
			c := &v.claims.IDs[i]
			if !v.mine(c.Side, c.Other) || c.Sure < wardround.Indicated {
				continue
			}
			val, ok := Normalise(c.Type, c.Value)
			if !ok {
				continue
			}
			any, apart = true, apart || ruleOf(c.Type).apart
			if r := v.lookup(idKey{c.Type, val}, unique, via); r != nil {
				return r
			}
		}
	}
	if via == nil && any && apart {
		if r := v.create(netip.Addr{}); !r.crowd {
			return r
		}
		return nil
	}
	if !any || via == nil || via.crowd || via.Remote || via.behind >= v.limits.Behind {
		if any && via != nil {
			v.stats.AssetsBeyond++
		}
		return nil
	}
	r := v.create(netip.Addr{})
	if r.crowd {
		return nil
	}
	r.Zone = via.Zone
	return r
}

// apart reports whether the asset being resolved is no end of a flow, nor behind one.
func (v *Inventory) apart() bool {
	return v.side == kind.Other && v.claims.Others[v.other].Via == kind.Nobody
}

func (v *Inventory) lookup(k idKey, unique bool, via *record) *record {
	if k.typ == kind.IDMAC {
		if m, ok := parseMAC(k.value); ok && unique {
			if h := v.macs[m]; h != nil && !h.router {
				return h.rec
			}
		}
		return nil
	}
	if k.typ == kind.IDIP {
		if a, err := netip.ParseAddr(k.value); err == nil && !unique {
			if r := v.holders[a]; r != nil && !r.Remote {
				return r
			}
		}
		return nil
	}
	if ruleOf(k.typ).unique {
		if unique {
			return v.owners[k]
		}
		return nil
	}
	if all := v.bearers[k]; !unique && v.apart() && len(all) == 1 && !all[0].Remote {
		return all[0]
	}
	if !unique && via != nil {
		for _, r := range v.bearers[k] {
			if r.Gateway == via.ID {
				return r
			}
		}
	}
	return nil
}

// setGateway notes that via speaks for r.
func (v *Inventory) setGateway(r, via *record) {
	if via == nil || r == via || r.crowd || via.Remote {
		return
	}
	if r.Gateway == via.ID {
		r.reported = v.o.At
	} else if v.nearer(r, via) {
		for g := via; g != nil; g = v.byID[g.Gateway].survivor() {
			if g == r {
				return // r speaks for via already
			}
		}
		if old := v.byID[r.Gateway].survivor(); old != nil {
			old.behind--
		}
		r.Gateway, r.reported = via.ID, v.o.At
		via.behind++
		v.mark(r)
		v.reports(via, r)
	}
	if g := v.byID[r.Gateway].survivor(); g != nil {
		v.inherit(g, r)
	}
}

// nearer reports whether via is to be r's gateway instead of the one it has. What
// an interface engine passes on names the same devices as the gateway that sent
// it: the one that feeds the other is nearer. Otherwise the first stays, until it
// has not reported r for an hour.
func (v *Inventory) nearer(r, via *record) bool {
	if v.saidField(r, attrGateway) {
		return false
	}
	old := v.byID[r.Gateway].survivor()
	switch {
	case old == nil:
		return true
	case old == via || v.pairCount[[2]*record{old, via}] > 0:
		return false
	case v.pairCount[[2]*record{via, old}] > 0:
		return true
	}
	return v.o.At.Sub(r.reported) > flipFlop
}

// reports says what via is that reports for r. Who reports for two devices is an
// intermediary; who reports for one may be that device itself, which is asked.
func (v *Inventory) reports(via, r *record) {
	if r.Kind == wardround.Model {
		return // who runs a model is not taken for it
	}
	const one = "reports for this one device only: it is that device, or its gateway"
	if via.behind == 1 && !via.shared {
		// A device seen by itself is not its gateway, and who speaks for two at once
		// has shown it.
		if r.current(kind.IDMAC) == nil && len(v.claims.Others) < 2 {
			v.propose(wardround.Proposal{Kind: "merge", Asset: via.ID, Other: r.ID, Field: attrGateway, Value: string(r.ID), Reason: via.Name() + " " + one})
		}
		return
	}
	if via.Attributes[wardround.AttrSpeaksFor].Value == "" {
		v.attribute(via, wardround.AttrSpeaksFor, forDevices, "other devices are reported by it", wardround.Observed)
		v.withdraw(via.ID, func(p *wardround.Proposal) bool { return p.Kind == "merge" && p.Field == attrGateway },
			"it reports for several devices")
	}
	v.propositionOf(via, kind.KindClaim{Kind: wardround.Intermediary, Role: "gateway", Reason: "reports for several devices", Sure: wardround.Indicated})
	for _, l := range via.links {
		v.inheritLink(l)
	}
}

// speakFor notes that g speaks for the device with the unique identifier k, whose
// asset is owner or, if nil, comes to light now.
func (v *Inventory) speakFor(g, owner *record, k idKey) {
	if owner == nil {
		if g.behind >= v.limits.Behind {
			v.stats.AssetsBeyond++
			return
		}
		if owner = v.create(netip.Addr{}); owner.crowd {
			return
		}
		owner.Zone = g.Zone
	}
	owner.seen(v, v.o.At)
	v.put(owner, k.typ, k.value, wardround.Observed)
	v.setGateway(owner, g)
	v.res.Others = append(v.res.Others, owner.ID)
}

// share makes r an intermediary: the device it was taken for moves to an asset of
// its own behind it.
func (v *Inventory) share(r *record, reason string) {
	r.shared = true
	v.gen++
	v.attribute(r, wardround.AttrSpeaksFor, forAddress, reason, wardround.Observed)
	v.propositionOf(r, kind.KindClaim{Kind: wardround.Intermediary, Role: "gateway", Reason: reason, Sure: wardround.Indicated})
	var moved []wardround.Identifier
	for i := range r.Identifiers {
		id := r.Identifiers[i]
		if ruleOf(kind.IDType(id.Type)).single && id.Confidence >= wardround.Indicated && id.Confidence != wardround.Said {
			moved = append(moved, id)
		}
	}
	if len(moved) == 0 {
		return
	}
	d := v.create(netip.Addr{})
	if d.crowd {
		return
	}
	d.Zone = r.Zone
	for _, id := range moved {
		v.lose(r, kind.IDType(id.Type), id.Value)
		d.Identifiers = append(d.Identifiers, id)
		v.index(d, kind.IDType(id.Type), id.Value)
		d.First, d.Last = id.First, id.Last
	}
	v.setGateway(d, r)
}

// shareAddress brings to light the intermediary at an address where a and b take
// turns.
func (v *Inventory) shareAddress(a, b *record, addr netip.Addr) *record {
	g := v.create(addr)
	if g.crowd {
		return a
	}
	v.lose(a, kind.IDIP, addr.String())
	v.lose(b, kind.IDIP, addr.String())
	v.hold(g, addr, wardround.Observed)
	v.share(g, "several devices identify themselves at its address")
	v.setGateway(a, g)
	v.withdraw(a.ID, func(p *wardround.Proposal) bool {
		return p.Field == attrReplaces && (p.Asset == a.ID && p.Other == b.ID || p.Asset == b.ID && p.Other == a.ID)
	}, "both are still there, behind one address")
	return g
}
