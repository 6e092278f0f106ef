package pipeline

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// weigh looks up what is at stake for the subject and applies the severity table.
// Of several assets the gravest counts.
func (p *Pipeline) weigh(out check.Output) (wardround.Severity, string) {
	sub := out.Key.Subject
	var all []wardround.Stakes
	switch sub.Kind {
	case wardround.SubjectAsset, wardround.SubjectLink:
		for _, a := range p.subjectAssets(sub) {
			all = append(all, stakesOf(a))
		}
	case wardround.SubjectRelease:
		all = p.releaseStakes(wardround.ReleaseID(sub.ID))
	default: // sensors and sites: the base as it is
		all = []wardround.Stakes{{Criticality: wardround.Monitoring}}
	}
	var worst wardround.Severity
	var why string
	for _, st := range all {
		st.Exposure, st.Hostile = max(st.Exposure, out.Exposure), out.Hostile
		if s, w := wardround.Weigh(out.Severity, st); s > worst || why == "" {
			worst, why = s, w
		}
	}
	return worst, why
}

func stakesOf(a *wardround.Asset) wardround.Stakes {
	if a == nil {
		return wardround.Stakes{}
	}
	return wardround.Stakes{Criticality: a.Criticality, Use: a.Use, Device: a.Kind == wardround.Device}
}

// releaseStakes are those of a release's instances, each different one once; one of
// nothing known for a release that has none. How far an instance can be reached is
// part of it. They are kept for the batch: a release has many verdicts.
func (p *Pipeline) releaseStakes(id wardround.ReleaseID) []wardround.Stakes {
	if all, ok := p.stakes[id]; ok {
		return all
	}
	var all []wardround.Stakes
	for a := range p.inv.View().Instances(id) {
		st := stakesOf(a)
		st.Exposure = p.reach(a)
		if !slices.Contains(all, st) {
			all = append(all, st)
		}
	}
	if len(all) == 0 {
		all = []wardround.Stakes{{}}
	}
	p.stakes[id] = all
	return all
}

// reach is from how far away an asset's links reach it, or it reaches out.
func (p *Pipeline) reach(a *wardround.Asset) wardround.Exposure {
	view := p.inv.View()
	far := wardround.ExposedInZone
	for l := range view.Links(a.ID) {
		far = max(far, check.Between(view.Asset(l.Client), view.Asset(l.Server)))
	}
	return far
}

// subjectAssets returns the assets a subject is about, at least one: of a link, its
// ends. One that is not there is nil.
func (p *Pipeline) subjectAssets(s wardround.Subject) []*wardround.Asset {
	v := p.inv.View()
	switch s.Kind {
	case wardround.SubjectAsset:
		return []*wardround.Asset{v.Asset(wardround.AssetID(s.ID))}
	case wardround.SubjectLink:
		if l := v.Link(wardround.LinkID(s.ID)); l != nil {
			return []*wardround.Asset{v.Asset(l.Server), v.Asset(l.Client)}
		}
	}
	return []*wardround.Asset{nil}
}

// group says what the findings of a check that fold with this one share.
func (p *Pipeline) group(c *check.Check, k wardround.Key) string {
	sub := k.Subject
	switch {
	case c.Group == check.BySite:
		return "site:" + string(p.opt.Scope.Site)
	case c.Group == check.ByItem && k.Item != "" && k.Item != More:
		return itemGroup + k.Item
	case c.Group == check.BySubject, c.Group == check.ByItem, sub.Kind == wardround.SubjectRelease:
		return sub.String()
	}
	a := p.subjectAssets(sub)[0]
	switch {
	case a == nil:
		return "site:" + string(p.opt.Scope.Site)
	case c.Group == check.ByServer:
		return wardround.AssetSubject(a.ID).String()
	case a.Release != "":
		return "release:" + string(a.Release)
	}
	return "zone:" + string(a.Zone)
}

// itemGroup begins the group of a case whose findings share an item.
const itemGroup = "item:"

// titleOf is the title of a case: that of the check, and the item if it is what its
// findings share. What is under embargo is not called by its name: titles go into
// notices.
func titleOf(c *check.Check, group string, facts wardround.Facts) string {
	if item, ok := strings.CutPrefix(group, itemGroup); ok && facts["embargoed"] != true {
		return c.Title + ": " + item
	}
	return c.Title
}

// needsTwo reports whether two people decide of a finding: where a life depends on
// what it is about, or may. A release stands for its instances: without any, nobody
// lies beside it.
func (p *Pipeline) needsTwo(f *wardround.Finding) bool {
	life := func(c wardround.Criticality) bool { return c.Rank() == wardround.LifeSustaining.Rank() }
	switch f.Subject.Kind {
	case wardround.SubjectAsset, wardround.SubjectLink:
		return slices.ContainsFunc(p.subjectAssets(f.Subject), func(a *wardround.Asset) bool { return a == nil || life(a.Criticality) })
	case wardround.SubjectRelease:
		id := wardround.ReleaseID(f.Subject.ID)
		return !p.inv.View().Uninstalled(id) &&
			slices.ContainsFunc(p.releaseStakes(id), func(st wardround.Stakes) bool { return life(st.Criticality) })
	}
	return false
}
