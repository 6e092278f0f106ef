// Package xmlwalk walks the elements of an XML document of a model and says what
// became of the walk. It stands on package xmlstream: bounded, and without
// entities.
package xmlwalk

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/xmlstream"
)

// Visitor is what the walk calls. Either may be nil.
type Visitor struct {
	// Start is called for each element; path holds the names of it and of those around it.
	Start func(e xml.StartElement, path []string, at int64)
	// Text is called for text between tags that is more than white space.
	Text func(s string, path []string, at int64)
}

// Walk reads a document to its end. What is wrong with it is put on the list
// under rules that begin with name: "pmml.doctype" (malicious if it declares
// entities, unreadable otherwise) or "pmml.bad-xml". The error is of the reading only.
func Walk(name string, r io.Reader, lim xmlstream.Limits, list *issue.List, v Visitor) error {
	w := &watched{r: r}
	d := xmlstream.New(w, lim)
	var path []string
	for {
		at := d.Offset()
		tok, err := d.Token()
		if err != nil {
			return w.fault(name, err, d, list)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			if v.Start != nil {
				v.Start(t, path, at)
			}
		case xml.EndElement:
			path = path[:max(0, len(path)-1)]
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" && v.Text != nil {
				v.Text(s, path, at)
			}
		}
	}
}

func (w *watched) fault(name string, err error, d *xmlstream.Reader, list *issue.List) error {
	if errors.Is(err, io.EOF) {
		var f *format.Error
		if !errors.As(err, &f) {
			return nil
		}
	}
	if w.err != nil {
		return w.err
	}
	at := d.Offset()
	head := strings.ToUpper(string(w.head))
	if i := strings.Index(head, "<!DOCTYPE"); i >= 0 && strings.Contains(err.Error(), "document type") {
		level, what := issue.Unreadable, "The document has a document type declaration, which readers of models follow differently."
		if strings.Contains(head[i:], "<!ENTITY") || strings.Contains(head[i:], "SYSTEM") || strings.Contains(head[i:], "PUBLIC") {
			level, what = issue.Malicious, "The document declares entities or a foreign document type: they expand without end or fetch what the document names."
		}
		list.Add(name+".doctype", level, "", int64(i), "%s", what)
		return nil
	}
	list.Add(name+".bad-xml", issue.Unreadable, "", at, "The document can't be read on: %v.", err)
	return nil
}

// watched keeps the document's beginning and notes failures to read.
type watched struct {
	r    io.Reader
	head []byte
	err  error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if room := 64<<10 - len(w.head); room > 0 {
		w.head = append(w.head, b[:min(n, room)]...)
	}
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// Attr returns an attribute of an element, "" if it has none.
func Attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
