package datadir

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/sqlite"
)

// tempPrefix begins the names of folders that are gone when all goes well.
const tempPrefix = ".unfinished-"

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// maxManifest bounds a manifest, with a line of 200 bytes for each file.
const maxManifest = 256 << 20

var (
	plainName = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$`)
	blobName  = pattern.Of(`^blobs/[0-9a-f]{2}/[0-9a-f]{64}$`)
)

func plain(name string) bool { return plainName().MatchString(name) && !strings.HasSuffix(name, ".") }

// expected reports whether a backup may hold a file of this name: nothing else is
// ever written.
func expected(name string) bool {
	switch dir, base, ok := strings.Cut(name, "/"); {
	case !ok:
		return name == fileFormat || name == FileCheckpoint || name == "state.db" || name == fileAccounts || name == fileManifest
	case dir == "log" || dir == "keys":
		return plain(base)
	}
	return blobName().MatchString(name)
}

// Restore makes the data directory path, which must not exist or be empty, from a
// backup, and verifies all of it: every file's digest, the state's structure, the
// ledger against its root, the whole log. Only when all is well does path come to
// be. Errors: EConflict (path holds something), EIntegrity (not a whole backup),
// EInvalid (a newer layout or schema), EFull, EForbidden.
func Restore(ctx context.Context, r io.Reader, path string, opt sqlite.Options) (*Manifest, error) {
	const op = "datadir.restore"
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return nil, wardround.Errorf(wardround.EConflict, op, "%s is not empty; restore to a new place", path)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, durable.Error(op, path, err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, durable.Error(op, parent, err)
	}
	dir, err := os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return nil, durable.Error(op, parent, err)
	}
	defer os.RemoveAll(dir)
	m, err := unpack(ctx, op, r, dir)
	if err != nil {
		return nil, err
	}
	if err := inspect(ctx, op, dir, m, opt); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, durable.Error(op, path, err)
	}
	if err := os.Rename(dir, path); err != nil {
		return nil, durable.Error(op, path, err)
	}
	return m, durable.Error(op, parent, durable.SyncDir(parent))
}

// unpack writes the files of a backup to dir and compares them with its manifest.
func unpack(ctx context.Context, op string, r io.Reader, dir string) (*Manifest, error) {
	broken := func(format string, args ...any) error {
		return wardround.Errorf(wardround.EIntegrity, op, "this is not a whole backup: "+format, args...)
	}
	got := map[string]Part{}
	var m *Manifest
	in := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken("%w", err)
		}
		_, twice := got[h.Name]
		if h.Typeflag != tar.TypeReg || !expected(h.Name) || twice || m != nil {
			return nil, broken("the file %.100q should not be in it", h.Name)
		}
		if h.Name == fileManifest {
			b, err := io.ReadAll(io.LimitReader(in, maxManifest))
			if err == nil {
				err = json.Unmarshal(b, &m)
			}
			if err != nil || m == nil {
				return nil, broken("%s: %w", fileManifest, err)
			}
			continue
		}
		p, err := unpackOne(dir, h.Name, in)
		if err != nil {
			return nil, durable.Error(op, dir, err)
		}
		got[h.Name] = p
	}
	switch {
	case m == nil:
		return nil, broken("it ends before its manifest, %s", fileManifest)
	case m.Version > backupVersion || m.Format.Version > Version:
		return nil, wardround.Errorf(wardround.EInvalid, op, "the backup was made by a newer program (%s, layout %d); use that one", m.Program, m.Format.Version)
	case len(m.Files) != len(got):
		return nil, broken("it holds %d files, its manifest lists %d", len(got), len(m.Files))
	}
	for _, p := range m.Files {
		if got[p.Name] != p {
			return nil, broken("the file %.100s is not what was backed up", p.Name)
		}
	}
	return m, nil
}

func unpackOne(dir, name string, r io.Reader) (Part, error) {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return Part{}, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Part{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = wardround.Errorf(wardround.EIntegrity, "datadir.restore", "this is not a whole backup: it ends inside %s", name)
	}
	err = errors.Join(err, f.Sync(), f.Close(), durable.SyncDir(filepath.Dir(file)))
	return Part{name, n, hex.EncodeToString(h.Sum(nil))}, err
}

// inspect opens what was unpacked and compares it with what the manifest says of
// it.
func inspect(ctx context.Context, op, dir string, m *Manifest, opt sqlite.Options) (err error) {
	d := &Dir{Path: dir}
	if ok, err := d.load(op); err != nil || !ok {
		return errors.Join(err, wardround.Errorf(wardround.EIntegrity, op, "the backup holds no %s", fileFormat))
	}
	if d.Format != m.Format {
		return wardround.Errorf(wardround.EIntegrity, op, "%s and %s speak of different directories", fileFormat, fileManifest)
	}
	for _, sub := range []string{d.Keys(), d.Blobs(), d.Log()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return durable.Error(op, sub, err)
		}
	}
	// Opened for writing: a backup of an older program is upgraded here.
	opt.Origin, opt.ReadOnly = d.Origin, false
	st, err := sqlite.Open(d.State(), opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Verify(ctx); err != nil {
		return err
	}
	if err := d.checkAccounts(ctx); err != nil {
		return err
	}
	position, _, err := st.Position(ctx, d.Scope())
	if err != nil {
		return err
	}
	leaves, root, err := head(ctx, st, d.Scope())
	if err != nil {
		return err
	}
	if position != m.Position || leaves != m.Leaves || root != m.Root {
		return wardround.Errorf(wardround.EIntegrity, op, "the state in the backup stands at position %d with %d entries, the manifest says %d with %d", position, leaves, m.Position, m.Leaves)
	}
	if err := d.checkLedger(ctx, st); err != nil {
		return err
	}
	l, err := filelog.Open(d.Log(), filelog.Options{Codec: noCodec{}, ReadOnly: true, AtLeast: max(position, m.Last), VerifyBytes: -1})
	if err != nil {
		return err
	}
	return l.Close()
}

// checkAccounts verifies the people of a backup, if it has any.
func (d *Dir) checkAccounts(ctx context.Context) error {
	if _, err := os.Stat(d.Accounts()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	a, err := sqlite.OpenAccounts(d.Accounts(), sqlite.AccountsOptions{})
	if err != nil {
		return err
	}
	return errors.Join(a.Verify(ctx), a.Close())
}

// noCodec is for a log that is verified and not read.
type noCodec struct{}

func (noCodec) Append([]byte, *wardround.Observation) ([]byte, error) {
	return nil, errors.New("this log is not written")
}

func (noCodec) Decode([]byte) (*wardround.Observation, error) {
	return nil, errors.New("this log is not read")
}
