package memstore

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
)

var (
	ward = wardround.Scope{Org: "clinic", Site: "north"}
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// kept is a store with n entries, one a minute from noon on, one a commit.
func kept(t *testing.T, n int) *Store {
	t.Helper()
	s := New(Options{Ledger: true})
	for i := range n {
		k := wardround.Key{Check: "a.b", Subject: wardround.SiteSubject("north"), Item: fmt.Sprint(i)}
		at := noon.Add(time.Duration(i) * time.Minute)
		c := &wardround.Commit{
			Scope: ward, Origin: wardround.Simulated, After: uint64(i), To: uint64(i + 1), At: at,
			Transitions: []*wardround.Transition{{Key: k, To: wardround.Fail, At: at, Reason: wardround.LatePrefix + "x"}, {Key: k, To: wardround.Fail, At: at, Reason: "judged"}},
			Evidence:    []*wardround.Evidence{{Kind: "verdict", Reason: "transition", Payload: fmt.Appendf(nil, `{"n": %d}`, i), At: at, Seq: uint64(i + 1)}},
		}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if late, judged := c.Transitions[0].Leaf, c.Transitions[1].Leaf; late != wardround.NoLeaf || judged != uint64(i) {
			t.Fatalf("leaves %d and %d of commit %d", late, judged, i)
		}
	}
	return s
}

// A ledger in memory proves what it holds as one on disk does.
func TestTheLedgerProvesItsEntries(t *testing.T) {
	s := kept(t, 37)
	size, root, err := s.Head(t.Context(), ward)
	if err != nil || size != 37 {
		t.Fatal(size, err)
	}
	hashes, err := s.Hashes(t.Context(), ward)
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	for e, err := range s.Evidence(t.Context(), ward, 0, 0) {
		if err != nil || e.Index != n || ledger.Check(e) != nil {
			t.Fatalf("entry %d: %v, %v", n, err, ledger.Check(e))
		}
		proof, err := tlog.ProveRecord(size, int64(n), hashes)
		if err != nil || tlog.CheckRecord(proof, size, root, int64(n), tlog.RecordHash(e.Leaf)) != nil {
			t.Fatalf("entry %d is not proven: %v", n, err)
		}
		n++
	}
	if n != 37 {
		t.Errorf("%d entries", n)
	}
	first, end, err := s.Period(t.Context(), ward, noon.Add(90*time.Second), noon.Add(5*time.Minute))
	if err != nil || first != 2 || end != 5 {
		t.Errorf("the period is [%d, %d): %v", first, end, err)
	}
	if size, _, _ := s.Head(t.Context(), wardround.Scope{Org: "clinic", Site: "south"}); size != 0 {
		t.Errorf("another site sees %d entries", size)
	}
}

// What was erased is gone, and a bundle of what is left still verifies.
func TestABundleAfterAnErasure(t *testing.T) {
	s := kept(t, 9)
	if err := s.Erase(t.Context(), ward, []uint64{3}, "ann", "asked for", noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]uint64{nil, {99}} {
		if err := s.Erase(t.Context(), ward, bad, "ann", "asked for", noon); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("erasing %v: %v", bad, err)
		}
	}
	key, err := ledger.NewKey(filepath.Join(t.TempDir(), "key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, _, err := (ledger.Export{Scope: ward, Keys: []*ledger.Key{key}, Now: noon.Add(time.Hour)}).Write(t.Context(), s, &b); err != nil {
		t.Fatal(err)
	}
	r, err := ledger.Verify(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()), ledger.Trust{Key: key.Public().String()}, ledger.Limits{})
	if err != nil || r.Outcome != ledger.Verified || r.Entries != 10 || r.Erased != 1 {
		t.Errorf("%v: %+v", err, r)
	}
	points := 0
	for c, err := range s.Checkpoints(t.Context(), ward) {
		if points++; err != nil || c.Size != 10 || c.Facts != wardround.Simulated {
			t.Errorf("%v: %+v", err, c)
		}
	}
	if points != 1 {
		t.Errorf("%d checkpoints", points)
	}
}

func TestACommitThatDoesNotJoinIsRefused(t *testing.T) {
	s := kept(t, 1)
	c := &wardround.Commit{Scope: ward, Origin: wardround.Simulated, After: 1, To: 2, At: noon, Transitions: []*wardround.Transition{{Reason: "judged"}}}
	if err := s.Commit(t.Context(), c); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Error(err)
	}
	if p, _, _ := s.Position(t.Context(), ward); p != 1 {
		t.Errorf("at %d", p)
	}
}
