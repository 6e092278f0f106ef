package version

import (
	"fmt"
	"strings"
)

// compare follows one total order, and refuses where a maker might follow another:
// refusing never changes an answer, so answers never contradict each other.
func (v *loose) compare(o order) (int, error) {
	w := o.(*loose)
	switch {
	case v.date != nil && w.date != nil:
		return v.date.compare(w.date)
	case v.date != nil || w.date != nil:
		return refuse("a date and a number")
	case !sameFamily(v.family, w.family):
		return refuse("%q and %q count separately", v.family, w.family)
	case (v.letters == "") != (w.letters == ""):
		return refuse("letters and digits")
	case len(v.letters) != len(w.letters):
		return sign(len(v.letters) - len(w.letters)), nil // Z, then AA
	case v.letters != w.letters:
		return strings.Compare(v.letters, w.letters), nil
	}
	for i := range max(len(v.main), len(w.main)) {
		decimal := i == 1 && (len(v.main) == 2 || len(w.main) == 2)
		if n, err := v.field(i).compare(w.field(i), decimal); n != 0 || err != nil {
			return n, err
		}
	}
	if v.rest != w.rest {
		return refuse("%q and %q are not known", v.rest, w.rest)
	}
	for i := range v.slots {
		if n, err := v.slots[i].compare(w.slots[i], i == slotPre); n != 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

func refuse(format string, args ...any) (int, error) {
	return 0, fmt.Errorf("%w: "+format, append([]any{ErrIncomparable}, args...)...)
}

// sameFamily: a bare number may be meant with any generic prefix, but never with
// a maker's own word.
func sameFamily(a, b string) bool {
	generic := func(s string) bool { return s == "v" || s == "r" || s == "rev" }
	return a == b || a == "" && generic(b) || b == "" && generic(a)
}

func (v *loose) field(i int) looseField {
	if i < len(v.main) {
		return v.main[i]
	}
	return looseField{} // 4.5 is 4.5.0
}

// compare compares one field. decimal says that the version may be a decimal
// fraction: then 4.02 and 4.1 depend on how the maker counts.
func (f looseField) compare(g looseField, decimal bool) (int, error) {
	n := compareNumbers(f.number, g.number)
	if decimal && len(f.number) != len(g.number) && f.number != "" && g.number != "" &&
		(f.number[0] == '0' || g.number[0] == '0') && trimZeros(f.number)+trimZeros(g.number) != "" {
		if fraction := strings.Compare(strings.TrimRight(f.number, "0"), strings.TrimRight(g.number, "0")); fraction != n {
			return refuse(".%s and .%s may be numbers or decimals", f.number, g.number)
		}
	}
	if n != 0 {
		return n, nil
	}
	switch {
	case f.numbered != g.numbered:
		return refuse("%c%s may come before or after", max(f.letter, g.letter), f.after+g.after)
	case f.letter != g.letter:
		return sign(int(f.letter) - int(g.letter)), nil
	}
	return compareNumbers(f.after, g.after), nil
}

// preOrder is the order of what comes before a release, where it is known.
var preOrder = map[string]int{"alpha": 1, "beta": 2, "rc": 3}

func (s looseSlot) compare(t looseSlot, pre bool) (int, error) {
	switch {
	case !s.present && !t.present:
		return 0, nil
	case !s.present:
		n, err := t.compare(s, pre)
		return -n, err
	case !t.present && pre:
		return -1, nil
	case !t.present:
		if s.number != "" && trimZeros(strings.ReplaceAll(s.number, ".", "")) == "" {
			return 0, nil // SP0 is none
		}
		return 1, nil
	case s.word != t.word:
		a, b := preOrder[s.word], preOrder[t.word]
		if a == 0 || b == 0 {
			return refuse("%q and %q count separately", s.word, t.word)
		}
		return sign(a - b), nil
	case (s.number == "") != (t.number == ""):
		return refuse("one %s has no number", s.word)
	}
	return compareDotted(s.number, t.number), nil
}

// looseDate is a day, or a month when the day is not said.
type looseDate struct{ year, month, day int }

var months = [...]string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

// parseLooseDate reads 2021-8-13, 2021/08/13, May/5/2023, June 30 2015, 5 May 2023
// and January 2019. 5/8/2023 is refused by not being read: which is the month?
func parseLooseDate(s string) (*looseDate, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '-' || r == '/' || r == ',' })
	if len(parts) < 2 || len(parts) > 3 {
		return nil, false
	}
	var d looseDate
	var ints []int
	for i, p := range parts {
		if m := month(p); m > 0 && d.month == 0 && i < 2 {
			d.month = m
			continue
		}
		if !numeric(p) || len(p) > 4 {
			return nil, false
		}
		n := 0
		for _, c := range p {
			n = n*10 + int(c-'0')
		}
		ints = append(ints, n)
	}
	year := func(n int) bool { return n >= 1980 && n < 2100 }
	switch {
	case d.month > 0 && len(ints) == 1 && year(ints[0]):
		d.year = ints[0]
	case d.month > 0 && len(ints) == 2 && year(ints[1]):
		d.day, d.year = ints[0], ints[1]
	case d.month == 0 && len(ints) == 3 && year(ints[0]) && ints[1] >= 1 && ints[1] <= 12 && ints[2] >= 1:
		d = looseDate{ints[0], ints[1], ints[2]}
	default:
		return nil, false
	}
	return &d, d.day <= 31
}

func month(s string) int {
	for i, m := range months {
		if len(s) >= 3 && strings.HasPrefix(m, s) {
			return i + 1
		}
	}
	return 0
}

func (d *looseDate) compare(e *looseDate) (int, error) {
	switch {
	case d.year != e.year:
		return sign(d.year - e.year), nil
	case d.month != e.month:
		return sign(d.month - e.month), nil
	case (d.day == 0) != (e.day == 0):
		return refuse("one date has no day")
	}
	return sign(d.day - e.day), nil
}
