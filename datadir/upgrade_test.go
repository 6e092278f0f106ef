package datadir_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

// newer returns the options of a program one schema step ahead.
func newer(t *testing.T) sqlite.Options {
	t.Helper()
	dir := filepath.Join(testkit.Root(t), "sqlite", "migrations")
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, n := range names {
		if n.IsDir() {
			continue // those of another file
		}
		b, err := os.ReadFile(filepath.Join(dir, n.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files["migrations/"+n.Name()] = &fstest.MapFile{Data: b}
	}
	next := []string{"0002", "0003", "0004", "0005"}[len(files)-1]
	files["migrations/"+next+"_ahead.sql"] = &fstest.MapFile{Data: []byte(`CREATE TABLE ahead (x TEXT) STRICT;`)}
	return sqlite.Options{Migrations: files}
}

func TestUpgradeAndRollBack(t *testing.T) {
	path := t.TempDir()
	s := serve(t, path, sqlite.Options{})
	s.observe(t, 4) // 20 observations, 24 leaves
	s.stop(t)

	s = serve(t, path, newer(t))
	if s.position(t) != 20 {
		t.Errorf("upgraded at position %d", s.position(t))
	}
	s.observe(t, 2)
	keys, err := s.LedgerKeys()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.MakeCheckpoint(ctx, s.store, s.Scope(), keys, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveCheckpoint(c); err != nil {
		t.Fatal(err)
	}
	s.stop(t)

	// The old program refuses the new schema and says what to do.
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.OpenState(ctx, sqlite.Options{}, storetest.Noon)
	code(t, "the old program on the new schema", err, wardround.EConflict)
	done, err := d.Rollback(storetest.Noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if done.Aside != "rolled-back-20261121T130000Z" {
		t.Errorf("rolled back: %+v", done)
	}
	for _, f := range []string{"state.db", "checkpoint.txt", "rollback.json"} {
		if _, err := os.Stat(filepath.Join(path, "upgrade", done.Aside, f)); err != nil {
			t.Errorf("the newer state was not kept: %v", err)
		}
	}
	_, err = d.Rollback(storetest.Noon)
	code(t, "rolling back twice", err, wardround.ENotFound)
	d.Close()

	// The old program goes on from its own position; the log still holds the rest.
	s = serve(t, path, sqlite.Options{})
	if s.position(t) != 20 || s.log.Last() != 30 {
		t.Fatalf("rolled back to %d of %d", s.position(t), s.log.Last())
	}
	err = s.log.Read(ctx, 20, func(b []*wardround.Observation) error {
		return s.store.Commit(ctx, storetest.Full(b[0].Seq-1, b[len(b)-1].Seq, 5))
	})
	if err != nil {
		t.Fatal(err)
	}
	if size, _, err := s.store.Head(ctx, s.Scope()); err != nil || size != 36 {
		t.Errorf("%d leaves after judging again, want 36 (%v)", size, err)
	}
	s.stop(t)
	// And can be upgraded again.
	s = serve(t, path, newer(t))
	if s.position(t) != 30 {
		t.Errorf("upgraded again at %d", s.position(t))
	}
}

func TestUpgradeCutShort(t *testing.T) {
	path := t.TempDir()
	s := serve(t, path, sqlite.Options{})
	s.observe(t, 1)
	s.stop(t)
	// A kill while the copy is made leaves it unfinished; the next upgrade makes it
	// anew, and it is never rolled back to.
	if err := os.Mkdir(filepath.Join(path, "upgrade"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "upgrade", "unfinished.db"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Rollback(storetest.Noon)
	code(t, "rolling back to half a copy", err, wardround.ENotFound)
	d.Close()
	serve(t, path, newer(t)).stop(t)
	d, err = datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Rollback(storetest.Noon); err != nil {
		t.Error(err)
	}
	r, err := datadir.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Rollback(storetest.Noon)
	code(t, "a reader rolls back", err, wardround.EForbidden)
}
