package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

const tarBlock = 512

// LooksTar reports whether a header with a right checksum stands at the start. Old
// archives have no other mark, and Python's tarfile asks for none.
func LooksTar(head []byte) bool { return len(head) >= tarBlock && tarHeader(head[:tarBlock]) }

// tarHeader checks the sum of a header's bytes, with its own field as blanks, as
// unsigned and as signed numbers (POSIX.1-2017 ustar; old writers used signed).
func tarHeader(b []byte) bool {
	told, err := strconv.ParseInt(strings.Trim(string(b[148:156]), " \x00"), 8, 64)
	if err != nil || b[0] == 0 {
		return false
	}
	var u, s int64
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		u, s = u+int64(c), s+int64(int8(c))
	}
	return told == u || told == s
}

// Tar walks an archive. It goes on behind the end mark and behind a damaged header
// if another header follows: a reader that ignores them would, too.
func Tar(r io.ReaderAt, size int64, b *Budget, visit Visit) ([]issue.Issue, error) {
	t := &tarWalk{r: r, size: size, budget: b}
	if h := make([]byte, tarBlock); !full(r, h, 0) || !LooksTar(h) {
		return nil, ErrNotThis
	}
	at := int64(0)
	for {
		end, err := t.run(at, visit)
		if err != nil {
			if errors.Is(err, ErrBudget) {
				t.issues.Add("tar.limit", issue.Unreadable, "", end, "%v", err)
				err = nil
			}
			return t.issues.Issues(), err
		}
		next, stray := t.resume(end)
		if next < 0 {
			if stray {
				z := &zipWalk{r: r, size: size}
				err = z.looseBytes(span{from: end, to: size}, func(m *Member) error {
					t.issues.Add("tar.trailing", issue.Unknown, "", end, "%d bytes follow the end of the archive", m.Size)
					return visit(m)
				})
			}
			return t.issues.Issues(), err
		}
		t.issues.Add("tar.after-end", issue.Unknown, "", next, "more members stand behind what most readers take for the end")
		at = next
	}
}

type tarWalk struct {
	r      io.ReaderAt
	size   int64
	budget *Budget
	issues issue.List
}

func full(r io.ReaderAt, b []byte, at int64) bool {
	n, _ := r.ReadAt(b, at)
	return n == len(b)
}

// run reads members from at and returns where it stopped.
func (t *tarWalk) run(at int64, visit Visit) (int64, error) {
	src := io.NewSectionReader(t.r, at, t.size-at)
	tr := tar.NewReader(src)
	where := func() int64 { n, _ := src.Seek(0, io.SeekCurrent); return at + n }
	for {
		before := where()
		h, err := tr.Next()
		switch {
		case err == io.EOF:
			return where(), nil
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			t.issues.Add("tar.data", issue.Unreadable, "", before, "the archive is damaged here: %v", err)
			return max(where(), before+tarBlock), nil
		}
		if err := t.budget.member(); err != nil {
			return where(), err
		}
		if err := t.member(h, tr, where(), visit); err != nil {
			return where(), err
		}
	}
}

// member visits one member; from is where its data starts.
func (t *tarWalk) member(h *tar.Header, tr *tar.Reader, from int64, visit Visit) error {
	if escapes(h.Name) {
		t.issues.Add("tar.path-escapes", issue.Unknown, h.Name, from, "unpacked by a careless program this would be written outside of the folder")
	}
	m := &Member{Name: h.Name, Target: h.Linkname, Offset: from, Size: h.Size}
	switch h.Typeflag {
	case tar.TypeDir:
		m.Kind = Dir
		return visit(m)
	case tar.TypeLink, tar.TypeSymlink:
		m.Kind = Link
		if escapes(h.Linkname) {
			t.issues.Add("tar.link-escapes", issue.Unknown, h.Name, from, "a link that leaves the folder: %s", issue.Clip(h.Linkname, 120))
		}
		return visit(m)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		t.issues.Add("tar.special-file", issue.Unknown, h.Name, from, "a device or pipe has no place in a model")
		return nil
	}
	raw := make([]byte, tarBlock)
	sparse := h.Typeflag == tar.TypeGNUSparse || hasSparse(h)
	if sparse {
		t.issues.Add("tar.sparse", issue.Unknown, h.Name, from, "a file with holes; readers disagree about what it holds")
	} else if from >= tarBlock && full(t.r, raw, from-tarBlock) {
		if told, ok := octal(raw[124:136]); ok && told != h.Size {
			t.issues.Add("tar.size", issue.Unknown, h.Name, from, "the header says %d bytes, an extension %d; which one counts depends on the reader", told, h.Size)
		}
	}
	if h.Size <= t.size-from && !sparse {
		m.At = io.NewSectionReader(t.r, from, h.Size)
		return visit(m)
	}
	m.open = func() (io.Reader, error) {
		return &tarContent{t: t, name: h.Name, from: from, r: &spending{tr, t.budget}}, nil
	}
	return visit(m)
}

func hasSparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// octal reads a number field; numbers in base 256 are left to archive/tar.
func octal(b []byte) (int64, bool) {
	if b[0]&0x80 != 0 {
		return 0, false
	}
	s := strings.Trim(string(b), " \x00")
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 8, 64)
	return n, err == nil
}

// tarContent reports the fault with which a member ends.
type tarContent struct {
	t    *tarWalk
	name string
	from int64
	r    io.Reader
}

func (c *tarContent) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && err != io.EOF {
		c.t.issues.Add("tar.data", issue.Unreadable, c.name, c.from, "the member ends with: %v", err)
	}
	return n, err
}

// resume finds the next header behind a place where reading stopped, -1 if there is
// none; stray says that something other than zeros stands there.
func (t *tarWalk) resume(from int64) (next int64, stray bool) {
	from = (from + tarBlock - 1) / tarBlock * tarBlock
	buf := make([]byte, 256*tarBlock)
	for at := from; at < t.size; at += int64(len(buf)) {
		n, _ := t.r.ReadAt(buf[:min(int64(len(buf)), t.size-at)], at)
		for i := 0; i < n; i += tarBlock {
			b := buf[i:min(n, i+tarBlock)]
			if len(b) == tarBlock && tarHeader(b) {
				return at + int64(i), stray
			}
			stray = stray || len(bytes.Trim(b, "\x00")) > 0
		}
		if n == 0 {
			break
		}
	}
	return -1, stray
}
