package e2e

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/wardround/wardround/sim"
)

// disguises are the forms in which a value may lie in a file or an output.
// Folded ones are looked for without regard to case.
var disguises = []struct {
	name   string
	folded bool
	of     func(value string) []string
}{
	{"plain", true, func(v string) []string { return []string{v} }},
	{"percent-encoded", true, func(v string) []string { return []string{each(v, "%%%02x")} }},
	{"hexadecimal", true, func(v string) []string {
		return []string{hex.EncodeToString([]byte(v)), each(v, " %02x")[1:], each(v, ":%02x")[1:]}
	}},
	{"JSON-escaped", true, func(v string) []string { return []string{each(v, `\u%04x`), each(v, `\x%02x`)} }},
	{"HTML-escaped", true, func(v string) []string {
		return []string{each(v, "&#%d;"), each(v, "&#x%x;")}
	}},
	{"UTF-16", true, func(v string) []string { // in either byte order
		var little, big []byte
		for _, u := range utf16.Encode([]rune(v)) {
			little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		}
		return []string{string(little), string(big)}
	}},
	{"base64", false, func(v string) []string { // at any of three alignments, in either alphabet
		var out []string
		for _, v := range []string{v, strings.ToLower(v), strings.ToUpper(v)} {
			for lead := range 3 {
				b := append(make([]byte, lead), v...)
				// Characters that neighbouring bytes have a part in are left out.
				from, to := (lead*8+5)/6, len(b)*8/6
				out = append(out, base64.RawStdEncoding.EncodeToString(b)[from:to], base64.RawURLEncoding.EncodeToString(b)[from:to])
			}
		}
		return out
	}},
}

func each(v, format string) string {
	var b strings.Builder
	for i := range len(v) {
		fmt.Fprintf(&b, format, v[i])
	}
	return b.String()
}

// searcher finds any of many values in any disguise, in one pass over the data
// for each way to read case.
type searcher struct{ folded, exact needles }

// needles are looked up by their first eight bytes.
type needles struct {
	first  map[uint64][]needle
	filter [1 << 14]uint64 // a bit for each hash of eight bytes that begins a needle
}

type needle struct {
	text            []byte
	value, disguise string
}

func newSearcher(values []string) *searcher {
	s := &searcher{}
	s.folded.first, s.exact.first = map[uint64][]needle{}, map[uint64][]needle{}
	for _, v := range values {
		for _, d := range disguises {
			for _, text := range d.of(v) {
				if d.folded {
					s.folded.add(needle{lower([]byte(text)), v, d.name})
				} else {
					s.exact.add(needle{[]byte(text), v, d.name})
				}
			}
		}
	}
	return s
}

func hashOf(first uint64) uint64 { return first * 0x9E3779B97F4A7C15 >> 44 } // 20 bits

func (n *needles) add(x needle) {
	first := binary.LittleEndian.Uint64(x.text)
	if slices.ContainsFunc(n.first[first], func(o needle) bool { return bytes.Equal(o.text, x.text) }) {
		return
	}
	n.first[first] = append(n.first[first], x)
	h := hashOf(first)
	n.filter[h/64] |= 1 << (h % 64)
}

func (n *needles) find(data []byte, found func(at int, x needle)) {
	for i := 0; i+8 <= len(data); i++ {
		first := binary.LittleEndian.Uint64(data[i:])
		h := hashOf(first)
		if n.filter[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, x := range n.first[first] {
			if bytes.HasPrefix(data[i:], x.text) {
				found(i, x)
			}
		}
	}
}

// lower folds ASCII letters and leaves every other byte, text or not.
func lower(data []byte) []byte {
	out := make([]byte, len(data))
	for i, c := range data {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

// leak is a value that was found where it must not be.
type leak struct{ where, value, disguise, around string }

func (s *searcher) in(where string, data []byte) (leaks []leak) {
	found := func(at int, x needle) {
		around := data[max(0, at-60):min(len(data), at+len(x.text)+20)]
		leaks = append(leaks, leak{where, x.value, x.disguise, fmt.Sprintf("%q", around)})
	}
	s.exact.find(data, found)
	s.folded.find(lower(data), found)
	return append(leaks, s.inside(where, data)...)
}

// inside opens what is packed: a zip's members, a gzip's content.
func (s *searcher) inside(where string, data []byte) (leaks []leak) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil
		}
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				b, _ := io.ReadAll(io.LimitReader(r, 1<<30))
				leaks = append(leaks, s.in(where+"!"+f.Name, b)...)
				r.Close()
			}
		}
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		if r, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			b, _ := io.ReadAll(io.LimitReader(r, 1<<30))
			leaks = append(leaks, s.in(where+"!", b)...)
		}
	}
	return leaks
}

// folder searches every file below dir, and their names. It returns how many
// bytes it looked at.
func (s *searcher) folder(t testing.TB, dir string) (leaks []leak, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		leaks = append(leaks, s.in("name of "+rel, []byte(rel))...)
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		size += int64(len(b))
		leaks = append(leaks, s.in(rel, b)...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return leaks, size
}

// none fails the test for leaks, and shows the first few.
func none(t testing.TB, leaks []leak) {
	t.Helper()
	for _, l := range leaks[:min(len(leaks), 10)] {
		t.Errorf("%s: %s, %s: %s", l.where, l.value, l.disguise, l.around)
	}
	if n := len(leaks) - 10; n > 0 {
		t.Errorf("… and %d more", n)
	}
}

// TestSearcherFinds: the search that must find nothing finds every value in
// every disguise, packed or not, whatever stands around it.
func TestSearcherFinds(t *testing.T) {
	values := sim.Canaries(1)
	s := newSearcher(values)
	for n, v := range values {
		for _, d := range disguises {
			for _, text := range d.of(v) {
				for _, cased := range []string{text, strings.ToUpper(text), strings.ToLower(text)} {
					if !d.folded && cased != text {
						continue
					}
					data := []byte("before " + strings.Repeat("x", n%9) + cased + " after")
					got := s.in("text", data)
					if len(got) == 0 || got[0].value != v || got[0].disguise != d.name {
						t.Fatalf("%s %s in %q: found %v", d.name, v, data, got)
					}
				}
			}
		}
		// base64 of a longer text that holds the value somewhere.
		long := []byte(strings.Repeat("Müller^", n%5) + v + strings.Repeat("|7", n%4))
		if got := s.in("text", []byte(base64.StdEncoding.EncodeToString(long))); len(got) == 0 {
			t.Fatalf("%s is not found in the base64 of %q", v, long)
		}
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("entry.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(w)
	fmt.Fprint(g, values[7])
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.in("packed", packed.Bytes()); len(got) != 1 {
		t.Errorf("in a gzip in a zip: %v", got)
	}
	if got := s.in("text", []byte(strings.Repeat("Zq Nothing of interest, zqzqzqzq. ", 9999))); len(got) != 0 {
		t.Errorf("found where it is not: %v", got)
	}
}
