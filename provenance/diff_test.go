package provenance_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	. "github.com/wardround/wardround/provenance"
)

// tensorsFile writes safetensors: F32 arrays in order of their names.
func tensorsFile(t testing.TB, path string, names []string, values map[string][]float32) {
	t.Helper()
	head := map[string]any{}
	var body []byte
	for _, n := range names {
		at := len(body)
		for _, v := range values[n] {
			body = binary.LittleEndian.AppendUint32(body, math.Float32bits(v))
		}
		head[n] = map[string]any{"dtype": "F32", "shape": []int{len(values[n])}, "data_offsets": []int{at, len(body)}}
	}
	h, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(h)))
	write(t, path, append(append(out, h...), body...))
}

// A version in which one layer was retrained, one cut, one added and one replaced by
// another shape is told as that, with how far the weights moved.
func TestDiff(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "v1"), filepath.Join(t.TempDir(), "v2")
	big := make([]float32, 700_000) // more than one block
	for i := range big {
		big[i] = float32(i%13) - 6
	}
	moved := append([]float32(nil), big...)
	moved[650_000] += 4
	nan := float32(math.NaN())
	tensorsFile(t, filepath.Join(a, "model.safetensors"), []string{"big", "bias", "gone", "head", "odd"},
		map[string][]float32{"big": big, "bias": {3, 4}, "gone": {1}, "head": {1, 2}, "odd": {nan, 1}})
	tensorsFile(t, filepath.Join(b, "model.safetensors"), []string{"big", "bias", "head", "new", "odd"},
		map[string][]float32{"big": moved, "bias": {3, 4}, "head": {1, 2, 3}, "new": {0}, "odd": {nan, nan}})
	write(t, filepath.Join(a, "config.json"), []byte(`{"layers":2}`))
	write(t, filepath.Join(b, "config.json"), []byte(`{"layers":3}`))
	write(t, filepath.Join(a, "LICENSE"), []byte("x"))
	write(t, filepath.Join(b, "LICENSE"), []byte("x"))

	d, err := Diff(t.Context(), a, b, HashOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var aa float64
	for _, v := range big {
		aa += float64(v) * float64(v)
	}
	want := &Difference{
		Formats: []string{"safetensors"}, Tensors: 3, Same: 1, FilesSame: 1, FilesChanged: []string{"config.json"},
		Changes: []Change{
			{Name: "gone", Kind: "removed", From: "F32[1]"},
			{Name: "head", Kind: "shape", From: "F32[2]", To: "F32[3]"},
			{Name: "new", Kind: "added", To: "F32[1]"},
			{Name: "big", Kind: "values", From: "F32[700000]", To: "F32[700000]", Count: 700_000,
				Moved: &Measure{Changed: 1, Max: 4, Mean: 4.0 / 700_000, Relative: 4 / math.Sqrt(aa), Cosine: (aa + 4*float64(big[650_000])) / math.Sqrt(aa) / math.Sqrt(aa+8*float64(big[650_000])+16)}},
			{Name: "odd", Kind: "values", From: "F32[2]", To: "F32[2]", Count: 2, Moved: &Measure{Changed: 1, Odd: 1}},
		},
	}
	if x := cmp.Diff(want, d, cmpopts.EquateApprox(1e-12, 0)); x != "" {
		t.Error(x)
	}
	if d.Equal() {
		t.Error("called equal")
	}
	if same, err := Diff(t.Context(), a, a, HashOptions{}); err != nil || !same.Equal() || same.Same != 5 {
		t.Errorf("%+v %v", same, err)
	}
}

// Weights that break their format are compared as bytes, and named.
func TestDiffOfBrokenWeights(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.safetensors")
	tensorsFile(t, good, []string{"w"}, map[string][]float32{"w": {1, 2, 3}})
	b := read(t, good)
	cut := filepath.Join(dir, "cut.safetensors")
	write(t, cut, b[:len(b)-4])
	d, err := Diff(t.Context(), good, cut, HashOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Equal() || len(d.Unread) != 1 {
		t.Errorf("a cut file is called equal: %+v", d)
	}
}
