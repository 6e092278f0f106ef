// Package tflite reads TensorFlow Lite models (also called LiteRT, .tflite):
// FlatBuffers of the schema tensorflow/lite/schema/schema.fbs.
//
// Interpreters of such models are written for small devices and follow the
// offsets in the file with few checks. Read follows none that leads outside:
// every table, vector and text is checked against the file before it is used, and
// the indices that operators, tensors and buffers hold against what is there.
// It lists operators (those of TensorFlow itself, "Flex", are judged as in a saved
// model; custom ones are unknown and named), tensors and where their bytes lie,
// also in parts of the file outside of the FlatBuffer. No weights are read.
package tflite

import (
	"io"
	"math/bits"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/savedmodel"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Tables int   // default 5 million
	Text   int64 // bytes of one name; default 64 KiB
}

// Operator is an operator that the model uses.
type Operator struct {
	Name   string // "CONV_2D", "FlexReadFile", "my_op"
	Custom bool
	Count  int
	At     int64 // of its first use; 0 if it is declared only
}

// Tensor is a tensor of a subgraph.
type Tensor struct {
	Name     string
	Subgraph int
	Type     uint8
	Shape    []int32
	Buffer   int
	Offset   int64 // of its bytes in the file; -1 if it has none
	Len      int64
	At       int64
}

// File is what a model holds.
type File struct {
	Version     uint32
	Description string
	Subgraphs   []string
	Operators   []Operator // sorted by name
	Tensors     []Tensor
	Metadata    []string
	Inner       [][2]int64 // buffers of metadata, which often are zip archives
	Issues      []issue.Issue
}

// Is reports whether a file that begins with head is a TFLite model.
func Is(head []byte) bool { return len(head) >= 8 && string(head[4:8]) == "TFL3" }

// Read reads a model of size bytes. The error is of the reading only.
func Read(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	if lim.Tables <= 0 {
		lim.Tables = 5_000_000
	}
	if lim.Text <= 0 {
		lim.Text = 64 << 10
	}
	p := &parser{c: cursor.New(r, size), left: lim.Tables, text: lim.Text, f: &File{}}
	p.model()
	if err := p.c.Err(); err != nil && p.c.IOErr() == nil {
		p.unreadable("malformed", p.where, p.c.Offset(), "The model can't be read on: %v.", err)
	}
	p.f.Issues = p.issues.Issues()
	return p.f, p.c.IOErr()
}

type span struct{ off, n int64 }

type parser struct {
	c       *cursor.Reader
	left    int
	text    int64
	f       *File
	issues  issue.List
	where   string
	buffers []span
	ops     []Operator // by opcode index
}

func (p *parser) unreadable(rule, where string, at int64, format string, args ...any) {
	p.issues.Add("tflite."+rule, issue.Unreadable, where, at, format, args...)
}

func (p *parser) model() {
	c := p.c
	root := int64(c.U32())
	if id := c.Text(4, 4); c.Err() == nil && id != "TFL3" {
		c.Fail("the identifier is %q, not TFL3", id)
	}
	t := p.table(root)
	p.f.Version = p.u32(t, 0)
	if c.Err() == nil && p.f.Version != 3 {
		p.unreadable("version", "", t.at, "Schema version %d is unknown; 3 is.", p.f.Version)
	}
	p.f.Description = p.str(t, 3)
	for _, b := range p.tables(t, 4) {
		p.buffer(b)
	}
	for _, o := range p.tables(t, 1) {
		p.code(o)
	}
	for i, g := range p.tables(t, 2) {
		p.subgraph(i, g)
	}
	for _, m := range p.tables(t, 6) {
		name, b := p.str(m, 0), int(p.u32(m, 1))
		p.f.Metadata = append(p.f.Metadata, name)
		if c.Err() != nil {
			return
		}
		if b >= len(p.buffers) {
			p.unreadable("bad-index", name, m.at, "The metadata %q names buffer %d of %d.", name, b, len(p.buffers))
		} else if s := p.buffers[b]; s.n > 0 {
			p.f.Inner = append(p.f.Inner, [2]int64{s.off, s.n})
		}
	}
	if c.Err() == nil {
		p.operators()
	}
}

