package cpe_test

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/cpe"
)

// The examples of NISTIR 7695 §6.1 and §6.2: each name in both bindings.
func TestBindings(t *testing.T) {
	tests := []struct{ formatted, uri string }{
		{"cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*", "cpe:/a:microsoft:internet_explorer:8.0.6001:beta"},
		{"cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*", "cpe:/a:microsoft:internet_explorer:8.%02:sp%01"},
		{"cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*", "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~"},
		{"cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*", "cpe:/a:hp:openview_network_manager:7.51::~~~linux~~"},
		{`cpe:2.3:a:foo\\bar:big\$money_manager_2010:*:*:*:*:special:ipod_touch:80gb:*`, "cpe:/a:foo%5cbar:big%24money_manager_2010:::~~special~ipod_touch~80gb~"},
		{`cpe:2.3:a:foo\~bar:big\~money_2010:*:*:*:*:*:*:*:*`, "cpe:/a:foo%7ebar:big%7emoney_2010"},
		{`cpe:2.3:a:hp:insight_diagnostics:8.\*:*:*:*:*:*:*:*`, "cpe:/a:hp:insight_diagnostics:8.%2a"},
		{"cpe:2.3:h:philips:intellivue_mx40:-:*:*:*:*:*:*:*", "cpe:/h:philips:intellivue_mx40:-"},
		{`cpe:2.3:o:x:y:\-:*:*:*:*:*:*:*`, "cpe:/o:x:y:%2d"},
	}
	for _, tt := range tests {
		n, err := cpe.Parse(tt.formatted)
		if err != nil {
			t.Errorf("%s: %v", tt.formatted, err)
			continue
		}
		if n.String() != tt.formatted || n.URI() != tt.uri {
			t.Errorf("%s: written as %s and %s", tt.formatted, n, n.URI())
		}
		u, err := cpe.Parse(tt.uri)
		if err != nil || u != n {
			t.Errorf("%s: %v, %v", tt.uri, u, err)
		}
	}
}

// The errors the standard names, and ours.
func TestRefused(t *testing.T) {
	for _, s := range []string{
		"cpe:2.3:a:hp:insight_diagnostics:7.4.*.1570:*:*:*:*:*:*:*",   // a wildcard within (§6.2.3)
		"cpe:/a:foo%5cbar:big%24money_2010%07:::~~special~ipod~80gb~", // %07 is no code (§6.1.3)
		"cpe:/a:foo:bar:12.%02.1234",                                  // a wildcard within
		"cpe:2.3:a:foo:bar",                                           // too few
		"cpe:2.3:a:b:c:d:e:f:g:h:i:j:k:l",                             // too many
		"cpe:2.3:x:b:c:*:*:*:*:*:*:*:*",                               // no such part
		"cpe:2.3:a::c:*:*:*:*:*:*:*:*",                                // empty
		"cpe:2.3:a:b:**:*:*:*:*:*:*:*:*",                              // around nothing
		"cpe:/a:b:c:d:e:~1~2:f",
		"", "nginx", "cpe:/a:%4", "cpe:2.3:a:b\\",
		"cpe:2.3:a:" + strings.Repeat("b", cpe.MaxLength),
	} {
		if n, err := cpe.Parse(s); err == nil {
			t.Errorf("%.80q: read as %s", s, n)
		}
	}
}

func TestTextIsQuoted(t *testing.T) {
	for text, want := range map[string]cpe.Value{
		"8.1*": `8.1\*`, "A+B": `a\+b`, "-": `\-`, "": cpe.Any, "x:y": `x\:y`,
	} {
		v := cpe.Text(text)
		if v != want || v.Wild() {
			t.Errorf("%q: %q", text, string(v))
		}
		if text != "" && v.Literal() != strings.ToLower(text) {
			t.Errorf("%q: back as %q", text, v.Literal())
		}
	}
}

// What is read can be written in both bindings and read again as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*", "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~",
		`cpe:2.3:a:foo\\bar:big\$money:*:*:*:*:special:ipod_touch:80gb:*`, `cpe:2.3:o:x:??\?:\-:*:*:*:*:*:*:*`, "cpe:/o:x:y:%2d%01",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := cpe.Parse(s)
		if err != nil {
			return
		}
		for _, text := range []string{n.String(), n.URI()} {
			if len(text) > cpe.MaxLength { // quoting made it longer
				continue
			}
			if again, err := cpe.Parse(text); err != nil || again != n {
				t.Fatalf("%q: %s read again as %s, %v", s, text, again, err)
			}
		}
		if r := cpe.Compare(n, n); r != cpe.Equal && !wild(n) {
			t.Fatalf("%q is not itself: %s", s, r)
		}
	})
}

func wild(n cpe.Name) bool {
	for _, v := range n {
		if v.Wild() {
			return true
		}
	}
	return false
}
