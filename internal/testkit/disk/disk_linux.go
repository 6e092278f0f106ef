package disk

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// Small returns a folder on a disk of its own with room for size bytes. It needs
// the right to mount: without it the test is skipped, or fails in CI.
func Small(t testing.TB, size int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		testkit.Missing(t, "a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// ReadOnly returns a second path to the folder from, through which nothing can be
// written. It needs the right to mount, as Small does.
func ReadOnly(t testing.TB, from string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount(from, dir, "", syscall.MS_BIND, ""); err != nil {
		testkit.Missing(t, "a folder cannot be mounted a second time: %v", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		testkit.Missing(t, "a folder cannot be mounted read-only: %v", err)
	}
	return dir
}

func unmount(t testing.TB, dir string) {
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Errorf("unmount %s: %v", dir, err)
	}
}
