package inventory

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// The states of a proposal.
const (
	open     = "open"
	accepted = "accepted"
	rejected = "rejected"
)

// propose raises a question. One that was raised before, whatever came of it, is
// not raised again.
func (v *Inventory) propose(p wardround.Proposal) {
	p.ID = wardround.DeriveID("p", string(v.scope.Org), string(v.scope.Site), p.Kind, string(p.Asset), string(p.Other), p.Field, p.Value)
	if v.proposals[p.ID] != nil {
		return
	}
	if v.stats.Proposals >= v.limits.Proposals || len(v.proposals) >= 4*v.limits.Proposals {
		v.stats.ProposalsBeyond++
		return
	}
	p.Scope, p.At, p.State = v.scope, v.o.At, open
	v.proposals[p.ID] = &p
	v.ask(&p)
	v.tell(&p)
}

// replaces asks whether r stands in for old: what a person said of old would then
// hold for r.
func (v *Inventory) replaces(r, old *record, reason string) {
	if r == old || r.crowd || old.crowd || !worth(old) {
		return
	}
	v.propose(wardround.Proposal{Kind: "attribute", Asset: r.ID, Other: old.ID, Field: attrReplaces, Value: string(old.ID),
		Reason: reason})
}

// succeeds asks whether r stands in for old, because it has old's address now. A
// host that has another address itself was not replaced: addresses are handed on.
func (v *Inventory) succeeds(r, old *record, reason string) {
	if !v.hasIPv4(old) {
		v.replaces(r, old, reason)
	}
}

// worth reports whether there is anything to take over from old.
func worth(old *record) bool {
	if old.Attr(wardround.AttrRole) != "" || old.Kind != 0 {
		return true
	}
	for i := range old.Identifiers {
		if t := kind.IDType(old.Identifiers[i].Type); t != kind.IDIP && t != kind.IDMAC {
			return true
		}
	}
	for _, a := range old.Attributes {
		if a.Confidence == wardround.Said {
			return true
		}
	}
	return false
}

// withdraw closes open questions about an asset that answered themselves.
func (v *Inventory) withdraw(id wardround.AssetID, which func(*wardround.Proposal) bool, why string) {
	for _, p := range append([]*wardround.Proposal(nil), v.asked[id]...) {
		if which(p) {
			v.decide(p, rejected, source+": "+why)
		}
	}
}

func (v *Inventory) decide(p *wardround.Proposal, state, by string) {
	p.State, p.By = state, by
	v.stats.Proposals--
	for _, id := range [...]wardround.AssetID{p.Asset, p.Other} {
		left := slices.DeleteFunc(v.asked[id], func(q *wardround.Proposal) bool { return q == p })
		if v.asked[id] = left; len(left) == 0 {
			delete(v.asked, id)
		}
	}
	v.tell(p)
}

// ask makes an open question findable by its assets.
func (v *Inventory) ask(p *wardround.Proposal) {
	v.stats.Proposals++
	v.asked[p.Asset] = append(v.asked[p.Asset], p)
	if p.Other != "" && p.Other != p.Asset {
		v.asked[p.Other] = append(v.asked[p.Other], p)
	}
}

func (v *Inventory) tell(p *wardround.Proposal) {
	if !slices.Contains(v.changed.proposals, p) {
		v.changed.proposals = append(v.changed.proposals, p)
	}
}
