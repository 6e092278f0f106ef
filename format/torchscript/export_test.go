package torchscript

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

func exported(t *testing.T, s string) []issue.Issue {
	t.Helper()
	return Export("models/model.json", strings.NewReader(s), int64(len(s)), Limits{}).Issues
}

// An exported graph in the shape that torch.export.save writes.
const graph = `{"graph_module": {"graph": {"nodes": [
	{"target": "torch.ops.aten.conv2d.padding", "inputs": [{"arg": {"as_string": "same"}}], "metadata": {"stack_trace": "import os; eval(x)"}},
	{"target": "_operator.floordiv"}, {"target": "torch.sym_float"}, {"target": "torch.ops.higher_order.cond"}, {"target": "math.floor"}],
	"sizes": [{"as_expr": {"expr_str": "FloorDiv(Add(Symbol('s17', positive=True, integer=True), Integer(-1)), Integer(2))"}}, {"as_expr": {"expr_str": "2*s0**2 + 0.5"}}]},
	"signature": {"output_specs": [{"user_output": {"target": "layers.0.weight"}}]}},
	"range_constraints": {"s17": {"min_val": 2, "max_val": 64}},
	"guards_code": ["((3*L['y'].size()[0] + 3) % (L['x'].size()[0])) == 0", "L['args'][0][1].stride()[0] >= 2 and not (L['n'] == 3)"]}`

func TestExportedGraphIsClean(t *testing.T) {
	if got := exported(t, graph); len(got) != 0 {
		t.Fatalf("%v", got)
	}
}

// What Python would evaluate, and operators that reach beyond numbers, each have a rule.
func TestExportedAttacks(t *testing.T) {
	for s, want := range map[string]struct {
		rule  string
		level issue.Level
	}{
		`{"expr_str": "__import__('os').system('id')"}`:                                           {"export-expression", issue.Malicious},
		`{"a": [{"expr_str": "().__class__.__base__"}]}`:                                          {"export-expression", issue.Malicious},
		`{"expr_str": "exec('import os')"}`:                                                       {"export-expression", issue.Malicious},
		`{"expr_str": "Symbol('s0').subs(1, 2)"}`:                                                 {"export-expression", issue.Unknown},
		`{"expr_str": "lambdify(s0, s0)"}`:                                                        {"export-expression", issue.Unknown},
		`{"expr_str": "Integer('os.system(1)')"}`:                                                 {"export-expression", issue.Malicious},
		`{"expr_str": "s0 if [x for x in s1] else s2"}`:                                           {"export-expression", issue.Unknown},
		`{"expr_str": "s0;s1"}`:                                                                   {"export-expression", issue.Unknown},
		`{"expr_str": "ｅｘｅｃ(s0)"}`:                                                                {"export-expression", issue.Unknown},
		`{"guards_code": ["0 == 0", "open('/etc/passwd')"]}`:                                      {"export-expression", issue.Malicious},
		`{"guards_code": ["L['x'].tofile('a')"]}`:                                                 {"export-expression", issue.Unknown},
		`{"range_constraints": {"__import__('os')": {"min_val": 1}}}`:                             {"export-expression", issue.Malicious},
		`{"target": "torch.hub.load"}`:                                                            {"export-target", issue.Unknown},
		`{"target": "torch.ops.aten.__class__"}`:                                                  {"export-target", issue.Unknown},
		`{"target": "torch.ops.aten.from_file.default"}`:                                          {"file-operator", issue.Unknown},
		`{"target": "torch.ops.mine.run.default"}`:                                                {"custom-operator", issue.Unknown},
		`{"target": "torch.ops.image.write_file.default"}`:                                        {"writing-operator", issue.Malicious},
		`{"target": "torch.ops.higher_order.triton_kernel_wrapper_functional"}`:                   {"export-target", issue.Unknown},
		`{"target": "torch._higher_order_ops.triton_kernel_wrap.triton_kernel_wrapper_mutation"}`: {"export-target", issue.Unknown},
		`{"target": "torch._higher_order_ops.utils.sys.modules.cond"}`:                            {"export-target", issue.Unknown},
		`{"target": "torchvision.x"}`:                                                             {"export-target", issue.Unknown},
		`{"target": "_operator.methodcaller"}`:                                                    {"export-target", issue.Unknown},
		`{"target": "math.__loader__"}`:                                                           {"export-target", issue.Unknown},
		`{"target": "#mine:thing"}`:                                                               {"custom-operator", issue.Unknown},
		`{"config": {"w": {"use_pickle": true}}}`:                                                 {"export-pickled", issue.Unknown},
		`{"expr_str": "s0"`:                                                                       {"export-json", issue.Unreadable},
		`{"expr_str": "s0"} {"expr_str": "eval(1)"}`:                                              {"export-expression", issue.Malicious},
		`{"expr_str": "s0", "expr_str": "eval(1)"}`:                                               {"export-expression", issue.Malicious},
		strings.Repeat(`[`, 3000):                                                                 {"export-json", issue.Unreadable},
	} {
		got := exported(t, s)
		if len(got) == 0 || got[len(got)-1].Rule != "torchscript."+want.rule || got[len(got)-1].Level != want.level {
			t.Errorf("%.80s: %v, want %s %v", s, got, want.rule, want.level)
		}
	}
}

func TestExportIsBounded(t *testing.T) {
	if got := Export("x", strings.NewReader("{}"), 1<<40, Limits{}).Issues; len(got) != 1 || got[0].Level != issue.Unreadable {
		t.Error(got)
	}
	s := "[" + strings.Repeat("1,", 5000) + "1]"
	if got := Export("x", strings.NewReader(s), int64(len(s)), Limits{Tokens: 1000}).Issues; len(got) != 1 || got[0].Level != issue.Unreadable {
		t.Error(got)
	}
}

func FuzzExport(f *testing.F) {
	f.Add([]byte(graph))
	f.Add([]byte(`{"expr_str": "s0", "guards_code": ["L['x']"], "target": "torch.ops.aten.add"}`))
	f.Add([]byte(`[[{"range_constraints": {"s0": 1}}]]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		Export("x", strings.NewReader(string(b)), int64(len(b)), Limits{Bytes: 1 << 16, Tokens: 1 << 16})
	})
}
