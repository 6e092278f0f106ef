package inventory

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// merge makes other an alias of r. The row of other stays, with what it was known
// by, so that a split can undo it; its history keeps its subject.
func (v *Inventory) merge(r, other *record, by string) {
	r, other = r.survivor(), other.survivor()
	if r == nil || other == nil || r == other || r.crowd || other.crowd {
		return
	}
	other.into = r
	other.MergedInto = r.ID
	v.gen++
	v.mark(other)
	v.mark(r)
	r.Aliases = append(append(r.Aliases, other.ID), other.Aliases...)
	if other.First.Before(r.First) {
		r.First = other.First
	}
	if other.Last.After(r.Last) {
		r.Last = other.Last
	}
	for _, id := range other.Identifiers {
		v.adopt(r, other, id)
	}
	v.inheritFrom(r, other)
	for name, a := range other.Attributes { // order does not matter: names are distinct
		v.adoptAttribute(r, name, a)
	}
	for _, p := range other.Speaks {
		v.speaks(r, p)
	}
	if r.Kind == 0 && other.Kind != 0 {
		r.Kind, r.KindReason = other.Kind, other.KindReason
	}
	r.behind += other.behind
	v.mergeGateways(r, other)
	r.shared = r.shared || other.shared
	v.relink(r, other)
	v.lists.stale()
	v.withdraw(other.ID, func(p *wardround.Proposal) bool {
		return p.Asset == other.ID || p.Other == other.ID && (p.Kind != "merge" || p.Asset == r.ID)
	}, "merged by "+by)
}

// mergeGateways keeps one gateway for r, which is never r itself.
func (v *Inventory) mergeGateways(r, other *record) {
	mine, others := v.byID[r.Gateway].survivor(), v.byID[other.Gateway].survivor()
	if mine == r { // other spoke for r
		r.Gateway, mine = "", nil
		r.behind--
	}
	switch {
	case others == nil:
	case others == r, mine != nil: // r spoke for other, or there is one gateway already
		others.behind--
	default:
		r.Gateway = other.Gateway
	}
}

// inheritFrom takes over what other does for a patient.
func (v *Inventory) inheritFrom(r, other *record) {
	_, own := r.Attributes[attrCriticality]
	if _, others := other.Attributes[attrCriticality]; others && !own && other.Criticality == r.Criticality {
		r.CriticalityReason = other.CriticalityReason // r had it of what it served
	}
	if !v.saidField(r, attrCriticality) && other.Criticality > r.Criticality {
		v.setCriticality(r, other.Criticality, other.CriticalityReason)
	}
}

// adopt moves one identifier of other to r.
func (v *Inventory) adopt(r, other *record, id wardround.Identifier) {
	t := kind.IDType(id.Type)
	a, isAddr := addrOf(&id)
	held := isAddr && v.holders[a] == other
	v.unindex(other, t, id.Value)
	if held {
		v.holders[a] = r
	}
	if i := r.find(t, id.Value); i >= 0 {
		have := &r.Identifiers[i]
		if id.First.Before(have.First) {
			have.First = id.First
		}
		if id.Last.After(have.Last) {
			have.Last = id.Last
		}
		if id.Confidence > have.Confidence {
			have.Confidence, have.Source = id.Confidence, id.Source
		}
	} else if i := v.room(r, t); i == len(r.Identifiers) {
		r.Identifiers = append(r.Identifiers, id)
	} else if i >= 0 {
		v.unindex(r, t, r.Identifiers[i].Value)
		r.Identifiers[i] = id
	} else {
		if held {
			delete(v.holders, a)
		}
		return
	}
	if id.Confidence < wardround.Indicated {
		return
	}
	v.index(r, t, id.Value)
	if m, ok := parseMAC(id.Value); ok && t == kind.IDMAC {
		if h := v.macs[m]; h != nil && h.rec == nil && !h.router {
			h.rec = r
		}
	}
}

func (v *Inventory) adoptAttribute(r *record, name string, a wardround.Attribute) {
	old, ok := r.Attributes[name]
	if ok && old.Confidence >= a.Confidence || !ok && len(r.Attributes) >= maxAttributes || name == attrReplaces {
		return
	}
	if r.Attributes == nil {
		r.Attributes = map[string]wardround.Attribute{}
	}
	r.Attributes[name] = a
}

// relink lets observations of other's links go on in those of r. The rows keep
// their ids and their ends.
func (v *Inventory) relink(r, other *record) {
	for _, l := range other.links {
		if k := l.key(); v.links[k] == nil {
			v.links[k] = l
		}
		if !slices.Contains(r.links, l) {
			r.links = append(r.links, l)
		}
	}
}

// split undoes a merge: other stands for itself again and takes back what it was
// known by when it was merged.
func (v *Inventory) split(other *record) {
	r := other.survivor()
	for _, l := range other.links {
		if k := l.key(); v.links[k] == l {
			delete(v.links, k)
		}
	}
	gone := append([]wardround.AssetID{other.ID}, other.Aliases...)
	for up := other.into; up != nil; up = up.into {
		up.Aliases = slices.DeleteFunc(up.Aliases, func(id wardround.AssetID) bool { return slices.Contains(gone, id) })
		v.mark(up)
	}
	other.into, other.MergedInto = nil, ""
	v.gen++
	for _, id := range other.Identifiers {
		if id.Confidence < wardround.Indicated {
			continue
		}
		t := kind.IDType(id.Type)
		v.lose(r, t, id.Value)
		v.index(other, t, id.Value)
		if m, ok := parseMAC(id.Value); ok && t == kind.IDMAC {
			if h := v.macs[m]; h != nil && h.rec == nil {
				h.rec = other
			}
		}
	}
	for _, l := range other.links {
		if k := l.key(); v.links[k] == nil {
			v.links[k] = l
		}
	}
	r.links = slices.DeleteFunc(r.links, func(l *link) bool { return l.client.survivor() != r && l.server.survivor() != r })
	r.behind = max(0, r.behind-other.behind)
	v.lists.stale()
	v.mark(other)
}
