// Package safetensors reads the header of safetensors files: which tensors there
// are, of which type and shape, and where their bytes stand
// (https://huggingface.co/docs/safetensors, "Format").
//
// A file is a length N (8 bytes, little endian), N bytes of JSON and the tensors:
//
//	{"__metadata__": {"format": "pt"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
//
// The format promises that nothing runs when a file is loaded and that every
// byte belongs to exactly one tensor. Read checks the second promise: a header
// within bounds, no name twice (also not through escapes), spans that are as
// long as type and shape say, without overlap, hole or remainder. Tensors are
// never read.
package safetensors

import (
	"cmp"
	"io"
	"math/bits"
	"slices"

	"github.com/wardround/wardround/format/cursor"
	"github.com/wardround/wardround/format/issue"
)

// Limits bound what Read takes in. Zero values mean the defaults.
type Limits struct {
	Header  int64 // bytes of JSON; default 100 MB, the format's own bound
	Tensors int   // default 1 million
	Dims    int   // of one tensor; default 64
}

func (l Limits) filled() Limits {
	if l.Header <= 0 {
		l.Header = 100_000_000
	}
	if l.Tensors <= 0 {
		l.Tensors = 1_000_000
	}
	if l.Dims <= 0 {
		l.Dims = 64
	}
	return l
}

// Tensor is one entry of the header.
type Tensor struct {
	Name   string
	DType  string
	Shape  []uint64
	Offset int64 // of its first byte, from the start of the file
	Len    int64 // in bytes
	At     int64 // of its entry in the header
}

// Pair is one entry of __metadata__.
type Pair struct{ Key, Value string }

// File is what a safetensors file holds.
type File struct {
	Header   int64 // length of the JSON in bytes
	Metadata []Pair
	Tensors  []Tensor // in the order of the header
	Inner    [][2]int64
	Issues   []issue.Issue
}

// Bits are the bits of one element of each type that the format knows.
var Bits = map[string]uint64{
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16,
	"I32": 32, "U32": 32, "F32": 32,
	"I64": 64, "U64": 64, "F64": 64, "C64": 64,
}

// Is reports whether a file that begins with head (at least 9 bytes) and is size
// bytes long looks like safetensors.
func Is(head []byte, size int64) bool {
	if len(head) < 9 || head[8] != '{' {
		return false
	}
	var n uint64
	for i := 7; i >= 0; i-- {
		n = n<<8 | uint64(head[i])
	}
	return n >= 2 && n <= uint64(max(size, 0))
}

// Read reads the header of the file of size bytes. The error is of the reading
// only: what is wrong with the file stands in Issues, as far as it could be read.
func Read(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	lim = lim.filled()
	f := &File{}
	p := &parser{f: f, lim: lim, size: size}
	c := cursor.New(r, size)
	p.header(c)
	f.Issues = p.issues.Issues()
	return f, c.IOErr()
}

type parser struct {
	f      *File
	lim    Limits
	size   int64
	issues issue.List
}

func (p *parser) unreadable(rule, where string, at int64, format string, args ...any) {
	p.issues.Add("safetensors."+rule, issue.Unreadable, where, at, format, args...)
}

func (p *parser) header(c *cursor.Reader) {
	n := c.U64()
	if c.Err() != nil {
		p.unreadable("truncated", "", 0, "The file has %d bytes; its header length alone takes 8.", p.size)
		return
	}
	left := c.Left()
	switch {
	case n > uint64(p.lim.Header):
		p.unreadable("header-too-large", "", 0, "The header says it is %d bytes long; readers take at most %d.", n, p.lim.Header)
		return
	case n > uint64(left):
		p.unreadable("header-outside", "", 0, "The header says it is %d bytes long, the file has %d after its length.", n, left)
		return
	case n < 2:
		p.unreadable("header-too-small", "", 0, "A header of %d bytes holds no JSON object.", n)
		return
	}
	p.f.Header = int64(n)
	if b := c.Peek(1); len(b) == 1 && b[0] != '{' {
		p.unreadable("header-start", "", 8, "The header begins with %q, not with '{'.", b)
		return
	}
	if c.Err() != nil {
		return
	}
	src := &watched{r: c.Section(8, int64(n))}
	ok := p.json(src)
	if src.err != nil {
		// The disk failed; let the cursor say so.
		c.Goto(8 + src.read)
		c.U8()
		return
	}
	if ok {
		p.padding(c)
		p.layout()
	}
}

// padding looks at the white space after the header's object.
func (p *parser) padding(c *cursor.Reader) {
	const tail = 4096
	from := max(8, 8+p.f.Header-tail)
	c.Goto(from)
	b := c.Bytes(8+p.f.Header-from, tail)
	end := len(b)
	for end > 0 && b[end-1] != '}' {
		end--
	}
	spaces := len(b) - end
	for i := end; i < len(b); i++ {
		if b[i] != ' ' {
			p.unreadable("padding", "", from+int64(i), "The header is padded with byte 0x%02x; the format allows spaces only.", b[i])
			return
		}
	}
	if end == 0 || spaces > 512 {
		p.issues.Add("safetensors.padding-long", issue.Note, "", from+int64(end), "The header is padded with more spaces than any alignment needs.")
	}
}

// layout checks that tensors tile the rest of the file.
func (p *parser) layout() {
	data := 8 + p.f.Header
	order := make([]int, 0, len(p.f.Tensors))
	for i := range p.f.Tensors {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := p.f.Tensors[a], p.f.Tensors[b]
		return cmp.Or(cmp.Compare(x.Offset, y.Offset), cmp.Compare(x.Len, y.Len))
	})
	end := data
	last := ""
	for _, i := range order {
		t := p.f.Tensors[i]
		switch {
		case t.Len == 0 && t.Offset <= end:
		case t.Offset < end:
			p.unreadable("overlap", t.Name, t.Offset, "Tensor %q begins at %d, inside %q, which ends at %d.", t.Name, t.Offset, last, end)
		case t.Offset > end:
			p.unreadable("hole", t.Name, end, "%d bytes before tensor %q belong to no tensor.", t.Offset-end, t.Name)
			p.f.Inner = append(p.f.Inner, [2]int64{end, t.Offset - end})
		}
		if e := t.Offset + t.Len; e > end {
			end, last = e, t.Name
		}
	}
	if end < p.size {
		p.unreadable("trailing", "", end, "%d bytes after the last tensor belong to no tensor.", p.size-end)
		p.f.Inner = append(p.f.Inner, [2]int64{end, p.size - end})
	}
}

// bytesOf is how many bytes shape × dtype takes, and whether that is a whole
// number below 2^63.
func bytesOf(shape []uint64, bitsPer uint64) (int64, bool) {
	n := uint64(1)
	zero := false
	for _, d := range shape {
		zero = zero || d == 0
	}
	if zero {
		return 0, true
	}
	for _, d := range append(slices.Clone(shape), bitsPer) {
		hi, lo := bits.Mul64(n, d)
		if hi != 0 {
			return 0, false
		}
		n = lo
	}
	if n%8 != 0 || n/8 > 1<<62 {
		return 0, false
	}
	return int64(n / 8), true
}

type watched struct {
	r    io.Reader
	read int64
	err  error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	w.read += int64(n)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
