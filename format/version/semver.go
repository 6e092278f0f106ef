package version

import (
	"fmt"
	"strings"
)

// semver is a version after semver.org 2.0.0 §11, read as tolerantly as the
// ecosystems that publish by it do: a leading v, any number of numeric fields
// (missing ones are 0), digits without bound, and a pre-release that begins
// without a dash (1.0rc1).
type semver struct {
	major, minor, patch string // digits
	more                string // ".4.5" of further numeric fields, mostly empty
	pre                 string // without its dash; empty for a release
	build               string // after the plus
	rules               Scheme // SemVer, NuGet or Pub
}

func parseSemver(s string, rules Scheme) (*semver, error) {
	s = strings.TrimSpace(s)
	v := &semver{rules: rules}
	rest := strings.TrimPrefix(s, "v")
	if len(rest) == len(s) {
		rest = strings.TrimPrefix(s, "V")
	}
	if rules == SemVer && strings.HasPrefix(rest, "go") && len(rest) > 2 && digit(rest[2]) {
		rest = rest[2:] // the Go toolchain's own way: go1.21rc2
	}
	rest = strings.TrimPrefix(rest, "=")
	if rest == "" || !digit(rest[0]) {
		return nil, fmt.Errorf("%w: no number at its start", ErrInvalid)
	}
	field := func() string {
		n := digits(rest)
		f := rest[:n]
		rest = rest[n:]
		return f
	}
	next := func() bool { return len(rest) > 1 && rest[0] == '.' && digit(rest[1]) }
	v.major = field()
	if next() {
		rest = rest[1:]
		v.minor = field()
	}
	if next() {
		rest = rest[1:]
		v.patch = field()
	}
	start := rest
	for next() {
		rest = rest[1:]
		field()
	}
	v.more = start[:len(start)-len(rest)]
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || strings.IndexByte("<>=|,;*()[]{}", c) >= 0 { // a range, or prose
			return nil, fmt.Errorf("%w: %q in it", ErrInvalid, c)
		}
	}
	v.pre, v.build, _ = strings.Cut(rest, "+")
	v.pre = strings.TrimLeft(v.pre, ".")
	if v.pre != "-" { // a dash alone is a pre-release to node-semver
		v.pre = strings.TrimPrefix(v.pre, "-")
	}
	return v, nil
}

func (v *semver) compare(o order) (int, error) { return v.cmp(o.(*semver)), nil }

func (v *semver) cmp(w *semver) int {
	if n := compareNumbers(v.major, w.major); n != 0 {
		return n
	}
	if n := compareNumbers(v.minor, w.minor); n != 0 {
		return n
	}
	if n := compareNumbers(v.patch, w.patch); n != 0 {
		return n
	}
	if v.more != "" || w.more != "" {
		if n := compareDotted(v.more, w.more); n != 0 {
			return n
		}
	}
	switch {
	case v.pre == "" && w.pre != "":
		return 1
	case v.pre != "" && w.pre == "":
		return -1
	case v.pre != w.pre:
		if n := compareIdentifiers(v.pre, w.pre, v.rules == NuGet); n != 0 {
			return n
		}
	}
	if v.rules != Pub || v.build == w.build {
		return 0
	}
	// pub_semver: a build comes after none, and its parts count like a pre-release's.
	switch {
	case v.build == "":
		return -1
	case w.build == "":
		return 1
	}
	return compareIdentifiers(v.build, w.build, false)
}

// compareDotted compares ".4.5" with ".4": a missing field is 0.
func compareDotted(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = dottedField(a)
		y, b = dottedField(b)
		if n := compareNumbers(x, y); n != 0 {
			return n
		}
	}
	return 0
}

func dottedField(s string) (field, rest string) {
	s = strings.TrimPrefix(s, ".")
	field, rest, more := strings.Cut(s, ".")
	if more {
		rest = s[len(field):]
	}
	return field, rest
}

// compareIdentifiers compares pre-releases (semver.org §11.4): numbers by value
// and below words, words by their bytes, the longer list above its beginning.
func compareIdentifiers(a, b string, fold bool) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		nx, ny := numeric(x), numeric(y)
		n := 0
		switch {
		case nx && ny:
			n = compareNumbers(x, y)
		case nx:
			n = -1
		case ny:
			n = 1
		case fold:
			n = compareFold(x, y)
		default:
			n = strings.Compare(x, y)
		}
		switch {
		case n != 0:
			return n
		case !moreA && !moreB:
			return 0
		case !moreA:
			return -1
		case !moreB:
			return 1
		}
		a, b = restA, restB
	}
}
