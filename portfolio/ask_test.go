package portfolio

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

func TestParseQuery(t *testing.T) {
	for text, want := range map[string]struct{ vuln, pkg, in, out string }{
		"CVE-2021-44228":                {vuln: "CVE-2021-44228"},
		"GHSA-jfh8-c2jp-5v3q":           {vuln: "GHSA-jfh8-c2jp-5v3q"},
		"openssl >=3.0 <3.0.7":          {pkg: "openssl", in: "3.0.5", out: "3.0.7"},
		"openssl<3":                     {pkg: "openssl", in: "2.0", out: "3.0"},
		"log4j-core":                    {pkg: "log4j-core", in: "1"},
		"pkg:npm/lodash <4.17.21":       {pkg: "pkg:npm/lodash", in: "4.17.20", out: "4.17.21"},
		"pkg:npm/lodash@4.17.20":        {pkg: "pkg:npm/lodash@4.17.20", in: "4.17.20", out: "4.17.19"},
		"pkg:golang/a/b vers:go/<1.2.0": {pkg: "pkg:golang/a/b", in: "1.1.0", out: "1.2.0"},
	} {
		q, err := ParseQuery(text)
		if err != nil || q.Vulnerability != want.vuln || q.Package != want.pkg {
			t.Errorf("%s: %+v, %v", text, q, err)
			continue
		}
		if in, known := q.Range.Holds(want.in); want.in != "" && (!in || !known) {
			t.Errorf("%s does not hold %s", text, want.in)
		}
		if in, _ := q.Range.Holds(want.out); want.out != "" && in {
			t.Errorf("%s holds %s", text, want.out)
		}
	}
	for _, bad := range []string{"", "pkg:nope", "openssl >=<"} {
		if q, err := ParseQuery(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, q)
		}
	}
}

// TestWhyItIsNotAffectedNamesTheVersion: a vulnerability that nobody has had yet is
// answered with what its record says of the version that is there.
func TestWhyItIsNotAffectedNamesTheVersion(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	b.Put(knowledge.Feed{Name: "go", Kind: "osv", At: at}, []knowledge.Entry{{Record: &advisory.Record{ID: "CVE-2099-7", Source: "osv", Affected: []advisory.Affected{{
		Package: &advisory.Package{Ecosystem: "Go", Name: "example.org/p"}, Status: advisory.IsAffected,
		Ranges: []advisory.Range{{Kind: advisory.Semver, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1.0.0"}}}},
	}}}}})
	ix := New(Options{Knowledge: Base{b}})
	ix.At(at)
	r := &wardround.Release{ID: "r-1", Maker: "Acme", Product: "Gateway", Version: "1"}
	if err := ix.PutRelease(r); err != nil {
		t.Fatal(err)
	}
	doc := &sbom.Document{Root: -1, Components: []sbom.Component{{Ref: "p", Parent: -1, Type: sbom.Library, Name: "p", Version: "v1.2.0", PURL: "pkg:golang/example.org/p@v1.2.0"}}}
	if err := ix.PutSBOM("r-1", "d-1", doc); err != nil {
		t.Fatal(err)
	}
	for ix.Drain().Number != 0 {
	}
	res, err := ix.Affected(t.Context(), Query{Vulnerability: "CVE-2099-7"})
	if err != nil || len(res.NotAffected.Rows) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if why := res.NotAffected.Rows[0].Why; !strings.Contains(why, "v1.2.0") {
		t.Errorf("%q does not name the version", why)
	}
}
