package spdx

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/sbom"
)

// tagValue reads the line form of SPDX 2 (clause 4.4.2 and the "Tag" examples of
// every clause). A line is "Tag: value"; a value in <text> … </text> may go on
// over lines. Which element a line belongs to depends on the one before: a
// PackageName, FileName or SnippetSPDXID begins a new one.
type tagValue struct {
	two    // documents, relationships and external references are alike
	in     *bufio.Reader
	offset int64
	line   int
	part   *part  // the package or file being read
	self   handle // its identifier
	pkg    handle // the package that files below it belong to
	within section
}

// section is the kind of element the lines belong to.
type section uint8

const (
	inDocument section = iota
	inPackage
	inFile
	inSnippet
	inLicence
)

func decodeTagValue(in *bufio.Reader, lim sbom.Limits, offset int64) (*Document, error) {
	t := &tagValue{in: in, offset: offset, self: none, pkg: none}
	t.two = two{builder: newBuilder(lim), external: map[string]outside{}}
	for {
		tag, value, err := t.pair()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := t.tag(tag, value); err != nil {
			return nil, err
		}
	}
	if err := t.flush(); err != nil {
		return nil, err
	}
	if t.doc.Version == "" {
		return nil, &format.Error{Format: "spdx", Offset: offset, Field: "SPDXVersion is missing: neither JSON nor tag-value", Err: format.ErrMalformed}
	}
	return &Document{SBOM: t.end()}, nil
}

func (t *tagValue) fault(cause error, what string) error {
	return &format.Error{Format: "spdx", Offset: t.offset, Field: what, Err: cause}
}