func (p *parser) buffer(t table) {
	s := span{-1, 0}
	if v, n := p.vector(t, 0, 1); n > 0 {
		s = span{v, n}
	}
	off, n := p.u64(t, 1), p.u64(t, 2)
	if off > 1 && n > 0 { // 1 marks what the writer has not placed
		size := uint64(p.c.Size())
		if off > size || n > size-off {
			p.unreadable("outside", "", t.at, "A buffer takes %d bytes at %d; the file has %d.", n, off, size)
		} else {
			s = span{int64(off), int64(n)}
		}
	}
	p.buffers = append(p.buffers, s)
}

// customCode is the number of BuiltinOperator that means a custom operator.
const customCode = 32

func (p *parser) code(t table) {
	old, name, code := int(p.u8(t, 0)), p.str(t, 1), int(int32(p.u32(t, 3)))
	code = max(code, old)
	o := Operator{At: t.at}
	switch {
	case code == customCode:
		o.Name, o.Custom = name, true
	case code >= 0 && code < len(builtin) && builtin[code] != "":
		o.Name = builtin[code]
	default:
		if p.c.Err() == nil {
			p.issues.Add("tflite.unknown-operator", issue.Unknown, "", t.at, "The model uses the built-in operator %d, which is not known.", code)
		}
		o.Name = "?"
	}
	p.ops = append(p.ops, o)
}

func (p *parser) subgraph(i int, t table) {
	p.f.Subgraphs = append(p.f.Subgraphs, p.str(t, 4))
	tensors := p.tables(t, 0)
	for _, x := range tensors {
		p.tensor(i, x)
	}
	n := len(tensors)
	p.indices(t, 1, n, "inputs of a subgraph")
	p.indices(t, 2, n, "outputs of a subgraph")
	for _, o := range p.tables(t, 3) {
		k := int(p.u32(o, 0))
		if p.c.Err() != nil {
			return
		}
		if k >= len(p.ops) {
			p.unreadable("bad-index", "", o.at, "An operator has the code %d of %d.", k, len(p.ops))
		} else {
			if p.ops[k].Count == 0 {
				p.ops[k].At = o.at
			}
			p.ops[k].Count++
		}
		p.indices(o, 1, n, "inputs of an operator")
		p.indices(o, 2, n, "outputs of an operator")
		if off, size := p.u64(o, 9), p.u64(o, 10); size > 0 && (off > uint64(p.c.Size()) || size > uint64(p.c.Size())-off) {
			p.unreadable("outside", "", o.at, "The options of an operator take %d bytes at %d; the file has %d.", size, off, p.c.Size())
		}
	}
}

// indices checks a vector of tensor numbers; -1 means none.
func (p *parser) indices(t table, field, n int, what string) {
	at, count := p.vector(t, field, 4)
	p.c.Goto(at)
	if count == 0 {
		return
	}
	for range count {
		if v := int32(p.c.U32()); p.c.Err() != nil {
			return
		} else if v < -1 || int(v) >= n {
			p.unreadable("bad-index", "", t.at, "Among the %s is tensor %d of %d.", what, v, n)
			return
		}
	}
}

// width is the bits of an element by TensorType; 0 has no fixed width.
var width = [...]uint64{32, 16, 32, 8, 64, 0, 8, 16, 64, 8, 64, 128, 64, 0, 0, 32, 16, 4, 16, 2, 4}

