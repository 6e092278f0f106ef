package cpe

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/version"
)

// Answer is what a range says of a component.
type Answer uint8

const (
	// CannotTell: the component's name says too little, or its version has no order
	// with the range's.
	CannotTell Answer = iota
	// No: it is not in the range.
	No
	// Yes: it is.
	Yes
)

func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "cannot tell"
}

// Range is a cpeMatch of NVD: a criterion, and bounds of the version beside it.
// Empty bounds are none; at most one start and one end is set.
type Range struct {
	Criteria       Name
	StartIncluding string
	StartExcluding string
	EndIncluding   string
	EndExcluding   string
}

// Bounded reports whether there is a bound beside the name.
func (r Range) Bounded() bool {
	return r.StartIncluding != "" || r.StartExcluding != "" || r.EndIncluding != "" || r.EndExcluding != ""
}

// Contains says whether the component is in the range, and why. order is that of
// the product's versions, see [Order].
func (r Range) Contains(target Name, order version.Scheme) (Answer, string) {
	criteria := r.Criteria
	if r.Bounded() {
		// The bounds say it all; the name's version is * there, or NVD's slip.
		criteria[Version], criteria[Update] = Any, Any
	}
	switch rel, why := Match(criteria, target); rel {
	case Disjoint:
		return No, why
	case Subset, Undefined:
		return CannotTell, why
	}
	if !r.Bounded() {
		return Yes, "the criterion covers this name"
	}
	switch v := target[Version]; {
	case v.IsAny():
		return CannotTell, "version is not stated, the criterion asks for " + r.String()
	case v.IsNA():
		return No, "it has no version, the criterion asks for " + r.String()
	case v.Wild():
		return CannotTell, "version " + v.String() + " stands for several"
	}
	return r.within(written(target, order), order)
}

// written is a version with its update, as makers write them together: 8.1 sp3. In
// the schemes of ecosystems an update is a pre-release: 6.1-rc3.
func written(n Name, order version.Scheme) string {
	s, u := n[Version].Literal(), n[Update].Literal()
	switch {
	case u == "":
		return s
	case order == version.Loose:
		return s + " " + u
	case order == version.PyPI:
		return s + u
	}
	return s + "-" + u
}

func (r Range) within(have string, order version.Scheme) (Answer, string) {
	v, err := order.Parse(have)
	if err != nil {
		return CannotTell, fmt.Sprintf("version %s has no order: %v", have, err)
	}
	unsure := ""
	for _, b := range []struct {
		bound  string
		inside func(int) bool
	}{
		{r.StartIncluding, func(n int) bool { return n >= 0 }},
		{r.StartExcluding, func(n int) bool { return n > 0 }},
		{r.EndIncluding, func(n int) bool { return n <= 0 }},
		{r.EndExcluding, func(n int) bool { return n < 0 }},
	} {
		if b.bound == "" {
			continue
		}
		n, err := compareTo(v, b.bound, order)
		switch {
		case err != nil:
			unsure = fmt.Sprintf("version %s against %s: %v", have, b.bound, err)
		case !b.inside(n):
			return No, fmt.Sprintf("version %s is not %s", have, r)
		}
	}
	if unsure != "" {
		return CannotTell, unsure
	}
	return Yes, fmt.Sprintf("version %s is %s", have, r)
}

func compareTo(v version.Version, bound string, order version.Scheme) (int, error) {
	if bound == v.String() {
		return 0, nil
	}
	w, err := order.Parse(bound)
	if err != nil {
		return 0, err
	}
	n, err := v.Compare(w)
	if err != nil && !errors.Is(err, version.ErrIncomparable) {
		return 0, err
	}
	return n, err
}

// String is the bounds, "from 3.0 and before 4.33".
func (r Range) String() string {
	var words []string
	for _, b := range []struct{ word, bound string }{
		{"from", r.StartIncluding}, {"after", r.StartExcluding}, {"up to", r.EndIncluding}, {"before", r.EndExcluding},
	} {
		if b.bound != "" {
			words = append(words, b.word+" "+b.bound)
		}
	}
	if len(words) == 0 {
		return r.Criteria.String()
	}
	return strings.Join(words, " and ")
}
