package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit/disk"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

// filled returns the file of a closed store with a few hundred rows, folded into
// one file.
func filled(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "state.db")
	s := open(t, file, sqlite.Options{})
	for n := range uint64(10) {
		commit(t, s, storetest.Full(n*10, n*10+10, 20))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file + "-wal"); err == nil {
		t.Fatal("closing left a write-ahead log")
	}
	return file
}

func commit(t testing.TB, s *sqlite.Store, c *wardround.Commit) {
	t.Helper()
	if err := s.Commit(context.Background(), c); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

func code(t testing.TB, what string, err error, want wardround.Code) {
	t.Helper()
	if got := wardround.ErrorCode(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}

func TestDamageIsNamed(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"the header":         func(b []byte) []byte { copy(b, "not a database  "); return b },
		"cut to a stub":      func(b []byte) []byte { return b[:50] },
		"cut in half":        func(b []byte) []byte { return b[:len(b)/2/4096*4096] },
		"a page overwritten": func(b []byte) []byte { clear(b[8*4096 : 9*4096]); return b },
		"every page's head": func(b []byte) []byte {
			for i := 4096; i < len(b); i += 4096 {
				b[i] ^= 0xff
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filled(t)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, opt := range []sqlite.Options{{}, {ReadOnly: true}} {
				s, err := sqlite.Open(file, opt)
				if err == nil {
					s.Close()
				}
				code(t, "opening", err, wardround.EIntegrity)
				if err != nil && !strings.Contains(err.Error(), file) {
					t.Errorf("the file is not named: %v", err)
				}
			}
		})
	}
}

// What SQLite's own check cannot see, the ledger can.
func TestAlteredLedgerIsFound(t *testing.T) {
	for name, change := range map[string]string{
		"an entry's payload":   `UPDATE leaf SET payload = CAST('{"state":"pass"}' AS BLOB) WHERE id = (1 << 40) + 30`,
		"an entry's time":      `UPDATE leaf SET at = at + 1 WHERE id = (1 << 40) + 30`,
		"an entry's leaf":      `UPDATE leaf SET leaf = zeroblob(32) WHERE id = (1 << 40) + 30`,
		"an entry removed":     `DELETE FROM leaf WHERE id = (1 << 40) + 30`,
		"entries exchanged":    `UPDATE leaf SET payload = b.payload, salt = b.salt, leaf = b.leaf FROM (SELECT * FROM leaf WHERE id = (1 << 40) + 31) b WHERE leaf.id = (1 << 40) + 30`,
		"the newest removed":   `DELETE FROM leaf WHERE id = (SELECT max(id) FROM leaf)`,
		"the root":             `UPDATE scope SET root = zeroblob(32)`,
		"the number of leaves": `UPDATE scope SET leaves = leaves - 1`,
		"the tree's end":       `UPDATE tree SET hashes = zeroblob(length(hashes)) WHERE id = (SELECT max(id) FROM tree)`,
		"the tree's end lost":  `DELETE FROM tree WHERE id = (SELECT max(id) FROM tree)`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filled(t)
			raw(t, file, change)
			s, err := sqlite.Open(file, sqlite.Options{})
			if err == nil {
				defer s.Close()
				err = s.Verify(context.Background())
			}
			code(t, "opening and verifying", err, wardround.EIntegrity)
		})
	}
	s := open(t, filled(t), sqlite.Options{})
	if err := s.Verify(context.Background()); err != nil {
		t.Errorf("an intact store: %v", err)
	}
}

func TestNotOurs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "other.db")
	raw(t, file, `CREATE TABLE t (x)`)
	_, err := sqlite.Open(file, sqlite.Options{})
	code(t, "a database of another program", err, wardround.EInvalid)
	_, err = sqlite.Open(filepath.Join(t.TempDir(), "none.db"), sqlite.Options{ReadOnly: true})
	code(t, "nothing there, read-only", err, wardround.ENotFound)
	_, err = sqlite.Open(filepath.Join(t.TempDir(), "no", "folder.db"), sqlite.Options{})
	code(t, "no folder", err, wardround.EForbidden)
	_, err = sqlite.Open(filled(t), sqlite.Options{Origin: wardround.Replay})
	code(t, "another origin", err, wardround.EInvalid)
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, empty, sqlite.Options{Origin: wardround.Simulated}).Close() // made, and killed before the first write
	_, err = sqlite.Open(empty, sqlite.Options{Origin: wardround.Live})
	code(t, "an origin that was fixed when it was made", err, wardround.EInvalid)
}

