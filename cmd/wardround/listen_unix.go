//go:build unix

package main

import (
	"net"
	"os"
	"syscall"
)

// listenPrivate listens on a socket that only its owner can reach, from its first
// moment on.
func listenPrivate(path string) (net.Listener, error) {
	old := syscall.Umask(0o177)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}
