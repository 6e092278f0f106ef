// Package cursor reads binary files from strangers piece by piece, through a
// small window, so that a file of 100 GB costs as much memory as one of 100 kB.
//
// A Reader has a position and a first error. Once something failed every method
// answers with a zero value and the position stays where it failed, so that
// reading code runs down the page and asks Err once:
//
//	c := cursor.New(r, size)
//	magic, n := c.U32(), c.U64()
//	if c.Err() != nil { … c.Offset() says where … }
//
// Lengths come from the file and are therefore lies until checked: Bytes and
// Text take the most they may allocate, and no length is allocated before it is
// known that the file holds so many bytes.
package cursor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Window is how many bytes a Reader holds at a time.
const Window = 32 << 10

// A Format error is what is wrong with the file, as opposed to a failure to read it.
type Format struct {
	Offset int64 // where, in bytes from the start
	What   string
}

func (e *Format) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.What) }

// Reader reads from a position of an io.ReaderAt. It is not safe for
// concurrent use.
type Reader struct {
	Order binary.ByteOrder // of U16, U32, U64; New sets little endian

	r        io.ReaderAt
	size     int64
	off      int64
	buf      []byte
	bufStart int64
	bufLen   int
	err      error
}

// New returns a Reader at the start of the first size bytes of r.
func New(r io.ReaderAt, size int64) *Reader {
	return &Reader{Order: binary.LittleEndian, r: r, size: max(size, 0)}
}

// Err is the first thing that went wrong, nil if nothing did.
func (c *Reader) Err() error { return c.err }

// IOErr is the first error if it is of the disk or network and not of the file's
// content; nil otherwise.
func (c *Reader) IOErr() error {
	var f *Format
	if c.err == nil || errors.As(c.err, &f) {
		return nil
	}
	return c.err
}

// Forgive forgets a Format error so that reading can go on elsewhere. Failures
// to read stay.
func (c *Reader) Forgive() {
	if c.IOErr() == nil {
		c.err = nil
	}
}

// Offset is the position in bytes from the start; after an error it is where
// the error is.
func (c *Reader) Offset() int64 { return c.off }

// Size is the number of bytes there are.
func (c *Reader) Size() int64 { return c.size }

// Left is the number of bytes between the position and the end.
func (c *Reader) Left() int64 { return c.size - c.off }

// Fail notes that the file is wrong at the position, unless something failed
// before.
func (c *Reader) Fail(format string, args ...any) {
	if c.err == nil {
		c.err = &Format{Offset: c.off, What: fmt.Sprintf(format, args...)}
	}
}

// Goto goes to off.
func (c *Reader) Goto(off int64) {
	if c.err != nil {
		return
	}
	if off < 0 || off > c.size {
		c.Fail("points to offset %d outside the %d bytes of the file", off, c.size)
		return
	}
	c.off = off
}

// Skip passes over n bytes.
func (c *Reader) Skip(n int64) {
	if c.err == nil && c.has(n) {
		c.off += n
	}
}

// has reports whether n more bytes are there and fails if not.
func (c *Reader) has(n int64) bool {
	if c.err != nil {
		return false
	}
	if n < 0 || n > c.size-c.off {
		c.Fail("%d bytes are needed, %d are left", n, c.size-c.off)
		return false
	}
	return true
}

// window makes n bytes (≤ Window) at the position available.
func (c *Reader) window(n int) []byte {
	if !c.has(int64(n)) {
		return nil
	}
	if c.off < c.bufStart || c.off+int64(n) > c.bufStart+int64(c.bufLen) {
		if c.buf == nil {
			c.buf = make([]byte, Window)
		}
		want := min(int64(Window), c.size-c.off)
		got, err := c.r.ReadAt(c.buf[:want], c.off)
		c.bufStart, c.bufLen = c.off, got
		if got < n {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			c.err = fmt.Errorf("reading at offset %d: %w", c.off, err)
			return nil
		}
	}
	i := c.off - c.bufStart
	return c.buf[i : i+int64(n)]
}

// Peek returns the next n bytes (at most Window) without passing over them, or
// nil if there are fewer; that is no error. They hold until the next call.
func (c *Reader) Peek(n int) []byte {
	if c.err != nil || n < 0 || n > Window || int64(n) > c.Left() {
		return nil
	}
	return c.window(n)
}

// U8 reads a byte.
func (c *Reader) U8() uint8 {
	b := c.window(1)
	if b == nil {
		return 0
	}
	c.off++
	return b[0]
}

// U16 reads an unsigned integer of two bytes in the Reader's order.
func (c *Reader) U16() uint16 {
	b := c.window(2)
	if b == nil {
		return 0
	}
	c.off += 2
	return c.Order.Uint16(b)
}

// U32 reads an unsigned integer of four bytes in the Reader's order.
func (c *Reader) U32() uint32 {
	b := c.window(4)
	if b == nil {
		return 0
	}
	c.off += 4
	return c.Order.Uint32(b)
}

// U64 reads an unsigned integer of eight bytes in the Reader's order.
func (c *Reader) U64() uint64 {
	b := c.window(8)
	if b == nil {
		return 0
	}
	c.off += 8
	return c.Order.Uint64(b)
}

// Uint reads an unsigned integer of n bytes (1 to 8), little endian.
func (c *Reader) Uint(n int) uint64 {
	if n < 1 || n > 8 {
		c.Fail("an integer of %d bytes", n)
		return 0
	}
	b := c.window(n)
	if b == nil {
		return 0
	}
	var v uint64
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	c.off += int64(n)
	return v
}

// Int64 reads a U64 that must fit an int64: counts, lengths and offsets.
func (c *Reader) Int64() int64 {
	at := c.off
	v := c.U64()
	if v > math.MaxInt64 {
		c.off = at
		c.Fail("%d is too large for a length", v)
		return 0
	}
	return int64(v)
}

// Bytes reads n bytes into memory of their own; n above limit fails.
func (c *Reader) Bytes(n, limit int64) []byte {
	if c.err != nil {
		return nil
	}
	if n > limit {
		c.Fail("%d bytes where at most %d are taken", n, limit)
		return nil
	}
	if !c.has(n) {
		return nil
	}
	if n <= Window {
		b := append([]byte{}, c.window(int(n))...)
		c.off += n
		return b
	}
	b := make([]byte, n)
	if got, err := c.r.ReadAt(b, c.off); int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		c.err = fmt.Errorf("reading at offset %d: %w", c.off, err)
		return nil
	}
	c.off += n
	return b
}

// Text is Bytes as a string, whatever they hold.
func (c *Reader) Text(n, limit int64) string { return string(c.Bytes(n, limit)) }

// Section returns the n bytes at off as a reader of their own.
func (c *Reader) Section(off, n int64) *io.SectionReader { return io.NewSectionReader(c.r, off, n) }
