package npy

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

func file(header, data string) []byte {
	return []byte(magic + "\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header + data)
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestHeader(t *testing.T) {
	f := read(t, file("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3L), }   \n", strings.Repeat("x", 48)))
	want := &File{Major: 1, Dtype: Dtype{Text: "'<f8'", Size: 8}, Fortran: true, Shape: []int64{2, 3}, Data: 73, Len: 48}
	if d := cmp.Diff(want, f); d != "" {
		t.Error(d)
	}
}

// TestObjects: wherever an object may hide in a type, it is found or doubted.
func TestObjects(t *testing.T) {
	for descr, want := range map[string]string{
		`'|O'`: "object", `'O'`: "object", `'|O8'`: "object", `'=O4'`: "object",
		`[('a', '<f8'), ('b', '|O')]`:                  "object",
		`[('a', [('b', [('c', 'O')])]), ('d', '<i4')]`: "object",
		`[('a', '|O', (2, 3))]`:                        "object",
		`('|O', (3,))`:                                 "object",
		`[(('title', 'a'), 'O')]`:                      "object",
		`'object'`:                                     "unsure",
		`'f8,O'`:                                       "unsure",
		`'(2,)O'`:                                      "unsure",
		`{'names': ['a'], 'formats': ['O']}`:           "unsure",
		`'<f8'`:                                        "8", `'|b1'`: "1", `'<U10'`: "40", `'|S3'`: "3", `'<M8[ns]'`: "8", `'<m8[25us]'`: "8", `'?'`: "1", `'d'`: "8", `'<c16'`: "16", `'|V5'`: "5",
		`[('a', '<f8'), ('b', '<i4', (2, 2)), ('', '|V4')]`: "28",
		`('<f4', (2, 2))`: "16",
		`[]`:              "unsure", `3`: "unsure", `'<>f8'`: "unsure", `''`: "unsure",
	} {
		f := read(t, file("{'descr': "+descr+", 'fortran_order': False, 'shape': (1,), }", ""))
		got := strconv.FormatInt(f.Dtype.Size, 10)
		switch {
		case f.Dtype.Object:
			got = "object"
		case f.Dtype.Unsure:
			got = "unsure"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", descr, got, want)
		}
	}
}

func TestBadHeadersAreUnreadable(t *testing.T) {
	ok := "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
	for name, b := range map[string][]byte{
		"cut":              file(ok, "")[:9],
		"cut in header":    file(ok, "")[:30],
		"data missing":     file(ok, "1234567"),
		"a call":           file("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,)}", ""),
		"an expression":    file("{'descr': '<f8', 'fortran_order': 1 < 2, 'shape': (1,)}", ""),
		"no shape":         file("{'descr': '<f8', 'fortran_order': False}", ""),
		"another entry":    file("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "12345678"),
		"a negative shape": file("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", ""),
		"a huge shape":     file("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999)}", ""),
		"deep":             file("{'descr': "+strings.Repeat("[", 5000)+", 'fortran_order': False, 'shape': (1,)}", ""),
		"version 9":        append([]byte(magic+"\x09\x00"), file(ok, "")[8:]...),
	} {
		if f := read(t, b); issue.Worst(f.Issues) != issue.Unreadable {
			t.Errorf("%s: %v", name, f.Issues)
		}
	}
	if f := read(t, file(ok, "12345678and more")); issue.Worst(f.Issues) != issue.Unknown {
		t.Errorf("trailing: %v", f.Issues)
	}
	if _, err := Read(strings.NewReader("PNG"), 3); err != ErrNotNPY {
		t.Error(err)
	}
}

// TestNumPysFiles: what numpy writes is read, with its size to the byte.
func TestNumPysFiles(t *testing.T) {
	script := `
import numpy as np, sys, io
for a in [np.zeros((3,4)), np.array(5), np.zeros((0,3),"f2"), np.array(["a","bc"]), np.zeros(3,"M8[ns]"), np.asfortranarray(np.ones((2,3),"c8")),
          np.zeros(2,[("a","f8"),("b","i4",(2,2)),("c",[("d","S3")])]), np.zeros(2,np.dtype([("a","i1"),("b","f8")],align=True)), np.array([None,{}],dtype=object), np.zeros(2,[("a","O"),("b","f8")])]:
    b = io.BytesIO(); np.lib.format.write_array(b, a, allow_pickle=True)
    print(a.dtype.hasobject, -1 if a.dtype.hasobject else a.nbytes, b.getvalue().hex())
`
	out := testkit.RunPython(t, []string{"numpy"}, script)
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var object string
		var n int64
		var b []byte
		if _, err := fmt.Sscanf(line, "%s %d %x", &object, &n, &b); err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		if len(f.Issues) != 0 || f.Dtype.Object != (object == "True") || f.Len != n || f.Dtype.Unsure {
			t.Errorf("array %d: %+v, want object %s, %d bytes", i, f, object, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file("{'descr': [('a', '<f8', (2,)), ('b', 'O')], 'fortran_order': False, 'shape': (1, 2L), }\n", "data"))
	f.Add(file("{'descr': '<f8', 'fortran_order': True, 'shape': ()}", "12345678"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := Read(bytes.NewReader(b), int64(len(b))); err == nil && (r.Data < 0 || r.Data > max(int64(len(b)), 12+MaxHeader) || r.Len < -1) {
			t.Errorf("%+v", r)
		}
	})
}
