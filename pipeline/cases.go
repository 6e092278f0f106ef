package pipeline

import (
	"fmt"
	"sort"
	"time"

	"github.com/wardround/wardround"
)

// caseEntry is a case with the counts it is derived from.
type caseEntry struct {
	c     *wardround.Case
	live  [wardround.Critical + 1]int // findings that ask for attention, by severity
	total int
	told  wardround.Severity // worst severity a notice was given for
}

func (s *findings) entry(id string) *caseEntry {
	e := s.cases[id]
	if e == nil {
		e = &caseEntry{}
		s.cases[id] = e
	}
	return e
}

func (s *findings) restoreCase(c *wardround.Case) {
	e := s.entry(c.ID)
	e.c = c
	if !c.Notified.IsZero() {
		e.told = c.Severity
	}
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
		e.c.State = "closed"
		e.told = wardround.SeverityNone
	}
	e.c.Last = now
}

// Few alarms: a case is told at most once per step of severity, only from high
// upwards, and no more than a handful a day. What does not fit goes into one
// digest; a critical case is always told.
const (
	noticesPerDay = 5 // the last one is the digest
	noticeWindow  = 24 * time.Hour
)

// notices decides who is told of which case.
type notices struct {
	given  []time.Time // of the last window
	digest time.Time
}

func (s *findings) restoreNotice(n *wardround.Notice) {
	s.notices.given = append(s.notices.given, n.At)
	if n.Case == "" {
		s.notices.digest = n.At
	}
}

func (s *notices) tell(c *wardround.Commit, cases []*caseEntry) {
	keep := s.given[:0]
	for _, t := range s.given {
		if c.At.Sub(t) < noticeWindow {
			keep = append(keep, t)
		}
	}
	s.given = keep
	sorted := append([]*caseEntry(nil), cases...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].c.Severity > sorted[j].c.Severity })
	for _, e := range sorted {
		if e.c.Severity < wardround.High || e.c.Severity <= e.told {
			continue
		}
		if e.c.Severity < wardround.Critical && len(s.given) >= noticesPerDay-1 {
			if c.At.Sub(s.digest) >= noticeWindow || s.digest.IsZero() {
				s.digest = c.At
				s.give(c, "", "More cases of high severity were opened; see the list of findings", e.c.Severity)
			}
			continue // told once there is room
		}
		e.told, e.c.Notified = e.c.Severity, c.At
		s.give(c, e.c.ID, fmt.Sprintf("%s (%d)", e.c.Title, e.c.Findings), e.c.Severity)
	}
}

func (s *notices) give(c *wardround.Commit, id, title string, sev wardround.Severity) {
	s.given = append(s.given, c.At)
	c.Notices = append(c.Notices, &wardround.Notice{
		ID:   wardround.DeriveID("n", string(c.Scope.Org), string(c.Scope.Site), id, fmt.Sprint(c.To), sev.String()),
		Case: id, Title: title, Severity: sev, At: c.At,
	})
}