func (p *parser) tensor(g int, t table) {
	x := Tensor{Subgraph: g, Type: p.u8(t, 1), Buffer: int(p.u32(t, 2)), Name: p.str(t, 3), Offset: -1, At: t.at}
	p.where = x.Name
	at, n := p.vector(t, 0, 4)
	if n > 64 {
		p.c.Fail("a tensor of %d dimensions", n)
	}
	p.c.Goto(at)
	elements, over, negative := uint64(1), false, false
	for range n {
		d := int32(p.c.U32())
		x.Shape = append(x.Shape, d)
		negative = negative || d < 0
		hi, lo := bits.Mul64(elements, uint64(max(d, 0)))
		elements, over = lo, over || hi != 0
	}
	if p.c.Err() != nil {
		return
	}
	bitsPer, known := uint64(0), int(x.Type) < len(width)
	if known {
		bitsPer = width[x.Type]
	} else {
		p.unreadable("unknown-type", x.Name, t.at, "The tensor %q has the type %d, which is not known.", x.Name, x.Type)
	}
	hi, total := bits.Mul64(elements, bitsPer)
	want := int64((total + 7) / 8)
	switch {
	case negative:
		p.unreadable("negative-dimension", x.Name, t.at, "The tensor %q has the shape %v.", x.Name, x.Shape)
	case over || hi != 0 || total > 1<<62:
		p.issues.Add("tflite.size-overflow", issue.Malicious, x.Name, t.at, "The size of the tensor %q overflows: %v × %d bits.", x.Name, x.Shape, bitsPer)
	case x.Buffer >= len(p.buffers):
		p.unreadable("bad-index", x.Name, t.at, "The tensor %q names buffer %d of %d.", x.Name, x.Buffer, len(p.buffers))
	default:
		s := p.buffers[x.Buffer]
		if s.n > 0 {
			x.Offset, x.Len = s.off, s.n
			if bitsPer > 0 && s.n != want {
				p.unreadable("size-mismatch", x.Name, t.at, "The tensor %q takes %d bytes by type and shape, its buffer has %d.", x.Name, want, s.n)
			}
		}
	}
	p.f.Tensors = append(p.f.Tensors, x)
}

func (p *parser) operators() {
	byName := map[string]int{}
	for _, o := range p.ops {
		if i, ok := byName[o.Name]; ok {
			p.f.Operators[i].Count += o.Count
			continue
		}
		byName[o.Name] = len(p.f.Operators)
		p.f.Operators = append(p.f.Operators, o)
	}
	slices.SortFunc(p.f.Operators, func(a, b Operator) int { return strings.Compare(a.Name, b.Name) })
	for _, o := range p.f.Operators {
		if !o.Custom {
			continue
		}
		name := issue.Clip(o.Name, 100)
		if tf, ok := strings.CutPrefix(o.Name, "Flex"); ok {
			level, what, known := savedmodel.OperatorLevel(tf)
			switch {
			case known && what != "":
				p.issues.Add("tflite.dangerous-operator", level, name, o.At, "The model uses %s of TensorFlow, which %s.", tf, what)
				continue
			case known:
				p.issues.Add("tflite.flex-operator", issue.Note, name, o.At, "The model uses %s of TensorFlow itself.", tf)
				continue
			}
		}
		if shipped[o.Name] {
			p.issues.Add("tflite.shipped-operator", issue.Note, name, o.At, "The model uses the custom operator %q, which comes with the runtime.", name)
			continue
		}
		p.issues.Add("tflite.custom-operator", issue.Unknown, name, o.At, "The model uses the custom operator %q: only a library beside the model knows what it does.", name)
	}
}

// shipped are custom operators that the runtime's makers ship.
var shipped = map[string]bool{"TFLite_Detection_PostProcess": true, "Convolution2DTransposeBias": true, "MaxPoolingWithArgmax2D": true, "MaxUnpooling2D": true,
	"Mfcc": true, "AudioSpectrogram": true, "NumericVerify": true, "RFFT2D": true, "AUDIO_SPECTROGRAM": true, "MFCC": true}
