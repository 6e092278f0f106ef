package inventory

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// proposeCriticality folds what behaviour says an asset does for a patient. It
// only raises what is known. From unknown, which counts as the highest, it goes
// to anything but administrative: taking stakes away is for a person, who is
// asked. A person is also asked to confirm what is therapeutic or life-sustaining,
// but not for each device behind a gateway.
func (v *Inventory) proposeCriticality(r *record, c kind.KindClaim) {
	old, said := r.Criticality, v.saidField(r, attrCriticality)
	ask := func() {
		if r.Gateway != "" {
			return // one of many alike, which are not asked for one by one
		}
		v.propose(wardround.Proposal{Kind: "criticality", Asset: r.ID, Field: attrCriticality, Value: c.Criticality.String(), Reason: c.Reason})
	}
	switch {
	case said && c.Criticality > old && old != wardround.CriticalityUnknown:
		ask()
	case said:
	case c.Criticality == wardround.Administrative:
		if old == wardround.CriticalityUnknown {
			ask()
		}
	case old == wardround.CriticalityUnknown || c.Criticality > old:
		v.setCriticality(r, c.Criticality, c.Reason)
		v.attribute(r, attrCriticality, c.Criticality.String(), c.Reason, min(c.Sure, wardround.Indicated))
		if c.Criticality >= wardround.Therapeutic {
			ask()
		}
	}
}

func (v *Inventory) saidField(r *record, name string) bool {
	return r.Attributes[name].Confidence == wardround.Said
}

// setCriticality sets r's criticality and passes it on to what serves r.
func (v *Inventory) setCriticality(r *record, c wardround.Criticality, reason string) {
	if r.Criticality == c && r.CriticalityReason == reason {
		return
	}
	r.Criticality, r.CriticalityReason = c, reason
	v.mark(r)
	if g := v.byID[r.Gateway].survivor(); g != nil {
		v.inherit(g, r)
	}
	if r.via != nil {
		v.inherit(r.via.survivor(), r)
	}
	for _, l := range r.links {
		v.inheritLink(l)
	}
}

// inherit raises the criticality of g to that of r, which it serves. It never
// lowers it: a pump that leaves is no reason to trust its gateway with less.
func (v *Inventory) inherit(g, r *record) {
	if g == nil || g == r || g.crowd || g.Remote || r.Criticality == wardround.CriticalityUnknown ||
		v.saidField(g, attrCriticality) || g.Criticality >= r.Criticality {
		return
	}
	reason := "serves " + r.Name() + " (" + r.Criticality.String() + ")"
	v.attribute(g, wardround.AttrServes, r.Name(), reason, wardround.Observed)
	v.setCriticality(g, r.Criticality, reason)
}

// inheritLink raises the criticality of an intermediary to that of the device it
// exchanges clinical data with, itself or through the gateway that reports for it.
func (v *Inventory) inheritLink(l *link) {
	if !l.Data.Clinical() {
		return
	}
	c, s := l.client.survivor(), l.server.survivor()
	for _, e := range [...][2]*record{{s, c}, {c, s}} {
		if between, end := e[0], e[1]; between.Kind == wardround.Intermediary && (end.Kind == wardround.Device || end.behind > 0) {
			v.inherit(between, end)
		}
	}
}

// through notes that r was seen through a router.
func (v *Inventory) through(r, router *record) {
	if r.via != router {
		r.via = router
		v.inherit(router, r)
	}
}
