package csaf

import (
	"cmp"
	"slices"
	"strings"
)

// versionRange is a product_version_range as 2.1 has it (§3.1.2.3.2): a vers, or
// only the constraints of one ("vls").
type versionRange struct {
	scheme      string // "npm"; "" for vls
	all         bool   // vers:all/*
	constraints []constraint
	problem     string // what is wrong with it; "" if nothing
}

type constraint struct {
	op      string // "=", "!=", "<", "<=", ">", ">="
	version string
}

// versSchemes are the types that the vers specification registers, with a function
// that orders versions where one is known here.
var versSchemes = map[string]func(a, b string) int{
	"all": nil, "none": nil, "alpine": nil, "apk": nil, "alpm": nil, "cargo": compareSemVer, "composer": nil, "conan": nil, "conda": nil, "cpan": nil, "cran": nil, "datetime": strings.Compare,
	"deb": nil, "ebuild": nil, "gem": nil, "generic": nil, "gentoo": nil, "github": nil, "golang": compareSemVer, "hackage": nil, "hex": compareSemVer, "intdot": compareLoose,
	"lexicographic": strings.Compare, "mattermost": nil, "maven": nil, "mozilla": nil, "nginx": compareLoose, "npm": compareSemVer, "nuget": nil, "openssl": nil, "pypi": nil, "rpm": nil, "semver": compareSemVer, "swift": compareSemVer,
}

// ordered reports whether the order of the versions of a range can be judged.
func (r versionRange) ordered() bool {
	return r.scheme == "" || r.scheme == "all" || r.scheme == "none" || versSchemes[r.scheme] != nil
}

// claimsVers reports whether a range says that it is a vers: what follows the
// scheme reads like a type.
func claimsVers(text string) bool {
	rest, ok := strings.CutPrefix(text, "vers:")
	if !ok {
		return false
	}
	kind, constraints, ok := strings.Cut(rest, "/")
	if !ok || kind == "" || constraints == "" || kind[0] >= '0' && kind[0] <= '9' {
		return false
	}
	return strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789.-+") == ""
}

