package onnx

import (
	"fmt"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/protobuf"
)

// graph returns what reads the fields of a GraphProto; path says which.
func (p *parser) graph(path string, main bool) func(*protobuf.Message) {
	names := map[string]int64{}
	add := func(m *protobuf.Message, sparse bool) {
		var t Tensor
		if sparse {
			m.Each(func(s *protobuf.Message) {
				if s.Number() == 1 || s.Number() == 2 {
					x := p.tensor(s, path)
					if s.Number() == 1 {
						t = x
					}
				}
			})
		} else {
			t = p.tensor(m, path)
		}
		if t.Name == "" || m.Err() != nil {
			return
		}
		if first, seen := names[t.Name]; seen {
			p.issues.Add("onnx.duplicate-initializer", issue.Unreadable, t.Name, t.At, "The tensor %q stands twice in its graph, at %d and %d: readers take one or the other.", t.Name, first, t.At)
		}
		if len(names) < p.lim.Tensors {
			names[t.Name] = t.At
		}
	}
	return func(m *protobuf.Message) {
		switch m.Number() {
		case 1:
			p.node(m, path)
		case 2:
			name := m.Text(maxText)
			if main {
				p.f.Graph = name
			}
		case 5:
			add(m, false)
		case 15:
			add(m, true)
		case 10:
			p.text(m, "graph.doc_string")
		case 11, 12:
			in := m.Number() == 11
			m.Each(func(s *protobuf.Message) {
				if s.Number() != 1 || !main {
					return
				}
				if name := s.Text(maxText); in && len(p.f.Inputs) < 100_000 {
					p.f.Inputs = append(p.f.Inputs, name)
				} else if !in && len(p.f.Outputs) < 100_000 {
					p.f.Outputs = append(p.f.Outputs, name)
				}
			})
		case 16:
			p.pair(m, false)
		case 13, 14, 3, 4, 6, 7, 8, 9: // value_info, quantization_annotation, fields of old versions
		default:
			p.unknown(m, "graph")
		}
	}
}

func (p *parser) node(m *protobuf.Message, path string) {
	at := m.Offset()
	var domain, op, name string
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 3:
			name = s.Text(maxText)
			p.where = name
		case 4:
			op = s.Text(4096)
		case 5:
			p.attribute(s, join(path, name))
		case 7:
			domain = s.Text(4096)
		case 6:
			p.text(s, "node.doc_string")
		case 9:
			p.pair(s, false)
		case 1, 2, 8, 10:
		default:
			p.unknown(s, "node")
		}
	})
	if m.Err() != nil {
		return
	}
	if domain == "ai.onnx" {
		domain = ""
	}
	k := [2]string{domain, op}
	if o := p.ops[k]; o != nil {
		o.Count++
		return
	}
	if len(p.ops) >= p.lim.Names {
		p.issues.Add("onnx.too-many-operators", issue.Unreadable, op, at, "The model uses more than %d different operators.", p.lim.Names)
		return
	}
	p.ops[k] = &Operator{Domain: domain, Name: op, Count: 1, At: at}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	if len(path) > 500 {
		return path
	}
	return path + "/" + name
}

// attribute reads an AttributeProto: what it can hold are tensors and graphs.
func (p *parser) attribute(m *protobuf.Message, path string) {
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 4: // s: texts of operators, which may hide something
			if at := s.Offset(); s.Type() == protobuf.Bytes {
				off, n := s.Span()
				if n >= 16 && n <= 1<<20 && s.Err() == nil {
					p.peek(s, off, n, at, path)
				}
			}
		case 5, 10:
			p.tensor(s, path)
		case 6, 11:
			s.Each(p.graph(path, false))
		case 22, 23:
			s.Each(func(t *protobuf.Message) {
				if t.Number() == 1 || t.Number() == 2 {
					p.tensor(t, path)
				}
			})
		case 1, 2, 3, 7, 8, 9, 13, 14, 15, 20, 21:
		default:
			p.unknown(s, "attribute")
		}
	})
}

// function reads a FunctionProto: an operator that the model itself defines.
func (p *parser) function(m *protobuf.Message) {
	at := m.Offset()
	var domain, name string
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			name = s.Text(4096)
		case 10:
			domain = s.Text(4096)
		case 7:
			p.node(s, "function "+name)
		case 11:
			p.attribute(s, "function "+name)
		case 8:
			p.text(s, "function.doc_string")
		case 14:
			p.pair(s, false)
		case 2, 3, 4, 5, 6, 9, 12, 13:
		default:
			p.unknown(s, "function")
		}
	})
	if m.Err() != nil {
		return
	}
	if domain == "ai.onnx" {
		domain = ""
	}
	full := name
	if domain != "" {
		full = domain + "." + name
	}
	k := [2]string{domain, name}
	if p.functions[k] && len(p.functions) < p.lim.Names {
		// Overloads share a name; two of one overload are the library's to refuse.
		return
	}
	if len(p.functions) >= p.lim.Names {
		return
	}
	p.functions[k] = true
	p.f.Functions = append(p.f.Functions, full)
	if operators[domain][name] {
		p.issues.Add("onnx.function-shadows", issue.Unknown, full, at, "The model defines %q anew, an operator of the standard: what runs is the model's.", full)
	}
}

// peek looks into a text attribute for a payload.
func (p *parser) peek(m *protobuf.Message, off, n, at int64, path string) {
	b := m.Content(off, n, 1<<20)
	p.look(fmt.Sprintf("attribute of %s", path), string(b), at)
}
