package torchscript

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

// ordinary is in the shape of what torch.jit.save writes.
const ordinary = `class Net(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  weight : Tensor
  bias : Tensor
  training : bool
  _is_full_backward_hook : Optional[bool]
  fc : __torch__.torch.nn.modules.linear.Linear
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    fc = self.fc
    _0 = torch.relu((fc).forward(x, ))
    _1 = torch.add(_0, CONSTANTS.c0, alpha=1)
    if torch.gt(torch.len(x.size()), 1):
      _2 = ops.prim.NumToTensor(torch.size(_1, 0))
    else:
      ops.prim.RaiseException("import os: eval() is not allowed; __import__ 'x'", "builtins.ValueError")
      _2 = annotate(List[Tensor], [])
    _3 = __torch__.helper(_1, )
    for i in range(int(3)):
      _3 = torch.append(annotate(List[int], []), i)
    mask = torch.slice(_1, 0, 0, 9223372036854775807)
    return ops.quantized.linear(_1, unchecked_cast(Tensor, _2)) # a comment: import os
`

func TestOrdinaryCodeIsClean(t *testing.T) {
	f := Check("code/__torch__.py", []byte(ordinary), Limits{})
	if len(f.Issues) != 0 || !slices.Equal(f.Classes, []string{"Net"}) || !slices.Contains(f.Calls, "torch.relu") || !slices.Contains(f.Calls, "ops.prim.NumToTensor") {
		t.Fatalf("%+v", f)
	}
}

func TestEachAttackHasItsRule(t *testing.T) {
	for line, want := range map[string]struct {
		rule  string
		level issue.Level
	}{
		"import os":                                 {"import", issue.Malicious},
		"from subprocess import run":                {"import", issue.Malicious},
		"import numpy as np":                        {"import", issue.Unknown},
		"x = 1; import os":                          {"import", issue.Malicious},
		"_0 = os.system(\"id\")":                    {"python", issue.Malicious},
		"_0 = eval(x)":                              {"python", issue.Malicious},
		"_0 = __import__(\"os\").system(\"id\")":    {"python", issue.Malicious},
		"_0 = open(\"/etc/passwd\")":                {"python", issue.Malicious},
		"_0 = (x).__class__.__base__":               {"python", issue.Malicious},
		"_0 = x.y.__globals__":                      {"python", issue.Malicious},
		"torch.save(x, \"y\")":                      {"writing-operator", issue.Malicious},
		"ops.aten.save(x, \"y\")":                   {"writing-operator", issue.Malicious},
		"ops.image.write_file(\"x\", y)":            {"writing-operator", issue.Malicious},
		"_0 = ops.image.read_file(\"/etc/passwd\")": {"file-operator", issue.Unknown},
		"_0 = ops.debugprims.load_tensor(\"x\")":    {"custom-operator", issue.Unknown},
		"_0 = torch.from_file(\"/etc/passwd\")":     {"file-operator", issue.Unknown},
		"_0 = ops.aten.from_file(\"/etc/passwd\")":  {"file-operator", issue.Unknown},
		"_0 = torch.load(\"x\")":                    {"file-operator", issue.Unknown},
		"_0 = torch.hub.fetch(\"x\")":               {"file-operator", issue.Unknown},
		"_0 = torch.ops.mine.run(x)":                {"custom-operator", issue.Unknown},
		"_0 = ops.mine.run(x)":                      {"custom-operator", issue.Unknown},
		"_0 = torch.ops.load_library(\"x\")":        {"custom-operator", issue.Unknown},
		"_0 = ops.torchvision.nms(x)":               {"library-operator", issue.Note},
		"_0 = lambda x: x":                          {"not-torchscript", issue.Unknown},
		"try:":                                      {"not-torchscript", issue.Unknown},
		"@evil":                                     {"decorator", issue.Unknown},
		"_0 = \"unfinished":                         {"bad-text", issue.Unreadable},
		"_0 = \"\"\"unfinished":                     {"bad-text", issue.Unreadable},
		"_0 = \x00":                                 {"binary", issue.Unreadable},
		"_0 = \"" + base64.StdEncoding.EncodeToString([]byte("\x80\x02cposix\nsystem\n")) + "\"": {"text-pickle", issue.Malicious},
	} {
		src := strings.Replace(ordinary, "    fc = self.fc\n", "    "+line+"\n    fc = self.fc\n", 1)
		f := Check("c.py", []byte(src), Limits{})
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == "torchscript."+want.rule && i.Level == want.level })
		if i < 0 {
			t.Errorf("%s: want %v torchscript.%s, have %v", line, want.level, want.rule, f.Issues)
			continue
		}
		begin := int64(strings.Index(src, line))
		if at := f.Issues[i].Offset; at < begin || at > begin+int64(len(line)) {
			t.Errorf("%s: told at %d, it stands at %d", line, at, begin)
		}
	}
	if f := Check("c.py", make([]byte, 100), Limits{Bytes: 10}); issue.Worst(f.Issues) != issue.Unreadable {
		t.Errorf("%v", f.Issues)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(ordinary))
	f.Add([]byte("import os\nx = torch.ops.a.b(\"\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, i := range Check("c.py", b, Limits{}).Issues {
			if i.Offset < 0 || i.Offset > int64(len(b)) {
				t.Fatalf("%v", i)
			}
		}
	})
}
