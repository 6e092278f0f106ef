// Package archive reads containers as a suspicious reader must: it yields what
// any program could get out of them, and says where programs would disagree.
//
// A container of a model is opened by many readers. Python's zipfile goes by the
// central directory, a streaming unpacker by the local headers, PyTorch by a
// reader of its own. Who writes two truths into one file shows a harmless one to
// the scanner and the other to the loader. So [Zip] reads by local headers and
// by each central directory it can find, hands over every reading of every
// member, and reports each disagreement as an issue. [Tar] reads on behind what
// looks like the end. The compressors ([Gzip], [Zlib], [XZ], [Bzip2], [LZMA],
// [LZ4], [Zstd]) hand over what comes out up to the fault, and the fault.
//
// Names are told as they are written and never used to open anything.
//
// # Bounds
//
// What comes out of compressed data is drawn from a [Budget] that all containers
// of one file share, however deep they are nested; a dictionary or window over
// [MaxWindow] is refused before it is allocated. Members and directories are
// counted. Over a bound the member ends with [ErrBudget].
//
// # Errors
//
// A function returns an error for what is not the format at all
// ([ErrNotThis]) and for what the visitor returned. Everything else that is
// wrong with a container is an [issue.Issue]: the caller has already got what
// could be read. Sources: APPNOTE.TXT 6.3.10 (zip), POSIX.1-2017 pax and the GNU
// tar manual, RFC 1952 (gzip), RFC 1950 (zlib), the .xz file format 1.2.1, 7-zip's
// 7zFormat.txt.
package archive

import (
	"errors"
	"io"
	"sync/atomic"
)

// Bounds that no caller needs to change.
const (
	// MaxWindow is the largest dictionary or window a decompressor may ask for, in
	// bytes: that of xz -9 and of 7-zip's "ultra".
	MaxWindow = 64 << 20
	// maxMembers bounds the members of one container.
	maxMembers = 100_000
)

var (
	// ErrNotThis says that the bytes are not of the format asked for.
	ErrNotThis = errors.New("not this format")
	// ErrBudget says that more would come out than the budget allows.
	ErrBudget = errors.New("more comes out of the container than the limit allows")
)

// Budget is what all containers of one file may give out together. It is safe for
// use by several goroutines. A nil Budget allows everything.
type Budget struct {
	bytes, members atomic.Int64
}

// NewBudget allows n bytes to come out of compressed data, and m members.
func NewBudget(n, m int64) *Budget {
	b := &Budget{}
	b.bytes.Store(n)
	b.members.Store(m)
	return b
}

// Left returns how many bytes may still come out.
func (b *Budget) Left() int64 {
	if b == nil {
		return 1 << 62
	}
	return max(0, b.bytes.Load())
}

// Spend takes n bytes from the budget, or says that there are none left.
func (b *Budget) Spend(n int64) error {
	if b != nil && b.bytes.Add(-n) < 0 {
		return ErrBudget
	}
	return nil
}

// member counts one member.
func (b *Budget) member() error {
	if b != nil && b.members.Add(-1) < 0 {
		return ErrBudget
	}
	return nil
}

// spending counts what is read through it.
type spending struct {
	r io.Reader
	b *Budget
}

func (s *spending) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if e := s.b.Spend(int64(n)); e != nil {
		return n, e
	}
	return n, err
}

// Kind is what a member is.
type Kind uint8

const (
	// File is a member with content.
	File Kind = iota
	// Dir is a folder; it has no content.
	Dir
	// Link points elsewhere; Target says where.
	Link
	// Loose is bytes of the container that belong to no member.
	Loose
)

// Member is one reading of one member. It is valid during the visit only.
type Member struct {
	Name   string      // as the container writes it; "" if it has none
	Kind   Kind        //
	How    string      // "" for the ordinary reading, else which one: "by its local header"
	Target string      // of a link
	Offset int64       // of the stored bytes, from the start of the container
	Size   int64       // of what comes out, in bytes, as told; -1 if it is not told
	At     io.ReaderAt // what comes out, if it is stored as it is; nil if it must be unpacked with Open

	open func() (io.Reader, error)
}

// Open begins to read what comes out. The reader ends with an error where the
// container is at fault; what came before is what a loader would have seen.
func (m *Member) Open() (io.Reader, error) {
	if m.At != nil {
		return io.NewSectionReader(m.At, 0, m.Size), nil
	}
	if m.open == nil {
		return nil, errors.New("this member has no content")
	}
	return m.open()
}

// Visit is called for each reading. An error ends the walk and is returned.
type Visit func(*Member) error

// escapes reports whether a name would be written outside of the folder that
// an unpacker was told: absolute, with a drive, or by way of "..".
func escapes(name string) bool {
	for i := 0; i < len(name); {
		j := i
		for j < len(name) && name[j] != '/' && name[j] != '\\' {
			j++
		}
		if part := name[i:j]; part == ".." || (i == 0 && j == 0 && len(name) > 0) || (i == 0 && len(part) == 2 && part[1] == ':') {
			return true
		}
		i = j + 1
	}
	return false
}
