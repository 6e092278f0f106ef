package tflite

import "math"

// table is a FlatBuffer table: where it stands, where its vtable stands, and how
// long that and the table itself are.
type table struct {
	at, vt      int64
	vtLen, size int64
}

// table opens the table at an offset.
func (p *parser) table(at int64) table {
	c := p.c
	if p.left--; p.left < 0 {
		c.Fail("more tables than are read")
	}
	c.Goto(at)
	soffset := int64(int32(c.U32()))
	t := table{at: at, vt: at - soffset}
	c.Goto(t.vt)
	t.vtLen, t.size = int64(c.U16()), int64(c.U16())
	if c.Err() == nil && (t.vtLen < 4 || t.vtLen%2 != 0 || t.vt+t.vtLen > c.Size() || t.size < 4 || t.at+t.size > c.Size()) {
		c.Fail("a table whose fields are outside of the file")
	}
	return t
}

// field goes to a field of n bytes, and reports whether the table has it.
func (p *parser) field(t table, i int, n int64) bool {
	c := p.c
	if c.Err() != nil || 4+2*int64(i)+2 > t.vtLen {
		return false
	}
	c.Goto(t.vt + 4 + 2*int64(i))
	off := int64(c.U16())
	if c.Err() != nil || off == 0 {
		return false
	}
	if off < 4 || off+n > t.size {
		c.Fail("a field at %d of a table of %d bytes", off, t.size)
		return false
	}
	c.Goto(t.at + off)
	return c.Err() == nil
}

func (p *parser) u8(t table, i int) uint8 {
	if !p.field(t, i, 1) {
		return 0
	}
	return p.c.U8()
}

func (p *parser) u32(t table, i int) uint32 {
	if !p.field(t, i, 4) {
		return 0
	}
	return p.c.U32()
}

func (p *parser) u64(t table, i int) uint64 {
	if !p.field(t, i, 8) {
		return 0
	}
	return p.c.U64()
}

// vector finds a vector of elements of width bytes: where its first stands, and
// how many there are. All are within the file.
func (p *parser) vector(t table, i int, width int64) (at, n int64) {
	c := p.c
	if !p.field(t, i, 4) {
		return c.Offset(), 0
	}
	start := c.Offset()
	off := int64(c.U32())
	c.Goto(start + off)
	n = int64(c.U32())
	if c.Err() != nil {
		return 0, 0
	}
	if n > math.MaxInt64/width || n*width > c.Left() {
		c.Fail("a vector of %d elements of %d bytes, which the file can't hold", n, width)
		return 0, 0
	}
	return c.Offset(), n
}

// str reads a text.
func (p *parser) str(t table, i int) string {
	at, n := p.vector(t, i, 1)
	if n == 0 || p.c.Err() != nil {
		return ""
	}
	p.c.Goto(at)
	return p.c.Text(n, p.text)
}

// tables opens the tables of a vector.
func (p *parser) tables(t table, i int) []table {
	at, n := p.vector(t, i, 4)
	if n > int64(p.left) {
		p.c.Fail("a vector of %d tables, more than are read", n)
	}
	var out []table
	for k := int64(0); k < n && p.c.Err() == nil; k++ {
		p.c.Goto(at + 4*k)
		off := int64(p.c.U32())
		out = append(out, p.table(at+4*k+off))
	}
	return out
}
