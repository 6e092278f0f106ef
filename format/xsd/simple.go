package xsd

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// simpleType is a type of texts. Facets of a derivation step stand in it; those of
// its base in the base.
type simpleType struct {
	base     *simpleType
	builtin  *builtin
	members  []*simpleType // of a union
	enum     map[string]bool
	patterns []*regexp.Regexp // one of them must match
	length   [3]*int          // exactly, at least, at most
	bounds   [2]*big.Rat      // minInclusive, maxInclusive
	preserve bool             // white space as it is; else
	replace  bool             // … each one a blank; else collapsed
}

func (c *compiler) simpleType(n *node) (*simpleType, error) {
	if err := n.only("name", "final"); err != nil {
		return nil, err
	}
	if len(n.children) != 1 {
		return nil, n.fail("has %d derivations", len(n.children))
	}
	n = n.children[0]
	switch n.name.Local {
	case "restriction":
		return c.restriction(n)
	case "union":
		return c.union(n)
	}
	return nil, n.fail("not supported in a simple type")
}

func (c *compiler) simpleNamed(n *node, ref string) (*simpleType, error) {
	t, err := c.resolve(n, ref)
	if err != nil {
		return nil, err
	}
	s, ok := t.(*simpleType)
	if !ok {
		return nil, n.fail("the type %s is not simple", ref)
	}
	return s, nil
}

func (c *compiler) union(n *node) (*simpleType, error) {
	if err := n.only("memberTypes"); err != nil {
		return nil, err
	}
	// White space is the members' affair.
	t := &simpleType{base: builtins["anySimpleType"], preserve: true}
	for _, ref := range strings.Fields(n.attrs["memberTypes"]) {
		m, err := c.simpleNamed(n, ref)
		if err != nil {
			return nil, err
		}
		t.members = append(t.members, m)
	}
	for _, child := range n.children {
		if child.name.Local != "simpleType" {
			return nil, child.fail("not supported in a union")
		}
		m, err := c.simpleType(child)
		if err != nil {
			return nil, err
		}
		t.members = append(t.members, m)
	}
	if len(t.members) == 0 {
		return nil, n.fail("has no members")
	}
	return t, nil
}

func (c *compiler) restriction(n *node) (*simpleType, error) {
	if err := n.only("base"); err != nil {
		return nil, err
	}
	t := &simpleType{}
	children := n.children
	var err error
	if ref, ok := n.attrs["base"]; ok {
		t.base, err = c.simpleNamed(n, ref)
	} else if len(children) > 0 && children[0].name.Local == "simpleType" {
		t.base, err = c.simpleType(children[0])
		children = children[1:]
	} else {
		err = n.fail("has no base")
	}
	if err != nil {
		return nil, err
	}
	t.preserve, t.replace = t.base.preserve, t.base.replace
	for _, f := range children {
		if err := f.only("value"); err != nil {
			return nil, err
		}
		if err := t.facet(f, f.attrs["value"]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *simpleType) facet(f *node, value string) error {
	kind := f.name.Local
	switch kind {
	case "enumeration":
		if t.enum == nil {
			t.enum = map[string]bool{}
		}
		t.enum[t.normal(value)] = true
	case "pattern":
		re, err := translate(value)
		if err != nil {
			return f.fail("%v", err)
		}
		t.patterns = append(t.patterns, re)
	case "length", "minLength", "maxLength":
		v, err := strconv.Atoi(value)
		if err != nil || v < 0 || t.root() == nil || !t.root().text {
			return f.fail("%q of this type", value)
		}
		t.length[map[string]int{"length": 0, "minLength": 1, "maxLength": 2}[kind]] = &v
	case "minInclusive", "maxInclusive":
		r, ok := number(value)
		if !ok || t.root() == nil || !t.root().number {
			return f.fail("%q of this type", value)
		}
		t.bounds[map[string]int{"minInclusive": 0, "maxInclusive": 1}[kind]] = r
	default:
		return f.fail("not supported")
	}
	return nil
}

// root returns the built-in type that t is derived from; nil for a union.
func (t *simpleType) root() *builtin {
	for ; t != nil; t = t.base {
		if len(t.members) > 0 {
			return nil
		}
		if t.builtin != nil {
			return t.builtin
		}
	}
	return nil
}

// normal applies the type's white space facet (Part 2 §4.3.6).
func (t *simpleType) normal(s string) string {
	switch {
	case t.preserve:
		return s
	case t.replace:
		return strings.Map(func(r rune) rune {
			if r == '\t' || r == '\n' || r == '\r' {
				return ' '
			}
			return r
		}, s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

// check says why a text is none of the type, "" if it is one.
func (t *simpleType) check(s string) string {
	s = t.normal(s)
	if t.base != nil {
		if why := t.base.check(s); why != "" {
			return why
		}
	}
	if t.builtin != nil && !t.builtin.ok(s) {
		return fmt.Sprintf("%.80q is no %s", s, t.builtin.name)
	}
	if len(t.members) > 0 && !t.member(s) {
		return fmt.Sprintf("%.80q is of none of the %d types allowed here", s, len(t.members))
	}
	if t.enum != nil && !t.enum[s] {
		return fmt.Sprintf("%.80q is none of the values allowed here", s)
	}
	if len(t.patterns) > 0 && !t.matches(s) {
		return fmt.Sprintf("%.80q has not the form asked for", s)
	}
	n := utf8.RuneCountInString(s)
	switch l := t.length; {
	case l[0] != nil && n != *l[0]:
		return fmt.Sprintf("a text of %d characters, not %d", n, *l[0])
	case l[1] != nil && n < *l[1]:
		return fmt.Sprintf("a text of %d characters, less than %d", n, *l[1])
	case l[2] != nil && n > *l[2]:
		return fmt.Sprintf("a text of %d characters, more than %d", n, *l[2])
	}
	if t.bounds[0] != nil || t.bounds[1] != nil {
		v, ok := number(s)
		if !ok || t.bounds[0] != nil && v.Cmp(t.bounds[0]) < 0 || t.bounds[1] != nil && v.Cmp(t.bounds[1]) > 0 {
			return fmt.Sprintf("%.80q is outside the range allowed here", s)
		}
	}
	return ""
}

func (t *simpleType) member(s string) bool {
	for _, m := range t.members {
		if m.check(s) == "" {
			return true
		}
	}
	return false
}

func (t *simpleType) matches(s string) bool {
	for _, p := range t.patterns {
		if p.MatchString(s) {
			return true
		}
	}
	return false
}

// number reads a decimal of at most 1,000 characters, more than which no schema
// compares.
func number(s string) (*big.Rat, bool) {
	if len(s) > 1000 || !isDecimal(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// derives says whether t is base or derived from it.
func derives(t, base any) bool {
	for t != nil {
		if t == base {
			return true
		}
		switch x := t.(type) {
		case *simpleType:
			if x.base == nil {
				return false
			}
			t = x.base
		case *complexType:
			if x.base == nil {
				return false
			}
			t = x.base
		}
	}
	return false
}
