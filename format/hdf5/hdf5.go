// Package hdf5 reads the structure of HDF5 files (HDF5 File Format
// Specification, versions 1 to 3): groups, attributes that are texts, datasets
// and where they lie. It reads no data. That is enough to list the tensors of a
// Keras file and to hand its configuration to package keras.
//
// An HDF5 file can reach beyond itself, and a library follows: links into other
// files, datasets whose bytes lie in other files or are put together from other
// files, filters that are loaded as plug-ins. Read names each, and the bytes
// before and after the structure, where other formats hide.
//
// Whatever the file says, each object is visited once, and objects, depth, texts
// and the nodes of indexes are bounded.
package hdf5

import (
	"fmt"
	"io"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Objects int   // groups and datasets; default 200,000
	Nodes   int   // of indexes and heaps, and messages; default 5 million
	Text    int64 // bytes of attribute texts kept in all; default 128 MiB
}

func (l Limits) filled() Limits {
	if l.Objects <= 0 {
		l.Objects = 200_000
	}
	if l.Nodes <= 0 {
		l.Nodes = 5_000_000
	}
	if l.Text <= 0 {
		l.Text = 128 << 20
	}
	return l
}

// Attribute is an attribute of a group or dataset. Value is set for single texts
// only, of fixed or variable length.
type Attribute struct {
	Object string // its path, "/" for the root
	Name   string
	Value  string
	IsText bool
	At     int64 // of its message
}

// Dataset is a dataset. Where its bytes lie in one piece, Offset is not -1.
type Dataset struct {
	Path    string
	Dims    []uint64
	Class   uint8 // of its type: 0 integer, 1 float, 3 string, 6 compound, 9 variable length …
	Size    uint32
	Layout  string // "compact", "contiguous", "chunked", "virtual"
	Offset  int64
	Len     int64
	Filters []uint16
	At      int64 // of its header
}

// File is what an HDF5 file holds.
type File struct {
	Superblock uint8
	Groups     []string
	Datasets   []Dataset
	Attributes []Attribute
	Inner      [][2]int64
	Issues     []issue.Issue
}

// Attr returns the text attribute of an object.
func (f *File) Attr(object, name string) (string, bool) {
	for _, a := range f.Attributes {
		if a.Object == object && a.Name == name {
			return a.Value, a.IsText
		}
	}
	return "", false
}

const signature = "\x89HDF\r\n\x1a\n"

// Is reports whether a file begins with an HDF5 superblock.
func Is(head []byte) bool { return len(head) >= 8 && string(head[:8]) == signature }

// Start returns where the superblock of an HDF5 file is: at the start, or behind a block
// of the user's own, at 512, 1024 … bytes (specification, "Disk Format: Level 0A").
// -1 if there is none.
func Start(r io.ReaderAt, size int64) int64 {
	var b [len(signature)]byte
	for at := int64(0); at >= 0 && at+int64(len(b)) <= size; at = max(512, at*2) {
		if n, _ := r.ReadAt(b[:], at); n == len(b) && string(b[:]) == signature {
			return at
		}
	}
	return -1
}

// Read reads the structure of a file of size bytes. The error is of the reading
// only: what is wrong with the file stands in Issues, as far as it could be read.
func Read(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{c: cursor.New(r, size), lim: lim.filled(), f: &File{}, visited: map[int64]bool{}, heaps: map[int64]*fractal{}}
	p.nodes, p.textLeft = p.lim.Nodes, p.lim.Text
	p.file()
	p.f.Issues = p.issues.Issues()
	return p.f, p.c.IOErr()
}

type object struct {
	path string
	addr int64
}

type parser struct {
	c        *cursor.Reader
	lim      Limits
	f        *File
	issues   issue.List
	base     int64
	osize    int // bytes of an offset
	lsize    int // bytes of a length
	queue    []object
	visited  map[int64]bool
	nodes    int
	textLeft int64
	heaps    map[int64]*fractal
}

func (p *parser) unreadable(rule, where string, at int64, format string, args ...any) {
	p.issues.Add("hdf5."+rule, issue.Unreadable, where, at, format, args...)
}

// settle turns what failed since into an issue and lets reading go on.
func (p *parser) settle(where string) bool {
	err := p.c.Err()
	if err == nil {
		return true
	}
	if p.c.IOErr() == nil {
		p.unreadable("malformed", where, p.c.Offset(), "The file can't be read there: %v.", err)
		p.c.Forgive()
	}
	return false
}

// step takes a node from the budget.
func (p *parser) step() bool {
	if p.nodes--; p.nodes < 0 {
		p.c.Fail("more parts than are read")
	}
	return p.c.Err() == nil
}

// undefined is the address that means none.
const undefined = -1

