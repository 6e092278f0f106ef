package tree

import (
	"fmt"
	"strings"
)

// Limits bound what is read. Zero means the default.
type Limits struct {
	Bytes int // of the document; default 64 MiB
	Depth int // of arrays and objects in each other; default 256
	Nodes int // values in all; default 4 million
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	if l.Depth == 0 {
		l.Depth = 256
	}
	if l.Nodes == 0 {
		l.Nodes = 4_000_000
	}
	return l
}

// SyntaxError is a document that is no JSON, or more than the limits allow.
type SyntaxError struct {
	Offset, Line int // byte offset from 0, line from 1
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d (byte %d): %s", e.Line, e.Offset, e.Message)
}

// Document is what was read.
type Document struct {
	Root *Node
	// Duplicates are members whose name was there before in the same object, at
	// most 100. Get finds the first.
	Duplicates []*Node
}

// maxDuplicates bounds Document.Duplicates.
const maxDuplicates = 100

// Parse reads one JSON document. A byte order mark at its start is passed over, as
// RFC 8259 §8.1 allows. The error is a *SyntaxError.
func Parse(b []byte, l Limits) (*Document, error) {
	l = l.withDefaults()
	if len(b) > l.Bytes {
		return nil, &SyntaxError{Offset: l.Bytes, Line: 1, Message: fmt.Sprintf("the document has %d bytes; at most %d are read", len(b), l.Bytes)}
	}
	p := &parser{s: string(b), depth: l.Depth, left: l.Nodes, limits: l}
	p.s = strings.TrimPrefix(p.s, "\ufeff")
	root := p.value(nil)
	if p.err == nil {
		p.space()
		if p.i < len(p.s) {
			p.fail("text after the end of the document")
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return &Document{Root: root, Duplicates: p.duplicates}, nil
}

type parser struct {
	s          string
	i          int
	depth      int
	left       int
	limits     Limits
	slab       []Node
	stack      []*Node // children of the containers that are open
	duplicates []*Node
	err        error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &SyntaxError{Offset: p.i, Line: 1 + strings.Count(p.s[:min(p.i, len(p.s))], "\n"), Message: fmt.Sprintf(format, args...)}
	}
}

func (p *parser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) node(k Kind, parent *Node) *Node {
	if p.left--; p.left < 0 {
		p.fail("more than %d values", p.limits.Nodes)
	}
	if len(p.slab) == 0 {
		// Grows with the document: a short one costs little, a long one few calls.
		p.slab = make([]Node, min(max(16, len(p.s)/64), 4096))
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.Kind, n.Parent, n.Offset = k, parent, p.i
	return n
}

func (p *parser) value(parent *Node) *Node {
	p.space()
	if p.i >= len(p.s) {
		p.fail("the document ends where a value is expected")
		return nil
	}
	switch c := p.s[p.i]; {
	case c == '{':
		return p.object(parent)
	case c == '[':
		return p.array(parent)
	case c == '"':
		n := p.node(String, parent)
		n.Text = p.text()
		return n
	case c == '-' || c >= '0' && c <= '9':
		n := p.node(Number, parent)
		n.Text = p.number()
		return n
	}
	for _, w := range [...]struct {
		word string
		kind Kind
	}{{"true", Bool}, {"false", Bool}, {"null", Null}} {
		if strings.HasPrefix(p.s[p.i:], w.word) {
			n := p.node(w.kind, parent)
			n.Text = w.word
			p.i += len(w.word)
			return n
		}
	}
	p.fail("%q where a value is expected", p.s[p.i])
	return nil
}

// enter and leave hold the children of a container on one stack, so that each
// container's list is allocated once, at its size.
func (p *parser) enter() bool {
	if p.depth--; p.depth < 0 {
		p.fail("arrays and objects are nested deeper than %d", p.limits.Depth)
		return false
	}
	p.i++
	p.space()
	return true
}

func (p *parser) leave(n *Node, base int) *Node {
	p.depth++
	if kids := p.stack[base:]; len(kids) > 0 {
		n.Kids = append(make([]*Node, 0, len(kids)), kids...)
	}
	p.stack = p.stack[:base]
	if n.Kind == Object {
		p.findDuplicates(n)
	}
	return n
}

func (p *parser) array(parent *Node) *Node {
	n, base := p.node(Array, parent), len(p.stack)
	if !p.enter() {
		return nil
	}
	if p.take(']') {
		return p.leave(n, base)
	}
	for p.err == nil {
		item := p.value(n)
		if p.err != nil {
			return nil
		}
		item.Index = int32(len(p.stack) - base)
		p.stack = append(p.stack, item)
		p.space()
		if p.take(']') {
			return p.leave(n, base)
		}
		if !p.take(',') {
			p.fail("an array needs a comma or its end here")
		}
	}
	return nil
}

func (p *parser) object(parent *Node) *Node {
	n, base := p.node(Object, parent), len(p.stack)
	if !p.enter() {
		return nil
	}
	if p.take('}') {
		return p.leave(n, base)
	}
	for p.err == nil {
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			p.fail("an object needs a name in quotes here")
			return nil
		}
		key := p.text()
		p.space()
		if !p.take(':') {
			p.fail("a name needs a colon after it")
			return nil
		}
		v := p.value(n)
		if p.err != nil {
			return nil
		}
		v.Key = key
		p.stack = append(p.stack, v)
		p.space()
		if p.take('}') {
			return p.leave(n, base)
		}
		if !p.take(',') {
			p.fail("an object needs a comma or its end here")
		}
	}
	return nil
}

func (p *parser) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) findDuplicates(n *Node) {
	note := func(k *Node) {
		if len(p.duplicates) < maxDuplicates {
			p.duplicates = append(p.duplicates, k)
		}
	}
	if len(n.Kids) <= 16 {
		for i, k := range n.Kids {
			for _, before := range n.Kids[:i] {
				if before.Key == k.Key {
					note(k)
					break
				}
			}
		}
		return
	}
	seen := make(map[string]bool, len(n.Kids))
	for _, k := range n.Kids {
		if seen[k.Key] {
			note(k)
		}
		seen[k.Key] = true
	}
}
