// Package jsonstream reads JSON (RFC 8259) as a stream of bounded size, for
// documents that are larger than memory should hold and come from strangers.
//
// A [Reader] is pulled. Its methods never return an error: the first one stays
// in [Reader.Err], after which every method answers with a zero value, so that
// reading code runs down the page:
//
//	d := jsonstream.New(r, jsonstream.Limits{})
//	if d.Object() {
//		for d.Next() {
//			switch string(d.Name()) { // compiles without an allocation
//			case "name":
//				name = d.Text()
//			case "parts":
//				if d.Array() {
//					for d.Next() {
//						part(d)
//					}
//				}
//			}
//		}
//	}
//	return d.End()
//
// A value that nobody reads is skipped by the following Next. What is odd but
// leaves the rest readable goes to [Reader.Notice]: a name that stands twice in
// an object (the first is kept: RFC 8259 §4 leaves it open, and readers that
// disagree can be played off against each other), a value of another type than
// asked for, bytes that are no UTF-8. What breaks the grammar ends the reading.
//
// A UTF-8 byte order mark is passed over (§8.1); UTF-16 and UTF-32 are refused by
// name.
package jsonstream

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"unicode/utf8"

	"github.com/wardround/wardround/format"
)

// Limits bound what a Reader takes in; zero fields take the default.
type Limits struct {
	Bytes int64 // of the document; 2 GiB
	Depth int   // of nesting; 512
	Text  int   // of one string or number, in bytes; 1 MiB
	Names int   // of one object; 1,000,000
	Space int   // of one run of white space, in bytes; 16 MiB
}

func (l Limits) orDefault() Limits {
	set := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = 2 << 30
	}
	set(&l.Depth, 512)
	set(&l.Text, 1<<20)
	set(&l.Names, 1_000_000)
	set(&l.Space, 16<<20)
	return l
}

// Kind is the type of a value, told by its first byte.
type Kind byte

// The kinds. None is what a Reader answers after an error or at the end.
const (
	None   Kind = 0
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	True   Kind = 't'
	False  Kind = 'f'
	Null   Kind = 'n'
)

func (k Kind) String() string {
	switch k {
	case Object:
		return "an object"
	case Array:
		return "an array"
	case String:
		return "a string"
	case Number:
		return "a number"
	case True, False:
		return "true or false"
	case Null:
		return "null"
	}
	return "nothing"
}

// The codes of a Notice.
const (
	DuplicateName = "duplicate-key"
	WrongType     = "wrong-type"
	BadText       = "bad-text"
)

// Notice is something odd that did not end the reading.
type Notice struct {
	Code    string
	Pointer string // JSON pointer, RFC 6901
	Offset  int64
	Detail  string
}

// Reader reads one document. It is not for use by several goroutines.
type Reader struct {
	// Notice, if set, is told what is odd. It must not call the Reader.
	Notice func(Notice)

	src    io.Reader
	lim    Limits
	buf    []byte
	pos    int   // of the next byte in buf
	end    int   // of what is filled
	base   int64 // offset in the document of buf[0]
	line   int64
	eof    bool
	err    error
	frames []frame
	path   []byte   // the names of the open objects, one after another
	names  []uint64 // hashes of the names seen in the open objects
	seed   maphash.Seed
	text   []byte // the last string or number, where buf could not hold it
	wait   bool   // a value stands next that was not read
	done   bool   // the top value was read
	intern [1 << 11]string
}

type frame struct {
	object bool
	count  int // of members or elements so far
	name   int // where its current name begins in path
	first  int // where its names begin in names
	large  map[uint64]struct{}
}

// New returns a Reader of r, placed before the top value.
func New(r io.Reader, lim Limits) *Reader {
	return &Reader{src: r, lim: lim.orDefault(), buf: make([]byte, 64<<10), line: 1, seed: maphash.MakeSeed(), wait: true}
}

// Err returns the first error: an [*format.Error] with the offset, the JSON
// pointer as Field, and the line in words.
func (d *Reader) Err() error { return d.err }

// Offset returns the offset of the next byte to read.
func (d *Reader) Offset() int64 { return d.base + int64(d.pos) }

// Depth returns how many objects and arrays are open.
func (d *Reader) Depth() int { return len(d.frames) }

