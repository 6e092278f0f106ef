package gguf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// TestTheMakersLibraryAgrees: files that the gguf library writes are clean, and
// its own reader lists the same keys and tensors at the same places.
func TestTheMakersLibraryAgrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := testkit.RunPython(t, []string{"gguf", "numpy"}, `
import sys, json, os, numpy as np, gguf
d = sys.argv[1]; r = np.random.default_rng(1); want = {}
Q = gguf.GGMLQuantizationType
for i in range(8):
    p = os.path.join(d, "%d.gguf" % i)
    w = gguf.GGUFWriter(p, "llama", endianess=gguf.GGUFEndian.BIG if i % 4 == 3 else gguf.GGUFEndian.LITTLE)
    w.add_block_count(i); w.add_name("model %d" % i); w.add_description("Zeile\nzwei ä")
    w.add_token_list(["t%d" % k for k in range(i * 10)] or ["x"]); w.add_token_scores([0.5] * 3)
    w.add_bool("general.flag", True); w.add_float64("general.pi", 3.14); w.add_int8("general.i", -1)
    w.add_chat_template([{"name": "default", "template": "{{ messages[0].content }}"}, {"name": "tool", "template": "{{ tools|tojson }}"}])
    if i % 2: w.add_custom_alignment(64)
    for j in range(i):
        dt = [np.float32, np.float16, np.float64, np.int8, np.int32][j % 5]
        w.add_tensor("blk.%d.w" % j, r.integers(0, 2, size=(j + 1, 32)).astype(dt))
    if i in (2, 5):
        for q in (Q.Q8_0, Q.Q4_0, Q.Q5_1, Q.BF16):
            w.add_tensor("q." + q.name, gguf.quants.quantize(r.random((4, 256), dtype=np.float32), q), raw_dtype=q)
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
    g = gguf.GGUFReader(p)
    want[str(i)] = {"keys": sorted(k for k in g.fields if not k.startswith("GGUF.")),
        "tensors": {t.name: [t.tensor_type.name, [int(x) for x in t.shape], int(t.data_offset), int(t.n_bytes)] for t in g.tensors}}
sizes = {t.name: list(s) for t, s in gguf.GGML_QUANT_SIZES.items()}
nums = {t.name: int(t) for t in Q}
print(json.dumps([want, sizes, nums]))
`, dir)
	type file struct {
		Keys    []string
		Tensors map[string][]any
	}
	var want map[string]file
	var sizes map[string][2]uint64
	var nums map[string]uint32
	if err := json.Unmarshal(out, &[]any{&want, &sizes, &nums}); err != nil {
		t.Fatal(err)
	}
	if len(want) != 8 {
		t.Fatalf("%d files", len(want))
	}
	for name, w := range want {
		b, err := os.ReadFile(filepath.Join(dir, name+".gguf"))
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		if len(f.Issues) != 0 {
			t.Errorf("%s: %v", name, f.Issues)
		}
		var got file
		got.Tensors = map[string][]any{}
		keys := map[string]bool{}
		for _, kv := range f.Metadata {
			keys[kv.Key] = true
		}
		for _, k := range w.Keys {
			if !keys[k] {
				t.Errorf("%s: the key %q is missing", name, k)
			}
		}
		if len(keys) != len(w.Keys) {
			t.Errorf("%s: %d keys, want %d", name, len(keys), len(w.Keys))
		}
		for _, x := range f.Tensors {
			shape := []any{}
			for _, d := range x.Shape {
				shape = append(shape, float64(d))
			}
			got.Tensors[x.Name] = []any{x.Type, shape, float64(x.Offset), float64(x.Len)}
		}
		if d := cmp.Diff(w.Tensors, got.Tensors); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	for name, num := range nums {
		q, ok := quants[num]
		if !ok {
			t.Logf("the library knows a type that we don't: %s", name)
			continue
		}
		// Q8_1 is never stored; the library pads it.
		if q.name != name || name != "Q8_1" && [2]uint64{q.block, q.bytes} != sizes[name] {
			t.Errorf("type %d: %+v, the library says %s %v", num, q, name, sizes[name])
		}
	}
}
