package portfolio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/purl"
	"github.com/wardround/wardround/format/version"
)

// Range is a set of versions of one package type. The zero value holds every
// version.
type Range struct {
	text   string
	scheme version.Scheme
	any    [][]bound // one of these: all of its bounds
	vers   []bound   // of a vers range: in the order of versions
}

// bound is one comparison.
type bound struct {
	op string // "<", "<=", "=", "!=", ">=", ">"
	v  version.Version
}

// maxBounds bounds how many comparisons a range may have.
const maxBounds = 1000

// ParseRange reads a range of versions for a package of a purl type ("npm", "deb",
// "golang"): comparisons joined by commas or spaces, alternatives by "||"
//
//	>=1.2.0 <1.2.9 || >=2.0.0, <2.0.3
//
// or a vers range (vers:npm/>=1.2.0|<1.2.9), whose own type counts. "" and "*" are
// every version; a version alone is that version. Errors name what was not
// understood.
func ParseRange(typ, s string) (Range, error) {
	s = strings.TrimSpace(s)
	r := Range{text: s}
	rest, isVers := strings.CutPrefix(s, "vers:")
	if isVers {
		var ok bool
		if typ, rest, ok = strings.Cut(rest, "/"); !ok {
			return r, fmt.Errorf("range %q: after vers: comes a type, a slash, and comparisons", s)
		}
	}
	r.scheme = schemeOf(typ)
	if rest == "" || rest == "*" {
		return r, nil
	}
	if isVers {
		list, err := r.bounds(strings.Split(rest, "|"))
		if err != nil {
			return r, err
		}
		r.vers = list
		return r, r.order()
	}
	for _, alternative := range strings.Split(rest, "||") {
		list, err := r.bounds(strings.FieldsFunc(spaced(alternative), func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }))
		if err != nil {
			return r, err
		}
		if len(list) == 0 {
			return r, fmt.Errorf("range %q: an alternative is empty", s)
		}
		r.any = append(r.any, list)
	}
	return r, nil
}

// spaced lets ">= 1.2" be written with a space.
func spaced(s string) string {
	for _, op := range []string{">=", "<=", "!=", ">", "<", "="} {
		for strings.Contains(s, op+" ") {
			s = strings.ReplaceAll(s, op+" ", op)
		}
	}
	return s
}

// distributed are purl types whose ecosystem depends on the namespace; the order of
// versions does not.
var distributed = map[string]string{"deb": "Debian", "rpm": "Red Hat", "apk": "Alpine"}

func schemeOf(typ string) version.Scheme {
	if e, ok := distributed[typ]; ok {
		return version.ParseEcosystem(e).Scheme()
	}
	if p, err := purl.Parse("pkg:" + typ + "/x/x@1"); err == nil {
		if l, ok := purl.Locate(p); ok {
			return l.Ecosystem.Scheme()
		}
	}
	return version.ParseEcosystem(typ).Scheme()
}

func (r *Range) bounds(parts []string) (out []bound, err error) {
	if len(parts) > maxBounds {
		return nil, fmt.Errorf("a range may have %d comparisons; this one has %d", maxBounds, len(parts))
	}
	for _, p := range parts {
		b := bound{op: "="}
		for _, op := range []string{">=", "<=", "!=", ">", "<", "="} {
			if rest, ok := strings.CutPrefix(p, op); ok {
				b.op, p = op, rest
				break
			}
		}
		if b.v, err = r.scheme.Parse(p); err != nil {
			return nil, fmt.Errorf("range %q: %q is no version: %w", r.text, p, err)
		}
		out = append(out, b)
	}
	return out, nil
}

// order sorts the bounds of a vers range.
func (r *Range) order() (err error) {
	slices.SortStableFunc(r.vers, func(a, b bound) int {
		n, e := a.v.Compare(b.v)
		if e != nil && err == nil {
			err = fmt.Errorf("range %q: %w", r.text, e)
		}
		return n
	})
	return err
}

// Holds reports whether a version is in the range. known is false where that
// cannot be told: there is no version, or none that can be compared.
func (r *Range) Holds(v string) (in, known bool) {
	if len(r.any) == 0 && len(r.vers) == 0 {
		return true, true
	}
	x, err := r.scheme.Parse(v)
	if v == "" || err != nil {
		return false, false
	}
	if r.vers != nil {
		return r.between(x)
	}
	for _, all := range r.any {
		holds := true
		for _, b := range all {
			n, err := x.Compare(b.v)
			if err != nil {
				return false, false
			}
			holds = holds && b.takes(n)
		}
		if holds {
			return true, true
		}
	}
	return false, true
}

// takes reports whether a version that compares as n is on the right side.
func (b *bound) takes(n int) bool {
	switch b.op {
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	case ">=":
		return n >= 0
	case "!=":
		return n != 0
	}
	return n == 0
}

// between is the rule of the vers specification ("Checking if a version is
// contained within a range").
func (r *Range) between(x version.Version) (in, known bool) {
	var pairs []bound
	var at []int
	for _, b := range r.vers {
		n, err := x.Compare(b.v)
		if err != nil {
			return false, false
		}
		if n == 0 {
			switch b.op {
			case "=", "<=", ">=":
				return true, true
			}
			return false, true // "!=", "<", ">" of the version itself
		}
		if b.op != "=" && b.op != "!=" {
			pairs, at = append(pairs, b), append(at, n)
		}
	}
	for i, b := range pairs {
		below := b.op[0] == '<'
		switch {
		case i == 0 && below && at[i] < 0:
			return true, true
		case i == len(pairs)-1 && !below && at[i] > 0:
			return true, true
		case i+1 < len(pairs) && !below && pairs[i+1].op[0] == '<' && at[i] > 0 && at[i+1] < 0:
			return true, true
		}
	}
	// Only exclusions: everything else is in.
	if len(pairs) == 0 && slices.ContainsFunc(r.vers, func(b bound) bool { return b.op == "!=" }) {
		return true, true
	}
	return false, true
}

// String is the range as it was written.
func (r *Range) String() string { return r.text }
