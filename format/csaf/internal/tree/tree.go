// Package tree reads a JSON document into nodes that know where they stand: each
// one can name its JSON pointer (RFC 6901) and its byte offset. The validator of
// CSAF documents needs both, and needs to look at documents that are wrong, which
// a decoder into structs can't.
//
// The reader is strict where encoding/json is not: a name that occurs twice in an
// object is reported, for two programs would read two different documents (RFC
// 8259 §4); text that is not UTF-8 is refused.
package tree

import (
	"strconv"
	"strings"
)

// Kind is the JSON type of a node.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Node is one JSON value. The zero pointer is a value that is not there: every
// method answers for it.
type Node struct {
	Kind   Kind
	Index  int32  // position in an array
	Offset int    // byte offset of the value in the document
	Key    string // name in an object
	// Text is a string's value, a number as written, "true" or "false".
	Text   string
	Parent *Node
	Kids   []*Node // members of an object, items of an array
}

// Is reports whether the node is there and of this kind.
func (n *Node) Is(k Kind) bool { return n != nil && n.Kind == k }

// Get follows names into objects; nil where one is missing.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		if n == nil || n.Kind != Object {
			return nil
		}
		var hit *Node
		for _, k := range n.Kids {
			if k.Key == key {
				hit = k
				break
			}
		}
		n = hit
	}
	return n
}

// Has reports whether an object has a member of this name.
func (n *Node) Has(key string) bool { return n.Get(key) != nil }

// Items are the items of an array; none of anything else.
func (n *Node) Items() []*Node {
	if n == nil || n.Kind != Array {
		return nil
	}
	return n.Kids
}

// Members are the members of an object; none of anything else.
func (n *Node) Members() []*Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	return n.Kids
}

// Str is the value of a string; "" of anything else.
func (n *Node) Str() string {
	if n == nil || n.Kind != String {
		return ""
	}
	return n.Text
}

// At follows names and returns the string there, or "".
func (n *Node) At(path ...string) string { return n.Get(path...).Str() }

// Float is the value of a number.
func (n *Node) Float() (float64, bool) {
	if n == nil || n.Kind != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	return f, err == nil
}

// Pointer is the JSON pointer of the node, "" for the root.
func (n *Node) Pointer() string {
	if n == nil || n.Parent == nil {
		return ""
	}
	var parts []string
	for ; n.Parent != nil; n = n.Parent {
		if n.Parent.Kind == Array {
			parts = append(parts, strconv.Itoa(int(n.Index)))
		} else {
			parts = append(parts, escape.Replace(n.Key))
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(parts[i])
	}
	return b.String()
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// Equal compares two values as JSON Schema does: numbers by value, objects
// whatever the order of their members.
func Equal(a, b *Node) bool {
	if a == nil || b == nil || a.Kind != b.Kind || len(a.Kids) != len(b.Kids) {
		return a == nil && b == nil
	}
	switch a.Kind {
	case Number:
		if a.Text == b.Text {
			return true
		}
		x, ok1 := a.Float()
		y, ok2 := b.Float()
		return ok1 && ok2 && x == y
	case Array:
		for i := range a.Kids {
			if !Equal(a.Kids[i], b.Kids[i]) {
				return false
			}
		}
		return true
	case Object:
		for i, k := range a.Kids {
			o := b.Kids[i] // mostly in the same order
			if o.Key != k.Key {
				o = b.Get(k.Key)
			}
			if !Equal(k, o) {
				return false
			}
		}
		return true
	}
	return a.Text == b.Text
}