func TestDiskFull(t *testing.T) {
	dir := disk.Small(t, 2<<20)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "state.db")
	s := open(t, file, sqlite.Options{})
	at := uint64(0)
	fill := func() {
		t.Helper()
		for range 1000 {
			err := s.Commit(context.Background(), storetest.Full(at, at+1, 20))
			if err == nil {
				at++
				continue
			}
			code(t, "a full disk", err, wardround.EFull)
			return
		}
		t.Fatal("the disk never got full")
	}
	fill()
	if pos, _, err := s.Position(context.Background(), storetest.Ward); err != nil || pos != at {
		t.Errorf("a reader sees position %d, %v; want %d", pos, err, at)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	full := at
	fill()
	if at == full {
		t.Error("with room again nothing could be committed")
	}
	s.Close()
	s = open(t, file, sqlite.Options{})
	if pos, _, err := s.Position(context.Background(), storetest.Ward); err != nil || pos != at {
		t.Errorf("reopened at %d, %v; want %d", pos, err, at)
	}
	if err := s.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	file := filled(t)
	dir := disk.ReadOnly(t, filepath.Dir(file))
	_, err := sqlite.Open(filepath.Join(dir, "state.db"), sqlite.Options{})
	code(t, "opened for writing", err, wardround.EForbidden)
	_, err = sqlite.Open(filepath.Join(dir, "new.db"), sqlite.Options{})
	code(t, "made anew", err, wardround.EForbidden)
	s := open(t, filepath.Join(dir, "state.db"), sqlite.Options{ReadOnly: true})
	if pos, _, err := s.Position(context.Background(), storetest.Ward); err != nil || pos != 100 {
		t.Errorf("read position %d, %v", pos, err)
	}
	code(t, "commit", s.Commit(context.Background(), storetest.Full(100, 101, 1)), wardround.EForbidden)
}

func TestReadersBesideTheWriter(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	w := open(t, file, sqlite.Options{})
	commit(t, w, storetest.Full(0, 1, 5))
	done := make(chan error)
	go func() {
		for n := uint64(1); n < 60; n++ {
			if err := w.Commit(context.Background(), storetest.Full(n, n+1, 5)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	last := uint64(0)
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
		r := open(t, file, sqlite.Options{ReadOnly: true})
		pos, _, err := r.Position(context.Background(), storetest.Ward)
		if err != nil || pos < last {
			t.Fatalf("position %d after %d: %v", pos, last, err)
		}
		last = pos
		leaves := uint64(0)
		for e, err := range r.Evidence(context.Background(), storetest.Ward, 0, 0) {
			if err != nil || e.Index != leaves {
				t.Fatal(e, err)
			}
			leaves++
		}
		if leaves < pos*6 || leaves%6 != 0 {
			t.Errorf("%d leaves at position %d: part of a commit was seen", leaves, pos)
		}
		r.Close()
	}
}

func TestBackup(t *testing.T) {
	file := filled(t)
	s := open(t, file, sqlite.Options{})
	copied := filepath.Join(t.TempDir(), "copy.db")
	done := make(chan struct{})
	go func() { // hot: commits go on
		defer close(done)
		for n := uint64(100); n < 130; n++ {
			if err := s.Commit(context.Background(), storetest.Full(n, n+1, 10)); err != nil {
				t.Error(err)
			}
		}
	}()
	if err := s.Backup(context.Background(), copied); err != nil {
		t.Fatal(err)
	}
	<-done
	code(t, "over an existing file", s.Backup(context.Background(), copied), wardround.EConflict)
	b := open(t, copied, sqlite.Options{})
	pos, _, err := b.Position(context.Background(), storetest.Ward)
	if err != nil || pos < 100 || pos > 130 {
		t.Errorf("the copy stands at %d, %v", pos, err)
	}
	if err := b.Verify(context.Background()); err != nil {
		t.Error(err)
	}
	commit(t, b, storetest.Full(pos, pos+1, 1))
	if st, err := os.Stat(copied); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v", st.Mode(), err)
	}
}

// raw runs a statement behind the store's back.
func raw(t testing.TB, file, statement string) {
	t.Helper()
	db := rawDB(t, file)
	defer db.Close()
	res, err := db.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 && !strings.HasPrefix(statement, "CREATE") && !strings.HasPrefix(statement, "PRAGMA") {
		t.Fatalf("%s: %d rows, %v", statement, n, err)
	}
}

func TestStateHoldsWhatALongSiteNameBrings(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), sqlite.Options{})
	c := storetest.Full(0, 1, 1)
	c.Scope = wardround.Scope{Org: "Universitätsklinikum", Site: wardround.SiteID(strings.Repeat("ß/+ ", 100))}
	commit(t, s, c)
	scopes, err := s.Scopes(context.Background())
	if err != nil || fmt.Sprint(scopes) != fmt.Sprint([]wardround.Scope{c.Scope}) {
		t.Errorf("%v, %v", scopes, err)
	}
}
