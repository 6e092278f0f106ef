package version

import (
	"fmt"
	"strings"
)

// maven is a version as Maven's ComparableVersion reads it: a list of numbers,
// qualifiers and, after a dash or between digits and letters, a nested list.
//
// The order is the one the POM reference describes and Maven had until 3.8.6, and
// by which advisories are written: .RC1 is older than -RC1. Since 3.8.7 both are
// the same to Maven (MNG-7559); bench/versions shows that nothing else differs.
type maven struct {
	items   []mavenItem
	release bool // began with ga, final or release, which is nothing
}

type mavenKind uint8

const (
	mavenQualifier mavenKind = iota // in the order in which the kinds rank
	mavenList
	mavenNumber
)

type mavenItem struct {
	kind mavenKind
	text string // digits, or the qualifier in lower case
	rank int    // of a qualifier
	list *maven
}

// mavenRanks of the qualifiers Maven knows; others come after them, by text.
var mavenRanks = map[string]int{
	"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "cr": 3, "snapshot": 4,
	"": 5, "ga": 5, "final": 5, "release": 5, "sp": 6,
}

const (
	mavenRelease = 5
	mavenUnknown = 7
)

func mavenWord(s string, beforeDigit bool) mavenItem {
	if beforeDigit {
		switch s {
		case "a":
			s = "alpha"
		case "b":
			s = "beta"
		case "m":
			s = "milestone"
		}
	}
	rank, ok := mavenRanks[s]
	if !ok {
		rank = mavenUnknown
	}
	return mavenItem{kind: mavenQualifier, text: s, rank: rank}
}

func mavenPart(s string, isDigit bool) mavenItem {
	if isDigit {
		return mavenItem{kind: mavenNumber, text: trimZeros(s)}
	}
	return mavenWord(s, false)
}

func parseMaven(s string) (*maven, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	root := &maven{}
	list, all := root, []*maven{root}
	nest := func() {
		inner := &maven{}
		list.items = append(list.items, mavenItem{kind: mavenList, list: inner})
		list, all = inner, append(all, inner)
	}
	add := func(it mavenItem) { list.items = append(list.items, it) }
	isDigit, start := false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' || c == '-':
			if i == start {
				add(mavenItem{kind: mavenNumber})
			} else {
				add(mavenPart(s[start:i], isDigit))
			}
			start = i + 1
			if c == '-' {
				nest()
			}
		case digit(c):
			if !isDigit && i > start {
				add(mavenWord(s[start:i], true))
				start = i
				nest()
			}
			isDigit = true
		default:
			if isDigit && i > start {
				add(mavenPart(s[start:i], true))
				start = i
				nest()
			}
			isDigit = false
		}
	}
	if len(s) > start {
		add(mavenPart(s[start:], isDigit))
	}
	for i := len(all) - 1; i >= 0; i-- {
		all[i].trim()
	}
	for i := range root.items { // what is left of 1-ga-1 is 1-1, as the POM reference has it
		if l := root.items[i].list; l != nil && l.release && len(l.items) == 1 && l.items[0].kind == mavenList {
			if inner := l.items[0].list; inner.items[0].kind == mavenNumber {
				root.items[i].list = inner
			}
		}
	}
	return root, nil
}

// trim takes away what is nothing at the end of the list, and before lists.
func (m *maven) trim() {
	for i := len(m.items) - 1; i >= 0; i-- {
		switch it := &m.items[i]; {
		case it.null():
			m.release = i == 0 && it.kind == mavenQualifier
			m.items = append(m.items[:i], m.items[i+1:]...)
		case it.kind != mavenList:
			return
		}
	}
}

func (it *mavenItem) null() bool {
	switch it.kind {
	case mavenNumber:
		return it.text == ""
	case mavenList:
		return len(it.list.items) == 0
	}
	return it.rank == mavenRelease
}

func (m *maven) compare(o order) (int, error) { return m.cmp(o.(*maven)), nil }

func (m *maven) cmp(w *maven) int {
	for i := 0; i < len(m.items) || i < len(w.items); i++ {
		n := 0
		switch {
		case i >= len(m.items):
			n = -w.items[i].againstNothing()
		case i >= len(w.items):
			n = m.items[i].againstNothing()
		default:
			n = m.items[i].cmp(&w.items[i])
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// againstNothing compares with the end of the shorter version: 1.1 is newer than
// 1, 1-rc older.
func (it *mavenItem) againstNothing() int {
	switch it.kind {
	case mavenNumber:
		return sign(len(it.text))
	case mavenQualifier:
		return sign(it.rank - mavenRelease)
	}
	for i := range it.list.items {
		if n := it.list.items[i].againstNothing(); n != 0 {
			return n
		}
	}
	return 0
}

func (it *mavenItem) cmp(o *mavenItem) int {
	if it.kind != o.kind {
		return sign(int(it.kind) - int(o.kind))
	}
	switch {
	case it.kind == mavenNumber:
		return compareNumbers(it.text, o.text)
	case it.kind == mavenList:
		return it.list.cmp(o.list)
	case it.rank != o.rank:
		return sign(it.rank - o.rank)
	case it.rank == mavenUnknown:
		return strings.Compare(it.text, o.text)
	}
	return 0
}
