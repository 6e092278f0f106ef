package hdf5

import "strings"

// attribute reads an attribute message (IV.A.2.m); at is where it stands.
func (p *parser) attribute(o object, at int64) {
	c := p.c
	version := c.U8()
	flags := c.U8()
	nameLen, typeLen, spaceLen := int64(c.U16()), int64(c.U16()), int64(c.U16())
	pad := func(n int64) int64 { return n }
	switch version {
	case 1:
		pad = func(n int64) int64 { return (n + 7) / 8 * 8 }
		flags = 0
	case 2:
	case 3:
		c.Skip(1)
	default:
		c.Fail("an attribute of version %d", version)
	}
	name := strings.TrimRight(c.Text(nameLen, 65536), "\x00")
	c.Skip(pad(nameLen) - nameLen)
	if c.Err() != nil {
		return
	}
	a := Attribute{Object: o.path, Name: name, At: at}
	start := c.Offset()
	if flags&3 != 0 { // type or space lie elsewhere: no text that Keras writes
		p.f.Attributes = append(p.f.Attributes, a)
		return
	}
	class, size, bits := p.datatype()
	c.Goto(start + pad(typeLen))
	space := c.Offset()
	var dims []uint64
	if spaceLen > 0 {
		dims = p.dataspace()
	}
	c.Goto(space + pad(spaceLen))
	if c.Err() != nil {
		return
	}
	switch {
	case len(dims) > 0: // a list
	case class == 3:
		a.IsText = true
		a.Value = p.keep(o, a.Name, p.c.Offset(), int64(size), func(n int64) []byte { return c.Bytes(n, n) })
		a.Value, _, _ = strings.Cut(a.Value, "\x00")
	case class == 9 && bits&0x0f == 1:
		a.IsText = true
		n := int64(c.U32())
		addr, index := p.addr(), int64(c.U32())
		if c.Err() == nil && addr >= 0 && n > 0 {
			a.Value = p.keep(o, a.Name, addr, n, func(n int64) []byte { return p.globalObject(addr, index, n) })
			if int64(len(a.Value)) > n {
				a.Value = a.Value[:n]
			}
		}
	}
	if c.Err() == nil && len(p.f.Attributes) < 1_000_000 {
		p.f.Attributes = append(p.f.Attributes, a)
	}
}

// keep reads a text of n bytes if the budget allows.
func (p *parser) keep(o object, name string, at, n int64, read func(int64) []byte) string {
	if n > p.textLeft {
		p.unreadable("text-too-long", o.path, at, "The attribute %q of %q has %d bytes, more than are read.", name, o.path, n)
		return ""
	}
	b := read(n)
	p.textLeft -= int64(len(b))
	return string(b)
}

// globalObject reads an object of a global heap collection (III.E), at most limit bytes.
func (p *parser) globalObject(addr, index, limit int64) []byte {
	c := p.c
	if c.Err() != nil || addr < 0 {
		return nil
	}
	c.Goto(addr)
	if sig := c.Text(4, 4); c.Err() == nil && sig != "GCOL" {
		c.Fail("a global heap begins with %q", sig)
	}
	c.Skip(4)
	size := p.length()
	if c.Err() == nil && (size < 0 || size > c.Size()-addr) {
		c.Fail("a global heap of %d bytes, past the end of the file", size)
	}
	end := addr + size
	for c.Err() == nil && c.Offset()+8+int64(p.lsize) <= end && p.step() {
		id := int64(c.U16())
		c.Skip(6)
		n := p.length()
		if id == 0 {
			break
		}
		if n < 0 || n > end-c.Offset() {
			c.Fail("an object of %d bytes runs past its heap", n)
			return nil
		}
		if id == index {
			return c.Bytes(min(n, limit), limit)
		}
		c.Skip((n + 7) / 8 * 8)
	}
	if c.Err() == nil {
		c.Fail("the global heap has no object %d", index)
	}
	return nil
}
