package pickle

import (
	"bytes"
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
	b := newMachine(m.lim, m.pol)
	b.lim.Trail = 20
	b.depth = m.lim.Depth
	b.proto, b.protos = m.proto, m.protos
	// INST has taken its arguments off the stack already, and large states are too dear:
	// then the continuation is read for the names that it writes out.
	if m.op != opInst && len(m.stack)+m.cells.n+m.memo.n+len(m.shapes)+m.strBytes < maxBranch && m.n0 <= len(m.stack) && m.k0 <= len(m.marks) && len(m.memo.far) < 1<<14 {
		b.inherit(m)
	}
	b.alive = C
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b.reader = reader{src: bytes.NewReader(alt), buf: *buf, room: int64(len(alt))}
	b.run()
	var out []Callable
	for i, c := range b.finish().Callables {
		if c.Uses > 0 || i < len(m.globals) && c.Class > m.globals[i].callable.Class {
			out = append(out, c)
		}
	}
	return out
}

// inherit copies the state of m as it was before the current opcode.
func (b *machine) inherit(m *machine) {
	b.stack, b.marks = slices.Clone(m.stack[:m.n0]), slices.Clone(m.marks[:m.k0])
	if k := len(b.marks); k > 0 {
		b.fence = int(b.marks[k-1])
	}
	b.memo = memo{far: maps.Clone(m.memo.far), n: m.memo.n}
	for _, p := range m.memo.pages {
		b.memo.pages = append(b.memo.pages, slices.Clone(p))
	}
	b.cells.n = m.cells.n
	for _, p := range m.cells.pages {
		b.cells.pages = append(b.cells.pages, slices.Clone(p))
	}
	b.shapes, b.ints, b.dtypes = slices.Clone(m.shapes), slices.Clone(m.ints), slices.Clone(m.dtypes)
	b.strs, b.strIDs, b.strBytes = slices.Clone(m.strs), maps.Clone(m.strIDs), m.strBytes
	b.byName, b.pairs = maps.Clone(m.byName), maps.Clone(m.pairs)
	for _, g := range m.globals {
		c := *g
		c.callable.Uses, c.blamed = 0, 0
		b.globals = append(b.globals, &c)
	}
	b.wrap = m.wrap
}
