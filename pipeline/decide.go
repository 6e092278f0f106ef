package pipeline

import (
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// decide applies what one person said of a finding. On a life-sustaining asset
// (an unknown one counts as such) accepting or declaring false needs two people,
// one of them of clinical engineering, and lasts at most 90 days. What cannot be
// decided changes nothing; that it was tried is evidence all the same.
func (s *findings) decide(p *Pipeline, seen *check.Seen, d *kind.FindingDecidedV1) {
	f := s.m[d.Finding]
	if !decidable(f, d, seen.At) {
		p.commit.Evidence = append(p.commit.Evidence, evidence("action", "finding decision refused", seen.Observation, d))
		return
	}
	who := wardround.Person{Name: string(d.By), Role: d.Role}
	dec := &wardround.Decision{
		State: d.State, By: []wardround.Person{who}, Reason: string(d.Reason), At: seen.At, Until: d.Until, Severity: f.Severity, Scope: d.Scope, Fact: f.Fact,
	}
	if d.Scope == wardround.ScopeAsset {
		if latest := dec.At.Add(wardround.MaxScope); dec.Until.IsZero() || dec.Until.After(latest) {
			dec.Until = latest
		}
	}
	stands := true
	if (d.State == wardround.Accepted || d.State == wardround.FalsePositive || d.State == wardround.ClaimedNotAffected) && p.needsTwo(f) {
		stands = second(f, dec, who)
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence("action", "finding "+string(d.State), seen.Observation, d))
	if !stands {
		s.change(f, func() { f.Proposed, f.Seq = dec, p.commit.To })
		return
	}
	if scoped(f) {
		s.narrow(p, f)
	}
	s.settleOn(p, f, dec)
	if d.Scope == wardround.ScopeAsset {
		s.widen(p, f, dec)
	}
}

// settleOn makes dec what stands of a finding.
func (s *findings) settleOn(p *Pipeline, f *wardround.Finding, dec *wardround.Decision) {
	s.change(f, func() { f.State, f.Decision, f.Proposed, f.Seq = dec.State, dec, nil, p.commit.To })
	if dec.State == wardround.ClaimedNotAffected {
		s.plan(f)
		return
	}
	delete(s.ends, f.ID)
	if !dec.Until.IsZero() {
		s.ends[f.ID] = dec.Until
	}
}

// decidable reports whether a person can say that at all: only what was seen fixes
// a finding, a risk is accepted until a date, what nobody spoke of cannot be
// reopened, a claim is confirmed only where an author makes one, and only what is said of an asset can be false for all of it.
func decidable(f *wardround.Finding, d *kind.FindingDecidedV1, now time.Time) bool {
	if f == nil || f.State == wardround.Fixed {
		return false
	}
	switch d.Scope {
	case "", wardround.ScopeFinding:
	case wardround.ScopeAsset:
		if d.State != wardround.FalsePositive || f.Subject.Kind != wardround.SubjectAsset {
			return false
		}
	default:
		return false
	}
	switch d.State {
	case wardround.Acknowledged, wardround.Mitigated:
		return true
	case wardround.ClaimedNotAffected:
		return f.Claim.Frees(now) && (d.Until.IsZero() || d.Until.After(now))
	case wardround.FalsePositive:
		return d.Until.IsZero() || d.Until.After(now)
	case wardround.Accepted:
		return d.Until.After(now)
	case wardround.Reopened:
		return f.State != wardround.Open && f.State != wardround.Reopened
	}
	return false
}

// second completes dec with what another person proposed before; it reports
// whether the decision stands: two different people, one of clinical engineering.
func second(f *wardround.Finding, dec *wardround.Decision, who wardround.Person) bool {
	if latest := dec.At.Add(wardround.MaxAcceptance); dec.Until.IsZero() || dec.Until.After(latest) {
		dec.Until = latest
	}
	prev := f.Proposed
	if prev == nil || prev.State != dec.State || wide(prev) != wide(dec) || samePerson(prev.By[0].Name, who.Name) || prev.Severity < dec.Severity || dec.State == wardround.ClaimedNotAffected && prev.Fact != dec.Fact {
		return false
	}
	first := prev.By[0]
	if first.Role != wardround.RoleClinicalEngineering && who.Role != wardround.RoleClinicalEngineering {
		return false
	}
	dec.By = []wardround.Person{first, who}
	if prev.Until.Before(dec.Until) {
		dec.Until = prev.Until
	}
	return true
}

func wide(d *wardround.Decision) bool { return d.Scope == wardround.ScopeAsset }

func samePerson(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// assign applies who is to look after a finding.
func (s *findings) assign(p *Pipeline, seen *check.Seen, a *kind.FindingAssignedV1) {
	f := s.m[a.Finding]
	reason := "finding assigned"
	switch {
	case f == nil || f.State == wardround.Fixed:
		reason = "finding assignment refused"
	case a.To == "":
		reason = "finding unassigned"
		s.change(f, func() { f.Assignment, f.Seq = nil, p.commit.To })
	default:
		s.change(f, func() {
			f.Assignment = &wardround.Assignment{To: string(a.To), By: string(a.By), At: seen.At, Due: a.Due, Note: string(a.Note)}
			f.Seq = p.commit.To
		})
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence("action", reason, seen.Observation, a))
}

// expire reopens findings whose acceptance has ended.
func (s *findings) expire(p *Pipeline) {
	var ids []string
	for id, t := range s.ends {
		if !t.After(p.now) {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	for _, id := range ids {
		delete(s.ends, id)
		f := s.m[id]
		if f == nil || f.Decision == nil && f.State != wardround.ClaimedNotAffected {
			continue
		}
		if dec := s.scopes[scopeOf(f)]; dec != nil && !dec.Until.After(p.now) {
			delete(s.scopes, scopeOf(f))
		}
		if f.State.Live() {
			s.change(f, func() { f.State, f.Seq, f.Decision = wardround.Reopened, p.commit.To, nil })
		}
	}
}
