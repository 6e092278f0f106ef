// Package protobuf walks messages of the Protocol Buffers wire format as they
// stand in a file, field by field, without a schema and without loading what it
// does not look at (https://protobuf.dev/programming-guides/encoding).
//
// Model files are protobuf messages of many gigabytes whose bulk is one kind of
// field, the weights. A decoder of whole messages has to hold them; a Message
// passes over them by seeking.
//
//	m := protobuf.Open(cursor.New(r, size), protobuf.Limits{})
//	for m.Next() {
//		switch m.Number() {
//		case 1: version = m.Varint()
//		case 7: m.Each(graph)
//		}
//	}
//	return m.Err()
//
// A field that nobody reads is passed over by the following Next. Groups, which
// no format we read uses, end the reading.
package protobuf

import (
	"math"

	"github.com/wardround/wardround/format/cursor"
)

// Type is a wire type.
type Type uint8

// The wire types.
const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2
	Fixed32 Type = 5
)

// Limits bound the work. Zero values mean the defaults.
type Limits struct {
	Depth  int   // messages within messages; default 64
	Fields int64 // fields walked in all; default 50 million
}

func (l Limits) depth() int { return or(l.Depth, 64) }

func or[T int | int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

type walk struct {
	c      *cursor.Reader
	fields int64
	depth  int
}

// Message is a message being walked.
type Message struct {
	w     *walk
	start int64
	end   int64
	depth int

	num     int32
	typ     Type
	at      int64 // where the field's tag stands
	pending bool  // the field's value was not read yet
}

// Open returns the message that fills c from its position to its end.
func Open(c *cursor.Reader, lim Limits) *Message {
	w := &walk{c: c, fields: or(lim.Fields, 50_000_000), depth: lim.depth()}
	return &Message{w: w, start: c.Offset(), end: c.Size()}
}

// Err is the first thing that went wrong.
func (m *Message) Err() error { return m.w.c.Err() }

// Number is the number of the field that Next found.
func (m *Message) Number() int32 { return m.num }

// Type is the wire type of the field that Next found.
func (m *Message) Type() Type { return m.typ }

// Offset is where the tag of the field that Next found stands.
func (m *Message) Offset() int64 { return m.at }

// Start is where the message's first field stands.
func (m *Message) Start() int64 { return m.start }

// Len is the message's length in bytes.
func (m *Message) Len() int64 { return m.end - m.start }

// Next goes to the next field and reports whether there is one.
func (m *Message) Next() bool {
	if m.pending {
		m.Skip()
	}
	c := m.w.c
	if c.Err() != nil || c.Offset() >= m.end {
		return false
	}
	m.at = c.Offset()
	if m.w.fields--; m.w.fields < 0 {
		c.Fail("more fields than are walked")
		return false
	}
	tag := m.varint()
	if c.Err() != nil {
		return false
	}
	if tag>>3 == 0 || tag>>3 > 1<<29-1 {
		c.Fail("field number %d is not allowed", tag>>3)
		return false
	}
	m.num, m.typ, m.pending = int32(tag>>3), Type(tag&7), true
	switch m.typ {
	case Varint, Fixed64, Bytes, Fixed32:
		return true
	}
	c.Fail("wire type %d of field %d is not allowed", m.typ, m.num)
	return false
}

// within fails unless n more bytes belong to this message.
func (m *Message) within(n int64) bool {
	c := m.w.c
	if c.Err() != nil {
		return false
	}
	if n < 0 || n > m.end-c.Offset() {
		c.Fail("a field of %d bytes runs past the end of its message (%d bytes are left)", n, m.end-c.Offset())
		return false
	}
	return true
}

func (m *Message) varint() uint64 {
	c := m.w.c
	var v uint64
	for i := 0; i < 10; i++ {
		if !m.within(1) {
			return 0
		}
		b := c.U8()
		if c.Err() != nil {
			return 0
		}
		if i == 9 && b > 1 {
			break
		}
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return v
		}
	}
	c.Fail("a varint of more than 64 bits")
	return 0
}

