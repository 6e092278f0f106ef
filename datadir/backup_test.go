package datadir_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/internal/testkit/disk"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/logtest"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

// full returns a directory in use, with a blob, keys and a checkpoint.
func full(t testing.TB, path string) (*served, wardround.Blob) {
	t.Helper()
	s := serve(t, path, sqlite.Options{})
	s.observe(t, 10)
	blobs, err := blob.Open(s.Blobs(), blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := blobs.Put(ctx, strings.NewReader("an SBOM"), "application/json")
	if err != nil {
		t.Fatal(err)
	}
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
	return s, b
}

func backup(t testing.TB, s *served, w io.Writer, keys bool) (*datadir.Manifest, error) {
	t.Helper()
	return datadir.Backup{Store: s.store, Log: s.log, Keys: keys, Program: "wardround 1.0", Now: storetest.Noon}.Write(ctx, s.Dir, w)
}

func restore(t testing.TB, b []byte, path string) (*datadir.Manifest, error) {
	t.Helper()
	return datadir.Restore(ctx, bytes.NewReader(b), path, sqlite.Options{})
}

func TestBackupAndRestore(t *testing.T) {
	s, b := full(t, t.TempDir())
	var out bytes.Buffer
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // hot: the ward does not wait
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				s.observe(t, 1)
			}
		}
	}()
	m, err := backup(t, s, &out, true)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	if m.Position < 50 || m.Last < m.Position || m.Leaves != int64(m.Position/5*6) || !m.Keys || m.Schema < 1 {
		t.Errorf("manifest %v", m)
	}
	if left, err := filepath.Glob(filepath.Join(s.Path, ".unfinished-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	before, err := s.LedgerKeys()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "deep", "restored")
	got, err := restore(t, out.Bytes(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != m.String() {
		t.Errorf("restored %v, want %v", got, m)
	}
	r := serve(t, path, sqlite.Options{})
	if r.position(t) != m.Position || r.log.Last() != m.Last || len(logtest.Read(t, r.log, 0)) != int(m.Last) {
		t.Errorf("restored to %d of %d, want %d of %d", r.position(t), r.log.Last(), m.Position, m.Last)
	}
	blobs, err := blob.Open(r.Blobs(), blob.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if content, err := blobs.Read(b.Digest); err != nil || string(content) != "an SBOM" {
		t.Errorf("the blob: %q, %v", content, err)
	}
	after, err := r.LedgerKeys()
	if err != nil || after[0].Public().Fingerprint() != before[0].Public().Fingerprint() {
		t.Errorf("the signing key is another one: %v", err)
	}
	// It goes on: what was logged and not judged first, then new things.
	err = r.log.Read(ctx, m.Position, func(b []*wardround.Observation) error {
		return r.store.Commit(ctx, storetest.Full(b[0].Seq-1, b[len(b)-1].Seq, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	r.observe(t, 3)
	if err := r.store.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func TestBackupWithoutKeys(t *testing.T) {
	s, _ := full(t, t.TempDir())
	var out bytes.Buffer
	if _, err := backup(t, s, &out, false); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out.Bytes(), []byte("PRIVATE+KEY")) {
		t.Error("the signing key is in a backup that was to hold none")
	}
	path := filepath.Join(t.TempDir(), "r")
	if _, err := restore(t, out.Bytes(), path); err != nil {
		t.Fatal(err)
	}
	serve(t, path, sqlite.Options{}).observe(t, 1)
}

func TestRestoreRefuses(t *testing.T) {
	s, _ := full(t, t.TempDir())
	var out bytes.Buffer
	m, err := backup(t, s, &out, true)
	if err != nil {
		t.Fatal(err)
	}
	good := out.Bytes()
	occupied := t.TempDir()
	if err := os.WriteFile(filepath.Join(occupied, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = restore(t, good, occupied)
	code(t, "to a place that is taken", err, wardround.EConflict)

	parent := t.TempDir()
	refuse := func(name string, b []byte) {
		t.Helper()
		_, err := restore(t, b, filepath.Join(parent, "r"))
		code(t, name, err, wardround.EIntegrity)
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind %v", name, left)
		}
	}
	refuse("nothing", nil)
	refuse("no tar", bytes.Repeat([]byte("x"), 5000))
	for _, n := range []int{600, len(good) / 3, len(good) / 2, len(good) - 2000} {
		refuse("cut short", good[:n])
	}
	// A flipped byte in any file's content.
	in := tar.NewReader(bytes.NewReader(good))
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		content, err2 := io.ReadAll(in)
		if err = errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if len(content) < 40 || h.Name == "backup.json" {
			continue
		}
		b := bytes.Clone(good)
		b[bytes.Index(good, content)+len(content)/2] ^= 1
		refuse(h.Name+" changed", b)
	}
	for name, change := range map[string]func(files map[string][]byte){
		"a file too many":     func(f map[string][]byte) { f["letter.txt"] = []byte("x") },
		"a path out of it":    func(f map[string][]byte) { f["log/../../x"] = []byte("x") },
		"a file too few":      func(f map[string][]byte) { delete(f, "format.json") },
		"without its log":     func(f map[string][]byte) { delete(f, "log/head.mark") },
		"without a manifest":  func(f map[string][]byte) { delete(f, "backup.json") },
		"a false manifest":    func(f map[string][]byte) { f["backup.json"] = []byte(`{"version":1}`) },
		"a manifest of nulls": func(f map[string][]byte) { f["backup.json"] = []byte(`null`) },
	} {
		files := untar(t, good)
		change(files)
		refuse(name, retar(t, files))
	}
	files := untar(t, good)
	files["backup.json"] = bytes.Replace(files["backup.json"], []byte(`"version": 1`), []byte(`"version": 2`), 1)
	_, err = restore(t, retar(t, files), filepath.Join(parent, "r"))
	code(t, "a newer backup", err, wardround.EInvalid)
	if _, err := restore(t, retar(t, untar(t, good)), filepath.Join(parent, "r")); err != nil {
		t.Errorf("the untouched one: %v (%v)", err, m)
	}
}

func untar(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	in := tar.NewReader(bytes.NewReader(b))
	for {
		h, err := in.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}

// retar writes the manifest last, as a backup does.
func retar(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	put := func(name string) {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	for name := range files {
		if name != "backup.json" {
			put(name)
		}
	}
	if files["backup.json"] != nil {
		put("backup.json")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBackupToAFullDisk(t *testing.T) {
	s, _ := full(t, t.TempDir())
	small := disk.Small(t, 64<<10)
	f, err := os.Create(filepath.Join(small, "b.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := backup(t, s, f, true); err == nil {
		t.Error("a backup that does not fit was made")
	}
	s.observe(t, 1)
	var out bytes.Buffer
	if _, err := backup(t, s, &out, true); err != nil {
		t.Fatal(err)
	}
	_, err = restore(t, out.Bytes(), filepath.Join(disk.Small(t, 64<<10), "r"))
	code(t, "restoring to a full disk", err, wardround.EFull)
}

// People are in a backup as they were at its moment; a damaged copy of them is
// refused like a damaged state.
func TestBackupHoldsThePeople(t *testing.T) {
	s, _ := full(t, t.TempDir())
	people, err := sqlite.OpenAccounts(s.Accounts(), sqlite.AccountsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	put := func(name string) {
		if _, err := people.PutDocument(ctx, account.Document{Name: name, Value: []byte(`{}`), At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	put("before")
	var out bytes.Buffer
	if _, err := backup(t, s, &out, false); err != nil {
		t.Fatal(err)
	}
	put("after")
	path := filepath.Join(t.TempDir(), "restored")
	if _, err := restore(t, out.Bytes(), path); err != nil {
		t.Fatal(err)
	}
	back, err := sqlite.OpenAccounts(filepath.Join(path, "accounts.db"), sqlite.AccountsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if _, err := back.Document(ctx, "before"); err != nil {
		t.Errorf("what was there is not: %v", err)
	}
	if _, err := back.Document(ctx, "after"); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("what came later is there: %v", err)
	}
	at := bytes.Index(out.Bytes(), []byte("accounts.db"))
	if at < 0 {
		t.Fatal("no accounts.db in the backup")
	}
	bad := bytes.Clone(out.Bytes())
	bad[at+1024] ^= 1
	if _, err := restore(t, bad, filepath.Join(t.TempDir(), "bad")); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("a damaged copy of the people: %v", err)
	}
}
