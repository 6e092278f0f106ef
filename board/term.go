package board

import (
	"time"

	"github.com/wardround/wardround"
)

// Whose date a finding is due on.
const (
	DueByTerms      = "terms"      // the house's, by severity
	DueByAssignment = "assignment" // agreed with whom it was given to
)

const day = 24 * time.Hour

// terms are within what time a finding is to be dealt with, from when it opened.
// Nothing is stored: a term follows the severity, and a date agreed with somebody
// goes before it. What is for information has no term.
var terms = map[wardround.Severity]time.Duration{
	wardround.Critical: 1 * day,
	wardround.High:     7 * day,
	wardround.Medium:   30 * day,
	wardround.Low:      90 * day,
}

// due says by when a finding is to be dealt with, and whose date that is; zero for
// no date. What is accepted, declared false or fixed has no term any more.
func (r *findingRow) due() (at time.Time, by string) {
	if a := r.f.Assignment; a != nil && !a.Due.IsZero() {
		return a.Due, DueByAssignment
	}
	term := terms[r.f.Severity]
	if term == 0 || !r.asks || r.f.Opened.IsZero() {
		return time.Time{}, ""
	}
	return r.f.Opened.Add(term), DueByTerms
}

// overdue reports whether a finding still asks for attention after it was due.
func (r *findingRow) overdue(now time.Time) bool {
	due, _ := r.due()
	return r.asks && !due.IsZero() && due.Before(now)
}
