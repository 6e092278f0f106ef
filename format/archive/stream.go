package archive

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"

	"github.com/wardround/wardround/format/issue"
)

// Stream is one format of compressed bytes.
type Stream struct {
	Name  string // "gzip"; the rules of its issues begin with it
	Looks func(head []byte) bool
	open  func(*counting) (io.Reader, error)
	weak  bool // its mark is of few bits: other files have it by chance
}

// Streams are the compressed formats. Some of their marks are weak: what only
// looks like one gives [ErrNotThis] once it is read.
var Streams = []*Stream{
	{"gzip", prefix("\x1f\x8b"), func(c *counting) (io.Reader, error) { return newGzip(c) }, false},
	{"zlib", looksZlib, func(c *counting) (io.Reader, error) { return zlib.NewReader(c) }, true},
	{"bzip2", prefix("BZh"), func(c *counting) (io.Reader, error) { return bzip2.NewReader(c), nil }, false},
	{"xz", prefix("\xfd7zXZ\x00"), newXZ, false},
	{"lzma", looksLZMA, func(c *counting) (io.Reader, error) { return newLZMA(c) }, true},
	{"lz4", looksLZ4, func(c *counting) (io.Reader, error) { return lz4.NewReader(c), nil }, false},
	{"zstd", looksZstd, func(c *counting) (io.Reader, error) { return newZstd(c) }, false},
}

func prefix(s string) func([]byte) bool {
	return func(b []byte) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
}

// looksZlib: RFC 1950 §2.2, deflate with a checked header and no preset dictionary.
func looksZlib(b []byte) bool {
	return len(b) >= 2 && b[0]&0x0F == 8 && b[0]>>4 <= 7 && (int(b[0])<<8|int(b[1]))%31 == 0 && b[1]&0x20 == 0
}

// looksLZMA: properties under 225, a dictionary of a size that encoders write, and a
// length that is unknown or could be.
func looksLZMA(b []byte) bool {
	if len(b) < 13 || b[0] >= 225 {
		return false
	}
	d, n := le.Uint32(b[1:]), le.Uint64(b[5:])
	written := d == 0xFFFFFFFF || d >= 4096 && (d&(d-1) == 0 || d%3 == 0 && (d/3)&(d/3-1) == 0)
	return written && (n == ^uint64(0) || n < 1<<40)
}

func looksLZ4(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	m := le.Uint32(b)
	return m == 0x184D2204 || m == 0x184C2102
}

func looksZstd(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	m := le.Uint32(b)
	return m == 0xFD2FB528 || m&^0xF == 0x184D2A50
}

// Unpack visits what comes out of compressed bytes, and what stands behind them.
func (s *Stream) Unpack(r io.ReaderAt, size int64, b *Budget, visit Visit) ([]issue.Issue, error) {
	var issues issue.List
	in := &counting{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10)}
	out, err := s.open(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotThis, err)
	}
	first := make([]byte, 4096)
	src := &spending{out, b}
	n := 0
	for err == nil && n < len(first) {
		var k int
		k, err = src.Read(first[n:])
		n += k
	}
	if n == 0 && err != io.EOF && !errors.Is(err, ErrBudget) && s.weak {
		return nil, fmt.Errorf("%w: %v", ErrNotThis, err)
	}
	if err := b.member(); err != nil {
		issues.Add(s.Name+".limit", issue.Unreadable, "", -1, "%v", err)
		return issues.Issues(), nil
	}
	body := &noting{r: src, head: first[:n], err: err}
	m := &Member{Kind: File, Size: -1, open: func() (io.Reader, error) { return body, nil }}
	if err := visit(m); err != nil {
		return issues.Issues(), err
	}
	if _, err := io.Copy(io.Discard, body); err != nil { // the visitor may have stopped early
		rule, level := s.Name+".data", issue.Unreadable
		if errors.Is(err, ErrBudget) {
			rule = s.Name + ".limit"
		}
		issues.Add(rule, level, "", in.n, "the compressed data ends with: %v", err)
		return issues.Issues(), nil
	}
	if s.Name == "lz4" && !lz4Ended(r, in.n) {
		issues.Add("lz4.data", issue.Unreadable, "", in.n, "the compressed data ends without an end mark")
	}
	if g, ok := out.(*gzipReader); ok && g.behind >= 0 {
		in.n = g.behind
	}
	if in.n < size {
		z := &zipWalk{r: r, size: size}
		err := z.looseBytes(span{from: in.n, to: size}, func(m *Member) error {
			issues.Add(s.Name+".trailing", issue.Unknown, "", in.n, "%d bytes follow the compressed data", m.Size)
			return visit(m)
		})
		if err != nil {
			return issues.Issues(), err
		}
	}
	return issues.Issues(), nil
}

// lz4Ended reports whether a frame of which n bytes were used has its end mark, four
// zeros, and behind it the checksum if its flags promise one. The library takes
// the end of the file for the end of the frame. Old frames have no mark.
func lz4Ended(r io.ReaderAt, n int64) bool {
	head, tail := make([]byte, 5), make([]byte, 8)
	if !full(r, head, 0) || n < 15 || !full(r, tail, n-8) {
		return false
	}
	if le.Uint32(head) == 0x184C2102 {
		return true
	}
	if head[4]&4 != 0 {
		return le.Uint32(tail) == 0
	}
	return le.Uint32(tail[4:]) == 0
}

// noting gives out a head that was read before, then the rest, and keeps the error.
type noting struct {
	r    io.Reader
	head []byte
	err  error
}

func (n *noting) Read(p []byte) (int, error) {
	if len(n.head) > 0 {
		k := copy(p, n.head)
		n.head = n.head[k:]
		return k, nil
	}
	if n.err != nil {
		return 0, n.err
	}
	k, err := n.r.Read(p)
	n.err = err
	return k, err
}

// gzipReader reads members one after another (RFC 1952 §2.2). It differs from the
// standard library's in that bytes behind the last member are no error that hides
// what came before; behind is where they start, -1 if there are none.
type gzipReader struct {
	c      *counting
	z      *gzip.Reader
	behind int64
}

func newGzip(c *counting) (*gzipReader, error) {
	z, err := gzip.NewReader(c)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{c: c, z: z, behind: -1}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		if g.behind >= 0 {
			return 0, io.EOF
		}
		n, err := g.z.Read(p)
		if err != io.EOF {
			return n, err
		}
		if next, _ := g.c.r.Peek(2); len(next) < 2 || next[0] != 0x1f || next[1] != 0x8b {
			g.behind = g.c.n
			return n, io.EOF
		}
		if err := g.z.Reset(g.c); err != nil {
			return n, err
		}
		g.z.Multistream(false)
		if n > 0 {
			return n, nil
		}
	}
}
