package schema

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Problem is one place where a document departs from its schema.
type Problem struct {
	Node    *tree.Node
	Message string
}

// maxProblems bounds what one document is told.
const maxProblems = 200

// Valid reports whether the value conforms.
func (c *Schema) Valid(n *tree.Node) bool { return c.judge(n, nil) }

// Problems lists where the value does not conform, at most 200 places. Where a
// value fits none of several alternatives, the problems are those of the
// alternative that it comes nearest to.
func (c *Schema) Problems(n *tree.Node) []Problem {
	if c.judge(n, nil) { // the common case, without a list
		return nil
	}
	r := &report{}
	c.judge(n, r)
	return r.problems
}

// report collects problems; a nil one makes the judge stop at the first.
type report struct{ problems []Problem }

func (r *report) add(n *tree.Node, format string, args ...any) bool {
	if r == nil || len(r.problems) >= maxProblems {
		return false
	}
	r.problems = append(r.problems, Problem{n, fmt.Sprintf(format, args...)})
	return true
}

// verdict is what was found of one value by one schema.
type verdict struct {
	ok bool
	r  *report
}

// fail notes a problem; it reports whether to stop.
func (v *verdict) fail(at *tree.Node, format string, args ...any) bool {
	v.ok = false
	return !v.r.add(at, format, args...)
}

// took notes the verdict of a part; it reports whether to stop.
func (v *verdict) took(ok bool) bool {
	v.ok = v.ok && ok
	return !v.ok && v.r == nil
}

// judge reports whether n conforms. With a report it goes on after a problem.
func (c *Schema) judge(n *tree.Node, r *report) bool {
	if c.always {
		return true
	}
	v := verdict{ok: true, r: r}
	if c.never {
		v.fail(n, "nothing is allowed here")
		return false
	}
	if !typeFits(c.types, n) {
		v.fail(n, "is of type %s; %s is required", n.Kind, typeNames(c.types))
		return false
	}
	if c.ref != nil && v.took(c.ref.judge(n, r)) {
		return false
	}
	if c.values != nil && !c.isOneOf(n) && v.fail(n, "the value %s is not one of %s", show(n), c.list()) {
		return false
	}
	stop := false
	switch n.Kind {
	case tree.String:
		stop = c.judgeString(n, &v)
	case tree.Number:
		stop = c.judgeNumber(n, &v)
	case tree.Array:
		stop = c.judgeArray(n, &v)
	case tree.Object:
		stop = c.judgeObject(n, &v)
	}
	if stop {
		return false
	}
	for _, a := range c.allOf {
		if v.took(a.judge(n, r)) {
			return false
		}
	}
	if c.anyOf != nil && count(c.anyOf, n) == 0 {
		v.nearest(n, c.anyOf)
	}
	if c.oneOf != nil {
		if fits := count(c.oneOf, n); fits == 0 {
			v.nearest(n, c.oneOf)
		} else if fits > 1 {
			v.fail(n, "fits %d alternatives; exactly one is required", fits)
		}
	}
	return v.ok
}

// count says how many of the alternatives n conforms to.
func count(alternatives []*Schema, n *tree.Node) int {
	fits := 0
	for _, a := range alternatives {
		if a.judge(n, nil) {
			fits++
		}
	}
	return fits
}

func (c *Schema) isOneOf(n *tree.Node) bool {
	if c.words != nil {
		return n.Kind == tree.String && c.words[n.Text]
	}
	return slices.ContainsFunc(c.values, func(v *tree.Node) bool { return tree.Equal(v, n) })
}

func (c *Schema) list() string {
	var out []string
	for _, v := range c.values {
		out = append(out, show(v))
	}
	return strings.Join(out, ", ")
}

// The following judge by the keywords of one type each; they report whether to
// stop.

func (c *Schema) judgeString(n *tree.Node, v *verdict) bool {
	// Bytes bound code points from above: most strings need no counting.
	if len(n.Text) < c.lengths[0]*utf8.UTFMax || len(n.Text) > c.lengths[1] {
		if l := utf8.RuneCountInString(n.Text); l < c.lengths[0] && v.fail(n, "has %d characters; at least %d are required", l, c.lengths[0]) {
			return true
		} else if l > c.lengths[1] && v.fail(n, "has %d characters; at most %d are allowed", l, c.lengths[1]) {
			return true
		}
	}
	if c.pattern != nil && !c.pattern.MatchString(n.Text) && v.fail(n, "the value %s does not match the pattern %s", show(n), shorten(c.pattern.String())) {
		return true
	}
	return c.format != "" && !formats[c.format](n.Text) && v.fail(n, "the value %s is no %s", show(n), c.format)
}

func (c *Schema) judgeNumber(n *tree.Node, v *verdict) bool {
	if math.IsInf(c.min, -1) && math.IsInf(c.max, 1) && c.multiple == 0 {
		return false
	}
	f, readable := n.Float()
	if !readable {
		return v.fail(n, "the number %s is out of range", show(n))
	}
	if f < c.min && v.fail(n, "%s is less than %v", n.Text, c.min) {
		return true
	}
	if f > c.max && v.fail(n, "%s is more than %v", n.Text, c.max) {
		return true
	}
	if c.multiple == 0 {
		return false
	}
	// 0.3/0.1 is not 3 in binary: a quotient within the error of one division counts.
	q := f / c.multiple
	return math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) && v.fail(n, "%s is no multiple of %v", n.Text, c.multiple)
}

