package hl7

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// recorder writes down what a decoder hands on.
type recorder struct{ events []string }

func (r *recorder) Frame(f Frame) {
	end := [...]string{"", " restarted", " closed", " interrupted"}[f.End]
	if !f.Started {
		end += " unstarted"
	}
	if f.Length != int64(len(f.Content)) {
		end += fmt.Sprintf(" of %d", f.Length)
	}
	r.events = append(r.events, fmt.Sprintf("%d:%q%s", f.Offset, f.Content, end))
}

func (r *recorder) Fault(f Fault) {
	name := [...]string{Garbage: "garbage", NoCR: "no CR", Skipped: "skipped"}[f.Kind]
	r.events = append(r.events, fmt.Sprintf("%d:%s %d", f.Offset, name, f.Bytes))
}

// decode feeds the chunks; a nil chunk is a gap of 10 bytes.
func decode(limits Limits, chunks ...[]byte) ([]string, error) {
	var r recorder
	d := NewDecoder(&r, limits)
	for _, c := range chunks {
		if c == nil {
			d.Gap(10)
		} else if err := d.Feed(c); err != nil {
			return r.events, err
		}
	}
	return r.events, d.Close()
}

var streams = []struct {
	name, in string
	want     []string
	err      error
}{
	{"one", "\vMSH|1\r\x1c\r", []string{`0:"MSH|1\r"`}, nil},
	{"several in a row", "\vMSH|1\r\x1c\r\vMSH|2\r\x1c\r\v\x06\x1c\r",
		[]string{`0:"MSH|1\r"`, `9:"MSH|2\r"`, `18:"\x06"`}, nil},
	{"empty", "\v\x1c\r", []string{`0:""`}, nil},
	{"FS alone", "\vMSH|1\r\x1c\vMSH|2\r\x1c", []string{`0:"MSH|1\r"`, "8:no CR 0", `8:"MSH|2\r"`, "16:no CR 0"}, nil},
	{"LF after FS", "\vMSH|1\n\x1c\n\vMSH|2\n\x1c\r\n", []string{`0:"MSH|1\n"`, "8:no CR 0", `9:"MSH|2\n"`}, nil},
	{"line ends between", "\vMSH|1\r\x1c\r\r\n\r\n\vMSH|2\r\x1c\r", []string{`0:"MSH|1\r"`, `13:"MSH|2\r"`}, nil},
	{"garbage before", "hello\vMSH|1\r\x1c\r", []string{"0:garbage 5", `5:"MSH|1\r"`}, nil},
	{"garbage between", "\vMSH|1\r\x1c\rxy\v\vMS\vMSH|2\r\x1c\r", []string{`0:"MSH|1\r"`, "9:garbage 6", `15:"MSH|2\r"`}, nil},
	{"garbage after FS", "\vMSH|1\r\x1cxy", []string{`0:"MSH|1\r"`, "8:no CR 0", "8:garbage 2"}, nil},
	{"garbage that looks like a header", "MS\vMSH|1\r\x1c\r", []string{"0:garbage 2", `2:"MSH|1\r"`}, nil},
	{"FS missing", "\vMSH|1\r\vMSH|2\r\x1c\r", []string{`0:"MSH|1\r" restarted`, `7:"MSH|2\r"`}, nil},
	{"VT as data", "\vMSH|1\rNTE|a\vMSb\v\vc\r\v\x1c\r", []string{`0:"MSH|1\rNTE|a\vMSb\v\vc\r\v"`}, nil},
	{"VT missing", "MSH|1\r\x1c\rMSH|2\r\x1c\r", []string{`0:"MSH|1\r" unstarted`, `8:"MSH|2\r" unstarted`}, nil},
	{"no frames", "MSH|1\rPID|\rMSH|2\nMSHx\n", []string{`0:"MSH|1\rPID|" restarted unstarted`, `11:"MSH|2\nMSHx\n" closed unstarted`}, nil},
	{"VT after none", "MSH|1\r\vMSH|2\r\x1c\r", []string{`0:"MSH|1\r" restarted unstarted`, `6:"MSH|2\r"`}, nil},
	{"batch", "\vFHS|\rBHS|\rMSH|1\rBTS|1\rFTS|1\r\x1c\r", []string{`0:"FHS|\rBHS|\rMSH|1\rBTS|1\rFTS|1\r"`}, nil},
	{"cut", "\vMSH|1\rPI", []string{`0:"MSH|1\rPI" closed`}, format.ErrTruncated},
	{"cut behind VT", "\vMSH|1\rPI\vMS", []string{`0:"MSH|1\rPI\vMS" closed`}, format.ErrTruncated},
	{"cut in a header", "MS", []string{"0:garbage 2"}, nil},
	{"cut in garbage", "abc\vMS", []string{"0:garbage 6"}, nil},
	{"nothing", "", nil, nil},
}

