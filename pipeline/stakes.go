package pipeline

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// weigh looks up what is at stake for the subject and applies the severity table.
func (p *Pipeline) weigh(out check.Output) (wardround.Severity, string) {
	sub := out.Key.Subject
	if sub.Kind != wardround.SubjectAsset && sub.Kind != wardround.SubjectLink {
		// Sensors and sites: the base as it is.
		return wardround.Weigh(out.Severity, wardround.Stakes{Criticality: wardround.Monitoring, Exposure: out.Exposure, Hostile: out.Hostile})
	}
	var worst wardround.Severity
	var why string
	for _, a := range p.subjectAssets(sub) {
		st := wardround.Stakes{Exposure: out.Exposure, Hostile: out.Hostile}
		if a != nil {
			st.Criticality, st.Use, st.Device = a.Criticality, a.Use, a.Kind == wardround.Device
		}
		if s, w := wardround.Weigh(out.Severity, st); s > worst || why == "" {
			worst, why = s, w
		}
	}
	return worst, why
}

// subjectAssets returns the assets a subject is about, at least one: of a link, its
// ends. One that is not there is nil.
func (p *Pipeline) subjectAssets(s wardround.Subject) []*wardround.Asset {
	v := p.inv.View()
	if s.Kind == wardround.SubjectAsset {
		return []*wardround.Asset{v.Asset(wardround.AssetID(s.ID))}
	}
	if l := v.Link(wardround.LinkID(s.ID)); s.Kind == wardround.SubjectLink && l != nil {
		return []*wardround.Asset{v.Asset(l.Server), v.Asset(l.Client)}
	}
	return []*wardround.Asset{nil}
}

// group says what the findings of a check that fold with this one share.
func (p *Pipeline) group(c *check.Check, sub wardround.Subject) string {
	switch c.Group {
	case check.BySite:
		return "site:" + string(p.opt.Scope.Site)
	case check.BySubject:
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

// needsTwo reports whether two people decide of a finding: where a life depends on
// what it is about, or may.
func (p *Pipeline) needsTwo(f *wardround.Finding) bool {
	if f.Subject.Kind != wardround.SubjectAsset && f.Subject.Kind != wardround.SubjectLink {
		return false
	}
	for _, a := range p.subjectAssets(f.Subject) {
		if a == nil || a.Criticality.Rank() == wardround.LifeSustaining.Rank() {
			return true
		}
	}
	return false
}
