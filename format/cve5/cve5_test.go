package cve5

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
)

const text = `{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2099-0007","state":"PUBLISHED","assignerShortName":"acme","datePublished":"2099-01-01T00:00:00.000Z","dateUpdated":"2099-02-01T10:00:00"},
"containers":{"cna":{"title":"Pump answers to strangers","providerMetadata":{"shortName":"acme"},
"descriptions":[{"lang":"en-US","value":"It does."}],
"affected":[
 {"vendor":"Acme","product":"Pump","defaultStatus":"unaffected","platforms":["ARM"],"cpes":["cpe:2.3:o:acme:pump_firmware:*:*:*:*:*:*:*:*"],
  "versions":[{"version":"1.0","status":"affected","versionType":"custom","lessThan":"3.0","changes":[{"at":"1.8","status":"unaffected"},{"at":"2.0","status":"affected"}]},{"version":"0.9","status":"affected"}]},
 {"vendor":"n/a","product":"lib","packageURL":"pkg:npm/lib","defaultStatus":"affected"},
 {"vendor":"Acme","product":"Old","versions":[{"version":"unspecified","status":"affected","lessThanOrEqual":"2.*"},{"version":"n/a","status":"affected"}]}],
"metrics":[{"cvssV3_1":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8}}],
"problemTypes":[{"descriptions":[{"type":"CWE","cweId":"CWE-306","lang":"en"}]}],
"references":[{"url":"https://acme.example","tags":["vendor-advisory"]}]},
"adp":[{"title":"CISA ADP Vulnrichment","providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"poc"},{"Automatable":"yes"},{"Technical Impact":"total"}]}}}],"references":[{"url":"https://acme.example"}]}]}}`

func TestRead(t *testing.T) {
	r, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	between := func(a, b string) advisory.Range {
		return advisory.Range{Kind: advisory.Loose, Events: []advisory.Event{{Introduced: a}, {Fixed: b}}}
	}
	pump := &advisory.Product{Vendor: "Acme", Name: "Pump", Full: "Acme Pump"}
	bad := advisory.Affected{Status: advisory.IsAffected, Ranges: []advisory.Range{between("1.0", "1.8"), between("2.0", "3.0")}, Versions: []string{"0.9"}, Platforms: []string{"ARM"}}
	good := advisory.Affected{Status: advisory.NotAffected, Ranges: []advisory.Range{between("1.8", "2.0")}, Platforms: []string{"ARM"}}
	by := func(a advisory.Affected, p *advisory.Product, c *advisory.CPE) advisory.Affected {
		a.Product, a.CPE = p, c
		return a
	}
	cpe := &advisory.CPE{Match: "cpe:2.3:o:acme:pump_firmware:*:*:*:*:*:*:*:*", Vulnerable: true}
	want := []advisory.Affected{
		by(bad, pump, nil), by(bad, nil, cpe), by(good, pump, nil), by(good, nil, cpe),
		{Status: advisory.IsAffected, All: true, Package: &advisory.Package{PURL: "pkg:npm/lib"}},
		{Status: advisory.IsAffected, Product: &advisory.Product{Vendor: "Acme", Name: "Old", Full: "Acme Old"}, Unread: `the version is given as "n/a"`},
	}
	if d := cmp.Diff(want, r.Affected); d != "" {
		t.Error(d)
	}
	if r.SSVC["exploitation"] != "poc" || r.SSVC["technical-impact"] != "total" || len(r.References) != 1 || r.Severities[0].By != "acme" || r.Modified.Month() != 2 {
		t.Errorf("%+v", r)
	}
}

func TestRejected(t *testing.T) {
	r, err := Read([]byte(`{"dataType":"CVE_RECORD","dataVersion":"5.0","cveMetadata":{"cveId":"CVE-2099-0008","state":"REJECTED"},"containers":{"cna":{}}}`))
	if err != nil || r.Withdrawn.IsZero() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRefuses(t *testing.T) {
	for why, s := range map[string]string{
		"version 4": strings.Replace(text, `"5.1"`, `"4.0"`, 1), "no id": strings.Replace(text, "CVE-2099-0007", "7", 1),
		"broken off": text[:200], "a time": strings.Replace(text, "2099-01-01T00:00:00.000Z", "soon", 1),
	} {
		if _, err := Read([]byte(s)); err == nil {
			t.Errorf("%s: was read", why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(text))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(b)
		if err == nil && r.ID == "" {
			t.Fatal("a record without id")
		}
	})
}
