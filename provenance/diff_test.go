package provenance_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/internal/testkit"
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
				Moved: &Measure{Changed: 1, Max: 4, L2: 4, Mean: 4.0 / 700_000, Relative: 4 / math.Sqrt(aa), Cosine: (aa + 4*float64(big[650_000])) / math.Sqrt(aa) / math.Sqrt(aa+8*float64(big[650_000])+16)}},
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

// What the makers' libraries wrote is compared tensor by tensor, and one changed value
// is named with its tensor.
func TestDiffOfFormats(t *testing.T) {
	dir := t.TempDir()
	testkit.RunPython(t, []string{"numpy", "onnx", "h5py", "gguf", "safetensors"}, `
import sys, os, zipfile, numpy as np, onnx, h5py, gguf
from onnx import helper, numpy_helper, TensorProto
from safetensors.numpy import save_file
d = sys.argv[1]
for v, delta in (("a", 0.0), ("b", 0.5)):
    w = np.arange(12, dtype="<f4").reshape(3, 4); w[1, 2] += delta
    k = np.ones(5, "<f8")
    p = lambda n: os.path.join(d, v + "." + n)
    np.save(p("npy"), w)
    np.savez(p("npz"), w=w, k=k)
    save_file({"w": w, "k": k}, p("safetensors"))
    with h5py.File(p("h5"), "w") as f:
        f["layer/w"] = w; f["layer/k"] = k
    g = gguf.GGUFWriter(p("gguf"), "llama"); g.add_tensor("w", w); g.add_tensor("k", k.astype("f4"))
    g.write_header_to_file(); g.write_kv_data_to_file(); g.write_tensors_to_file(); g.close()
    y = helper.make_node("MatMul", ["x", "w"], ["y"])
    m = helper.make_model(helper.make_graph([y], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])], [numpy_helper.from_array(w, "w"), numpy_helper.from_array(k, "k")]))
    onnx.save(m, p("onnx"))
    with zipfile.ZipFile(p("pt"), "w") as z:
        z.writestr("archive_" + v + "/data/0", w.tobytes()); z.writestr("archive_" + v + "/data/1", k.tobytes())
print("ok")
`, dir)
	for ext, want := range map[string]struct {
		format, name string
		same         int
		measured     bool
	}{
		"npy": {"npy", "array", 0, true}, "npz": {"zip", "w", 1, true}, "safetensors": {"safetensors", "w", 1, true}, "h5": {"hdf5", "layer/w", 1, true},
		"gguf": {"gguf", "w", 1, true}, "onnx": {"onnx", "w", 1, true}, "pt": {"zip", "data/0", 1, false},
	} {
		t.Run(ext, func(t *testing.T) {
			d, err := Diff(t.Context(), filepath.Join(dir, "a."+ext), filepath.Join(dir, "b."+ext), HashOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Changes) != 1 || !strings.HasSuffix(d.Changes[0].Name, want.name) || d.Same != want.same || len(d.Formats) != 1 || d.Formats[0] != want.format {
				t.Fatalf("%+v", d)
			}
			if m := d.Changes[0].Moved; want.measured && (m == nil || m.Changed != 1 || m.Max != 0.5) {
				t.Errorf("%+v", m)
			}
		})
	}
}
