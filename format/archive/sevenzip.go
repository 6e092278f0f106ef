package archive

import (
	"errors"
	"fmt"
	"io"

	"github.com/bodgit/sevenzip"

	"github.com/wardround/wardround/format/issue"
)

var sevenMagic = []byte("7z\xbc\xaf\x27\x1c")

// LooksSevenZip reports whether head begins as a 7z archive.
func LooksSevenZip(head []byte) bool { return prefix(string(sevenMagic))(head) }

// SevenZip walks a 7z archive. Its header is checked first (see sevenHeader), because
// the counts in it are otherwise believed and allocated. What is encrypted or
// packed in a way we don't follow is unreadable.
func SevenZip(r io.ReaderAt, size int64, b *Budget, visit Visit) (out []issue.Issue, err error) {
	var issues issue.List
	head := make([]byte, 32)
	if !full(r, head, 0) || !LooksSevenZip(head) {
		return nil, ErrNotThis
	}
	defer func() {
		if p := recover(); p != nil { // of the unpacker, on a hostile archive
			issues.Add("7z.data", issue.Unreadable, "", -1, "the archive broke its reader: %v", p)
			err = nil
		}
		out = issues.Issues()
	}()
	if e := checkSeven(r, size, head); e != nil {
		rule := "7z.header"
		if errors.Is(e, errSevenEncrypted) {
			rule = "7z.encrypted"
		}
		issues.Add(rule, issue.Unreadable, "", -1, "%v", e)
		return nil, nil
	}
	z, e := sevenzip.NewReader(r, size)
	if e != nil {
		issues.Add("7z.header", issue.Unreadable, "", -1, "the archive can't be read: %v", e)
		return nil, nil
	}
	for _, f := range z.File {
		if err := b.member(); err != nil {
			issues.Add("7z.limit", issue.Unreadable, "", -1, "%v", err)
			return nil, nil
		}
		if escapes(f.Name) {
			issues.Add("7z.path-escapes", issue.Unknown, f.Name, -1, "unpacked by a careless program this would be written outside of the folder")
		}
		m := &Member{Name: f.Name, Size: int64(f.UncompressedSize), Offset: -1}
		if f.FileInfo().IsDir() {
			m.Kind = Dir
		}
		m.open = func() (io.Reader, error) {
			rc, err := f.Open()
			if err != nil {
				issues.Add("7z.data", issue.Unreadable, f.Name, -1, "the member can't be read: %v", err)
				return nil, err
			}
			return &sevenContent{issues: &issues, name: f.Name, r: &spending{rc, b}, rc: rc}, nil
		}
		if err := visit(m); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// sevenContent reports the fault with which a member ends.
type sevenContent struct {
	issues *issue.List
	name   string
	r      io.Reader
	rc     io.Closer
}

func (c *sevenContent) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, fmt.Errorf("the member broke its reader: %v", v)
		}
		if err != nil && c.rc != nil {
			c.rc.Close()
			c.rc = nil
			if err != io.EOF {
				c.issues.Add("7z.data", issue.Unreadable, c.name, -1, "the member ends with: %v", err)
			}
		}
	}()
	return c.r.Read(p)
}
