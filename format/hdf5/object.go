package hdf5

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// found is what the messages of one object say.
type found struct {
	o        object
	data     Dataset
	hasData  bool
	isGroup  bool
	messages int
}

type chunk struct {
	at, n int64
	first bool
}

// object reads an object's header (specification IV.A) and what it points to.
func (p *parser) object(o object) {
	c := p.c
	c.Goto(o.addr)
	f := &found{o: o, data: Dataset{Path: o.path, Offset: -1, At: o.addr}}
	if string(c.Peek(4)) == "OHDR" {
		p.header2(f)
	} else {
		p.header1(f)
	}
	switch {
	case f.hasData:
		p.f.Datasets = append(p.f.Datasets, f.data)
	case f.isGroup:
		p.f.Groups = append(p.f.Groups, o.path)
	}
}

func (p *parser) header1(f *found) {
	c := p.c
	if v := c.U8(); c.Err() == nil && v != 1 {
		c.Fail("an object header of version %d", v)
	}
	c.Skip(1)
	count := int(c.U16())
	c.Skip(4)
	size := int64(c.U32())
	c.Skip(4)
	chunks := []chunk{{c.Offset(), size, true}}
	for len(chunks) > 0 && c.Err() == nil {
		ch := chunks[0]
		chunks = chunks[1:]
		c.Goto(ch.at)
		for c.Err() == nil && c.Offset()+8 <= ch.at+ch.n && f.messages < count {
			if !p.step() {
				return
			}
			f.messages++
			typ, n := c.U16(), int64(c.U16())
			flags := c.U8()
			c.Skip(3)
			at := c.Offset()
			if at+n > ch.at+ch.n {
				c.Fail("a message of %d bytes runs past its header", n)
				return
			}
			chunks = p.message(f, typ, flags, n, chunks)
			if c.Err() != nil {
				return
			}
			c.Goto(at + n)
		}
	}
}

func (p *parser) header2(f *found) {
	c := p.c
	c.Skip(4)
	if v := c.U8(); c.Err() == nil && v != 2 {
		c.Fail("an object header of version %d", v)
	}
	flags := c.U8()
	if flags&0x20 != 0 {
		c.Skip(16)
	}
	if flags&0x10 != 0 {
		c.Skip(4)
	}
	size := int64(c.Uint(1 << (flags & 3)))
	chunks := []chunk{{c.Offset(), size, true}}
	head := int64(4)
	if flags&4 != 0 {
		head = 6
	}
	for len(chunks) > 0 && c.Err() == nil {
		ch := chunks[0]
		chunks = chunks[1:]
		c.Goto(ch.at)
		if !ch.first { // OCHK … checksum
			if sig := c.Text(4, 4); c.Err() == nil && sig != "OCHK" {
				c.Fail("a continuation begins with %q", sig)
			}
			ch.n -= 4
		}
		end := ch.at + ch.n
		for c.Err() == nil && c.Offset()+head <= end {
			if !p.step() {
				return
			}
			f.messages++
			typ, n, mflags := uint16(c.U8()), int64(c.U16()), c.U8()
			if flags&4 != 0 {
				c.Skip(2)
			}
			at := c.Offset()
			if n > end-at {
				c.Fail("a message of %d bytes runs past its header", n)
				return
			}
			chunks = p.message(f, typ, mflags, n, chunks)
			if c.Err() != nil {
				return
			}
			c.Goto(at + n)
		}
	}
}

// message reads one header message of n bytes at the position.
func (p *parser) message(f *found, typ uint16, flags uint8, n int64, chunks []chunk) []chunk {
	c := p.c
	at := c.Offset()
	if flags&2 != 0 { // shared: the message is a pointer to it
		if typ == 0x0C {
			p.unreadable("shared-attribute", f.o.path, at, "An attribute of %q lies elsewhere in a way that is not read.", f.o.path)
		}
		if typ == 0x03 {
			f.hasData = f.hasData || false
		}
		return chunks
	}
	switch typ {
	case 0x01:
		f.data.Dims = p.dataspace()
	case 0x02:
		f.isGroup = true
		p.linkInfo(f.o)
	case 0x03:
		f.data.Class, f.data.Size, _ = p.datatype()
	case 0x06:
		f.isGroup = true
		p.link(f.o, at)
	case 0x07:
		p.externalFiles(f.o)
	case 0x08:
		f.hasData = true
		p.layout(f)
	case 0x0B:
		p.filters(f)
	case 0x0C:
		p.attribute(f.o, at)
	case 0x10:
		a, l := p.addr(), p.length()
		if c.Err() == nil && (a < 0 || l < 0 || l > c.Size()-a) {
			c.Fail("a continuation outside of the file")
		}
		if len(chunks) < 100_000 {
			chunks = append(chunks, chunk{a, l, false})
		}
	case 0x11:
		f.isGroup = true
		p.symbolTable(f.o)
	case 0x15:
		p.attributeInfo(f.o)
	}
	return chunks
}

