package jinja

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestTheAttacksAreReal lets Jinja run the attacks outside of its sandbox, and
// read the ordinary templates: an attack that does nothing would prove nothing.
func TestTheAttacksAreReal(t *testing.T) {
	t.Parallel()
	all := map[string]map[string]string{"attacks": {}, "benign": benign}
	for name, c := range attacks {
		all["attacks"][name] = c.src
	}
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	out := testkit.RunPython(t, []string{"jinja2"}, `
import sys, json, jinja2
from jinja2.ext import Extension
class Generation(Extension):
    tags = {"generation"}
    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)
env = jinja2.Environment(extensions=["jinja2.ext.loopcontrols", Generation])
all = json.loads(sys.argv[1]); bad = {}
for name, src in all["attacks"].items():
    try: env.from_string(src).render(bos_token="x")
    except Exception as e: bad[name] = repr(e)
for name, src in all["benign"].items():
    try: env.parse(src)
    except Exception as e: bad[name] = repr(e)
print(json.dumps(bad))
`, string(in))
	var bad map[string]string
	if err := json.Unmarshal(out, &bad); err != nil {
		t.Fatal(err)
	}
	for name, err := range bad {
		t.Errorf("Jinja refuses %q: %s", name, err)
	}
}

// TestJinjaReadsNothingThatWeCannot cuts and joins the templates and asks Jinja
// whether it reads the outcome. What it reads, we read.
func TestJinjaReadsNothingThatWeCannot(t *testing.T) {
	t.Parallel()
	var src []string
	for _, b := range benign {
		for i := 0; i+40 < len(b); i += 37 {
			src = append(src, b[:i]+b[i+7:], b[i:], b[:i], strings.Replace(b, "{%", "{% if x %}{% endif %}{%", 1)[:i])
		}
	}
	in, _ := json.Marshal(src)
	out := testkit.RunPython(t, []string{"jinja2"}, `
import sys, json, jinja2
env = jinja2.Environment(extensions=["jinja2.ext.loopcontrols"])
out = []
for s in json.loads(sys.argv[1]):
    try: env.parse(s); out.append(True)
    except Exception: out.append(False)
print(json.dumps(out))
`, string(in))
	var reads []bool
	if err := json.Unmarshal(out, &reads); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, ok := range reads {
		if !ok {
			continue
		}
		n++
		for _, is := range Analyse("", src[i], Limits{}).Issues {
			if is.Rule == "jinja.bad-syntax" {
				t.Errorf("Jinja reads what we don't: %v\n%s", is, src[i])
			}
		}
	}
	if n < 10 {
		t.Errorf("Jinja read %d of %d: the test proves little", n, len(src))
	}
}
