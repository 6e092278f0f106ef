package hdf5

import (
	"bytes"
	"math/bits"

	"github.com/wardround/wardround/format/cursor"
)

// fractal is the head of a fractal heap (III.G).
type fractal struct {
	idLen      int
	flags      uint8
	maxManaged int64
	width      int64
	startBlock int64
	maxDirect  int64
	maxBits    int
	root       int64
	rows       int
	offLen     int
	lenLen     int
	filtered   bool
}

func (p *parser) fractalHeap(addr int64) *fractal {
	if h := p.heaps[addr]; h != nil {
		return h
	}
	c := p.c
	c.Goto(addr)
	if sig := c.Text(4, 4); c.Err() == nil && sig != "FRHP" {
		c.Fail("a fractal heap begins with %q", sig)
	}
	c.Skip(1)
	h := &fractal{idLen: int(c.U16())}
	h.filtered = c.U16() > 0
	h.flags = c.U8()
	h.maxManaged = int64(c.U32())
	L, O := int64(p.lsize), int64(p.osize)
	c.Skip(L + O + L + O + L + L + L + L + L + L + L + L)
	h.width = int64(c.U16())
	h.startBlock, h.maxDirect = p.length(), p.length()
	h.maxBits = int(c.U16())
	c.Skip(2)
	h.root = p.addr()
	h.rows = int(c.U16())
	if c.Err() != nil {
		return h
	}
	if h.width < 1 || h.width > 1024 || h.startBlock < 1 || h.startBlock > 1<<32 || h.maxDirect < h.startBlock || h.maxDirect > 1<<40 || h.maxBits < 8 || h.maxBits > 64 || h.rows > 64 || h.filtered {
		c.Fail("a fractal heap of a kind that is not read")
		return h
	}
	h.offLen = (h.maxBits + 7) / 8
	h.lenLen = min((bits.Len64(uint64(h.maxDirect))-1+7)/8, (bits.Len64(uint64(max(h.maxManaged, 1)))-1)/8+1)
	p.heaps[addr] = h
	return h
}

// dense calls read with the position at each object that the records of an index
// (a version 2 B-tree, III.A.2) name; skip is where in a record the heap id is.
func (p *parser) dense(path string, heapAddr, tree int64, skip int, read func()) {
	c := p.c
	h := p.fractalHeap(heapAddr)
	if c.Err() != nil {
		return
	}
	c.Goto(tree)
	if sig := c.Text(4, 4); c.Err() == nil && sig != "BTHD" {
		c.Fail("an index begins with %q", sig)
	}
	c.Skip(2)
	node, rec, depth := int64(c.U32()), int64(c.U16()), int(c.U16())
	c.Skip(2)
	root, n := p.addr(), int64(c.U16())
	if c.Err() != nil || root < 0 {
		return
	}
	if depth > 16 || rec < int64(skip+h.idLen) || node < 16 || node > 1<<24 || n*rec > node {
		c.Fail("an index of a kind that is not read")
		return
	}
	var ids [][]byte
	p.records(root, n, depth, node, rec, map[int64]bool{}, &ids)
	if c.Err() != nil {
		return
	}
	for _, r := range ids {
		if !p.step() || int(skip)+h.idLen > len(r) {
			return
		}
		at, ok := p.managed(h, r[skip:skip+h.idLen])
		if c.Err() != nil {
			return
		}
		if !ok {
			p.unreadable("dense-object", path, tree, "A link or attribute of %q is stored in a way that is not read.", path)
			continue
		}
		c.Goto(at)
		read()
		if c.Err() != nil {
			return
		}
	}
}

// records gathers the records of a node and of those below it.
func (p *parser) records(addr, n int64, depth int, node, rec int64, seen map[int64]bool, out *[][]byte) {
	c := p.c
	if seen[addr] {
		c.Fail("an index points back to itself")
		return
	}
	seen[addr] = true
	if !p.step() {
		return
	}
	c.Goto(addr)
	want := "BTLF"
	if depth > 0 {
		want = "BTIN"
	}
	if sig := c.Text(4, 4); c.Err() == nil && sig != want {
		c.Fail("an index node begins with %q, not %q", sig, want)
	}
	c.Skip(2)
	if n*rec > node {
		c.Fail("an index node of %d records", n)
	}
	for i := int64(0); i < n && p.step(); i++ {
		*out = append(*out, c.Bytes(rec, 1024))
	}
	if depth == 0 || c.Err() != nil {
		return
	}
	// The width of the counts follows from the most records that a node holds.
	enc := func(n int64) int { return (bits.Len64(uint64(max(n, 1)))-1)/8 + 1 }
	leafMax := (node - 10) / rec
	nrecLen := enc(leafMax)
	total, size := leafMax, 0
	for d := 1; d < depth; d++ {
		ptr := int64(p.osize + nrecLen + size)
		m := (node - 10 - ptr) / (rec + ptr)
		total = (m+1)*total + m
		if total < 0 || total > 1<<50 {
			c.Fail("an index too large")
			return
		}
		size = enc(total)
	}
	type child struct{ at, n int64 }
	var kids []child
	for i := int64(0); i <= n && p.step(); i++ {
		k := child{at: p.addr(), n: int64(c.Uint(nrecLen))}
		if depth > 1 {
			c.Uint(size)
		}
		kids = append(kids, k)
	}
	for _, k := range kids {
		if c.Err() != nil {
			return
		}
		if k.at >= 0 {
			p.records(k.at, k.n, depth-1, node, rec, seen, out)
		}
	}
}

// managed finds the place of a heap object by its id; false for huge and tiny
// objects that have no place of their own in the structure that we read.
func (p *parser) managed(h *fractal, id []byte) (int64, bool) {
	c := p.c
	if len(id) < 1+h.offLen+h.lenLen || id[0]>>4&3 != 0 {
		return 0, false
	}
	sub := cursor.New(bytes.NewReader(id), int64(len(id)))
	sub.Skip(1)
	off := int64(sub.Uint(h.offLen))
	if off < 0 || h.root < 0 {
		return 0, false
	}
	if h.rows == 0 {
		if off >= h.maxDirect {
			c.Fail("a heap object outside of its block")
		}
		return h.root + off, true
	}
	return p.indirect(h, h.root, h.rows, 0, off, 0)
}

// indirect walks the doubling table to the direct block that holds off.
func (p *parser) indirect(h *fractal, addr int64, rows int, base, off int64, depth int) (int64, bool) {
	c := p.c
	if depth > 16 || !p.step() {
		c.Fail("a fractal heap too deep")
		return 0, false
	}
	c.Goto(addr)
	if sig := c.Text(4, 4); c.Err() == nil && sig != "FHIB" {
		c.Fail("an indirect block begins with %q", sig)
	}
	table := addr + 5 + int64(p.osize) + int64(h.offLen)
	entry := int64(0)
	for row := range rows {
		size := h.startBlock
		if row > 1 {
			if row-1 > 40 {
				break
			}
			size <<= row - 1
		}
		span := size * h.width
		if off >= base && off < base+span {
			i := (off - base) / size
			c.Goto(table + (entry+i)*int64(p.osize))
			kid := p.addr()
			if c.Err() != nil || kid < 0 {
				return 0, false
			}
			if size <= h.maxDirect {
				return kid + (off - base - i*size), true
			}
			// The rows of an indirect block follow from its size.
			below := bits.Len64(uint64(size/(h.startBlock*h.width))) - 1 + 1
			return p.indirect(h, kid, below, base+i*size, off, depth+1)
		}
		base += span
		entry += h.width
	}
	c.Fail("a heap object outside of its heap")
	return 0, false
}
