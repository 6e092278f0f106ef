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
	if f == nil || f.State == wardround.Fixed || !decidable(d, seen.At) {
		p.commit.Evidence = append(p.commit.Evidence, evidence("action", "finding decision refused", seen.Observation, d))
		return
	}
	who := wardround.Person{Name: string(d.By), Role: d.Role}
	dec := &wardround.Decision{
		State: d.State, By: []wardround.Person{who}, Reason: string(d.Reason), At: seen.At, Until: d.Until, Severity: f.Severity,
	}
	stands := true
	if (d.State == wardround.Accepted || d.State == wardround.FalsePositive) && p.needsTwo(f) {
		stands = second(f, dec, who)
	}
	s.change(f, func() {
		f.Seq = p.commit.To
		if !stands {
			f.Proposed = dec
			return
		}
		f.State, f.Decision, f.Proposed = d.State, dec, nil
	})
	if stands {
		delete(s.ends, f.ID)
		if !dec.Until.IsZero() {
			s.ends[f.ID] = dec.Until
		}
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence("action", "finding "+string(d.State), seen.Observation, d))
}

// decidable reports whether a person can say that at all: only what was seen fixes
// a finding, and a risk is accepted until a date.
func decidable(d *kind.FindingDecidedV1, now time.Time) bool {
	switch d.State {
	case wardround.Acknowledged, wardround.Mitigated:
		return true
	case wardround.FalsePositive:
		return d.Until.IsZero() || d.Until.After(now)
	case wardround.Accepted:
		return d.Until.After(now)
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
	if prev == nil || prev.State != dec.State || samePerson(prev.By[0].Name, who.Name) || prev.Severity < dec.Severity {
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

func samePerson(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
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
		if f := s.m[id]; f != nil && f.State.Live() && f.Decision != nil {
			s.change(f, func() { f.State, f.Seq, f.Decision = wardround.Reopened, p.commit.To, nil })
		}
	}
}
