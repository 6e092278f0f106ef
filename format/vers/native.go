package vers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrContradiction: the parts of a range have no version in common.
var ErrContradiction = errors.New("no version satisfies it")

// alternatives is a native range: any of the lists, and of one list everything.
type alternatives [][]Constraint

// natives are the readers of native notations, by type.
var natives = map[string]func(string) (alternatives, error){
	"npm": npm, "cargo": cargo, "conan": conan, "gem": gem, "pypi": pypi,
	"maven": brackets(Equal), "nuget": brackets(GreaterOrEqual),
	"nginx": nginx, "openssl": listed, "composer": composer,
}

// FromNative converts a range in the notation of the type's ecosystem. Types
// without one of their own are read as comparators between commas or spaces,
// "< 2.0, >= 1.1".
func FromNative(typ, native string) (Range, error) {
	if len(native) > MaxLength {
		return Range{}, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(native), MaxLength)
	}
	for i := range len(native) {
		if c := native[i]; c != '\t' && c < ' ' || c >= 0x7f {
			return Range{}, fmt.Errorf("%w: byte %#x at %d", ErrInvalid, c, i)
		}
	}
	if _, ok := Scheme(typ); !ok {
		return Range{}, fmt.Errorf("%w: type %q is not known", ErrInvalid, typ)
	}
	read := natives[typ]
	if read == nil {
		read = plainComparators
	}
	alts, err := read(strings.TrimSpace(strings.ReplaceAll(native, "\t", " ")))
	if err != nil {
		return Range{}, fmt.Errorf("%s range %.120q: %w", typ, native, err)
	}
	return assembleNative(typ, native, alts)
}

func assembleNative(typ, native string, alts alternatives) (Range, error) {
	r := Range{Type: typ}
	sets := make([]set, 0, len(alts))
	for _, alt := range alts {
		if len(r.Constraints)+len(alt) > MaxConstraints {
			return Range{}, fmt.Errorf("%w: more than %d constraints", ErrInvalid, MaxConstraints)
		}
		s, err := conjunction(typ, alt)
		if err != nil {
			return Range{}, fmt.Errorf("%s range %.120q: %w", typ, native, err)
		}
		if len(s) == 0 { // says nothing beside the others
			continue
		}
		r.Constraints = append(r.Constraints, alt...)
		sets = append(sets, s)
	}
	if len(sets) == 0 {
		return Range{}, fmt.Errorf("%s range %.120q: %w", typ, native, ErrContradiction)
	}
	var err error
	if r.set, err = union(sets...); err != nil {
		return Range{}, err
	}
	if slices.ContainsFunc(alts, func(a []Constraint) bool { return len(a) == 0 }) {
		return Range{Type: typ, Any: true, set: everything}, nil
	}
	return r, r.sort()
}

// conjunction is the set of versions that satisfy all constraints.
func conjunction(typ string, all []Constraint) (set, error) {
	scheme, _ := Scheme(typ)
	s := everything
	for _, c := range all {
		v, err := scheme.Parse(c.Version)
		if err != nil {
			return nil, err
		}
		var one set
		switch c.Comparator {
		case Equal:
			one = set{{bound{v, true}, bound{v, true}}}
		case NotEqual:
			one = set{{hi: bound{v: v}}, {lo: bound{v: v}}}
		case Less, LessOrEqual:
			one = set{{hi: bound{v, c.Comparator == LessOrEqual}}}
		default:
			one = set{{lo: bound{v, c.Comparator == GreaterOrEqual}}}
		}
		if s, err = intersect(s, one); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// operator splits a comparator off the start of s; longest first.
func operator(s string, ops ...string) (op, rest string) {
	for _, o := range ops {
		if r, ok := strings.CutPrefix(s, o); ok {
			return o, strings.TrimSpace(r)
		}
	}
	return "", s
}

// glue takes the spaces after operators away and splits at the rest: "> 1 <2".
func glue(s, operators string) []string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] == ' ' && len(out) > 0 && strings.IndexByte(operators, out[len(out)-1]) >= 0 {
			continue
		}
		out = append(out, s[i])
	}
	return strings.Fields(string(out))
}

