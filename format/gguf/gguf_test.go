package gguf

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
)

// builder writes files, also wrong ones.
type builder struct {
	b       []byte
	o       binary.AppendByteOrder
	version uint32
}

func start(version uint32, o binary.AppendByteOrder, tensors, keys uint64) *builder {
	w := &builder{b: []byte("GGUF"), o: o, version: version}
	w.u32(version)
	return w.n(tensors).n(keys)
}

func (w *builder) u32(v uint32) *builder { w.b = w.o.AppendUint32(w.b, v); return w }
func (w *builder) u64(v uint64) *builder { w.b = w.o.AppendUint64(w.b, v); return w }
func (w *builder) n(v uint64) *builder {
	if w.version == 1 {
		return w.u32(uint32(v))
	}
	return w.u64(v)
}
func (w *builder) text(s string) *builder         { w.n(uint64(len(s))); w.b = append(w.b, s...); return w }
func (w *builder) kv(key string, t Type) *builder { return w.text(key).u32(uint32(t)) }
func (w *builder) str(key, v string) *builder     { return w.kv(key, String).text(v) }
func (w *builder) tensor(name string, typ uint32, offset uint64, dims ...uint64) *builder {
	w.text(name).u32(uint32(len(dims)))
	for _, d := range dims {
		w.n(d)
	}
	return w.u32(typ).u64(offset)
}

// data pads to the alignment and adds n bytes.
func (w *builder) data(n int) []byte {
	for len(w.b)%32 != 0 {
		w.b = append(w.b, 0)
	}
	return append(w.b, make([]byte, n)...)
}

