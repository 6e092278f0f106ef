package artefact

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// The programs of these tests, written by hand. None is ever run.
const (
	evil    = "cos\nsystem\n(S'true'\ntR."                                                                         // protocol 0: os.system("true")
	evil4   = "\x80\x04\x95\x1b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R\x8c\x00." // protocol 4
	benign  = "\x80\x04]\x94(K\x01K\x02e."                                                                         // [1, 2]
	benign2 = "\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."                                                       // {"a": 1}
)

func scan(t testing.TB, name string, b []byte, opts ...Options) *Report {
	t.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	if tb, ok := t.(*testing.T); ok {
		o.Temp = tb.TempDir()
	}
	rep, err := Scan(context.Background(), bytes.NewReader(b), int64(len(b)), name, o)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func zipped(t testing.TB, method uint16, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(members[i+1]))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: members[i], Size: int64(len(members[i+1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(members[i+1]))
	}
	w.Close()
	return b.Bytes()
}

type packer interface {
	Write([]byte) (int, error)
	Close() error
}

func packed(t testing.TB, s string, open func(*bytes.Buffer) (packer, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(s))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, s string) []byte {
	return packed(t, s, func(b *bytes.Buffer) (packer, error) { return gzip.NewWriter(b), nil })
}

func zlibbed(t testing.TB, s string) []byte {
	return packed(t, s, func(b *bytes.Buffer) (packer, error) { return zlib.NewWriter(b), nil })
}

// text0 is a pickle of one text, in protocol 3.
func text0(s string) string {
	return "\x80\x03X" + string([]byte{byte(len(s)), byte(len(s) >> 8), byte(len(s) >> 16), 0}) + s + "q\x00."
}

// npyOf is an .npy file with a type and what follows the header.
func npyOf(descr, shape, data string) string {
	h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(h)), byte(len(h) >> 8)}) + h + data
}

// legacyTorch is torch.save's form before 1.6: magic number, protocol, system, object,
// keys, then the tensors' bytes.
func legacyTorch(object string) string {
	return "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + "\x80\x02M\xe9\x03." + "\x80\x02}q\x00." + object + "\x80\x02]q\x00." + "\x00\x01raw numbers"
}

// disguises are all the ways to bring a pickle to a Python loader that this gate
// knows of: each is read by pickle, joblib, numpy, torch, pandas or zipfile.
func disguises(t testing.TB, p string) map[string][]byte {
	raw := map[string]string{
		"plain":                        p,
		"behind a harmless one":        benign + p,
		"behind two":                   benign2 + benign + p,
		"before a zip":                 p + string(zipped(t, 0, "a.txt", "hello")),
		"in a zip behind another":      benign + string(zipped(t, 0, "data.pkl", p)),
		"before rubbish":               p + "\xff\xfe\xfd rubbish \x00\x01",
		"in a tar":                     string(tarred(t, "model/data.pkl", p)),
		"in a tar's second half":       string(tarred(t, "a", "x")) + string(tarred(t, "b", p)),
		"in a tar in a zip":            string(zipped(t, 8, "a.tar", string(tarred(t, "b", p)))),
		"in three zips":                string(zipped(t, 8, "a", string(zipped(t, 0, "b", string(zipped(t, 8, "c", p)))))),
		"gzip of gzip":                 string(gzipped(t, string(gzipped(t, p)))),
		"in an npy":                    npyOf("|O", "(1,)", p),
		"in an npy of fields":          "\x93NUMPY\x01\x00\x4c\x00{'descr': [('a', '<f8'), ('b', 'O')], 'fortran_order': False, 'shape': (1,)}" + p,
		"npy with an odd type":         npyOf("f8,O", "(1,)", p),
		"behind an npy's numbers":      npyOf("<f8", "(1,)", "12345678"+p),
		"in an npz":                    string(zipped(t, 8, "a.npy", npyOf("<f8", "(1,)", "12345678"), "b.npy", npyOf("|O", "(1,)", p))),
		"legacy torch":                 legacyTorch(p),
		"legacy torch, magic bypassed": p + legacyTorch(benign),
		"torch tar":                    string(tarred(t, "sys_info", benign, "pickle", p, "storages", benign)),
		"torch zip":                    string(zipped(t, 0, "archive/data.pkl", p, "archive/version", "3\n")),
		"torch zip, twice":             string(zipped(t, 0, "archive/data.pkl", benign, "archive/data.pkl", p)),
		"torch zip, renamed":           string(zipped(t, 0, "archive/data.pkl", benign, "archive/extra.txt", p)),
		"torch zip, as a tensor":       string(zipped(t, 0, "archive/data.pkl", benign, "archive/data/0", p)),
		"torch zip, constants":         string(zipped(t, 0, "archive/data.pkl", benign, "archive/constants.pkl", p)),
		"zlib":                         string(zlibbed(t, p)),
		"xz":                           string(packed(t, p, func(b *bytes.Buffer) (packer, error) { return xz.NewWriter(b) })),
		"lzma":                         string(packed(t, p, func(b *bytes.Buffer) (packer, error) { return lzma.NewWriter(b) })),
		"lz4":                          string(packed(t, p, func(b *bytes.Buffer) (packer, error) { return lz4.NewWriter(b), nil })),
		"zstd":                         string(packed(t, p, func(b *bytes.Buffer) (packer, error) { return zstd.NewWriter(b) })),
		"joblib before 0.10":           "ZF" + fmt.Sprintf("%-19s", fmt.Sprintf("0x%x", len(p))) + string(zlibbed(t, p)),
		"gzip, cut":                    string(gzipped(t, p+strings.Repeat("padding that is cut off ", 400))[:120]),
	}
	out := map[string][]byte{}
	for k, v := range raw {
		out[k] = []byte(v)
	}
	return out
}

