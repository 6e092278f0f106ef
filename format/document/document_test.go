package document

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestRealFiles: every real document is what it is.
func TestRealFiles(t *testing.T) {
	data := testkit.Data(t, ".")
	n := 0
	look := func(name string, r io.Reader, want Kind) {
		kind, _, err := Peek(r)
		if err != nil || kind != want {
			t.Errorf("%s is %q, want %q (%v)", name, kind, want, err)
		}
		n++
	}
	for dir, want := range map[string]Kind{
		"cyclonedx/bom-examples": CycloneDX, "advisories/cisa-csaf-medical": CSAF, "openvex/examples": OpenVEX, "advisories/kev.json": KEV,
		"advisories/rolie-feed-it.json": ROLIE, "sbom": CycloneDX, "csaf-validator/csaf_2.0/data": CSAF, "audit/fhir": FHIR,
	} {
		err := filepath.WalkDir(filepath.Join(data, dir), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".json") && !strings.HasSuffix(p, ".xml") || strings.Contains(p, "testcases") {
				return nil
			}
			if strings.HasSuffix(p, ".xml") && dir == "audit/fhir" {
				return nil
			}
			f, err := os.Open(p)
			if err != nil {
				return err
			}
			defer f.Close()
			look(p, f, want)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]Kind{"advisories/golang-vulndb-osv.zip": OSV, "advisories/cisa-csaf.zip": CSAF, "spdx/spdx-examples.zip": SPDX} {
		z, err := zip.OpenReader(filepath.Join(data, file))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for i, f := range z.File {
			if !strings.HasSuffix(f.Name, ".json") || i%7 != 0 && want != SPDX {
				continue
			}
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			look(file+":"+f.Name, r, want)
			r.Close()
		}
	}
	t.Logf("%d documents", n)
	if n < 1000 {
		t.Errorf("only %d", n)
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]Kind{
		"":                              Unknown,
		"PK\x03\x04":                    Zip,
		"\x1f\x8b\x08":                  Gzip,
		"SPDXVersion: SPDX-2.3\n":       SPDX,
		"# note\nSPDXVersion: SPDX-2.2": SPDX,
		"#model_version:v2025,score_date:2026-01-01\ncve,epss,percentile":                   EPSS,
		`[{"cycle":"11","eol":false}]`:                                                      EndOfLife,
		`{"schema_version":"1.2.0","result":{"name":"x","releases":[]}}`:                    EndOfLife,
		`{"schema_version":"1.7.0","id":"GO-1","modified":"2026-01-01"}`:                    OSV,
		`{"resultsPerPage":1,"format":"NVD_CVE"}`:                                           NVD,
		`{"dataType":"CVE_RECORD"}`:                                                         CVE5,
		`{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[]}`:       Envelope,
		`{"_type":"https://in-toto.io/Statement/v1"}`:                                       Statement,
		`{"version":"2.1.0","runs":[]}`:                                                     SARIF,
		`<?xml version="1.0"?><testsuites/>`:                                                JUnit,
		`<?xml version="1.0"?><!-- x --><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>`: CycloneDX,
		`<html>`:                                   Unknown,
		`{"weather":"fine"}`:                       Unknown,
		`{"a":{"bomFormat":"CycloneDX"}}`:          Unknown,
		"\xef\xbb\xbf{\"bomFormat\":\"CycloneDX\"": CycloneDX,
		`{"document":{"csaf_version":"2.0"}}`:      CSAF,
	} {
		if got := Detect([]byte(text)); got != want {
			t.Errorf("%.60q is %q, want %q", text, got, want)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte(`{"document":{"csaf_version":"2.0"},"x":[{"y":[1,2,{"z":null}]}]}`))
	f.Add([]byte("<a><b/>"))
	f.Fuzz(func(t *testing.T, b []byte) { Detect(b) })
}
