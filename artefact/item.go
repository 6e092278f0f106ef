package artefact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/archive"
	"github.com/wardround/wardround/format/issue"
)

// item is one thing to look at: the file, a member of a container, a text in a pickle.
type item struct {
	r     io.ReaderAt
	size  int64
	name  string // its own name, without folders; a hint
	path  string // from the file down: "model.zip/archive/data.pkl"; "" is the file
	depth int
	role  role
	head  []byte // its first bytes, at most headLen
}

const headLen = 64 << 10

// role is what a container says an item is for.
type role uint8

const (
	plain  role = iota
	torch       // the program of a torch archive: persistent ids are tensors
	tensor      // bytes that the archive's program refers to: anything, and nobody runs it
	script      // a source file of a TorchScript archive, run by torch's own interpreter
	graph       // the graph of a torch.export archive, or what tells of its weights: JSON
	inner       // a text inside a pickle: it runs only if something else loads it
)

// scanner is the state of one file's scan.
type scanner struct {
	ctx    context.Context
	opt    Options
	budget *archive.Budget
}

// A Format is one way to read an item. Looks is quick and may be wrong; Scan returns
// nil if the item is not this format after all.
type format struct {
	name  string
	looks func(*item) bool
	scan  func(*scanner, *item) *finding
}

// formats are all formats, in the order in which a report names them.
var formats []format

// register adds a format; each file of this package that reads one calls it.
func register(name string, looks func(*item) bool, scan func(*scanner, *item) *finding) bool {
	formats = append(formats, format{name, looks, scan})
	return true
}

// item looks at one item in every way that fits it.
func (s *scanner) item(it *item) *finding {
	all := &finding{}
	defer func() {
		if it.path != "" {
			all.parts = bounded([]Part{{Path: it.path, Format: all.format, Verdict: all.verdict(), Bytes: it.size}}, all.parts, maxParts)
		}
	}()
	if it.size == 0 {
		all.format = "empty"
		return all
	}
	if it.depth > s.opt.Depth {
		all.hit(it.path, issue.Issue{Rule: "artefact.depth", Level: issue.Unreadable, Offset: -1, Text: fmt.Sprintf("containers are nested more than %d deep; what is inside was not seen", s.opt.Depth)})
		return all
	}
	it.head = make([]byte, min(headLen, it.size))
	n, err := it.r.ReadAt(it.head, 0)
	if it.head = it.head[:n]; err != nil && !errors.Is(err, io.EOF) {
		all.hit(it.path, issue.Issue{Rule: "artefact.read", Level: issue.Unreadable, Offset: int64(n), Text: "the bytes can't be read: " + err.Error()})
		return all
	}
	var found []*finding
	for _, f := range formats {
		if s.ctx.Err() != nil {
			return all
		}
		if !f.looks(it) {
			continue
		}
		if r := s.contained(f, it); r != nil {
			if r.format == "" {
				r.format = f.name
			}
			found = append(found, r)
		}
	}
	s.judge(it, found, all)
	return all
}

// contained runs one reader. A reader that panics has met something it was not made
// for: the item is unreadable, the scan goes on.
func (s *scanner) contained(f format, it *item) (r *finding) {
	defer func() {
		if p := recover(); p != nil {
			r = &finding{format: f.name}
			r.hit(it.path, issue.Issue{Rule: "artefact.reader", Level: issue.Unreadable, Offset: -1, Text: fmt.Sprintf("the reader of %s broke: %v; please report this file's kind", f.name, p)})
		}
	}()
	return f.scan(s, it)
}

// judge joins the readings of an item.
func (s *scanner) judge(it *item, found []*finding, all *finding) {
	sure := slices.ContainsFunc(found, func(f *finding) bool { return f.whole && !f.doubt })
	var names []string
	whole := false
	for _, f := range found {
		// A weak mark on a file that another format explains, and nothing grave behind
		// it: chance.
		if f.doubt && sure && f.worst < issue.Malicious && len(f.calls) == 0 {
			continue
		}
		all.merge(f)
		whole = whole || f.whole
		names = append(names, f.format)
	}
	if !whole {
		if f := s.rest(it, len(names) > 0); f != nil {
			all.merge(f)
			if f.format != "" {
				names = append(names, f.format)
			}
		}
	}
	all.format = strings.Join(names, " + ")
	if len(names) > 1 {
		all.hit(it.path, issue.Issue{Rule: "artefact.polyglot", Level: issue.Unknown, Offset: -1, Text: "the bytes are several formats at once (" + all.format + "); which one is loaded depends on the loader"})
	}
	if it.role == inner && it.path != "" {
		innerOnly(it, all)
	}
}

// inside looks at a member of a container.
func (s *scanner) inside(parent *item, m *archive.Member, r role, into *finding) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if m.Kind == archive.Dir {
		return nil
	}
	child := &item{name: base(m.Name), path: joinPath(parent.path, m.Name), depth: parent.depth + 1, role: r}
	if m.Kind == archive.Loose {
		child.path = joinPath(parent.path, bytesAt(m.Offset))
	}
	if m.At != nil {
		child.r, child.size = m.At, m.Size
		into.merge(s.item(child))
		return nil
	}
	src, err := m.Open()
	if err != nil {
		return nil // the container has an issue for it
	}
	sp, err := s.spool(src)
	if err != nil {
		return err
	}
	defer sp.Close()
	child.r, child.size = sp, sp.size
	if child.path == parent.path || m.Name == "" {
		child.name, child.path = strings.TrimSuffix(parent.name, ext(parent.name)), joinPath(parent.path, "(content)")
	}
	into.merge(s.item(child))
	return nil
}

func joinPath(a, b string) string {
	b = issue.Clip(b, 300)
	if a == "" {
		return b
	}
	return a + "!" + b
}

// bytesAt names bytes that have no name.
func bytesAt(offset int64) string { return fmt.Sprintf("(bytes at %d)", offset) }

// ext is a name's last extension in lower case, with the dot.
func ext(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return strings.ToLower(name[i:])
	}
	return ""
}

// spooled is content that was unpacked: in memory when small, else in a file that
// nobody else can open by name for long.
type spooled struct {
	mem  []byte
	file *os.File
	size int64
}

// inMemory is how much of a member is kept in memory, in bytes.
const inMemory = 4 << 20

// spool unpacks r to its end, or to its fault: the container reports that. The error
// is of the disk.
func (s *scanner) spool(r io.Reader) (*spooled, error) {
	buf := make([]byte, 0, 64<<10)
	for len(buf) < inMemory {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(cap(buf), inMemory-len(buf)))
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), inMemory)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return &spooled{mem: buf, size: int64(len(buf))}, nil
		}
		if s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
	}
	f, err := os.CreateTemp(s.opt.Temp, "wardround-scan-*")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name()) // where the system allows it; else Close does
	sp := &spooled{file: f, size: int64(len(buf))}
	if _, err := f.Write(buf); err != nil {
		sp.Close()
		return nil, err
	}
	for buf = buf[:cap(buf)]; ; {
		n, err := r.Read(buf)
		if n > 0 {
			if _, werr := f.Write(buf[:n]); werr != nil {
				sp.Close()
				return nil, werr
			}
			sp.size += int64(n)
		}
		if err != nil {
			return sp, nil
		}
		if s.ctx.Err() != nil {
			sp.Close()
			return nil, s.ctx.Err()
		}
	}
}

func (s *spooled) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	if off < 0 || off >= int64(len(s.mem)) {
		return 0, io.EOF
	}
	n := copy(p, s.mem[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close gives the space back.
func (s *spooled) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	os.Remove(s.file.Name())
	return err
}