func TestDecoder(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			got, err := decode(Limits{}, []byte(c.in))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			// Any way to cut the stream in two or three gives the same.
			for i := range len(c.in) + 1 {
				for j := i; j <= len(c.in); j++ {
					cut, _ := decode(Limits{}, []byte(c.in[:i]), []byte(c.in[i:j]), []byte(c.in[j:]))
					if diff := cmp.Diff(got, cut); diff != "" {
						t.Fatalf("cut at %d and %d: %s", i, j, diff)
					}
				}
			}
			single, _ := decode(Limits{}, bytewise(c.in)...)
			if diff := cmp.Diff(got, single); diff != "" {
				t.Errorf("byte by byte: %s", diff)
			}
		})
	}
}

func bytewise(s string) [][]byte {
	var chunks [][]byte
	for i := range len(s) {
		chunks = append(chunks, []byte{s[i]})
	}
	return chunks
}

// Streams put together at random of what decides, cut at random.
func TestAnyCutGivesTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"\v", "\x1c", "\r", "\n", "MSH", "|", "M", "MS", "BHS", "FHS", "x", "longer than the rest", "\vMSH|", "\x1c\r"}
	for range 3000 {
		var s strings.Builder
		for range rng.IntN(20) {
			s.WriteString(words[rng.IntN(len(words))])
		}
		limits := Limits{Message: 1 + rng.IntN(30), Garbage: 1 + rng.Int64N(30)}
		in := []byte(s.String())
		want, wantErr := decode(limits, in)
		var chunks [][]byte
		for rest := in; len(rest) > 0; {
			n := 1 + rng.IntN(min(8, len(rest)))
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		got, err := decode(limits, chunks...)
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wantErr == nil) {
			t.Fatalf("%q in chunks %q: errors %v, %v: %s", in, chunks, wantErr, err, diff)
		}
	}
}

func TestGap(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string // "" is a gap of 10 bytes
		want   []string
	}{
		{"between frames", []string{"\vMSH|1\x1c\r", "", "\vMSH|2\x1c\r"}, []string{`0:"MSH|1"`, `18:"MSH|2"`}},
		{"in a frame", []string{"\vMSH|1|ab", "", "cd\x1c\r\vMSH|2\x1c\r"},
			[]string{`0:"MSH|1|ab" interrupted`, "19:skipped 4", `23:"MSH|2"`}},
		{"behind FS", []string{"\vMSH|1\x1c", "", "\vMSH|2\x1c\r"}, []string{`0:"MSH|1"`, `17:"MSH|2"`}},
		{"in what may be a start", []string{"\vMSH|1\vM", "", "SH|2\x1c\r"},
			[]string{`0:"MSH|1\vM" interrupted`, "18:skipped 6"}},
		{"twice", []string{"x", "", "y", "", "\vMSH|"},
			[]string{"0:garbage 1", "11:skipped 1", `22:"MSH|" closed`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var chunks [][]byte
			for _, s := range c.chunks {
				if s == "" {
					chunks = append(chunks, nil)
					continue
				}
				chunks = append(chunks, []byte(s))
			}
			got, _ := decode(Limits{}, chunks...)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			var single [][]byte
			for _, s := range c.chunks {
				if s == "" {
					single = append(single, nil)
				}
				single = append(single, bytewise(s)...)
			}
			bytewise, _ := decode(Limits{}, single...)
			if diff := cmp.Diff(got, bytewise); diff != "" {
				t.Errorf("byte by byte: %s", diff)
			}
		})
	}
}

// counter keeps the last frame's sizes.
type counter struct {
	frames int
	last   Frame
}

func (c *counter) Frame(f Frame) { c.frames++; c.last = f; c.last.Content = nil }
func (c *counter) Fault(Fault)   {}

