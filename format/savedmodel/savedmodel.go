// Package savedmodel reads TensorFlow's protobuf files as they stand on the wire:
// saved_model.pb, frozen graphs (.pb), meta graphs (.meta) and keras_metadata.pb.
//
// A TensorFlow graph is a program. TensorFlow has operators that read and write
// files, ask servers and call back into Python, and runs them for any model that
// names them. Read lists the operators of every graph and of every function of
// the library and judges them:
//
//   - malicious: operators that call Python or write files, and file operators in a
//     graph that holds a path out of the model; assets outside the model's folder;
//   - unknown: operators that read files, ask servers or end the process;
//     operators that TensorFlow itself does not register: only a library beside
//     the model knows what they do;
//   - what Keras wrote beside the graph is handed to package keras.
//
// Every saved model restores its variables from files: those operators are
// ordinary. Weights are passed over, never loaded.
package savedmodel

import (
	"io"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/keras"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/protobuf"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Fields int64 // of the wire format, in all; default 50 million
	Depth  int   // messages within messages; default 64
	Names  int   // different operators and functions; default 200,000
}

func (l Limits) filled() Limits {
	if l.Fields <= 0 {
		l.Fields = 50_000_000
	}
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Names <= 0 {
		l.Names = 200_000
	}
	return l
}

// Kind is which of TensorFlow's messages a file is.
type Kind uint8

// The kinds.
const (
	None Kind = iota
	SavedModel
	MetaGraph
	Graph
	KerasMetadata
)

// Operator is an operator that the graphs use.
type Operator struct {
	Name  string
	Count int
	Node  string // the first node that uses it
	At    int64
}

// File is what such a file holds.
type File struct {
	Kind       Kind
	Version    string // of TensorFlow
	Tags       []string
	Signatures []string
	Assets     []string
	Operators  []Operator // sorted by name
	Functions  []string   // of the library
	Classes    []string   // that Keras noted
	Issues     []issue.Issue
}

// Detect says by the outermost fields what a protobuf file is. A meta graph
// can't be told from a graph for sure: it begins with a meta_info_def.
func Detect(r io.ReaderAt, size int64) Kind {
	c := cursor.New(r, size)
	m := protobuf.Open(c, protobuf.Limits{Fields: 2000})
	var varint1, bytes2, bytes1, other, looked bool
	nodes, named := 0, 0
	keras, meta := false, false
	for m.Next() {
		switch {
		case m.Number() == 1 && m.Type() == protobuf.Varint:
			varint1 = true
			if m.Varint() > 100 {
				return None
			}
		case m.Number() == 1 && m.Type() == protobuf.Bytes:
			bytes1 = true
			nodes++
			if nodes > 20 {
				m.Skip()
				continue
			}
			var name, op bool
			m.Each(func(s *protobuf.Message) {
				looked = true
				switch {
				case s.Number() == 1 && s.Type() == protobuf.Bytes:
					name = true
				case s.Number() == 2 && s.Type() == protobuf.Bytes:
					op = true
				case (s.Number() == 4 || s.Number() == 5) && s.Type() == protobuf.Bytes && nodes == 1 && !name:
					meta = true
				case s.Number() == 2 && s.Type() == protobuf.Varint, s.Number() == 4 && name:
				}
				if s.Number() == 5 && s.Type() == protobuf.Bytes && !name && !op {
					keras = true
				}
			})
			if name && op {
				named++
			}
		case m.Number() == 2 && m.Type() == protobuf.Bytes:
			bytes2 = true
		case m.Number() <= 7 && (m.Type() == protobuf.Bytes || m.Number() == 3 && m.Type() == protobuf.Varint):
			other = true
		default:
			return None
		}
	}
	if err := m.Err(); err != nil && nodes < 1000 {
		if !varint1 || !bytes2 {
			return None
		}
	}
	switch {
	case varint1 && bytes2 && !bytes1 && !other:
		return SavedModel
	case bytes1 && named == min(nodes, 20) && named > 0:
		return Graph
	case bytes1 && nodes == 1 && bytes2 && (meta || looked):
		return MetaGraph
	case bytes1 && !bytes2 && !other && keras:
		return KerasMetadata
	}
	return None
}

// Read reads a file of size bytes as the kind given; None means what Detect says,
// and a saved model if it says nothing. The error is of the reading only.
func Read(r io.ReaderAt, size int64, kind Kind, lim Limits) (*File, error) {
	lim = lim.filled()
	if kind == None {
		if kind = Detect(r, size); kind == None {
			kind = SavedModel
		}
	}
	p := &parser{lim: lim, f: &File{Kind: kind}, ops: map[string]*Operator{}, functions: map[string]bool{}, classes: map[string]bool{}}
	c := cursor.New(r, size)
	m := protobuf.Open(c, protobuf.Limits{Depth: lim.Depth, Fields: lim.Fields})
	for m.Next() {
		switch kind {
		case SavedModel:
			if m.Number() == 2 {
				p.graphs = true
				m.Each(p.metaGraph)
			} else if m.Number() != 1 {
				p.unknown(m, "saved model")
			}
		case MetaGraph:
			p.metaGraph(m)
		case Graph:
			p.graph(m)
		case KerasMetadata:
			if m.Number() == 1 {
				p.kerasNode(m)
			}
		}
	}
	if err := c.Err(); err != nil && c.IOErr() == nil {
		p.issues.Add("savedmodel.malformed", issue.Unreadable, p.where, c.Offset(), "The file can't be read on: %v.", err)
	}
	if kind == SavedModel && !p.graphs && c.IOErr() == nil {
		p.issues.Add("savedmodel.empty", issue.Unreadable, "", 0, "The file holds no graph.")
	}
	p.finish()
	p.f.Issues = p.issues.Issues()
	return p.f, c.IOErr()
}

