package vers

import (
	"fmt"
	"strings"
)

// fieldsOf are the numbers between dots at the start of a version, without what
// follows a dash or plus.
func fieldsOf(v string) []string {
	if i := strings.IndexAny(v, "-+"); i >= 0 {
		v = v[:i]
	}
	return strings.Split(v, ".")
}

// bump is the first i+1 fields with the last one more: bump(1.2.3, 1) is 1.3.
func bump(fields []string, i int) string {
	out := append([]string(nil), fields[:i+1]...)
	out[i] = plusOne(out[i])
	return strings.Join(out, ".")
}

// plusOne adds one to a number of any length.
func plusOne(s string) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

func number(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func zero(s string) bool { return strings.Trim(s, "0") == "" }

// partial is a semantic version of which fields may be missing or x.
type partial struct {
	fields []string // at most three numbers
	rest   string   // -pre and +build
}

func parsePartial(s string) (partial, error) {
	s = strings.TrimLeft(s, "vV=")
	body, rest := s, ""
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		body, rest = s[:i], s[i:]
	}
	var p partial
	if body == "" || body == "*" || strings.EqualFold(body, "x") || body == "latest" {
		return p, nil
	}
	for _, f := range strings.Split(body, ".") {
		if f == "*" || strings.EqualFold(f, "x") {
			break
		}
		if !number(f) || len(p.fields) == 3 {
			return p, fmt.Errorf("%w: %q is no version", ErrInvalid, s)
		}
		p.fields = append(p.fields, f)
	}
	if len(p.fields) == 3 {
		p.rest = rest
	}
	return p, nil
}

// full is the version with zeros for what is missing.
func (p partial) full() string { return pad(strings.Join(p.fields, ".")) + p.rest }

func pad(v string) string {
	for strings.Count(v, ".") < 2 {
		v += ".0"
	}
	return v
}

// next is the version after all that p stands for, at field i.
func (p partial) next(i int) string { return pad(bump(p.fields, i)) }

// caret is the end of ^: the leftmost number that is not zero stays.
func (p partial) caret() string {
	for i, f := range p.fields {
		if !zero(f) || i == len(p.fields)-1 {
			return p.next(i)
		}
	}
	return ""
}

// npm reads node-semver's ranges, whose partial versions stand for all that begin
// with them.
func npm(s string) (alternatives, error) {
	var out alternatives
	for part := range strings.SplitSeq(s, "||") {
		part = strings.ReplaceAll(strings.TrimSpace(part), ",", " ")
		if from, to, ok := strings.Cut(part, " - "); ok {
			part = ">=" + strings.TrimSpace(from) + " <=" + strings.TrimSpace(to)
		}
		alt := []Constraint{}
		for _, c := range glue(part, "<>=~^") {
			more, err := npmOne(c, Equal)
			if err != nil {
				return nil, err
			}
			alt = append(alt, more...)
		}
		out = append(out, alt)
	}
	return out, nil
}

// npmOne reads one comparator; bare is what a full version alone means.
func npmOne(s string, bare Comparator) ([]Constraint, error) {
	op, v := operator(s, ">=", "<=", ">", "<", "~>", "~", "^", "=")
	p, err := parsePartial(v)
	if err != nil {
		return nil, err
	}
	n := len(p.fields)
	if n == 0 {
		if op == "<" || op == ">" {
			return nil, fmt.Errorf("%w: nothing is before or after every version", ErrInvalid)
		}
		return nil, nil
	}
	span := func(end string) []Constraint { return []Constraint{{GreaterOrEqual, p.full()}, {Less, end}} }
	switch op {
	case ">=", "<":
		return []Constraint{{Comparator(op), p.full()}}, nil
	case ">":
		if n < 3 {
			return []Constraint{{GreaterOrEqual, p.next(n - 1)}}, nil
		}
		return []Constraint{{Greater, p.full()}}, nil
	case "<=":
		if n < 3 {
			return []Constraint{{Less, p.next(n - 1)}}, nil
		}
		return []Constraint{{LessOrEqual, p.full()}}, nil
	case "~", "~>":
		return span(p.next(min(n-1, 1))), nil
	case "^":
		return span(p.caret()), nil
	}
	if op == "" && bare == "^" {
		return span(p.caret()), nil
	}
	if n < 3 {
		return span(p.next(n - 1)), nil
	}
	return []Constraint{{Equal, p.full()}}, nil
}

// cargo is npm's notation between commas; a version alone is ^.
func cargo(s string) (alternatives, error) {
	var alt []Constraint
	for part := range strings.SplitSeq(s, ",") {
		for _, c := range glue(part, "<>=~^") {
			more, err := npmOne(c, "^")
			if err != nil {
				return nil, err
			}
			alt = append(alt, more...)
		}
	}
	return alternatives{alt}, nil
}

// composer has npm's notation with | for ||, commas for "and", and a ~ that lets
// the last field named grow.
func composer(s string) (alternatives, error) {
	var out alternatives
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "||", "|"), "|") {
		part = strings.ReplaceAll(strings.TrimSpace(part), ",", " ")
		if from, to, ok := strings.Cut(part, " - "); ok {
			part = ">=" + strings.TrimSpace(from) + " <=" + strings.TrimSpace(to)
		}
		alt := []Constraint{}
		for _, c := range glue(part, "<>=!~^") {
			op, v := operator(c, ">=", "<=", "!=", "==", "<>", ">", "<", "=", "~", "^")
			f := fieldsOf(strings.TrimLeft(v, "vV"))
			wild := len(f) > 0 && f[len(f)-1] == "*"
			switch {
			case v == "" || v == "*":
			case op == "~" && len(f) > 1:
				alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, len(f)-2)})
			case op == "~":
				alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, 0)})
			case op == "^":
				p, err := parsePartial(v)
				if err != nil || len(p.fields) == 0 {
					return nil, fmt.Errorf("%w: %q", ErrInvalid, c)
				}
				alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, p.caret()})
			case wild && op == "" && len(f) > 1:
				alt = append(alt, Constraint{GreaterOrEqual, strings.Join(f[:len(f)-1], ".")}, Constraint{Less, bump(f, len(f)-2)})
			case op == "!=" || op == "<>":
				alt = append(alt, Constraint{NotEqual, v})
			case op == "" || op == "=" || op == "==":
				alt = append(alt, Constraint{Equal, v})
			default:
				alt = append(alt, Constraint{Comparator(op), v})
			}
		}
		out = append(out, alt)
	}
	return out, nil
}

