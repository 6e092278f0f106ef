package knowledge

import (
	"slices"

	"github.com/wardround/wardround/format/version"
)

// A line holds the versions that the records of one package name, in the order of
// their scheme. A version's place on it is 2·i+1 when it is the i-th of them, and
// 2·i when it lies before the i-th and after the one before. What a record
// says of versions is then a set of intervals of places, and a component's version
// has to be ordered only once for all records of its package.
type line struct {
	scheme version.Scheme
	marks  []version.Version // strictly ascending
}

// newLine orders versions. It is nil when two of them cannot be compared, or one
// cannot be read: then there is no line.
func newLine(scheme version.Scheme, texts []string) *line {
	l := &line{scheme: scheme, marks: make([]version.Version, 0, len(texts))}
	for _, t := range texts {
		v, err := scheme.Parse(t)
		if err != nil {
			return nil
		}
		l.marks = append(l.marks, v)
	}
	ok := true
	compare := func(a, b version.Version) int {
		c, err := a.Compare(b)
		if err != nil {
			ok = false
		}
		return c
	}
	slices.SortStableFunc(l.marks, compare)
	l.marks = slices.CompactFunc(l.marks, func(a, b version.Version) bool { return compare(a, b) == 0 })
	// An order that contradicts itself (some schemes have corners that do) shows
	// here or stays without effect on this line.
	for i := 1; i < len(l.marks) && ok; i++ {
		ok = compare(l.marks[i-1], l.marks[i]) < 0
	}
	if !ok {
		return nil
	}
	return l
}

// place says where a version stands; false when it cannot be compared with a mark.
func (l *line) place(v version.Version) (uint32, bool) {
	lo, hi := 0, len(l.marks)
	for lo < hi {
		mid := (lo + hi) / 2
		c, err := v.Compare(l.marks[mid])
		switch {
		case err != nil:
			return 0, false
		case c == 0:
			return uint32(2*mid + 1), true
		case c < 0:
			hi = mid
		default:
			lo = mid + 1
		}
	}
	return uint32(2 * lo), true
}

// end is the place after the last.
func (l *line) end() uint32 { return uint32(2*len(l.marks) + 1) }

// text is the version of an odd place, "" for one between.
func (l *line) text(place uint32) string {
	if i := int(place / 2); place&1 == 1 && i < len(l.marks) {
		return l.marks[i].String()
	}
	return ""
}

// bounds are the ends of a span in the words of an answer.
func (l *line) bounds(s span) detail {
	d := detail{from: l.text(s.lo), to: l.text(s.hi)}
	if s.lo > 0 && s.lo&1 == 0 {
		d.from, d.above = l.text(s.lo-1), true
	}
	if s.hi > 0 && s.hi&1 == 0 {
		d.to, d.including = l.text(s.hi-1), true
	}
	return d
}
