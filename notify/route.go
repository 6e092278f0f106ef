package notify

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Case is what a notice says of its case.
type Case struct {
	ID       string
	Title    string
	Severity wardround.Severity
	Where    string // "ICU 2 · 12 assets"
	Bedside  string // one sentence
	Language string // of Title and Bedside
	Ward     string
	Zone     string
	Role     string
	// TakenUp says that somebody acknowledged it, or that it is closed.
	TakenUp bool
}

// takes reports whether the route is for that case.
func (w When) takes(c Case) bool {
	least := w.Severity
	if least == wardround.SeverityNone {
		least = wardround.High
	}
	return c.Severity >= least && among(w.Wards, c.Ward) && among(w.Zones, c.Zone) && among(w.Roles, c.Role)
}

func among(list []string, s string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// open reports whether t falls into the hours of the route; next is when they begin
// again otherwise. t is in the site's time.
func (w When) open(t time.Time) (ok bool, next time.Time) {
	if len(w.Hours) == 0 {
		return true, t
	}
	for _, h := range w.Hours {
		from, to, days, err := h.parse()
		if err != nil {
			continue // refused by Parse
		}
		for day := -1; day <= 7; day++ {
			midnight := time.Date(t.Year(), t.Month(), t.Day()+day, 0, 0, 0, 0, t.Location())
			if !days[midnight.Weekday()] {
				continue
			}
			begin := clockTime(midnight, from)
			end := clockTime(midnight, to)
			if to <= from {
				end = clockTime(midnight.AddDate(0, 0, 1), to)
			}
			if !t.Before(begin) && t.Before(end) {
				return true, t
			}
			if begin.After(t) && (next.IsZero() || begin.Before(next)) {
				next = begin
			}
		}
	}
	return false, next
}

// clockTime is so many minutes of the clock into a day, which on two days of the
// year is not so many minutes after its midnight.
func clockTime(midnight time.Time, minutes int) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), minutes/60, minutes%60, 0, 0, midnight.Location())
}
