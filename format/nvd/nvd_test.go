package nvd

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
)

// page has the shape of an answer of the API: a library bounded on one side, a
// firmware that is vulnerable on one piece of hardware only, and a rejected id.
const pageText = `{"resultsPerPage":2,"startIndex":0,"totalResults":2,"format":"NVD_CVE","version":"2.0","timestamp":"2026-08-26T10:00:00.123","vulnerabilities":[
{"cve":{"id":"CVE-2099-0001","published":"2099-01-02T03:04:05.000","lastModified":"2099-02-02T03:04:05.677","vulnStatus":"Analyzed",
 "descriptions":[{"lang":"es","value":"Hola"},{"lang":"en","value":"A pump answers to strangers."}],
 "metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8}}],
  "cvssMetricV2":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"2.0","vectorString":"AV:N/AC:L/Au:N/C:P/I:P/A:P","baseScore":7.5}}]},
 "weaknesses":[{"source":"x","type":"Primary","description":[{"lang":"en","value":"CWE-306"},{"lang":"en","value":"NVD-CWE-Other"}]}],
 "configurations":[
  {"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*","versionStartIncluding":"1.0","versionEndExcluding":"1.4.2","matchCriteriaId":"X"}]}]},
  {"operator":"AND","nodes":[
   {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:o:acme:pump_firmware:2.1:*:*:*:*:*:*:*","matchCriteriaId":"Y"}]},
   {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*","matchCriteriaId":"Z"}]}]}],
 "references":[{"url":"https://acme.example/a","source":"x","tags":["Vendor Advisory"]},{"url":"https://acme.example/p","tags":["Patch","Vendor Advisory"]}]}},
{"cve":{"id":"CVE-2099-0002","published":"2099-01-02T03:04:05.000","lastModified":"2099-02-02T00:00:00.000","vulnStatus":"Rejected","descriptions":[{"lang":"en","value":"no"}],"metrics":{},"references":[]}}]}`

func TestRead(t *testing.T) {
	p, err := Read(strings.NewReader(pageText))
	if err != nil {
		t.Fatal(err)
	}
	if p.Total != 2 || len(p.Records) != 2 || p.At.Year() != 2026 {
		t.Fatalf("%+v", p)
	}
	r := p.Records[0]
	if r.Details != "A pump answers to strangers." || len(r.Severities) != 2 || r.Severities[0].By != "nvd@nist.gov (primary)" || len(r.CWEs) != 1 || r.References[1].Kind != "FIX" {
		t.Errorf("%+v", r)
	}
	want := []advisory.Affected{
		{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: "cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*", Vulnerable: true},
			Ranges: []advisory.Range{{Kind: advisory.Loose, Events: []advisory.Event{{Introduced: "1.0"}, {Fixed: "1.4.2"}}}}},
		{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: "cpe:2.3:o:acme:pump_firmware:2.1:*:*:*:*:*:*:*", Vulnerable: true, RunningOn: []string{"cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*"}}},
	}
	if d := cmp.Diff(want, r.Affected); d != "" {
		t.Error(d)
	}
	if p.Records[1].Withdrawn.IsZero() {
		t.Error("a rejected id is withdrawn")
	}
}

func TestNegated(t *testing.T) {
	p, err := Read(strings.NewReader(strings.Replace(pageText, `"operator":"OR","negate":false`, `"operator":"OR","negate":true`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Records[0].Affected[0].Unread == "" {
		t.Error("a negated node is not understood, and must say so")
	}
}

func TestRefuses(t *testing.T) {
	for why, s := range map[string]string{
		"broken off": pageText[:len(pageText)-40], "other": `{"totalResults":0}`, "other format": `{"format":"NVD_CPE","vulnerabilities":[]}`,
		"no id": `{"vulnerabilities":[{}]}`, "time": strings.Replace(pageText, "2099-01-02T03:04:05.000", "yesterday", 1),
	} {
		if _, err := Read(strings.NewReader(s)); err == nil {
			t.Errorf("%s: was read", why)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(pageText))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, r := range p.Records {
			if r.ID == "" {
				t.Fatal("a record without id")
			}
		}
	})
}
