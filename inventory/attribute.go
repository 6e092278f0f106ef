package inventory

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// maxAttributes bounds the attributes of one asset.
const maxAttributes = 48

// attribute notes a property of r. A surer statement replaces a less sure one, a
// newer one an equally sure one; what a person said stays, and what contradicts
// it is proposed.
func (v *Inventory) attribute(r *record, name, value, reason string, sure wardround.Confidence) {
	if value == "" || name == "" || r.crowd {
		return
	}
	if len(value) > maxValue || len(name) > maxValue {
		v.stats.IdentifiersBeyond++
		return
	}
	old, ok := r.Attributes[name]
	switch {
	case ok && old.Value == value && old.Confidence >= sure:
		return
	case ok && old.Confidence == wardround.Said && sure < wardround.Said:
		if old.Value != value && sure >= wardround.Observed && telltale[name] {
			v.propose(wardround.Proposal{Kind: "attribute", Asset: r.ID, Field: name, Value: value,
				Reason: "seen in " + v.o.Kind + "; a person said " + old.Value})
		}
		return
	case ok && old.Confidence > sure:
		return
	case !ok && len(r.Attributes) >= maxAttributes:
		v.stats.IdentifiersBeyond++
		return
	case ok && old.Value != value && old.At.After(v.o.At):
		return // a late observation tells of an earlier state
	}
	if r.Attributes == nil {
		r.Attributes = map[string]wardround.Attribute{}
	}
	r.Attributes[name] = wardround.Attribute{Value: value, Source: v.source(), Reason: reason, At: v.o.At, Confidence: sure}
	v.mark(r)
}

// telltale are the attributes whose contradiction a person should look at.
var telltale = map[string]bool{
	wardround.AttrMaker: true, wardround.AttrModel: true, wardround.AttrSerial: true,
	wardround.AttrSoftware: true, wardround.AttrRole: true,
}

// propositionOf folds what behaviour proposes an asset to be. It is applied with
// the confidence of a proposal; what a person said stays, and what contradicts it
// becomes a question.
func (v *Inventory) propositionOf(r *record, c kind.KindClaim) {
	if r.crowd {
		return
	}
	sure := min(c.Sure, wardround.Indicated)
	if c.Kind != 0 {
		v.proposeField(r, attrKind, c.Kind.String(), c.Reason, sure)
		if a := r.Attributes[attrKind]; a.Value == c.Kind.String() && r.Kind != c.Kind {
			r.Kind, r.KindReason = c.Kind, c.Reason
			v.mark(r)
			for _, l := range r.links {
				v.inheritLink(l)
			}
		}
	}
	if c.Role != "" {
		v.proposeField(r, wardround.AttrRole, c.Role, c.Reason, sure)
	}
	if c.Criticality != wardround.CriticalityUnknown {
		v.proposeCriticality(r, c)
	}
}

// proposeField applies a proposed value unless something surer is known. Among
// equally sure ones the first stays, so that a host with two functions does not
// change its kind with each message.
func (v *Inventory) proposeField(r *record, name, value, reason string, sure wardround.Confidence) {
	old, ok := r.Attributes[name]
	switch {
	case ok && old.Confidence == wardround.Said:
		if old.Value != value && sure >= wardround.Indicated {
			v.propose(wardround.Proposal{Kind: name, Asset: r.ID, Field: name, Value: value,
				Reason: reason + "; a person said " + old.Value})
		}
	case ok && old.Confidence >= sure:
	default:
		v.attribute(r, name, value, reason, sure)
	}
}
