package issue

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/csaf"
	"github.com/wardround/wardround/knowledge"
)

// TestAdvisory: each release stands under its status with its reason, and the remedy
// of an affected one is the next release that is not.
func TestAdvisory(t *testing.T) {
	release := func(version string, months int) *wardround.Release {
		return &wardround.Release{Maker: "Example Imaging", Product: "CT Gateway", Version: version, UDIDI: "04012345000017", Released: now.AddDate(0, months, 0)}
	}
	said := func(s wardround.State, c *check.Claim) *check.Exposure {
		return &check.Exposure{State: s, Why: "1.2.3 is where it is fixed", Claim: c}
	}
	a := Advice{
		Publisher: "Example Imaging", Namespace: "https://imaging.example", Final: true, At: now, Tool: "wardround",
		Vulnerability: knowledge.Vulnerability{ID: "CVE-2026-1234", Aliases: []string{"GO-2026-1"}, Title: "A parser reads too far.",
			Severities: []advisory.Severity{{System: "CVSS:3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:H"}}},
		Affected: []Affected{
			{release("4.1", -9), said(wardround.Fail, nil)}, {release("4.2", -6), said(wardround.Fail, &check.Claim{Status: "not_affected", Justification: "vulnerable_code_not_present", Author: "Example Imaging"})},
			{release("4.3", -3), said(wardround.Unknown, nil)}, {release("4.5", 3), said(wardround.Pass, nil)}, {release("4.4", 0), said(wardround.Pass, nil)}, {release("4.6", 6), said(wardround.Fail, nil)},
		},
	}
	b, err := Advisory(a)
	if err != nil {
		t.Fatal(err)
	}
	d, err := csaf.ReadBytes(b, csaf.ReadOptions{})
	if err != nil || !csaf.Validate(b, csaf.Options{}).Valid || len(d.Vulnerabilities) != 1 {
		t.Fatal(err)
	}
	v := d.Vulnerabilities[0]
	names := map[string][]string{}
	for status, ids := range v.Status {
		for _, id := range ids {
			p := d.Product(id)
			names[status] = append(names[status], p.Path[len(p.Path)-1].Name)
		}
	}
	want := map[string][]string{"known_affected": {"4.1", "4.6"}, "known_not_affected": {"4.2", "4.5", "4.4"}, "under_investigation": {"4.3"}}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	remedies := map[string]string{}
	for _, r := range v.Remediations {
		for _, id := range r.Products {
			remedies[d.Product(id).Path[2].Name] = r.Category + ": " + r.Details
		}
	}
	if diff := cmp.Diff(map[string]string{"4.1": "vendor_fix: Update to CT Gateway 4.4.", "4.6": "none_available: There is no fixed release yet; one will be named here."}, remedies); diff != "" {
		t.Error(diff)
	}
	if len(v.Metrics) != 1 || len(v.Metrics[0].Products) != 2 {
		t.Errorf("%+v", v.Metrics)
	}
	a.Affected = nil
	if _, err := Advisory(a); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error(err)
	}
	a.Affected, a.Namespace = []Affected{{release("4.1", 0), said(wardround.Fail, nil)}}, "no url"
	if _, err := Advisory(a); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Error("a document that would not be valid:", err)
	}
}