type parser struct {
	lim       Limits
	f         *File
	ops       map[string]*Operator
	functions map[string]bool
	classes   map[string]bool
	paths     []path // texts in the graph that lead out of the model
	issues    issue.List
	where     string
	graphs    bool
}

type path struct {
	text, why, node string
	at              int64
}

const maxText = 1 << 20

func (p *parser) unknown(m *protobuf.Message, scope string) {
	p.issues.Add("savedmodel.unknown-field", issue.Note, scope, m.Offset(), "The %s has the field %d, which is not known.", scope, m.Number())
}

func (p *parser) metaGraph(m *protobuf.Message) {
	switch m.Number() {
	case 1:
		m.Each(func(s *protobuf.Message) {
			switch s.Number() {
			case 4:
				if len(p.f.Tags) < 100 {
					p.f.Tags = append(p.f.Tags, s.Text(4096))
				}
			case 5:
				p.f.Version = s.Text(4096)
			}
		})
	case 2:
		m.Each(p.graph)
	case 5:
		m.Each(func(s *protobuf.Message) {
			if s.Number() == 1 && len(p.f.Signatures) < 10_000 {
				p.f.Signatures = append(p.f.Signatures, s.Text(maxText))
			}
		})
	case 6:
		p.asset(m)
	case 7:
		m.Each(func(s *protobuf.Message) {
			if s.Number() == 1 {
				p.object(s)
			}
		})
	}
}

func (p *parser) asset(m *protobuf.Message) {
	at := m.Offset()
	name := ""
	m.Each(func(s *protobuf.Message) {
		if s.Number() == 2 {
			name = s.Text(maxText)
		}
	})
	if m.Err() != nil {
		return
	}
	if len(p.f.Assets) < 100_000 {
		p.f.Assets = append(p.f.Assets, name)
	}
	if kind, why := location.Judge(name); kind != location.Inside {
		p.issues.Add("savedmodel.asset-escapes", issue.Malicious, name, at, "The asset %q lies outside of the model's folder: %s.", issue.Clip(name, 200), why)
	}
}

// object reads a SavedObject for what Keras noted in it.
func (p *parser) object(m *protobuf.Message) {
	m.Each(func(s *protobuf.Message) {
		if s.Number() != 4 {
			return
		}
		identifier := ""
		s.Each(func(u *protobuf.Message) {
			switch u.Number() {
			case 1:
				identifier = u.Text(4096)
			case 3:
				p.keras(u, identifier)
			}
		})
	})
}

// kerasNode reads a SavedObject of keras_metadata.pb (saved_metadata.proto).
func (p *parser) kerasNode(m *protobuf.Message) {
	where := ""
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 3:
			where = s.Text(maxText)
		case 5:
			p.keras(s, where)
		}
	})
}

func (p *parser) keras(m *protobuf.Message, where string) {
	at := m.Offset()
	off, n := m.Span()
	if m.Err() != nil || n < 2 || n > 64<<20 {
		return
	}
	b := m.Content(off, n, 64<<20)
	if len(b) == 0 || b[0] != '{' {
		return
	}
	cfg, _ := keras.Check(where, strings.NewReader(string(b)), keras.Limits{})
	for _, c := range cfg.Classes {
		if len(p.classes) < p.lim.Names {
			p.classes[c] = true
		}
	}
	for _, i := range cfg.Issues {
		p.issues.Add(i.Rule, i.Level, i.Where, off+i.Offset, "%s", i.Text)
	}
	_ = at
}

func (p *parser) finish() {
	fileOps := false
	for name, op := range p.ops {
		p.f.Operators = append(p.f.Operators, *op)
		fileOps = fileOps || files[name] && !ordinaryFiles[name]
	}
	slices.SortFunc(p.f.Operators, func(a, b Operator) int { return strings.Compare(a.Name, b.Name) })
	for _, op := range p.f.Operators {
		p.judge(op)
	}
	for _, x := range p.paths {
		// PrintV2 writes to a file if its stream is one.
		if fileOps || p.ops["PrintV2"] != nil && strings.HasPrefix(x.text, "file:") {
			p.issues.Add("savedmodel.path-escapes", issue.Malicious, x.node, x.at, "The graph has operators that reach files and holds the path %q: %s.", issue.Clip(x.text, 200), x.why)
		}
	}
	for f := range p.functions {
		p.f.Functions = append(p.f.Functions, f)
	}
	for c := range p.classes {
		p.f.Classes = append(p.f.Classes, c)
	}
	slices.Sort(p.f.Functions)
	slices.Sort(p.f.Classes)
}
