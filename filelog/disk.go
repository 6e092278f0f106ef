package filelog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/wardround/wardround"
)

// replaceFile writes dir/name so that a reader, or a crash, sees the old content
// or the new, never part of it.
func replaceFile(dir, name string, content []byte) error {
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
	return syncDir(dir)
}

// syncDir makes a new or removed name in dir durable. Windows keeps names with
// the file's own data and cannot sync a folder.
func syncDir(dir string) error {
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

// diskError gives a failed operation on dir its code: no room, not allowed, or
// our own fault.
func diskError(op, dir string, err error) error {
	if err == nil {
		return nil
	}
	switch {
	case noRoom(err):
		return wardround.Errorf(wardround.EFull, op, "no room left for %s: %w", dir, err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return wardround.Errorf(wardround.EForbidden, op, "%s cannot be written; check its owner, its mode and the mount: %w", dir, err)
	}
	return wardround.Errorf(wardround.EInternal, op, "%w", err)
}
