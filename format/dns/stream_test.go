package dns

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// record keeps what a decoder hands over as lines of text.
type record struct{ lines []string }

func (r *record) handle(at int64, m *Message, err error) {
	first := "-"
	if len(m.Questions) > 0 {
		first = m.Questions[0].Name
	}
	r.lines = append(r.lines, fmt.Sprintf("%d %d %s %v", at, m.ID, first, err))
}

func conversation(t testing.TB) (p []byte) {
	for _, c := range messages {
		var err error
		if p, err = c.m.AppendTCP(p); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// However the stream is cut, the same messages come out at the same offsets.
func TestSplitInvariance(t *testing.T) {
	stream := conversation(t)
	var want record
	whole := NewDecoder(Limits{}, want.handle)
	if err := errors.Join(whole.Feed(stream), whole.Close()); err != nil {
		t.Fatal(err)
	}
	if len(want.lines) != len(messages) {
		t.Fatalf("%d messages, want %d", len(want.lines), len(messages))
	}
	for _, size := range []int{1, 2, 3, 7, 13, 100} {
		var got record
		d := NewDecoder(Limits{}, got.handle)
		chunk := make([]byte, size)
		for p := stream; len(p) > 0; {
			n := copy(chunk, p)
			if err := d.Feed(chunk[:n]); err != nil {
				t.Fatal(err)
			}
			clear(chunk) // what was fed may not be kept
			p = p[n:]
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.lines, got.lines); diff != "" {
			t.Errorf("in chunks of %d: %s", size, diff)
		}
	}
}

func TestGap(t *testing.T) {
	first, _ := messages[0].m.AppendTCP(nil)
	second, _ := messages[1].m.AppendTCP(nil)
	for _, c := range []struct {
		name   string
		before int   // bytes of the first message before the loss
		lost   int64 // bytes lost
		fails  bool
	}{
		{"inside a message", 10, 5, false},
		{"to the end of a message", 10, int64(len(first)) - 10, false},
		{"nothing", 0, 0, false},
		{"past a message", 10, int64(len(first)) - 9, true},
		{"in a length", 1, 1, true},
		{"between messages", 0, 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got record
			d := NewDecoder(Limits{}, got.handle)
			if err := d.Feed(first[:c.before]); err != nil {
				t.Fatal(err)
			}
			err := d.Gap(c.lost)
			if (err != nil) != c.fails {
				t.Fatalf("Gap: %v", err)
			}
			if err != nil {
				if !errors.Is(err, format.ErrTruncated) {
					t.Error(err)
				}
				return
			}
			if err := errors.Join(d.Feed(first[c.before+int(c.lost):]), d.Feed(second), d.Close()); err != nil {
				t.Fatal(err)
			}
			if len(got.lines) != 2 || got.lines[1] != fmt.Sprintf("%d 7 pacs.hospital.example <nil>", len(first)+2) {
				t.Errorf("after the loss: %q", got.lines)
			}
		})
	}
}

func TestStreamLimits(t *testing.T) {
	big := Message{ID: 1, Response: true, Answers: []Resource{{Name: "a", Type: 99, Class: IN, Data: make([]byte, 600)}}}
	stream, _ := big.AppendTCP(nil)
	stream, _ = messages[0].m.AppendTCP(stream)
	var got record
	d := NewDecoder(Limits{MaxMessage: 512}, got.handle)
	for i := range stream {
		if err := d.Feed(stream[i : i+1]); err != nil {
			t.Fatal(err)
		}
		if cap(d.held) > 1024 {
			t.Fatalf("%d bytes held", cap(d.held))
		}
	}
	if len(got.lines) != 2 || got.lines[0] != "2 0 - dns: message at byte 2: over limit" {
		t.Errorf("%q", got.lines)
	}
}

func TestStreamErrors(t *testing.T) {
	d := NewDecoder(Limits{}, func(int64, *Message, error) { t.Error("a message") })
	if err := d.Feed([]byte{0, 11, 1}); !errors.Is(err, format.ErrMalformed) {
		t.Errorf("a length of 11: %v", err)
	}
	d = NewDecoder(Limits{}, func(int64, *Message, error) { t.Error("a message") })
	if err := errors.Join(d.Feed([]byte{0, 20, 1}), d.Close()); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("closed inside a message: %v", err)
	}
}

// Byte by byte the answer goes from More to Yes, and never to No.
func TestRecogniseTCP(t *testing.T) {
	for _, c := range messages {
		p, _ := c.m.AppendTCP(nil)
		last := format.More
		for n := range len(p) + 1 {
			m := RecogniseTCP(p[:n])
			if m < last {
				t.Fatalf("%s: %v after %d bytes, %v before", c.name, m, n, last)
			}
			last = m
		}
		if last != format.Yes {
			t.Errorf("%s: %v", c.name, last)
		}
	}
	for _, p := range []string{"\x00\x05hello there", "GET / HTTP/1.1\r\nHost: x\r\n", "\x01\x00\x00\x00\x00\xcd\x00\x01\x00\x00ANY-SCP         "} {
		if m := RecogniseTCP([]byte(p)); m != format.No {
			t.Errorf("%q: %v", p, m)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(conversation(f), uint8(3))
	f.Fuzz(func(t *testing.T, p []byte, size uint8) {
		var whole, parts record
		d := NewDecoder(Limits{}, whole.handle)
		wholeErr := errors.Join(d.Feed(p), d.Close())
		d = NewDecoder(Limits{}, parts.handle)
		var partsErr error
		for q := p; len(q) > 0 && partsErr == nil; {
			n := min(len(q), int(size)+1)
			partsErr = d.Feed(q[:n:n])
			q = q[n:]
		}
		if partsErr = errors.Join(partsErr, d.Close()); fmt.Sprint(wholeErr) != fmt.Sprint(partsErr) {
			t.Errorf("whole: %v, in parts: %v", wholeErr, partsErr)
		}
		if diff := cmp.Diff(whole.lines, parts.lines); diff != "" {
			t.Error(diff)
		}
	})
}
