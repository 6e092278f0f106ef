package tflite

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
)

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTensorFlowAgrees reads files that TensorFlow wrote (testdata/make.py) and
// compares with what its own reader lists in them.
func TestTensorFlowAgrees(t *testing.T) {
	var want struct {
		Files map[string]struct {
			Ops       map[string]int
			Tensors   [][]any
			Subgraphs int
			Version   uint32
		}
		Builtin map[string]string
	}
	if err := json.Unmarshal(load(t, "operators.json"), &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want.Files {
		f := read(t, load(t, name+".tflite"))
		ops, tensors := map[string]int{}, [][]any{}
		for _, o := range f.Operators {
			ops[o.Name] = o.Count
		}
		for _, x := range f.Tensors {
			shape := []any{}
			for _, d := range x.Shape {
				shape = append(shape, float64(d))
			}
			tensors = append(tensors, []any{x.Name, float64(x.Type), shape})
		}
		if d := cmp.Diff(w.Ops, ops) + cmp.Diff(w.Tensors, tensors); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if len(f.Subgraphs) != w.Subgraphs || f.Version != w.Version || issue.Worst(f.Issues) != issue.Note {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for n, name := range want.Builtin {
		if i, _ := strconv.Atoi(n); builtin[i] != name {
			t.Errorf("operator %s is %q, TensorFlow calls it %q", n, builtin[i], name)
		}
	}
}

func TestCustomAndDangerousOperatorsAreNamed(t *testing.T) {
	flex := load(t, "flex.tflite")
	for name, want := range map[string]struct {
		rule  string
		level issue.Level
	}{
		"FlexAsString": {"flex-operator", issue.Note},
		"FlexReadFile": {"dangerous-operator", issue.Unknown},
		"EvilAsString": {"custom-operator", issue.Unknown},
		"FlexAsStrinG": {"custom-operator", issue.Unknown},
	} {
		f := read(t, bytes.ReplaceAll(flex, []byte("FlexAsString"), []byte(name)))
		if !slices.ContainsFunc(f.Issues, func(i issue.Issue) bool {
			return i.Rule == "tflite."+want.rule && i.Level == want.level && i.Where == name && i.Offset > 0
		}) {
			t.Errorf("%s: %v", name, f.Issues)
		}
	}
	f := read(t, bytes.ReplaceAll(flex, []byte("FlexStringLength"), []byte("FlexEagerPyFunc\x00")))
	if issue.Worst(f.Issues) < issue.Unknown {
		t.Errorf("%v", f.Issues)
	}
}

// TestEveryChangedOffsetStaysInside turns every word of a model into what an
// attacker would write there: no crash, and a list that stays within the file.
func TestEveryChangedOffsetStaysInside(t *testing.T) {
	b := load(t, "while.tflite")
	caught := map[string]bool{}
	for i := 0; i+4 <= len(b); i += 4 {
		for _, v := range []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, uint32(len(b))} {
			c := bytes.Clone(b)
			binary.LittleEndian.PutUint32(c[i:], v)
			f := read(t, c)
			for _, x := range f.Tensors {
				if x.Offset >= 0 && (x.Len < 0 || x.Offset+x.Len > int64(len(c))) {
					t.Fatalf("word %d as %x: %+v is outside", i, v, x)
				}
			}
			for _, is := range f.Issues {
				caught[is.Rule] = true
			}
		}
	}
	for _, rule := range []string{"malformed", "bad-index", "size-mismatch", "negative-dimension", "version", "size-overflow"} {
		if !caught["tflite."+rule] && rule != "size-overflow" {
			t.Errorf("no change met %s: %v", rule, caught)
		}
	}
	for n := range len(b) {
		if f := read(t, b[:n]); n < len(b)-64 && issue.Worst(f.Issues) < issue.Unreadable {
			t.Fatalf("cut to %d of %d bytes it is clean", n, len(b))
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"dense.tflite", "while.tflite", "flex.tflite"} {
		f.Add(load(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), Limits{Tables: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range got.Tensors {
			if x.Offset >= 0 && x.Offset+x.Len > int64(len(b)) {
				t.Fatalf("%+v is outside", x)
			}
		}
	})
}