func read(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ordinary(version uint32, o binary.AppendByteOrder) []byte {
	w := start(version, o, 2, 5)
	w.str("general.architecture", "llama")
	w.kv("llama.block_count", U32).u32(2)
	w.kv("tokenizer.ggml.tokens", Array).u32(uint32(String)).n(2).text("<s>").text("</s>")
	w.kv("tokenizer.ggml.scores", Array).u32(uint32(F32)).n(2).u32(0).u32(0)
	w.str("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}")
	w.tensor("a", 0, 0, 4, 2).tensor("b", 8, 32, 64)
	return w.data(32 + 68)
}

func TestEveryVersionAndOrder(t *testing.T) {
	for version := uint32(1); version <= 3; version++ {
		for _, o := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			b := ordinary(version, o)
			f := read(t, b)
			if len(f.Issues) != 0 || f.Version != version || f.BigEndian != (o == binary.AppendByteOrder(binary.BigEndian)) {
				t.Fatalf("version %d: %v %+v", version, f.Issues, f)
			}
			data := int64(len(b)) - 100
			want := []Tensor{{Name: "a", Type: "F32", Shape: []uint64{4, 2}, Offset: data, Len: 32}, {Name: "b", Type: "Q8_0", Shape: []uint64{64}, Offset: data + 32, Len: 68}}
			got := slices.Clone(f.Tensors)
			for i := range got {
				got[i].At = 0
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if kv, _ := f.Get("llama.block_count"); kv.Value != 2 {
				t.Errorf("%+v", kv)
			}
			if kv, _ := f.Get("tokenizer.ggml.tokens"); kv.Of != String || kv.Len != 2 {
				t.Errorf("%+v", kv)
			}
		}
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	le := binary.LittleEndian
	one := func(typ uint32, offset uint64, dims ...uint64) []byte {
		return start(3, le, 1, 0).tensor("w", typ, offset, dims...).data(64)
	}
	deep := start(3, le, 0, 1).kv("k", Array)
	for range 50 {
		deep.u32(uint32(Array)).n(1)
	}
	pickle := base64.StdEncoding.EncodeToString([]byte("\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94."))
	for name, c := range map[string]struct {
		b     []byte
		rule  string
		level issue.Level
		at    int64
	}{
		"empty":               {nil, "malformed", issue.Unreadable, 0},
		"other magic":         {[]byte("GGMLxxxxxxxx"), "malformed", issue.Unreadable, 0},
		"version 9":           {start(9, le, 0, 0).data(0), "version", issue.Unreadable, 4},
		"count of 2^60":       {start(3, le, 1<<60, 0).data(0), "count", issue.Unreadable, 8},
		"count of 2^64-1":     {start(3, le, 1<<64-1, 0).data(0), "malformed", issue.Unreadable, 8},
		"keys the file lacks": {start(3, le, 0, 1000).data(0), "count", issue.Unreadable, 8},
		"string past the end": {start(3, le, 0, 1).n(1 << 40).data(64), "malformed", issue.Unreadable, 32},
		"string of 2^63":      {start(3, le, 0, 1).n(1 << 63).data(64), "malformed", issue.Unreadable, 24},
		"unknown value type":  {start(3, le, 0, 1).kv("k", 99).data(64), "malformed", issue.Unreadable, 37},
		"array of 2^61":       {start(3, le, 0, 1).kv("k", Array).u32(uint32(U64)).n(1 << 61).data(64), "malformed", issue.Unreadable, 49},
		"array of texts 2^50": {start(3, le, 0, 1).kv("k", Array).u32(uint32(String)).n(1 << 50).data(64), "malformed", issue.Unreadable, 49},
		"arrays nested":       {deep.data(64), "malformed", issue.Unreadable, 97},
		"bool of 7":           {append(start(3, le, 0, 1).kv("k", Bool).b, 7, 0, 0, 0), "bad-bool", issue.Unreadable, 24},
		"key twice":           {start(3, le, 0, 2).str("k", "a").str("k", "b").data(0), "duplicate-key", issue.Unreadable, 46},
		"alignment 0":         {start(3, le, 0, 1).kv("general.alignment", U32).u32(0).data(0), "alignment", issue.Unreadable, 24},
		"alignment 3":         {start(3, le, 0, 1).kv("general.alignment", U32).u32(3).data(0), "alignment", issue.Unreadable, 24},
		"size overflows":      {one(0, 0, 1<<62, 4), "tensor-size-overflow", issue.Malicious, 24},
		"size wraps to small": {one(0, 0, 1<<32, 1<<32, 4), "tensor-size-overflow", issue.Malicious, 24},
		"negative dimension":  {one(0, 0, 1<<63), "tensor-size-overflow", issue.Malicious, 24},
		"offset overflows":    {one(0, 1<<63, 4), "tensor-offset-overflow", issue.Malicious, 24},
		"five dimensions":     {one(0, 0, 1, 1, 1, 1, 1), "malformed", issue.Unreadable, 37},
		"four billion dims":   {start(3, le, 1, 0).text("w").u32(1<<32 - 1).data(64), "malformed", issue.Unreadable, 37},
		"unknown tensor type": {one(5, 0, 4), "unknown-type", issue.Unreadable, 24},
		"half a block":        {one(2, 0, 31), "row-size", issue.Unreadable, 24},
		"outside":             {one(0, 0, 1000), "outside", issue.Unreadable, 24},
		"offset outside":      {one(0, 1<<40, 4), "outside", issue.Unreadable, 24},
		"misaligned":          {one(0, 4, 4), "misaligned", issue.Unreadable, 24},
		"overlap":             {start(3, le, 2, 0).tensor("a", 0, 0, 16).tensor("b", 0, 32, 8).data(64), "overlap", issue.Unreadable, 57},
		"name twice":          {start(3, le, 2, 0).tensor("a", 0, 0, 8).tensor("a", 0, 32, 8).data(64), "duplicate-tensor", issue.Unreadable, 57},
		"long name":           {start(3, le, 1, 0).tensor(strings.Repeat("n", 64), 0, 0, 8).data(32), "name-too-long", issue.Unreadable, 24},
		"hole":                {start(3, le, 2, 0).tensor("a", 0, 0, 8).tensor("b", 0, 96, 8).data(128), "hole", issue.Unreadable, 128},
		"polyglot":            {one(0, 0, 4), "trailing", issue.Unreadable, 96},
		"template":            {start(3, le, 0, 1).str("tokenizer.chat_template", "{{ ''.__class__ }}").data(0), "jinja.python-internals", issue.Malicious, 24 + 8 + 23 + 4 + 8 + 6},
		"named template":      {start(3, le, 0, 1).str("tokenizer.chat_template.rag", "{{ ''|attr('\\x5f\\x5fclass__') }}").data(0), "jinja.python-internals", issue.Malicious, 24 + 8 + 27 + 4 + 8 + 6},
		"hidden by twice":     {start(3, le, 0, 2).str("tokenizer.chat_template", "x").str("tokenizer.chat_template", "{{ ''.__class__ }}").data(0), "jinja.python-internals", issue.Malicious, 24 + 44 + 43 + 6},
		"giant template":      {start(3, le, 0, 1).str("tokenizer.chat_template", strings.Repeat("x", 2<<20)).data(0), "template-too-long", issue.Unreadable, 24},
		"payload":             {start(3, le, 0, 1).str("general.description", pickle).data(0), "metadata-pickle", issue.Malicious, 24},
	} {
		f := read(t, c.b)
		rule := c.rule
		if !strings.Contains(rule, ".") {
			rule = "gguf." + rule
		}
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == rule })
		if i < 0 || f.Issues[i].Level != c.level || f.Issues[i].Offset != c.at {
			t.Errorf("%s: want %v %s at %d, have %v", name, c.level, rule, c.at, f.Issues)
		}
	}
}

func TestEveryTruncationIsNoticed(t *testing.T) {
	b := ordinary(3, binary.LittleEndian)
	for n := range len(b) {
		if f := read(t, b[:n]); issue.Worst(f.Issues) < issue.Unreadable {
			t.Fatalf("cut to %d of %d bytes it is clean", n, len(b))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(ordinary(1, binary.LittleEndian))
	f.Add(ordinary(3, binary.LittleEndian))
	f.Add(ordinary(2, binary.BigEndian))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), Limits{Keys: 1000, Tensors: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if issue.Worst(got.Issues) < issue.Unreadable {
			for _, x := range got.Tensors {
				if x.Offset < got.Data || x.Len < 0 || x.Len > int64(len(b)) || x.Offset+x.Len > int64(len(b)) {
					t.Fatalf("%+v is outside the file", x)
				}
			}
		}
	})
}
