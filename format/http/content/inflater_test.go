package content

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// collector keeps everything; tests only.
type collector struct {
	bytes.Buffer
	whole  bool
	closed int
}

func (c *collector) Feed(p []byte)    { c.Write(p) }
func (c *collector) Gap(int64)        { c.WriteString("<gap>") }
func (c *collector) Close(whole bool) { c.whole, c.closed = whole, c.closed+1 }

// document is text that compresses like a FHIR bundle.
func document(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	words := strings.Fields("resourceType Bundle entry resource Patient name family given birthDate identifier system value 1970-01-01")
	for b.Len() < n {
		b.WriteString(`"` + words[r.IntN(len(words))] + `":` + string(rune('a'+r.IntN(26))) + ",")
	}
	return b.Bytes()[:n]
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func compress(t testing.TB, coding string, level int, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip":
		z, e := gzip.NewWriterLevel(&b, level)
		z.Name, z.Comment, z.Extra = "a name", "a comment", []byte("extra")
		w, err = z, e
	case "zlib":
		w, err = zlib.NewWriterLevel(&b, level)
	default:
		w, err = flate.NewWriter(&b, level)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// What Go's compressors write, at every level, is read back however it is cut.
func TestInflate(t *testing.T) {
	inputs := map[string][]byte{
		"empty": {}, "one": []byte("x"), "document": document(300_000), "noise": noise(100_000),
		"zeros": make([]byte, 70_000), "mixed": append(append(document(40_000), noise(40_000)...), document(40_000)...),
	}
	for name, data := range inputs {
		for _, coding := range []string{"gzip", "zlib", "raw"} {
			for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, 1, 6, 9} {
				packed := compress(t, coding, level, data)
				for _, size := range []int{1, 2, 7, 1460, len(packed)} {
					to := new(collector)
					header := "gzip"
					if coding != "gzip" {
						header = "deflate"
					}
					z := NewInflater(header, to, InflateLimits{})
					for p := packed; len(p) > 0; p = p[min(size, len(p)):] {
						z.Feed(p[:min(size, len(p))])
					}
					z.Close(true)
					if z.Err() != nil || !to.whole || !bytes.Equal(to.Bytes(), data) {
						t.Fatalf("%s %s level %d in pieces of %d: %d bytes of %d, whole=%v, %v", name, coding, level, size, to.Len(), len(data), to.whole, z.Err())
					}
				}
			}
		}
	}
}

func TestInflateMembers(t *testing.T) {
	packed := append(compress(t, "gzip", 6, []byte("first ")), compress(t, "gzip", 6, []byte("second"))...)
	to := new(collector)
	z := NewInflater("gzip", to, InflateLimits{})
	for _, c := range packed {
		z.Feed([]byte{c})
	}
	z.Feed(make([]byte, 16)) // padding
	z.Close(true)
	if got := to.String(); got != "first second" || !to.whole {
		t.Errorf("got %q, whole=%v", got, to.whole)
	}
}

// A bomb stops at the limits, whichever is met first.
func TestInflateBomb(t *testing.T) {
	packed := compress(t, "gzip", 9, make([]byte, 64<<20))
	for name, limits := range map[string]InflateLimits{
		"ratio": {}, "size": {Size: 100_000, Ratio: 1 << 40},
	} {
		to := new(collector)
		z := NewInflater("gzip", to, limits)
		for p := packed; len(p) > 0; p = p[min(1460, len(p)):] {
			z.Feed(p[:min(1460, len(p))])
		}
		z.Close(true)
		_, out := z.Size()
		if !errors.Is(z.Err(), ErrBomb) || to.whole || out > 2<<20 {
			t.Errorf("%s: %v after %d bytes, whole=%v", name, z.Err(), out, to.whole)
		}
	}
}

func TestInflateBroken(t *testing.T) {
	good := compress(t, "gzip", 6, document(5000))
	for name, packed := range map[string][]byte{
		"not gzip": []byte("plain text"), "wrong second byte": {0x1f, 0x8c}, "method": {0x1f, 0x8b, 7},
		"reserved block": {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x07},
		"stored length":  {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x01, 5, 0, 5, 0},
		"too far back":   {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x03, 0x02, 0},
	} {
		to := new(collector)
		z := NewInflater("gzip", to, InflateLimits{})
		z.Feed(packed)
		z.Close(true)
		if !errors.Is(z.Err(), ErrCoding) || to.whole {
			t.Errorf("%s: %v, whole=%v", name, z.Err(), to.whole)
		}
	}
	to := new(collector)
	z := NewInflater("gzip", to, InflateLimits{})
	z.Feed(good[:len(good)/2])
	z.Gap(10)
	z.Feed(good[len(good)/2:])
	z.Close(false)
	if got := to.String(); to.whole || !strings.HasSuffix(got, "<gap>") {
		t.Errorf("a gap must end the content: %q, whole=%v", got[max(0, len(got)-20):], to.whole)
	}
	to = new(collector)
	z = NewInflater("gzip", to, InflateLimits{})
	z.Feed(good[:len(good)/2])
	z.Close(true)
	if to.whole || to.closed != 1 {
		t.Error("a stream without its end is not whole")
	}
}

// What was decoded before an error is the same however the input was cut.
func TestInflateBrokenInPieces(t *testing.T) {
	packed := compress(t, "raw", 6, document(3000))
	for at := 0; at < len(packed); at += 3 {
		broken := bytes.Clone(packed)
		broken[at] ^= 0xff
		whole, _ := inflateIn(broken, len(broken), 1<<20)
		for _, size := range []int{1, 2, 7, 100} {
			if pieces, _ := inflateIn(broken, size, 1<<20); !bytes.Equal(whole, pieces) {
				t.Fatalf("byte %d changed: %d bytes at once, %d in pieces of %d", at, len(whole), len(pieces), size)
			}
		}
	}
}

// inflateIn decodes a raw stream given in pieces of size bytes; it stops beyond most bytes.
func inflateIn(packed []byte, size, most int) ([]byte, blockState) {
	var got bytes.Buffer
	d := new(deflate)
	d.reset(func(p []byte) bool { got.Write(p); return got.Len() <= most })
	for p := packed; len(p) > 0; p = p[min(size, len(p)):] {
		d.feed(p[:min(size, len(p))])
	}
	return got.Bytes(), d.state
}

// FuzzInflate compares with compress/flate: what that reads, we read alike, and
// alike in one piece and in many.
func FuzzInflate(f *testing.F) {
	for _, data := range [][]byte{document(2000), noise(300), nil} {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			f.Add(compress(f, "raw", level, data), uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte, size uint8) {
		const most = 1 << 20
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), most+1))
		got, state := inflateIn(packed, 1+int(size), most)
		if whole, _ := inflateIn(packed, max(1, len(packed)), most); len(got) <= most && len(whole) <= most && !bytes.Equal(got, whole) {
			t.Fatalf("%d bytes in pieces of %d, %d at once", len(got), 1+int(size), len(whole))
		}
		if err == nil && len(want) <= most {
			if state != deflateEnd || !bytes.Equal(got, want) {
				t.Fatalf("state %d, %d bytes; compress/flate reads %d", state, len(got), len(want))
			}
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	packed := compress(b, "gzip", 6, document(1<<20))
	to := NewJSON(nil, 0)
	b.SetBytes(1 << 20)
	for b.Loop() {
		z := NewInflater("gzip", to, InflateLimits{})
		z.Feed(packed)
		z.Close(true)
	}
}
