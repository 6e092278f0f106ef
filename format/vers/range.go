package vers

import (
	"fmt"

	"github.com/wardround/wardround/format/version"
)

// build turns the sorted constraints into a set, and says what is wrong with their
// sequence (clause 5.4). strict also wants them sorted, every version once.
func (r *Range) build(strict bool) error {
	switch {
	case r.Type == "none":
		return nil
	case r.Any:
		r.set = everything
		return nil
	case r.Type == "test" || r.Type == "example":
		return nil // reserved: no order is defined, so nothing can be judged
	}
	vs, err := r.parsed()
	if err != nil {
		return err
	}
	for i := 1; i < len(vs); i++ {
		n, err := vs[i-1].Compare(vs[i])
		switch {
		case err != nil:
			return err
		case n > 0:
			return fmt.Errorf("%w: %s stands before %s, but is newer", ErrInvalid, r.Constraints[i-1].Version, r.Constraints[i].Version)
		case n == 0 && (strict || !harmless(r.Constraints[i-1].Comparator, r.Constraints[i].Comparator)):
			return fmt.Errorf("%w: %s and %s are about the same version", ErrInvalid, r.Constraints[i-1], r.Constraints[i])
		}
	}
	var points, spans set
	var holes []version.Version
	last := Constraint{} // of those that are not !=
	begin := bound{}
	for i, c := range r.Constraints {
		if c.Comparator == NotEqual {
			holes = append(holes, vs[i])
			continue
		}
		up := last.Comparator == Greater || last.Comparator == GreaterOrEqual
		switch c.Comparator {
		case Less, LessOrEqual:
			if last.Comparator != "" && !up {
				return fmt.Errorf("%w: %s after %s leaves open what lies between", ErrInvalid, c, last)
			}
			spans = append(spans, interval{begin, bound{vs[i], c.Comparator == LessOrEqual}})
			begin = bound{}
		default:
			if up {
				return fmt.Errorf("%w: %s after %s is already covered, or contradicts it", ErrInvalid, c, last)
			}
			if c.Comparator == Equal {
				points = append(points, interval{bound{vs[i], true}, bound{vs[i], true}})
				break
			}
			begin = bound{vs[i], c.Comparator == GreaterOrEqual}
		}
		last = c
	}
	if !begin.open() {
		spans = append(spans, interval{lo: begin})
	}
	if last.Comparator == "" {
		spans = everything
	}
	return r.assemble(spans, points, holes)
}

// harmless: two constraints about one version that together mean something.
// <=2 and >=2 join; <2 and >2 leave it out.
func harmless(a, b Comparator) bool { return side(a) == 0 && side(b) == 2 }

func (r *Range) assemble(spans, points set, holes []version.Version) error {
	s, err := union(spans, points)
	if err != nil {
		return err
	}
	if len(holes) > 0 {
		rest := make(set, 0, len(holes)+1)
		from := bound{}
		for _, h := range holes {
			rest = append(rest, interval{from, bound{v: h}})
			from = bound{v: h}
		}
		if s, err = intersect(s, append(rest, interval{lo: from})); err != nil {
			return err
		}
	}
	r.set = s
	return nil
}

// Contains reports whether the version is in the range. The error wraps
// version.ErrInvalid or version.ErrIncomparable: then nothing is known.
func (r Range) Contains(v string) (bool, error) {
	if r.Type == "none" {
		return false, nil
	}
	if r.Any {
		return true, nil
	}
	scheme, ok := Scheme(r.Type)
	if !ok {
		return false, fmt.Errorf("%w: the order of %s versions is not known", version.ErrIncomparable, r.Type)
	}
	w, err := scheme.Parse(v)
	if err != nil {
		return false, err
	}
	return r.ContainsVersion(w)
}

// ContainsVersion is Contains of a version parsed once for many ranges.
func (r Range) ContainsVersion(v version.Version) (bool, error) {
	if r.Type == "none" || len(r.set) == 0 {
		return false, nil
	}
	if r.Any {
		return true, nil
	}
	return r.set.contains(v)
}

// Empty reports whether no version at all is in the range.
func (r Range) Empty() bool { return !r.Any && len(r.set) == 0 || r.Type == "none" }

// Simplified is the same set of versions as the shortest valid vers.
func (r Range) Simplified() Range {
	if r.Any || r.Type == "test" || r.Type == "example" {
		return r
	}
	return fromSet(r.Type, r.set)
}

func fromSet(typ string, s set) Range {
	out := Range{Type: typ, set: s}
	switch {
	case len(s) == 0:
		return Range{Type: "none", Any: true}
	case len(s) == 1 && s[0].lo.open() && s[0].hi.open():
		out.Any = true
	default:
		out.Constraints = s.constraints()
	}
	return out
}

// Union contains what any of the ranges does. All are of one type, but for
// vers:none and vers:all.
func Union(ranges ...Range) (Range, error) {
	return merge(set{}, ranges, func(a, b set) (set, error) { return union(a, b) })
}

// Intersection contains what all of the ranges do.
func Intersection(ranges ...Range) (Range, error) { return merge(everything, ranges, intersect) }

func merge(start set, ranges []Range, with func(a, b set) (set, error)) (Range, error) {
	typ := ""
	for _, r := range ranges {
		if r.Type == "all" || r.Type == "none" || r.Type == "" {
			continue
		}
		if typ != "" && typ != r.Type {
			return Range{}, fmt.Errorf("%w: %s and %s are ranges of different versions", ErrInvalid, typ, r.Type)
		}
		typ = r.Type
	}
	if typ == "" {
		typ = "all"
	}
	s := start
	for _, r := range ranges {
		own := r.set
		if r.Any && r.Type != "none" {
			own = everything
		}
		var err error
		if s, err = with(s, own); err != nil {
			return Range{}, err
		}
	}
	return fromSet(typ, s), nil
}

// Order sorts versions of a type, oldest first, in their normal spelling.
func Order(typ string, versions []string) ([]string, error) {
	r := Range{Type: typ}
	for _, v := range versions {
		r.Constraints = append(r.Constraints, Constraint{Equal, v})
	}
	if err := r.sort(); err != nil {
		return nil, err
	}
	out := make([]string, len(versions))
	for i, c := range r.Constraints {
		out[i] = normal(typ, c.Version)
	}
	return out, nil
}
