package cyclonedx

import "encoding/xml"

// list is a list with an element of its own in XML, left out where it is empty;
// encoding/xml would write the element of an empty one, which the schema refuses
// in places.
type list[T any] []T

// items are the names of a list's entries.
var items = map[string]string{
	"advisories":         "advisory",
	"affects":            "target",
	"ancestors":          "component",
	"authors":            "author",
	"components":         "component",
	"compositions":       "composition",
	"cwes":               "cwe",
	"dependencies":       "dependency",
	"externalReferences": "reference",
	"frames":             "frame",
	"hashes":             "hash",
	"lifecycles":         "lifecycle",
	"occurrences":        "occurrence",
	"patches":            "patch",
	"properties":         "property",
	"ratings":            "rating",
	"references":         "reference",
	"resolves":           "issue",
	"responses":          "response",
	"services":           "service",
	"versions":           "version",
	"vulnerabilities":    "vulnerability",
}

// MarshalXML writes the list's element and its entries.
func (l list[T]) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	item := xml.StartElement{Name: xml.Name{Local: items[start.Name.Local]}}
	for i := range l {
		if err := e.EncodeElement(&l[i], item); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// UnmarshalXML reads the entries.
func (l *list[T]) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if t.Name.Local != items[start.Name.Local] {
				err = d.Skip()
			} else {
				var v T
				if err = d.DecodeElement(&v, &t); err == nil {
					*l = append(*l, v)
				}
			}
			if err != nil {
				return err
			}
		}
	}
}

// wireLicences are one list in JSON, of objects that hold a licence or an
// expression, and elements of either name, in any order, in XML.
type wireLicences []wireChoice

// wireChoice is one of the two.
type wireChoice struct {
	Licence    *wireLicence `json:"license,omitempty"`
	Expression string       `json:"expression,omitempty"`
}

type wireLicence struct {
	ID   string `json:"id,omitempty" xml:"id,omitempty"`
	Name string `json:"name,omitempty" xml:"name,omitempty"`
}

// MarshalXML writes the elements of XML.
func (l wireLicences) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, c := range l {
		var err error
		if c.Licence != nil {
			err = e.EncodeElement(c.Licence, xml.StartElement{Name: xml.Name{Local: "license"}})
		} else {
			err = e.EncodeElement(c.Expression, xml.StartElement{Name: xml.Name{Local: "expression"}})
		}
		if err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// UnmarshalXML reads them in their order, and 1.7's expression-detailed.
func (l *wireLicences) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if _, end := t.(xml.EndElement); end {
			return nil
		}
		if !ok {
			continue
		}
		var c wireChoice
		switch start.Name.Local {
		case "license":
			c.Licence = &wireLicence{}
			err = d.DecodeElement(c.Licence, &start)
		case "expression":
			err = d.DecodeElement(&c.Expression, &start)
		case "expression-detailed":
			for _, a := range start.Attr {
				if a.Name.Local == "expression" {
					c.Expression = a.Value
				}
			}
			err = d.Skip()
		default:
			err = d.Skip()
		}
		if err != nil {
			return err
		}
		*l = append(*l, c)
	}
}

// wireRefs are texts in JSON and empty elements with a ref attribute in XML.
type wireRefs []string

type wireRef struct {
	Ref string `xml:"ref,attr"`
}

// MarshalXML writes assembly or dependency elements, after the list's own name.
func (l wireRefs) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if len(l) == 0 {
		return nil
	}
	name := "dependency"
	if start.Name.Local == "assemblies" {
		name = "assembly"
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, ref := range l {
		if err := e.EncodeElement(wireRef{ref}, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// UnmarshalXML reads elements of any name that have a ref.
func (l *wireRefs) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var in struct {
		Refs []wireRef `xml:",any"`
	}
	if err := d.DecodeElement(&in, &start); err != nil {
		return err
	}
	for _, r := range in.Refs {
		*l = append(*l, r.Ref)
	}
	return nil
}

// MarshalXML nests what a component depends on in its dependency element.
func (x wireDependency) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	refs := func(list []string) (out []wireRef) {
		for _, r := range list {
			out = append(out, wireRef{r})
		}
		return out
	}
	return e.EncodeElement(struct {
		Ref       string    `xml:"ref,attr"`
		DependsOn []wireRef `xml:"dependency"`
		Provides  []wireRef `xml:"provides"`
	}{x.Ref, refs(x.DependsOn), refs(x.Provides)}, start)
}

// loose is a boolean attribute that XML before 1.7 lets anybody use for anything.
type loose bool

// UnmarshalXMLAttr takes true and 1 for true, whatever else stands there for false.
func (b *loose) UnmarshalXMLAttr(a xml.Attr) error {
	*b = a.Value == "true" || a.Value == "1"
	return nil
}
