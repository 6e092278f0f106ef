package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wardround/wardround/internal/testkit"
)

var word = regexp.MustCompile(`'[^']*'|\S+`)

// TestHowToReleases follows docs/how-to/manage-releases.md: every command as it
// stands there, in order, with files of the kinds that the page speaks of, and the
// penetration test that it shows.
func TestHowToReleases(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "how-to", "manage-releases.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("WARDROUND_SERVER", "")
	t.Setenv("WARDROUND_DATA", "d")
	filesOfHowTo(t)
	pentest, ran := "", 0
	for line := range strings.Lines(string(page)) {
		code, isCode := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		switch {
		case !isCode:
		case strings.HasPrefix(code, "wardround "):
			var args []string
			for _, w := range word.FindAllString(code, -1)[1:] {
				args = append(args, strings.Trim(w, "'"))
			}
			invoke(t, 0, args...)
			ran++
		default:
			pentest += code + "\n"
		}
	}
	if ran < 12 {
		t.Errorf("%d commands were found on the page", ran)
	}
	if err := os.WriteFile("pentest.yaml", []byte(pentest), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := invoke(t, 0, "release", "evidence", "pentest.yaml", "--product", "Tomo 64", "--version", "5.0")
	if !strings.Contains(out, "Example Security  1       1") {
		t.Errorf("the penetration test of the page:\n%s", out)
	}
	out, _ = invoke(t, 0, "release", "list", "--retired")
	for _, s := range []string{"Tomo 64  4.1.2", "Tomo 64  3.0      retired", "Volumat  9.1", "Echo 9   1.2"} {
		if !strings.Contains(out, s) {
			t.Errorf("after the page there is no %q:\n%s", s, out)
		}
	}
}

func filesOfHowTo(t *testing.T) {
	t.Helper()
	keys(t, "build.pem", "build.pub")
	for name, text := range map[string]string{
		"releases.csv":            "maker,product,version,support,support-ends\nExample Imaging,Tomo 64,5.0,supported,2099-12-31\nExample Imaging,Tomo 64,3.0,end of support,2024-01-31\n",
		"gudid.json":              `{"gudid":{"device":{"companyName":"Example Pumps","brandName":"Volumat","versionModelNumber":"8015"}}}`,
		"device-definitions.json": `{"resourceType":"DeviceDefinition","manufacturer":{"display":"Example Sound"},"deviceName":[{"name":"Echo 9","type":"model-name"}],"version":[{"value":"1.2"}]}`,
		"scan.sarif":              `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Linter"}},"results":[]}]}`,
		"app.cdx.json":            `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"device","bom-ref":"t","name":"Tomo 64","version":"4.1.2"}}}`,
		"kev.json":                `{"catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2099-0001","dateAdded":"2026-01-01","dueDate":"2026-01-22"}]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := excelize.NewFile()
	defer f.Close()
	rows := [][]any{{"DOC-1", "ours", "Example Imaging"}, {"DOC-3", "ours", "Tomo 64"}}
	for _, q := range []string{"TXCF-1", "TXCF-2", "TXCF-3", "TXCF-4", "CONN-4", "RMOT-1", "SAHD-9", "MPII-3.7", "ALOF-1"} {
		rows = append(rows, []any{q, "ours", "Yes"})
	}
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs("mds2-tomo64.xlsx"); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	run(t.Context(), []string{"gate", "app.cdx.json", "--feeds", "kev.json", "--attest", "verdict.intoto.json", "--sign-key", "build.pem"}, strings.NewReader(""), &out, &errs)
	if _, err := os.Stat("verdict.intoto.json"); err != nil {
		t.Fatalf("no attested verdict: %v\n%s%s", err, out.String(), errs.String())
	}
}
