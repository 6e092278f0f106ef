package version

import (
	"fmt"
	"strings"
)

// bitbake is a Yocto recipe's epoch, version and revision, ordered as
// bb.utils.vercmp does: tilde, end, numbers, letters, anything else.
type bitbake struct{ deb }

func parseBitbake(s string) (*bitbake, error) {
	d, err := parseDeb(s)
	if err != nil {
		return nil, err
	}
	d.revision = strings.TrimPrefix(d.revision, "r")
	return &bitbake{*d}, nil
}

func (v *bitbake) compare(o order) (int, error) {
	w := o.(*bitbake)
	if n := compareNumbers(v.epoch, w.epoch); n != 0 {
		return n, nil
	}
	if n := bitbakeCompare(v.upstream, w.upstream); n != 0 {
		return n, nil
	}
	return bitbakeCompare(v.revision, w.revision), nil
}

func bitbakeRank(s string) int {
	switch {
	case s == "" || digit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case letter(s[0]):
		return 1
	}
	return 2
}

func bitbakeCompare(a, b string) int {
	for a != "" || b != "" {
		x, y := bitbakeRank(a), bitbakeRank(b)
		switch {
		case x != y:
			return sign(x - y)
		case a == "":
			return -1
		case b == "":
			return 1
		case x == 0:
			m, n := digits(a), digits(b)
			if c := compareNumbers(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
		case x == 1:
			m, n := run(a, letter), run(b, letter)
			if c := strings.Compare(a[:m], b[:n]); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
		default:
			if a[0] != b[0] {
				return sign(int(a[0]) - int(b[0]))
			}
			a, b = a[1:], b[1:]
		}
	}
	return 0
}

// conan is a version after Conan 2: items between dots, pre-release after the
// first dash, build after the last plus; zeros at the end count for nothing.
type conan struct {
	main, pre, build string
	early            bool // has a pre-release, be it empty: 2- is before everything of 2
}

func parseConan(s string) (*conan, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, fmt.Errorf("%w: empty", ErrInvalid)
	}
	v := &conan{main: s}
	if i := strings.LastIndexByte(s, '+'); i >= 0 {
		v.main, v.build = s[:i], s[i+1:]
	}
	v.main, v.pre, v.early = strings.Cut(v.main, "-")
	v.main, v.pre, v.build = conanTrim(v.main), conanTrim(v.pre), conanTrim(v.build)
	return v, nil
}

// conanTrim leaves out zeros at the end, but for the only item.
func conanTrim(s string) string {
	for {
		i := strings.LastIndexByte(s, '.')
		if i < 0 || !numeric(s[i+1:]) || trimZeros(s[i+1:]) != "" {
			return s
		}
		s = s[:i]
	}
}

func (v *conan) compare(o order) (int, error) {
	w := o.(*conan)
	if n := conanItems(v.main, w.main); n != 0 {
		return n, nil
	}
	switch {
	case v.early && !w.early:
		return -1, nil
	case !v.early && w.early:
		return 1, nil
	}
	if n := conanItems(v.pre, w.pre); n != 0 {
		return n, nil
	}
	return conanItems(v.build, w.build), nil
}