func (p *parser) dataspace() []uint64 {
	c := p.c
	version, rank, flags := c.U8(), int(c.U8()), c.U8()
	switch version {
	case 1:
		c.Skip(5)
	case 2:
		c.Skip(1)
	default:
		c.Fail("a dataspace of version %d", version)
	}
	_ = flags
	if rank > 32 {
		c.Fail("a dataspace of %d dimensions", rank)
	}
	var dims []uint64
	for i := 0; i < rank && c.Err() == nil; i++ {
		dims = append(dims, c.Uint(p.lsize))
	}
	return dims
}

// datatype reads the head of a datatype: its class, size and class bits.
func (p *parser) datatype() (class uint8, size, bits uint32) {
	c := p.c
	b := c.U8()
	bits = uint32(c.Uint(3))
	return b & 0x0f, c.U32(), bits
}

// layout reads where a dataset's bytes are (IV.A.2.i).
func (p *parser) layout(f *found) {
	c := p.c
	d := &f.data
	version := c.U8()
	if version < 1 || version > 5 {
		c.Fail("a data layout of version %d", version)
		return
	}
	if version < 3 {
		rank := int64(c.U8())
		class := c.U8()
		c.Skip(5)
		switch class {
		case 0:
			d.Layout = "compact"
		case 1:
			d.Layout = "contiguous"
			d.Offset = p.addr()
			size := int64(1)
			for range rank {
				size *= int64(c.U32())
				if size < 0 || size > c.Size() {
					c.Fail("a dataset larger than its file")
					return
				}
			}
			d.Len = size
		default:
			d.Layout = "chunked"
		}
	} else {
		switch class := c.U8(); class {
		case 0:
			d.Layout = "compact"
			d.Len = int64(c.U16())
			d.Offset = c.Offset()
		case 1:
			d.Layout = "contiguous"
			d.Offset, d.Len = p.addr(), p.length()
		case 2:
			d.Layout = "chunked"
		case 3:
			d.Layout = "virtual"
			p.issues.Add("hdf5.virtual-dataset", issue.Unknown, f.o.path, c.Offset(), "The dataset %q is put together from others, which may lie in other files.", f.o.path)
			p.virtual(f.o)
		default:
			c.Fail("a data layout of class %d", class)
		}
	}
	if c.Err() == nil && d.Offset >= 0 && (d.Len < 0 || d.Len > c.Size()-d.Offset) {
		p.unreadable("outside", d.Path, c.Offset(), "The dataset %q takes %d bytes at %d; the file has %d.", d.Path, d.Len, d.Offset, c.Size())
		d.Offset = -1
	}
}

// known are the filters that come with the library.
var known = map[uint16]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 32000: true}

func (p *parser) filters(f *found) {
	c := p.c
	version, n := c.U8(), int(c.U8())
	if version == 1 {
		c.Skip(6)
	} else if version != 2 {
		c.Fail("a filter pipeline of version %d", version)
	}
	for i := 0; i < n && c.Err() == nil; i++ {
		at := c.Offset()
		id := c.U16()
		name := int64(0)
		if version == 1 || id >= 256 {
			name = int64(c.U16())
		}
		c.Skip(2)
		values := int64(c.U16())
		if version == 1 {
			name = (name + 7) / 8 * 8
		}
		label := strings.TrimRight(c.Text(name, 1024), "\x00")
		c.Skip(4 * values)
		if version == 1 && values%2 == 1 {
			c.Skip(4)
		}
		if c.Err() != nil {
			return
		}
		f.data.Filters = append(f.data.Filters, id)
		if !known[id] {
			p.issues.Add("hdf5.filter", issue.Unknown, f.o.path, at, "The dataset %q needs the filter %d (%q), which the library loads as a plug-in.", f.o.path, id, label)
		}
	}
}
