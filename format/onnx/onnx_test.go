package onnx

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wardround/wardround/format/issue"
)

func msg(fields ...[]byte) []byte { return bytes.Join(fields, nil) }
func sub(n protowire.Number, fields ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), msg(fields...))
}
func str(n protowire.Number, s string) []byte { return sub(n, []byte(s)) }
func num(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

// model puts a graph into a model.
func model(graph ...[]byte) []byte {
	return msg(num(1, 10), str(2, "test"), sub(7, graph...), sub(8, str(1, ""), num(2, 21)))
}
func node(domain, op string, more ...[]byte) []byte {
	return sub(1, str(3, "n"), str(4, op), str(7, domain), msg(more...))
}

// tensor is an initializer of 2×3 floats.
func tensor(name string, fields ...[]byte) []byte {
	return sub(5, num(1, 2), num(1, 3), num(2, 1), str(8, name), msg(fields...))
}
func outside(entries ...string) []byte {
	var b []byte
	for i := 0; i < len(entries); i += 2 {
		b = append(b, sub(13, str(1, entries[i]), str(2, entries[i+1]))...)
	}
	return append(b, num(14, 1)...)
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var raw24 = sub(9, make([]byte, 24))

func TestAnOrdinaryModelIsClean(t *testing.T) {
	b := model(node("", "MatMul"), node("ai.onnx", "Relu"), node("ai.onnx.ml", "Scaler"), str(2, "main"), tensor("w", raw24), sub(11, str(1, "x")), sub(12, str(1, "y")))
	f := read(t, b)
	if len(f.Issues) != 0 || f.IR != 10 || f.Producer != "test" || f.Graph != "main" || f.Opsets[""] != 21 || !Is(bytes.NewReader(b), int64(len(b))) {
		t.Fatalf("%+v", f)
	}
	if len(f.Operators) != 3 || f.Operators[2].Name != "Scaler" || !slices.Equal(f.Inputs, []string{"x"}) || !slices.Equal(f.Outputs, []string{"y"}) {
		t.Errorf("%+v", f)
	}
	w := f.Tensors[0]
	if w.Name != "w" || w.Len != 24 || !bytes.Equal(b[w.Offset:w.Offset+w.Len], make([]byte, 24)) {
		t.Errorf("%+v", w)
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	graphAttr := func(inner ...[]byte) []byte { return sub(5, str(1, "body"), sub(6, inner...)) }
	deep := node("", "Relu")
	for range 60 {
		deep = node("", "If", graphAttr(deep))
	}
	for name, c := range map[string]struct {
		b     []byte
		rule  string
		level issue.Level
		where string
	}{
		"custom operator":      {model(node("evil.ops", "Run")), "custom-operator", issue.Unknown, "evil.ops.Run"},
		"in a subgraph":        {model(node("", "If", graphAttr(node("", "Loop", graphAttr(node("evil.ops", "Run")))))), "custom-operator", issue.Unknown, "evil.ops.Run"},
		"in a list of graphs":  {model(node("", "If", sub(5, str(1, "b"), sub(11, node("evil.ops", "Run"))))), "custom-operator", issue.Unknown, "evil.ops.Run"},
		"in training":          {msg(model(), sub(20, sub(2, node("evil.ops", "Run")))), "custom-operator", issue.Unknown, "evil.ops.Run"},
		"in a function":        {msg(model(), sub(25, str(1, "F"), str(10, "my"), sub(7, str(4, "Run"), str(7, "evil.ops")))), "custom-operator", issue.Unknown, "evil.ops.Run"},
		"invented standard":    {model(node("", "Shell")), "unknown-operator", issue.Unknown, "Shell"},
		"python operator":      {model(node("ai.onnx.contrib", "PyOp")), "code-operator", issue.Unknown, "ai.onnx.contrib.PyOp"},
		"runtime's operator":   {model(node("com.microsoft", "FusedMatMul")), "runtime-operator", issue.Note, "com.microsoft.FusedMatMul"},
		"function shadows":     {msg(model(node("", "Relu")), sub(25, str(1, "Relu"), str(10, ""))), "function-shadows", issue.Unknown, "Relu"},
		"absolute path":        {model(tensor("w", outside("location", "/etc/passwd"))), "external-path-escapes", issue.Malicious, "w"},
		"path climbs":          {model(tensor("w", outside("location", "a/../../x"))), "external-path-escapes", issue.Malicious, "w"},
		"path of Windows":      {model(tensor("w", outside("location", `..\x`))), "external-path-escapes", issue.Malicious, "w"},
		"drive":                {model(tensor("w", outside("location", `C:\x`))), "external-path-escapes", issue.Malicious, "w"},
		"address":              {model(tensor("w", outside("location", "https://x/w"))), "external-path-escapes", issue.Malicious, "w"},
		"NUL":                  {model(tensor("w", outside("location", "w\x00"))), "external-path-escapes", issue.Malicious, "w"},
		"backslash":            {model(tensor("w", outside("location", `a\b`))), "external-path-odd", issue.Unknown, "w"},
		"memory":               {model(tensor("w", outside("location", "*/_ORT_MEM_ADDR_/*", "offset", "140000"))), "external-memory", issue.Malicious, "w"},
		"in an attribute":      {model(node("", "Constant", sub(5, str(1, "value"), sub(5, num(2, 1), outside("location", "/x"))))), "external-path-escapes", issue.Malicious, ""},
		"in a sparse tensor":   {model(sub(15, sub(1, num(2, 1), str(8, "s"), outside("location", "/x")))), "external-path-escapes", issue.Malicious, "s"},
		"no location":          {model(tensor("w", outside("offset", "0"))), "external-no-location", issue.Unreadable, "w"},
		"negative offset":      {model(tensor("w", outside("location", "w", "offset", "-1"))), "external-number", issue.Unreadable, "w"},
		"offset is a word":     {model(tensor("w", outside("location", "w", "offset", "1e3"))), "external-number", issue.Unreadable, "w"},
		"offset overflows":     {model(tensor("w", outside("location", "w", "offset", "9223372036854775807"))), "external-overflow", issue.Malicious, "w"},
		"length is another":    {model(tensor("w", outside("location", "w", "length", "25"))), "size-mismatch", issue.Unreadable, "w"},
		"two locations":        {model(tensor("w", outside("location", "w", "location", "v"))), "repeated-field", issue.Unreadable, "w"},
		"unmarked":             {model(tensor("w", sub(13, str(1, "location"), str(2, "w")))), "external-unmarked", issue.Unreadable, "w"},
		"own and other":        {model(tensor("w", raw24, outside("location", "w"))), "data-twice", issue.Unreadable, "w"},
		"key that is obeyed":   {model(tensor("w", outside("location", "w", "__class__", "x"))), "external-key", issue.Malicious, "w"},
		"other key":            {model(tensor("w", outside("location", "w", "basepath", "/"))), "external-key", issue.Unknown, "w"},
		"no checksum":          {model(tensor("w", outside("location", "w"))), "external-unhashed", issue.Note, ""},
		"data too short":       {model(tensor("w", sub(9, make([]byte, 23)))), "size-mismatch", issue.Unreadable, "w"},
		"raw and typed":        {model(tensor("w", raw24, sub(4, make([]byte, 4)))), "data-twice", issue.Unreadable, "w"},
		"size overflows":       {model(sub(5, num(1, 1<<62), num(1, 8), num(2, 1), str(8, "w"), raw24)), "size-overflow", issue.Malicious, "w"},
		"negative dimension":   {model(sub(5, num(1, 1<<63), num(2, 1), str(8, "w"), raw24)), "size-overflow", issue.Malicious, "w"},
		"type unknown":         {model(sub(5, num(2, 99), str(8, "w"))), "unknown-type", issue.Unreadable, "w"},
		"initializer twice":    {model(tensor("w", raw24), tensor("w", raw24)), "duplicate-initializer", issue.Unreadable, "w"},
		"two graphs":           {msg(model(), sub(7)), "repeated-field", issue.Unreadable, "model.7"},
		"opset twice":          {msg(model(), sub(8, num(2, 3))), "opset-twice", issue.Unreadable, ""},
		"field unknown":        {msg(model(), str(200, strings.Repeat("x", 100))), "unknown-field", issue.Unknown, "model"},
		"field unknown, short": {msg(model(), num(200, 1)), "unknown-field", issue.Note, "model"},
		"metadata code":        {msg(model(), sub(14, str(1, "k"), str(2, "__import__('os').system('id')"))), "metadata-code", issue.Unknown, "k"},
		"nested sixty deep":    {model(deep), "malformed", issue.Unreadable, ""},
		"giant varint":         {msg(model(), []byte{0x08}, bytes.Repeat([]byte{0xff}, 12)), "malformed", issue.Unreadable, ""},
		"length past the end":  {msg(num(1, 10), []byte{0x3a, 0xff, 0xff, 0xff, 0x7f, 0x00}), "malformed", issue.Unreadable, ""},
		"wrong wire type":      {msg(num(1, 10), num(7, 3)), "malformed", issue.Unreadable, ""},
		"op in a text":         {model(node("", "Constant", sub(5, str(1, "value_string"), str(4, "cos\nsystem\n(S'id'\ntR.")))), "metadata-pickle", issue.Malicious, ""},
	} {
		f := read(t, c.b)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool {
			return i.Rule == "onnx."+c.rule && i.Level == c.level && (c.where == "" || i.Where == c.where)
		})
		if i < 0 {
			t.Errorf("%s: want %v onnx.%s of %q, have %v", name, c.level, c.rule, c.where, f.Issues)
			continue
		}
		if at := f.Issues[i].Offset; c.level > issue.Note && (at <= 0 || at > int64(len(c.b))) {
			t.Errorf("%s: no position: %v", name, f.Issues[i])
		}
	}
}

func TestFunctionsOfTheModelAreNoCustomOperators(t *testing.T) {
	f := read(t, msg(model(node("my", "F")), sub(25, str(1, "F"), str(10, "my"), sub(7, str(4, "Relu")))))
	if len(f.Issues) != 0 || !slices.Equal(f.Functions, []string{"my.F"}) {
		t.Errorf("%v %v", f.Issues, f.Functions)
	}
}

func TestOtherFilesAreCompared(t *testing.T) {
	f := read(t, model(tensor("a", outside("location", "w", "offset", "0", "length", "24", "checksum", "x")), tensor("b", outside("location", "w", "offset", "24", "checksum", "x")), tensor("c", outside("location", "gone", "checksum", "x"))))
	got := f.CheckExternal(func(l string) (int64, bool) { return 40, l == "w" })
	if len(got) != 2 || got[0].Rule != "onnx.external-outside" || got[0].Where != "b" || got[1].Rule != "onnx.external-missing" || got[1].Where != "gone" {
		t.Errorf("%v", got)
	}
	if got := f.CheckExternal(func(string) (int64, bool) { return 48, true }); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestEveryTruncationIsNoticed(t *testing.T) {
	b := model(node("", "MatMul"), tensor("w", raw24))
	noticed := 0
	for n := 1; n < len(b); n++ {
		f := read(t, b[:n])
		if issue.Worst(f.Issues) >= issue.Unreadable {
			noticed++
		} else if Is(bytes.NewReader(b[:n]), int64(n)) && n < len(b)-6 { // the opset at the end may be cut off whole
			t.Errorf("cut to %d of %d bytes it is clean", n, len(b))
		}
	}
	if noticed < len(b)/2 {
		t.Errorf("%d of %d", noticed, len(b))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(model(node("", "If", sub(5, sub(6, node("x", "y")))), tensor("w", outside("location", "w", "offset", "1"))))
	f.Add(msg(model(), sub(25, str(1, "F"), str(10, "my"), sub(7, str(4, "Relu"))), sub(14, str(1, "k"), str(2, "v"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), Limits{Tensors: 1000, Names: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range got.Tensors {
			if x.Offset >= 0 && (x.Len < 0 || x.Offset+x.Len > int64(len(b))) {
				t.Fatalf("%+v is outside the file", x)
			}
		}
		Is(bytes.NewReader(b), int64(len(b)))
	})
}
