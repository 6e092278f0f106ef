package main

import (
	"errors"
	"syscall"
)

// mayCapture reports whether this program may open an interface, and what to do if
// it may not. It opens a packet socket that is bound to nothing and closes it.
func mayCapture() (bool, string) {
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		syscall.Close(fd)
		return true, ""
	}
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return false, "Allow it once, as root: setcap cap_net_raw=ep " + program() + " — then start Wardround again."
	}
	return false, "This system refuses packet sockets: " + err.Error()
}
