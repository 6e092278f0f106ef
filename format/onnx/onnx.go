// Package onnx reads ONNX models as they stand on the wire
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): producer and
// versions, operators by domain in all graphs however deep, tensors and where
// their bytes are, files that the model names beside itself.
//
// An ONNX model is data, with two doors. A tensor may lie in another file, and
// the path of that file is the model's word (CVE-2022-25882, CVE-2024-27318,
// CVE-2026-27489): Read judges every path, offset and length, and says that
// nothing binds such a file to the model. And an operator may be of a domain that
// only a library knows which the model can't run without: Read names them.
//
// Weights are passed over, never loaded: a model of many gigabytes costs what
// its graph costs.
package onnx

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/payload"
	"github.com/wardround/wardround/format/protobuf"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Fields  int64 // of the wire format, in all; default 50 million
	Depth   int   // messages within messages; default 100
	Tensors int   // listed; default 1 million
	Names   int   // different operators; default 100,000
}

func (l Limits) filled() Limits {
	if l.Fields <= 0 {
		l.Fields = 50_000_000
	}
	if l.Depth <= 0 {
		l.Depth = 100
	}
	if l.Tensors <= 0 {
		l.Tensors = 1_000_000
	}
	if l.Names <= 0 {
		l.Names = 100_000
	}
	return l
}

// Operator is an operator that the model uses.
type Operator struct {
	Domain string // "" is the standard's own
	Name   string
	Count  int
	At     int64 // of the first node that uses it
}

// Tensor is a tensor that the model holds or names.
type Tensor struct {
	Name     string // "" where it has none: of an attribute
	Graph    string // the path to its graph
	Type     int32  // TensorProto.DataType
	Dims     []int64
	Offset   int64 // of its raw data in the file; -1 if it has none
	Len      int64
	External *External
	At       int64
}

// External is the file beside the model that holds a tensor.
type External struct {
	Location string
	Offset   int64
	Length   int64 // -1: to the end
	Checksum string
}

// Pair is a metadata entry.
type Pair struct{ Key, Value string }

// File is what an ONNX model holds.
type File struct {
	IR              int64
	Producer        string
	ProducerVersion string
	Domain          string
	ModelVersion    int64
	Graph           string // the main graph's name
	Opsets          map[string]int64
	Metadata        []Pair
	Operators       []Operator // sorted by domain and name
	Tensors         []Tensor
	Functions       []string // "domain.name"
	Inputs, Outputs []string // of the main graph
	Inner           [][2]int64
	Issues          []issue.Issue
}

// Is reports whether the first size bytes of r are, by their outermost fields,
// an ONNX model. It reads the fields' heads only.
func Is(r io.ReaderAt, size int64) bool {
	m := protobuf.Open(cursor.New(r, size), protobuf.Limits{Fields: 100_000})
	var ir, graph bool
	for m.Next() {
		want := protobuf.Bytes
		switch m.Number() {
		case 1, 5:
			want = protobuf.Varint
		case 2, 3, 4, 6, 7, 8, 14, 20, 25, 26:
		default:
			return false
		}
		if m.Type() != want {
			return false
		}
		ir = ir || m.Number() == 1
		graph = graph || m.Number() == 7
		if m.Number() == 1 {
			if v := m.Varint(); v > 1000 {
				return false
			}
		}
	}
	return ir && graph
}

// Read reads a model of size bytes. The error is of the reading only: what is
// wrong with the file stands in Issues, as far as it could be read.
func Read(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	lim = lim.filled()
	c := cursor.New(r, size)
	p := &parser{lim: lim, f: &File{Opsets: map[string]int64{}}, ops: map[[2]string]*Operator{}, functions: map[[2]string]bool{}, once: map[string]int64{}}
	m := protobuf.Open(c, protobuf.Limits{Depth: lim.Depth, Fields: lim.Fields})
	for m.Next() {
		p.model(m)
	}
	if err := c.Err(); err != nil && c.IOErr() == nil {
		p.issues.Add("onnx.malformed", issue.Unreadable, p.where, c.Offset(), "The model can't be read on: %v.", err)
	}
	p.finish()
	p.f.Issues = p.issues.Issues()
	return p.f, c.IOErr()
}

type parser struct {
	lim       Limits
	f         *File
	ops       map[[2]string]*Operator
	functions map[[2]string]bool
	once      map[string]int64 // singular fields that were seen
	issues    issue.List
	where     string
	unhashed  int
	external  int
}

const maxText = 1 << 20

func (p *parser) model(m *protobuf.Message) {
	p.single(m, "model", 1, 2, 3, 4, 5, 6, 7)
	switch m.Number() {
	case 1:
		p.f.IR = m.Int()
	case 2:
		p.f.Producer = m.Text(maxText)
	case 3:
		p.f.ProducerVersion = m.Text(maxText)
	case 4:
		p.f.Domain = m.Text(maxText)
	case 5:
		p.f.ModelVersion = m.Int()
	case 6:
		p.text(m, "doc_string")
	case 7:
		m.Each(p.graph("", true))
	case 8:
		p.opset(m)
	case 14:
		p.pair(m, true)
	case 20:
		m.Each(func(s *protobuf.Message) {
			if s.Number() <= 2 && s.Type() == protobuf.Bytes {
				s.Each(p.graph(fmt.Sprintf("training %d", s.Number()), false))
			}
		})
	case 25:
		p.function(m)
	case 26:
	default:
		p.unknown(m, "model")
	}
}