// next returns a line without its end; at most one byte more than the limit of a
// text is kept of it.
func (t *tagValue) next() ([]byte, error) {
	var line []byte
	for {
		p, err := t.in.ReadSlice('\n')
		t.offset += int64(len(p))
		if t.offset > t.builder.lim.Bytes {
			return nil, t.fault(format.ErrLimit, "size of the document")
		}
		if room := t.builder.lim.Text + 1024 - len(line); room > 0 {
			line = append(line, p[:min(len(p), room)]...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		}
		t.line++
		return bytes.TrimRight(line, "\r\n"), nil
	}
}

var open, shut = []byte("<text>"), []byte("</text>")

// pair returns the next tag and its value.
func (t *tagValue) pair() (string, string, error) {
	for {
		line, err := t.next()
		if err != nil {
			return "", "", err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		tag, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return "", "", t.fault(format.ErrMalformed, "line without a colon")
		}
		name := string(bytes.TrimSpace(tag))
		value = bytes.TrimSpace(value)
		rest, multi := bytes.CutPrefix(value, open)
		if !multi {
			if len(value) > t.builder.lim.Text {
				return "", "", t.fault(format.ErrLimit, "length of a value")
			}
			return name, strings.ToValidUTF8(string(value), "\uFFFD"), nil
		}
		text, err := t.block(rest)
		return name, text, err
	}
}

// block reads on until the end of a text. A text that is too long is cut: none of
// the fields that are kept is that long.
func (t *tagValue) block(first []byte) (string, error) {
	text, _, closed := bytes.Cut(first, shut)
	out := append([]byte(nil), text...)
	for !closed {
		line, err := t.next()
		if errors.Is(err, io.EOF) {
			return "", t.fault(format.ErrTruncated, "<text>")
		}
		if err != nil {
			return "", err
		}
		text, _, closed = bytes.Cut(line, shut)
		if room := t.builder.lim.Text - len(out); room > 0 {
			out = append(append(out, '\n'), text[:min(len(text), room)]...)
		}
	}
	return strings.ToValidUTF8(string(out), "\uFFFD"), nil
}

// flush ends the element being read.
func (t *tagValue) flush() error {
	if t.part == nil {
		return nil
	}
	p, at := t.part, t.self
	t.part = nil
	if t.within == inFile && t.pkg != none && at != none {
		if err := t.imply(t.pkg, at); err != nil {
			return err
		}
	}
	return t.add(at, p.done())
}

func (t *tagValue) begin(s section, name string) error {
	if err := t.flush(); err != nil {
		return err
	}
	t.within, t.self = s, none
	switch s {
	case inPackage:
		t.pkg = none
		t.part = &part{component: sbom.Component{Type: sbom.Library, Name: name}}
	case inFile:
		t.part = &part{component: sbom.Component{Type: sbom.File, Name: name}}
	case inSnippet:
		t.tally("snippets")
	}
	if name == "" && t.part != nil {
		t.problem("no-name", "", "A component without a name.")
	}
	return nil
}

// tag takes in one line.
func (t *tagValue) tag(tag, value string) error {
	switch tag {
	case "SPDXVersion":
		t.doc.Version = strings.TrimPrefix(value, "SPDX-")
	case "DocumentName":
		t.doc.Name = value
	case "DocumentNamespace":
		t.doc.ID = value
	case "ExternalDocumentRef":
		t.externalRefLine(value)
	case "Creator":
		t.creator(value)
	case "Created":
		t.doc.Created = moment(value)
	case "PackageName":
		return t.begin(inPackage, value)
	case "FileName":
		return t.begin(inFile, value)
	case "SnippetSPDXID":
		return t.begin(inSnippet, value)
	case "LicenseID":
		return t.begin(inLicence, value)
	case "SPDXID":
		t.identify(value)
	case "Relationship":
		words := strings.Fields(value)
		if len(words) != 3 {
			t.problem("bad-relationship", value, "A relationship that is not of the form “A KIND B”.")
			return nil
		}
		if words[2] == "NONE" || words[2] == "NOASSERTION" {
			return t.relationOf(t.id([]byte(words[0])), none, words[1], words[2])
		}
		return t.relationOf(t.id([]byte(words[0])), t.id([]byte(words[2])), words[1], "")
	default:
		if t.part != nil {
			t.property(tag, value)
		}
	}
	return nil
}

func (t *tagValue) identify(id string) {
	switch t.within {
	case inDocument:
		t.document = t.id([]byte(id))
	case inPackage:
		t.self = t.id([]byte(id))
		t.pkg = t.self
	case inFile:
		t.self = t.id([]byte(id))
	}
}

// externalRefLine reads "DocumentRef-x URI SHA1: value" (clause 6.6).
func (t *tagValue) externalRefLine(value string) {
	words := strings.Fields(value)
	if len(words) < 2 {
		t.problem("bad-link", value, "A reference to another document without its address.")
		return
	}
	o := outside{document: words[1]}
	if len(words) >= 4 {
		o.digest = algorithm(strings.TrimSuffix(words[2], ":")) + ":" + words[3]
	}
	t.external[words[0]] = o
	t.doc.Links = append(t.doc.Links, sbom.Link{From: -1, Document: o.document, Digest: o.digest})
}

// property sets a field of the package or file being read.
func (t *tagValue) property(tag, value string) {
	p, c := t.part, &t.part.component
	switch tag {
	case "PackageVersion":
		c.Version = value
	case "PackageSupplier":
		p.supplier = value
	case "PackageOriginator":
		p.originator = value
	case "PrimaryPackagePurpose":
		c.Type, p.source = purpose(value), value == "SOURCE"
	case "ValidUntilDate":
		c.EndOfSupport = moment(value)
	case "PackageLicenseConcluded", "LicenseConcluded":
		p.concluded = value
	case "PackageLicenseDeclared":
		p.declared = value
	case "PackageChecksum", "FileChecksum":
		if a, v, ok := strings.Cut(value, ":"); ok {
			c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: algorithm(strings.TrimSpace(a)), Value: strings.TrimSpace(v)})
		}
	case "ExternalRef":
		if words := strings.Fields(value); len(words) >= 3 {
			t.reference(c, words[1], words[2])
		}
	}
}
