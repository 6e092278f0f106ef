package artefact

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

const exported = `{"graph_module": {"graph": {"nodes": [{"target": "torch.ops.aten.add.Tensor"}], "sizes": [{"expr_str": "Symbol('s0', positive=True) + 1"}]}}}`

// TestTorchExportArchive: weights are bytes, the graph is read for what Python evaluates
// of it, and whatever is a program inside is judged as one.
func TestTorchExportArchive(t *testing.T) {
	numbers := "\x9a\x3f\xc1\x00\x01\x02\xff\xfe\x80\x3f"
	for name, c := range map[string]struct {
		members []string
		want    Verdict
	}{
		"ordinary":            {[]string{"m/models/model.json", exported, "m/data/weights/weight_0", numbers, "m/archive_format", "pt2", "m/byteorder", "little"}, Inert},
		"with a torch file":   {[]string{"m/models/model.json", exported, "m/data/sample_inputs/model.pt", string(zipped(t, 0, "archive/data.pkl", benign))}, Inert},
		"of older versions":   {[]string{"serialized_exported_program.json", exported, "serialized_state_dict.pt", string(zipped(t, 0, "archive/data.pkl", benign))}, Inert},
		"a size that calls":   {[]string{"m/models/model.json", strings.Replace(exported, "Symbol('s0'", "__import__('os').system('id'", 1)}, Malicious},
		"a foreign operator":  {[]string{"m/models/model.json", strings.Replace(exported, "aten.add", "mine.run", 1)}, Unknown},
		"pickled weights":     {[]string{"m/models/model.json", exported, "m/data/weights/model_weights_config.json", `{"config": {"w": {"use_pickle": true}}}`}, Unknown},
		"a program as weight": {[]string{"m/models/model.json", exported, "m/data/weights/weight_0", evil4}, Malicious},
		"a zip as weight":     {[]string{"m/models/model.json", exported, "m/data/weights/weight_0", string(zipped(t, 0, "archive/data.pkl", evil4))}, Malicious},
		"a program as input":  {[]string{"m/models/model.json", exported, "m/data/sample_inputs/model.pt", string(zipped(t, 8, "archive/data.pkl", evil4))}, Malicious},
		"compiled code":       {[]string{"m/models/model.json", exported, "m/data/aotinductor/model/model.so", "\x7fELF" + strings.Repeat("\x00\x01", 60)}, Unknown},
		"other bytes":         {[]string{"m/models/model.json", exported, "m/data/thing", numbers}, Unknown},
	} {
		rep := scan(t, "model.pt2", zipped(t, 0, c.members...))
		if rep.Verdict != c.want {
			t.Errorf("%s: %s, want %s: %v", name, rep.Verdict, c.want, rep.Rules)
		}
	}
}

// TestDistributedCheckpoint: torch files behind each other are taken apart only where
// nothing else can be cut out of them.
func TestDistributedCheckpoint(t *testing.T) {
	one, two := zipped(t, 0, "archive/data.pkl", benign, "archive/version", "3\n"), zipped(t, 0, "archive/data.pkl", benign, "archive/byteorder", "little")
	evil := zipped(t, 8, "archive/data.pkl", evil4)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, c := range map[string]struct {
		file  string
		b     []byte
		clean bool
		want  Verdict
	}{
		"ordinary":               {"__0_0.distcp", join(one, two, one), true, Inert},
		"one alone":              {"__0_0.distcp", one, true, Inert},
		"under another name":     {"model.pt", join(one, two), false, ""},
		"a hostile piece":        {"__0_0.distcp", join(one, evil, two), false, Malicious},
		"a hostile last piece":   {"__0_0.distcp", join(one, evil), false, Malicious},
		"bytes between":          {"__0_0.distcp", join(one, []byte("...."), two), false, ""},
		"bytes behind":           {"__0_0.distcp", join(one, two, []byte("x")), false, ""},
		"an archive in numbers":  {"__0_0.distcp", join(one, zipped(t, 0, "archive/data.pkl", benign, "archive/data/0", "1234"+string(evil)+"5678")), false, ""},
		"an old file in numbers": {"__0_0.distcp", join(one, zipped(t, 0, "archive/data.pkl", benign, "archive/data/0", "1234\x80\x02"+string(torchMagic)+".cos\nsystem\n")), false, ""},
	} {
		rep := scan(t, c.file, c.b)
		if rep.Verdict.Clean() != c.clean || c.want != "" && rep.Verdict != c.want {
			t.Errorf("%s: %s, want clean %v %s: %v", name, rep.Verdict, c.clean, c.want, rep.Rules)
		}
	}
}

// TestAlignedZipInAZip: PyTorch fills a member's extra field until its bytes lie on a round
// address. The archive inside is judged as a member, not taken for a second directory.
func TestAlignedZipInAZip(t *testing.T) {
	for content, want := range map[string]Verdict{benign: Inert, evil4: Malicious} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.CreateHeader(&zip.FileHeader{Name: "m/inner.pt", Extra: append([]byte("FB\x3c\x00"), strings.Repeat("Z", 60)...)})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(zipped(t, 0, "archive/data.pkl", content))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if rep := scan(t, "model.pt2", b.Bytes()); rep.Verdict != want {
			t.Errorf("%q: %s, want %s: %v", content, rep.Verdict, want, rep.Rules)
		}
	}
}

// FuzzPieces: pieces lie behind each other from the first byte to the last.
func FuzzPieces(f *testing.F) {
	one := zipped(f, 0, "archive/data.pkl", benign)
	f.Add(append(bytes.Clone(one), one...))
	f.Add(append(bytes.Clone(one), zipped(f, 8, "a", benign, "b", "c")...))
	f.Fuzz(func(t *testing.T, b []byte) {
		at := int64(0)
		found := pieces(bytes.NewReader(b), int64(len(b)))
		for _, p := range found {
			if p[0] != at || p[1] <= p[0] {
				t.Fatalf("%v", found)
			}
			at = p[1]
		}
		if len(found) > 0 && at != int64(len(b)) {
			t.Fatalf("%v of %d", found, len(b))
		}
	})
}
