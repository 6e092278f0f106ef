package artefact

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

func parquetOf(footer string) string {
	return "PAR1" + footer + string(binary.LittleEndian.AppendUint32(nil, uint32(len(footer)))) + "PAR1"
}

// TestDataBesideModels: what lies in a model's folder is called by its name, if it is
// that to its last byte.
func TestDataBesideModels(t *testing.T) {
	vocabulary := strings.Repeat("\x0a\x0d\x0a\x06\xe2\x96\x81the\x15\x00\x00\x80\xbf", 5) + "\x12\x02\x18\x01"
	schema := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x10\x00", 20) + "ARROW:extension:name\x00\x00arrow.py_extension_type\x00"))
	weights := "\x82\xa6params\x81\xa6kernel\xc7\x05\x01\x93\x01\xa1f\x07\xa4step\xcd\x01\x00"
	for _, c := range []struct {
		name, data, format string
		want               Verdict
	}{
		{"test.parquet", parquetOf("\x15\x02\x19\x2c schema"), "parquet", Inert},
		{"typed.parquet", parquetOf("\x18\x0cARROW:schema\x18" + "\xa0\x01" + schema), "parquet", Unknown},
		{"cut.parquet", "PAR1\x00\x00\x00\x00\xff\xff\xff\x00PAR1", "unrecognised", Unknown},
		{"typed.arrow", "ARROW1\x00\x00" + "arrow.py_extension_type\x00\x00" + "ARROW1", "arrow", Unknown},
		{"tokenizer.model", vocabulary, "sentencepiece", Inert},
		{"tokenizer.model", vocabulary + "\x00", "unrecognised", Unknown},
		{"flax_model.msgpack", weights, "msgpack", Inert},
		{"flax_model.msgpack", weights + "\xc1", "unrecognised", Unknown},
		{"flax_model.msgpack", "\xdf\xff\xff\xff\xff\xa1a", "unrecognised", Unknown},
		{"bomb.msgpack", "\x81\xa1a" + strings.Repeat("\x91", 500) + "\x00\x80\xff", "unrecognised", Unknown},
	} {
		r := scan(t, c.name, []byte(c.data))
		if r.Verdict != c.want || r.Format != c.format {
			t.Errorf("%s: %v %q, want %v %q: %v", c.name, r.Verdict, r.Format, c.want, c.format, r.Rules)
		}
	}
	// A program behind the mark is still a program.
	if r := scan(t, "a.parquet", []byte(parquetOf("x")[:5]+text0("id"))); r.Verdict == Inert {
		t.Errorf("a pickle behind the mark of Parquet: %v", r.Verdict)
	}
}

// TestLooseTemplates: a chat template may stand in YAML, and under any of the usual names.
func TestLooseTemplates(t *testing.T) {
	attack := "{{ config.__class__.__init__.__globals__['os'].system('id') }}"
	for _, c := range []struct {
		name, data string
		want       Verdict
	}{
		{"config.yaml", "chat_template: \"" + attack + "\"\n", Malicious},
		{"chat.template", "{% for m in messages %}{{ m.content }}{% endfor %}" + attack, Malicious},
		{"chat.j2", attack, Malicious},
		{"chat.tmpl", "{% for m in messages %}{{ m.content }}{% endfor %}", Inert},
		{"values.yaml", "image: \"{{ .Values.image }}\"\nif: \"{% raw %}\"\n", Inert},
		{"latex.bib", "@article{a, title={{Deep}} }\n", Inert},
	} {
		if r := scan(t, c.name, []byte(c.data)); r.Verdict != c.want {
			t.Errorf("%s: %v, want %v: %v", c.name, r.Verdict, c.want, r.Rules)
		}
	}
}