func plainComparators(s string) (alternatives, error) {
	var all []Constraint
	for _, part := range glue(strings.ReplaceAll(s, ",", " "), "<>=!") {
		op, v := operator(part, ">=", "<=", "!=", "==", ">>", "<<", ">", "<", "=")
		switch op {
		case "", "==":
			op = "="
		case ">>", "<<": // deb's strict ones
			op = op[:1]
		}
		if v == "" {
			return nil, fmt.Errorf("%w: %q without a version", ErrInvalid, part)
		}
		if v == "*" {
			continue
		}
		all = append(all, Constraint{Comparator(op), v})
	}
	return alternatives{all}, nil
}

// listed is a list of single versions between commas.
func listed(s string) (alternatives, error) {
	var out alternatives
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			return nil, fmt.Errorf("%w: nothing between commas", ErrInvalid)
		}
		out = append(out, []Constraint{{Equal, part}})
	}
	return out, nil
}

// nginx reads what nginx.org prints: "1.5.0+, 1.4.1+" and "0.7.52-0.8.39". The
// plus of a stable (even) branch goes as far as the branch.
func nginx(s string) (alternatives, error) {
	var out alternatives
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "" || part == "none":
			return nil, fmt.Errorf("%w: no version in %q", ErrInvalid, s)
		case part == "all":
			return alternatives{nil}, nil
		case strings.HasSuffix(part, "+"):
			v := strings.TrimSuffix(part, "+")
			alt := []Constraint{{GreaterOrEqual, v}}
			f := fieldsOf(v)
			if len(f) >= 2 && even(f[1]) {
				alt = append(alt, Constraint{Less, bump(f, 1) + ".0"})
			}
			out = append(out, alt)
		default:
			if from, to, ok := strings.Cut(part, "-"); ok {
				out = append(out, []Constraint{{GreaterOrEqual, strings.TrimSpace(from)}, {LessOrEqual, strings.TrimSpace(to)}})
				continue
			}
			out = append(out, []Constraint{{Equal, part}})
		}
	}
	return out, nil
}

func even(number string) bool { return number != "" && (number[len(number)-1]-'0')%2 == 0 }

// brackets reads [1.0,2.0),(3.0,] of Maven and NuGet. A version alone is that
// version to Maven, and the lowest that will do to NuGet.
func brackets(alone Comparator) func(string) (alternatives, error) {
	return func(s string) (alternatives, error) {
		var out alternatives
		for s != "" {
			if s[0] != '[' && s[0] != '(' {
				if strings.ContainsAny(s, "[](),") {
					return nil, fmt.Errorf("%w: %q begins no interval", ErrInvalid, s)
				}
				if s == "*" {
					return append(out, nil), nil
				}
				return append(out, []Constraint{{alone, s}}), nil
			}
			end := strings.IndexAny(s, "])")
			if end < 0 {
				return nil, fmt.Errorf("%w: %q does not end", ErrInvalid, s)
			}
			alt, err := bracket(s[1:end], s[0] == '[', s[end] == ']')
			if err != nil {
				return nil, err
			}
			out = append(out, alt)
			s = strings.TrimSpace(s[end+1:])
			rest, more := strings.CutPrefix(s, ",")
			if s != "" && !more || more && strings.TrimSpace(rest) == "" {
				return nil, fmt.Errorf("%w: %q after an interval", ErrInvalid, s)
			}
			s = strings.TrimSpace(rest)
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("%w: empty", ErrInvalid)
		}
		return out, nil
	}
}

func bracket(inner string, from, to bool) ([]Constraint, error) {
	lo, hi, two := strings.Cut(inner, ",")
	lo, hi = strings.TrimSpace(lo), strings.TrimSpace(hi)
	if !two {
		if lo == "" || !from || !to {
			return nil, fmt.Errorf("%w: %q is no interval", ErrInvalid, inner)
		}
		return []Constraint{{Equal, lo}}, nil
	}
	if strings.ContainsAny(hi, ",") {
		return nil, fmt.Errorf("%w: three versions in %q", ErrInvalid, inner)
	}
	var out []Constraint
	if lo != "" {
		op := Greater
		if from {
			op = GreaterOrEqual
		}
		out = append(out, Constraint{op, lo})
	}
	if hi != "" {
		op := Less
		if to {
			op = LessOrEqual
		}
		out = append(out, Constraint{op, hi})
	}
	return out, nil
}
