// Package npy reads the header of NumPy's .npy files: which type the elements have,
// which shape the array, and where the data starts (NEP 1, and versions 2.0 and
// 3.0 of numpy.lib.format).
//
//	\x93NUMPY  major minor  length  {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
//
// The header is a literal of the Python language. NumPy evaluates it with
// ast.literal_eval; this package parses the part of the language that a literal
// can be, and evaluates nothing.
//
// What matters to a gate is one question: do the elements hold Python objects? Then
// what follows is a pickle, and numpy.load(allow_pickle=True) runs it. The
// answer is yes for the type 'O' wherever it stands in a structured type, and
// "perhaps" ([Dtype.Unsure]) for every description that NumPy may understand and we
// don't: both are to be looked into.
package npy

import (
	"errors"
	"io"
	"math"
	"math/bits"
	"strings"

	"github.com/wardround/wardround/format/issue"
)

// MaxHeader is the longest header that is read, in bytes. NumPy itself stops at
// 10,000 unless it is told to trust the file.
const MaxHeader = 1 << 20

const magic = "\x93NUMPY"

// ErrNotNPY says that the bytes are no .npy file at all.
var ErrNotNPY = errors.New("not an .npy file")

// Is reports whether head begins as an .npy file.
func Is(head []byte) bool { return len(head) >= 6 && string(head[:6]) == magic }

// File is what a header says.
type File struct {
	Major, Minor int
	Dtype        Dtype
	Fortran      bool
	Shape        []int64
	Data         int64 // offset of the first byte behind the header
	Len          int64 // of the data in bytes; -1 if it can't be known: objects, a broken header
	Issues       []issue.Issue
}

// Dtype is the type of the elements.
type Dtype struct {
	Text   string // as written, shortened
	Size   int64  // of one element in bytes
	Object bool   // holds Python objects: a pickle follows
	Unsure bool   // a description that we don't understand
}

// Read reads the header of a file of size bytes. The error is [ErrNotNPY] or that of
// the reading; what is wrong with the file stands in Issues.
func Read(r io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, 12)
	n, err := r.ReadAt(head, 0)
	if n < 6 || !Is(head) {
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, ErrNotNPY
	}
	f := &File{Len: -1, Dtype: Dtype{Unsure: true}}
	var list issue.List
	defer func() { f.Issues = list.Issues() }()
	if n < 10 || head[6] >= 2 && n < 12 {
		list.Add("npy.truncated", issue.Unreadable, "", int64(n), "the file ends inside its header")
		return f, nil
	}
	f.Major, f.Minor = int(head[6]), int(head[7])
	length := int64(head[8]) | int64(head[9])<<8
	f.Data = 10 + length
	if f.Major >= 2 {
		length |= int64(head[10])<<16 | int64(head[11])<<24
		f.Data = 12 + length
	}
	data := f.Data
	f.Data = min(f.Data, size) // in any case a place in the file
	if f.Major < 1 || f.Major > 3 || f.Minor != 0 {
		list.Add("npy.version", issue.Unreadable, "", 6, "version %d.%d is not known", f.Major, f.Minor)
		return f, nil
	}
	if length > MaxHeader || data > size {
		list.Add("npy.header", issue.Unreadable, "", 8, "a header of %d bytes in a file of %d", length, size)
		return f, nil
	}
	text := make([]byte, length)
	if n, err := r.ReadAt(text, f.Data-length); int64(n) < length {
		return nil, err
	}
	if length > 10_000 {
		list.Add("npy.header", issue.Unknown, "", 8, "a header of %d bytes: NumPy reads it only from files it is told to trust", length)
	}
	f.header(string(text), f.Data-length, &list)
	if f.Len >= 0 && !f.Dtype.Object && !f.Dtype.Unsure {
		switch got := size - f.Data; {
		case got < f.Len:
			list.Add("npy.truncated", issue.Unreadable, "", size, "%d bytes of data where type and shape need %d", got, f.Len)
		case got > f.Len:
			list.Add("npy.trailing", issue.Unknown, "", f.Data+f.Len, "%d bytes follow the array", got-f.Len)
		}
	}
	return f, nil
}

