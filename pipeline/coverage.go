package pipeline

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// coverage counts, for one asset and concern, the checks that should judge it and
// what they said.
func (p *Pipeline) coverage(id wardround.AssetID, concern wardround.Concern) check.Coverage {
	var cov check.Coverage
	a := p.inv.View().Asset(id)
	if a == nil {
		return cov
	}
	worst := map[string]wardround.State{}
	for _, r := range p.rows.by[wardround.AssetSubject(a.ID)] {
		c := p.checkOf(r.v.Check)
		if c == nil || c.Concern != concern {
			continue
		}
		s := r.v.State
		if old, ok := worst[c.ID]; ok {
			s = old.Worse(s)
		}
		worst[c.ID] = s
		if r.v.State == wardround.Fail {
			cov.Worst = max(cov.Worst, r.v.Severity)
		}
	}
	for _, c := range p.opt.Checks {
		if c.Concern != concern {
			continue
		}
		s, judged := worst[c.ID]
		if !judged && !c.AppliesTo(a) {
			continue
		}
		cov.Applicable++
		switch {
		case judged && s == wardround.Fail:
			cov.Failing++
			cov.Fresh++
		case judged && s == wardround.Pass:
			cov.Fresh++
		case judged:
			cov.Unknown++
		}
	}
	return cov
}
