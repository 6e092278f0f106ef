package cyclonedx

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/format/xsd"
)

// Options say how [Validate] judges.
type Options struct {
	// Version is the one to judge by; "" is the one that the document names.
	Version string
	// Lax judges JSON of 1.2 and 1.3 by the schema that lets unknown members pass.
	Lax        bool
	Limits     sbom.Limits // Bytes and Depth count
	Violations int         // reported; 100
}

// Violation is one way in which a document breaks the specification's schema.
type Violation struct {
	Path   string // JSON pointer, or the path of an XML element
	Line   int    // XML only, from 1
	Rule   string // "required", "enum", "cvc-complex-type.2.4", "well-formed" …
	Detail string // a sentence
}

func (v Violation) String() string {
	if v.Line > 0 {
		return fmt.Sprintf("line %d, %s: %s (%s)", v.Line, v.Path, v.Detail, v.Rule)
	}
	return fmt.Sprintf("%s: %s (%s)", v.Path, v.Detail, v.Rule)
}

// Validate judges a document, JSON or XML, by the unmodified schemas of CycloneDX
// 1.2 to 1.7. It returns nothing for a valid one. What is not well-formed, beyond
// the limits, or of an unknown version is a violation too, of the rule
// "well-formed" or "version": a document is never valid because it was not read.
//
// Beyond the schemas it refuses names that stand twice in a JSON object: readers
// disagree about which of the two counts.
//
// JSON is held in memory as a whole, at some ten times its size; bound it with
// Options.Limits.Bytes. XML is judged as a stream.
func Validate(data []byte, opt Options) []Violation {
	opt.Limits = opt.Limits.OrDefault()
	if opt.Violations <= 0 {
		opt.Violations = 100
	}
	if isXML(data[:min(len(data), 1024)]) {
		return validateXML(data, opt)
	}
	return validateJSON(data, opt)
}

func malformed(err error) []Violation {
	return []Violation{{Path: "/", Rule: "well-formed", Detail: err.Error()}}
}

func versionUnknown(version string) []Violation {
	if version == "" {
		return []Violation{{Path: "/specVersion", Rule: "version", Detail: "the document names no version of the specification"}}
	}
	return []Violation{{Path: "/specVersion", Rule: "version", Detail: fmt.Sprintf("%.40q is not one of 1.2 to 1.7", version)}}
}

func validateXML(data []byte, opt Options) []Violation {
	version := opt.Version
	if version == "" {
		_, version, _ = Detect(data)
	}
	if !supported[version] {
		return versionUnknown(version)
	}
	s, err := xmlSchema(version)
	if err != nil {
		return malformed(err)
	}
	bad, err := s.Validate(bytes.NewReader(data), xsd.Options{Bytes: opt.Limits.Bytes, Depth: opt.Limits.Depth, Violations: opt.Violations})
	var out []Violation
	for _, b := range bad {
		out = append(out, Violation{Path: b.Path, Line: b.Line, Rule: b.Rule, Detail: b.Detail})
	}
	if err != nil {
		out = append(out, malformed(err)...)
	}
	return out
}

func validateJSON(data []byte, opt Options) []Violation {
	if int64(len(data)) > opt.Limits.Bytes {
		return malformed(fmt.Errorf("more than %d bytes", opt.Limits.Bytes))
	}
	var out []Violation
	d := jsonstream.New(bytes.NewReader(data), jsonstream.Limits{Bytes: opt.Limits.Bytes, Depth: opt.Limits.Depth, Text: 1 << 30, Space: 1 << 30})
	d.Notice = func(n jsonstream.Notice) {
		if len(out) < opt.Violations && n.Code != jsonstream.WrongType {
			out = append(out, Violation{Path: n.Pointer, Rule: n.Code, Detail: n.Detail})
		}
	}
	walk(d)
	if err := d.End(); err != nil {
		return malformed(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	if err != nil {
		return malformed(err)
	}
	version := opt.Version
	if m, ok := doc.(map[string]any); ok && version == "" {
		version, _ = m["specVersion"].(string)
	}
	if !supported[version] {
		return versionUnknown(version)
	}
	s, err := jsonSchema(version, opt.Lax)
	if err != nil {
		return malformed(err)
	}
	var bad *jsonschema.ValidationError
	if err := s.Validate(doc); errors.As(err, &bad) {
		out = append(out, leaves(bad)...)
	} else if err != nil {
		return malformed(err)
	}
	return out[:min(len(out), opt.Violations)]
}

// walk looks at every name, which skipping would not.
func walk(d *jsonstream.Reader) {
	switch d.Peek() {
	case jsonstream.Object:
		d.Object()
	case jsonstream.Array:
		d.Array()
	default:
		d.Skip()
		return
	}
	for d.Next() {
		walk(d)
	}
}

var english = message.NewPrinter(language.English)

// leaves are the violations at the bottom of the tree that the schema's validator
// returns. Of alternatives it tells those of all; the closest is the one that went
// deepest into the document.
func leaves(e *jsonschema.ValidationError) []Violation {
	if len(e.Causes) == 0 {
		keyword := e.ErrorKind.KeywordPath()
		rule := "schema"
		if len(keyword) > 0 {
			rule = keyword[0]
		}
		return []Violation{{Path: pointer(e.InstanceLocation), Rule: rule, Detail: e.ErrorKind.LocalizedString(english)}}
	}
	keyword := e.ErrorKind.KeywordPath()
	if len(keyword) > 0 && (keyword[0] == "oneOf" || keyword[0] == "anyOf") {
		best := e.Causes[0]
		for _, c := range e.Causes[1:] {
			if depth(c) > depth(best) {
				best = c
			}
		}
		return leaves(best)
	}
	var out []Violation
	for _, c := range e.Causes {
		out = append(out, leaves(c)...)
	}
	slices.SortStableFunc(out, func(a, b Violation) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(out)
}

func depth(e *jsonschema.ValidationError) int {
	n := len(e.InstanceLocation)
	for _, c := range e.Causes {
		n = max(n, depth(c))
	}
	return n
}

func pointer(path []string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// mailbox judges idn-email (RFC 6531) by its form: something, an at sign, and a
// domain. The schema's users write addresses that stricter judges refuse.
func mailbox(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || strings.ContainsAny(s[at:], " \t\r\n") {
		return fmt.Errorf("%.80q is no address", s)
	}
	return nil
}
