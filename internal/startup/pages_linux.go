package startup

import (
	"bytes"
	"encoding/binary"
	"os"
	"strconv"
	"syscall"
)

// chunk is the length of the pieces that the program's mappings are cut into, bytes.
const chunk = 256 << 10

// dontDump is MADV_DONTDUMP (asm-generic/mman-common.h), which syscall does not have.
const dontDump = 16

// program are the mappings that hold the program's file and may not be written.
var program [][2]uintptr

// cutPages sees to it that little of the program lies in the process's memory that was
// not touched. Linux maps whole folios of a file's cache, up to 2 MB for one byte
// (mm/filemap.c, filemap_map_pages), and start-up touches a bit of everything: of 129
// MB that a scan of a large file took, 57 were this. A folio that does not fit into
// its mapping is not mapped whole, so the mappings are cut into chunks: every other
// one is said not to belong into a core dump, where files' pages are not written
// anyway.
func cutPages() {
	program = constant()
	for _, m := range program {
		for at := m[0]; at < m[1]; at += 2 * chunk {
			syscall.Syscall(syscall.SYS_MADVISE, at, min(chunk, m[1]-at), dontDump)
		}
	}
	DropPages()
}

// DropPages takes the program's own pages out of the process's memory: its code, its
// constants and the tables of its symbols. The file that they lie in stays in the
// system's cache, so what is needed again comes back at its next use without
// reading. A command that is to hold little calls it when start-up is over.
//
// Only mappings that nothing can have changed are dropped: those without leave to
// write, of a program that is not relocated when it is loaded. Elsewhere nothing is
// done.
func DropPages() {
	for _, m := range program {
		// The error is of no interest: the pages stay where they are.
		syscall.Syscall(syscall.SYS_MADVISE, m[0], m[1]-m[0], syscall.MADV_DONTNEED)
	}
}

// constant finds the mappings that hold the program's file and may not be written.
func constant() [][2]uintptr {
	exe, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil
	}
	head := make([]byte, 18) // e_ident, e_type (System V ABI, "ELF Header")
	_, err = exe.ReadAt(head, 0)
	exe.Close()
	const fixed = 2 // ET_EXEC: loaded where it was linked for, so without relocations
	if err != nil || string(head[:4]) != "\x7fELF" || binary.LittleEndian.Uint16(head[16:]) != fixed {
		return nil
	}
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil
	}
	var found [][2]uintptr
	for line := range bytes.Lines(maps) {
		// 00400000-0264a000 r-xp 00000000 fe:00 10207956     /usr/bin/wardround
		f := bytes.Fields(line)
		if len(f) < 6 || f[1][0] != 'r' || f[1][1] != '-' || !bytes.HasSuffix(bytes.TrimRight(line, "\n"), []byte(" "+path)) {
			continue
		}
		low, high, _ := bytes.Cut(f[0], []byte("-"))
		a, err1 := strconv.ParseUint(string(low), 16, 64)
		b, err2 := strconv.ParseUint(string(high), 16, 64)
		if err1 == nil && err2 == nil && a < b {
			found = append(found, [2]uintptr{uintptr(a), uintptr(b)})
		}
	}
	return found
}
