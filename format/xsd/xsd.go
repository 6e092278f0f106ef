// Package xsd validates XML documents by XML Schema 1.0, as far as the schemas of
// CycloneDX and of the SPDX licence list use it.
//
//	s, err := xsd.Compile(bom16, spdx)
//	bad, err := s.Validate(r, xsd.Options{})
//
// What of XML Schema is known:
//
//   - element (local, global, by ref), attribute, attributeGroup, anyAttribute, any
//     with processContents lax, skip or strict
//   - complexType with sequence, choice, mixed content, and simpleContent by
//     extension; simpleType by restriction and union
//   - enumeration, pattern, length, minLength, maxLength, minInclusive,
//     maxInclusive; 20 built-in types ([Builtins])
//   - unique and key, with selectors of steps and fields that are attributes
//   - import of another document given to Compile; conditional inclusion (vc:)
//
// A schema that uses anything else is refused by Compile with the line: a
// construct that a validator passes over is a document that it wrongly accepts.
//
// References are to XML Schema Part 1 and 2, second edition (2004).
package xsd

import (
	"encoding/xml"
	"fmt"
)

// Schema is a compiled set of schema documents. It may be used by several
// goroutines at once.
type Schema struct {
	elements map[xml.Name]*element
	types    map[xml.Name]any // *simpleType or *complexType, for xsi:type
}

// Options bound a validation; zero fields take the default.
type Options struct {
	Bytes      int64 // of the document; 2 GiB
	Depth      int   // of nesting; 512
	Token      int   // of one text or tag, in bytes; 16 MiB
	Violations int   // reported; 100
}

func (o Options) orDefault() Options {
	if o.Violations <= 0 {
		o.Violations = 100
	}
	if o.Token <= 0 {
		o.Token = 16 << 20
	}
	return o
}

// Violation is one way in which a document breaks the schema.
type Violation struct {
	Line, Column int    // after the tag or text that breaks it, from 1
	Path         string // "/bom/components/component[3]/name"
	Rule         string // "cvc-complex-type.2.4": Part 1 and 2, appendix C
	Detail       string // a sentence
}

func (v Violation) String() string {
	return fmt.Sprintf("line %d, column %d: %s: %s (%s)", v.Line, v.Column, v.Path, v.Detail, v.Rule)
}

const (
	schemaNS     = "http://www.w3.org/2001/XMLSchema"
	instanceNS   = "http://www.w3.org/2001/XMLSchema-instance"
	versioningNS = "http://www.w3.org/2007/XMLSchema-versioning"
	xmlNS        = "http://www.w3.org/XML/1998/namespace"
)

// element is a declaration. Its type is set when all of the schema is compiled.
type element struct {
	name    xml.Name
	simple  *simpleType  // exactly one of simple, complex and any
	complex *complexType // …
	any     bool         // no type: whatever it likes (anyType)
	preset  *string      // default, of an empty element
	unique  []*identity
}

// complexType is a type of elements that have attributes or children.
type complexType struct {
	name      xml.Name // empty if it has none
	base      any      // what it extends, or nil
	simple    *simpleType
	content   *model
	mixed     bool
	attrs     map[xml.Name]*attribute
	wildcards []wildcard // anyAttribute
}

type attribute struct {
	typ      *simpleType
	required bool
}

// wildcard is any or anyAttribute.
type wildcard struct {
	namespaces map[string]bool // "" is no namespace; nil: not a list
	all        bool            // ##any
	other      *string         // ##other than this
	process    string          // lax, skip, strict
}

func (w *wildcard) allows(space string) bool {
	switch {
	case w.all:
		return true
	case w.other != nil:
		return space != "" && space != *w.other // Part 1 §3.10.1
	}
	return w.namespaces[space]
}

// Namespace is that of XML Schema's own types, for [Schema.Check].
const Namespace = schemaNS

// Check judges a text by a simple type of the schema or of XML Schema itself. It
// returns why the text is none of it, "" if it is one; a type that is not there has
// no texts.
func (s *Schema) Check(space, name, text string) string {
	if b := builtins[name]; space == Namespace && b != nil {
		return b.check(text)
	}
	t, ok := s.types[xml.Name{Space: space, Local: name}].(*simpleType)
	if !ok {
		return fmt.Sprintf("the schema has no simple type %s", name)
	}
	return t.check(text)
}
