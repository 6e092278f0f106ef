package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// What other writers write, page for page as testdata/pages.py made it. The library gave
// every eighth truth value of a run as true alone.
func TestEncodingsOfOthers(t *testing.T) {
	for _, batch := range []int{0, 64, 1} {
		f, err := Open("testdata/encodings.parquet", Options{Limits: Limits{Rows: batch}})
		if err != nil {
			t.Fatal(err)
		}
		got := all(t, f)
		f.Close()
		var want [][]string
		for i := range 700 {
			flag := "0"
			if i%7 < 3 || 100 < i && i < 333 {
				flag = "1"
			}
			row := []string{flag, flag, fmt.Sprint((i*7919)%1000 - 500), fmt.Sprintf("ward %04d", i/9), fmt.Sprint(float64(i) / 8)}
			if i%5 == 0 {
				row[1] = "-"
			}
			if i%11 == 0 {
				row[2] = "-"
			}
			want = append(want, row)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("batches of %d: %.2000s", batch, d)
		}
	}
}

// A list has no one value a row: it is left out, with a remark. A part of a record has.
func TestListsAreLeftOut(t *testing.T) {
	f, err := Open("testdata/lists.parquet", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for _, c := range f.Columns() {
		names = append(names, c.Name)
	}
	if d := cmp.Diff([]string{"before", "vital.pulse", "vital.site.code", "after"}, names); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"column codes holds lists: only one value a row is read; it is left out"}, f.Notes()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]string{{"1.5", "70", "a", "1"}, {"-", "-", "-", "-"}, {"2.5", "-", "b", "3"}}, all(t, f)); d != "" {
		t.Error(d)
	}
}

// hadoop puts a block behind its two sizes.
func hadoop(block []byte, plain int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(plain))
	return append(binary.BigEndian.AppendUint32(b, uint32(len(block))), block...)
}

// Whatever a page says of its size, no more is made for it.
func TestUnpackHoldsTheSize(t *testing.T) {
	const size = 1 << 20
	zeros := make([]byte, size)
	through := func(w io.WriteCloser, b *bytes.Buffer) []byte {
		if _, err := w.Write(zeros); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var br, gz, zs bytes.Buffer
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, lz4.CompressBlockBound(size))
	n, err := lz4.CompressBlock(zeros, block, nil)
	if err != nil {
		t.Fatal(err)
	}
	block = block[:n]
	for name, c := range map[string]struct {
		codec format.CompressionCodec
		b     []byte
	}{
		"brotli":     {format.Brotli, through(brotli.NewWriter(&br), &br)},
		"gzip":       {format.Gzip, through(gzip.NewWriter(&gz), &gz)},
		"zstd":       {format.Zstd, through(z, &zs)},
		"snappy":     {format.Snappy, snappy.Encode(nil, zeros)},
		"LZ4":        {format.Lz4Raw, block},
		"LZ4 Hadoop": {format.Lz4, hadoop(block, size)},
		"LZ4 alone":  {format.Lz4, block},
		"none":       {format.Uncompressed, zeros},
	} {
		u := unpacker{codec: c.codec, most: size}
		if b, err := u.unpack(c.b, size); err != nil || !bytes.Equal(b, zeros) {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		for _, wrong := range []int{100, size - 1, size + 1} {
			if b, err := u.unpack(c.b, wrong); err == nil {
				t.Errorf("%s: %d bytes where the header says %d", name, len(b), wrong)
			}
		}
		if _, err := u.unpack(c.b[:len(c.b)/2], size); err == nil {
			t.Errorf("%s: half of it is a page", name)
		}
		if cap(u.out) > size+1 {
			t.Errorf("%s: %d bytes are held", name, cap(u.out))
		}
		u.close()
	}
}

// Examples of Encodings.md, and headers that claim what is not there.
func TestEncodings(t *testing.T) {
	if got, err := hybrid[uint32](nil, []byte{0x03, 0x88, 0xc6, 0xfa}, 3, 8); err != nil || !slices.Equal(got, []uint32{0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("bit-packed: %v %v", got, err)
	}
	if got, err := hybrid[uint8](nil, []byte{10 << 1, 1, 3 << 1, 0}, 1, 13); err != nil || !slices.Equal(got, []uint8{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0}) {
		t.Errorf("runs that end within a byte: %v %v", got, err)
	}
	if got, err := hybrid[uint32](nil, []byte{0xfe, 0xff, 0xff, 0xff, 0x0f, 5}, 3, 4); err != nil || len(got) != 4 || cap(got) > 1000 {
		t.Errorf("a run of two thousand million: %v %v", got, err)
	}
	for _, b := range [][]byte{nil, {0}, {4}, {0x03, 0x88}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if got, err := hybrid[uint32](nil, b, 3, 8); err == nil {
			t.Errorf("% x: %v", b, got)
		}
	}
	one := []byte{128, 1, 4, 5, 2, 2, 0, 0, 0, 0} // 1, 2, 3, 4, 5: every step is the smallest
	if got, rest, err := delta(append(one, 9), 5); err != nil || !slices.Equal(got, []int64{1, 2, 3, 4, 5}) || len(rest) != 1 {
		t.Errorf("delta: %v % x %v", got, rest, err)
	}
	two := []byte{128, 1, 4, 8, 14, 3, 2, 0, 0, 0, 192, 63, 0, 0, 0, 0, 0, 0}
	if got, _, err := delta(two, 8); err != nil || !slices.Equal(got, []int64{7, 5, 3, 1, 2, 3, 4, 5}) {
		t.Errorf("delta: %v %v", got, err)
	}
	for name, b := range map[string][]byte{"another number": {128, 1, 4, 6, 2, 2, 0, 0, 0, 0}, "no blocks": {0, 0, 5, 2}, "cut": one[:6], "wide": {128, 1, 4, 5, 2, 2, 65, 0, 0, 0}} {
		if got, _, err := delta(b, 5); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	// A text of one byte that each next one begins with, and adds to: 300 texts, 45 kB.
	b := []byte(strings.Repeat("x", 300))
	steps := []byte{128, 4, 4, 0xac, 2, 0, 2, 0, 0, 0, 0} // 0, 1, 2 …
	same := []byte{128, 4, 4, 0xac, 2, 2, 0, 0, 0, 0, 0}  // 1, 1, 1 …
	if l, err := prefixed(slices.Concat(steps, same, b), 300, 1<<20); err != nil || len(l.data) != 300*301/2 {
		t.Errorf("%d bytes, %v", len(l.data), err)
	}
	if l, err := prefixed(slices.Concat(steps, same, b), 300, 1<<10); err == nil {
		t.Errorf("%d bytes over the limit", len(l.data))
	}
	if got, rest, err := levelsOf(nil, []byte{0b10100000, 7}, 3, 1, true, -1); err != nil || !slices.Equal(got, []byte{1, 0, 1}) || len(rest) != 1 {
		t.Errorf("levels the old way: %v % x %v", got, rest, err)
	}
}