// TestNoDisguiseHides: whatever a payload is packed in, it is found.
func TestNoDisguiseHides(t *testing.T) {
	for pname, p := range map[string]string{"protocol 0": evil, "protocol 4": evil4} {
		for name, b := range disguises(t, p) {
			rep := scan(t, "model.bin", b)
			if rep.Verdict != Malicious {
				t.Errorf("%s, %s: %s %v %v", pname, name, rep.Verdict, rep.Format, rep.Rules)
			} else if !slices.ContainsFunc(rep.CallableNames(), func(s string) bool { return strings.HasSuffix(s, ".system") }) {
				t.Errorf("%s, %s: the callable is not named: %v", pname, name, rep.CallableNames())
			}
		}
	}
}

// TestHarmlessContentIsClean: the same packing around a harmless pickle is clean, where
// the packing itself is ordinary.
func TestHarmlessContentIsClean(t *testing.T) {
	ordinary := []string{"plain", "in a tar", "in a tar in a zip", "in three zips", "gzip of gzip", "in an npy", "in an npz", "legacy torch", "torch tar", "torch zip", "zlib", "xz", "lzma", "lz4", "zstd", "joblib before 0.10", "torch zip, constants"}
	all := disguises(t, benign)
	for _, name := range ordinary {
		if rep := scan(t, "model.bin", all[name]); !rep.Verdict.Clean() {
			t.Errorf("%s: %s %s %v", name, rep.Verdict, rep.Format, rep.Rules)
		}
	}
}

// TestInnerTexts: a payload in a text is found, plain, in base64, in hexadecimal.
func TestInnerTexts(t *testing.T) {
	for name, s := range map[string]string{
		"raw":         evil4,
		"protocol 0":  evil,
		"base64":      base64.StdEncoding.EncodeToString([]byte(evil4)),
		"hex":         hex.EncodeToString([]byte(evil4)),
		"base64 zip":  base64.StdEncoding.EncodeToString(zipped(t, 8, "x", evil4)),
		"base64 gzip": base64.StdEncoding.EncodeToString(gzipped(t, evil4)),
	} {
		rep := scan(t, "model.pkl", []byte(text0(s)))
		if rep.Verdict.Clean() {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
	}
	for name, s := range map[string]string{"a word": "hello", "base64 of text": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("only text ", 20))), "a digest": strings.Repeat("0f", 32)} {
		if rep := scan(t, "model.pkl", []byte(text0(s))); rep.Verdict != Inert {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
	}
}

