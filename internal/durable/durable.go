// Package durable writes to disk so that a crash leaves the old content or the
// new, and says what a failing disk means.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/wardround/wardround"
)

// Replace writes dir/name, readable by its owner only, so that a reader, or a
// crash, sees the old content or the new, never part of it.
func Replace(dir, name string, content []byte) error {
	f, err := os.CreateTemp(dir, "."+name+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return SyncDir(dir)
}

// SyncDir makes a new or removed name in dir durable. Windows keeps names with
// the file's own data and cannot sync a folder.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// Error gives a failed operation on dir its code: EFull, EForbidden, or else
// EInternal. An error that has a code keeps it.
func Error(op, dir string, err error) error {
	if err == nil {
		return nil
	}
	var coded *wardround.Error
	switch {
	case errors.As(err, &coded):
		return err
	case noRoom(err):
		return wardround.Errorf(wardround.EFull, op, "no room left for %s: %w", dir, err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return wardround.Errorf(wardround.EForbidden, op, "%s cannot be written; check its owner, its mode and the mount: %w", dir, err)
	}
	return wardround.Errorf(wardround.EInternal, op, "%w", err)
}
