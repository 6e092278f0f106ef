package ledger

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// Every entry of every small tree is proven as tlog itself would check it, against
// the newest checkpoint that holds it, or the head where none does.
func TestProofsStepByStep(t *testing.T) {
	key, err := DrawKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1; size <= 40; size++ {
		m := ledgerOf(t, size)
		var signed *Checkpoint
		if size%3 == 0 {
			if signed, err = MakeCheckpoint(t.Context(), m, ward, []*Key{key}, noon); err != nil {
				t.Fatal(err)
			}
			m.add(t, verdict(size)) // after the checkpoint
		}
		for i := range m.all {
			p, err := Prove(t.Context(), m, ward, uint64(i))
			if err != nil {
				t.Fatalf("entry %d of %d: %v", i, size, err)
			}
			if held := signed != nil && i < size; (p.Checkpoint != nil) != held || held && p.Size != signed.Size {
				t.Errorf("entry %d of %d: proven at %d with checkpoint %v", i, size, p.Size, p.Checkpoint)
			}
			var way tlog.RecordProof
			node := tlog.RecordHash(p.Leaf)
			for _, s := range p.Steps {
				if way = append(way, s.Hash); s.Left {
					node = tlog.NodeHash(s.Hash, node)
				} else {
					node = tlog.NodeHash(node, s.Hash)
				}
				if node != s.Node {
					t.Fatalf("entry %d of %d: a step that does not compute", i, size)
				}
			}
			if err := tlog.CheckRecord(way, p.Size, p.Root, p.Index, tlog.RecordHash(p.Leaf)); err != nil || node != p.Root {
				t.Errorf("entry %d of %d: %v", i, size, err)
			}
		}
	}
}

func TestWhatCannotBeProven(t *testing.T) {
	m := ledgerOf(t, 5)
	if _, err := Prove(t.Context(), m, ward, 5); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("an entry that is not there: %v", err)
	}
	m.all[2].Leaf = m.all[1].Leaf
	if _, err := Prove(t.Context(), m, ward, 2); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("another leaf: %v", err)
	}
	m.erase(3)
	if p, err := Prove(t.Context(), m, ward, 3); err != nil || p.top() != p.Root {
		t.Errorf("an erased entry: %v", err)
	}
}
