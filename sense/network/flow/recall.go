package flow

import "hash/maphash"

// recallSize is how many delivered segments are remembered in all flows together.
const recallSize = 1 << 15

// recollection is what remains of a delivered segment: enough to tell whether a
// repetition of it has the same content. Later segments overwrite it.
type recollection struct {
	flow     uint32 // low bits of the flow's id, and the direction
	seq      uint32
	captured uint32
	sum      uint32
}

func (t *Table) recollect(f *Flow, dir Direction, seq uint32) (*recollection, uint32) {
	id := uint32(f.ID)<<1 | uint32(dir)
	i := (id*0x9e3779b1 ^ seq*0x85ebca6b) >> 7
	return &t.recall[i%recallSize], id
}

// remember notes a segment about to be delivered.
func (t *Table) remember(f *Flow, dir Direction, seq uint32, b []byte, lost uint32) {
	if len(b) == 0 || f.ignore {
		return
	}
	r, id := t.recollect(f, dir, seq)
	*r = recollection{id, seq, uint32(len(b)), uint32(maphash.Bytes(t.seed, b))}
}

// recalled compares a repeated segment with what was delivered in its place; only a
// repetition cut in the same way can be compared.
func (t *Table) recalled(f *Flow, dir Direction, seq uint32, b []byte, lost uint32) {
	r, id := t.recollect(f, dir, seq)
	if r.flow != id || r.seq != seq || r.captured != uint32(len(b)) || len(b) == 0 {
		return
	}
	if r.sum != uint32(maphash.Bytes(t.seed, b)) {
		t.conflict(&f.Sent[dir])
	}
}
