package datadir

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/blob"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/sqlite"
)

// Manifest says what a backup holds. It is the last file of the backup, so that
// one cut short is noticed.
type Manifest struct {
	Version int       `json:"version"`
	Program string    `json:"program,omitempty"`
	Made    time.Time `json:"made"`
	Format  Format    `json:"format"`
	Schema  int       `json:"schema"`
	// Position is how far the state in the backup has judged, Last where the log in
	// it ends: what lies between is judged again after a restore.
	Position uint64 `json:"position"`
	Last     uint64 `json:"last"`
	// Leaves and Root are the ledger's head.
	Leaves int64  `json:"leaves"`
	Root   string `json:"root"`
	Keys   bool   `json:"keys"` // whether the keys are in it
	Bytes  int64  `json:"bytes"`
	Files  []Part `json:"files"`
}

// Part is one file of a backup.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

const (
	fileManifest  = "backup.json"
	backupVersion = 1
)

// Backup is what to back up, and how.
type Backup struct {
	Store *sqlite.Store
	Log   *filelog.Log
	// Keys puts the keys in. Without them a restored directory signs with a new key
	// and makes new pseudonyms; with them whoever has the backup can sign and
	// re-identify: keep it as the keys are kept.
	Keys    bool
	Program string // name and version, for the manifest
	Now     time.Time
}

// Write writes a backup of the directory to w, as one tar file, while it goes on
// being written. State and ledger are of one moment; the log reaches at least as
// far; blobs that either refers to are in it. The caller puts on the record that it
// was made. Errors: EFull, EForbidden, EIntegrity (a blob is damaged), w's own.
func (b Backup) Write(ctx context.Context, d *Dir, w io.Writer) (*Manifest, error) {
	t := &taker{ctx: ctx, d: d, tar: tar.NewWriter(w), now: b.Now.UTC().Truncate(time.Second)}
	t.m = Manifest{Version: backupVersion, Program: b.Program, Made: t.now, Format: d.Format, Keys: b.Keys}
	// In this order everything refers to what comes later: the checkpoint to the
	// ledger, the state to the log, both to blobs.
	for _, step := range []func() error{
		func() error { return t.disk(fileFormat) },
		func() error { return t.disk(FileCheckpoint) },
		func() error { return t.state(b.Store) },
		t.accounts,
		func() error { return t.log(b.Log) },
		t.blobs,
		func() error {
			if !b.Keys {
				return nil
			}
			return t.keys()
		},
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	text, err := json.MarshalIndent(t.m, "", " ")
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "datadir.backup", err)
	}
	if err := t.header(fileManifest, int64(len(text))); err != nil {
		return nil, err
	}
	if _, err := t.tar.Write(text); err != nil {
		return nil, err
	}
	return &t.m, t.tar.Close()
}

// taker writes one backup.
type taker struct {
	ctx context.Context
	d   *Dir
	tar *tar.Writer
	now time.Time
	m   Manifest
}

func (t *taker) header(name string, size int64) error {
	return t.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: t.now, Format: tar.FormatPAX})
}

// add writes one file of exactly size bytes.
func (t *taker) add(name string, size int64, r io.Reader) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if err := t.header(name, size); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(t.tar, h), r)
	if err != nil {
		return err
	}
	if n != size {
		return wardround.Errorf(wardround.EIntegrity, "datadir.backup", "%s has %d bytes, not %d", name, n, size)
	}
	t.m.Files = append(t.m.Files, Part{name, size, hex.EncodeToString(h.Sum(nil))})
	t.m.Bytes += size
	return nil
}

// disk adds a file of the directory, if it is there.
func (t *taker) disk(name string) error {
	b, err := os.ReadFile(filepath.Join(t.d.Path, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return durable.Error("datadir.backup", t.d.Path, err)
	}
	return t.add(name, int64(len(b)), newReader(b))
}

// state adds a copy of the database, and reads from the copy where it stands.
func (t *taker) state(st *sqlite.Store) error {
	dir, err := os.MkdirTemp(t.d.Path, tempPrefix)
	if err != nil {
		return durable.Error("datadir.backup", t.d.Path, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "state.db")
	if err := st.Backup(t.ctx, file); err != nil {
		return err
	}
	if t.m.Schema, err = sqlite.FileSchema(t.ctx, file); err != nil {
		return err
	}
	copied, err := sqlite.Open(file, sqlite.Options{ReadOnly: true, CheckBytes: -1, Migrations: st.Migrations()})
	if err != nil {
		return err
	}
	position, _, err := copied.Position(t.ctx, t.d.Scope())
	if err == nil {
		t.m.Position = position
		t.m.Leaves, t.m.Root, err = head(t.ctx, copied, t.d.Scope())
	}
	if err := errors.Join(err, copied.Close()); err != nil {
		return err
	}
	return t.file("state.db", file)
}

// accounts adds a copy of the people, if there are any: it is what one moment held.
func (t *taker) accounts() error {
	if _, err := os.Stat(t.d.Accounts()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	dir, err := os.MkdirTemp(t.d.Path, tempPrefix)
	if err != nil {
		return durable.Error("datadir.backup", t.d.Path, err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, fileAccounts)
	if err := sqlite.CopyFile(t.ctx, t.d.Accounts(), file); err != nil {
		return err
	}
	return t.file(fileAccounts, file)
}

// file adds a file that lies elsewhere.
func (t *taker) file(name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return durable.Error("datadir.backup", from, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return durable.Error("datadir.backup", from, err)
	}
	return t.add(name, info.Size(), f)
}

func head(ctx context.Context, st *sqlite.Store, s wardround.Scope) (int64, string, error) {
	size, root, err := st.Head(ctx, s)
	return size, hex.EncodeToString(root[:]), err
}

func (t *taker) log(l *filelog.Log) error {
	t.m.Last = l.Last()
	return l.Copy(t.ctx, func(name string, size int64, r io.Reader) error { return t.add(path.Join("log", name), size, r) })
}

func (t *taker) blobs() error {
	s, err := blob.Open(t.d.Blobs(), blob.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	for b, err := range s.All() {
		if err != nil {
			return err
		}
		r, err := s.Open(b.Digest)
		if wardround.ErrorCode(err) == wardround.ENotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return err
		}
		name := b.Digest[len("sha256:"):]
		err = t.add(path.Join("blobs", name[:2], name), r.Size(), r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (t *taker) keys() error {
	entries, err := os.ReadDir(t.d.Keys())
	if err != nil {
		return durable.Error("datadir.backup", t.d.Keys(), err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() && plain(e.Name()) {
			if err := t.disk(path.Join("keys", e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// String sums a backup up in one line.
func (m *Manifest) String() string {
	return fmt.Sprintf("%d files, %d bytes, judged to position %d of %d, ledger of %d entries", len(m.Files), m.Bytes, m.Position, m.Last, m.Leaves)
}
