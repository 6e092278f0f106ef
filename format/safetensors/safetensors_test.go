package safetensors

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
)

// file puts a header before data bytes.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, make([]byte, data)...)
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const good = `{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]}}`

func TestAnOrdinaryFileIsClean(t *testing.T) {
	f := read(t, file(good+"   ", 30))
	if len(f.Issues) != 0 {
		t.Fatalf("%v", f.Issues)
	}
	at := int64(8 + len(good) + 3)
	want := []Tensor{{Name: "w", DType: "F32", Shape: []uint64{2, 3}, Offset: at, Len: 24, At: 44}, {Name: "b", DType: "BF16", Shape: []uint64{3}, Offset: at + 24, Len: 6, At: 100}}
	if d := cmp.Diff(want, f.Tensors); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Pair{{"format", "pt"}}, f.Metadata); d != "" {
		t.Error(d)
	}
	for _, header := range []string{`{}`, `{"e":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}`} {
		if f := read(t, file(header, 0)); len(f.Issues) != 0 {
			t.Errorf("%s: %v", header, f.Issues)
		}
	}
	// Types below a byte, and a scalar.
	f = read(t, file(`{"q":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},"s":{"dtype":"F64","shape":[],"data_offsets":[3,11]}}`, 11))
	if len(f.Issues) != 0 {
		t.Errorf("%v", f.Issues)
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	pickle := base64.StdEncoding.EncodeToString([]byte("\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94."))
	one := func(entry string) string { return `{"w":` + entry + `}` }
	for name, c := range map[string]struct {
		b     []byte
		rule  string
		level issue.Level
		at    int64
	}{
		"empty":              {nil, "truncated", issue.Unreadable, 0},
		"header of 2^63":     {append(bytes.Repeat([]byte{0xff}, 8), '{'), "header-too-large", issue.Unreadable, 0},
		"header past end":    {file(good, 30)[:40], "header-outside", issue.Unreadable, 0},
		"no header":          {make([]byte, 8), "header-too-small", issue.Unreadable, 0},
		"header is a list":   {file(`[{}]`, 0), "header-start", issue.Unreadable, 8},
		"leading space":      {file(` {}`, 0), "header-start", issue.Unreadable, 8},
		"padded with NUL":    {file("{}\x00\x00", 0), "bad-json", issue.Unreadable, 10},
		"padded with lines":  {file("{}\n", 0), "padding", issue.Unreadable, 10},
		"two objects":        {file("{}{}", 0), "bad-json", issue.Unreadable, 10},
		"deep":               {file(`{"__metadata__":`+strings.Repeat(`{"a":`, 40)+`1`+strings.Repeat(`}`, 41), 0), "", issue.Unreadable, -1},
		"metadata number":    {file(`{"__metadata__":{"format":1}}`, 0), "metadata-type", issue.Unreadable, 34},
		"metadata list":      {file(`{"__metadata__":[]}`, 0), "metadata-type", issue.Unreadable, 24},
		"metadata pickle":    {file(`{"__metadata__":{"x":"`+pickle+`"}}`, 0), "metadata-pickle", issue.Malicious, 29},
		"metadata code":      {file(`{"__metadata__":{"x":"import os; os.system('id')"}}`, 0), "metadata-code", issue.Unknown, 29},
		"twice":              {file(`{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), "duplicate-key", issue.Unreadable, -1},
		"twice by escape":    {file(`{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0077":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), "duplicate-key", issue.Unreadable, -1},
		"dtype twice":        {file(one(`{"dtype":"U8","dtype":"F64","shape":[1],"data_offsets":[0,1]}`), 1), "duplicate-key", issue.Unreadable, -1},
		"dtype unknown":      {file(one(`{"dtype":"F3","shape":[1],"data_offsets":[0,1]}`), 1), "unknown-dtype", issue.Unreadable, 13},
		"dtype missing":      {file(one(`{"shape":[1],"data_offsets":[0,1]}`), 1), "bad-entry", issue.Unreadable, 13},
		"field unknown":      {file(one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1],"code":"x"}`), 1), "unknown-field", issue.Unreadable, -1},
		"shape overflows":    {file(one(`{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}`), 0), "overflow", issue.Malicious, 13},
		"half a byte":        {file(one(`{"dtype":"F4","shape":[3],"data_offsets":[0,2]}`), 2), "overflow", issue.Malicious, 13},
		"negative dimension": {file(one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`), 1), "bad-entry", issue.Unreadable, 13},
		"fraction":           {file(one(`{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}`), 1), "bad-entry", issue.Unreadable, 13},
		"offset of 2^65":     {file(one(`{"dtype":"U8","shape":[1],"data_offsets":[0,36893488147419103232]}`), 1), "bad-entry", issue.Unreadable, 13},
		"three offsets":      {file(one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}`), 1), "bad-entry", issue.Unreadable, 13},
		"too short":          {file(one(`{"dtype":"F32","shape":[2],"data_offsets":[0,4]}`), 4), "size-mismatch", issue.Unreadable, 13},
		"backwards":          {file(one(`{"dtype":"U8","shape":[1],"data_offsets":[1,0]}`), 1), "bad-offsets", issue.Unreadable, 13},
		"outside":            {file(one(`{"dtype":"U8","shape":[9],"data_offsets":[0,9]}`), 1), "outside", issue.Unreadable, 13},
		"overlap":            {file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6), "overlap", issue.Unreadable, 115},
		"same span twice":    {file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, 4), "overlap", issue.Unreadable, 113},
		"hole":               {file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6), "hole", issue.Unreadable, 61},
		"polyglot":           {append(file(good, 30), "PK\x03\x04"...), "trailing", issue.Unreadable, int64(8 + len(good) + 30)},
	} {
		f := read(t, c.b)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return c.rule == "" || i.Rule == "safetensors."+c.rule })
		if i < 0 {
			t.Errorf("%s: %v, want %s", name, f.Issues, c.rule)
			continue
		}
		if got := f.Issues[i]; got.Level != c.level || c.at >= 0 && got.Offset != c.at {
			t.Errorf("%s: %v, want %v at %d", name, got, c.level, c.at)
		}
	}
	if f := read(t, append(file(good, 30), "PK\x03\x04"...)); !cmp.Equal(f.Inner, [][2]int64{{int64(8 + len(good) + 30), 4}}) {
		t.Errorf("the remainder is not handed on: %v", f.Inner)
	}
}

func TestTheDiskMayFail(t *testing.T) {
	b := file(good, 30)
	if _, err := Read(&failing{b, 20}, int64(len(b)), Limits{}); err == nil {
		t.Error("a failure to read was not told")
	}
}

type failing struct {
	b     []byte
	after int64
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.after {
		n := copy(p, f.b[min(off, f.after):f.after])
		return n, io.ErrClosedPipe
	}
	return copy(p, f.b[off:]), nil
}

// sparse is a file of which only the header exists.
type sparse struct{ head []byte }

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(s.head)) {
		copy(p, s.head[off:])
	}
	return len(p), nil
}

func TestAFileOf100GBCostsItsHeader(t *testing.T) {
	head := file(`{"w":{"dtype":"U8","shape":[100000000000],"data_offsets":[0,100000000000]}}`, 0)
	f, err := Read(sparse{head}, int64(len(head))+100_000_000_000, Limits{})
	if err != nil || len(f.Issues) != 0 || f.Tensors[0].Len != 100_000_000_000 {
		t.Fatalf("%v %v", err, f)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(good, 30))
	f.Add(file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range got.Tensors {
			if x.Offset < 8 || x.Len < 0 || x.Offset+x.Len > int64(len(b)) {
				t.Fatalf("%+v is outside the file", x)
			}
		}
	})
}
