package datadir_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/internal/testkit/disk"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/logtest"
	"github.com/wardround/wardround/sqlite"
	"github.com/wardround/wardround/storetest"
)

var (
	ctx  = context.Background()
	ward = datadir.Format{Org: storetest.Ward.Org, Site: storetest.Ward.Site, Origin: wardround.Live}
)

func code(t testing.TB, what string, err error, want wardround.Code) {
	t.Helper()
	if got := wardround.ErrorCode(err); got != want {
		t.Errorf("%s: code %q, want %q (%v)", what, got, want, err)
	}
}

// served is a directory with everything in it open.
type served struct {
	*datadir.Dir
	store *sqlite.Store
	log   *filelog.Log
	n     uint64 // observations
}

func serve(t testing.TB, path string, opt sqlite.Options) *served {
	t.Helper()
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{Dir: d}
	t.Cleanup(func() { s.stop(t) })
	if s.store, err = d.OpenState(ctx, opt, storetest.Noon); err != nil {
		t.Fatal(err)
	}
	at, _, err := s.store.Position(ctx, storetest.Ward)
	if err != nil {
		t.Fatal(err)
	}
	if s.log, err = filelog.Open(d.Log(), filelog.Options{Codec: logtest.Codec{}, AtLeast: at}); err != nil {
		t.Fatal(err)
	}
	s.n = s.log.Reached("mirror-1", "eth0")
	return s
}

func (s *served) stop(t testing.TB) {
	if s.Dir == nil {
		return
	}
	if s.log != nil {
		s.log.Close()
	}
	if s.store != nil {
		s.store.Close()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	s.Dir = nil
}

// observe appends a batch of five observations and judges it.
func (s *served) observe(t testing.TB, times int) {
	t.Helper()
	for range times {
		var b []*wardround.Observation
		for range 5 {
			s.n++
			b = append(b, logtest.Seen("mirror-1", "eth0", s.n))
		}
		out, err := s.log.Append(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		c := storetest.Full(out[0].Seq-1, out[4].Seq, 5)
		if err := s.store.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *served) position(t testing.TB) uint64 {
	t.Helper()
	p, _, err := s.store.Position(ctx, s.Scope())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOneWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ward")
	_, err := datadir.Read(path)
	code(t, "reading nothing", err, wardround.ENotFound)
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	_, err = datadir.Open(path, ward, storetest.Noon)
	code(t, "a second writer", err, wardround.EConflict)
	r, err := datadir.Read(path)
	if err != nil || r.Scope() != storetest.Ward || r.Origin != wardround.Live {
		t.Errorf("a reader: %+v, %v", r, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d, err = datadir.Open(path, datadir.Format{}, storetest.Noon)
	if err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	if d.Scope() != storetest.Ward {
		t.Errorf("whose it is was forgotten: %+v", d.Format)
	}
	d.Close()
}

// A first start that was killed before it had said whose directory it is.
func TestFirstStartKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"writer.lock", ".format.json.123"} {
		if err := os.WriteFile(filepath.Join(path, left), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if left, _ := filepath.Glob(filepath.Join(path, ".format.json.*")); len(left) > 0 {
		t.Error("left behind:", left)
	}
}

func TestWhoseItIsStays(t *testing.T) {
	path := t.TempDir()
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	for name, want := range map[string]datadir.Format{"org": {Org: "other"}, "site": {Site: "other"}, "origin": {Origin: wardround.Replay}} {
		_, err := datadir.Open(path, want, storetest.Noon)
		code(t, "another "+name, err, wardround.EInvalid)
	}
	file := filepath.Join(path, "format.json")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), `"version": 1`, `"version": 2`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = datadir.Open(path, ward, storetest.Noon)
	code(t, "a newer layout", err, wardround.EInvalid)
	if err := os.WriteFile(file, b[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = datadir.Read(path)
	code(t, "a damaged layout file", err, wardround.EIntegrity)
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = datadir.Open(foreign, ward, storetest.Noon)
	code(t, "somebody's folder", err, wardround.EInvalid)
}

func TestReadOnlyDirectory(t *testing.T) {
	path := t.TempDir()
	s := serve(t, path, sqlite.Options{})
	s.observe(t, 3)
	s.stop(t)
	ro := disk.ReadOnly(t, path)
	_, err := datadir.Open(ro, ward, storetest.Noon)
	code(t, "opened for writing", err, wardround.EForbidden)
	if _, err := datadir.Read(ro); err != nil {
		t.Errorf("reading: %v", err)
	}
}

func TestKeys(t *testing.T) {
	path := t.TempDir()
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	epoch, key, err := d.PseudonymKey(storetest.Noon)
	if err != nil || epoch != "20261121" || len(key) != 32 {
		t.Fatal(epoch, key, err)
	}
	if again, same, err := d.PseudonymKey(storetest.Noon.Add(48 * time.Hour)); err != nil || again != epoch || string(same) != string(key) {
		t.Errorf("the key changed: %v", err)
	}
	signing, err := d.LedgerKeys()
	if err != nil || len(signing) != 1 {
		t.Fatal(err)
	}
	if again, err := d.LedgerKeys(); err != nil || again[0].Public().Fingerprint() != signing[0].Public().Fingerprint() {
		t.Errorf("the signing key changed: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, name := range []string{"", "pseudonym", "ledger"} {
		st, err := os.Stat(filepath.Join(d.Keys(), name))
		if err != nil || st.Mode().Perm()&0o077 != 0 {
			t.Errorf("keys/%s has mode %v, %v", name, st.Mode(), err)
		}
	}
	if err := os.Chmod(filepath.Join(d.Keys(), "pseudonym"), 0o640); err != nil {
		t.Fatal(err)
	}
	_, _, err = d.PseudonymKey(storetest.Noon)
	code(t, "a key that others may read", err, wardround.EForbidden)
}

// The checkpoint outside the database finds a database that was put back by hand.
func TestLedgerRolledBackByHand(t *testing.T) {
	path := t.TempDir()
	s := serve(t, path, sqlite.Options{})
	s.observe(t, 2)
	old := filepath.Join(t.TempDir(), "old.db")
	if err := s.store.Backup(ctx, old); err != nil {
		t.Fatal(err)
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
	serve(t, path, sqlite.Options{}).stop(t)
	if err := os.Rename(old, filepath.Join(path, "state.db")); err != nil {
		t.Fatal(err)
	}
	d, err := datadir.Open(path, ward, storetest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = d.OpenState(ctx, sqlite.Options{}, storetest.Noon)
	code(t, "a database put back by hand", err, wardround.EIntegrity)
	if err == nil || !strings.Contains(err.Error(), "rolled back") {
		t.Errorf("it is not said: %v", err)
	}
}
