package mds2

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var layouts = []string{
	time.DateOnly, time.RFC3339, "2006/01/02", "2006-01", "02-Jan-2006", "2-Jan-2006", "2-Jan-06", "Jan-2006", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "January 2006", "Jan 2006", "02.01.2006", "2.1.2006", "2006.01.02",
}

// date reads a date where it can mean one day only: 03/04/2026 is not read. A number
// is what spreadsheets count days by (since 1899-12-30).
func date(s string) (time.Time, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(s, " 00:00:00"))
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && t.Year() > 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	if n, err := strconv.Atoi(s); err == nil && n > 36_600 && n < 110_000 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n), true
	}
	if m, d, y, ok := slashed(s); ok {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC), true
	}
	return time.Time{}, false
}

// slashed reads 9/23/2026 and 23/9/2026, where one number can be no month, and where
// both are the same.
func slashed(s string) (m, d, y int, ok bool) {
	p := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' })
	if len(p) != 3 || len(p[2]) != 4 && len(p[2]) != 2 {
		return 0, 0, 0, false
	}
	a, err1 := strconv.Atoi(p[0])
	b, err2 := strconv.Atoi(p[1])
	y, err3 := strconv.Atoi(p[2])
	if errors.Join(err1, err2, err3) != nil || a < 1 || b < 1 {
		return 0, 0, 0, false
	}
	if y < 100 {
		y += 2000
	}
	switch {
	case a > 12 && a <= 31 && b <= 12:
		return b, a, y, y > 2000 && y < 2200
	case a <= 12 && b <= 31 && (b > 12 || a == b):
		return a, b, y, y > 2000 && y < 2200
	}
	return 0, 0, 0, false
}
