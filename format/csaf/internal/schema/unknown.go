package schema

import "github.com/wardround/wardround/format/csaf/internal/tree"

// Unknown lists the members of objects in n of which the schema does not speak,
// though it may allow them; at most 200. Where it says outright that other members
// are welcome, none is listed.
func (c *Schema) Unknown(n *tree.Node) []*tree.Node {
	var out []*tree.Node
	unknown([]*Schema{c}, n, &out)
	return out
}

// inPlace are the schemas that apply to the same value.
func (c *Schema) inPlace(out []*Schema) []*Schema {
	out = append(out, c)
	if c.ref != nil {
		out = c.ref.inPlace(out)
	}
	for _, list := range [][]*Schema{c.allOf, c.anyOf, c.oneOf} {
		for _, s := range list {
			out = s.inPlace(out)
		}
	}
	return out
}

func unknown(schemas []*Schema, n *tree.Node, out *[]*tree.Node) {
	if n.Kind != tree.Object && n.Kind != tree.Array || len(*out) >= maxProblems {
		return
	}
	var all []*Schema
	for _, s := range schemas {
		all = s.inPlace(all)
	}
	for _, k := range n.Kids {
		var below []*Schema
		welcome := false
		for _, s := range all {
			if s.always {
				welcome = true
			}
			if n.Kind == tree.Array {
				if s.items != nil {
					below = append(below, s.items)
				}
				welcome = welcome || s.items == nil
				continue
			}
			if p := s.properties[k.Key]; p != nil {
				below = append(below, p)
			} else if s.additional != nil && !s.additional.never {
				welcome = true
			}
		}
		switch {
		case len(below) > 0:
			unknown(below, k, out)
		case !welcome:
			*out = append(*out, k)
		}
	}
}
