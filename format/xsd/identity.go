package xsd

import (
	"encoding/xml"
	"strings"
)

// identity is a unique or key constraint (Part 1 §3.11). Its selector is one path
// of steps, its fields are attributes.
type identity struct {
	name   string
	key    bool // every selected element must have the fields
	deep   bool // .// before the steps
	steps  []xml.Name
	fields []xml.Name
}

// wildStep is * in a path.
var wildStep = xml.Name{Local: "*"}

func compileIdentity(n *node) (*identity, error) {
	if err := n.only("name"); err != nil {
		return nil, err
	}
	u := &identity{name: n.attrs["name"], key: n.name.Local == "key"}
	for _, child := range n.children {
		path := strings.TrimSpace(child.attrs["xpath"])
		switch child.name.Local {
		case "selector":
			if rest, ok := strings.CutPrefix(path, ".//"); ok {
				u.deep, path = true, rest
			}
			path = strings.TrimPrefix(path, "./")
			for _, s := range strings.Split(path, "/") {
				if s == "*" {
					u.steps = append(u.steps, wildStep)
					continue
				}
				if s == "" || strings.ContainsAny(s, "@|.[(") {
					return nil, child.fail("the path %q is not supported", child.attrs["xpath"])
				}
				name, err := child.qname(s)
				if err != nil {
					return nil, err
				}
				if !strings.Contains(s, ":") {
					name.Space = "" // XPath 1.0: no default namespace
				}
				u.steps = append(u.steps, name)
			}
		case "field":
			name, ok := strings.CutPrefix(path, "@")
			if !ok || name == "" || strings.ContainsAny(name, "/@:*|[ ") {
				return nil, child.fail("the field %q is not supported", path)
			}
			u.fields = append(u.fields, xml.Name{Local: name})
		default:
			return nil, child.fail("not supported in %s", n.name.Local)
		}
	}
	if len(u.steps) == 0 || len(u.fields) == 0 {
		return nil, n.fail("has no selector or no field")
	}
	return u, nil
}

// selects says whether the innermost of path is selected; path are the elements
// below the one with the constraint.
func (u *identity) selects(path []xml.Name) bool {
	if len(path) < len(u.steps) || !u.deep && len(path) != len(u.steps) {
		return false
	}
	for i, step := range u.steps {
		if step != wildStep && step != path[len(path)-len(u.steps)+i] {
			return false
		}
	}
	return true
}

// values returns the fields of an element, joined; ok if it has all of them.
func (u *identity) values(attrs []xml.Attr) (string, bool) {
	var out []string
	for _, f := range u.fields {
		for _, a := range attrs {
			if a.Name == f {
				out = append(out, a.Value)
				break
			}
		}
	}
	return strings.Join(out, "\x00"), len(out) == len(u.fields)
}

// watch is a constraint within one element of the document that has it.
type watch struct {
	*identity
	depth int
	seen  map[string]int // → line
}
