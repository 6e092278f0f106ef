package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// Proof shows that an entry is in the tree of Size leaves with the hash Root
// (RFC 6962 §2.1.1), step by step, so that whoever reads it can compute each.
type Proof struct {
	Index, Size int64
	Leaf        []byte // the entry's leaf
	Steps       []Step // from the leaf up
	Root        tlog.Hash
	Checkpoint  *Checkpoint // that signed Root; nil if none did yet
}

// Step is one node of the way up. Node = SHA-256(0x01 ‖ left ‖ right), where Hash is
// the sibling and the other is the node of the step before, or, at first, the
// record's hash SHA-256(0x00 ‖ Leaf).
type Step struct {
	Left bool // the sibling is on the left
	Hash tlog.Hash
	Node tlog.Hash
}

// Prove proves entry index in the tree of the newest checkpoint that holds it, or,
// if there is none yet, in the tree as it is. Errors: ENotFound (no such entry),
// EIntegrity (the tree does not hold the leaf that the entry has).
func Prove(ctx context.Context, st Store, s wardround.Scope, index uint64) (*Proof, error) {
	const op = "ledger.prove"
	size, root, err := st.Head(ctx, s)
	if err != nil {
		return nil, err
	}
	if index >= uint64(size) {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no entry %d; the ledger has %d", index, size)
	}
	p := &Proof{Index: int64(index), Size: size, Root: root}
	for c, err := range st.Checkpoints(ctx, s) {
		if err != nil {
			return nil, err
		}
		if c.Size > p.Index && c.Size <= size {
			p.Checkpoint, p.Size, p.Root = c, c.Size, c.Root
		}
	}
	for e, err := range st.Evidence(ctx, s, index, index+1) {
		if err != nil {
			return nil, err
		}
		p.Leaf = e.Leaf
	}
	hashes, err := st.Hashes(ctx, s)
	if err != nil {
		return nil, err
	}
	way, err := tlog.ProveRecord(p.Size, p.Index, hashes)
	if err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "entry %d: %w", index, err)
	}
	p.Steps = climb(p.Size, p.Index, tlog.RecordHash(p.Leaf), way)
	if got := p.top(); got != p.Root {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "entry %d does not lead to the root of the ledger's %d entries", index, p.Size)
	}
	return p, nil
}

// top is where the steps end.
func (p *Proof) top() tlog.Hash {
	if len(p.Steps) == 0 {
		return tlog.RecordHash(p.Leaf)
	}
	return p.Steps[len(p.Steps)-1].Node
}

// climb computes the nodes on the way up as RFC 9162 §2.1.3.2 does: index and size
// alone say on which side each sibling is.
func climb(size, index int64, node tlog.Hash, way tlog.RecordProof) []Step {
	at, last := index, size-1
	steps := make([]Step, 0, len(way))
	for _, h := range way {
		s := Step{Hash: h, Left: at&1 == 1 || at == last}
		if s.Left {
			node = tlog.NodeHash(h, node)
			for at&1 == 0 && at != 0 { // the right edge has no sibling here
				at, last = at>>1, last>>1
			}
		} else {
			node = tlog.NodeHash(node, h)
		}
		s.Node = node
		steps = append(steps, s)
		at, last = at>>1, last>>1
	}
	return steps
}
