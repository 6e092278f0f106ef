package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/account/accounttest"
	"github.com/wardround/wardround/sqlite"
)

func openAccounts(t *testing.T, file string, opt sqlite.AccountsOptions) *sqlite.Accounts {
	t.Helper()
	a, err := sqlite.OpenAccounts(file, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func TestAccounts(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		accounttest.Run(t, func(t *testing.T) accounttest.Backend {
			return openAccounts(t, sqlite.Memory, sqlite.AccountsOptions{})
		}, nil)
	})
	t.Run("file", func(t *testing.T) {
		files := map[accounttest.Backend]string{}
		accounttest.Run(t, func(t *testing.T) accounttest.Backend {
			file := filepath.Join(t.TempDir(), "accounts.db")
			a := openAccounts(t, file, sqlite.AccountsOptions{})
			files[a] = file
			return a
		}, func(t *testing.T, b accounttest.Backend) accounttest.Backend {
			if err := b.(*sqlite.Accounts).Close(); err != nil {
				t.Fatal(err)
			}
			return openAccounts(t, files[b], sqlite.AccountsOptions{})
		})
	})
}

func admit(t *testing.T, a *sqlite.Accounts, id string) {
	t.Helper()
	if _, err := a.Apply(t.Context(), account.Change{Record: account.Record{Kind: account.KindAccount, ID: id, Value: []byte(`{}`)}}); err != nil {
		t.Fatal(err)
	}
}

// What holds passwords is nobody else's to read, and never taken for the state.
func TestAccountsFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "accounts.db")
	a := openAccounts(t, file, sqlite.AccountsOptions{})
	admit(t, a, "a")
	if runtime.GOOS != "windows" {
		for _, name := range []string{file, file + "-wal", file + "-shm"} {
			if st, err := os.Stat(name); err != nil || st.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", name, st.Mode(), err)
			}
		}
	}
	// A reader beside the writer sees what is committed, and writes nothing.
	r := openAccounts(t, file, sqlite.AccountsOptions{ReadOnly: true})
	if _, err := r.Get(t.Context(), account.KindAccount, "a"); err != nil {
		t.Error(err)
	}
	if _, err := r.Apply(t.Context(), account.Change{Record: account.Record{Kind: account.KindAccount, ID: "b"}}); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Errorf("a reader wrote: %v", err)
	}
	r.Close()
	a.Close()

	if _, err := sqlite.Open(file, sqlite.Options{}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("accounts were opened as the state: %v", err)
	}
	state := filepath.Join(dir, "state.db")
	s, err := sqlite.Open(state, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := sqlite.OpenAccounts(state, sqlite.AccountsOptions{}); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("the state was opened as accounts: %v", err)
	}
	if _, err := sqlite.OpenAccounts(filepath.Join(dir, "none.db"), sqlite.AccountsOptions{ReadOnly: true}); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("none.db: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "text.db"), []byte("name: ada\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.OpenAccounts(filepath.Join(dir, "text.db"), sqlite.AccountsOptions{}); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("text.db: %v", err)
	}
}

// A damaged file is refused when it is opened, not when somebody signs in.
func TestAccountsDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts.db")
	a := openAccounts(t, file, sqlite.AccountsOptions{})
	for _, id := range []string{"a", "b", "c"} {
		admit(t, a, id)
	}
	a.Close()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(b); i += 7 {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.OpenAccounts(file, sqlite.AccountsOptions{}); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("opened: %v", err)
	}
}

func TestAccountsBackup(t *testing.T) {
	dir := t.TempDir()
	a := openAccounts(t, filepath.Join(dir, "accounts.db"), sqlite.AccountsOptions{})
	admit(t, a, "a")
	to := filepath.Join(dir, "copy.db")
	if err := a.Backup(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	admit(t, a, "later")
	c := openAccounts(t, to, sqlite.AccountsOptions{})
	if err := c.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	all, err := c.List(t.Context(), account.KindAccount, "")
	if err != nil || len(all) != 1 || all[0].ID != "a" {
		t.Errorf("the copy holds %v, %v", all, err)
	}
	if err := a.Backup(t.Context(), to); wardround.ErrorCode(err) != wardround.EConflict {
		t.Errorf("a file was overwritten: %v", err)
	}
	m := openAccounts(t, sqlite.Memory, sqlite.AccountsOptions{})
	if err := m.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := m.Backup(t.Context(), filepath.Join(dir, "m.db")); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("memory was backed up: %v", err)
	}
	if n, err := sqlite.AccountsSchema(); err != nil || n < 1 {
		t.Errorf("schema %d, %v", n, err)
	}
}

// A newer program takes the steps that are missing; an older one, and a reader, say
// what to do instead.
func TestAccountsUpgrade(t *testing.T) {
	first, err := os.ReadFile("migrations/accounts/0001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	steps := func(more ...string) fstest.MapFS {
		out := fstest.MapFS{"migrations/accounts/0001_first.sql": {Data: first}}
		for i, text := range more {
			out[fmt.Sprintf("migrations/accounts/%04d_more.sql", i+2)] = &fstest.MapFile{Data: []byte(text)}
		}
		return out
	}
	newer := steps(`ALTER TABLE document ADD COLUMN note TEXT`)
	file := filepath.Join(t.TempDir(), "accounts.db")
	a := openAccounts(t, file, sqlite.AccountsOptions{Migrations: steps()})
	admit(t, a, "a")
	a.Close()
	for _, c := range []struct {
		name string
		opt  sqlite.AccountsOptions
		want wardround.Code
	}{
		{"a reader upgrades nothing", sqlite.AccountsOptions{ReadOnly: true, Migrations: newer}, wardround.EConflict},
		{"a step that fails leaves nothing", sqlite.AccountsOptions{Migrations: steps(`ALTER TABLE document ADD COLUMN note TEXT; ALTER TABLE none ADD COLUMN x`)}, wardround.EInternal},
		{"the writer upgrades", sqlite.AccountsOptions{Migrations: newer}, ""},
		{"an older program refuses", sqlite.AccountsOptions{}, wardround.EConflict},
		{"so does one with another step", sqlite.AccountsOptions{Migrations: steps(`ALTER TABLE document ADD COLUMN other TEXT`)}, wardround.EIntegrity},
	} {
		b, err := sqlite.OpenAccounts(file, c.opt)
		if wardround.ErrorCode(err) != c.want {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err != nil {
			continue
		}
		if _, err := b.Get(t.Context(), account.KindAccount, "a"); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		b.Close()
	}
}
