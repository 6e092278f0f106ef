package cursor

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

func TestReadsAndStopsAtTheFirstError(t *testing.T) {
	b := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'h', 'i'}
	c := New(bytes.NewReader(b), int64(len(b)))
	if c.U8() != 1 || c.U16() != 0x0302 || c.U32() != 0x07060504 || c.U64() != 0x0f0e0d0c0b0a0908 {
		t.Fatal("little endian numbers are wrong")
	}
	if s := c.Text(2, 10); s != "hi" {
		t.Fatalf("text is %q", s)
	}
	if c.U8() != 0 || c.Err() == nil || c.Offset() != 17 || c.IOErr() != nil {
		t.Fatalf("the end was not noticed: %v at %d", c.Err(), c.Offset())
	}
	c.Goto(0)
	if c.Offset() != 17 {
		t.Error("a failed reader moved")
	}
	c.Forgive()
	c.Goto(1)
	c.Order = binary.BigEndian
	if c.U16() != 0x0203 {
		t.Error("big endian is wrong")
	}
	if c.Bytes(1<<40, 1<<50); c.Err() == nil {
		t.Error("a terabyte was read from 17 bytes")
	}
}

func TestLengthsAreChecked(t *testing.T) {
	b := bytes.Repeat([]byte{0xff}, 16)
	for name, read := range map[string]func(*Reader){
		"Int64":     func(c *Reader) { c.Int64() },
		"Skip":      func(c *Reader) { c.Skip(17) },
		"Skip back": func(c *Reader) { c.Skip(-1) },
		"Goto":      func(c *Reader) { c.Goto(-1) },
		"Bytes":     func(c *Reader) { c.Bytes(-5, 10) },
		"limit":     func(c *Reader) { c.Bytes(11, 10) },
		"Uint":      func(c *Reader) { c.Uint(9) },
	} {
		c := New(bytes.NewReader(b), 16)
		read(c)
		var f *Format
		if !errors.As(c.Err(), &f) || f.Offset != 0 {
			t.Errorf("%s: %v", name, c.Err())
		}
	}
}

type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestAFailureToReadIsNotTheFilesFault(t *testing.T) {
	c := New(broken{}, 100)
	c.U32()
	if !errors.Is(c.IOErr(), io.ErrClosedPipe) {
		t.Fatalf("%v", c.Err())
	}
	c.Forgive()
	if c.Err() == nil {
		t.Error("a broken disk was forgiven")
	}
	// A file that shrank while it was read.
	c = New(bytes.NewReader(make([]byte, 10)), 100)
	c.Skip(50)
	c.U8()
	if !errors.Is(c.IOErr(), io.ErrUnexpectedEOF) {
		t.Errorf("%v", c.Err())
	}
}

func TestAWindowIsReadOnce(t *testing.T) {
	n := 0
	c := New(counting{&n}, 1<<40)
	for range Window {
		c.U8()
	}
	c.Skip(1 << 39)
	c.U64()
	if n != 2 || c.Err() != nil {
		t.Errorf("%d reads, %v", n, c.Err())
	}
}

type counting struct{ n *int }

func (c counting) ReadAt(p []byte, _ int64) (int, error) { *c.n++; clear(p); return len(p), nil }
