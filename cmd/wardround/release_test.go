package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
)

// invoke runs a command as a user does and returns what it printed.
func invoke(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, e bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &e); code != want {
		t.Fatalf("wardround %s ended with %d, want %d:\n%s%s", strings.Join(args, " "), code, want, out.String(), e.String())
	}
	return out.String(), e.String()
}

// A maker declares in an MDS2 form that its scanner encrypts what it sends. The
// simulated ward's scanner sends pictures that can be read. The form comes after the
// traffic: what was seen before is held against it, too.
func TestDeclaredIsHeldAgainstObserved(t *testing.T) {
	t.Setenv("WARDROUND_SERVER", "")
	dir := t.TempDir()
	data, capture, form := filepath.Join(dir, "d"), filepath.Join(dir, "ward.pcap"), filepath.Join(dir, "mds2.xlsx")
	f := excelize.NewFile()
	defer f.Close()
	for r, row := range [][]any{
		{"Manufacturer Disclosure Statement for Medical Device Security -- MDS2"},
		{"Question ID", "Question", "", "See note", "IEC TR 80001-2-2:2012"},
		{"DOC-1", "ours", "Example Imaging"}, {"DOC-3", "ours", "Tomo 64"}, {"DOC-7", "ours", "2025-06-30"},
		{"TXCF"}, {"TXCF-1", "ours", "No"}, {"TXCF-2", "ours", "Yes", "Note 1", "TXCF"}, {"TXCF-3", "ours", "Yes"}, {"TXCF-4", "ours", "N/A"},
		{"MPII-1", "ours", "Yes"}, {"MPII-2", "ours", "Yes"}, {"ALOF-1", "ours", "No"}, {"AUDT-1", "ours", "Yes"}, {"SGUD-1", "ours", "Yes"},
		{"Note 1", "always, by TLS"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", r+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs(form); err != nil {
		t.Fatal(err)
	}

	invoke(t, 0, "sim", "capture", "-q", "--seed", "1", "--hours", "0.2", capture)
	invoke(t, 0, "--data", data, "serve", "-q", "--listen", "127.0.0.1:0", "--learn", "10m", "--read", capture, "--once")
	if out := declaredFindings(t, data); len(out) != 0 {
		t.Fatalf("nothing was declared yet: %v", out)
	}
	invoke(t, 0, "--data", data, "-q", "release", "declare", form, "--version", "4.1.2")
	out := declaredFindings(t, data)
	if len(out) != 1 {
		t.Fatalf("%d findings, want one: %v", len(out), out)
	}
	x := out[0]
	if x.Item != "transmission encryption" || x.Facts["question"] != "MDS2 TXCF-2" || x.Facts["protocol"] != "dicom" || x.Facts["release"] != "Example Imaging Tomo 64 4.1.2" {
		t.Errorf("finding %+v", x)
	}
	shown, _ := invoke(t, 0, "--data", data, "release", "show", "tomo 64")
	for _, s := range []string{"\n1 instances.", "mds2      mds2.xlsx", "1 findings"} {
		if !strings.Contains(shown, s) {
			t.Errorf("release show has no %q:\n%s", s, shown)
		}
	}

	// The next edition of the form no longer says so.
	if err := f.SetCellValue("Sheet1", "C8", "No"); err != nil {
		t.Fatal(err)
	}
	if err := f.RemoveRow("Sheet1", 12); err != nil { // nor answers MPII-2
		t.Fatal(err)
	}
	if err := f.SaveAs(form); err != nil {
		t.Fatal(err)
	}
	invoke(t, 0, "--data", data, "-q", "release", "declare", form, "--version", "4.1.2")
	if out := declaredFindings(t, data); len(out) != 0 {
		t.Errorf("it is not declared any more, and still %v", out)
	}
	shown, _ = invoke(t, 0, "--data", data, "release", "show", "tomo 64", "--declared")
	if strings.Contains(shown, "MPII-2") || strings.Count(shown, "mds2.xlsx") != 3 || !strings.Contains(shown, "replaced ") {
		t.Errorf("the earlier form is not replaced:\n%s", shown)
	}
}

func declaredFindings(t *testing.T, data string) (out []wardround.Finding) {
	t.Helper()
	stdout, _ := invoke(t, 0, "--data", data, "--format", "json", "finding", "list")
	for line := range strings.Lines(stdout) {
		var f wardround.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.Check == "release.declared" && f.State != wardround.Fixed {
			out = append(out, f)
		}
	}
	return out
}

// A verdict of the gate comes back signed; with another key nothing is taken in.
func TestEvidenceOfTheGateIsVerified(t *testing.T) {
	t.Setenv("WARDROUND_SERVER", "")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	keys(t, at("build.pem"), at("build.pub"))
	keys(t, at("other.pem"), at("other.pub"))
	files := map[string]string{
		"app.cdx.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"device","bom-ref":"gw","name":"CT Gateway","version":"4.2"}},
"components":[{"type":"library","bom-ref":"p","name":"parser","version":"v1.2.0","purl":"pkg:golang/example.org/parser@v1.2.0"}]}`,
		"feeds.json": `{"schema_version":"1.7.0","id":"GO-2099-0001","modified":"2026-01-02T00:00:00Z","aliases":["CVE-2099-0001"],"summary":"A parser reads too far.",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
"affected":[{"package":{"ecosystem":"Go","name":"example.org/parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]}]}]}`,
	}
	for name, text := range files {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	invoke(t, 1, "gate", at("app.cdx.json"), "--feeds", at("feeds.json"), "--attest", at("verdict.json"), "--sign-key", at("build.pem"))
	of := []string{"--maker", "Example Imaging", "--product", "CT Gateway", "--version", "4.2"}
	_, refused := invoke(t, 2, append([]string{"--data", at("d"), "release", "evidence", at("verdict.json"), "--key", at("other.pub")}, of...)...)
	if !strings.Contains(refused, "the signature does not fit the key") {
		t.Error(refused)
	}
	out, _ := invoke(t, 0, append([]string{"--data", at("d"), "release", "evidence", at("verdict.json"), "--key", at("other.pub"), "--key", at("build.pub")}, of...)...)
	if !strings.Contains(out, "verified") || !strings.HasPrefix(strings.Split(out, "\n")[1], "gate") {
		t.Error(out)
	}
	found, _ := invoke(t, 0, "--data", at("d"), "--format", "json", "finding", "list")
	if !strings.Contains(found, `"check":"release.build"`) || !strings.Contains(found, "CVE-2099-0001") {
		t.Error(found)
	}
}

// keys writes a key and its public part.
func keys(t *testing.T, private, public string) {
	t.Helper()
	k, pem, err := attest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(private, pem, 0o600), os.WriteFile(public, k.Public(), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// With a server everything is said there, as the owner of the token; nothing is
// written here.
func TestReleasesAreSaidToAServer(t *testing.T) {
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.Path+" "+string(b))
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(string(b), `"version":"5.1"`) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"status":403,"code":"forbidden","detail":"not your product line"}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{}`)
	}))
	defer srv.Close()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("WARDROUND_DATA", filepath.Join(dir, "d"))
	if err := os.WriteFile("r.csv", []byte("product,version,models\nTomo,5.0,T|U\nTomo,5.1,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, said := invoke(t, 2, "--server", srv.URL, "--token", "t", "release", "import", "r.csv")
	if !strings.Contains(said, "Tomo 5.1: ") || !strings.Contains(said, "the 1 before it were said") {
		t.Error(said)
	}
	if want := `POST /api/v1/releases {"models":["T","U"],"product":"Tomo","version":"5.0"}`; len(asked) < 2 || !strings.HasPrefix(strings.Replace(asked[0], `"maker":"",`, "", 1), want) {
		t.Errorf("asked %q; want %q", asked, want)
	}
	if _, err := os.Stat("d"); !os.IsNotExist(err) {
		t.Errorf("a data directory was made here: %v", err)
	}
}