// header takes the three entries out of the literal.
func (f *File) header(text string, at int64, list *issue.List) {
	v, err := parse(text)
	d, ok := v.(dict)
	if err != nil || !ok {
		list.Add("npy.header", issue.Unreadable, "", at, "the header is no dictionary of plain values: %v", err)
		return
	}
	seen := map[string]bool{}
	var shape bool
	for _, p := range d {
		key, _ := p.key.(string)
		if seen[key] {
			list.Add("npy.header", issue.Unknown, key, at, "the header has an entry twice")
		}
		seen[key] = true
		switch key {
		case "descr":
			f.Dtype = dtype(p.value, 0)
			f.Dtype.Text = issue.Clip(render(p.value), 120)
		case "fortran_order":
			f.Fortran, ok = p.value.(bool)
		case "shape":
			f.Shape, shape = shapeOf(p.value)
			ok = shape
		default:
			ok = false
		}
		if !ok {
			list.Add("npy.header", issue.Unreadable, issue.Clip(key, 40), at, "an entry that NumPy does not accept")
		}
		ok = true
	}
	if !seen["descr"] || !seen["fortran_order"] || !shape {
		list.Add("npy.header", issue.Unreadable, "", at, "the header lacks an entry")
		f.Dtype.Unsure = true
		return
	}
	if f.Dtype.Unsure {
		list.Add("npy.type", issue.Unknown, "", at, "the type %s is not known to us; NumPy may read it as one of objects", f.Dtype.Text)
	}
	if !f.Dtype.Object {
		f.Len = f.Dtype.Size
		for _, n := range f.Shape {
			f.Len = mul(f.Len, n)
		}
		if f.Len == math.MaxInt64 {
			list.Add("npy.shape", issue.Unreadable, "", at, "the array is larger than any machine")
		}
	}
}

func mul(a, b int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(lo)
}

func shapeOf(v any) ([]int64, bool) {
	l, ok := v.(list)
	if !ok || len(l) > 64 { // NumPy 2 allows 64 dimensions
		return nil, false
	}
	out := make([]int64, 0, len(l))
	for _, e := range l {
		n, ok := e.(int64)
		if !ok || n < 0 {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// sizes are the bytes of one element of the types whose letter alone tells it; of the
// others the number behind the letter does.
var sizes = map[byte]int64{'?': 1, 'b': 1, 'B': 1, 'h': 2, 'H': 2, 'i': 4, 'I': 4, 'l': 8, 'L': 8, 'q': 8, 'Q': 8, 'e': 2, 'f': 4, 'd': 8, 'g': 16, 'F': 8, 'D': 16, 'G': 32}

// dtype reads a description: a text, a list of fields (name, type[, shape]), or a
// pair (type, shape).
func dtype(v any, depth int) Dtype {
	if depth > 20 {
		return Dtype{Unsure: true}
	}
	switch v := v.(type) {
	case string:
		return dtypeText(v)
	case list:
		if len(v) == 2 {
			if shape, ok := subshape(v[1]); ok { // ('<f8', (2, 3))
				d := dtype(v[0], depth+1)
				d.Size = mul(d.Size, shape)
				return d
			}
		}
		var out Dtype
		if len(v) == 0 {
			return Dtype{Unsure: true}
		}
		for _, e := range v {
			field, ok := e.(list)
			if !ok || len(field) < 2 || len(field) > 3 {
				return Dtype{Unsure: true, Object: out.Object}
			}
			d := dtype(field[1], depth+1)
			if len(field) == 3 {
				n, ok := subshape(field[2])
				if !ok {
					d.Unsure = true
				}
				d.Size = mul(d.Size, n)
			}
			out.Size += d.Size
			out.Object = out.Object || d.Object
			out.Unsure = out.Unsure || d.Unsure
			if out.Size < 0 {
				return Dtype{Unsure: true, Object: out.Object}
			}
		}
		return out
	}
	return Dtype{Unsure: true}
}

// subshape is the number of elements of a shape given as number or tuple.
func subshape(v any) (int64, bool) {
	if n, ok := v.(int64); ok && n >= 0 {
		return n, true
	}
	s, ok := shapeOf(v)
	n := int64(1)
	for _, d := range s {
		n = mul(n, d)
	}
	return n, ok
}

func dtypeText(s string) Dtype {
	body := strings.TrimLeft(s, "<>=|")
	if len(s)-len(body) > 1 || body == "" {
		return Dtype{Unsure: true}
	}
	kind, rest := body[0], body[1:]
	n, digits := int64(0), 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' && digits < 12 {
		n = n*10 + int64(rest[digits]-'0')
		digits++
	}
	rest = rest[digits:]
	switch {
	case kind == 'O' && rest == "":
		return Dtype{Object: true, Size: 8}
	case (kind == 'M' || kind == 'm') && n == 8 && unitOf(rest):
		return Dtype{Size: 8}
	case rest != "":
		return Dtype{Unsure: true}
	case kind == 'U':
		return Dtype{Size: 4 * n}
	case kind == 'S' || kind == 'V' || kind == 'a':
		return Dtype{Size: n}
	case digits > 0 && strings.IndexByte("biufc", kind) >= 0:
		return Dtype{Size: n, Unsure: n == 0 || n > 32}
	case digits == 0 && sizes[kind] > 0:
		return Dtype{Size: sizes[kind]}
	}
	return Dtype{Unsure: true}
}

// unitOf: "", or a unit of time in brackets: [ns], [25us].
func unitOf(s string) bool {
	return s == "" || len(s) >= 3 && s[0] == '[' && s[len(s)-1] == ']' && strings.Trim(s[1:len(s)-1], "0123456789YMWDhmsunpfa/geric") == ""
}
