package pipeline

import (
	"time"

	"github.com/wardround/wardround"
)

// caseEntry is a case with the counts it is derived from.
type caseEntry struct {
	c     *wardround.Case
	live  [wardround.Critical + 1]int // findings that ask for attention, by severity
	total int
}

func (s *findings) entry(id string) *caseEntry {
	e := s.cases[id]
	if e == nil {
		e = &caseEntry{}
		s.cases[id] = e
	}
	return e
}

func (s *findings) restoreCase(c *wardround.Case) { s.entry(c.ID).c = c }

// complete reports a finding whose case is not there.
func (s *findings) complete() error {
	for id, e := range s.cases {
		if e.c == nil {
			return wardround.Errorf(wardround.EIntegrity, "pipeline.open", "the findings of case %s are there, the case is not; restore a backup", id)
		}
	}
	return nil
}

// add counts a finding in (1) or out (-1).
func (e *caseEntry) add(f *wardround.Finding, n int) {
	e.total += n
	switch f.State {
	case wardround.Fixed, wardround.FalsePositive, wardround.Accepted, wardround.ClaimedNotAffected:
		return
	}
	e.live[f.Severity] += n
}

// settle derives the case's row from its counts.
func (e *caseEntry) settle(now time.Time) {
	e.c.Findings, e.c.Severity, e.c.Total = 0, wardround.SeverityNone, e.total
	for s, n := range e.live {
		e.c.Findings += n
		if n > 0 {
			e.c.Severity = wardround.Severity(s)
		}
	}
	e.c.State = "open"
	if e.c.Findings == 0 {
		e.c.State, e.c.Told = "closed", wardround.SeverityNone
	}
	e.c.Last = now
}
