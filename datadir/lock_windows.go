package datadir

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock or fails at once; it goes with the process.
func tryLock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
}
