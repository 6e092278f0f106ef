package issue

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/publication"
	"github.com/wardround/wardround/vex"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// TestEveryFormatSaysTheSame: a decision about two releases is written, read again,
// and decides of exactly these, with and without a named component.
func TestEveryFormatSaysTheSame(t *testing.T) {
	for _, format := range []string{"openvex", "csaf", "cyclonedx", "spdx"} {
		for _, parts := range [][]string{nil, {"pkg:golang/example.org/parser@v1.2.0"}} {
			if format == "cyclonedx" && parts != nil {
				continue // it cannot name a part of a product: see below
			}
			for _, status := range []string{"not_affected", "affected", "fixed", "under_investigation"} {
				d := &publication.Draft{ID: "v-1", Vulnerability: "CVE-2026-1234", Status: status, Author: "Example Imaging", Format: format,
					Products: []kind.PublicationProduct{{Maker: "Example Imaging", Name: "CT Gateway", Version: "4.2", Components: parts}, {Maker: "Example Imaging", Name: "CT Gateway", Version: "4.3", Components: parts}}}
				switch status {
				case "not_affected":
					d.Justification = "vulnerable_code_not_in_execute_path"
				case "affected":
					d.Action = "Install 4.4."
				}
				b, err := Encode(d, Issuer{Namespace: "https://imaging.example", Tool: "wardround"}, now)
				if err != nil {
					t.Errorf("%s %s: %v", format, status, err)
					continue
				}
				set := vex.New(vex.Options{Read: document.ReadVEX})
				if _, err := set.State(&wardround.Observation{Fields: &kind.VEXReceivedV1{}}, &wardround.Document{Name: "d", At: now}, bytes.NewReader(b)); err != nil {
					t.Fatalf("%s: %v\n%s", format, err, b)
				}
				for version, want := range map[string]string{"4.2": status, "4.3": status, "4.4": "", "4.1": ""} {
					q := &portfolio.Question{Vulnerability: "CVE-2026-1234", At: now, Release: &wardround.Release{Maker: "Example Imaging", Product: "CT Gateway", Version: version},
						Component: &portfolio.Identity{Name: "parser", Version: "v1.2.0", PURL: "pkg:golang/example.org/parser@v1.2.0"}}
					got := ""
					if c := set.Claim(q); c != nil {
						got = c.Status
						if format != "csaf" && c.Author != "Example Imaging" { // CSAF knows publishers by their URL
							t.Errorf("%s: author %q", format, c.Author)
						}
					}
					if got != want {
						t.Errorf("%s %v %s: %q, want %q\n%s", format, parts, version, got, want, b)
					}
				}
				if parts != nil {
					q := &portfolio.Question{Vulnerability: "CVE-2026-1234", At: now, Release: &wardround.Release{Maker: "Example Imaging", Product: "CT Gateway", Version: "4.2"},
						Component: &portfolio.Identity{Name: "parser", Version: "v1.2.1", PURL: "pkg:golang/example.org/parser@v1.2.1"}}
					if set.Claim(q) != nil {
						t.Errorf("%s: another version of the component was never spoken of", format)
					}
				}
			}
		}
	}
}

// TestInheritsAndExpires: only CycloneDX can say it; the others refuse it.
func TestInheritsAndExpires(t *testing.T) {
	d := &publication.Draft{ID: "v-1", Vulnerability: "CVE-2026-1234", Status: "not_affected", Impact: "It is not built in.", Author: "Example Imaging",
		Inherits: true, Expires: now.AddDate(1, 0, 0), Products: []kind.PublicationProduct{{Maker: "Example Imaging", Name: "CT Gateway", Version: "4.2"}}}
	for _, d.Format = range []string{"openvex", "csaf", "spdx"} {
		if _, err := Encode(d, Issuer{Namespace: "https://imaging.example"}, now); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "CycloneDX") {
			t.Errorf("%s: %v", d.Format, err)
		}
	}
	d.Format = "cyclonedx"
	b, err := Encode(d, Issuer{}, now)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := document.ReadVEX(b)
	d.Products[0].Components = []string{"pkg:npm/a@1"}
	if _, err := Encode(d, Issuer{}, now); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("a part of a product: %v", err)
	}
	if err != nil || len(doc.Statements) != 1 || !doc.Statements[0].Inherits || !doc.Statements[0].Expires.Equal(d.Expires) {
		t.Errorf("%v\n%s", err, b)
	}
}
