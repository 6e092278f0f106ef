package xsd

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// compiler resolves names between the documents of one schema.
type compiler struct {
	schema   *Schema
	types    map[xml.Name]*node
	elements map[xml.Name]*node
	groups   map[xml.Name]*node // attributeGroup
	busy     map[xml.Name]bool  // simple types that are being compiled
	spaces   map[string]bool
}

// Compile makes a Schema of schema documents. Imports are resolved among them, by
// namespace; nothing is fetched. Errors name the line of the document.
func Compile(documents ...[]byte) (*Schema, error) {
	c := &compiler{
		schema: &Schema{elements: map[xml.Name]*element{}, types: map[xml.Name]any{}},
		types:  map[xml.Name]*node{}, elements: map[xml.Name]*node{}, groups: map[xml.Name]*node{},
		busy: map[xml.Name]bool{}, spaces: map[string]bool{},
	}
	var roots []*node
	for _, data := range documents {
		root, err := parse(data)
		if err != nil {
			return nil, err
		}
		if root == nil || root.name.Local != "schema" {
			return nil, fmt.Errorf("xsd: the document is no schema")
		}
		if err := root.only("targetNamespace", "elementFormDefault", "attributeFormDefault", "version"); err != nil {
			return nil, err
		}
		if root.attrs["attributeFormDefault"] == "qualified" {
			return nil, root.fail("attributeFormDefault qualified is not supported")
		}
		spread(root, root.attrs["targetNamespace"], root.attrs["elementFormDefault"] == "qualified")
		c.spaces[root.target] = true
		roots = append(roots, root)
	}
	for _, root := range roots {
		if err := c.collect(root); err != nil {
			return nil, err
		}
	}
	for _, root := range roots { // in their order, so that of several errors the same is told
		for _, n := range root.children {
			name := xml.Name{Space: n.target, Local: n.attrs["name"]}
			var err error
			switch n.name.Local {
			case "complexType", "simpleType":
				_, err = c.typeNamed(name, n)
			case "element":
				_, err = c.globalElement(name, n)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return c.schema, nil
}

func spread(n *node, target string, qualify bool) {
	n.target, n.qualify = target, qualify
	for _, child := range n.children {
		spread(child, target, qualify)
	}
}

// collect finds the global declarations.
func (c *compiler) collect(root *node) error {
	for _, n := range root.children {
		name := xml.Name{Space: n.target, Local: n.attrs["name"]}
		into := map[string]map[xml.Name]*node{
			"complexType": c.types, "simpleType": c.types, "element": c.elements, "attributeGroup": c.groups,
		}[n.name.Local]
		switch {
		case n.name.Local == "import":
			if !c.spaces[n.attrs["namespace"]] {
				return n.fail("nothing was given for the namespace %q", n.attrs["namespace"])
			}
			continue
		case into == nil:
			return n.fail("not supported at the top of a schema")
		case name.Local == "":
			return n.fail("has no name")
		case into[name] != nil:
			return n.fail("%s is declared twice", name.Local)
		}
		into[name] = n
	}
	return nil
}

// resolve returns the type of a name: *simpleType, *complexType, or nil for
// anyType.
func (c *compiler) resolve(at *node, ref string) (any, error) {
	name, err := at.qname(ref)
	if err != nil {
		return nil, err
	}
	if name.Space == schemaNS {
		if name.Local == "anyType" {
			return nil, nil
		}
		if t := builtins[name.Local]; t != nil {
			return t, nil
		}
		return nil, at.fail("the built-in type %s is not supported", name.Local)
	}
	n := c.types[name]
	if n == nil {
		return nil, at.fail("the type %s is not declared", ref)
	}
	return c.typeNamed(name, n)
}

func (c *compiler) typeNamed(name xml.Name, n *node) (any, error) {
	if t, ok := c.schema.types[name]; ok {
		return t, nil
	}
	if n.name.Local == "complexType" {
		t := &complexType{name: name}
		c.schema.types[name] = t // before its content, which may speak of it
		return t, c.complexType(t, n)
	}
	if c.busy[name] {
		return nil, n.fail("%s is derived from itself", name.Local)
	}
	c.busy[name] = true
	t, err := c.simpleType(n)
	if err != nil {
		return nil, err
	}
	c.schema.types[name] = t
	return t, nil
}

func (c *compiler) globalElement(name xml.Name, n *node) (*element, error) {
	if e := c.schema.elements[name]; e != nil {
		return e, nil
	}
	e := &element{name: name}
	c.schema.elements[name] = e
	return e, c.element(e, n)
}

// element compiles what a declaration says beyond its name.
func (c *compiler) element(e *element, n *node) error {
	if err := n.only("name", "type", "minOccurs", "maxOccurs", "default"); err != nil {
		return err
	}
	if s, ok := n.attrs["default"]; ok {
		e.preset = &s
	}
	ref, typed := n.attrs["type"]
	var t any
	var err error
	if typed {
		t, err = c.resolve(n, ref)
	}
	for _, child := range n.children {
		switch child.name.Local {
		case "complexType", "simpleType":
			if t != nil || typed {
				return child.fail("a second type")
			}
			typed = true
			if child.name.Local == "simpleType" {
				t, err = c.simpleType(child)
			} else {
				own := &complexType{}
				t, err = own, c.complexType(own, child)
			}
		case "unique", "key":
			var u *identity
			if u, err = compileIdentity(child); err == nil {
				e.unique = append(e.unique, u)
			}
		default:
			return child.fail("not supported in an element")
		}
		if err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case *simpleType:
		e.simple = t
	case *complexType:
		e.complex = t
	default:
		e.any = true
	}
	return nil
}

func (c *compiler) complexType(t *complexType, n *node) error {
	if err := n.only("name", "mixed", "final"); err != nil {
		return err
	}
	t.mixed = n.attrs["mixed"] == "true"
	t.attrs = map[xml.Name]*attribute{}
	var particle *node
	for _, child := range n.children {
		switch child.name.Local {
		case "sequence", "choice":
			if particle != nil {
				return child.fail("a second content")
			}
			particle = child
		case "simpleContent":
			if err := c.simpleContent(t, child); err != nil {
				return err
			}
		default:
			if err := c.attributeLike(t, child); err != nil {
				return err
			}
		}
	}
	if t.simple != nil {
		if particle != nil || t.mixed {
			return n.fail("simple and other content")
		}
		return nil
	}
	m, err := c.model(particle)
	t.content = m
	return err
}

// simpleContent compiles text with attributes.
func (c *compiler) simpleContent(t *complexType, n *node) error {
	if len(n.children) != 1 || n.children[0].name.Local != "extension" {
		return n.fail("only simpleContent by extension is supported")
	}
	ext := n.children[0]
	if err := ext.only("base"); err != nil {
		return err
	}
	base, err := c.resolve(ext, ext.attrs["base"])
	if err != nil {
		return err
	}
	t.base = base
	switch b := base.(type) {
	case *simpleType:
		t.simple = b
	case *complexType:
		if b.simple == nil {
			return ext.fail("the base %s has no simple content", ext.attrs["base"])
		}
		t.simple = b.simple
		for name, a := range b.attrs {
			t.attrs[name] = a
		}
		t.wildcards = append(t.wildcards, b.wildcards...)
	default:
		return ext.fail("no base")
	}
	for _, child := range ext.children {
		if err := c.attributeLike(t, child); err != nil {
			return err
		}
	}
	return nil
}

// attributeLike compiles attribute, attributeGroup and anyAttribute.
func (c *compiler) attributeLike(t *complexType, n *node) error {
	switch n.name.Local {
	case "attribute":
		if err := n.only("name", "type", "use", "default"); err != nil {
			return err
		}
		a := &attribute{required: n.attrs["use"] == "required", typ: builtins["anySimpleType"]}
		if ref, ok := n.attrs["type"]; ok {
			typ, err := c.resolve(n, ref)
			if err != nil {
				return err
			}
			if a.typ, ok = typ.(*simpleType); !ok {
				return n.fail("the type %s of an attribute is not simple", ref)
			}
		}
		for _, child := range n.children {
			if child.name.Local != "simpleType" {
				return child.fail("not supported in an attribute")
			}
			var err error
			if a.typ, err = c.simpleType(child); err != nil {
				return err
			}
		}
		name := xml.Name{Local: n.attrs["name"]}
		if name.Local == "" || t.attrs[name] != nil || n.attrs["use"] == "prohibited" {
			return n.fail("has no name, stands twice, or is prohibited")
		}
		t.attrs[name] = a
	case "attributeGroup":
		if err := n.only("ref"); err != nil {
			return err
		}
		name, err := n.qname(n.attrs["ref"])
		if err != nil {
			return err
		}
		group := c.groups[name]
		if group == nil {
			return n.fail("the group %s is not declared", name.Local)
		}
		for _, child := range group.children {
			if child.name.Local == "attributeGroup" {
				return child.fail("a group within a group is not supported")
			}
			if err := c.attributeLike(t, child); err != nil {
				return err
			}
		}
	case "anyAttribute":
		w, err := compileWildcard(n)
		if err != nil {
			return err
		}
		t.wildcards = append(t.wildcards, *w)
	default:
		return n.fail("not supported in a type")
	}
	return nil
}

func compileWildcard(n *node) (*wildcard, error) {
	if err := n.only("namespace", "processContents", "minOccurs", "maxOccurs"); err != nil {
		return nil, err
	}
	w := &wildcard{process: "strict"}
	if s, ok := n.attrs["processContents"]; ok {
		w.process = s
	}
	switch w.process {
	case "lax", "skip", "strict":
	default:
		return nil, n.fail("processContents %q", w.process)
	}
	switch s := n.attrs["namespace"]; s {
	case "", "##any":
		w.all = true
	case "##other":
		w.other = &n.target
	default:
		w.namespaces = map[string]bool{}
		for _, f := range strings.Fields(s) {
			switch f {
			case "##targetNamespace":
				f = n.target
			case "##local":
				f = ""
			}
			w.namespaces[f] = true
		}
	}
	return w, nil
}
