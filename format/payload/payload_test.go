package payload

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

const evil = "\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94."

func TestFindsWhatHides(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		kind     Kind
		encoding string
		offset   int
	}{
		"pickle in base64":      {"note: " + base64.StdEncoding.EncodeToString([]byte(evil)), Pickle, "base64", 6},
		"pickle in base64, url": {base64.RawURLEncoding.EncodeToString([]byte(evil)), Pickle, "base64", 0},
		"pickle in hex":         {"0x " + hex.EncodeToString([]byte(evil)), Pickle, "hex", 3},
		"pickle of protocol 0":  {"cos\nsystem\n(S'id'\ntR.", Pickle, "plain", 0},
		"ELF in base64":         {base64.StdEncoding.EncodeToString([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00")), Program, "base64", 0},
		"zip in hex":            {hex.EncodeToString([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00")), Archive, "hex", 0},
		"python":                {"a; __import__('os').system('id')", Code, "plain", 3},
		"a page":                {"trained <SCRIPT src=x>", Code, "plain", 8},
	} {
		hits := Look(c.text)
		if len(hits) == 0 || hits[0].Kind != c.kind || hits[0].Encoding != c.encoding || hits[0].Offset != c.offset {
			t.Errorf("%s: %+v", name, hits)
		}
	}
}

func TestOrdinaryTextIsQuiet(t *testing.T) {
	for _, text := range []string{
		"", "pt", "A model for retrieval(evaluation) of chest radiographs. See https://example.org/model.",
		`{"ss_sd_model_hash": "9a3f0d12e4b6", "ss_training_started_at": "1680000000.1", "ss_tag_frequency": {"x": {"cat sitting": 3}}}`,
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"data:image/jpeg;base64,/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////",
		"cat\nsystem\nof a down", strings.Repeat("conv1.weight ", 1000), "executive (summary)", "model.eval()",
	} {
		if hits := Look(text); len(hits) != 0 {
			t.Errorf("%.60q: %+v", text, hits)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add(evil)
	f.Add(base64.StdEncoding.EncodeToString([]byte(evil)))
	f.Fuzz(func(t *testing.T, s string) {
		for _, h := range Look(s) {
			if h.Offset < 0 || h.Len < 0 || h.Offset+h.Len > len(strings.ToLower(s)) {
				t.Fatalf("%+v is outside %q", h, s)
			}
		}
	})
}
