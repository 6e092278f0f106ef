package sqlite

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/modfile"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/testkit"
)

func steps(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	first, err := embedded.ReadFile("migrations/0001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	files["migrations/0001_first.sql"] = &fstest.MapFile{Data: first}
	for name, text := range more {
		files["migrations/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func reopen(t *testing.T, file string, opt Options, all fs.FS, want wardround.Code) *Store {
	t.Helper()
	opt.Migrations = all
	s, err := Open(file, opt)
	if wardround.ErrorCode(err) != want {
		t.Fatalf("opened with %v, want %q", err, want)
	}
	if err == nil {
		t.Cleanup(func() { s.Close() })
		return s
	}
	if !strings.Contains(err.Error(), file) {
		t.Errorf("the file is not named: %v", err)
	}
	return nil
}

func TestMigrations(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	one := steps(t, nil)
	two := steps(t, map[string]string{"0002_note.sql": `ALTER TABLE kase ADD COLUMN note TEXT; CREATE INDEX kase_note ON kase (note);`})
	other := steps(t, map[string]string{"0002_note.sql": `ALTER TABLE kase ADD COLUMN remark TEXT;`})
	broken := steps(t, map[string]string{"0002_note.sql": `ALTER TABLE kase ADD COLUMN note TEXT; ALTER TABLE none ADD COLUMN x;`})

	s := reopen(t, file, Options{}, one, "")
	if err := s.Commit(context.Background(), &wardround.Commit{Scope: wardround.Scope{Org: "o", Site: "s"}, Origin: wardround.Live, To: 5}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	// An older schema is not upgraded by a reader.
	reopen(t, file, Options{ReadOnly: true}, two, wardround.EConflict)
	// A step that fails leaves nothing of itself.
	reopen(t, file, Options{}, broken, wardround.EInternal)
	reopen(t, file, Options{}, one, "").Close()
	// Upgraded, with everything in it.
	s = reopen(t, file, Options{}, two, "")
	if pos, _, err := s.Position(context.Background(), wardround.Scope{Org: "o", Site: "s"}); err != nil || pos != 5 {
		t.Errorf("position %d, %v", pos, err)
	}
	var version int
	if err := s.r.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil || version != 2 {
		t.Errorf("user_version %d, %v", version, err)
	}
	s.Close()
	reopen(t, file, Options{ReadOnly: true}, two, "").Close()
	// A newer schema is not understood; another step is not accepted.
	reopen(t, file, Options{}, one, wardround.EConflict)
	reopen(t, file, Options{ReadOnly: true}, one, wardround.EConflict)
	reopen(t, file, Options{}, other, wardround.EIntegrity)
}

func TestMigrationsAreNumbered(t *testing.T) {
	for _, names := range [][]string{{"0002_a.sql"}, {"0001_a.sql", "0003_b.sql"}, {"first.sql"}} {
		files := fstest.MapFS{}
		for _, n := range names {
			files["migrations/"+n] = &fstest.MapFile{Data: []byte("SELECT 1")}
		}
		if _, err := migrations(files); err == nil {
			t.Errorf("%v was accepted", names)
		}
	}
	if n, err := Schema(Options{}); err != nil || n < 1 {
		t.Errorf("%d migrations, %v", n, err)
	}
}

// modernc.org/libc must be exactly the version that modernc.org/sqlite was made
// with.
func TestDriverVersions(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range mod.Require {
		got[r.Mod.Path] = r.Mod.Version
	}
	for path, want := range map[string]string{"modernc.org/sqlite": "v1.60.1", "modernc.org/libc": "v1.77.1"} {
		if got[path] != want {
			t.Errorf("%s is %s, want %s", path, got[path], want)
		}
	}
}
