package flow

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"unsafe"

	"github.com/wardround/wardround/format/packet"
)

// index finds flows by their tuple. It is a linear hash table: it grows by one
// bucket at a time, so no packet waits for a million flows to be moved. Hashes are
// keyed by a random seed against chosen collisions; nothing that a
// handler sees depends on it.
type index struct {
	buckets []*Flow
	low     uint32 // mask of the size before the present doubling
	count   int
	seed    [2]uint64
	exact   bool // VLANs and tunnel are part of the tuple

	last *Flow // found last; the next packet is often of the same flow
	free *Flow
	slab []*[slabFlows]Flow

	retired bool // flows that are dropped are left to the collector
}

// slabFlows flows are allocated together, in 64 kB.
const slabFlows = (64 << 10) / int(unsafe.Sizeof(Flow{}))

func newIndex(exact bool) index {
	return index{
		buckets: make([]*Flow, 1024),
		low:     1023,
		seed:    [2]uint64{rand.Uint64() | 1, rand.Uint64() | 1},
		exact:   exact,
	}
}

// hash is the same for both directions.
func (x *index) hash(p *packet.Packet) uint32 {
	h := x.end(&p.Src, p.SrcPort) + x.end(&p.Dst, p.DstPort)
	if x.exact {
		h ^= uint64(p.VLAN[0])<<32 | uint64(p.VLAN[1])<<48 | uint64(p.TunnelID)
	}
	hi, lo := bits.Mul64(h^x.seed[0], x.seed[1]^uint64(p.Protocol)<<1)
	return uint32(hi ^ lo)
}

func (x *index) end(a *packet.Addr, port uint16) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(a[:8])^x.seed[0], binary.LittleEndian.Uint64(a[8:])^x.seed[1]^uint64(port))
	return hi ^ lo
}

func (x *index) bucket(hash uint32) uint32 {
	i := hash & (x.low<<1 | 1)
	if i >= uint32(len(x.buckets)) {
		i = hash & x.low
	}
	return i
}

// find returns the flow of p and the direction p travels in, or nil.
func (x *index) find(p *packet.Packet, hash uint32) (*Flow, Direction) {
	if f := x.last; f != nil && f.hash == hash {
		if dir, ok := x.same(f, p); ok {
			return f, dir
		}
	}
	for f := x.buckets[x.bucket(hash)]; f != nil; f = f.next {
		if f.hash != hash {
			continue
		}
		if dir, ok := x.same(f, p); ok {
			x.last = f
			return f, dir
		}
	}
	return nil, 0
}

func (x *index) same(f *Flow, p *packet.Packet) (Direction, bool) {
	if f.Protocol != p.Protocol || f.IPVersion != p.IPVersion {
		return 0, false
	}
	if x.exact && (f.VLAN != p.VLAN || f.TunnelID != p.TunnelID || f.Tunnel != p.Tunnel) {
		return 0, false
	}
	c, s := &f.Ends[FromClient], &f.Ends[FromServer]
	if c.Port == p.SrcPort && s.Port == p.DstPort && c.Addr == p.Src && s.Addr == p.Dst {
		return FromClient, true
	}
	if s.Port == p.SrcPort && c.Port == p.DstPort && s.Addr == p.Src && c.Addr == p.Dst {
		return FromServer, true
	}
	return 0, false
}

// take returns an empty flow, which is not yet in the index.
func (x *index) take() *Flow {
	if x.free == nil {
		s := new([slabFlows]Flow)
		x.slab = append(x.slab, s)
		for i := range s {
			s[i].next, x.free = x.free, &s[i]
		}
	}
	f := x.free
	x.free = f.next
	f.next = nil
	return f
}

func (x *index) add(f *Flow) {
	if x.count >= len(x.buckets) {
		x.grow()
	}
	b := &x.buckets[x.bucket(f.hash)]
	f.next, *b = *b, f
	x.count++
	x.last = f
}

// grow splits one bucket in two.
func (x *index) grow() {
	n := uint32(len(x.buckets))
	if n == 2*(x.low+1) {
		x.low = x.low<<1 | 1
	}
	from := n & x.low
	chain := x.buckets[from]
	x.buckets[from] = nil
	x.buckets = append(x.buckets, nil)
	for chain != nil {
		f := chain
		chain = f.next
		b := &x.buckets[x.bucket(f.hash)]
		f.next, *b = *b, f
	}
}

// drop takes f out and recycles it.
func (x *index) drop(f *Flow) {
	for b := &x.buckets[x.bucket(f.hash)]; *b != nil; b = &(*b).next {
		if *b == f {
			*b = f.next
			break
		}
	}
	x.count--
	if x.last == f {
		x.last = nil
	}
	*f = Flow{}
	if x.retired {
		return
	}
	f.next = x.free
	x.free = f
}

// retire lets go of the flows, each slab as soon as the last of its flows is
// dropped: for the end, when no new ones come.
func (x *index) retire() { x.slab, x.free, x.retired = nil, nil, true }

// each calls fn for every flow in the index; fn must not drop another flow.
func (x *index) each(fn func(*Flow)) {
	for _, s := range x.slab {
		for i := range s {
			if s[i].ID != 0 {
				fn(&s[i])
			}
		}
	}
}
