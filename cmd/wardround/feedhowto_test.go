package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

var fence = regexp.MustCompile("(?ms)^```(sh|yaml)[ ]?(\\S*)\n(.*?)^```$")

// TestHowToMirror follows docs/how-to/mirror-feeds-for-an-air-gapped-site.md: each
// command, in order, with the files it shows. Its hosts are served here.
func TestHowToMirror(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "how-to", "mirror-feeds-for-an-air-gapped-site.md"))
	if err != nil {
		t.Fatal(err)
	}
	base := hostsOfHowTo(t)
	t.Chdir(t.TempDir())
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"example.org/pump","version":"v1.1.0","purl":"pkg:golang/example.org/pump@v1.1.0"}]}`
	if err := os.WriteFile("gateway.cdx.json", []byte(bom), 0o644); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	ran := 0
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		if m[1] == "yaml" {
			if err := os.WriteFile(m[2], []byte(strings.ReplaceAll(m[3], "https://", base+"/")), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for line := range strings.Lines(m[3]) {
			args := strings.Fields(line)
			t.Logf("%s", strings.Join(args, " "))
			if args[0] != "wardround" {
				if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", line, err, out)
				}
				continue
			}
			code, out, errs := wr(t, args[1:]...)
			if code != 0 {
				t.Fatalf("%s: status %d\n%s%s", line, code, out, errs)
			}
			ran++
			said.WriteString(out)
		}
	}
	if ran < 6 {
		t.Errorf("only %d commands were run", ran)
	}
	for _, want := range []string{"osv/Go", "osv/Debian:12", "kev", "epss", "maker", "GO-2026-0001"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("nothing was said of %s:\n%s", want, said.String())
		}
	}
}

// hostsOfHowTo serves what the guide pulls, below the name of each host.
func hostsOfHowTo(t *testing.T) string {
	record := `{"schema_version":"1.6.0","id":"GO-2026-0001","modified":"2026-03-01T10:00:00Z","affected":[{"package":{"ecosystem":"ECO","name":"example.org/pump"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]}`
	zipped := func(eco string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("1.json")
		if err == nil {
			_, err = io.WriteString(w, strings.NewReplacer("ECO", eco, "GO-", strings.ToUpper(eco[:2])+"-", "SEMVER", "ECOSYSTEM").Replace(record))
		}
		if err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var scores bytes.Buffer
	g := gzip.NewWriter(&scores)
	_, err := io.WriteString(g, "#model_version:v2025.03.14,score_date:2026-03-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.97\n")
	if err != nil || g.Close() != nil {
		t.Fatal(err)
	}
	advisory, err := os.ReadFile(testkit.Data(t, "advisories/cisa-csaf-medical/2020/icsma-20-254-01.json"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"/osv-vulnerabilities.storage.googleapis.com/Go/all.zip":                       zipped("Go"),
		"/osv-vulnerabilities.storage.googleapis.com/Debian:12/all.zip":                zipped("Debian:12"),
		"/www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json": smallKEV,
		"/epss.empiricalsecurity.com/epss_scores-current.csv.gz":                       scores.String(),
		"/psirt.example.com/csaf/changes.csv":                                          `"2020/icsma-20-254-01.json","2020-09-10T00:00:00Z"` + "\n",
		"/psirt.example.com/csaf/2020/icsma-20-254-01.json":                            string(advisory),
	}
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	files["/psirt.example.com/.well-known/csaf/provider-metadata.json"] = `{"canonical_url":"` + s.URL + `/psirt.example.com/.well-known/csaf/provider-metadata.json","metadata_version":"2.0","last_updated":"2026-03-01T00:00:00Z","role":"csaf_provider","publisher":{"category":"vendor","name":"Example","namespace":"https://example.com"},"distributions":[{"directory_url":"` + s.URL + `/psirt.example.com/csaf"}]}`
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	})
	return s.URL
}