// Pointer returns the JSON pointer (RFC 6901) of the value that Next came to.
func (d *Reader) Pointer() string {
	var b []byte
	for i, f := range d.frames {
		b = append(b, '/')
		if !f.object {
			b = fmt.Appendf(b, "%d", max(f.count-1, 0))
			continue
		}
		to := len(d.path)
		if i+1 < len(d.frames) {
			to = d.frames[i+1].name
		}
		name := d.path[f.name:to]
		if len(name) > 200 {
			name = append(bytes.Clone(name[:200]), "…"...)
		}
		name = bytes.ReplaceAll(name, []byte("~"), []byte("~0"))
		b = append(b, bytes.ReplaceAll(name, []byte("/"), []byte("~1"))...)
	}
	return string(b)
}

// fail keeps the first error. cause is one of package format's.
func (d *Reader) fail(cause error, text string, args ...any) {
	if d.err != nil {
		return
	}
	d.err = &format.Error{
		Format: "json", Offset: d.Offset(), Field: d.Pointer(),
		Err: fmt.Errorf("%w: line %d: %s", cause, d.line, fmt.Sprintf(text, args...)),
	}
}

func (d *Reader) note(code, detail string, args ...any) {
	if d.Notice != nil {
		d.Notice(Notice{Code: code, Pointer: d.Pointer(), Offset: d.Offset(), Detail: fmt.Sprintf(detail, args...)})
	}
}

// fill reads more; false at the end of the input and after an error. What stood
// in buf before pos is lost.
func (d *Reader) fill() bool {
	if d.err != nil || d.eof {
		return false
	}
	if d.pos > 0 {
		n := copy(d.buf, d.buf[d.pos:d.end])
		d.base += int64(d.pos)
		d.pos, d.end = 0, n
	}
	for range 100 {
		n, err := d.src.Read(d.buf[d.end:])
		first := d.base == 0 && d.end == 0
		d.end += n
		if d.base+int64(d.end) > d.lim.Bytes {
			d.fail(format.ErrLimit, "the document has more than %d bytes", d.lim.Bytes)
			return false
		}
		if err != nil && !errors.Is(err, io.EOF) {
			d.err = fmt.Errorf("json: reading at byte %d: %w", d.base+int64(d.end), err)
			return false
		}
		d.eof = err != nil
		if first && n > 0 && !d.start() {
			return false
		}
		if n > 0 {
			return true
		}
		if d.eof {
			return false
		}
	}
	d.err = fmt.Errorf("json: reading at byte %d: %w", d.base+int64(d.end), io.ErrNoProgress)
	return false
}

// start looks at the first bytes for a mark or a sign of another encoding.
func (d *Reader) start() bool {
	for d.end < 4 && !d.eof {
		n, err := d.src.Read(d.buf[d.end : d.end+1])
		d.end += n
		if n == 0 && err != nil {
			d.eof = errors.Is(err, io.EOF)
			break
		}
	}
	b := d.buf[:d.end]
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		d.pos = 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")),
		len(b) > 1 && (b[0] == 0) != (b[1] == 0):
		d.fail(format.ErrMalformed, "this is UTF-16 or UTF-32; JSON is exchanged in UTF-8 (RFC 8259 §8.1): save it as UTF-8")
		return false
	}
	return true
}

// space passes over white space and returns the byte after it; 0 at the end, where
// pos is end.
func (d *Reader) space() byte {
	run := 0
	for {
		for i, c := range d.buf[d.pos:d.end] {
			switch c {
			case '\n':
				d.line++
			case ' ', '\t', '\r':
			default:
				d.pos += i
				return c
			}
		}
		if run += d.end - d.pos; run > d.lim.Space {
			d.fail(format.ErrLimit, "more than %d bytes of white space in a row", d.lim.Space)
			return 0
		}
		d.pos = d.end
		if !d.fill() {
			return 0
		}
	}
}

// unexpected fails with what stands here instead of want.
func (d *Reader) unexpected(want string) {
	if d.err != nil {
		return
	}
	if d.pos >= d.end {
		d.fail(format.ErrTruncated, "the document ends where %s should stand", want)
		return
	}
	r, _ := utf8.DecodeRune(d.buf[d.pos:d.end])
	d.fail(format.ErrMalformed, "%q where %s should stand", r, want)
}