func (m *Message) want(t Type) bool {
	if m.w.c.Err() != nil {
		return false
	}
	if !m.pending || m.typ != t {
		m.w.c.Fail("field %d has wire type %d, not %d", m.num, m.typ, t)
		return false
	}
	m.pending = false
	return true
}

// Skip passes over the field's value.
func (m *Message) Skip() {
	if !m.pending {
		return
	}
	m.pending = false
	c := m.w.c
	switch m.typ {
	case Varint:
		m.varint()
	case Fixed64:
		if m.within(8) {
			c.Skip(8)
		}
	case Fixed32:
		if m.within(4) {
			c.Skip(4)
		}
	case Bytes:
		m.pending = true
		m.Span()
	}
}

// Varint reads the field as a varint.
func (m *Message) Varint() uint64 {
	if !m.want(Varint) {
		return 0
	}
	return m.varint()
}

// Int reads the field as an int64.
func (m *Message) Int() int64 { return int64(m.Varint()) }

// length reads the length of a Bytes field and checks it.
func (m *Message) length() (int64, bool) {
	n := m.varint()
	if m.w.c.Err() != nil {
		return 0, false
	}
	if n > math.MaxInt64 {
		m.w.c.Fail("a length of %d", n)
		return 0, false
	}
	return int64(n), m.within(int64(n))
}

// Span passes over a Bytes field and says where its content stands.
func (m *Message) Span() (off, n int64) {
	if !m.want(Bytes) {
		return 0, 0
	}
	n, ok := m.length()
	if !ok {
		return 0, 0
	}
	off = m.w.c.Offset()
	m.w.c.Skip(n)
	return off, n
}

// Bytes reads a Bytes field of at most limit bytes.
func (m *Message) Bytes(limit int64) []byte {
	if !m.want(Bytes) {
		return nil
	}
	n, ok := m.length()
	if !ok {
		return nil
	}
	return m.w.c.Bytes(n, limit)
}

// Text reads a Bytes field of at most limit bytes as a string, whatever it holds.
func (m *Message) Text(limit int64) string { return string(m.Bytes(limit)) }

// inner takes a Bytes field for a message and passes over it.
func (m *Message) inner() *Message {
	sub := &Message{w: m.w, depth: m.depth + 1}
	off, n := m.Span()
	if m.Err() != nil {
		return sub
	}
	if sub.depth > m.w.depth {
		m.w.c.Fail("messages nest deeper than %d", m.w.depth)
		return sub
	}
	sub.start, sub.end = off, off+n
	return sub
}

// Each walks the fields of a Bytes field as a message and leaves the outer one
// after it. The function may leave fields unread.
func (m *Message) Each(fn func(sub *Message)) {
	sub := m.inner()
	if m.Err() != nil {
		return
	}
	c := m.w.c
	c.Goto(sub.start)
	for sub.Next() {
		fn(sub)
	}
	if m.Err() == nil {
		c.Goto(sub.end)
	}
}

// Numbers reads a repeated integer field that is either packed (Bytes) or one
// of many (Varint), and passes each to fn.
func (m *Message) Numbers(fn func(v uint64)) {
	if m.typ == Varint {
		fn(m.Varint())
		return
	}
	sub := m.inner()
	if m.Err() != nil {
		return
	}
	c := m.w.c
	c.Goto(sub.start)
	for c.Err() == nil && c.Offset() < sub.end {
		if v := sub.varint(); c.Err() == nil {
			fn(v)
		}
	}
}

// Content reads n bytes at off, a span that Span returned, and leaves the
// position where it was.
func (m *Message) Content(off, n, limit int64) []byte {
	c := m.w.c
	back := c.Offset()
	c.Goto(off)
	b := c.Bytes(n, limit)
	c.Goto(back)
	return b
}
