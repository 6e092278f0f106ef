//go:build unix

package e2e

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the resident memory a process had at most, in bytes.
func peak(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return u.Maxrss
	}
	return u.Maxrss * 1024
}
