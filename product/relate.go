package product

import (
	"fmt"
	"slices"
	"strings"
)

// A tie says what two makers' names have to do with each other.
type tie struct {
	factor int    // percent of the confidence that is left; 0: another maker
	reason string // "" where the names are the same
}

// relate compares the maker of a device with the vendor of an advisory. line is
// the product's name: some companies sold only some of their lines.
func relate(device, vendor makerName, line string) tie {
	switch {
	case device.empty() && vendor.empty():
		return tie{55, "neither side names a maker"}
	case device.empty():
		return tie{60, "the device's maker is not known"}
	case vendor.empty():
		return tie{70, "the advisory names no maker"}
	}
	best := tie{}
	for _, d := range device.ids {
		for _, v := range vendor.ids {
			if t := table().relate(d, v, line); t.factor > best.factor {
				best = t
			}
		}
	}
	if best.factor > 0 || len(device.ids) > 0 && len(vendor.ids) > 0 {
		return best
	}
	// One of the two is not listed: their own words decide.
	if slices.Equal(device.core, vendor.core) {
		return tie{100, ""}
	}
	short, long := device.core, vendor.core
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) > 0 && len(short[0]) >= 4 && slices.Equal(short, long[:len(short)]) && len(device.ids)+len(vendor.ids) == 0 {
		return tie{92, fmt.Sprintf("%s is read as %s", device.text, vendor.text)}
	}
	return tie{}
}

// relate: the same company, one that went into the other, or two that went to a third.
func (b *brands) relate(device, vendor, line string) tie {
	if device == vendor {
		return tie{100, ""}
	}
	if how := b.path(device, vendor, line, nil); how != "" {
		return tie{97, how}
	}
	if how := b.path(vendor, device, line, nil); how != "" {
		return tie{97, how}
	}
	for _, r := range b.roots[device] {
		if r == device || r == vendor || !slices.Contains(b.roots[vendor], r) {
			continue
		}
		if x, y := b.path(device, r, line, nil), b.path(vendor, r, line, nil); x != "" && y != "" {
			return tie{93, x + ", " + y}
		}
	}
	return tie{}
}

// path tells how from came to to: "Mortara went to Hillrom in 2017".
func (b *brands) path(from, to, line string, seen []string) string {
	if slices.Contains(seen, from) {
		return ""
	}
	seen = append(seen, from)
	m := b.byID[from]
	step := func(mv move, how string) string {
		if len(mv.Lines) > 0 && !carries(line, mv.Lines) {
			return ""
		}
		s := fmt.Sprintf(how, m.Names[0], b.byID[mv.Maker].Names[0])
		if mv.Year > 0 {
			s += fmt.Sprintf(" in %d", mv.Year)
		}
		if mv.Maker == to {
			return s
		}
		if rest := b.path(mv.Maker, to, line, seen); rest != "" {
			return s + ", " + rest
		}
		return ""
	}
	for _, mv := range m.Into {
		if s := step(mv, "%s went to %s"); s != "" {
			return s
		}
	}
	for _, mv := range m.SoldBy {
		if s := step(mv, "%s makes it for %s"); s != "" {
			return s
		}
	}
	return ""
}

// carries reports whether a product's name holds one of the lines.
func carries(name string, lines []string) bool {
	set := joins(words(name))
	for _, l := range lines {
		if _, ok := set[plain(l)]; ok {
			return true
		}
	}
	return false
}

// lineMaker is the one maker whose product line stands in a name.
func lineMaker(set wordSet) (string, string) {
	id, line := "", ""
	for k := range set {
		for _, m := range table().lines[k] {
			if id != "" && id != m && len(k) <= len(line) {
				if len(k) == len(line) {
					return "", ""
				}
				continue
			}
			id, line = m, k
		}
	}
	return id, line
}

// takeMakers removes makers' names from the beginning of a product's name and
// returns them: "Welch Allyn Connex Spot Monitor" is Welch Allyn's. A name that is
// also a product line ("Pyxis", "Alaris") stays.
func takeMakers(ws []word) ([]word, []string) {
	var ids []string
	for len(ws) > 1 {
		n := 0
		for j := min(len(ws)-1, 4); j > 0; j-- {
			var s strings.Builder
			for _, w := range ws[:j] {
				s.WriteString(strings.ReplaceAll(fold(w.text), ".", ""))
			}
			if who, ok := table().alias[s.String()]; ok && len(table().lines[s.String()]) == 0 {
				ids, n = union(ids, who), j
				break
			}
		}
		if n == 0 {
			break
		}
		ws = ws[n:]
	}
	return ws, ids
}
