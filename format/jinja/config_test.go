package jinja

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
)

func TestReadConfig(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		rule  string
		level issue.Level
	}{
		"none":      {`{"model_max_length": 512, "chat_template": null, "auto_map": {}}`, "", issue.Note},
		"ordinary":  {`{"chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}"}`, "", issue.Note},
		"attack":    {`{"chat_template": "{{ ''.__class__ }}"}`, "jinja.python-internals", issue.Malicious},
		"escaped":   {`{"chat_template": "{{ ''.\u005f\u005fclass__ }}"}`, "jinja.python-internals", issue.Malicious},
		"listed":    {`{"chat_template": [{"name": "default", "template": "x"}, {"name": "rag", "template": "{{ ''.__class__ }}"}]}`, "jinja.python-internals", issue.Malicious},
		"by name":   {`{"chat_template": {"rag": "{{ ''.__class__ }}"}}`, "jinja.python-internals", issue.Malicious},
		"number":    {`{"chat_template": 1}`, "config.bad-template", issue.Unreadable},
		"remote":    {`{"auto_map": {"AutoModel": "modeling_x.X", "AutoTokenizer": [null, "tok.T"]}}`, "config.remote-code", issue.Unknown},
		"trust":     {`{"trust_remote_code": true}`, "config.trust-remote-code", issue.Unknown},
		"twice":     {`{"chat_template": "x", "chat_template": "{{ ''.__class__ }}"}`, "config.duplicate-key", issue.Unreadable},
		"truncated": {`{"chat_template": "x`, "config.bad-json", issue.Unreadable},
	} {
		got, err := ReadConfig(strings.NewReader(c.in), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if issue.Worst(got.Issues) != c.level || c.rule != "" && got.Issues[0].Rule != c.rule || c.rule == "" && len(got.Issues) > 0 {
			t.Errorf("%s: %v", name, got.Issues)
		}
	}
}
