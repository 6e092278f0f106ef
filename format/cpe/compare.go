package cpe

import (
	"fmt"
	"strings"
)

// Relation is how a source, a name or a value of one, stands to a target as sets
// of products (NISTIR 7696 §6.1).
type Relation uint8

const (
	// Undefined: the standard gives no answer; for names, they overlap at most.
	Undefined Relation = iota
	// Disjoint: nothing is in both.
	Disjoint
	// Equal: the same set.
	Equal
	// Subset: the source is narrower than the target.
	Subset
	// Superset: the source is wider than the target.
	Superset
)

func (r Relation) String() string {
	switch r {
	case Disjoint:
		return "disjoint"
	case Equal:
		return "equal"
	case Subset:
		return "subset"
	case Superset:
		return "superset"
	}
	return "undefined"
}

// Inverse is the relation seen from the target.
func (r Relation) Inverse() Relation {
	switch r {
	case Subset:
		return Superset
	case Superset:
		return Subset
	}
	return r
}

// CompareValues relates two values of one attribute after NISTIR 7696 table 6-2.
// A target with wildcards is undefined, unless source and target are the same.
func CompareValues(source, target Value) Relation {
	if source.IsAny() && target.IsAny() || source == target && !source.Wild() {
		return Equal
	}
	if target.Wild() {
		return Undefined
	}
	switch {
	case source.IsAny():
		return Superset
	case target.IsAny():
		return Subset
	case source.IsNA() || target.IsNA():
		return Disjoint
	case source.Wild() && fits(string(source), string(target)):
		return Superset
	}
	return Disjoint
}

// fits reports whether text, which has no wildcards, is among what pattern stands
// for: * for any text, each ? for one character or none.
func fits(pattern, text string) bool {
	before, after := leading(pattern), trailing(pattern)
	core := pattern[before : len(pattern)-after]
	room := func(wild string) int {
		if wild == "*" {
			return MaxLength
		}
		return len(wild)
	}
	head, tail := room(pattern[:before]), room(pattern[len(pattern)-after:])
	for i := 0; i+len(core) <= len(text); i++ {
		if boundary(text, i) && strings.HasPrefix(text[i:], core) &&
			characters(text[:i]) <= head && characters(text[i+len(core):]) <= tail {
			return true
		}
	}
	return false
}

// boundary reports whether a character, quoted or not, begins at i.
func boundary(s string, i int) bool {
	slashes := 0
	for j := i - 1; j >= 0 && s[j] == '\\'; j-- {
		slashes++
	}
	return slashes%2 == 0
}

// characters counts them; a quoted one is one.
func characters(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		}
		n++
	}
	return n
}

// Compare relates two names after NISTIR 7696 table 6-4: disjoint if they are in
// any attribute, else as all attributes agree.
func Compare(source, target Name) Relation {
	equal, subset, superset := true, true, true
	undefined := false
	for a := range source {
		switch CompareValues(source[a], target[a]) {
		case Disjoint:
			return Disjoint
		case Undefined:
			undefined = true
		case Subset:
			equal, superset = false, false
		case Superset:
			equal, subset = false, false
		}
	}
	switch {
	case undefined:
		return Undefined
	case equal:
		return Equal
	case subset:
		return Subset
	case superset:
		return Superset
	}
	return Undefined
}

// Match compares a criterion, a name as an advisory writes it, with the name of a
// component, and says what decided.
func Match(criteria, target Name) (Relation, string) {
	r := Compare(criteria, target)
	var words []string
	for a := range criteria {
		c, t := criteria[a], target[a]
		at := Attribute(a)
		switch rel := CompareValues(c, t); {
		case rel == Disjoint:
			return r, fmt.Sprintf("%s is %s, the criterion asks for %s", at, t, c)
		case rel == Subset && r != Superset:
			words = append(words, fmt.Sprintf("%s is not stated, the criterion asks for %s", at, c))
		case rel == Undefined:
			words = append(words, fmt.Sprintf("%s %s stands for several, the criterion asks for %s", at, t, c))
		}
	}
	if len(words) > 0 {
		return r, strings.Join(words, "; ")
	}
	if r == Equal {
		return r, "the same name"
	}
	return r, "the criterion covers this name"
}
