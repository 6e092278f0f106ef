package pipeline

import (
	"fmt"
	"slices"
	"sort"
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
	if f.State == wardround.Fixed || f.State == wardround.FalsePositive || f.State == wardround.Accepted {
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

// Few alarms: a case is told at most once per step of severity, only from high
// upwards, and no more than a handful a day. What does not fit goes into one digest,
// and is told when there is room and the case is still seen. What is critical is
// told at once beyond that, until there are so many that a second digest says more.
const (
	noticesPerDay  = 5 // high ones, their digest, and room for one that is critical
	criticalPerDay = 10
	noticeWindow   = 24 * time.Hour
)

// notices decides who is told of which case.
type notices struct{ given []*wardround.Notice } // of the last window

func (s *notices) restore(n *wardround.Notice) { s.given = append(s.given, n) }

// count returns how many were given, and whether a digest of the severity was.
func (s *notices) count(sev wardround.Severity) (n int, digest bool) {
	for _, x := range s.given {
		if x.Severity == sev {
			n++
			digest = digest || x.Case == ""
		}
	}
	return n, digest
}

func (s *notices) tell(c *wardround.Commit, cases []*caseEntry) {
	s.given = slices.DeleteFunc(s.given, func(n *wardround.Notice) bool { return c.At.Sub(n.At) >= noticeWindow })
	sorted := append([]*caseEntry(nil), cases...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].c.Severity > sorted[j].c.Severity })
	for _, e := range sorted {
		sev := e.c.Severity
		if sev < wardround.High || sev <= e.c.Told {
			continue
		}
		most := noticesPerDay - 1
		if sev == wardround.Critical {
			most = criticalPerDay
		}
		n, digest := s.count(sev)
		switch {
		case n < most-1:
			e.c.Told, e.c.Notified = sev, c.At
			s.give(c, e.c.ID, fmt.Sprintf("%s (%d)", e.c.Title, e.c.Findings), sev)
		case !digest:
			s.give(c, "", "More cases of "+sev.String()+" severity were opened; see the list of findings", sev)
		}
	}
}

func (s *notices) give(c *wardround.Commit, id, title string, sev wardround.Severity) {
	n := &wardround.Notice{
		ID:   wardround.DeriveID("n", string(c.Scope.Org), string(c.Scope.Site), id, fmt.Sprint(c.To), sev.String()),
		Case: id, Title: title, Severity: sev, At: c.At,
	}
	s.given = append(s.given, n)
	c.Notices = append(c.Notices, n)
}
