package portfolio

import (
	"hash/maphash"
	"math"
)

// texts keeps each string once, numbered from 1; number 0 is "". The bytes lie in
// one piece, so that two million names cost what they are long and eight bytes,
// and so that a generation file is read without taking it apart.
type texts struct {
	bytes []byte
	ends  []uint32 // of text n at [n-1]
	slots []uint32 // open addressing, at most half full; nil: to be built
}

// seed keeps whoever writes a bill of materials from choosing our collisions; so
// slots are never stored.
var seed = maphash.MakeSeed()

// maxText bounds the bytes of all texts.
const maxText = math.MaxUint32 - 1<<20

func (t *texts) len() int { return len(t.ends) + 1 }

func (t *texts) raw(n uint32) []byte {
	if n == 0 {
		return nil
	}
	from := uint32(0)
	if n > 1 {
		from = t.ends[n-2]
	}
	return t.bytes[from:t.ends[n-1]]
}

// at returns text n.
func (t *texts) at(n uint32) string { return string(t.raw(n)) }

// find returns the number of s; false if it was never put.
func (t *texts) find(s string) (uint32, bool) {
	if s == "" {
		return 0, true
	}
	if t.slots == nil {
		t.build(len(t.ends))
	}
	mask := uint64(len(t.slots) - 1)
	for i := maphash.String(seed, s) & mask; ; i = (i + 1) & mask {
		n := t.slots[i]
		if n == 0 {
			return 0, false
		}
		if string(t.raw(n)) == s {
			return n, true
		}
	}
}

// put returns the number of s, a new one if it has none. When there is no room
// left, it is "": whoever puts much asks room first.
func (t *texts) put(s string) uint32 {
	if n, ok := t.find(s); ok {
		return n
	}
	if !t.room(len(s)) {
		return 0
	}
	if 2*(len(t.ends)+1) > len(t.slots) {
		t.build(2 * (len(t.ends) + 1))
	}
	t.bytes = append(t.bytes, s...)
	t.ends = append(t.ends, uint32(len(t.bytes)))
	n := uint32(len(t.ends))
	t.place(n)
	return n
}

func (t *texts) room(n int) bool { return len(t.bytes)+n < maxText }

func (t *texts) place(n uint32) {
	mask := uint64(len(t.slots) - 1)
	i := maphash.Bytes(seed, t.raw(n)) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = n
}

// build makes slots for n texts.
func (t *texts) build(n int) {
	size := 64
	for size < 2*n+2 {
		size *= 2
	}
	t.slots = make([]uint32, size)
	for n := range t.ends {
		t.place(uint32(n + 1))
	}
}

// size is what it holds in memory, in bytes.
func (t *texts) size() int { return cap(t.bytes) + 4*cap(t.ends) + 4*cap(t.slots) }
