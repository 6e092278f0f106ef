package onnx

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// TestTheMakersLibraryAgrees: models that the onnx library makes are clean
// where they should be, and it counts the same operators and tensors.
func TestTheMakersLibraryAgrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := testkit.RunPython(t, []string{"onnx", "numpy"}, `
import sys, json, os, collections, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh, TensorProto as T
d = sys.argv[1]; r = np.random.default_rng(1); want = {}
def vi(n): return h.make_tensor_value_info(n, T.FLOAT, [2, 2])
def sub(n, op): return h.make_graph([h.make_node(op, ["x"], [n])], n, [], [vi(n)])
def save(name, m, **kw):
    p = os.path.join(d, name + ".onnx")
    ops, ts = collections.Counter(), []
    def tens(t): ts.append([t.name, t.data_type, list(t.dims), len(t.raw_data) if t.HasField("raw_data") else -1])
    def attr(a):
        if a.HasField("t"): tens(a.t)
        for t in a.tensors: tens(t)
        if a.HasField("g"): graph(a.g)
        for g in a.graphs: graph(g)
    def node(n):
        ops[(n.domain + "." if n.domain else "") + n.op_type] += 1
        for a in n.attribute: attr(a)
    def graph(g):
        for n in g.node: node(n)
        for t in g.initializer: tens(t)
        for s in g.sparse_initializer: tens(s.values); tens(s.indices)
    onnx.save(m, p, **kw)
    m = onnx.load(p, load_external_data=False)
    graph(m.graph)
    for f in m.functions:
        for n in f.node: node(n)
    want[name] = {"ops": ops, "tensors": sorted(ts), "producer": m.producer_name, "ir": m.ir_version}
op = [h.make_opsetid("", 21)]
init = [nh.from_array(r.random((2, 2)).astype(dt), "w" + str(i)) for i, dt in enumerate([np.float32, np.float64, np.float16, np.int8, np.int64, np.uint16, np.bool_])]
init += [h.make_tensor("typed", T.FLOAT, [3], [1., 2., 3.]), h.make_tensor("i4", T.INT4, [3], [1, 2, 3]), h.make_tensor("bf", T.BFLOAT16, [2], [1., 2.]), nh.from_array(np.array(["a", "b"], dtype=object), "s")]
save("plain", h.make_model(h.make_graph([h.make_node("MatMul", ["x", "w0"], ["y"]), h.make_node("Constant", [], ["c"], value=init[0])], "g", [vi("x")], [vi("y")], init), opset_imports=op, producer_name="maker"))
save("if", h.make_model(h.make_graph([h.make_node("If", ["c"], ["y"], then_branch=sub("a", "Relu"), else_branch=h.make_graph([h.make_node("If", ["c"], ["b"], then_branch=sub("q", "Tanh"), else_branch=sub("z", "Sigmoid"))], "b", [], [vi("b")]))], "g", [vi("x")], [vi("y")]), opset_imports=op))
fn = h.make_function("my", "F", ["x"], ["y"], [h.make_node("Relu", ["x"], ["t"]), h.make_node("Neg", ["t"], ["y"])], op)
save("function", h.make_model(h.make_graph([h.make_node("F", ["x"], ["y"], domain="my")], "g", [vi("x")], [vi("y")]), opset_imports=op + [h.make_opsetid("my", 1)], functions=[fn]))
sp = h.make_sparse_tensor(h.make_tensor("sp", T.FLOAT, [2], [1., 2.]), h.make_tensor("idx", T.INT64, [2], [0, 3]), [2, 2])
g = h.make_graph([h.make_node("Identity", ["sp"], ["y"])], "g", [vi("x")], [vi("y")]); g.sparse_initializer.append(sp)
save("sparse", h.make_model(g, opset_imports=op))
big = [nh.from_array(r.random((40, 40)).astype(np.float32), "big%d" % i) for i in range(3)]
save("external", h.make_model(h.make_graph([h.make_node("MatMul", ["x", "big0"], ["y"])], "g", [vi("x")], [vi("y")], big), opset_imports=op), save_as_external_data=True, location="weights.bin", size_threshold=16)
for op_, name in (("Scan", "scan"), ("Loop", "loop")):
    save(name, h.make_model(h.make_graph([h.make_node(op_, ["x"], ["y"], body=sub("o", "Abs"), **({"num_scan_inputs": 1} if op_ == "Scan" else {}))], "g", [vi("x")], [vi("y")]), opset_imports=op))
schemas = collections.defaultdict(list)
for s in onnx.defs.get_all_schemas_with_history(): schemas[s.domain].append(s.name)
print(json.dumps([want, schemas, {v: k for k, v in T.DataType.items() if v}]))
`, dir)
	type file struct {
		Ops      map[string]int
		Tensors  [][]any
		Producer string
		IR       int64
	}
	var want map[string]file
	var schemas map[string][]string
	var types map[int32]string
	if err := json.Unmarshal(out, &[]any{&want, &schemas, &types}); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		b, err := os.ReadFile(filepath.Join(dir, name+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		issues := f.Issues
		if name == "external" { // two notes
			if len(issues) != 2 || issues[0].Level != 0 || issues[1].Level != 0 {
				t.Errorf("%v", issues)
			}
			if more := f.CheckExternal(func(l string) (int64, bool) {
				st, err := os.Stat(filepath.Join(dir, l))
				return st.Size(), err == nil
			}); len(more) != 0 {
				t.Errorf("%v", more)
			}
			issues = nil
		}
		if len(issues) != 0 {
			t.Errorf("%s: %v", name, issues)
		}
		ops := map[string]int{}
		for _, o := range f.Operators {
			k := o.Name
			if o.Domain != "" {
				k = o.Domain + "." + o.Name
			}
			ops[k] = o.Count
		}
		if d := cmp.Diff(w.Ops, ops); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if f.Producer != w.Producer || f.IR != w.IR {
			t.Errorf("%s: %q %d", name, f.Producer, f.IR)
		}
		if len(f.Tensors) != len(w.Tensors) {
			t.Errorf("%s: %d tensors, want %d", name, len(f.Tensors), len(w.Tensors))
		}
		for _, x := range f.Tensors {
			dims := []any{}
			for _, d := range x.Dims {
				dims = append(dims, float64(d))
			}
			raw := float64(-1)
			if x.Offset >= 0 {
				raw = float64(x.Len)
			}
			row, found := []any{x.Name, float64(x.Type), dims, raw}, false
			for _, y := range w.Tensors {
				found = found || cmp.Equal(row, y)
			}
			if !found {
				t.Errorf("%s: the library has no tensor %v", name, row)
			}
		}
	}
	// The table of operators is the standard's: new versions may add to it.
	for domain, names := range schemas {
		for _, n := range names {
			if !operators[domain][n] {
				t.Logf("the library knows an operator that we don't: %s.%s", domain, n)
			}
		}
	}
	for n := range width {
		if types[n] == "" && len(types) >= len(width) {
			t.Errorf("the library does not know type %d", n)
		}
	}
}
