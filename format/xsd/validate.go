package xsd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround/format/xmlstream"
)

// frame is an open element of the document.
type frame struct {
	element *element // nil: nothing is declared for it
	simple  *simpleType
	complex *complexType
	lax     bool // children are checked if they are declared
	strict  bool // … and must be
	now     set  // positions of the content's automaton
	begun   bool
	text    []byte
	wrote   bool           // it has text that is no white space
	kids    bool           // it has children
	scope   []xml.Attr     // the namespaces it declares
	counts  map[string]int // children by name, for the path
	path    string
}

type validator struct {
	*Schema
	tokens  *xmlstream.Reader
	opt     Options
	open    []frame
	names   []xml.Name // of the open elements
	watches []*watch
	out     []Violation
	over    bool
}

// Validate checks a document. It returns what breaks the schema, at most
// Options.Violations of it; an error means that the document is not well-formed,
// too large or can't be read, and is a [*format.Error] for the first two.
func (s *Schema) Validate(r io.Reader, opt Options) ([]Violation, error) {
	opt = opt.orDefault()
	v := &validator{Schema: s, opt: opt, tokens: xmlstream.New(r, xmlstream.Limits{Bytes: opt.Bytes, Depth: opt.Depth, Token: opt.Token})}
	for !v.over {
		t, err := v.tokens.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v.out, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			v.start(t)
		case xml.EndElement:
			v.end()
		case xml.CharData:
			v.chars(t)
		}
	}
	return v.out, nil
}

func (v *validator) bad(rule, text string, args ...any) {
	if len(v.out) >= v.opt.Violations {
		v.over = true
		return
	}
	line, column := v.tokens.Pos()
	path := "/"
	if len(v.open) > 0 {
		path = v.open[len(v.open)-1].path
	}
	v.out = append(v.out, Violation{Line: line, Column: column, Path: path, Rule: rule, Detail: fmt.Sprintf(text, args...)})
}

// declared finds what the schema says of a child of the innermost element.
func (v *validator) declared(name xml.Name) (e *element, f frame) {
	if len(v.open) == 0 {
		if e = v.elements[name]; e == nil {
			v.bad("cvc-elt.1", "the root element <%s> of the namespace %q is not declared", name.Local, name.Space)
		}
		return e, frame{}
	}
	up := &v.open[len(v.open)-1]
	if up.simple != nil || up.complex != nil && up.complex.simple != nil {
		v.bad("cvc-complex-type.2.2", "<%s> where only text may stand", name.Local)
		return nil, frame{}
	}
	if up.complex == nil { // undeclared, or of any type
		e = v.elements[name]
		if e == nil && up.strict {
			v.bad("cvc-complex-type.2.4.c", "<%s> is not declared", name.Local)
		}
		return e, frame{lax: up.lax}
	}
	m := up.complex.content
	next, at := m.step(up.now, up.begun, name)
	if at == nil {
		v.bad("cvc-complex-type.2.4", "<%s> may not stand here; expected: %s", name.Local, m.expected(up.now, up.begun))
		return nil, frame{}
	}
	up.now, up.begun = next, true
	if at.element != nil {
		return at.element, frame{}
	}
	if at.any.process == "skip" {
		return nil, frame{}
	}
	if e = v.elements[name]; e == nil && at.any.process == "strict" {
		v.bad("cvc-complex-type.2.4.c", "<%s> is not declared", name.Local)
	}
	return e, frame{lax: true}
}

func (v *validator) start(t xml.StartElement) {
	path := ""
	if len(v.open) > 0 {
		up := &v.open[len(v.open)-1]
		up.kids = true
		if up.counts == nil {
			up.counts = map[string]int{}
		}
		up.counts[t.Name.Local]++
		path = up.path
		if n := up.counts[t.Name.Local]; n > 1 {
			path += fmt.Sprintf("/%s[%d]", t.Name.Local, n)
		} else {
			path += "/" + t.Name.Local
		}
	} else {
		path = "/" + t.Name.Local
	}
	e, f := v.declared(t.Name)
	f.element, f.path = e, path
	if e != nil {
		f.simple, f.complex, f.lax = e.simple, e.complex, e.any
	}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			f.scope = append(f.scope, xml.Attr{Name: a.Name, Value: strings.Clone(a.Value)})
		}
	}
	v.open = append(v.open, f)
	v.names = append(v.names, t.Name)
	top := &v.open[len(v.open)-1]
	if e != nil {
		v.instance(top, t.Attr)
	}
	v.attributes(top, t.Attr)
	v.identities(t)
	if e != nil {
		for _, u := range e.unique {
			v.watches = append(v.watches, &watch{identity: u, depth: len(v.open), seen: map[string]int{}})
		}
	}
}

