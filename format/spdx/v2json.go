package spdx

import (
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// two reads the JSON of SPDX 2.2 and 2.3 (spec/schemas/spdx-schema.json).
type two struct {
	*scanner
	*builder
	external map[string]outside // DocumentRef-… → the document
}

func (t *two) top(name string) (err error) {
	switch name {
	case "spdxVersion":
		v, err := t.text()
		t.doc.Version = strings.TrimPrefix(v, "SPDX-")
		return err
	case "SPDXID":
		id, err := t.raw()
		if err == nil {
			t.document = t.id(id)
		}
		return err
	case "name":
		t.doc.Name, err = t.text()
	case "documentNamespace":
		t.doc.ID, err = t.text()
	case "creationInfo":
		return t.object(t.creation)
	case "documentDescribes":
		return t.each(func() error {
			id, err := t.raw()
			if err == nil {
				t.described = append(t.described, t.id(id))
			}
			return err
		})
	case "externalDocumentRefs":
		return t.each(t.externalDocument)
	case "packages":
		return t.each(func() error { return t.part(false) })
	case "files":
		return t.each(func() error { return t.part(true) })
	case "snippets":
		return t.each(func() error { t.tally("snippets"); return t.skip() })
	case "relationships":
		return t.each(t.relationship)
	default:
		return t.skip()
	}
	return err
}

func (t *two) creation(name string) error {
	switch name {
	case "created":
		v, err := t.text()
		t.doc.Created = moment(v)
		return err
	case "creators":
		return t.each(func() error {
			v, err := t.text()
			t.creator(v)
			return err
		})
	}
	return t.skip()
}

func (t *two) externalDocument() error {
	var id string
	var o outside
	err := t.object(func(name string) (err error) {
		switch name {
		case "externalDocumentId":
			id, err = t.text()
		case "spdxDocument":
			o.document, err = t.text()
		case "checksum":
			var h sbom.Hash
			if h, err = t.checksum(); err == nil {
				o.digest = h.Algorithm + ":" + h.Value
			}
		default:
			err = t.skip()
		}
		return err
	})
	if err == nil && id != "" {
		t.external[id] = o
		t.doc.Links = append(t.doc.Links, sbom.Link{From: -1, Document: o.document, Digest: o.digest})
	}
	return err
}

func (t *two) checksum() (sbom.Hash, error) {
	var h sbom.Hash
	err := t.object(func(name string) (err error) {
		switch name {
		case "algorithm":
			h.Algorithm, err = t.shared()
			h.Algorithm = algorithm(h.Algorithm)
		case "checksumValue":
			h.Value, err = t.text()
		default:
			err = t.skip()
		}
		return err
	})
	return h, err
}

// part reads a package or a file.
func (t *two) part(file bool) error {
	p := part{component: sbom.Component{Type: sbom.Library}}
	if file {
		p.component.Type = sbom.File
	}
	c := &p.component
	at := none
	var files []handle
	err := t.object(func(name string) (err error) {
		switch name {
		case "SPDXID":
			var id []byte
			if id, err = t.raw(); err == nil {
				at = t.id(id)
			}
		case "name", "fileName":
			c.Name, err = t.text()
		case "versionInfo":
			c.Version, err = t.text()
		case "supplier":
			p.supplier, err = t.shared()
		case "originator":
			p.originator, err = t.shared()
		case "primaryPackagePurpose":
			var v string
			if v, err = t.shared(); err == nil && !file {
				c.Type, p.source = purpose(v), v == "SOURCE"
			}
		case "validUntilDate":
			var v string
			v, err = t.text()
			c.EndOfSupport = moment(v)
		case "licenseConcluded":
			p.concluded, err = t.shared()
		case "licenseDeclared":
			p.declared, err = t.shared()
		case "checksums":
			err = t.each(func() error {
				h, err := t.checksum()
				c.Hashes = append(c.Hashes, h)
				return err
			})
		case "externalRefs":
			err = t.each(func() error { return t.externalRef(c) })
		case "annotations":
			err = t.each(func() error {
				return t.object(func(name string) error {
					if name != "comment" {
						return t.skip()
					}
					remark, err := t.brief(512)
					t.annotation(c, remark)
					return err
				})
			})
		case "hasFiles":
			err = t.each(func() error {
				id, err := t.raw()
				if err == nil {
					files = append(files, t.id(id))
				}
				return err
			})
		default:
			err = t.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.Name == "" {
		t.problem("no-name", t.name(at), "A component without a name.")
	}
	for _, f := range files {
		if err := t.imply(at, f); err != nil {
			return err
		}
	}
	return t.add(at, p.done())
}

func (t *two) externalRef(c *sbom.Component) error {
	var kind, locator string
	err := t.object(func(name string) (err error) {
		switch name {
		case "referenceType":
			kind, err = t.shared()
		case "referenceLocator":
			locator, err = t.text()
		default:
			err = t.skip()
		}
		return err
	})
	if err == nil && locator != "" {
		t.reference(c, kind, locator)
	}
	return err
}

func (t *two) relationship() error {
	from, to := none, none
	var word, value, remark string
	err := t.object(func(name string) (err error) {
		switch name {
		case "comment":
			remark, err = t.brief(32)
		case "spdxElementId":
			var id []byte
			if id, err = t.raw(); err == nil {
				from = t.id(id)
			}
		case "relatedSpdxElement":
			var id []byte
			if id, err = t.raw(); err == nil {
				if string(id) == "NONE" || string(id) == "NOASSERTION" {
					value = string(id)
				} else {
					to = t.id(id)
				}
			}
		case "relationshipType":
			word, err = t.shared()
		default:
			err = t.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if kind := sbom.RelationKind(remark); word == "OTHER" && others[kind] && value == "" {
		return t.relate(from, to, meaning{kind: kind})
	}
	return t.relationOf(from, to, word, value)
}

// relationOf takes in a relationship in either form of SPDX 2.
func (t *two) relationOf(from, to handle, word, value string) error {
	m, ok := meaningOf(word)
	if !ok {
		t.tally("unknown-relationship")
		m = meaning{kind: sbom.Related}
	}
	if value != "" {
		t.absent(from, m, value)
		return nil
	}
	return t.relate(from, to, m)
}

// end resolves what refers to other documents and puts the graph together.
func (t *two) end() sbom.Document {
	t.elsewhere = func(id string) (outside, bool) {
		doc, element, ok := strings.Cut(id, ":")
		o, known := t.external[doc]
		if !ok || !known {
			return outside{}, false
		}
		o.element = element
		return o, true
	}
	return t.finish()
}
