package vers

import (
	"slices"

	"github.com/wardround/wardround/format/version"
)

// bound is an end of an interval; a zero version is no end.
type bound struct {
	v         version.Version
	inclusive bool
}

func (b bound) open() bool { return b.v.IsZero() }

// interval holds the versions between two bounds.
type interval struct{ lo, hi bound }

// set is a union of intervals, sorted, none touching the next.
type set []interval

var everything = set{interval{}}

// contains finds v by halving.
func (s set) contains(v version.Version) (bool, error) {
	var err error
	_, found := slices.BinarySearchFunc(s, v, func(iv interval, v version.Version) int {
		n, e := iv.place(v)
		if e != nil {
			err = e
		}
		return n
	})
	if err != nil {
		// Halving may have met the one interval with which v has no order.
		return s.search(v)
	}
	return found, nil
}

// search asks every interval.
func (s set) search(v version.Version) (bool, error) {
	var unsure error
	for _, iv := range s {
		n, err := iv.place(v)
		switch {
		case err != nil:
			unsure = err
		case n == 0:
			return true, nil
		}
	}
	return false, unsure
}

// place says where the interval lies: before v (-1), around it (0) or after it (1).
func (iv interval) place(v version.Version) (int, error) {
	if !iv.lo.open() {
		n, err := iv.lo.v.Compare(v)
		if err != nil {
			return 0, err
		}
		if n > 0 || n == 0 && !iv.lo.inclusive {
			return 1, nil
		}
	}
	if !iv.hi.open() {
		n, err := iv.hi.v.Compare(v)
		if err != nil {
			return 0, err
		}
		if n < 0 || n == 0 && !iv.hi.inclusive {
			return -1, nil
		}
	}
	return 0, nil
}

// lower orders bounds where intervals begin; an inclusive one begins earlier.
func lower(a, b bound) (int, error) {
	switch {
	case a.open() && b.open():
		return 0, nil
	case a.open():
		return -1, nil
	case b.open():
		return 1, nil
	}
	n, err := a.v.Compare(b.v)
	if n == 0 && err == nil && a.inclusive != b.inclusive {
		if a.inclusive {
			return -1, nil
		}
		return 1, nil
	}
	return n, err
}

// upper orders bounds where intervals end; an inclusive one ends later.
func upper(a, b bound) (int, error) {
	switch {
	case a.open() && b.open():
		return 0, nil
	case a.open():
		return 1, nil
	case b.open():
		return -1, nil
	}
	n, err := a.v.Compare(b.v)
	if n == 0 && err == nil && a.inclusive != b.inclusive {
		if a.inclusive {
			return 1, nil
		}
		return -1, nil
	}
	return n, err
}

// empty reports whether nothing lies between lo and hi.
func (iv interval) empty() (bool, error) {
	if iv.lo.open() || iv.hi.open() {
		return false, nil
	}
	n, err := iv.lo.v.Compare(iv.hi.v)
	return n > 0 || n == 0 && !(iv.lo.inclusive && iv.hi.inclusive), err
}

// union puts sets together and merges what touches.
func union(sets ...set) (set, error) {
	all := slices.Concat(sets...)
	var err error
	slices.SortStableFunc(all, func(a, b interval) int {
		n, e := lower(a.lo, b.lo)
		if e != nil && err == nil {
			err = e
		}
		return n
	})
	if err != nil {
		return nil, err
	}
	var out set
	for _, iv := range all {
		none, err := iv.empty()
		if err != nil {
			return nil, err
		}
		if none {
			continue
		}
		if len(out) == 0 {
			out = append(out, iv)
			continue
		}
		last := &out[len(out)-1]
		apart, err := before(last.hi, iv.lo)
		if err != nil {
			return nil, err
		}
		if apart {
			out = append(out, iv)
			continue
		}
		n, err := upper(last.hi, iv.hi)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			last.hi = iv.hi
		}
	}
	return out, nil
}

// before reports whether something lies, or is left out, between an end and the
// next beginning.
func before(end, begin bound) (bool, error) {
	if end.open() || begin.open() {
		return false, nil
	}
	n, err := end.v.Compare(begin.v)
	return n < 0 || n == 0 && !end.inclusive && !begin.inclusive, err
}

// intersect keeps what is in both.
func intersect(a, b set) (set, error) {
	var out set
	for i, j := 0, 0; i < len(a) && j < len(b); {
		iv := a[i]
		n, err := lower(iv.lo, b[j].lo)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			iv.lo = b[j].lo
		}
		if n, err = upper(iv.hi, b[j].hi); err != nil {
			return nil, err
		}
		if n > 0 {
			iv.hi = b[j].hi
			j++
		} else {
			i++
		}
		none, err := iv.empty()
		if err != nil {
			return nil, err
		}
		if !none {
			out = append(out, iv)
		}
	}
	return out, nil
}

// constraints writes the set as the shortest valid sequence.
func (s set) constraints() []Constraint {
	var out []Constraint
	for i, iv := range s {
		hole := false // left out between this interval and the one before
		if i > 0 {
			n, err := s[i-1].hi.v.Compare(iv.lo.v)
			hole = err == nil && n == 0
		}
		switch {
		case hole:
			out[len(out)-1] = Constraint{NotEqual, iv.lo.v.String()}
		case iv.lo.open():
		case !iv.hi.open() && iv.lo.inclusive && iv.hi.inclusive && same(iv.lo.v, iv.hi.v):
			out = append(out, Constraint{Equal, iv.lo.v.String()})
			continue
		case iv.lo.inclusive:
			out = append(out, Constraint{GreaterOrEqual, iv.lo.v.String()})
		default:
			out = append(out, Constraint{Greater, iv.lo.v.String()})
		}
		switch {
		case iv.hi.open():
		case iv.hi.inclusive:
			out = append(out, Constraint{LessOrEqual, iv.hi.v.String()})
		default:
			out = append(out, Constraint{Less, iv.hi.v.String()})
		}
	}
	return out
}

func same(a, b version.Version) bool {
	n, err := a.Compare(b)
	return err == nil && n == 0
}
