// Package jsontree reads a small JSON document of a model into a tree whose values
// know their place, for readers that must look at every value and say where it
// stands. Large documents belong to package jsonstream, on which it is built.
package jsontree

import (
	"errors"
	"io"

	"github.com/wardround/wardround/format/jsonstream"
)

// Node is a JSON value with its place.
type Node struct {
	Kind jsonstream.Kind
	Text string   // of a string or number
	Keys []string // of an object, in order
	Kids []*Node  // its members, or an array's elements
	At   int64    // in bytes from the start of the document
}

// Get returns the member of an object, nil if there is none.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != jsonstream.Object {
		return nil
	}
	for i, k := range n.Keys {
		if k == key {
			return n.Kids[i]
		}
	}
	return nil
}

// Str is the text of a string member, "" if there is none.
func (n *Node) Str(key string) string {
	if m := n.Get(key); m != nil && m.Kind == jsonstream.String {
		return m.Text
	}
	return ""
}

// Is reports whether there is a value and it is of kind k.
func (n *Node) Is(k jsonstream.Kind) bool { return n != nil && n.Kind == k }

var errTooMany = errors.New("more values than are read")

// Limits bound a document. Zero values mean the defaults.
type Limits struct {
	Bytes  int64 // default 64 MiB
	Depth  int   // default 200
	Values int   // default 2 million
}

// Parse reads a document into a tree. notice, if not nil, is told
// what is odd. It returns what was read, also with an error, and where reading ended.
func Parse(r io.Reader, lim Limits, notice func(jsonstream.Notice)) (*Node, int64, error) {
	if lim.Bytes <= 0 {
		lim.Bytes = 64 << 20
	}
	if lim.Depth <= 0 {
		lim.Depth = 200
	}
	if lim.Values <= 0 {
		lim.Values = 2_000_000
	}
	d := jsonstream.New(r, jsonstream.Limits{Bytes: lim.Bytes, Depth: lim.Depth, Text: int(lim.Bytes), Names: lim.Values})
	d.Notice = notice
	left := lim.Values
	root := build(d, &left)
	if left < 0 {
		return root, d.Offset(), errTooMany
	}
	err := d.End()
	return root, d.Offset(), err
}

func build(d *jsonstream.Reader, left *int) *Node {
	n := &Node{Kind: d.Peek(), At: d.Offset()}
	if *left--; *left < 0 || d.Err() != nil {
		return n
	}
	switch n.Kind {
	case jsonstream.Object:
		d.Object()
		for d.Next() && *left >= 0 {
			key := string(d.Name())
			n.Keys = append(n.Keys, key)
			n.Kids = append(n.Kids, build(d, left))
		}
	case jsonstream.Array:
		d.Array()
		for d.Next() && *left >= 0 {
			n.Kids = append(n.Kids, build(d, left))
		}
	case jsonstream.String:
		n.Text = d.Text()
	case jsonstream.Number:
		n.Text = d.Digits()
	default:
		d.Skip()
	}
	return n
}
