// Package openvino reads the XML half of a model in OpenVINO's intermediate
// representation: layers, where constants lie in the .bin half, and what reaches
// beyond both.
//
// A layer is of an operator set (opset1 …) or of an extension, a library that
// must be loaded beside the model. Constants are spans of the .bin file, which a
// runtime maps into memory: Check compares them with its size.
package openvino

import (
	"encoding/xml"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/payload"
	"github.com/wardround/wardround/format/xmlstream"
	"github.com/wardround/wardround/format/xmlwalk"
)

// Operator is a type of layer of a set.
type Operator struct {
	Set, Type string
	Count     int
}

// Constant is a tensor in the .bin file.
type Constant struct {
	Layer        string
	Type, Shape  string
	Offset, Size int64
}

// File is what the XML holds.
type File struct {
	Name, Version string
	Operators     []Operator // sorted
	Constants     []Constant
	Issues        []issue.Issue
}

// Limits bound the document; the zero value bounds it to 256 MiB and a million layers.
type Limits struct {
	XML    xmlstream.Limits
	Layers int
}

// Is reports whether a document begins as such a model does.
func Is(head []byte) bool {
	s := strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff"))
	if strings.HasPrefix(s, "<?xml") {
		_, s, _ = strings.Cut(s, "?>")
	}
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "<net ") || strings.HasPrefix(s, "<net\n") || strings.HasPrefix(s, "<net\t")
}

// Check reads the XML. bin is the size of the .bin file, -1 if it is not known.
// The error is of the reading only.
func Check(r io.Reader, bin int64, lim Limits) (*File, error) {
	if lim.XML.Bytes <= 0 {
		lim.XML.Bytes = 256 << 20
	}
	if lim.Layers <= 0 {
		lim.Layers = 1_000_000
	}
	c := &checker{f: &File{}, bin: bin, lim: lim, ops: map[Operator]int{}, ids: map[string]bool{}}
	err := xmlwalk.Walk("openvino", r, lim.XML, &c.issues, xmlwalk.Visitor{Start: c.start, Text: c.text})
	for op, n := range c.ops {
		op.Count = n
		c.f.Operators = append(c.f.Operators, op)
	}
	slices.SortFunc(c.f.Operators, func(a, b Operator) int { return strings.Compare(a.Set+" "+a.Type, b.Set+" "+b.Type) })
	c.f.Issues = c.issues.Issues()
	return c.f, err
}

type checker struct {
	f      *File
	bin    int64
	lim    Limits
	issues issue.List
	ops    map[Operator]int
	ids    map[string]bool
	layers int
	layer  string // the one being read
	kind   string
}

var opset = pattern.Of(`^opset[0-9]{1,2}$`)

// internal are sets that the runtime itself makes.
var internal = map[string]string{"ie_internal_opset": "", "type_relaxed_opset": "", "util": "", "gpu_opset": "", "cpu_plugin_opset": "", "intel_npu": ""}

func (c *checker) start(e xml.StartElement, path []string, at int64) {
	if len(path) == 1 {
		c.f.Name, c.f.Version = issue.Clip(xmlwalk.Attr(e, "name"), 200), issue.Clip(xmlwalk.Attr(e, "version"), 40)
		if e.Name.Local != "net" {
			c.issues.Add("openvino.no-net", issue.Unreadable, e.Name.Local, at, "The document is a %q, no net.", issue.Clip(e.Name.Local, 60))
		}
	}
	switch e.Name.Local {
	case "layer":
		c.startLayer(e, path, at)
	case "data":
		c.data(e, at)
	}
	for _, a := range e.Attr {
		c.attribute(e.Name.Local, a.Name.Local, a.Value, at)
	}
}

