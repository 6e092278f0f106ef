package cyclonedx

import (
	"bufio"
	"bytes"
	"io"

	"github.com/wardround/wardround/format/sbom"
)

// Read reads a document in JSON or XML, told apart by its first bytes. Errors name
// the place: line and JSON pointer, or line and column. Nothing is returned of a
// document that breaks off or goes beyond a limit.
func Read(r io.Reader, lim sbom.Limits) (*sbom.Document, error) {
	var all collector
	doc, err := Scan(r, lim, &all)
	if err != nil {
		return nil, err
	}
	doc.Components, doc.Relations = all.components, all.relations
	return doc, nil
}

// Scan reads a document like [Read], but hands components and relations over to
// sink as they come; the Document it returns has neither. What it keeps in memory
// is about 40 bytes per component and 8 per dependency.
func Scan(r io.Reader, lim sbom.Limits, sink Sink) (*sbom.Document, error) {
	return read(r, newBuilder(lim, sink))
}

func read(r io.Reader, b *builder) (*sbom.Document, error) {
	in := bufio.NewReaderSize(r, 4096)
	begin, _ := in.Peek(1024)
	if isXML(begin) {
		return readXML(in, b)
	}
	return readJSON(in, b)
}

// isXML judges by the first character that is no white space, in UTF-8 or UTF-16.
func isXML(begin []byte) bool {
	begin = bytes.TrimPrefix(begin, []byte("\xef\xbb\xbf"))
	begin = bytes.TrimLeft(begin, "\xff\xfe\x00 \t\r\n")
	return len(begin) > 0 && begin[0] == '<'
}

// collector keeps everything, for Read.
type collector struct {
	components []sbom.Component
	relations  []sbom.Relation
}

func (c *collector) Component(i int, p sbom.Component) error {
	for len(c.components) <= i { // parts come before what they are part of
		c.components = append(c.components, sbom.Component{})
	}
	c.components[i] = p
	return nil
}

func (c *collector) Relation(r sbom.Relation) error {
	c.relations = append(c.relations, r)
	return nil
}

func (c *collector) Ref(i int) string { return c.components[i].Ref }
