package pipeline

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Few alarms: a case is told at most once per step of severity, only from high
// upwards, and no more than a handful a day. What does not fit goes into one digest,
// and is told when there is room and the case is still seen. What is critical is
// told at once beyond that, until there are so many that a second digest says more.
// Cases of single items (vulnerabilities) that come together in numbers, as when a
// feed of advisories meets a fleet for the first time, are told as one: those behind
// the first are in the list, and are told again only when they become graver.
const (
	noticesPerDay  = 5 // high ones, their digest, and room for one that is critical
	criticalPerDay = 10
	noticeWindow   = 24 * time.Hour
	// manyTogether is how many cases of items of one check and severity in one batch
	// are told as one.
	manyTogether = 5
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
	groups := map[alike][]*caseEntry{}
	for _, e := range sorted {
		if sev := e.c.Severity; sev >= wardround.High && sev > e.c.Told && strings.HasPrefix(e.c.Group, itemGroup) {
			k := alike{e.c.Check, sev}
			groups[k] = append(groups[k], e)
		}
	}
	for _, e := range sorted {
		sev := e.c.Severity
		if sev < wardround.High || sev <= e.c.Told {
			continue
		}
		together := groups[alike{e.c.Check, sev}]
		title := fmt.Sprintf("%s (%d)", e.c.Title, e.c.Findings)
		if len(together) < manyTogether || !slices.Contains(together, e) {
			together = []*caseEntry{e}
		} else {
			title = fmt.Sprintf("%s and %d more cases of %s severity; see the list of findings", e.c.Title, len(together)-1, sev)
		}
		most := noticesPerDay - 1
		if sev == wardround.Critical {
			most = criticalPerDay
		}
		n, digest := s.count(sev)
		switch {
		case n < most-1:
			s.give(c, e.c.ID, title, sev)
		case !digest:
			s.give(c, "", "More cases of "+sev.String()+" severity were opened; see the list of findings", sev)
			if len(together) == 1 {
				continue
			}
		case len(together) == 1:
			continue
		}
		for _, x := range together {
			x.c.Told, x.c.Notified = sev, c.At
		}
	}
}

// alike are cases that are told together if there are many.
type alike struct {
	check    string
	severity wardround.Severity
}

func (s *notices) give(c *wardround.Commit, id, title string, sev wardround.Severity) {
	n := &wardround.Notice{
		ID:   wardround.DeriveID("n", string(c.Scope.Org), string(c.Scope.Site), id, fmt.Sprint(c.To), sev.String()),
		Case: id, Title: title, Severity: sev, At: c.At,
	}
	s.given = append(s.given, n)
	c.Notices = append(c.Notices, n)
}
