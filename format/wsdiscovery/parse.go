package wsdiscovery

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format"
)

// What one message may hold, beyond the size of a datagram.
const (
	maxDepth   = 32  // of elements
	maxTargets = 256 // in one ProbeMatches
	maxList    = 128 // types, scopes or addresses of one target
	maxAttrs   = 64  // of one element, namespace declarations among them
)

// Parse reads one message. It returns [format.ErrLimit] over the limits above,
// [format.ErrTruncated] if the document ends early, and [format.ErrMalformed]
// if it is no XML in UTF-8, has a document type declaration (which SOAP 1.2
// part 1 §5 forbids), or carries none of the six messages. No entity but XML's
// own five is ever expanded.
func Parse(p []byte) (Message, error) {
	if len(p) > maxDatagram {
		return Message{}, &format.Error{Format: "wsdiscovery", Offset: maxDatagram, Field: "datagram", Source: "SOAP-over-UDP 1.1 §3", Err: format.ErrLimit}
	}
	r := reader{xml: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(p, []byte("\xef\xbb\xbf"))))}
	if err := r.document(); err != nil {
		return r.m, err
	}
	if r.m.Kind == 0 {
		return r.m, r.fail("body", format.ErrMalformed)
	}
	return r.m, nil
}

// reader walks one document.
type reader struct {
	xml      *xml.Decoder
	m        Message
	path     [maxDepth]xml.Name
	depth    int       // elements open
	bindings []binding // namespace declarations in force, innermost last
	keep     bool      // the element now open holds text we want
	text     []byte
}

// binding is one namespace declaration: prefix, namespace, and the depth of the
// element that made it.
type binding struct {
	prefix, space string
	depth         int
}

func (r *reader) fail(field string, err error) error {
	return &format.Error{Format: "wsdiscovery", Offset: r.xml.InputOffset(), Field: field, Source: "WSD", Err: err}
}

func (r *reader) document() error {
	for {
		t, err := r.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" {
				return r.fail("document", format.ErrTruncated)
			}
			return r.fail("document", fmt.Errorf("%w: %v", format.ErrMalformed, err))
		}
		switch t := t.(type) {
		case xml.Directive:
			return r.fail("document type declaration", format.ErrMalformed)
		case xml.StartElement:
			err = r.start(t)
		case xml.CharData:
			if r.keep {
				r.text = append(r.text, t...)
			}
		case xml.EndElement:
			err = r.end()
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) start(t xml.StartElement) error {
	if r.depth == maxDepth {
		return r.fail("depth", format.ErrLimit)
	}
	if len(t.Attr) > maxAttrs {
		return r.fail("attributes", format.ErrLimit)
	}
	r.path[r.depth] = t.Name
	r.depth++
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			r.bindings = append(r.bindings, binding{a.Name.Local, a.Value, r.depth})
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			r.bindings = append(r.bindings, binding{"", a.Value, r.depth})
		}
	}
	r.keep, r.text = false, r.text[:0]
	switch {
	case r.depth == 3 && r.within("Body"):
		return r.message(t.Name)
	case r.depth == 3 && r.within("Header"):
		if t.Name.Local == "AppSequence" && discovery(t.Name.Space) {
			return r.sequence(t.Attr)
		}
		r.keep = addressing(t.Name.Space)
	case r.depth == 4 && r.matches() && discovery(t.Name.Space):
		if t.Name.Local+"es" != r.path[2].Local {
			return nil
		}
		if len(r.m.Targets) == maxTargets {
			return r.fail("matches", format.ErrLimit)
		}
		r.m.Targets = append(r.m.Targets, Target{})
	case r.inTarget(1):
		r.keep = discovery(t.Name.Space)
		for _, a := range t.Attr {
			if t.Name.Local == "Scopes" && a.Name.Local == "MatchBy" {
				r.target().MatchBy = a.Value
			}
		}
	case r.inTarget(2):
		r.keep = addressing(t.Name.Space) && r.path[r.depth-2].Local == "EndpointReference"
	}
	return nil
}

