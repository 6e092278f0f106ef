package content

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parts writes down each part: its head and content.
type parts struct {
	heads  []string
	bodies []*collector
}

func (p *parts) part(head []byte) Sink {
	c := new(collector)
	p.heads = append(p.heads, string(head))
	p.bodies = append(p.bodies, c)
	return c
}

func (p *parts) lines() (lines []string) {
	for i, head := range p.heads {
		lines = append(lines, fmt.Sprintf("%q %q %v", head, p.bodies[i].String(), p.bodies[i].whole))
	}
	return lines
}

func split(body, boundary string, size int) (*Multipart, []string) {
	var ps parts
	m := NewMultipart(boundary, ps.part)
	for p := []byte(body); len(p) > 0; p = p[min(size, len(p)):] {
		piece := bytes.Clone(p[:min(size, len(p))])
		m.Feed(piece)
		clear(piece)
	}
	m.Close(true)
	return m, ps.lines()
}

func TestMultipart(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
		ended      bool
	}{
		{"two parts", "--B\r\nContent-Type: application/dicom\r\n\r\none\r\n--B\r\n\r\ntwo\r\n--B--\r\nafter --B", []string{
			`"Content-Type: application/dicom" "one" true`, `"" "two" true`}, true},
		{"a preamble and padding", "before\r\n--B \t\r\nA: b\r\nC: d\r\n\r\nx\r\n--B-- ", []string{`"A: b\r\nC: d" "x" true`}, true},
		{"what looks like a delimiter", "--B\r\n\r\na\r\n-\r\n--\r\n--A\r\r\n--B", []string{`"" "a\r\n-\r\n--\r\n--A\r" true`}, false},
		{"cut inside a part", "--B\r\n\r\nab\r\n--", []string{`"" "ab\r\n--" false`}, false},
		{"no part at all", "nothing", nil, false},
	}
	for _, test := range tests {
		for _, size := range []int{1, 2, 3, 5, 1000} {
			m, got := split(test.body, "B", size)
			if diff := cmp.Diff(test.want, got); diff != "" || m.Ended != test.ended || m.Parts != len(test.want) {
				t.Errorf("%s in pieces of %d: %d parts, ended=%v (-want +got):\n%s", test.name, size, m.Parts, m.Ended, diff)
			}
		}
	}
}

// What mime/multipart writes is split alike, long boundaries and binary parts included.
func TestMultipartWriter(t *testing.T) {
	for _, boundary := range []string{"B", strings.Repeat("b", 70)} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		if err := w.SetBoundary(boundary); err != nil {
			t.Fatal(err)
		}
		contents := [][]byte{noise(100_000), bytes.Repeat([]byte("\r\n--"+boundary[:len(boundary)/2]), 999), []byte("x")}
		for _, c := range contents {
			part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/dicom"}})
			if err != nil {
				t.Fatal(err)
			}
			part.Write(c)
		}
		w.Close()
		for _, size := range []int{1, 13, 1460, body.Len()} {
			var ps parts
			m := NewMultipart(boundary, ps.part)
			for p := body.Bytes(); len(p) > 0; p = p[min(size, len(p)):] {
				m.Feed(p[:min(size, len(p))])
			}
			m.Close(true)
			if len(ps.bodies) != len(contents) || !m.Ended {
				t.Fatalf("%d parts, ended=%v", len(ps.bodies), m.Ended)
			}
			for i, c := range contents {
				if !bytes.Equal(ps.bodies[i].Bytes(), c) || !ps.bodies[i].whole {
					t.Errorf("boundary of %d in pieces of %d: part %d differs", len(boundary), size, i)
				}
			}
		}
	}
}

func TestMultipartGap(t *testing.T) {
	var ps parts
	m := NewMultipart("B", ps.part)
	m.Feed([]byte("--B\r\n\r\none"))
	m.Gap(100)
	m.Feed([]byte("two\r\n--B\r\n\r\nthree\r\n--B--"))
	m.Close(true)
	if diff := cmp.Diff([]string{`"" "one<gap>two" true`, `"" "three" true`}, ps.lines()); diff != "" || !m.Lost() {
		t.Errorf("lost=%v (-want +got):\n%s", m.Lost(), diff)
	}
}

func FuzzMultipart(f *testing.F) {
	f.Add("--B\r\nA: b\r\n\r\nx\r\n--B--", uint8(2))
	f.Add("\r\n--B\r\n\r\n\r\n\r\n--B\r\n\r\n--B--", uint8(0))
	f.Fuzz(func(t *testing.T, body string, size uint8) {
		m, got := split(body, "B", 1+int(size))
		again, want := split(body, "B", 1<<20)
		if diff := cmp.Diff(want, got); diff != "" || m.Ended != again.Ended || m.Size != again.Size {
			t.Fatalf("the cut matters:\n%s", diff)
		}
		// mime/multipart must read the same parts of well-formed bodies.
		r := multipart.NewReader(strings.NewReader(body), "B")
		var peer []string
		for {
			p, err := r.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			b, err := io.ReadAll(p)
			if err != nil {
				return
			}
			peer = append(peer, string(b))
		}
		if strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\n") || !m.Ended || len(peer) != m.Parts {
			return // it also splits at bare line feeds, and drops empty parts
		}
		for line := range strings.SplitSeq(body, "\r\n") {
			if rest, ok := strings.CutPrefix(line, "--B"); ok && strings.Trim(strings.TrimPrefix(rest, "--"), " \t") != "" {
				return // RFC 2046 §5.1.1: the boundary need not be the whole line; it wants that
			}
		}
		var ours parts
		m = NewMultipart("B", ours.part)
		m.Feed([]byte(body))
		for i, b := range peer {
			if ours.bodies[i].String() != b {
				t.Fatalf("part %d is %q, mime/multipart reads %q", i, ours.bodies[i].String(), b)
			}
		}
	})
}

func BenchmarkMultipart(b *testing.B) {
	boundary := strings.Repeat("b", 70)
	body := []byte("--" + boundary + "\r\n\r\n" + string(noise(1<<20)) + "\r\n--" + boundary + "--")
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		m := NewMultipart(boundary, nil)
		for p := body; len(p) > 0; p = p[min(1460, len(p)):] {
			m.Feed(p[:min(1460, len(p))])
		}
	}
}