// instance follows xsi:type and xsi:nil (Part 1 §2.6).
func (v *validator) instance(f *frame, attrs []xml.Attr) {
	for _, a := range attrs {
		if a.Name.Space != instanceNS {
			continue
		}
		switch a.Name.Local {
		case "nil":
			v.bad("cvc-elt.3.1", "xsi:nil on an element that may not be nil")
		case "type":
			t, ok := v.typeOf(a.Value)
			var declared any
			if f.simple != nil {
				declared = f.simple
			} else if f.complex != nil {
				declared = f.complex
			}
			if !ok || declared != nil && !derives(t, declared) {
				v.bad("cvc-elt.4", "xsi:type %.60q is no type that may stand here", a.Value)
				continue
			}
			f.lax = false
			f.simple, _ = t.(*simpleType)
			f.complex, _ = t.(*complexType)
		}
	}
}

// typeOf resolves the value of xsi:type in the document's own prefixes.
func (v *validator) typeOf(value string) (any, bool) {
	prefix, local, ok := strings.Cut(strings.TrimSpace(value), ":")
	if !ok {
		prefix, local = "", prefix
	}
	for i := len(v.open) - 1; i >= 0; i-- {
		for _, a := range v.open[i].scope {
			if a.Name.Local != prefix && (prefix != "" || a.Name.Space != "") {
				continue
			}
			if a.Value == schemaNS {
				t := builtins[local]
				return t, t != nil
			}
			t, ok := v.types[xml.Name{Space: a.Value, Local: local}]
			return t, ok
		}
	}
	return nil, false
}

func (v *validator) attributes(f *frame, attrs []xml.Attr) {
	if f.simple == nil && f.complex == nil {
		return
	}
	for _, a := range attrs {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" || a.Name.Space == instanceNS {
			continue
		}
		if f.complex != nil {
			if d := f.complex.attrs[a.Name]; d != nil {
				if why := d.typ.check(a.Value); why != "" {
					v.bad("cvc-attribute.3", "the attribute %s: %s", a.Name.Local, why)
				}
				continue
			}
			if f.complex.wild(a.Name.Space) {
				continue
			}
		}
		v.bad("cvc-complex-type.3.2.2", "the attribute %s may not stand here", a.Name.Local)
	}
	if f.complex == nil {
		return
	}
	for name, d := range f.complex.attrs {
		if !d.required {
			continue
		}
		found := false
		for _, a := range attrs {
			found = found || a.Name == name
		}
		if !found {
			v.bad("cvc-complex-type.4", "the attribute %s is missing", name.Local)
		}
	}
}

// wild says whether an attribute that is not declared may stand. No schema known
// here declares attributes globally, so that lax finds nothing to check.
func (t *complexType) wild(space string) bool {
	for _, w := range t.wildcards {
		if w.allows(space) && w.process != "strict" {
			return true
		}
	}
	return false
}

func (v *validator) identities(t xml.StartElement) {
	for _, w := range v.watches {
		if !w.selects(v.names[w.depth:]) {
			continue
		}
		value, ok := w.values(t.Attr)
		switch {
		case !ok && w.key:
			v.bad("cvc-identity-constraint.4.2.1", "a field of the key %s is missing", w.name)
		case !ok:
		case w.seen[value] > 0:
			v.bad("cvc-identity-constraint.4.1", "%s %.100q stood in line %d already", w.name, value, w.seen[value])
		default:
			w.seen[strings.Clone(value)], _ = v.tokens.Pos()
		}
	}
}

func (v *validator) chars(t xml.CharData) {
	f := &v.open[len(v.open)-1]
	if f.simple != nil || f.complex != nil && f.complex.simple != nil {
		if f.text = append(f.text, t...); len(f.text) > v.opt.Token {
			v.bad("", "a text of more than %d bytes", v.opt.Token)
			v.over = true
		}
		return
	}
	if f.complex != nil && !f.complex.mixed && !f.wrote && len(bytes.TrimSpace(t)) > 0 {
		f.wrote = true
		v.bad("cvc-complex-type.2.3", "text %.40q where only elements may stand", bytes.TrimSpace(t))
	}
}

func (v *validator) end() {
	f := &v.open[len(v.open)-1]
	simple := f.simple
	if f.complex != nil {
		simple = f.complex.simple
	}
	switch {
	case simple != nil:
		s := string(f.text)
		if s == "" && !f.kids && f.element.preset != nil {
			s = *f.element.preset
		}
		if why := simple.check(s); why != "" {
			v.bad("cvc-type.3.1.3", "%s", why)
		}
	case f.complex != nil && !f.complex.content.complete(f.now, f.begun):
		v.bad("cvc-complex-type.2.4.b", "something is missing; expected: %s", f.complex.content.expected(f.now, f.begun))
	}
	v.open = v.open[:len(v.open)-1]
	v.names = v.names[:len(v.names)-1]
	for len(v.watches) > 0 && v.watches[len(v.watches)-1].depth > len(v.open) {
		v.watches = v.watches[:len(v.watches)-1]
	}
}
