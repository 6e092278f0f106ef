// Package datadir is the layout of a data directory: who may write it, whose it
// is, and where state, log, blobs and keys lie.
//
//	format.json    version of the layout, org, site, origin
//	writer.lock    held by the one writer
//	state.db       package sqlite
//	accounts.db    people, their sessions and tokens, settings: package account
//	log/           package filelog
//	blobs/         package blob
//	keys/          0700: ledger, ledger.pub, pseudonym; never in a database
//	checkpoint.txt the newest signed head of the ledger
//	upgrade/       copies of state.db from before upgrades, see [Dir.Rollback]
//	control.sock   of the running server, 0600
package datadir

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// Version is the layout this program writes. A directory of a newer one is
// refused; an older one is upgraded when the writer opens it.
const Version = 1

// Format says whose a directory is.
type Format struct {
	Version int              `json:"version"`
	Org     wardround.Org    `json:"org"`
	Site    wardround.SiteID `json:"site"`
	Origin  wardround.Origin `json:"origin"`
	Created time.Time        `json:"created"`
}

// Scope returns the scope of all rows in the directory.
func (f Format) Scope() wardround.Scope { return wardround.Scope{Org: f.Org, Site: f.Site} }

// Dir is an open data directory.
type Dir struct {
	Path string
	Format
	lock *os.File // nil for readers
}

const (
	fileFormat   = "format.json"
	fileLock     = "writer.lock"
	fileAccounts = "accounts.db"
)

// Open opens the directory as its one writer and makes it if it is not there.
// Empty fields of want take what the directory has, or "local", "main" and live.
// Errors: EConflict (another writer), EForbidden, EInvalid (another org, site or
// origin, or a newer layout), EFull.
func Open(path string, want Format, now time.Time) (*Dir, error) {
	const op = "datadir.open"
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, durable.Error(op, path, err)
	}
	lock, err := os.OpenFile(filepath.Join(path, fileLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, durable.Error(op, path, err)
	}
	if err := tryLock(lock); err != nil {
		lock.Close()
		return nil, wardround.Errorf(wardround.EConflict, op, "%s is served by another process; commands reach it through its control socket", path)
	}
	if err := clearUnfinished(path); err != nil {
		lock.Close()
		return nil, durable.Error(op, path, err)
	}
	d := &Dir{Path: path, lock: lock}
	if err := d.format(op, want, now); err != nil {
		lock.Close()
		return nil, err
	}
	for _, sub := range []string{d.Keys(), d.Blobs(), d.Log()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			lock.Close()
			return nil, durable.Error(op, sub, err)
		}
	}
	return d, nil
}

// clearUnfinished removes what a backup, or the first start, left behind when it was killed.
func clearUnfinished(path string) error {
	left, err := filepath.Glob(filepath.Join(path, tempPrefix+"*"))
	first, also := filepath.Glob(filepath.Join(path, "."+fileFormat+".*"))
	left, err = append(left, first...), errors.Join(err, also)
	for _, name := range left {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// Read opens the directory beside a writer. Errors: ENotFound, EInvalid.
func Read(path string) (*Dir, error) {
	const op = "datadir.read"
	d := &Dir{Path: path}
	ok, err := d.load(op)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, op, "%s is no data directory; make one with: wardround serve --data %s", path, path)
	}
	return d, nil
}

func (d *Dir) load(op string) (bool, error) {
	b, err := os.ReadFile(filepath.Join(d.Path, fileFormat))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, durable.Error(op, d.Path, err)
	}
	if err := json.Unmarshal(b, &d.Format); err != nil {
		return false, wardround.Errorf(wardround.EIntegrity, op, "%s cannot be read: %w", fileFormat, err)
	}
	if d.Version > Version {
		return false, wardround.Errorf(wardround.EInvalid, op, "%s has layout %d, which is newer than this program's %d; use the newer program, or restore a backup made before the upgrade", d.Path, d.Version, Version)
	}
	return true, nil
}

func (d *Dir) format(op string, want Format, now time.Time) error {
	ok, err := d.load(op)
	if err != nil {
		return err
	}
	if ok {
		differs := func(what, have, want string) error {
			if want == "" || want == have {
				return nil
			}
			return wardround.Errorf(wardround.EInvalid, op, "%s holds %s %q, not %q; use another --data", d.Path, what, have, want)
		}
		return errors.Join(
			differs("org", string(d.Org), string(want.Org)),
			differs("site", string(d.Site), string(want.Site)),
			differs("facts of origin", string(d.Origin), string(want.Origin)))
	}
	if entries, err := os.ReadDir(d.Path); err == nil && len(entries) > 1 {
		return wardround.Errorf(wardround.EInvalid, op, "%s is not empty and no data directory", d.Path)
	}
	d.Format = want
	d.Version, d.Created = Version, now.UTC()
	if d.Org == "" {
		d.Org = "local"
	}
	if d.Site == "" {
		d.Site = "main"
	}
	if d.Origin == "" {
		d.Origin = wardround.Live
	}
	b, err := json.MarshalIndent(d.Format, "", "  ")
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	return durable.Replace(d.Path, fileFormat, append(b, '\n'))
}

// State, Accounts, Log, Blobs, Keys and Socket return where each lies.
func (d *Dir) State() string    { return filepath.Join(d.Path, "state.db") }
func (d *Dir) Accounts() string { return filepath.Join(d.Path, fileAccounts) }
func (d *Dir) Log() string      { return filepath.Join(d.Path, "log") }
func (d *Dir) Blobs() string    { return filepath.Join(d.Path, "blobs") }
func (d *Dir) Keys() string     { return filepath.Join(d.Path, "keys") }
func (d *Dir) Socket() string   { return filepath.Join(d.Path, "control.sock") }

// Close gives up the writer's lock.
func (d *Dir) Close() error {
	if d.lock == nil {
		return nil
	}
	return d.lock.Close()
}