func (c *checker) startLayer(e xml.StartElement, path []string, at int64) {
	if c.layers++; c.layers > c.lim.Layers {
		if c.layers == c.lim.Layers+1 {
			c.issues.Add("openvino.too-many-layers", issue.Unreadable, "", at, "The model has more than %d layers.", c.lim.Layers)
		}
		return
	}
	c.layer, c.kind = issue.Clip(xmlwalk.Attr(e, "name"), 200), xmlwalk.Attr(e, "type")
	set := xmlwalk.Attr(e, "version")
	if id := xmlwalk.Attr(e, "id"); len(path) == 3 {
		if c.ids[id] {
			c.issues.Add("openvino.duplicate-layer", issue.Unreadable, c.layer, at, "The layer id %q stands twice.", issue.Clip(id, 40))
		}
		c.ids[id] = true
	}
	op := Operator{Set: issue.Clip(set, 60), Type: issue.Clip(c.kind, 100)}
	c.ops[op]++
	if c.ops[op] > 1 {
		return
	}
	_, made := internal[set]
	switch {
	case c.kind == "":
		c.issues.Add("openvino.no-type", issue.Unreadable, c.layer, at, "The layer %q has no type.", c.layer)
	case made:
		c.issues.Add("openvino.internal-layer", issue.Note, c.layer, at, "The layer %q is of %q, which the runtime makes for itself.", c.layer, op.Set)
	case set == "" || opset().MatchString(set):
		if !operators[strings.ToLower(c.kind)] {
			c.issues.Add("openvino.unknown-layer", issue.Unknown, c.layer, at, "The layer %q is of the type %q, which is in none of OpenVINO's operator sets.", c.layer, op.Type)
		}
	default:
		c.issues.Add("openvino.extension", issue.Unknown, c.layer, at, "The layer %q is %q of %q: only a library beside the model knows what it does.", c.layer, op.Type, op.Set)
	}
}

// data reads where a constant lies.
func (c *checker) data(e xml.StartElement, at int64) {
	offset, size := xmlwalk.Attr(e, "offset"), xmlwalk.Attr(e, "size")
	if !strings.EqualFold(c.kind, "Const") || offset == "" && size == "" {
		return
	}
	off, err1 := strconv.ParseInt(offset, 10, 64)
	n, err2 := strconv.ParseInt(size, 10, 64)
	switch {
	case err1 != nil || err2 != nil || off < 0 || n < 0:
		c.issues.Add("openvino.bad-span", issue.Unreadable, c.layer, at, "The constant %q lies at %q for %q bytes: no whole numbers.", c.layer, issue.Clip(offset, 40), issue.Clip(size, 40))
		return
	case off > math.MaxInt64-n:
		c.issues.Add("openvino.span-overflow", issue.Malicious, c.layer, at, "The constant %q lies at %d for %d bytes: adding them overflows.", c.layer, off, n)
		return
	case c.bin >= 0 && off+n > c.bin:
		c.issues.Add("openvino.outside", issue.Unreadable, c.layer, at, "The constant %q takes %d bytes at %d of the .bin file, which has %d.", c.layer, n, off, c.bin)
	}
	if len(c.f.Constants) < c.lim.Layers {
		c.f.Constants = append(c.f.Constants, Constant{c.layer, xmlwalk.Attr(e, "element_type"), issue.Clip(xmlwalk.Attr(e, "shape"), 200), off, n})
	}
	if want, ok := bytesOf(xmlwalk.Attr(e, "element_type"), xmlwalk.Attr(e, "shape")); ok && want != n {
		c.issues.Add("openvino.size-mismatch", issue.Unreadable, c.layer, at, "The constant %q takes %d bytes by type and shape and says %d.", c.layer, want, n)
	}
}

var width = map[string]int64{"f64": 64, "f32": 32, "f16": 16, "bf16": 16, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "u64": 64, "u32": 32, "u16": 16, "u8": 8, "boolean": 8}

func bytesOf(typ, shape string) (int64, bool) {
	w, ok := width[typ]
	if !ok {
		return 0, false
	}
	n := w / 8
	for part := range strings.SplitSeq(shape, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		d, err := strconv.ParseInt(part, 10, 64)
		if err != nil || d < 0 || d > 0 && n > math.MaxInt64/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// paths are attributes that name files.
var paths = map[string]bool{"path": true, "file": true, "filename": true, "library": true, "location": true, "bin": true, "weights": true, "model_path": true, "custom_kernel": true, "source": true}

func (c *checker) attribute(element, key, value string, at int64) {
	where := c.layer + "/" + element + "@" + key
	if paths[strings.ToLower(key)] && strings.ContainsAny(value, "/\\.") {
		if kind, why := location.Judge(value); kind != location.Inside && kind != location.Empty {
			c.issues.Add("openvino.path-escapes", issue.Malicious, where, at, "The attribute names %q: %s.", issue.Clip(value, 200), why)
		} else {
			c.issues.Add("openvino.path", issue.Unknown, where, at, "The attribute names the file %q.", issue.Clip(value, 200))
		}
	}
	if len(value) >= 16 {
		c.text(value, []string{where}, at)
	}
}

func (c *checker) text(s string, path []string, at int64) {
	for _, h := range payload.Look(s) {
		level := issue.Unknown
		if h.Kind == payload.Pickle || h.Kind == payload.Program {
			level = issue.Malicious
		}
		c.issues.Add("openvino.text-"+string(h.Kind), level, path[len(path)-1], at, "A text holds %s (%s).", h.What, h.Encoding)
	}
}