// addr reads an address and makes it one of the file; undefined if it is none.
func (p *parser) addr() int64 {
	v := p.c.Uint(p.osize)
	if v == 1<<(8*p.osize)-1 || p.osize == 8 && v == 1<<64-1 {
		return undefined
	}
	if v > uint64(p.c.Size()) || int64(v) > p.c.Size()-p.base {
		p.c.Fail("the address %d is outside of the file", v)
		return undefined
	}
	return int64(v) + p.base
}

func (p *parser) length() int64 {
	v := p.c.Uint(p.lsize)
	if v > 1<<62 {
		return -1
	}
	return int64(v)
}

func (p *parser) file() {
	c := p.c
	start := int64(-1)
	for at := int64(0); at >= 0 && at+8 <= c.Size(); at = max(512, at*2) {
		c.Goto(at)
		if b := c.Peek(8); string(b) == signature {
			start = at
			break
		}
		if c.Err() != nil {
			return
		}
	}
	if start < 0 {
		p.unreadable("malformed", "", 0, "There is no HDF5 superblock.")
		return
	}
	if start > 0 {
		p.f.Inner = append(p.f.Inner, [2]int64{0, start})
		p.issues.Add("hdf5.user-block", issue.Unknown, "", 0, "%d bytes stand before the HDF5 structure, which HDF5 readers ignore and others may not.", start)
	}
	root, end := p.superblock(start)
	if !p.settle("superblock") || root < 0 {
		return
	}
	switch {
	case end > c.Size():
		p.unreadable("truncated", "", c.Size(), "The file ends at %d by its own word and at %d in fact.", end, c.Size())
	case end >= 0 && end < c.Size():
		p.f.Inner = append(p.f.Inner, [2]int64{end, c.Size() - end})
		p.issues.Add("hdf5.trailing", issue.Unknown, "", end, "%d bytes follow the HDF5 structure, which HDF5 readers ignore and others may not.", c.Size()-end)
	}
	p.push("/", root)
	for len(p.queue) > 0 && c.IOErr() == nil {
		o := p.queue[0]
		p.queue = p.queue[1:]
		p.object(o)
		p.settle(o.path)
		if p.nodes < 0 {
			return
		}
	}
}

func (p *parser) push(path string, addr int64) {
	if addr < 0 || p.visited[addr] {
		return
	}
	if len(p.visited) >= p.lim.Objects {
		p.unreadable("too-many-objects", path, addr, "The file has more than %d objects.", p.lim.Objects)
		p.nodes = 0
		return
	}
	p.visited[addr] = true
	p.queue = append(p.queue, object{path, addr})
}

// superblock reads the superblock at start and returns the address of the root
// group's header and the end of the file.
func (p *parser) superblock(start int64) (root, end int64) {
	c := p.c
	c.Goto(start + 8)
	p.f.Superblock = c.U8()
	p.base = start
	sizes := func() {
		p.osize, p.lsize = int(c.U8()), int(c.U8())
		if c.Err() == nil && (p.osize != 2 && p.osize != 4 && p.osize != 8 || p.lsize != 2 && p.lsize != 4 && p.lsize != 8) {
			c.Fail("offsets of %d and lengths of %d bytes", p.osize, p.lsize)
		}
	}
	// The end counts from the start of the file, the base included; in a file
	// that something was put before, from the superblock.
	shift := int64(0)
	rawEnd := func() int64 {
		v := c.Uint(p.osize)
		if v > 1<<62 {
			return undefined
		}
		return int64(v) + shift
	}
	switch p.f.Superblock {
	case 0, 1:
		c.Skip(4)
		sizes()
		c.Skip(1 + 2 + 2 + 4)
		if p.f.Superblock == 1 {
			c.Skip(4)
		}
		shift = p.setBase(start)
		p.addr() // free space
		end = rawEnd()
		if driver := p.addr(); driver != undefined && c.Err() == nil {
			p.issues.Add("hdf5.driver", issue.Unknown, "", driver, "The file asks for a driver of its own, which may read other files.")
		}
		c.Skip(int64(p.osize))
		root = p.addr()
	case 2, 3:
		sizes()
		c.Skip(1)
		shift = p.setBase(start)
		ext := p.addr()
		end = rawEnd()
		root = p.addr()
		if ext != undefined {
			p.push("(superblock)", ext)
		}
	default:
		c.Fail("superblock version %d is unknown", p.f.Superblock)
	}
	return root, end
}

// setBase reads the base address, from which addresses count, and returns what
// the file was moved by since it was written.
func (p *parser) setBase(start int64) int64 {
	v := p.c.Uint(p.osize)
	p.base = start // the library goes by where the superblock is
	if p.c.Err() == nil && v != 0 && v != uint64(start) {
		p.c.Fail("the base address is %d, the superblock stands at %d", v, start)
	}
	return start - int64(v)
}

func join(path, name string) string {
	if len(path) > 4000 {
		return path
	}
	if path == "/" {
		return "/" + name
	}
	return fmt.Sprintf("%s/%s", path, name)
}