// conan reads Conan 2's ranges. A dash at an end says that pre-releases count, as
// they always do in a vers; what follows a comma is an option.
func conan(s string) (alternatives, error) {
	s, _, _ = strings.Cut(s, ",")
	var out alternatives
	for part := range strings.SplitSeq(s, "||") {
		alt := []Constraint{}
		for _, c := range glue(part, "<>=~^") {
			op, v := operator(c, ">=", "<=", ">", "<", "~", "^", "=")
			v = strings.TrimSuffix(v, "-")
			f := fieldsOf(v)
			switch {
			case v == "*" || v == "":
				alt = append(alt, Constraint{GreaterOrEqual, "0.0.0"})
			case op == "":
				alt = append(alt, Constraint{Equal, v})
			case op != "~" && op != "^":
				alt = append(alt, Constraint{Comparator(op), v})
			case !number(f[0]) || len(f) > 1 && !number(f[1]):
				return nil, fmt.Errorf("%w: %s of %q, which is no number", ErrInvalid, op, v)
			case op == "~":
				alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, min(len(f)-1, 1)) + "-"})
			default:
				i := 0
				for i < len(f)-1 && zero(f[i]) {
					i++
				}
				if !number(f[i]) {
					return nil, fmt.Errorf("%w: ^ of %q, which is no number", ErrInvalid, v)
				}
				alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, i) + "-"})
			}
		}
		if len(alt) == 0 {
			return nil, fmt.Errorf("%w: empty", ErrInvalid)
		}
		out = append(out, alt)
	}
	return out, nil
}

// gem reads Gem::Requirement: comparators between commas, all of them.
func gem(s string) (alternatives, error) {
	var alt []Constraint
	for part := range strings.SplitSeq(s, ",") {
		op, v := operator(strings.TrimSpace(part), "~>", ">=", "<=", "!=", ">", "<", "=")
		switch {
		case v == "":
			return nil, fmt.Errorf("%w: %q without a version", ErrInvalid, part)
		case op == "~>":
			f := releaseFields(v)
			if len(f) == 0 {
				return nil, fmt.Errorf("%w: ~> of %q, which is no number", ErrInvalid, v)
			}
			alt = append(alt, Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, max(len(f)-2, 0))})
		case op == "":
			alt = append(alt, Constraint{Equal, v})
		default:
			alt = append(alt, Constraint{Comparator(op), v})
		}
	}
	return alternatives{alt}, nil
}

// releaseFields are the numeric fields before a pre-release.
func releaseFields(v string) []string {
	f := fieldsOf(v)
	for i := range f {
		if !number(f[i]) {
			return f[:i]
		}
	}
	return f
}

// pypi reads specifiers of PEP 440.
func pypi(s string) (alternatives, error) {
	out := alternatives{nil}
	for part := range strings.SplitSeq(s, ",") {
		op, v := operator(strings.TrimSpace(part), "===", "==", ">=", "<=", "!=", "~=", ">", "<")
		if op == "" && v == "*" {
			continue
		}
		stem, wild := strings.CutSuffix(v, ".*")
		f := releaseFields(stem)
		switch {
		case op == "" || v == "":
			return nil, fmt.Errorf("%w: %q is no specifier", ErrInvalid, part)
		case wild && len(f) == 0, op == "~=" && len(f) < 2:
			return nil, fmt.Errorf("%w: %s of %q", ErrInvalid, op, v)
		case wild && op == "==":
			out.and(Constraint{GreaterOrEqual, stem + ".dev0"}, Constraint{Less, bump(f, len(f)-1) + ".dev0"})
		case wild && op == "!=":
			out = out.split(Constraint{Less, stem + ".dev0"}, Constraint{GreaterOrEqual, bump(f, len(f)-1) + ".dev0"})
		case wild:
			return nil, fmt.Errorf("%w: %q goes with == and != only", ErrInvalid, v)
		case op == "~=":
			out.and(Constraint{GreaterOrEqual, v}, Constraint{Less, bump(f, len(f)-2) + ".dev0"})
		case op == "==" || op == "===":
			out.and(Constraint{Equal, v})
		default:
			out.and(Constraint{Comparator(op), v})
		}
		if len(out)*len(out[0]) > MaxConstraints {
			return nil, fmt.Errorf("%w: more than %d constraints", ErrInvalid, MaxConstraints)
		}
	}
	return out, nil
}

// and adds to every alternative.
func (a alternatives) and(more ...Constraint) {
	for i := range a {
		a[i] = append(a[i], more...)
	}
}

// split doubles the alternatives: with x and with y.
func (a alternatives) split(x, y Constraint) alternatives {
	var out alternatives
	for _, alt := range a {
		out = append(out, append(alt[:len(alt):len(alt)], x), append(alt[:len(alt):len(alt)], y))
	}
	return out
}
