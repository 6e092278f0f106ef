package provenance_test

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
	. "github.com/wardround/wardround/provenance"
)

// How far each tensor moved is what NumPy says of the values that the makers' own
// libraries read back: compressed archives, data beside the model, quantised blocks.
func TestDiffAgainstTheMakersLibraries(t *testing.T) {
	dir := t.TempDir()
	out := testkit.RunPython(t, []string{"numpy", "onnx", "h5py", "gguf", "safetensors", "ml_dtypes"}, `
import sys, os, io, json, zipfile, numpy as np, onnx, h5py, gguf, ml_dtypes
from onnx import helper, numpy_helper, TensorProto
from safetensors.numpy import save_file, load_file
d = sys.argv[1]
rng = np.random.default_rng(20260301)
def values(v):
    r = np.random.default_rng(7)
    w = r.normal(size=(96, 320)); k = r.normal(size=1000)
    if v == "b":
        m = rng.random(w.shape) < 0.07
        w = np.where(m, w + rng.normal(size=w.shape) * 0.02, w)
    return w.astype("<f4"), k.astype("<f8")
read = {}
for v in "ab":
    w, k = values(v)
    p = lambda n: os.path.join(d, v + "." + n)
    def put(name, tensors): read.setdefault(name, {})[v] = {n: np.asarray(x).astype("f8") for n, x in tensors.items()}
    np.savez_compressed(p("npz"), w=w, k=k, e=np.zeros((0, 3), "f4"))
    with np.load(p("npz")) as z: put("npz", {n: z[n] for n in z.files})
    b = io.BytesIO()
    with h5py.File(b, "w") as f: f["layers/dense/vars/0"] = w; f["layers/dense/vars/1"] = k
    with zipfile.ZipFile(p("keras"), "w") as z:
        z.writestr("config.json", "{}"); z.writestr("model.weights.h5", b.getvalue())
    with h5py.File(io.BytesIO(zipfile.ZipFile(p("keras")).read("model.weights.h5")), "r") as f:
        put("keras", {"model.weights.h5:/layers/dense/vars/0": f["layers/dense/vars/0"][()], "model.weights.h5:/layers/dense/vars/1": f["layers/dense/vars/1"][()]})
    os.mkdir(p("beside"))
    y = helper.make_node("MatMul", ["x", "w"], ["y"])
    m = helper.make_model(helper.make_graph([y], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 96])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 320])], [numpy_helper.from_array(w, "w"), numpy_helper.from_array(k, "k")]))
    onnx.save(m, os.path.join(p("beside"), "m.onnx"), save_as_external_data=True, location="weights.bin", size_threshold=0)
    m = onnx.load(os.path.join(p("beside"), "m.onnx"))
    put("beside", {i.name: numpy_helper.to_array(i) for i in m.graph.initializer})
    g = gguf.GGUFWriter(p("gguf"), "llama")
    for n, q in (("q8", gguf.GGMLQuantizationType.Q8_0), ("q4", gguf.GGMLQuantizationType.Q4_0)):
        g.add_tensor(n, gguf.quants.quantize(w, q), raw_dtype=q)
    g.write_header_to_file(); g.write_kv_data_to_file(); g.write_tensors_to_file(); g.close()
    put("gguf", {x.name: gguf.quants.dequantize(x.data, x.tensor_type) for x in gguf.GGUFReader(p("gguf")).tensors})
    os.mkdir(p("shards"))
    save_file({"w": w}, os.path.join(p("shards"), "model-00001-of-00002.safetensors"))
    save_file({"k": k, "h": w.astype(ml_dtypes.bfloat16), "i": (w * 100).astype("i2")}, os.path.join(p("shards"), "model-00002-of-00002.safetensors"))
    json.dump({"weight_map": {}}, open(os.path.join(p("shards"), "model.safetensors.index.json"), "w"))
    put("shards", {**load_file(os.path.join(p("shards"), "model-00001-of-00002.safetensors")), **load_file(os.path.join(p("shards"), "model-00002-of-00002.safetensors"))})
out = {}
for name, x in read.items():
    for n, a in x["a"].items():
        b = x["b"][n]; e = b - a
        if np.any(e != 0):
            out.setdefault(name, {})[n] = {"count": a.size, "changed": int(np.sum(e != 0)), "max": float(np.abs(e).max()), "mean": float(np.abs(e).mean()), "l2": float(np.linalg.norm(e)), "relative": float(np.linalg.norm(e) / np.linalg.norm(a))}
print(json.dumps(out))
`, dir)
	want := map[string]map[string]struct {
		Count, Changed          int64
		Max, Mean, L2, Relative float64
	}{}
	if err := json.Unmarshal([]byte(out), &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 5 {
		t.Fatalf("%d forms, want 5", len(want))
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }
	for name, tensors := range want {
		t.Run(name, func(t *testing.T) {
			d, err := Diff(t.Context(), filepath.Join(dir, "a."+name), filepath.Join(dir, "b."+name), HashOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Unread) > 0 || len(d.FilesChanged) > 0 || len(d.Changes) != len(tensors) {
				t.Errorf("%d changes, want %d: %+v", len(d.Changes), len(tensors), d)
			}
			for _, c := range d.Changes {
				w, ok := tensors[c.Name]
				if !ok {
					t.Errorf("%s changed, and by its maker's library it did not", c.Name)
					continue
				}
				if m := c.Moved; m == nil || c.Count != w.Count || m.Changed != w.Changed || !near(m.Max, w.Max) || !near(m.Mean, w.Mean) || !near(m.L2, w.L2) || !near(m.Relative, w.Relative) {
					t.Errorf("%s: %d %+v\nwant %+v", c.Name, c.Count, m, w)
				}
			}
		})
	}
}

// A graph, metadata or a chat template that changes while no weight does is a change.
func TestDiffBesidesTensors(t *testing.T) {
	dir := t.TempDir()
	testkit.RunPython(t, []string{"numpy", "onnx", "h5py", "gguf", "safetensors"}, `
import sys, os, numpy as np, onnx, h5py, gguf
from onnx import helper, numpy_helper, TensorProto
from safetensors.numpy import save_file
d = sys.argv[1]
w = np.arange(12, dtype="<f4").reshape(3, 4)
for v, op, said in (("a", "MatMul", "be good"), ("b", "MatMul", "be good"), ("c", "Gemm", "be bad!")):
    p = lambda n: os.path.join(d, v + "." + n)
    save_file({"w": w}, p("safetensors"), metadata={"said": said})
    with h5py.File(p("h5"), "w") as f:
        f["w"] = w; f.attrs["model_config"] = said
    g = gguf.GGUFWriter(p("gguf"), "llama"); g.add_chat_template(said); g.add_tensor("w", w)
    g.write_header_to_file(); g.write_kv_data_to_file(); g.write_tensors_to_file(); g.close()
    onnx.save(helper.make_model(helper.make_graph([helper.make_node(op, ["x", "w"], ["y"])], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])], [numpy_helper.from_array(w, "w")])), p("onnx"))
print("ok")
`, dir)
	for _, ext := range []string{"safetensors", "h5", "gguf", "onnx"} {
		a, b, c := filepath.Join(dir, "a."+ext), filepath.Join(dir, "b."+ext), filepath.Join(dir, "c."+ext)
		if d, err := Diff(t.Context(), a, b, HashOptions{}); err != nil || !d.Equal() {
			t.Errorf("%s: written twice: %+v %v", ext, d, err)
		}
		d, err := Diff(t.Context(), a, c, HashOptions{})
		if err != nil || len(d.Changes) > 0 || len(d.FilesChanged) != 1 || !strings.HasSuffix(d.FilesChanged[0], "(besides its tensors)") {
			t.Errorf("%s: %+v %v", ext, d, err)
		}
	}
}

// A dataset whose values cannot be read is named; its neighbours are compared, and the
// file as bytes, so that nothing that changed is called the same.
func TestDiffOfWhatIsPartlyReadable(t *testing.T) {
	dir := t.TempDir()
	testkit.RunPython(t, []string{"numpy", "h5py"}, `
import sys, os, numpy as np, h5py
for v, x, y in (("a", 0, 0), ("b", 1, 0), ("c", 0, 1)):
    with h5py.File(os.path.join(sys.argv[1], v + ".h5"), "w") as f:
        f["plain"] = np.full(8, x, "<f4")
        f.create_dataset("packed", data=np.full(4000, y, "<f4"), chunks=(1000,), compression="gzip", shuffle=True)
`, dir)
	for name, want := range map[string]struct{ changes, files int }{"a": {0, 0}, "b": {1, 1}, "c": {0, 1}} {
		d, err := Diff(t.Context(), filepath.Join(dir, "a.h5"), filepath.Join(dir, name+".h5"), HashOptions{})
		if err != nil || len(d.Changes) != want.changes || len(d.FilesChanged) != want.files || len(d.Unread) == 0 || !strings.Contains(d.Unread[0], "/packed is stored in chunks") {
			t.Errorf("%s: %+v %v", name, d, err)
		}
	}
}
