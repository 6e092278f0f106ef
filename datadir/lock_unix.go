//go:build unix

package datadir

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the lock or fails at once; it goes with the process.
func tryLock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
