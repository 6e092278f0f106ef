package hdf5

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/location"
)

// heap is a local heap's data segment: names of links.
type heap struct{ at, n int64 }

func (p *parser) localHeap(addr int64) heap {
	c := p.c
	c.Goto(addr)
	if sig := c.Text(4, 4); c.Err() == nil && sig != "HEAP" {
		c.Fail("a local heap begins with %q", sig)
	}
	c.Skip(4)
	n := p.length()
	p.length()
	at := p.addr()
	if c.Err() == nil && (at < 0 || n < 0 || n > c.Size()-at) {
		c.Fail("a local heap outside of the file")
	}
	return heap{at, n}
}

// name reads the text at an offset of a heap.
func (p *parser) name(h heap, off int64) string {
	c := p.c
	if off < 0 || off >= h.n {
		c.Fail("a name at %d of a heap of %d bytes", off, h.n)
		return ""
	}
	c.Goto(h.at + off)
	b := c.Bytes(min(h.n-off, 4096), 4096)
	s, _, ok := strings.Cut(string(b), "\x00")
	if c.Err() == nil && !ok {
		c.Fail("a name without an end")
	}
	return s
}

func (p *parser) symbolTable(o object) {
	tree, hp := p.addr(), p.addr()
	if p.c.Err() != nil || tree < 0 || hp < 0 {
		return
	}
	h := p.localHeap(hp)
	seen := map[int64]bool{}
	stack := []int64{tree}
	for len(stack) > 0 && p.c.Err() == nil {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[at] {
			p.unreadable("loop", o.path, at, "The index of the group %q points back to itself.", o.path)
			continue
		}
		seen[at] = true
		if !p.step() {
			return
		}
		p.c.Goto(at)
		switch sig := p.c.Text(4, 4); sig {
		case "TREE":
			stack = append(stack, p.treeNode()...)
		case "SNOD":
			p.symbols(o, h)
		default:
			p.c.Fail("an index node begins with %q", sig)
		}
	}
}

func (p *parser) treeNode() []int64 {
	c := p.c
	if t := c.U8(); c.Err() == nil && t != 0 {
		c.Fail("an index of type %d where a group's was expected", t)
	}
	c.U8()
	n := int(c.U16())
	c.Skip(2 * int64(p.osize))
	var kids []int64
	for i := 0; i < n && c.Err() == nil && p.step(); i++ {
		c.Skip(int64(p.lsize))
		if a := p.addr(); a >= 0 {
			kids = append(kids, a)
		}
	}
	return kids
}

func (p *parser) symbols(o object, h heap) {
	c := p.c
	c.Skip(2)
	n := int(c.U16())
	at := c.Offset()
	entry := int64(2*p.osize) + 24
	for i := range n {
		if !p.step() {
			return
		}
		c.Goto(at + int64(i)*entry)
		nameOff := int64(c.Uint(p.osize))
		target := p.addr()
		kind := c.U32()
		c.Skip(4)
		linkOff := int64(c.U32())
		if c.Err() != nil {
			return
		}
		name := p.name(h, nameOff)
		if kind == 2 {
			p.name(h, linkOff) // a soft link: to a path in this file
			continue
		}
		p.push(join(o.path, name), target)
	}
}

// link reads a link message (IV.A.2.g); at is where it stands.
func (p *parser) link(o object, at int64) {
	c := p.c
	if v := c.U8(); c.Err() == nil && v != 1 {
		c.Fail("a link of version %d", v)
	}
	flags := c.U8()
	kind := uint8(0)
	if flags&8 != 0 {
		kind = c.U8()
	}
	if flags&4 != 0 {
		c.Skip(8)
	}
	if flags&0x10 != 0 {
		c.Skip(1)
	}
	name := c.Text(int64(c.Uint(1<<(flags&3))), 65536)
	path := join(o.path, name)
	switch kind {
	case 0:
		p.push(path, p.addr())
	case 1:
		c.Skip(int64(c.U16()))
	case 64:
		v := c.Text(int64(c.U16()), 65536)
		if c.Err() != nil || len(v) < 1 {
			return
		}
		file, _, _ := strings.Cut(v[1:], "\x00")
		p.outside("external-link", path, file, at, "links")
	default:
		if c.Err() == nil {
			p.issues.Add("hdf5.user-link", issue.Unknown, path, at, "%q is a link of the user-defined kind %d, which a plug-in follows.", path, kind)
		}
	}
}

// outside tells of another file that this one names.
func (p *parser) outside(rule, where, file string, at int64, verb string) {
	switch kind, why := location.Judge(file); kind {
	case location.Inside:
		p.issues.Add("hdf5."+rule, issue.Unknown, where, at, "%q %s to the file %q.", where, verb, issue.Clip(file, 200))
	default:
		p.issues.Add("hdf5."+rule+"-escapes", issue.Malicious, where, at, "%q %s to the file %q: %s.", where, verb, issue.Clip(file, 200), why)
	}
}

// externalFiles reads message 7: the files that hold a dataset's bytes.
func (p *parser) externalFiles(o object) {
	c := p.c
	at := c.Offset()
	if v := c.U8(); c.Err() == nil && v != 1 {
		c.Fail("an external file list of version %d", v)
	}
	c.Skip(3)
	c.U16()
	n := int(c.U16())
	hp := p.addr()
	slots := c.Offset()
	if c.Err() != nil {
		return
	}
	if hp < 0 || n == 0 {
		p.issues.Add("hdf5.external-data", issue.Unknown, o.path, at, "The bytes of %q lie in other files.", o.path)
		return
	}
	h := p.localHeap(hp)
	for i := range n {
		if !p.step() {
			return
		}
		c.Goto(slots + int64(i)*int64(3*p.lsize))
		off := p.length()
		p.outside("external-data", o.path, p.name(h, off), at, "has its bytes in and leads")
	}
}

// virtual looks at the sources of a virtual dataset, in the global heap.
func (p *parser) virtual(o object) {
	at := p.c.Offset()
	b := p.globalObject(p.addr(), int64(p.c.U32()), 1<<20)
	if p.c.Err() != nil || len(b) < 1+p.lsize {
		return
	}
	rest := string(b[1+p.lsize:])
	if b[0] == 0 { // version 0: file name, dataset name, selections
		if file, _, ok := strings.Cut(rest, "\x00"); ok && file != "." && file != "" {
			p.outside("external-data", o.path, file, at, "is put together from and leads")
		}
	}
}

func (p *parser) linkInfo(o object) {
	c := p.c
	c.Skip(1)
	if c.U8()&1 != 0 {
		c.Skip(8)
	}
	hp, tree := p.addr(), p.addr()
	if c.Err() != nil || hp < 0 || tree < 0 {
		return
	}
	p.dense(o.path, hp, tree, 4, func() { p.link(o, c.Offset()) })
}

func (p *parser) attributeInfo(o object) {
	c := p.c
	c.Skip(1)
	if c.U8()&1 != 0 {
		c.Skip(2)
	}
	hp, tree := p.addr(), p.addr()
	if c.Err() != nil || hp < 0 || tree < 0 {
		return
	}
	p.dense(o.path, hp, tree, 0, func() { p.attribute(o, c.Offset()) })
}