func (c *Schema) judgeArray(n *tree.Node, v *verdict) bool {
	if l := len(n.Kids); l < c.counts[0] && v.fail(n, "has %d items; at least %d are required", l, c.counts[0]) {
		return true
	} else if l > c.counts[1] && v.fail(n, "has %d items; at most %d are allowed", l, c.counts[1]) {
		return true
	}
	if c.unique {
		if twin := duplicate(n.Kids); twin != nil && v.fail(twin, "is there twice; items must differ") {
			return true
		}
	}
	if c.items != nil {
		for _, k := range n.Kids {
			if v.took(c.items.judge(k, v.r)) {
				return true
			}
		}
	}
	return false
}

func (c *Schema) judgeObject(n *tree.Node, v *verdict) bool {
	if l := len(n.Kids); l < c.sizes[0] && v.fail(n, "has %d properties; at least %d are required", l, c.sizes[0]) {
		return true
	} else if l > c.sizes[1] && v.fail(n, "has %d properties; at most %d are allowed", l, c.sizes[1]) {
		return true
	}
	for _, name := range c.required {
		if !n.Has(name) && v.fail(n, "the property %q is missing", name) {
			return true
		}
	}
	if c.properties != nil || c.additional != nil {
		for _, k := range n.Kids {
			p := c.properties[k.Key]
			switch {
			case p != nil:
			case c.additional == nil:
				continue
			case c.additional.never:
				if v.fail(k, "the property %q is not allowed here", k.Key) {
					return true
				}
				continue
			default:
				p = c.additional
			}
			if v.took(p.judge(k, v.r)) {
				return true
			}
		}
	}
	if c.unevaluated == nil {
		return false
	}
	seen := map[string]bool{}
	c.evaluated(n, seen)
	for _, k := range n.Kids {
		if !seen[k.Key] && !c.unevaluated.judge(k, nil) && v.fail(k, "the property %q is not allowed here", k.Key) {
			return true
		}
	}
	return false
}

// evaluated notes which properties of n the schema speaks of, itself or through
// those of its parts that n conforms to (2020-12 core, §11.3).
func (c *Schema) evaluated(n *tree.Node, seen map[string]bool) {
	for _, k := range n.Kids {
		if c.properties[k.Key] != nil || c.additional != nil {
			seen[k.Key] = true
		}
	}
	parts := slices.Concat(c.allOf, c.anyOf, c.oneOf)
	if c.ref != nil {
		parts = append(parts, c.ref)
	}
	for _, p := range parts {
		if p.judge(n, nil) {
			p.evaluated(n, seen)
		}
	}
}

// nearest fails with the problems of the alternative that has the fewest; one that
// fits the value itself, and not some part of it, is nearer than one that doesn't.
func (v *verdict) nearest(n *tree.Node, alternatives []*Schema) {
	v.ok = false
	if v.r == nil {
		return
	}
	var best []Problem
	weight := func(problems []Problem) (w int) {
		for _, p := range problems {
			if w++; p.Node == n {
				w += 10
			}
		}
		return w
	}
	for _, a := range alternatives {
		try := &report{}
		a.judge(n, try)
		if best == nil || weight(try.problems) < weight(best) {
			best = try.problems
		}
	}
	for _, p := range best {
		v.r.add(p.Node, "%s", p.Message)
	}
}

// duplicate finds an item that equals one before it.
func duplicate(items []*tree.Node) *tree.Node {
	if len(items) < 2 {
		return nil
	}
	if len(items) <= 8 {
		for i, k := range items {
			for _, before := range items[:i] {
				if tree.Equal(before, k) {
					return k
				}
			}
		}
		return nil
	}
	seen := make(map[string]bool, len(items))
	for _, k := range items {
		key := k.Text
		if k.Kind != tree.String {
			key = Canonical(k)
		} else {
			key = "s" + key
		}
		if seen[key] {
			return k
		}
		seen[key] = true
	}
	return nil
}

// Canonical writes a value so that two that are equal are written alike. It is
// linear in the value but for the sorting of names.
func Canonical(n *tree.Node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

func write(b *strings.Builder, n *tree.Node) {
	switch n.Kind {
	case tree.Number:
		if f, ok := n.Float(); ok {
			if f == 0 {
				f = 0 // minus zero
			}
			b.WriteString(strconv.FormatFloat(f, 'g', -1, 64))
			return
		}
		b.WriteString(n.Text)
	case tree.String:
		b.WriteString(strconv.Quote(n.Text))
	case tree.Array:
		b.WriteByte('[')
		for _, k := range n.Kids {
			write(b, k)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case tree.Object:
		kids := slices.SortedStableFunc(slices.Values(n.Kids), func(x, y *tree.Node) int { return strings.Compare(x.Key, y.Key) })
		b.WriteByte('{')
		for _, k := range kids {
			b.WriteString(strconv.Quote(k.Key))
			b.WriteByte(':')
			write(b, k)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.Text)
	}
}

func show(n *tree.Node) string {
	switch n.Kind {
	case tree.String:
		return strconv.Quote(shorten(n.Text))
	case tree.Array, tree.Object:
		return "an " + n.Kind.String()
	}
	return shorten(n.Text)
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) > 80 {
		return string([]rune(s)[:79]) + "…"
	}
	return s
}

func typeNames(bits uint8) string {
	var out []string
	for name, bit := range typeBits {
		if bits&bit != 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " or ")
}
