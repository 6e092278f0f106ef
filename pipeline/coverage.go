package pipeline

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// coverage counts, for one asset and concern, the checks that should judge it and
// what they said of it, under any id that it had, and of its links.
func (p *Pipeline) coverage(id wardround.AssetID, concern wardround.Concern) check.Coverage {
	view := p.inv.View()
	a := view.Asset(id)
	if a == nil {
		return check.Coverage{}
	}
	said := check.Answers{}
	add := func(s wardround.Subject) {
		for _, r := range p.rows.by[s] {
			said.Add(r.v.Check, r.v.State, r.v.Severity)
		}
	}
	add(wardround.AssetSubject(a.ID))
	for _, alias := range a.Aliases {
		add(wardround.AssetSubject(alias))
	}
	for l := range view.Links(a.ID) {
		add(wardround.LinkSubject(l.ID))
	}
	return said.Coverage(a, view.Links(a.ID), concern, p.opt.Checks, nil)
}
