package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/ledger"
)

// Backup writes a copy of the whole store to file, which must not exist, while the
// store goes on being written: the copy is what one moment held. Erased and deleted
// content is not in it. Errors: EConflict (file exists), EFull, EForbidden.
func (s *Store) Backup(ctx context.Context, file string) error {
	return copyTo(ctx, "sqlite.backup", s.file, s.opt, file)
}

// CopyFile writes a copy of the database in from to file, which must not exist,
// whatever schema it has: what to keep before an upgrade. Errors: as Backup.
func CopyFile(ctx context.Context, from, file string) error {
	return copyTo(ctx, "sqlite.copy", from, Options{}, file)
}

// FileSchema returns the version of the schema of a database file, 0 for one that
// has none yet or is not there.
func FileSchema(ctx context.Context, file string) (int, error) {
	const op = "sqlite.schema"
	size, err := inspect(op, file, true)
	if wardround.ErrorCode(err) == wardround.ENotFound || err == nil && size == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", dsn(file, Options{}, mode{}))
	if err != nil {
		return 0, storeError(op, file, err)
	}
	defer db.Close()
	var version int
	err = db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version)
	return version, storeError(op, file, err)
}

func copyTo(ctx context.Context, op, from string, opt Options, file string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return wardround.Errorf(wardround.EConflict, op, "%s exists already", file)
	}
	dir := filepath.Dir(file)
	// Private from the first byte on; SQLite takes an empty file for a new one.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return durable.Error(op, dir, err)
	}
	f.Close()
	if err := vacuumInto(ctx, from, opt, file); err != nil {
		os.Remove(file)
		return storeError(op, file, err)
	}
	// VACUUM INTO does not sync.
	if f, err = os.OpenFile(file, os.O_RDWR, 0); err == nil {
		err = errors.Join(f.Sync(), f.Close(), durable.SyncDir(dir))
	}
	return durable.Error(op, dir, err)
}

// vacuumInto copies on a connection of its own: those for reading refuse the
// statement, and the writing one is not to wait.
func vacuumInto(ctx context.Context, from string, opt Options, file string) error {
	db, err := sql.Open("sqlite", dsn(from, opt, mode{copying: true}))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, file)
	return err
}

// Verify checks the whole store, however large: SQLite's structure, every leaf of
// every ledger against its contents, and every tree against its leaves and its
// root. Errors: EIntegrity, naming the file and what is wrong.
func (s *Store) Verify(ctx context.Context) error {
	const op = "sqlite.verify"
	conn, err := s.r.Conn(ctx)
	if err != nil {
		return storeError(op, s.file, err)
	}
	defer conn.Close()
	if err := check(ctx, conn, s.file, "integrity_check"); err != nil {
		return storeError(op, s.file, err)
	}
	scopes, err := s.Scopes(ctx)
	if err != nil {
		return err
	}
	for _, ws := range scopes {
		if err := s.verifyLedger(ctx, ws); err != nil {
			return err
		}
	}
	return nil
}

// Scopes lists what the store holds something of, in the order of their first
// commit.
func (s *Store) Scopes(ctx context.Context) ([]wardround.Scope, error) {
	rows, err := s.r.QueryContext(ctx, `SELECT org, site FROM scope ORDER BY id`)
	if err != nil {
		return nil, storeError("sqlite.scopes", s.file, err)
	}
	defer rows.Close()
	var out []wardround.Scope
	for rows.Next() {
		var ws wardround.Scope
		if err := rows.Scan(&ws.Org, &ws.Site); err != nil {
			return nil, storeError("sqlite.scopes", s.file, err)
		}
		out = append(out, ws)
	}
	return out, storeError("sqlite.scopes", s.file, rows.Err())
}

// verifyLedger builds the tree again from the leaves.
func (s *Store) verifyLedger(ctx context.Context, ws wardround.Scope) error {
	const op = "sqlite.verify"
	size, root, err := s.Head(ctx, ws)
	if err != nil || size == 0 {
		return err
	}
	var tree ledger.Tree
	for e, err := range s.Evidence(ctx, ws, 0, uint64(size)) {
		if err != nil {
			return err
		}
		if e.Index != uint64(tree.Size()) {
			return wardround.Errorf(wardround.EIntegrity, op, "entry %d of the ledger of %s/%s is missing in %s", tree.Size(), ws.Org, ws.Site, s.file)
		}
		if err := ledger.Check(e); err != nil {
			return wardround.Errorf(wardround.EIntegrity, op, "the ledger of %s/%s in %s: %w", ws.Org, ws.Site, s.file, err)
		}
		tree.Append(nil, e.Leaf)
	}
	if tree.Size() != size || tree.Root() != root {
		return wardround.Errorf(wardround.EIntegrity, op, "the %d entries of the ledger of %s/%s in %s do not give its root of %d entries", tree.Size(), ws.Org, ws.Site, s.file, size)
	}
	hashes, err := s.Hashes(ctx, ws)
	if err != nil {
		return err
	}
	stored, err := ledger.LoadTree(size, hashes)
	if err == nil && stored.Root() != root {
		err = wardround.Errorf(wardround.EIntegrity, op, "the tree of the ledger of %s/%s in %s does not give its root", ws.Org, ws.Site, s.file)
	}
	return err
}
