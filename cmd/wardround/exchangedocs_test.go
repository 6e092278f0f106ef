package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestHowTo runs the commands of how-to guides as they stand there, in the files that
// a reader would have. Each ends with status 0 but for those that are named with
// another.
func TestHowTo(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs whole guides")
	}
	for name, want := range map[string]map[string]int{
		"are-we-affected.md": {},
		"gate-vex-and-advisory-for-a-manufacturer.md": {
			"wardround gate gateway.cdx.json --feeds advisories/": 1, // the build does not pass
		},
		"exchange-with-a-maker.md": {
			"wardround --data $HOSPITAL exchange export --to maker --maker 'Example Imaging' --key site.pem -o tell.zip": 2, // shown only
		},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "how-to", name))
			if err != nil {
				t.Fatal(err)
			}
			dir := guideFiles(t)
			t.Chdir(dir)
			vars := strings.NewReplacer("$DATA", filepath.Join(dir, "data"), "$MAKER", filepath.Join(dir, "maker"), "$HOSPITAL", filepath.Join(dir, "hospital"))
			draft, n, met := "", 0, 0
			for line := range strings.Lines(string(page)) {
				command, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "    wardround ")
				if !is {
					continue
				}
				n++
				code := want["wardround "+command]
				if code != 0 {
					met++
				}
				args := words(vars.Replace(strings.ReplaceAll(command, "$DRAFT", draft)))
				var out, errs bytes.Buffer
				if got := run(context.Background(), args, strings.NewReader(""), &out, &errs); got != code {
					t.Fatalf("%s: status %d, want %d\n%s%s", command, got, code, &out, &errs)
				}
				if strings.Contains(command, "vex create") {
					draft, _, _ = strings.Cut(out.String(), ":")
				}
			}
			if n < 5 || met != len(want) {
				t.Errorf("%d commands were run, %d of %d that end otherwise", n, met, len(want))
			}
		})
	}
}

// words divides a command as a shell does; these use single quotes only.
func words(s string) (out []string) {
	for i, part := range strings.Split(s, "'") {
		if i%2 == 1 {
			out = append(out, part)
		} else {
			out = append(out, strings.Fields(part)...)
		}
	}
	return out
}

// guideFiles are those that the guides speak of.
func guideFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"gateway.cdx.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"serialNumber":"urn:uuid:11111111-1111-4111-8111-111111111111",
"metadata":{"component":{"type":"device","bom-ref":"gw","name":"CT Gateway","version":"4.2","manufacturer":{"name":"Example Imaging"}}},
"components":[{"type":"library","bom-ref":"p","name":"parser","version":"v1.2.0","purl":"pkg:golang/example.org/parser@v1.2.0"}]}`,
		"advisories/GO-2099-0001.json": `{"schema_version":"1.7.0","id":"GO-2099-0001","modified":"2026-01-02T00:00:00Z","aliases":["CVE-2099-0001"],"summary":"A parser reads too far.",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:H"}],
"affected":[{"package":{"ecosystem":"Go","name":"example.org/parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]}]}]}`,
		"maker.openvex.json": `{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/1","author":"Example Imaging","timestamp":"2026-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2099-0001"},"products":[{"@id":"pkg:golang/example.org/parser@v1.2.0"}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}]}`,
		"devices.csv": "mac,name,ward,maker,model,software\n00:11:22:33:44:55,CT 3,Radiology,Example Imaging,CT Gateway,4.2\n",
	} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
