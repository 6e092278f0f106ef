package archive

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/wardround/wardround/format/issue"
)

var le = binary.LittleEndian

// Signatures (APPNOTE §4.3).
var (
	sigLocal   = []byte("PK\x03\x04")
	sigCentral = []byte("PK\x01\x02")
	sigEnd     = []byte("PK\x05\x06")
	sigEnd64   = []byte("PK\x06\x06")
	sigLoc64   = []byte("PK\x06\x07")
	sigDesc    = []byte("PK\x07\x08")
)

const (
	localLen, centralLen, endLen = 30, 46, 22
	// endSearch is how far before the end readers look for the end record: its own
	// length and the longest comment.
	endSearch = endLen + 0xFFFF
	maxEnds   = 16
)

// entry is one header of a member, central or local.
type entry struct {
	name          string
	flags, method uint16
	crc           uint32
	stored, size  int64
	local         int64 // central: where its local header is
	attr          uint32
	made          uint16
	length        int64 // of the header itself
	zip64         bool
	wide          bool // the sizes are in a zip64 field
}

// directory is one place where a central directory may start, by one reader's
// arithmetic.
type directory struct {
	start, size, count, base int64
	entries                  []entry
}

// zipWalk is the state of one walk.
type zipWalk struct {
	r       io.ReaderAt
	size    int64
	budget  *Budget
	issues  issue.List
	spans   []span // stored bytes and headers of members, for gaps and overlaps
	ends    []int64
	dirs    []directory
	headers int              // of all directories, read
	chain   []int64          // where a reader of local headers would go on
	done    map[reading]bool // what was handed over
	dir     int              // the directory that is walked, from 1
	inDir   map[int64]int    // local header → the last directory that told of it
}

// span is a half-open range of bytes of the container.
type span struct {
	from, to int64
	name     string
}

func (z *zipWalk) bytes(off int64, n int) []byte {
	if off < 0 || off >= z.size || n <= 0 {
		return nil
	}
	b := make([]byte, min(int64(n), z.size-off))
	k, _ := z.r.ReadAt(b, off)
	return b[:k]
}

// findEnds finds every record that some reader would take for the end of the
// archive: the last one, one whose comment ends the file, and those before.
func (z *zipWalk) findEnds() {
	from := max(0, z.size-endSearch)
	tail := z.bytes(from, endSearch)
	for i := len(tail) - endLen; i >= 0 && len(z.ends) < maxEnds; i-- {
		if bytes.HasPrefix(tail[i:], sigEnd) {
			z.ends = append(z.ends, from+int64(i))
		}
	}
}

// findDirs works out where each end record says that the directory starts: as an
// offset from the start of the file (as PyTorch's reader takes it) and as a
// distance from the record (as Python's zipfile takes it, for archives with
// something before them), with and without zip64.
func (z *zipWalk) findDirs(ends []int64) {
	add := func(d directory) {
		if d.start < 0 || d.start > z.size || d.size < 0 || d.count < 0 {
			return
		}
		for _, have := range z.dirs {
			if have.start == d.start && have.base == d.base {
				return
			}
		}
		if len(z.dirs) < 4*maxEnds {
			z.dirs = append(z.dirs, d)
		}
	}
	both := func(end, size, off, count int64) {
		if size < 0 || off < 0 {
			return
		}
		add(directory{start: off, size: size, count: count})
		if at := end - size; at != off {
			add(directory{start: at, size: size, count: count, base: at - off})
		}
	}
	for _, end := range ends {
		e := z.bytes(end, endLen)
		both(end, int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:])), int64(le.Uint16(e[10:])))
		if loc := z.bytes(end-20, 20); len(loc) == 20 && bytes.HasPrefix(loc, sigLoc64) {
			told := int64(le.Uint64(loc[8:]))
			for _, at := range []int64{told, end - 20 - 56} {
				if w := z.bytes(at, 56); len(w) == 56 && bytes.HasPrefix(w, sigEnd64) {
					both(at, int64(le.Uint64(w[40:])), int64(le.Uint64(w[48:])), int64(le.Uint64(w[32:])))
				} else if at == told {
					z.issues.Add("zip.end-records", issue.Unknown, "", end-20, "the zip64 locator points to %d, where there is no record", told)
				}
			}
		}
	}
}

// readDir reads the headers of a directory, as far as they are headers.
func (z *zipWalk) readDir(d *directory) error {
	at := d.start
	// Sixteen end records may point into one directory at sixty places; what they read
	// together is bounded as one directory would be.
	for z.headers < 2*maxMembers && len(d.entries) < maxMembers {
		z.headers++
		h := z.bytes(at, centralLen)
		if len(h) < centralLen || !bytes.HasPrefix(h, sigCentral) {
			break
		}
		n, x, c := int(le.Uint16(h[28:])), int(le.Uint16(h[30:])), int(le.Uint16(h[32:]))
		rest := z.bytes(at+centralLen, n+x+c)
		if len(rest) < n+x+c {
			z.issues.Add("zip.truncated", issue.Unreadable, "", at, "the directory ends inside a header")
			break
		}
		e := entry{
			made: le.Uint16(h[4:]), flags: le.Uint16(h[8:]), method: le.Uint16(h[10:]), crc: le.Uint32(h[16:]),
			stored: int64(le.Uint32(h[20:])), size: int64(le.Uint32(h[24:])), attr: le.Uint32(h[38:]), local: int64(le.Uint32(h[42:])),
			name: string(rest[:n]), length: int64(centralLen + n + x + c),
		}
		e.extra(rest[n:n+x], true)
		d.entries = append(d.entries, e)
		if err := z.budget.member(); err != nil {
			return err
		}
		at += e.length
	}
	if len(d.entries) == maxMembers || z.headers == 2*maxMembers {
		return ErrBudget
	}
	return nil
}

// extra takes sizes and offset out of the zip64 field (APPNOTE §4.5.3): values are
// there for those that are all ones in the header, in a fixed order.
func (e *entry) extra(b []byte, central bool) {
	for len(b) >= 4 {
		id, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			return
		}
		f := b[:n]
		b = b[n:]
		if id != 1 {
			continue
		}
		e.zip64 = true
		take := func(v *int64) {
			if *v == 0xFFFFFFFF && len(f) >= 8 {
				*v, e.wide = int64(le.Uint64(f)), true
				f = f[8:]
			}
		}
		take(&e.size)
		take(&e.stored)
		if central {
			take(&e.local)
		}
	}
}

// localAt reads a local header; ok is false if there is none.
func (z *zipWalk) localAt(at int64) (entry, bool) {
	h := z.bytes(at, localLen)
	if len(h) < localLen || !bytes.HasPrefix(h, sigLocal) {
		return entry{}, false
	}
	n, x := int(le.Uint16(h[26:])), int(le.Uint16(h[28:]))
	rest := z.bytes(at+localLen, n+x)
	if len(rest) < n+x {
		return entry{}, false
	}
	e := entry{
		flags: le.Uint16(h[6:]), method: le.Uint16(h[8:]), crc: le.Uint32(h[14:]),
		stored: int64(le.Uint32(h[18:])), size: int64(le.Uint32(h[22:])),
		name: string(rest[:n]), local: at, length: int64(localLen + n + x),
	}
	e.extra(rest[n:], false)
	return e, true
}