// single notes a field that may stand once and stands twice: protobuf readers
// merge such messages or take the last.
func (p *parser) single(m *protobuf.Message, scope string, fields ...int32) {
	if !slices.Contains(fields, m.Number()) {
		return
	}
	k := fmt.Sprintf("%s.%d", scope, m.Number())
	if first, seen := p.once[k]; seen {
		p.issues.Add("onnx.repeated-field", issue.Unreadable, k, m.Offset(), "Field %d of the model stands twice, at %d and %d: readers merge them or take one.", m.Number(), first, m.Offset())
	}
	p.once[k] = m.Offset()
}

// unknown notes a field that the format does not have.
func (p *parser) unknown(m *protobuf.Message, scope string) {
	at, num := m.Offset(), m.Number()
	level := issue.Note
	if m.Type() == protobuf.Bytes {
		if off, n := m.Span(); n >= 16 {
			level = issue.Unknown
			if len(p.f.Inner) < 1000 {
				p.f.Inner = append(p.f.Inner, [2]int64{off, n})
			}
		}
	}
	p.issues.Add("onnx.unknown-field", level, scope, at, "The %s has the field %d, which ONNX does not know.", scope, num)
}

func (p *parser) text(m *protobuf.Message, key string) {
	at := m.Offset()
	if s := m.Text(16 << 20); m.Err() == nil {
		p.look(key, s, at)
	}
}

func (p *parser) look(key, value string, at int64) {
	for _, h := range payload.Look(value) {
		level := issue.Unknown
		if h.Kind == payload.Pickle || h.Kind == payload.Program {
			level = issue.Malicious
		}
		p.issues.Add("onnx.metadata-"+string(h.Kind), level, key, at, "The text %q holds %s (%s) at its byte %d.", issue.Clip(key, 80), h.What, h.Encoding, h.Offset)
	}
}

// pair reads a StringStringEntryProto.
func (p *parser) pair(m *protobuf.Message, keep bool) {
	at := m.Offset()
	var kv Pair
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			kv.Key = s.Text(maxText)
		case 2:
			kv.Value = s.Text(16 << 20)
		}
	})
	p.look(kv.Key, kv.Value, at)
	if keep && len(p.f.Metadata) < 10_000 {
		kv.Value = issue.Clip(kv.Value, maxText)
		p.f.Metadata = append(p.f.Metadata, kv)
	}
}

func (p *parser) opset(m *protobuf.Message) {
	domain, version := "", int64(0)
	at := m.Offset()
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			domain = s.Text(1024)
		case 2:
			version = s.Int()
		}
	})
	if domain == "ai.onnx" {
		domain = ""
	}
	if old, seen := p.f.Opsets[domain]; seen && old != version {
		p.issues.Add("onnx.opset-twice", issue.Unreadable, domain, at, "The operator set %q is imported in versions %d and %d.", domain, old, version)
	}
	if len(p.f.Opsets) < 1000 {
		p.f.Opsets[domain] = version
	}
}

// finish judges what only the whole model tells.
func (p *parser) finish() {
	for k, op := range p.ops {
		p.f.Operators = append(p.f.Operators, *op)
		p.operator(k, op)
	}
	slices.SortFunc(p.f.Operators, func(a, b Operator) int {
		if a.Domain != b.Domain {
			return strings.Compare(a.Domain, b.Domain)
		}
		return strings.Compare(a.Name, b.Name)
	})
	if p.external > 0 {
		p.issues.Add("onnx.external-data", issue.Note, "", -1, "%d tensors lie in other files: verify those with the model.", p.external)
	}
	if p.unhashed > 0 {
		p.issues.Add("onnx.external-unhashed", issue.Note, "", -1, "%d tensors in other files carry no checksum: the files can change while the model stays the same.", p.unhashed)
	}
}

func (p *parser) operator(k [2]string, op *Operator) {
	name := k[1]
	if k[0] != "" {
		name = k[0] + "." + k[1]
	}
	if what, ok := code[k[1]]; ok {
		p.issues.Add("onnx.code-operator", issue.Unknown, name, op.At, "The operator %q %s.", name, what)
		return
	}
	if p.functions[k] || operators[k[0]][k[1]] {
		return
	}
	if runtime, ok := runtimes[k[0]]; ok {
		p.issues.Add("onnx.runtime-operator", issue.Note, name, op.At, "The operator %q is known to %s only.", name, runtime)
		return
	}
	if _, standard := operators[k[0]]; standard {
		p.issues.Add("onnx.unknown-operator", issue.Unknown, name, op.At, "The operator %q is not in the standard, which its domain claims.", name)
		return
	}
	p.issues.Add("onnx.custom-operator", issue.Unknown, name, op.At, "The operator %q is of a domain that only a library outside of the model knows.", name)
}
