package sqlite_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

func TestEvidenceFromStoreToVerifier(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	key, err := ledger.NewKey(filepath.Join(dir, "ledger.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := []*ledger.Key{key}
	file := filepath.Join(dir, "state.db")
	s := open(t, file, sqlite.Options{})
	for n := range uint64(30) {
		commit(t, s, storetest.Full(n*10, n*10+10, 20)) // 21 leaves each
	}
	other := storetest.Full(0, 5, 7)
	other.Scope = storetest.Other
	commit(t, s, other)
	old, err := ledger.MakeCheckpoint(ctx, s, storetest.Ward, keys, storetest.Noon)
	if err != nil || old.Size != 630 {
		t.Fatalf("checkpoint of %v entries, %v", old, err)
	}
	for n := uint64(30); n < 40; n++ {
		commit(t, s, storetest.Full(n*10, n*10+10, 20))
	}
	if err := s.Erase(ctx, storetest.Ward, []uint64{640, 641}, "R. Roe", "GDPR Art. 17 request 4", storetest.Noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, file, sqlite.Options{})
	if err := s.Verify(ctx); err != nil {
		t.Errorf("after an erasure: %v", err)
	}
	var b bytes.Buffer
	m, c, err := ledger.Export{Scope: storetest.Ward, From: storetest.Noon.Add(310 * time.Second), Keys: keys, Now: storetest.Noon}.Write(ctx, s, &b)
	if err != nil {
		t.Fatal(err)
	}
	if m.First != 630 || m.End != 841 || c.Size != 841 || m.Erased != 2 || m.Previous != 630 || m.Facts != wardround.Live {
		t.Errorf("manifest %+v", m)
	}
	r, err := ledger.Verify(ctx, bytes.NewReader(b.Bytes()), int64(b.Len()), ledger.Trust{Key: key.Public().String(), Checkpoint: old.Signed}, ledger.Limits{})
	if err != nil || r.Outcome != ledger.Verified || r.Entries != 211 {
		t.Errorf("%v: %+v", err, r)
	}
	if bytes.Contains(b.Bytes(), []byte("PRIVATE")) {
		t.Error("the bundle holds the private key")
	}
}

func TestPeriod(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "state.db"), sqlite.Options{})
	for n := range uint64(10) {
		commit(t, s, storetest.Full(n, n+1, 2)) // 3 leaves at Noon + n+1 s
	}
	at := func(sec int) time.Time { return storetest.Noon.Add(time.Duration(sec) * time.Second) }
	for _, tt := range []struct {
		from, to   time.Time
		first, end uint64
	}{
		{time.Time{}, time.Time{}, 0, 30},
		{at(1), time.Time{}, 0, 30},
		{at(2), at(5), 3, 12},
		{at(2), at(2), 3, 3},
		{at(5), at(2), 12, 12},
		{time.Time{}, at(1), 0, 0},
		{at(11), time.Time{}, 30, 30},
		{at(0), at(100), 0, 30},
	} {
		first, end, err := s.Period(ctx, storetest.Ward, tt.from, tt.to)
		if err != nil || first != tt.first || end != tt.end {
			t.Errorf("%v to %v: [%d, %d) %v, want [%d, %d)", tt.from, tt.to, first, end, err, tt.first, tt.end)
		}
	}
	if first, end, err := s.Period(ctx, storetest.Other, time.Time{}, time.Time{}); err != nil || first != 0 || end != 0 {
		t.Errorf("an empty ledger: %d %d %v", first, end, err)
	}
}

// After an erasure the words are nowhere in the store's files.
func TestEraseLeavesNoTrace(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "state.db"), sqlite.Options{})
	const canary = "CANARY-4711-PATIENT"
	c := storetest.Full(0, 1, 0)
	for range 50 {
		c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: "action", Reason: "note " + canary, Payload: []byte(`{"text":"` + canary + strings.Repeat("x", 3000) + `"}`), At: c.At})
	}
	commit(t, s, c)
	if !onDisk(t, dir, canary) {
		t.Fatal("the canary never was on disk: this test shows nothing")
	}
	var all []uint64
	for _, e := range c.Evidence {
		all = append(all, e.Index)
	}
	if err := s.Erase(ctx, storetest.Ward, all, "R. Roe", "request", c.At); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, canary) {
		t.Error("the canary is still on disk")
	}
	n := 0
	for e, err := range s.Evidence(ctx, storetest.Ward, 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if ledger.Erased(e) {
			n++
		} else if e.Kind != ledger.KindErased {
			t.Errorf("entry %d was left", e.Index)
		}
	}
	if n != len(all) {
		t.Errorf("%d entries erased, want %d", n, len(all))
	}
	for what, err := range map[string]error{
		"no reason":     s.Erase(ctx, storetest.Ward, []uint64{0}, "R. Roe", "", c.At),
		"no such entry": s.Erase(ctx, storetest.Ward, []uint64{1000}, "R. Roe", "x", c.At),
	} {
		code(t, what, err, wardround.EInvalid)
	}
	code(t, "no such site", s.Erase(ctx, storetest.Other, []uint64{0}, "R. Roe", "x", c.At), wardround.ENotFound)
}

func onDisk(t *testing.T, dir, text string) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}
