package xsd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/xmlstream"
)

// node is an element of a schema document.
type node struct {
	name     xml.Name
	attrs    map[string]string // those without a namespace
	line     int
	prefixes map[string]string
	children []*node
	target   string // targetNamespace of the document
	qualify  bool   // elementFormDefault
}

// fail says what is wrong with a schema, and where.
func (n *node) fail(text string, args ...any) error {
	return fmt.Errorf("xsd: line %d: <%s>: %s", n.line, n.name.Local, fmt.Sprintf(text, args...))
}

// parse reads a schema document. Annotations, and what the versioning namespace
// excludes for 1.0 (Part 1 of 1.1, §4.2.2), are left out.
func parse(data []byte) (*node, error) {
	d := xmlstream.New(bytes.NewReader(data), xmlstream.Limits{Bytes: 64 << 20, Depth: 200})
	var open []*node
	var root *node
	skip := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("xsd: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if skip > 0 || excluded(t) || t.Name == (xml.Name{Space: schemaNS, Local: "annotation"}) {
				skip++
				continue
			}
			n := &node{name: t.Name, attrs: map[string]string{}}
			n.line, _ = d.Pos()
			if len(open) > 0 {
				n.prefixes = open[len(open)-1].prefixes
			}
			if err := n.attributes(t.Attr); err != nil {
				return nil, err
			}
			if t.Name.Space != schemaNS {
				return nil, n.fail("an element of another namespace")
			}
			if root == nil {
				root = n
			} else {
				above := open[len(open)-1]
				above.children = append(above.children, n)
			}
			open = append(open, n)
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if skip == 0 && len(bytes.TrimSpace(t)) > 0 && len(open) > 0 {
				return nil, open[len(open)-1].fail("text %.20q", t)
			}
		}
	}
}

func (n *node) attributes(attrs []xml.Attr) error {
	copied := false
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns":
			if !copied {
				all := map[string]string{}
				for k, v := range n.prefixes {
					all[k] = v
				}
				n.prefixes, copied = all, true
			}
			if a.Name.Space == "" {
				n.prefixes[""] = a.Value
			} else {
				n.prefixes[a.Name.Local] = a.Value
			}
		case a.Name.Space == versioningNS, a.Name.Space == xmlNS, a.Name.Space == instanceNS:
		case a.Name.Space != "":
			return n.fail("an attribute %s of another namespace", a.Name.Local)
		default:
			n.attrs[a.Name.Local] = a.Value
		}
	}
	return nil
}

func excluded(e xml.StartElement) bool {
	for _, a := range e.Attr {
		if a.Name.Space != versioningNS {
			continue
		}
		v, err := strconv.ParseFloat(a.Value, 64)
		switch {
		case err != nil:
		case a.Name.Local == "minVersion" && v > 1.0, a.Name.Local == "maxVersion" && v <= 1.0:
			return true
		}
	}
	return false
}

// only refuses attributes that are not in the list, and returns what of them is
// there.
func (n *node) only(names ...string) error {
	for a := range n.attrs {
		known := a == "id"
		for _, name := range names {
			known = known || a == name
		}
		if !known {
			return n.fail("the attribute %s is not supported here", a)
		}
	}
	return nil
}

// qname resolves a prefixed name (Part 1 §3.15.3).
func (n *node) qname(s string) (xml.Name, error) {
	prefix, local, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok {
		prefix, local = "", prefix
	}
	space, known := n.prefixes[prefix]
	if !known && prefix != "" {
		return xml.Name{}, n.fail("the prefix of %q is not declared", s)
	}
	return xml.Name{Space: space, Local: local}, nil
}

// occurs reads minOccurs and maxOccurs; max is -1 for unbounded.
func (n *node) occurs() (least, most int, err error) {
	least, most = 1, 1
	if s, ok := n.attrs["minOccurs"]; ok {
		if least, err = strconv.Atoi(s); err != nil || least < 0 {
			return 0, 0, n.fail("minOccurs %q", s)
		}
	}
	if s, ok := n.attrs["maxOccurs"]; ok {
		if s == "unbounded" {
			return least, -1, nil
		}
		if most, err = strconv.Atoi(s); err != nil || most < 0 {
			return 0, 0, n.fail("maxOccurs %q", s)
		}
	}
	if most < least {
		return 0, 0, n.fail("maxOccurs %d is less than minOccurs %d", most, least)
	}
	return least, most, nil
}
