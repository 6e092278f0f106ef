package cyclonedx

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/xmlstream"
)

const namespace = "http://cyclonedx.org/schema/bom/"

// xmlReader reads the XML form. Each entry of the long lists is decoded on its
// own, so that no more than one is in memory.
type xmlReader struct {
	*builder
	tokens *xmlstream.Reader
	dec    *xml.Decoder
	own    string // namespace of the document
	path   string // of the element that is being read
}

func readXML(r io.Reader, b *builder) (*sbom.Document, error) {
	x := &xmlReader{builder: b, tokens: xmlstream.New(r, xmlstream.Limits{Bytes: b.lim.Bytes, Depth: b.lim.Depth, Token: max(b.lim.Text, 4<<10)})}
	b.where = func() string {
		line, _ := x.tokens.Pos()
		return x.path + " (line " + strconv.Itoa(line) + ")"
	}
	x.dec = xml.NewTokenDecoder(x)
	for {
		t, err := x.dec.Token()
		if errors.Is(err, io.EOF) {
			return b.finish()
		}
		if err != nil {
			return nil, fmt.Errorf("cyclonedx: %w", err)
		}
		if start, ok := t.(xml.StartElement); ok {
			if err := x.document(start); err != nil {
				return nil, err
			}
			if b.err != nil {
				return nil, b.err
			}
		}
	}
}

// Token gives the tokens of the document's own namespace. Elements and attributes
// of others, which the schema allows nearly everywhere, would otherwise be taken
// for ours of the same name.
func (x *xmlReader) Token() (xml.Token, error) {
	foreign := 0
	for {
		t, err := x.tokens.Token()
		if err != nil {
			return nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if x.own == "" {
				if e.Name.Local != "bom" || !strings.HasPrefix(e.Name.Space, namespace) {
					return nil, notOurs(fmt.Sprintf("the root element is %.80q in the namespace %.200q", e.Name.Local, e.Name.Space))
				}
				x.own = e.Name.Space
			}
			if foreign > 0 || e.Name.Space != x.own {
				foreign++
				continue
			}
			attrs := e.Attr[:0]
			for _, a := range e.Attr {
				if a.Name.Space == "" && a.Name.Local != "xmlns" {
					attrs = append(attrs, a)
				}
			}
			e.Attr = attrs
			return e, nil
		case xml.EndElement:
			if foreign > 0 {
				foreign--
				continue
			}
		default:
			if foreign > 0 {
				continue
			}
		}
		return t, nil
	}
}

func (x *xmlReader) document(start xml.StartElement) error {
	x.version, x.path = strings.TrimPrefix(x.own, namespace), "/bom"
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "serialNumber":
			x.doc.ID = a.Value
		case "version":
			n, _ := strconv.ParseInt(strings.TrimSpace(a.Value), 10, 64)
			x.revision(n)
		}
	}
	return x.children("/bom", func(name string, start xml.StartElement) error {
		switch name {
		case "metadata":
			var m wireMetadata
			if err := x.decode(&m, start); err != nil {
				return err
			}
			x.metadata(&m)
			return nil
		case "components", "services":
			return x.list(x.path, name, func(start xml.StartElement) error {
				var c wireComponent
				if err := x.decode(&c, start); err != nil {
					return err
				}
				x.component(&c, -1, name == "services")
				return nil
			})
		case "externalReferences":
			return x.list(x.path, name, func(start xml.StartElement) error {
				var r wireReference
				err := x.decode(&r, start)
				x.wireReferences(-1, []wireReference{r})
				return err
			})
		case "dependencies":
			return x.list(x.path, name, x.dependency)
		case "compositions":
			return x.list(x.path, name, func(start xml.StartElement) error {
				var c wireComposition
				err := x.decode(&c, start)
				x.compose(lateComposition{c.Aggregate, c.Assemblies, c.Dependencies})
				return err
			})
		case "vulnerabilities":
			if x.vulnerability == nil {
				return x.dec.Skip()
			}
			return x.list(x.path, name, func(start xml.StartElement) error {
				var v wireVulnerability
				if err := x.decode(&v, start); err != nil {
					return err
				}
				return x.vulnerability(x.fromWire(&v))
			})
		default:
			return x.dec.Skip()
		}
	})
}

// children calls f at each element that stands in the current one.
func (x *xmlReader) children(path string, f func(name string, start xml.StartElement) error) error {
	for x.err == nil {
		t, err := x.dec.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = &format.Error{Format: "xml", Offset: x.tokens.Offset(), Err: format.ErrTruncated}
			}
			return fmt.Errorf("cyclonedx: %w", err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			x.path = path + "/" + t.Name.Local
			if err := f(t.Name.Local, t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
	return x.err
}

// list calls f at each entry of a list, and counts them for the path.
func (x *xmlReader) list(path, _ string, f func(start xml.StartElement) error) error {
	n := 0
	return x.children(path, func(name string, start xml.StartElement) error {
		n++
		x.path = fmt.Sprintf("%s/%s[%d]", path, name, n)
		return f(start)
	})
}

// decode reads an element into v. A value of another type than the schema has is
// an error with its place.
func (x *xmlReader) decode(v any, start xml.StartElement) error {
	if err := x.dec.DecodeElement(v, &start); err != nil {
		var own *format.Error
		if errors.As(err, &own) {
			return fmt.Errorf("cyclonedx: %w", err)
		}
		return &format.Error{Format: "cyclonedx", Offset: x.tokens.Offset(), Field: x.where(), Err: fmt.Errorf("%w: %w", format.ErrMalformed, err)}
	}
	return nil
}

// dependency reads a dependency element. 1.2 and later nest what is depended on
// once; deeper nesting is taken as what it says.
func (x *xmlReader) dependency(start xml.StartElement) error {
	ref := ""
	for _, a := range start.Attr {
		if a.Name.Local == "ref" {
			ref = a.Value
		}
	}
	if _, ok := x.refs[x.hash(ref)]; !ok && ref != "" {
		x.wait(pending{from: -1, fromHash: x.hash(ref), toHash: x.hash(ref), kind: existence}, ref, ref)
	}
	path := x.path
	return x.children(path, func(name string, inner xml.StartElement) error {
		kind := sbom.DependsOn
		if name == "provides" {
			kind = sbom.Provides
		}
		for _, a := range inner.Attr {
			if a.Name.Local == "ref" {
				x.relate(ref, a.Value, kind)
			}
		}
		return x.dependency(inner)
	})
}
