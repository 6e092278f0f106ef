package capture

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Unprivilege gives up, for good, every privilege of all threads of this process: it
// becomes the given user and group when it is root, without supplementary groups; it has
// no capability left, nor the possibility to gain one (bounding and ambient set empty, no
// new privileges through set-user-ID programs); and it can't be traced or dump core.
// Sockets and files that are open stay open. Call it after [OpenLive], and before
// anything from the network is read.
//
// Capabilities belong to threads. The calls go through [syscall.AllThreadsSyscall], which
// programs built with cgo don't have: there, and when anything remains after all, an error is
// returned, and the program should stop.
func Unprivilege(who Identity) error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil { // of the process, not the thread
		return os.NewSyscallError("PR_SET_DUMPABLE", err)
	}
	if err := allThreads(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); errors.Is(err, syscall.ENOTSUP) {
		return fmt.Errorf("capture: built with cgo, a program cannot give up the privileges of all its threads; build it with CGO_ENABLED=0 (%w)", err)
	} else if err != nil {
		return os.NewSyscallError("PR_SET_NO_NEW_PRIVS", err)
	}
	// Without CAP_SETPCAP the bounding set stays; with no new privileges it gives nothing.
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		err := allThreads(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0)
		if err != nil && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EINVAL) {
			return os.NewSyscallError("PR_CAPBSET_DROP", err)
		}
	}
	if err := allThreads(unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0); err != nil && !errors.Is(err, unix.EINVAL) {
		return os.NewSyscallError("PR_CAP_AMBIENT", err)
	}
	if os.Geteuid() == 0 {
		if err := become(who); err != nil {
			return err
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := allThreads(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0); err != nil {
		return os.NewSyscallError("capset", err)
	}
	// Changing the user made the process undumpable or not by the system's settings.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return os.NewSyscallError("PR_SET_DUMPABLE", err)
	}
	return remains()
}

// become changes user and group; package syscall does it on all threads.
func become(who Identity) error {
	if who.UID <= 0 || who.GID <= 0 {
		return fmt.Errorf("capture: %d:%d is not an unprivileged user", who.UID, who.GID)
	}
	if err := syscall.Setgroups(nil); err != nil {
		return os.NewSyscallError("setgroups", err)
	}
	if err := syscall.Setresgid(who.GID, who.GID, who.GID); err != nil {
		return os.NewSyscallError("setresgid", err)
	}
	return os.NewSyscallError("setresuid", syscall.Setresuid(who.UID, who.UID, who.UID))
}

// remains looks whether the calling thread has anything left.
func remains() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var have [2]unix.CapUserData
	if err := unix.Capget(&header, &have[0]); err != nil {
		return os.NewSyscallError("capget", err)
	}
	if have != [2]unix.CapUserData{} {
		return fmt.Errorf("capture: capabilities remain: %x", have)
	}
	if os.Getuid() == 0 || os.Geteuid() == 0 || syscall.Setuid(0) == nil {
		return errors.New("capture: the process can still be root")
	}
	return nil
}

// allThreads makes a system call on every thread. Arguments that were pointers stay
// where they are until it returns.
//
//go:uintptrescapes
func allThreads(call, a, b, c uintptr) error {
	if _, _, e := syscall.AllThreadsSyscall6(call, a, b, c, 0, 0, 0); e != 0 {
		return e
	}
	return nil
}
