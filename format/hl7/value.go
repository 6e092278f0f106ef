package hl7

import (
	"bytes"
	"iter"
)

// Value is a field or a part of one: raw bytes, still escaped, and the
// separators to take it apart with. The zero Value is empty.
type Value struct {
	Raw []byte
	d   Delimiters
}

// Empty reports whether nothing was sent. An empty field leaves what the
// receiver knows unchanged (v2.5.1 §2.5.3).
func (v Value) Empty() bool { return len(v.Raw) == 0 }

// Null reports whether the value is the two quotes that delete what the
// receiver knows (v2.5.1 §2.5.3).
func (v Value) Null() bool { return string(v.Raw) == `""` }

// Has reports whether the value says anything: one of its parts is neither
// empty nor null.
func (v Value) Has() bool {
	for i := 0; i < len(v.Raw); i++ {
		switch c := v.Raw[i]; {
		case c == '"' && i+1 < len(v.Raw) && v.Raw[i+1] == '"' &&
			(i+2 == len(v.Raw) || v.d.parts(v.Raw[i+2])) && (i == 0 || v.d.parts(v.Raw[i-1])):
			i++
		case !v.d.parts(c) && c != ' ':
			return true
		}
	}
	return false
}

// parts reports whether c separates parts inside a field.
func (d *Delimiters) parts(c byte) bool {
	return c != 0 && (c == d.Component || c == d.Repetition || c == d.Subcomponent)
}

// Truncated reports whether the sender says that it cut the value short: its
// last character is the truncation character of MSH-2 (v2.7 §2.5.5.2).
func (v Value) Truncated() bool {
	n := len(v.Raw)
	return n > 0 && v.d.Truncation != 0 && v.Raw[n-1] == v.d.Truncation
}

// Repetitions yields the repetitions of a field in order, none where it is
// empty.
func (v Value) Repetitions() iter.Seq[Value] { return v.parted(v.d.Repetition) }

// Components yields the components, of the first repetition only.
func (v Value) Components() iter.Seq[Value] {
	return Value{cut(v.Raw, v.d.Repetition), v.d}.parted(v.d.Component)
}

// Subcomponents yields the subcomponents, of the first component only.
func (v Value) Subcomponents() iter.Seq[Value] {
	return Value{cut(cut(v.Raw, v.d.Repetition), v.d.Component), v.d}.parted(v.d.Subcomponent)
}

func (v Value) parted(sep byte) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		rest := v.Raw
		for len(v.Raw) > 0 {
			i := -1
			if sep != 0 {
				i = bytes.IndexByte(rest, sep)
			}
			if i < 0 {
				yield(Value{rest, v.d})
				return
			}
			if !yield(Value{rest[:i:i], v.d}) {
				return
			}
			rest = rest[i+1:]
		}
	}
}

// Repetition returns repetition n of a field.
func (v Value) Repetition(n int) Value { return v.part(n, v.d.Repetition) }

// Component returns component n; of the first repetition, where v is a field of
// several. A field that isn't divided is its own first component.
func (v Value) Component(n int) Value {
	v.Raw = cut(v.Raw, v.d.Repetition)
	return v.part(n, v.d.Component)
}

// Subcomponent returns subcomponent n; of the first component, where v has
// several. A component that isn't divided is its own first subcomponent.
func (v Value) Subcomponent(n int) Value {
	v.Raw = cut(cut(v.Raw, v.d.Repetition), v.d.Component)
	return v.part(n, v.d.Subcomponent)
}

func (v Value) part(n int, sep byte) Value {
	if n < 1 || sep == 0 && n > 1 {
		return Value{}
	}
	rest := v.Raw
	for ; n > 1; n-- {
		i := bytes.IndexByte(rest, sep)
		if i < 0 {
			return Value{}
		}
		rest = rest[i+1:]
	}
	return Value{cut(rest, sep), v.d}
}

// Is reports whether the raw value equals s.
func (v Value) Is(s string) bool { return string(v.Raw) == s }

// Text returns the value with its escape sequences resolved; see
// [Delimiters.AppendUnescaped]. The bytes are in the message's character set,
// see [Charset].
func (v Value) Text() string {
	if v.d.Escape == 0 || bytes.IndexByte(v.Raw, v.d.Escape) < 0 {
		return string(v.Raw)
	}
	return string(v.d.AppendUnescaped(nil, v.Raw))
}

// Tree is a field taken wholly apart: repetitions of components of
// subcomponents, unescaped.
type Tree [][][]string

// Tree takes the field apart. An empty field has no repetitions, an empty
// repetition no components, an empty component no subcomponents.
func (v Value) Tree() Tree {
	var t Tree
	for repetition := range v.Repetitions() {
		var components [][]string
		for component := range repetition.Components() {
			var subs []string
			for sub := range component.Subcomponents() {
				subs = append(subs, sub.Text())
			}
			components = append(components, subs)
		}
		t = append(t, components)
	}
	return t
}