// TestWhatIsNoModel: the other files of a model's folder.
func TestWhatIsNoModel(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
	for name, c := range map[string]struct {
		content string
		verdict Verdict
	}{
		"README.md":                     {"# A model\n\n```python\nimport torch\nfrom x import y\n```\n", Inert},
		"LICENSE":                       {"Apache License\nVersion 2.0\n", Inert},
		"config.json":                   {`{"model_type": "bert"}`, Inert},
		"vocab.txt":                     {"cat\ndog\nthe\n.\n", Inert},
		"merges.txt":                    {"cos\nsin\ntan\n", Inert},
		"words.txt":                     {"import of goods\nexport of goods\n", Inert},
		"in.txt":                        {"in\nthe\nof\n", Inert},
		"wide.txt":                      {"\xff\xfeh\x00i\x00=\xd8\x00\xde", Inert},
		"not wide.bin":                  {"\xff\xfe\x80\x01\x00\x00\x93\x01", Unknown},
		"calls.txt":                     {"cmymodule\nrun\n(tR and then it breaks", Unreadable},
		"N.txt":                         {"N.B. this is a text", Inert},
		"tree.txt":                      {"tree\nversion=v4\nnum_class=1\n", Inert},
		"umlaut.txt":                    {strings.Repeat("ü", headLen) + "x", Inert},
		"empty.bin":                     {"", Inert},
		"picture.png":                   {png, Inert},
		"custom/config.json":            {`{"auto_map": {"AutoModel": "modeling_x.Model"}}`, Unknown},
		"conf.yaml":                     {"a: !!python/object/apply:os.system ['true']\n", Unknown},
		"modeling.py":                   {"import os\n\ndef f():\n  pass\n", Unknown},
		"model.txt":                     {"import os\nfrom sys import path\n\ndef f(x):\n  pass\n", Unknown},
		"run":                           {"#!/bin/sh\ntrue\n", Unknown},
		"lib.bin":                       {"\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60), Unknown},
		"weights.bin":                   {"\x01\x99\x88\x77\xff\x00 numbers", Unknown},
		"model.safetensors":             {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", Unreadable},
		"truncated.pkl":                 {benign[:8], Unreadable},
		"image then zip.png":            {png + string(zipped(t, 0, "a.pkl", evil)), Malicious},
		"variables.data-00000-of-00001": {"\x01\x99\x88\x77\xff\x00 numbers", Inert},
	} {
		if rep := scan(t, name, []byte(c.content)); rep.Verdict != c.verdict {
			t.Errorf("%s: %s (%s), want %s: %v", name, rep.Verdict, rep.Format, c.verdict, rep.Rules)
		}
	}
}

// TestBombs: each ends quickly, within its bounds, and is not clean.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 8<<20)
	layer := string(gzipped(t, strings.Repeat(zeros, 4)))
	deep := benign
	for range 40 {
		deep = string(zipped(t, 8, "a", deep))
	}
	wide := []string{}
	inner := string(zipped(t, 8, "zeros", zeros))
	for i := range 200 {
		wide = append(wide, fmt.Sprint(i), inner)
	}
	for name, b := range map[string][]byte{
		"zeros":  []byte(layer),
		"nested": zipped(t, 8, "a", layer, "b", layer, "c", layer),
		"wide":   zipped(t, 8, wide...),
		"deep":   []byte(deep),
	} {
		start := time.Now()
		rep := scan(t, "bomb", b, Options{Expand: 24 << 20})
		if rep.Verdict.Gravity() < Unreadable.Gravity() {
			t.Errorf("%s: %s %v", name, rep.Verdict, rep.Rules)
		}
		if rep.Expanded > 32<<20 || time.Since(start) > 20*time.Second {
			t.Errorf("%s: %d bytes came out in %s", name, rep.Expanded, time.Since(start))
		}
	}
}

// TestQuine: an archive that contains itself never ends by itself. This one points
// its only member at its own start.
func TestQuine(t *testing.T) {
	local := []byte("PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	le := func(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }
	total := uint32(30 + 1 + 46 + 1 + 22)
	local = append(local, le(0)...)
	local = append(local, le(total)...)
	local = append(local, le(total)...)
	local = append(local, 1, 0, 0, 0, 'a')
	c := []byte("PK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	c = append(c, le(0)...)
	c = append(c, le(total)...)
	c = append(c, le(total)...)
	c = append(c, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	c = append(c, le(0)...)
	c = append(c, 'a')
	e := append([]byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), le(uint32(len(c)))...)
	e = append(append(e, le(31)...), 0, 0)
	b := append(append(local, c...), e...)
	if rep := scan(t, "quine.zip", b); rep.Verdict.Clean() {
		t.Errorf("%s %v", rep.Verdict, rep.Rules)
	}
}

// TestTimeIsBounded: a scan that takes too long is unreadable, one that was called off
// is an error.
func TestTimeIsBounded(t *testing.T) {
	if rep := scan(t, "x", []byte(benign), Options{Time: time.Nanosecond}); rep.Verdict != Unreadable {
		t.Errorf("%s %v", rep.Verdict, rep.Rules)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, strings.NewReader(benign), int64(len(benign)), "x", Options{}); err == nil {
		t.Error("a scan that was called off says nothing")
	}
}

func FuzzScan(f *testing.F) {
	for _, b := range disguises(f, evil4) {
		if len(b) < 4096 {
			f.Add(b)
		}
	}
	for _, s := range configurations() {
		if len(s) < 2048 {
			f.Add([]byte(s))
		}
	}
	f.Add([]byte("text, only text"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rep, err := Scan(context.Background(), bytes.NewReader(b), int64(len(b)), "f", Options{Expand: 1 << 20, Members: 200, Time: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Verdict.Gravity() >= len(Verdicts) {
			t.Errorf("verdict %q", rep.Verdict)
		}
		if !rep.Verdict.Clean() && len(rep.Rules) == 0 && len(rep.Callables) == 0 {
			t.Errorf("%s without a reason", rep.Verdict)
		}
	})
}
