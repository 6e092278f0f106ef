package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the growing edge of a ledger's Merkle tree (RFC 6962 §2.1): enough to
// append leaves and to know the root, in a few hundred bytes. The zero value is
// the empty tree.
type Tree struct {
	size int64
	// edge[l] is the hash of the complete subtree of 2^l leaves at the right edge,
	// valid where bit l of size is set.
	edge [63]tlog.Hash
}

// LoadTree returns the tree of size leaves whose hashes r reads.
func LoadTree(size int64, r tlog.HashReader) (*Tree, error) {
	if size < 0 {
		return nil, fmt.Errorf("a tree of %d leaves", size)
	}
	t := &Tree{size: size}
	var levels []int
	var indexes []int64
	at := int64(0)
	for l := len(t.edge) - 1; l >= 0; l-- {
		if size&(1<<l) != 0 {
			levels = append(levels, l)
			indexes = append(indexes, tlog.StoredHashIndex(l, at>>l))
			at += 1 << l
		}
	}
	if len(indexes) == 0 {
		return t, nil
	}
	hashes, err := r.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("read %d hashes of the tree's edge, want %d", len(hashes), len(indexes))
	}
	for i, l := range levels {
		t.edge[l] = hashes[i]
	}
	return t, nil
}

// Size returns the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Root returns the tree's hash.
func (t *Tree) Root() tlog.Hash {
	var root tlog.Hash
	started := false
	for l := range t.edge {
		switch {
		case t.size&(1<<l) == 0:
		case !started:
			root, started = t.edge[l], true
		default:
			root = tlog.NodeHash(t.edge[l], root)
		}
	}
	if !started {
		root, _ = tlog.TreeHash(0, nil)
	}
	return root
}

// Append adds a leaf and appends to dst the hashes to store, which continue the
// sequence that [tlog.StoredHashIndex] numbers.
func (t *Tree) Append(dst []tlog.Hash, leaf []byte) []tlog.Hash {
	h := tlog.RecordHash(leaf)
	dst = append(dst, h)
	l := 0
	for ; t.size&(1<<l) != 0; l++ {
		h = tlog.NodeHash(t.edge[l], h)
		dst = append(dst, h)
	}
	t.edge[l] = h
	t.size++
	return dst
}