// within reports whether the part of the envelope we are in has the name.
func (r *reader) within(part string) bool {
	return r.path[1] == xml.Name{Space: soap, Local: part} && r.path[0] == xml.Name{Space: soap, Local: "Envelope"}
}

// matches reports whether the message is one that lists targets.
func (r *reader) matches() bool { return r.m.Kind == ProbeMatches || r.m.Kind == ResolveMatches }

// inTarget reports whether the element now open stands n levels inside a target.
func (r *reader) inTarget(n int) bool {
	level := 3
	if r.matches() {
		level = 4
	}
	return len(r.m.Targets) > 0 && r.within("Body") && r.depth == level+n
}

func (r *reader) target() *Target { return &r.m.Targets[len(r.m.Targets)-1] }

func discovery(space string) bool {
	return space == vocabularies[V2009].discovery || space == vocabularies[V2005].discovery
}

// addressing accepts either version, since senders mix them.
func addressing(space string) bool {
	return space == vocabularies[V2009].addressing || space == vocabularies[V2005].addressing
}

// message begins the message in the body; a body holds one.
func (r *reader) message(n xml.Name) error {
	if !discovery(n.Space) || r.m.Kind != 0 {
		return r.fail("body", format.ErrMalformed)
	}
	for k, name := range kinds {
		if k > 0 && name == n.Local {
			r.m.Kind = Kind(k)
		}
	}
	if r.m.Kind == 0 {
		return r.fail("body", format.ErrMalformed)
	}
	if n.Space == vocabularies[V2005].discovery {
		r.m.Version = V2005
	}
	if !r.matches() {
		r.m.Targets = make([]Target, 1)
	}
	return nil
}

func (r *reader) sequence(attrs []xml.Attr) error {
	for _, a := range attrs {
		var err error
		switch a.Name.Local {
		case "InstanceId":
			r.m.Sequence.InstanceID, err = number(a.Value)
		case "SequenceId":
			r.m.Sequence.SequenceID = a.Value
		case "MessageNumber":
			r.m.Sequence.Number, err = number(a.Value)
		}
		if err != nil {
			return r.fail("AppSequence", format.ErrMalformed)
		}
	}
	return nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	return uint32(n), err
}

// end takes the text of the element that closes.
func (r *reader) end() error {
	var err error
	if r.keep {
		err = r.assign(r.path[r.depth-1].Local, string(bytes.TrimSpace(r.text)))
		r.keep = false
	}
	for n := len(r.bindings); n > 0 && r.bindings[n-1].depth == r.depth; n-- {
		r.bindings = r.bindings[:n-1]
	}
	r.depth--
	return err
}

func (r *reader) assign(name, text string) error {
	if r.within("Header") {
		switch name {
		case "MessageID":
			r.m.MessageID = text
		case "RelatesTo":
			r.m.RelatesTo = text
		case "To":
			r.m.To = text
		}
		return nil
	}
	t := r.target()
	var err error
	switch name {
	case "Address":
		t.Address = text
	case "Scopes":
		t.Scopes, err = r.list(text)
	case "XAddrs":
		t.XAddrs, err = r.list(text)
	case "MetadataVersion":
		if t.MetadataVersion, err = number(text); err != nil {
			err = r.fail(name, format.ErrMalformed)
		}
	case "Types":
		var names []string
		names, err = r.list(text)
		t.Types = nil
		for _, n := range names {
			t.Types = append(t.Types, r.resolve(n))
		}
	}
	return err
}

func (r *reader) list(text string) ([]string, error) {
	items := strings.Fields(text)
	if len(items) > maxList {
		return nil, r.fail("list", format.ErrLimit)
	}
	return items, nil
}

// resolve gives a prefixed name its namespace, by the declarations in force.
func (r *reader) resolve(s string) Name {
	prefix, local, ok := strings.Cut(s, ":")
	if !ok {
		prefix, local = "", s
	}
	for i := len(r.bindings) - 1; i >= 0; i-- {
		if r.bindings[i].prefix == prefix {
			return Name{r.bindings[i].space, local}
		}
	}
	return Name{"", s}
}
