// Package schema judges JSON documents by JSON Schema, drafts 4 to 2020-12, as far
// as the schemas of CSAF and of what they refer to go: their keywords are compiled
// once, and a document of typical size is judged in well under a millisecond. A
// keyword that is not known here is an error when the schema is compiled, never
// passed over. "format" is asserted, as CSAF 2.1 §2.2 requires.
//
// It is the fast half of a pair: tests hold it against a complete implementation.
package schema

import (
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Schema is a compiled schema.
type Schema struct {
	never, always bool // the schemas false and true
	types         uint8
	required      []string
	properties    map[string]*Schema
	additional    *Schema
	unevaluated   *Schema
	items         *Schema
	pattern       *Pattern
	format        string
	values        []*tree.Node // enum, const
	words         map[string]bool
	allOf, anyOf  []*Schema
	oneOf         []*Schema
	ref           *Schema
	unique        bool
	min, max      float64
	multiple      float64
	lengths       [2]int // of a string, in code points
	counts        [2]int // of an array
	sizes         [2]int // of an object
}

// Set is schemas that refer to each other by URL.
type Set struct {
	roots    map[string]*tree.Node
	compiled map[*tree.Node]*Schema
}

// NewSet parses schemas; the keys are the URLs under which they are referred to,
// without fragment.
func NewSet(sources map[string][]byte) (*Set, error) {
	s := &Set{roots: map[string]*tree.Node{}, compiled: map[*tree.Node]*Schema{}}
	for u, b := range sources {
		d, err := tree.Parse(b, tree.Limits{})
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", u, err)
		}
		s.roots[u] = d.Root
	}
	return s, nil
}

// Compile returns the schema that ref names: a URL, with a JSON pointer as its
// fragment or without one.
func (s *Set) Compile(ref string) (*Schema, error) {
	base, fragment, _ := strings.Cut(ref, "#")
	n := s.roots[base]
	if n == nil {
		return nil, fmt.Errorf("schema %s is not in the set", ref)
	}
	if fragment != "" {
		for _, part := range strings.Split(strings.TrimPrefix(fragment, "/"), "/") {
			part, _ = url.PathUnescape(part)
			n = n.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		if n == nil {
			return nil, fmt.Errorf("schema %s: nothing is at this pointer", ref)
		}
	}
	return s.compile(n, base)
}

const unbounded = math.MaxInt

func (s *Set) compile(n *tree.Node, base string) (*Schema, error) {
	if c := s.compiled[n]; c != nil {
		return c, nil
	}
	c := &Schema{min: math.Inf(-1), max: math.Inf(1), lengths: [2]int{0, unbounded}, counts: [2]int{0, unbounded}, sizes: [2]int{0, unbounded}}
	s.compiled[n] = c // before its parts: a schema may hold itself
	if n.Is(tree.Bool) {
		c.always, c.never = n.Text == "true", n.Text == "false"
		return c, nil
	}
	if !n.Is(tree.Object) {
		return nil, fmt.Errorf("%s%s is no schema", base, n.Pointer())
	}
	for _, k := range n.Members() {
		if err := s.keyword(c, k, base); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (s *Set) keyword(c *Schema, k *tree.Node, base string) (err error) {
	number := func() int { f, _ := k.Float(); return int(f) }
	list := func() (out []*Schema) {
		for _, item := range k.Items() {
			x, e := s.compile(item, base)
			if e != nil {
				err = e
			}
			out = append(out, x)
		}
		return out
	}
	switch k.Key {
	case "title", "description", "examples", "default", "$comment", "license", "$schema", "$id", "id", "$defs", "definitions", "$dynamicAnchor", "$vocabulary":
	case "type":
		names := k.Items()
		if names == nil {
			names = []*tree.Node{k}
		}
		for _, t := range names {
			bit, ok := typeBits[t.Str()]
			if !ok {
				return fmt.Errorf("%s%s: type %q", base, k.Pointer(), t.Str())
			}
			c.types |= bit
		}
	case "$ref":
		to := k.Str()
		if strings.HasPrefix(to, "#") {
			to = base + to
		}
		c.ref, err = s.Compile(to)
	case "properties":
		c.properties = make(map[string]*Schema, len(k.Kids))
		for _, p := range k.Members() {
			if c.properties[p.Key], err = s.compile(p, base); err != nil {
				return err
			}
		}
	case "required":
		for _, r := range k.Items() {
			c.required = append(c.required, r.Str())
		}
	case "additionalProperties":
		c.additional, err = s.compile(k, base)
	case "unevaluatedProperties":
		c.unevaluated, err = s.compile(k, base)
	case "items":
		c.items, err = s.compile(k, base)
	case "allOf":
		c.allOf = list()
	case "anyOf":
		c.anyOf = list()
	case "oneOf":
		c.oneOf = list()
	case "enum":
		c.values = k.Items()
		c.words = map[string]bool{}
		for _, v := range c.values {
			if v.Kind != tree.String {
				c.words = nil
				break
			}
			c.words[v.Text] = true
		}
	case "const":
		c.values = []*tree.Node{k}
	case "pattern":
		c.pattern, err = CompilePattern(k.Str())
	case "format":
		c.format = k.Str()
		if formats[c.format] == nil {
			err = fmt.Errorf("%s%s: format %q is not known", base, k.Pointer(), c.format)
		}
	case "uniqueItems":
		c.unique = k.Text == "true"
	case "minimum":
		c.min, _ = k.Float()
	case "maximum":
		c.max, _ = k.Float()
	case "multipleOf":
		c.multiple, _ = k.Float()
	case "minLength":
		c.lengths[0] = number()
	case "maxLength":
		c.lengths[1] = number()
	case "minItems":
		c.counts[0] = number()
	case "maxItems":
		c.counts[1] = number()
	case "minProperties":
		c.sizes[0] = number()
	case "maxProperties":
		c.sizes[1] = number()
	default:
		return fmt.Errorf("%s%s: the keyword is not known", base, k.Pointer())
	}
	return err
}

const (
	bitNull = 1 << iota
	bitBool
	bitNumber
	bitString
	bitArray
	bitObject
	bitInteger
)

var typeBits = map[string]uint8{"null": bitNull, "boolean": bitBool, "number": bitNumber, "string": bitString, "array": bitArray, "object": bitObject, "integer": bitInteger}

func typeFits(types uint8, n *tree.Node) bool {
	if types == 0 || types&(1<<n.Kind) != 0 {
		return true
	}
	if types&bitInteger != 0 && n.Kind == tree.Number {
		f, ok := n.Float()
		return ok && f == math.Trunc(f)
	}
	return false
}