func conanItems(a, b string) int {
	for a != "" || b != "" {
		if a == "" || b == "" {
			return sign(len(a) - len(b))
		}
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		n := 0
		if numeric(x) && numeric(y) {
			n = compareNumbers(x, y)
		} else {
			n = strings.Compare(x, y)
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// alpm is epoch:version-release of Arch Linux. A release that only one side names
// does not count.
type alpm struct{ rpm }

func parseAlpm(s string) (*alpm, error) {
	r, err := parseRPM(s)
	if err != nil {
		return nil, err
	}
	return &alpm{*r}, nil
}

func (v *alpm) compare(o order) (int, error) {
	w := o.(*alpm)
	if n := compareNumbers(v.epoch, w.epoch); n != 0 {
		return n, nil
	}
	if n := alpmCompare(v.version, w.version); n != 0 {
		return n, nil
	}
	if !v.released || !w.released {
		return 0, nil
	}
	return alpmCompare(v.release, w.release), nil
}

func alpmSeparator(c byte) bool { return !digit(c) && !letter(c) }

// alpmCompare is libalpm's rpmvercmp: without tilde and caret, but separators of
// different length count, and letters left over are older than the end.
func alpmCompare(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" && b != "" {
		m, n := run(a, alpmSeparator), run(b, alpmSeparator)
		a, b = a[m:], b[n:]
		if a == "" || b == "" {
			break
		}
		if m != n {
			return sign(m - n)
		}
		kind, number := letter, digit(a[0])
		if number {
			kind = digit
		}
		m, n = run(a, kind), run(b, kind)
		if n == 0 {
			if number {
				return 1
			}
			return -1
		}
		c := 0
		if number {
			c = compareNumbers(a[:m], b[:n])
		} else {
			c = strings.Compare(a[:m], b[:n])
		}
		if c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	switch {
	case a == "" && b == "":
		return 0
	case a == "" && !letter(b[0]), a != "" && letter(a[0]):
		return -1
	}
	return 1
}

// openssl is OpenSSL's numbering: a letter, later two, after the third number
// until 1.1.1, semantic versioning since 3.0.0.
type openssl struct {
	semver
	patch string // letters
}

func parseOpenSSL(s string) (*openssl, error) {
	s = strings.TrimSpace(s)
	n := run(s, func(c byte) bool { return digit(c) || c == '.' })
	letters := run(s[n:], func(c byte) bool { return 'a' <= c && c <= 'z' })
	v, err := parseSemver(s[:n]+s[n+letters:], SemVer)
	if err != nil {
		return nil, err
	}
	return &openssl{*v, s[n : n+letters]}, nil
}

func (v *openssl) compare(o order) (int, error) {
	w := o.(*openssl)
	a, b := v.semver, w.semver
	a.pre, b.pre = "", ""
	if n := a.cmp(&b); n != 0 {
		return n, nil
	}
	if len(v.patch) != len(w.patch) {
		return sign(len(v.patch) - len(w.patch)), nil
	}
	if n := strings.Compare(v.patch, w.patch); n != 0 {
		return n, nil
	}
	return v.semver.cmp(&w.semver), nil
}

// gentoo is a version after the Package Manager Specification §3.2.
type gentoo struct {
	numbers, suffixes, revision string
	letter                      byte
}

func parseGentoo(s string) (*gentoo, error) {
	s = strings.TrimSpace(s)
	v := &gentoo{}
	n := 0
	for n < len(s) && (digit(s[n]) || s[n] == '.' && n+1 < len(s) && digit(s[n+1])) {
		n++
	}
	v.numbers = s[:n]
	if v.numbers == "" || !digit(s[0]) {
		return nil, fmt.Errorf("%w: no number at its start", ErrInvalid)
	}
	s = s[n:]
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		v.letter, s = s[0], s[1:]
	}
	whole := s
	for strings.HasPrefix(s, "_") {
		_, size := gentooSuffix(s)
		if size == 0 {
			break
		}
		s = s[size:]
		s = s[digits(s):]
	}
	v.suffixes = whole[:len(whole)-len(s)]
	if rest, ok := strings.CutPrefix(s, "-r"); ok && numeric(rest) {
		v.revision, s = rest, ""
	}
	if s != "" {
		return nil, fmt.Errorf("%w: %q is left over", ErrInvalid, s)
	}
	return v, nil
}

func gentooSuffix(s string) (rank, size int) {
	for i, word := range []string{"_alpha", "_beta", "_pre", "_rc", "", "_p"} {
		if word != "" && strings.HasPrefix(s, word) {
			return i, len(word)
		}
	}
	return 4, 0
}

func (v *gentoo) compare(o order) (int, error) {
	w := o.(*gentoo)
	a, b := v.numbers, w.numbers
	for first := true; a != "" || b != ""; first = false {
		if a == "" || b == "" {
			return sign(len(a) - len(b)), nil
		}
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		n := 0
		if !first && (x[0] == '0' || y[0] == '0') {
			n = strings.Compare(strings.TrimRight(x, "0"), strings.TrimRight(y, "0"))
		} else {
			n = compareNumbers(x, y)
		}
		if n != 0 {
			return n, nil
		}
	}
	if v.letter != w.letter {
		return sign(int(v.letter) - int(w.letter)), nil
	}
	a, b = v.suffixes, w.suffixes
	for a != "" || b != "" {
		x, sizeA := gentooSuffix(a)
		y, sizeB := gentooSuffix(b)
		if x != y {
			return sign(x - y), nil
		}
		a, b = a[sizeA:], b[sizeB:]
		m, n := digits(a), digits(b)
		if c := compareNumbers(a[:m], b[:n]); c != 0 {
			return c, nil
		}
		a, b = a[m:], b[n:]
	}
	return compareNumbers(v.revision, w.revision), nil
}
