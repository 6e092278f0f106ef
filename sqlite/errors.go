package sqlite

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/wardround/wardround"
)

// storeError gives an error of the driver its code and names the file.
func storeError(op, file string, err error) error {
	if err == nil {
		return nil
	}
	var w *wardround.Error
	if errors.As(err, &w) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return wardround.Errorf(wardround.EInternal, op, "%s: %w", file, err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP:
		// The index of the write-ahead log could not grow.
		return wardround.Errorf(wardround.EFull, op, "no room left for %s: %w", file, err)
	}
	switch e.Code() & 0xff { // the primary code
	case sqlite3.SQLITE_FULL:
		return wardround.Errorf(wardround.EFull, op, "no room left for %s: %w", file, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return wardround.Errorf(wardround.EIntegrity, op, "%s is damaged; restore a backup: %w", file, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return wardround.Errorf(wardround.EForbidden, op, "%s cannot be opened or written; check its owner, its mode and the mount: %w", file, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return wardround.Errorf(wardround.EConflict, op, "%s is in use by another process: %w", file, err)
	}
	return wardround.Errorf(wardround.EInternal, op, "%s: %w", file, err)
}
