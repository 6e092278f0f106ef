package keras

import (
	"errors"
	"io"

	"github.com/wardround/wardround/format/jsonstream"
)

// node is a JSON value with its place.
type node struct {
	kind jsonstream.Kind
	text string // of a string, number, true, false
	keys []string
	kids []*node
	at   int64
}

// get returns the member of an object, nil if there is none.
func (n *node) get(key string) *node {
	if n == nil || n.kind != jsonstream.Object {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			return n.kids[i]
		}
	}
	return nil
}

// str is the text of a string member, "" if there is none.
func (n *node) str(key string) string {
	if m := n.get(key); m != nil && m.kind == jsonstream.String {
		return m.text
	}
	return ""
}

func (n *node) is(k jsonstream.Kind) bool { return n != nil && n.kind == k }

var errTooMany = errors.New("more values than are read")

// parse reads a document into a tree of at most limit values.
func parse(r io.Reader, lim Limits, notice func(jsonstream.Notice)) (*node, int64, error) {
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

func build(d *jsonstream.Reader, left *int) *node {
	n := &node{kind: d.Peek(), at: d.Offset()}
	if *left--; *left < 0 || d.Err() != nil {
		return n
	}
	switch n.kind {
	case jsonstream.Object:
		d.Object()
		for d.Next() && *left >= 0 {
			key := string(d.Name())
			n.keys = append(n.keys, key)
			n.kids = append(n.kids, build(d, left))
		}
	case jsonstream.Array:
		d.Array()
		for d.Next() && *left >= 0 {
			n.kids = append(n.kids, build(d, left))
		}
	case jsonstream.String:
		n.text = d.Text()
	case jsonstream.Number:
		n.text = d.Digits()
	default:
		d.Skip()
	}
	return n
}