// A message without end costs what the limit says, and its length is known.
func TestMessageWithoutEnd(t *testing.T) {
	var c counter
	d := NewDecoder(&c, Limits{Message: 10_000})
	chunk := []byte(strings.Repeat("OBX|1|TX|||endless\v\r", 50))
	d.Feed([]byte("\vMSH|^~\\&|\r"))
	for range 20_000 {
		if err := d.Feed(chunk); err != nil {
			t.Fatal(err)
		}
		if cap(d.buf) > 16<<10 {
			t.Fatalf("%d bytes held", cap(d.buf))
		}
	}
	d.Feed([]byte("\x1c\r\vMSH|^~\\&|2\r\x1c\r"))
	if c.frames != 2 || d.buf != nil {
		t.Errorf("%d frames; %d bytes kept while idle", c.frames, cap(d.buf))
	}
	d.Feed([]byte("\vMSH|"))
	d.Feed(chunk)
	d.Feed([]byte("\x1c"))
	if want := int64(4 + len(chunk)); c.last.Length != want {
		t.Errorf("length %d, want %d", c.last.Length, want)
	}
	events, _ := decode(Limits{Message: 3}, []byte("\vMSH|1\x1c\r\vMSH|"), []byte("2\x1c\r"))
	if diff := cmp.Diff([]string{`0:"MSH" of 5`, `8:"MSH" of 5`}, events); diff != "" {
		t.Error(diff)
	}
}

func TestGarbageIsGivenUp(t *testing.T) {
	var c counter
	d := NewDecoder(&c, Limits{Garbage: 100})
	if err := d.Feed([]byte(strings.Repeat("x", 100))); err != nil {
		t.Fatalf("at the limit: %v", err)
	}
	err := d.Feed([]byte("x"))
	if !errors.Is(err, format.ErrMalformed) {
		t.Fatalf("over the limit: %v", err)
	}
	if again := d.Feed([]byte("\vMSH|\x1c\r")); again == nil || c.frames != 0 {
		t.Error("the decoder goes on after it gave up")
	}
	if d.Gap(1) == nil || d.Close() == nil {
		t.Error("the error is forgotten")
	}
}

func TestFrameRoundTrip(t *testing.T) {
	got, err := decode(Limits{}, AppendFrame(AppendFrame(nil, []byte("MSH|1\r")), []byte{CommitNak}))
	if diff := cmp.Diff([]string{`0:"MSH|1\r"`, `9:"\x15"`}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for in, want := range map[string][2]bool{"\x06": {true, true}, "\x15": {false, true}, "M": {}, "": {}, "\x06\x06": {}} {
		if positive, ok := (Frame{Content: []byte(in)}).Commit(); ok != want[1] || ok && positive != want[0] {
			t.Errorf("Commit(%q) = %v, %v", in, positive, ok)
		}
	}
}

func TestRecognise(t *testing.T) {
	for in, want := range map[string]format.Match{
		"\vMSH|^~\\&|A":                     format.Yes,
		"\vMSH$%?!@$A":                      format.Yes,
		"\v\r\nMSH|^~\\&|":                  format.Yes,
		"\vFHS|^~\\&|":                      format.Yes,
		"\r\n\vMSH|^~\\&|":                  format.Yes,
		"MSH|^~\\&|A":                       format.Likely,
		"":                                  format.More,
		"\v":                                format.More,
		"\vMS":                              format.More,
		"\vMSH|^~":                          format.More,
		"\v\x06":                            format.More,
		"\v\x06\x1c\r":                      format.Likely,
		"\v\x15\x1c\r":                      format.Likely,
		"1|NM|2\rOBX|2|\x1c\r\vMSH|^~\\&|":  format.Likely,
		"|99\rOBX|2|x\rOBX|3|y\r":           format.Likely,
		"|99\rOBX|2|x\r\x1c\r":              format.Likely,
		"x|1|2|3|4|5|6|7|8|9":               format.More,
		"x|1|2|3|4\x00|5|6|7|8|9":           format.No,
		"\vhello":                           format.No,
		"\vMSHa^~\\&a":                      format.No,
		"MSHELL is not a message":           format.No,
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n": format.No,
		"220 ready\r\n":                     format.No,
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03": format.No,
		"\x10\x10\x00\x04MQTT\x04\x02":             format.No,
		"\x01\x00\x00\x00\x00\xcd\x00\x01":         format.No,
	} {
		if got := Recognise([]byte(in)); got != want {
			t.Errorf("Recognise(%q) = %d, want %d", in, got, want)
		}
	}
}
