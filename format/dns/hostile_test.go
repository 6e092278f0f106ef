package dns

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// header returns twelve bytes of a query with so many questions and answers.
func header(questions, answers uint16) []byte {
	return []byte{0, 1, 0x80, 0, byte(questions >> 8), byte(questions), byte(answers >> 8), byte(answers), 0, 0, 0, 0}
}

func TestHostileNames(t *testing.T) {
	tail := []byte{0, 1, 0, 1}
	long := bytes.Repeat(append([]byte{63}, bytes.Repeat([]byte("a"), 63)...), 4)
	for _, c := range []struct {
		name string
		p    []byte
		want error
	}{
		{"pointer to itself", append(append(header(1, 0), 0xc0, 12), tail...), format.ErrMalformed},
		{"pointer forward", append(append(header(1, 0), 0xc0, 14, 0), tail...), format.ErrMalformed},
		{"pointer into the header", append(append(header(1, 0), 0xc0, 0), tail...), format.ErrMalformed},
		{"label and pointer back to it", append(append(header(1, 0), 1, 'a', 0xc0, 12), tail...), format.ErrMalformed},
		{"obsolete label type", append(append(header(1, 0), 0x41, 1, 0), tail...), format.ErrMalformed},
		{"over 255 bytes", append(append(header(1, 0), append(long, 0)...), tail...), format.ErrMalformed},
		{"label over the end", append(header(1, 0), 9, 'a'), format.ErrTruncated},
		{"pointer over the end", append(header(1, 0), 0xc0), format.ErrTruncated},
		{"half a header", header(1, 0)[:5], format.ErrTruncated},
		{"sixty-five thousand answers in none", header(0, 65535), format.ErrTruncated},
		{"over 65,535 bytes", make([]byte, 65536), format.ErrLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse(c.p); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// A message of many records that each point to one long name unfolds only so far.
func TestPointerBomb(t *testing.T) {
	p := header(1, 5000)
	for range 3 {
		p = append(append(p, 63), bytes.Repeat([]byte{1}, 63)...) // each byte becomes \001
	}
	p = append(p, 0, 0, 1, 0, 1)
	for range 5000 {
		p = append(p, 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0)
	}
	m, err := Parse(p)
	if !errors.Is(err, format.ErrLimit) {
		t.Fatalf("%v, want %v", err, format.ErrLimit)
	}
	text := 0
	for _, r := range m.Answers {
		text += len(r.Name)
	}
	if text > maxNameBytes || len(m.Answers) == 0 {
		t.Errorf("%d answers with %d bytes of names", len(m.Answers), text)
	}
}

func TestRecordBomb(t *testing.T) {
	p := header(0, 5000)
	for range 5000 {
		p = append(p, 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0)
	}
	if m, err := Parse(p); !errors.Is(err, format.ErrLimit) || len(m.Answers) != maxRecords {
		t.Errorf("%d answers, %v", len(m.Answers), err)
	}
}

// Data that does not fill its record exactly is an error, and what was read
// before it stays.
func TestBrokenData(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  byte
		data []byte
	}{
		{"address of three bytes", byte(A), []byte{10, 0, 0}},
		{"address of five bytes", byte(AAAA), []byte{1, 2, 3, 4, 5}},
		{"name shorter than the data", byte(PTR), []byte{1, 'a', 0, 0}},
		{"exchange without name", byte(MX), []byte{0, 1}},
		{"service without name", byte(SRV), []byte{0, 1, 0, 1, 0, 1}},
		{"text over the data", byte(TXT), []byte{3, 'a'}},
		{"authority without times", byte(SOA), []byte{0, 0, 1, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := append(header(1, 1), 1, 'q', 0, 0, 1, 0, 1) // the question
			p = append(p, 0xc0, 12, 0, c.typ, 0, 1, 0, 0, 0, 9, 0, byte(len(c.data)))
			m, err := Parse(append(p, c.data...))
			if !errors.Is(err, format.ErrMalformed) {
				t.Errorf("%v, want %v", err, format.ErrMalformed)
			}
			if len(m.Questions) != 1 || m.Questions[0].Name != "q" {
				t.Errorf("the question before it is gone: %+v", m.Questions)
			}
		})
	}
}

// Labels may hold any byte; text and labels convert both ways.
func TestOddLabels(t *testing.T) {
	for _, c := range []struct {
		text   string
		labels []string
	}{
		{`.`, nil},
		{`a.b`, []string{"a", "b"}},
		{`Dr\. Röntgen\\3._ipp._tcp.local`, []string{`Dr. Röntgen\3`, "_ipp", "_tcp", "local"}},
		{`\000\031\127\255`, []string{"\x00\x1f\x7f\xff"}},
		{`a b`, []string{"a b"}},
	} {
		if diff := cmp.Diff(c.labels, Labels(c.text)); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
		p := encode(t, Message{Questions: []Question{{c.text, A, IN}, {c.text, A, IN}}})
		m, err := Parse(p)
		if err != nil {
			t.Fatal(err)
		}
		if m.Questions[0].Name != c.text || m.Questions[1].Name != c.text {
			t.Errorf("%q came back as %q and %q", c.text, m.Questions[0].Name, m.Questions[1].Name)
		}
	}
}

func TestUnwritable(t *testing.T) {
	for _, m := range []Message{
		{Questions: []Question{{strings.Repeat("a", 64), A, IN}}},
		{Questions: []Question{{"a..b", A, IN}}},
		{Questions: []Question{{strings.Repeat("abcdefg.", 40) + "x", A, IN}}},
		{Answers: []Resource{{Name: "a", Type: TXT, Text: []string{strings.Repeat("a", 256)}}}},
		{Answers: []Resource{{Name: "a", Type: A, Addr: v6}}},
		{Answers: []Resource{{Name: "a", Type: 99, Data: make([]byte, 65536)}}},
		{Answers: []Resource{{Name: "a", Type: 99, Data: make([]byte, 40000)}, {Name: "a", Type: 99, Data: make([]byte, 40000)}}},
	} {
		if p, err := m.Append([]byte("x")); err == nil || string(p) != "x" {
			t.Errorf("written as %d bytes: %v", len(p), err)
		}
	}
}

func TestNotOurs(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []byte
		want format.Match
	}{
		{"nothing", nil, format.No},
		{"text", []byte("GET / HTTP/1.1\r\nHost: pacs\r\n\r\n"), format.No},
		{"zeros", make([]byte, 40), format.No},
		{"voice", append([]byte{0x80, 0, 0, 1}, bytes.Repeat([]byte{0x55}, 160)...), format.No},
		{"an error's header alone", []byte{0, 1, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0}, format.Likely},
		{"something behind", append(encode(t, messages[0].m), 0), format.Likely},
		{"unknown class", append(header(1, 0), 1, 'a', 0, 0, 1, 0, 9), format.No},
	} {
		if m := Recognise(c.p); m != c.want {
			t.Errorf("%s: %v, want %v", c.name, m, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range messages {
		f.Add(encode(f, c.m))
	}
	f.Add(append(header(1, 0), 0xc0, 12, 0, 1, 0, 1))
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := Parse(p)
		m.Announced(func(Service, *Resource) bool { return true })
		if err != nil {
			return
		}
		q, err := m.Append(nil)
		if errors.Is(err, format.ErrLimit) {
			return // DNAME and SRV names are written in full and may outgrow the message
		}
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		again, err := Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, again, sameMessage); diff != "" {
			t.Error(diff)
		}
	})
}
