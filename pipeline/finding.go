package pipeline

import (
	"sort"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// findings keeps the life of every failing key, and the cases they fold into.
type findings struct {
	scope   wardround.Scope
	m       map[string]*wardround.Finding
	keys    map[wardround.Key]*wardround.Finding
	cases   map[string]*caseEntry
	notices notices
	dirty   map[string]*wardround.Finding
	touched map[string]*caseEntry
	ends    map[string]time.Time              // acceptances that end, by finding
	scopes  map[ofSubject]*wardround.Decision // false positives of whole assets
	// fixed are those fixed lately by what a sensor saw; looked through at fixedMax.
	fixed    []*wardround.Finding
	fixedMax int
}

func newFindings(sc wardround.Scope) *findings {
	return &findings{
		scope: sc, m: map[string]*wardround.Finding{}, keys: map[wardround.Key]*wardround.Finding{},
		cases: map[string]*caseEntry{}, dirty: map[string]*wardround.Finding{},
		touched: map[string]*caseEntry{}, ends: map[string]time.Time{}, scopes: map[ofSubject]*wardround.Decision{},
	}
}

func (s *findings) restore(f *wardround.Finding, now time.Time) {
	s.m[f.ID], s.keys[f.Key] = f, f
	s.entry(f.Case).add(f, 1)
	s.remember(f, now)
	if f.State == wardround.ClaimedNotAffected {
		s.plan(f)
	} else if d := f.Decision; d != nil && !d.Until.IsZero() {
		s.ends[f.ID] = d.Until
		if wide(d) && d.Until.After(now) && (s.scopes[scopeOf(f)] == nil || s.scopes[scopeOf(f)].At.Before(d.At)) {
			s.scopes[scopeOf(f)] = d
		}
	}
}

// judged lets a verdict act on its finding.
func (s *findings) judged(p *Pipeline, c *check.Check, r *row, out check.Output, changed bool) {
	f := s.keys[r.v.Key]
	switch out.State {
	case wardround.Fail:
		if f == nil {
			f = s.open(p, c, r, out)
		}
		s.failing(p, f, r, out, changed)
	case wardround.Pass:
		if f == nil || f.State == wardround.Fixed {
			return
		}
		if out.Sensor != "" && p.losses.hides(out.Sensor, out.At) {
			return // something was missed; let a later pass fix it
		}
		s.change(f, func() {
			f.State, f.Fixed, f.FixedBy, f.Stale, f.Seq = wardround.Fixed, out.At, out.Sensor, false, p.commit.To
		})
		s.remember(f, p.now)
	case wardround.Unknown:
		s.stale(p, r)
	}
}

func (s *findings) open(p *Pipeline, c *check.Check, r *row, out check.Output) *wardround.Finding {
	f := &wardround.Finding{
		ID: wardround.FindingID(s.scope, r.v.Key), Scope: s.scope, Key: r.v.Key,
		State: wardround.Open, Title: c.Title, Opened: out.At, LastSeen: out.At, Origin: p.opt.Origin,
	}
	group := p.group(c, r.v.Key)
	f.Case = wardround.CaseID(s.scope, c.ID, group)
	e := s.entry(f.Case)
	if e.c == nil {
		e.c = &wardround.Case{
			ID: f.Case, Scope: s.scope, Check: c.ID, Group: group, Title: titleOf(c, group, out.Facts), Opened: out.At, State: "open",
		}
	}
	s.m[f.ID], s.keys[f.Key] = f, f
	f.Severity = r.v.Severity
	e.add(f, 1)
	s.mark(f)
	return f
}

// failing keeps a finding current. An accepted or false positive one stays so
// until it ends, or becomes graver than what was accepted; a fixed one is reopened.
func (s *findings) failing(p *Pipeline, f *wardround.Finding, r *row, out check.Output, changed bool) {
	fresh := f.Seq == 0
	if f.State == wardround.Fixed {
		fresh = true
		s.change(f, func() {
			f.State, f.Fixed, f.FixedBy, f.Decision, f.Proposed, f.Assignment = wardround.Reopened, time.Time{}, "", nil, nil, nil
		})
		delete(s.ends, f.ID)
		changed = true
	}
	if d := f.Decision; (f.State == wardround.Accepted || scoped(f)) && d != nil && r.v.Severity > d.Severity {
		if scoped(f) {
			s.narrow(p, f)
		}
		s.change(f, func() { f.State, f.Decision, f.Proposed = wardround.Reopened, nil, nil })
		delete(s.ends, f.ID)
		changed = true
	}
	if s.claimed(p, f, r, out) {
		changed = true
	}
	if !changed && !f.Stale && out.At.Sub(f.LastSeen) < saveEvery {
		return
	}
	s.change(f, func() {
		f.LastSeen, f.Stale, f.Seq = out.At, false, p.commit.To
		f.Severity, f.Why = r.v.Severity, r.v.Why
		if r.v.Facts != nil {
			f.Facts = r.v.Facts
		}
	})
	if fresh && s.scopes[scopeOf(f)] != nil && !s.cover(p, f) {
		s.uncarry(p, f)
	}
}

// stale marks the finding of a row that no longer tells: it stays open.
func (s *findings) stale(p *Pipeline, r *row) {
	if f := s.keys[r.v.Key]; f != nil && f.State != wardround.Fixed && !f.Stale {
		s.change(f, func() { f.Stale, f.Seq = true, p.commit.To })
	}
}

// change applies fn to a finding and keeps its case's counts true.
func (s *findings) change(f *wardround.Finding, fn func()) {
	e := s.entry(f.Case)
	e.add(f, -1)
	fn()
	e.add(f, 1)
	s.mark(f)
}

func (s *findings) mark(f *wardround.Finding) {
	s.dirty[f.ID] = f
	s.touched[f.Case] = s.entry(f.Case)
}

// flush adds the changed findings, cases and notices to the commit.
func (s *findings) flush(c *wardround.Commit) {
	for _, f := range s.dirty {
		g := *f
		c.Findings = append(c.Findings, &g)
	}
	sort.Slice(c.Findings, func(i, j int) bool { return c.Findings[i].ID < c.Findings[j].ID })
	var cases []*caseEntry
	for _, e := range s.touched {
		cases = append(cases, e)
	}
	sort.Slice(cases, func(i, j int) bool { return cases[i].c.ID < cases[j].c.ID })
	for _, e := range cases {
		e.settle(c.At)
	}
	s.notices.tell(c, cases)
	for _, e := range cases {
		g := *e.c
		c.Cases = append(c.Cases, &g)
	}
	clear(s.dirty)
	clear(s.touched)
}
