//go:build unix

package durable

import (
	"errors"
	"syscall"
)

// noRoom also counts EFBIG, what a limit on file size (ulimit -f) answers.
func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
