package savedmodel

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wardround/wardround/format/issue"
)

func sub(n protowire.Number, fields ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), bytes.Join(fields, nil))
}
func str(n protowire.Number, s string) []byte { return sub(n, []byte(s)) }

// node is a NodeDef as field n.
func node(n protowire.Number, name, op string, more ...[]byte) []byte {
	return sub(n, str(1, name), str(2, op), bytes.Join(more, nil))
}

// model is a saved model with one meta graph of these fields.
func model(fields ...[]byte) []byte {
	return append([]byte{8, 1}, sub(2, append([][]byte{sub(1, str(4, "serve"), str(5, "2.21.0"))}, fields...)...)...)
}

func text(key, v string) []byte {
	return sub(5, str(1, key), sub(2, sub(8, str(8, v))))
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), None, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestTensorFlowAgrees reads files that TensorFlow wrote (testdata/make.py) and
// compares the operators with those that TensorFlow's own messages hold.
func TestTensorFlowAgrees(t *testing.T) {
	b, err := os.ReadFile("testdata/operators.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]int
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	rules := map[string]string{"reads": "savedmodel.path-escapes", "writes": "savedmodel.dangerous-operator", "python": "savedmodel.dangerous-operator", "prints": "savedmodel.path-escapes"}
	for name, ops := range want {
		b, err := os.ReadFile("testdata/" + name + ".pb")
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, b)
		got := map[string]int{}
		for _, o := range f.Operators {
			got[o.Name] = o.Count
		}
		if d := cmp.Diff(ops, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		kind := SavedModel
		if name == "frozen" {
			kind = Graph
		}
		if f.Kind != kind || kind == SavedModel && !strings.HasPrefix(f.Version, "2.") {
			t.Errorf("%s: kind %d, version %q", name, f.Kind, f.Version)
		}
		if rule := rules[name]; rule == "" && issue.Worst(f.Issues) > issue.Note {
			t.Errorf("%s: %v", name, f.Issues)
		} else if rule != "" && !slices.ContainsFunc(f.Issues, func(i issue.Issue) bool {
			return i.Rule == rule && i.Level == issue.Malicious && i.Offset > 0
		}) {
			t.Errorf("%s: want %s, have %v", name, rule, f.Issues)
		}
		for n := 2; n < len(b); n += 1 + len(b)/100 {
			if cut, err := Read(bytes.NewReader(b[:n]), int64(n), kind, Limits{}); err != nil || issue.Worst(cut.Issues) < issue.Unreadable && kind == SavedModel {
				t.Fatalf("%s cut to %d of %d bytes is clean", name, n, len(b))
			}
		}
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	graph := func(f ...[]byte) []byte { return sub(2, f...) }
	lambda := `{"class_name": "Lambda", "config": {"function": ["4wAAAAAAAAAA2gJvc9oGc3lzdGVt", null, null]}}`
	for name, c := range map[string]struct {
		b     []byte
		rule  string
		level issue.Level
	}{
		"python":           {model(graph(node(1, "n", "EagerPyFunc"))), "savedmodel.dangerous-operator", issue.Malicious},
		"in a function":    {model(graph(sub(2, sub(1, sub(1, str(1, "f")), node(3, "n", "PyFunc"))))), "savedmodel.dangerous-operator", issue.Malicious},
		"writes":           {model(graph(node(1, "n", "WriteFile"))), "savedmodel.dangerous-operator", issue.Malicious},
		"reads":            {model(graph(node(1, "n", "ReadFile"))), "savedmodel.file-operator", issue.Unknown},
		"reads a secret":   {model(graph(node(1, "p", "Const", text("value", "/etc/shadow")), node(1, "n", "ReadFile"))), "savedmodel.path-escapes", issue.Malicious},
		"lists":            {model(graph(node(1, "n", "MatchingFiles"))), "savedmodel.file-operator", issue.Unknown},
		"sql":              {model(graph(node(1, "n", "SqlDataset"))), "savedmodel.file-operator", issue.Unknown},
		"calls":            {model(graph(node(1, "n", "RemoteCall"))), "savedmodel.reaching-operator", issue.Unknown},
		"custom":           {model(graph(node(1, "n", "ShellCommand"))), "savedmodel.custom-operator", issue.Unknown},
		"addons":           {model(graph(node(1, "n", "Addons>Image"))), "savedmodel.custom-operator", issue.Unknown},
		"none":             {model(graph(sub(1, str(1, "n")))), "savedmodel.no-operator", issue.Unreadable},
		"asset":            {model(sub(6, str(2, "../../etc/passwd"))), "savedmodel.asset-escapes", issue.Malicious},
		"keras in objects": {model(sub(7, sub(1, sub(4, str(1, "_tf_keras_layer"), str(3, lambda))))), "keras.lambda-system", issue.Malicious},
		"keras metadata":   {sub(1, str(3, "root"), str(4, "_tf_keras_layer"), str(5, lambda)), "keras.lambda-system", issue.Malicious},
		"frozen":           {bytes.Join([][]byte{node(1, "a", "Placeholder"), node(1, "n", "PyFunc")}, nil), "savedmodel.dangerous-operator", issue.Malicious},
		"giant varint":     {append(model(), bytes.Repeat([]byte{0xff}, 12)...), "savedmodel.malformed", issue.Unreadable},
		"length":           {[]byte{8, 1, 0x12, 0xff, 0xff, 0xff, 0xff, 0x0f}, "savedmodel.malformed", issue.Unreadable},
	} {
		f := read(t, c.b)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == c.rule && i.Level == c.level })
		if i < 0 || f.Issues[i].Offset <= 0 && f.Kind != Graph && f.Kind != KerasMetadata {
			t.Errorf("%s (kind %d): want %v %s, have %v", name, f.Kind, c.level, c.rule, f.Issues)
		}
	}
	// An operator that the model's own library defines is no custom one; paths
	// without an operator that follows them are texts.
	f := read(t, model(graph(node(1, "n", "my_fn"), node(1, "c", "Const", text("value", "/usr/share/x")), sub(2, sub(1, sub(1, str(1, "my_fn")))))))
	if len(f.Issues) != 0 || !slices.Equal(f.Functions, []string{"my_fn"}) {
		t.Errorf("%v", f.Issues)
	}
}

func TestTheTablesAgree(t *testing.T) {
	for op := range python {
		if !operators[op] && !strings.HasPrefix(op, "Experimental") && op != "DatasetToTFRecord" {
			t.Errorf("TensorFlow has no operator %s", op)
		}
	}
	if len(operators) < 1300 {
		t.Errorf("%d operators", len(operators))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(model(sub(2, node(1, "n", "Const", text("value", "/etc/x")), sub(2, sub(1, node(3, "n", "PyFunc"))))))
	f.Add(sub(1, str(3, "root"), str(5, `{"class_name": "Lambda"}`)))
	f.Add(node(1, "a", "Placeholder"))
	f.Fuzz(func(t *testing.T, b []byte) { read(t, b) })
}
