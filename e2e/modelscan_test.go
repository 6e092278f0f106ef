package e2e

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// largePickles are programs of about 40 MB as Python's own pickler writes them: batches
// of 1,000, everything memoised. Each writes its i-th element.
var largePickles = map[string]func(w *bytes.Buffer, i int){
	"tuples of numbers and lists": func(w *bytes.Buffer, i int) {
		w.Write([]byte{'K', byte(i), 'K', byte(i >> 8), ']', 0x94, 'K', byte(i), 'a', 0x87, 0x94})
	},
	"lists in a list": func(w *bytes.Buffer, i int) { w.Write([]byte{']', 0x94, 'K', byte(i), 'a'}) },
	"numbers": func(w *bytes.Buffer, i int) {
		w.WriteByte('J')
		binary.Write(w, binary.LittleEndian, int32(i))
	},
	"texts":  func(w *bytes.Buffer, i int) { short(w, fmt.Sprintf("row %d", i)); w.WriteByte(0x94) },
	"names":  func(w *bytes.Buffer, i int) { short(w, fmt.Sprint("name", i)); w.WriteByte(0x94) },
	"dicts":  func(w *bytes.Buffer, i int) { w.Write([]byte{'}', 0x94, '(', 'h', 0, 'K', byte(i), 'h', 1, 'N', 'u'}) },
	"floats": func(w *bytes.Buffer, i int) { w.Write([]byte{'G', 0x3f, 0xf0, byte(i), 0, 0, 0, 0, 0}) },
	"long texts": func(w *bytes.Buffer, i int) {
		w.WriteByte('X')
		binary.Write(w, binary.LittleEndian, uint32(100_000))
		w.Write(bytes.Repeat([]byte{'x'}, 100_000))
		w.WriteByte(0x94)
	},
	"arrays of bytes": func(w *bytes.Buffer, i int) {
		w.WriteByte('B')
		binary.Write(w, binary.LittleEndian, uint32(8<<20))
		w.Write(make([]byte, 8<<20))
	},
}

func short(w *bytes.Buffer, s string) {
	w.Write([]byte{0x8c, byte(len(s))})
	w.WriteString(s)
}

// TestScanOfLargePickleTakesLittle: a pickle of 40 MB is judged in about 64 MB of memory,
// program and all, whatever it is made of.
func TestScanOfLargePickleTakesLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 40 MB nine times")
	}
	for name, element := range largePickles {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "large.pkl")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			w := bufio.NewWriterSize(f, 1<<20)
			w.Write([]byte{0x80, 4, 0x8c, 1, 'a', 0x94, 0x8c, 1, 'b', 0x94, '0', '0', ']', 0x94, '('})
			var b bytes.Buffer
			for i, n := 0, 0; n < 40_000_000; i++ {
				b.Reset()
				element(&b, i)
				k, _ := w.Write(b.Bytes())
				if n += k; i%1000 == 999 {
					w.WriteString("e(")
				}
			}
			w.WriteString("e.")
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			r := invocation{args: []string{"model", "scan", path}, measure: true}.run(t)
			if r.code != 0 {
				t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
			}
			// Kernels differ in how much of the program's file they map for a page of it.
			const aim, most = 64 << 20, 76 << 20
			t.Logf("%d MB", r.peak>>20)
			if runtime.GOOS == "linux" && r.peak > most {
				t.Errorf("took %d MB, want about %d, at most %d", r.peak>>20, aim>>20, most>>20)
			}
		})
	}
}
