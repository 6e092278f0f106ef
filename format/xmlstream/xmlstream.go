// Package xmlstream opens XML 1.0 documents that come from strangers: it puts an
// encoding/xml decoder behind guards, so that whatever arrives costs bounded
// memory and nothing outside the document is ever fetched.
//
//   - A document type declaration is refused. Without one there are no entities
//     but the five of XML itself: no expansion ("billion laughs"), no external
//     reference.
//   - The whole document, one token (a run of text, a tag, a comment) and the
//     nesting are bounded.
//   - UTF-8 and UTF-16 are read as the byte order mark says (XML 1.0 §4.3.3 asks
//     both of every processor); other encodings as the declaration names them, if
//     ASCII is a part of them.
package xmlstream

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/wardround/wardround/format"
)

// Limits bound what a Reader takes in; zero fields take the default.
type Limits struct {
	Bytes int64 // of the document; 2 GiB
	Depth int   // of nesting; 512
	Token int   // of one token, in bytes; 16 MiB
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 2 << 30
	}
	if l.Depth <= 0 {
		l.Depth = 512
	}
	if l.Token <= 0 {
		l.Token = 16 << 20
	}
	return l
}

// Reader gives the tokens of one document, checked for well-formedness, with
// namespaces translated. It is an [xml.TokenReader].
type Reader struct {
	raw   *xml.Decoder
	guard *guard
	lim   Limits
	depth int
	root  bool // the root element was seen
	err   error
}

// New returns a Reader of r.
func New(r io.Reader, lim Limits) *Reader {
	lim = lim.orDefault()
	g := &guard{lim: lim}
	g.src = bufio.NewReaderSize(decoded(r, &g.wide), 64<<10)
	d := xml.NewDecoder(g)
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf-16", "utf-16le", "utf-16be":
			if g.wide { // the mark has been followed; the declaration says the same
				return in, nil
			}
			return nil, fmt.Errorf("declared as %s without a byte order mark", label)
		}
		e, err := ianaindex.MIME.Encoding(label)
		if err != nil || e == nil {
			return nil, fmt.Errorf("the encoding %q is not known", label)
		}
		return e.NewDecoder().Reader(in), nil
	}
	return &Reader{raw: d, guard: g, lim: lim}
}

// decoded follows a byte order mark.
func decoded(r io.Reader, wide *bool) io.Reader {
	b := bufio.NewReaderSize(r, 4096)
	mark, _ := b.Peek(3)
	switch {
	case len(mark) >= 3 && mark[0] == 0xef && mark[1] == 0xbb && mark[2] == 0xbf:
		b.Discard(3) //nolint:errcheck // three bytes were peeked at
	case len(mark) >= 2 && (mark[0] == 0xff && mark[1] == 0xfe || mark[0] == 0xfe && mark[1] == 0xff):
		*wide = true
		return transform.NewReader(b, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	return b
}

// Decoder returns an [xml.Decoder] over the Reader, for its DecodeElement. Its
// own offsets mean nothing; ask the Reader.
func (d *Reader) Decoder() *xml.Decoder { return xml.NewTokenDecoder(d) }

// Pos returns the line and column after the last token, from 1.
func (d *Reader) Pos() (line, column int) { return d.raw.InputPos() }

// Offset returns the offset after the last token, in the text as UTF-8.
func (d *Reader) Offset() int64 { return d.raw.InputOffset() }

// Token returns the next token, io.EOF at the end. Comments and processing
// instructions are left out. Errors are [*format.Error].
func (d *Reader) Token() (xml.Token, error) {
	for d.err == nil {
		first := d.raw.InputOffset() == 0
		t, err := d.raw.Token()
		if err != nil {
			d.end(err)
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			if d.depth == 0 && d.root {
				d.fail(format.ErrMalformed, "a second root element")
			}
			d.root = true
			if d.depth++; d.depth > d.lim.Depth {
				d.fail(format.ErrLimit, fmt.Sprintf("nested deeper than %d", d.lim.Depth))
			}
			if name, twice := repeated(t.Attr); twice {
				d.fail(format.ErrMalformed, fmt.Sprintf("the attribute %s stands twice", name))
			}
		case xml.EndElement:
			d.depth--
		case xml.CharData:
			if d.depth == 0 {
				if strings.TrimSpace(string(t)) != "" {
					d.fail(format.ErrMalformed, "text outside the root element")
				}
				continue
			}
		case xml.Directive:
			d.fail(format.ErrMalformed, doctype)
		case xml.ProcInst:
			// encoding/xml takes declarations anywhere, and of any form.
			if strings.EqualFold(t.Target, "xml") && (!first || !declaration.Match(t.Inst)) {
				d.fail(format.ErrMalformed, "an XML declaration that is none, or not at the start")
			}
			if d.err == nil {
				continue
			}
		default:
			continue
		}
		if d.err == nil {
			return t, nil
		}
	}
	return nil, d.err
}

// declaration is what follows <?xml (XML 1.0 §2.8, XMLDecl).
var declaration = regexp.MustCompile(`^version\s*=\s*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:\s+encoding\s*=\s*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*$`)

const doctype = "a document type declaration; entities could hide in it, and nothing read here needs one"

// repeated finds an attribute that stands twice, which encoding/xml lets pass
// (XML 1.0 §3.1, unique Att Spec).
func repeated(attrs []xml.Attr) (string, bool) {
	if len(attrs) < 16 {
		for i, a := range attrs {
			for _, b := range attrs[:i] {
				if a.Name == b.Name {
					return a.Name.Local, true
				}
			}
		}
		return "", false
	}
	seen := make(map[xml.Name]bool, len(attrs))
	for _, a := range attrs {
		if seen[a.Name] {
			return a.Name.Local, true
		}
		seen[a.Name] = true
	}
	return "", false
}

func (d *Reader) fail(cause error, text string) {
	line, column := d.raw.InputPos()
	d.err = &format.Error{Format: "xml", Offset: d.raw.InputOffset(), Err: fmt.Errorf("%w: line %d, column %d: %s", cause, line, column, text)}
}

// end turns an error of the decoder into ours.
func (d *Reader) end(err error) {
	var own *format.Error
	var syntax *xml.SyntaxError
	switch {
	case d.guard.err != nil:
		d.err = d.guard.err
	case errors.As(err, &own):
		d.err = own
	case errors.Is(err, io.EOF) && !d.root:
		d.fail(format.ErrTruncated, "no element at all")
	case errors.Is(err, io.EOF):
		d.err = io.EOF
	case errors.As(err, &syntax):
		cause := format.ErrMalformed
		if strings.Contains(syntax.Msg, "unexpected EOF") {
			cause = format.ErrTruncated
		}
		d.fail(cause, syntax.Msg)
	default:
		d.fail(format.ErrMalformed, err.Error())
	}
}
