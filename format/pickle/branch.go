package pickle

import (
	"bytes"
	"io"
	"maps"
	"slices"
)

// maxBranch bounds, in words, the state that is copied to follow another reading.
const maxBranch = 1 << 20

// branch follows another continuation of the stream from before the current opcode:
// alt is what that reader would read from here. It knows the memo and the stack, so
// that a name put together from strings memoised long ago is found. What is returned
// are the callables that the continuation imports, or that it uses worse than the
// stream did so far.
func (m *machine) branch(alt []byte) []Callable {
	n, k := m.n0, m.k0
	if m.op == opInst {
		n = len(m.stack) + 1 // INST has taken its arguments off the stack already
	}
	return m.follow(bytes.NewReader(alt), n, k, m.pol)
}

// follow runs another program from the state of here, with the lowest n values and k
// marks of the stack.
func (m *machine) follow(alt io.Reader, n, k int, pol Policy) []Callable {
	b := newMachine(m.lim, pol)
	b.lim.Trail = 20
	b.depth = m.lim.Depth
	b.proto, b.protos = m.proto, m.protos
	// Large states are too dear: then the continuation is read for the names that it
	// writes out.
	if n <= len(m.stack) && k <= len(m.marks) && len(m.stack)+m.cells.n+m.memo.n+len(m.shapes)+m.strBytes < maxBranch && len(m.memo.far) < 1<<14 {
		b.inherit(m, n, k)
	}
	b.alive = C
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b.reader = reader{src: alt, buf: *buf, room: m.lim.Bytes}
	b.run()
	var out []Callable
	for i, c := range b.finish().Callables {
		if c.Uses > 0 || i < len(m.globals) && c.Class > m.globals[i].callable.Class {
			out = append(out, c)
		}
	}
	return out
}

// inherit copies the state of m, of the stack the lowest n values and k marks.
func (b *machine) inherit(m *machine, n, k int) {
	b.stack, b.marks = slices.Clone(m.stack[:n]), slices.Clone(m.marks[:k])
	if k := len(b.marks); k > 0 {
		b.fence = int(b.marks[k-1])
	}
	b.memo, b.cells = m.memo.clone(), m.cells.clone()
	b.shapes, b.ints, b.dtypes = slices.Clone(m.shapes), slices.Clone(m.ints), slices.Clone(m.dtypes)
	b.strs, b.strBytes = m.strs.clone(), m.strBytes
	b.byName, b.pairs = maps.Clone(m.byName), maps.Clone(m.pairs)
	for _, g := range m.globals {
		c := *g
		c.callable.Uses, c.blamed = 0, 0
		b.globals = append(b.globals, &c)
	}
	b.wrap = m.wrap
}