// readRange reads a version range and says what of the canonical form it breaks.
func readRange(text string) versionRange {
	var r versionRange
	rest := text
	if claimsVers(text) {
		r.scheme, rest, _ = strings.Cut(strings.TrimPrefix(text, "vers:"), "/")
	}
	wrong := func(why string) {
		if r.problem == "" {
			r.problem = why
		}
	}
	if strings.ContainsAny(text, " \t\r\n\u00a0") {
		wrong("it holds white space")
		rest = strings.Join(strings.Fields(rest), "")
	}
	if rest == "*" && r.scheme == "all" {
		r.all = true
		return r
	}
	if r.scheme == "all" {
		wrong("vers:all has no constraint but *")
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(rest, "|") {
		c := readConstraint(part)
		switch {
		case c.version == "":
			wrong("a constraint without a version")
			continue
		case strings.ContainsAny(c.version, "<>=!*"):
			wrong("the comparator of " + part + " is not known")
			continue
		case r.scheme != "" && strings.HasPrefix(part, "="):
			wrong("= is not written in the canonical form")
		case seen[c.version]:
			wrong("the version " + c.version + " occurs twice")
			if r.scheme == "" {
				// ">2|<3|>3" leaves a version out: that makes sense of a kind.
				r.problem = ""
			}
		}
		seen[c.version] = true
		r.constraints = append(r.constraints, c)
	}
	r.order(wrong)
	return r
}

func readConstraint(part string) constraint {
	for _, op := range []string{"<=", ">=", "!=", "<", ">", "="} {
		if rest, ok := strings.CutPrefix(part, op); ok {
			return constraint{op, rest}
		}
	}
	return constraint{"=", part}
}

// order checks that bounds alternate and, where the order is known, ascend.
func (r *versionRange) order(wrong func(string)) {
	last := ""
	for _, c := range r.constraints {
		if c.op[0] == '<' || c.op[0] == '>' {
			if last == c.op[:1] {
				wrong("one of two bounds in the same direction says nothing")
			}
			last = c.op[:1]
		}
	}
	less := versSchemes[r.scheme]
	if r.scheme == "" || less == nil {
		return
	}
	for i := 1; i < len(r.constraints); i++ {
		if less(r.constraints[i-1].version, r.constraints[i].version) > 0 {
			wrong("the versions are not in ascending order")
			return
		}
	}
}

// single reports whether the range identifies just one version.
func (r versionRange) single() bool {
	return len(r.constraints) == 1 && r.constraints[0].op == "="
}

// openAbove reports whether the last bound is a lower one.
func (r versionRange) openAbove() bool {
	for _, c := range slices.Backward(r.constraints) {
		if c.op != "!=" {
			return c.op[0] == '>'
		}
	}
	return false
}

// interval is one stretch of a range; "" is no bound.
type interval struct {
	low, high         string
	lowOpen, highOpen bool
}

// intervals are the stretches of a range, and the versions left out of them.
func (r versionRange) intervals() (out []interval, without []string) {
	if r.all {
		return []interval{{}}, nil
	}
	var open *interval
	for _, c := range r.constraints {
		switch c.op {
		case "=":
			out = append(out, interval{low: c.version, high: c.version})
		case "!=":
			without = append(without, c.version)
		case ">", ">=":
			if open != nil {
				out = append(out, *open)
			}
			open = &interval{low: c.version, lowOpen: c.op == ">"}
		case "<", "<=":
			if open == nil {
				open = &interval{}
			}
			open.high, open.highOpen = c.version, c.op == "<"
			out = append(out, *open)
			open = nil
		}
	}
	if open != nil {
		out = append(out, *open)
	}
	if len(out) == 0 && len(without) > 0 {
		out = []interval{{}}
	}
	return out, without
}

// contains reports whether a version is in the range.
func (r versionRange) contains(version string) bool {
	in, without := r.intervals()
	for _, w := range without {
		if compareLoose(w, version) == 0 {
			return false
		}
	}
	return slices.ContainsFunc(in, func(i interval) bool { return i.overlaps(interval{low: version, high: version}) })
}

// overlaps reports whether two ranges share a version. Single versions that are
// left out count only where the shared part is no more than one of them.
func (r versionRange) overlaps(q versionRange) bool {
	a, _ := r.intervals()
	b, _ := q.intervals()
	for _, x := range a {
		for _, y := range b {
			if !x.overlaps(y) {
				continue
			}
			if x.low != "" && x.low == x.high && !q.contains(x.low) || y.low != "" && y.low == y.high && !r.contains(y.low) {
				continue
			}
			return true
		}
	}
	return false
}

func (i interval) overlaps(j interval) bool {
	below := func(a, b interval) bool { // the whole of a below b
		if a.high == "" || b.low == "" {
			return false
		}
		c := compareLoose(a.high, b.low)
		return c < 0 || c == 0 && (a.highOpen || b.lowOpen)
	}
	return !below(i, j) && !below(j, i)
}

// compareSemVer orders by SemVer §11, with a leading v or without.
func compareSemVer(a, b string) int {
	x, y := readVersion(strings.TrimPrefix(a, "v")), readVersion(strings.TrimPrefix(b, "v"))
	if !x.ok || !y.ok || !x.semver || !y.semver {
		return compareLoose(a, b)
	}
	return x.compare(y)
}

// compareLoose orders versions of which only the look is known: numbers as numbers,
// letters as letters, "1.0-rc" before "1.0" before "1.0.1".
func compareLoose(a, b string) int {
	a, b = strings.TrimLeft(a, "vV"), strings.TrimLeft(b, "vV")
	for a != "" && b != "" {
		var x, y string
		x, a = nextRun(a)
		y, b = nextRun(b)
		if c := compareRun(x, y); c != 0 {
			return c
		}
	}
	tail := func(s string) int {
		switch {
		case s == "" || strings.Trim(s, ".0") == "" || s[0] == '+':
			return 0
		case s[0] == '-' || s[0] == '~':
			return -1
		}
		return 1
	}
	return tail(a) - tail(b)
}

// nextRun cuts off a run of digits, of letters, or one separator.
func nextRun(s string) (run, rest string) {
	kind := runKind(s[0])
	i := 1
	for kind != 0 && i < len(s) && runKind(s[i]) == kind {
		i++
	}
	return s[:i], s[i:]
}

func runKind(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return 1
	case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
		return 2
	}
	return 0
}

func compareRun(x, y string) int {
	if runKind(x[0]) == 1 && runKind(y[0]) == 1 {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(len(x)-len(y), strings.Compare(x, y))
	}
	rank := func(s string) int { // "1.0-rc" < "1.0a" < "1.0.1" < "1.01"
		switch {
		case s[0] == '-' || s[0] == '~':
			return 0
		case runKind(s[0]) == 2:
			return 1
		case runKind(s[0]) == 0:
			return 2
		}
		return 3
	}
	return cmp.Or(rank(x)-rank(y), strings.Compare(strings.ToLower(x), strings.ToLower(y)))
}
