package openvino

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

const head = `<?xml version="1.0"?><net name="m" version="11"><layers>`
const tail = `</layers><edges/><rt_info><a value="2026.4.1"/></rt_info></net>`

func layer(kind, set, data string) string {
	return `<layer id="1" name="L" type="` + kind + `" version="` + set + `">` + data + `</layer>`
}

func check(t testing.TB, doc string, bin int64) *File {
	t.Helper()
	f, err := Check(strings.NewReader(doc), bin, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEachFaultHasItsRule(t *testing.T) {
	constant := func(data string) string { return head + layer("Const", "opset1", "<data "+data+"/>") + tail }
	for name, c := range map[string]struct {
		doc   string
		rule  string
		level issue.Level
	}{
		"extension":        {head + layer("Evil", "my_extension", "") + tail, "extension", issue.Unknown},
		"invented":         {head + layer("Shell", "opset1", "") + tail, "unknown-layer", issue.Unknown},
		"in a body":        {head + layer("If", "opset8", "<then_body><layers>"+layer("Evil", "x", "")+"</layers></then_body>") + tail, "extension", issue.Unknown},
		"no type":          {head + layer("", "opset1", "") + tail, "no-type", issue.Unreadable},
		"outside":          {constant(`element_type="f32" shape="2" offset="96" size="8"`), "outside", issue.Unreadable},
		"overflow":         {constant(`element_type="f32" shape="2" offset="9223372036854775807" size="8"`), "span-overflow", issue.Malicious},
		"negative":         {constant(`element_type="f32" shape="2" offset="-8" size="8"`), "bad-span", issue.Unreadable},
		"another size":     {constant(`element_type="f32" shape="2,3" offset="0" size="8"`), "size-mismatch", issue.Unreadable},
		"path":             {constant(`element_type="f32" shape="2" offset="0" size="8" location="/etc/passwd"`), "path-escapes", issue.Malicious},
		"library":          {head + layer("ReLU", "opset1", `<data library="evil.so"/>`) + tail, "path", issue.Unknown},
		"payload":          {head + layer("ReLU", "opset1", `<data x="__import__('os').system('id')"/>`) + tail, "text-code", issue.Unknown},
		"billion laughs":   {`<!DOCTYPE net [<!ENTITY a "b">]><net name="&a;"/>`, "doctype", issue.Malicious},
		"another document": {`<PMML/>`, "no-net", issue.Unreadable},
		"same id":          {head + layer("ReLU", "opset1", "") + layer("ReLU", "opset1", "") + tail, "duplicate-layer", issue.Unreadable},
		"truncated":        {head, "bad-xml", issue.Unreadable},
		"no XML":           {"\x00", "bad-xml", issue.Unreadable},
	} {
		f := check(t, c.doc, 100)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == "openvino."+c.rule && i.Level == c.level })
		if i < 0 || f.Issues[i].Offset < 0 || f.Issues[i].Offset > int64(len(c.doc)) {
			t.Errorf("%s: want %v openvino.%s, have %v", name, c.level, c.rule, f.Issues)
		}
	}
	ok := constant(`element_type="f32" shape="2, 3" offset="64" size="24"`)
	f := check(t, ok, 100)
	if len(f.Issues) != 0 || len(f.Constants) != 1 || f.Constants[0].Offset != 64 || f.Name != "m" || !Is([]byte(ok)) {
		t.Errorf("%+v", f)
	}
	if f := check(t, constant(`element_type="f32" shape="2" offset="9999" size="8"`), -1); len(f.Issues) != 0 {
		t.Errorf("without the .bin file: %v", f.Issues)
	}
}

// TestWhatOpenVINOWritesIsClean judges with OpenVINO itself where it is
// installed.
func TestWhatOpenVINOWritesIsClean(t *testing.T) {
	t.Parallel()
	out := testkit.RunPython(t, []string{"openvino", "numpy"}, `
import json, os, collections, numpy as np, openvino as ov
from openvino import opset13 as op
x = op.parameter([1, 3, 8, 8], np.float32, name="x")
y = op.relu(op.convolution(x, op.constant(np.ones((4, 3, 3, 3), "f4")), [1, 1], [0, 0], [0, 0], [1, 1]))
y = op.softmax(op.prelu(op.reshape(y, op.constant(np.array([1, -1])), False), op.constant(np.ones(1, "f4"))), 1)
m = ov.Model([op.gelu(y, "erf")], [x], "m"); ov.save_model(m, "m.xml")
print(json.dumps([open("m.xml").read(), os.path.getsize("m.bin"), collections.Counter(o.get_type_name() for o in m.get_ops())]))
`)
	var doc string
	var bin int64
	var ops map[string]int
	if err := json.Unmarshal(out, &[]any{&doc, &bin, &ops}); err != nil {
		t.Fatal(err)
	}
	f := check(t, doc, bin)
	if len(f.Issues) != 0 || len(f.Constants) == 0 || len(f.Operators) < 5 {
		t.Errorf("%+v", f)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(head + layer("Const", "opset1", `<data element_type="f32" shape="2,3" offset="0" size="24"/>`) + tail)
	f.Fuzz(func(t *testing.T, s string) { check(t, s, 100) })
}
