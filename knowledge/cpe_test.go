package knowledge_test

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

func byCPE(id, match string, on []string, events ...advisory.Event) *advisory.Record {
	a := advisory.Affected{Status: advisory.IsAffected, CPE: &advisory.CPE{Match: match, Vulnerable: true, RunningOn: on}}
	if len(events) > 0 {
		a.Ranges = []advisory.Range{{Kind: advisory.Loose, Events: events}}
	}
	return &advisory.Record{ID: id, Source: "nvd", Affected: []advisory.Affected{a}}
}

func only(t *testing.T, b *knowledge.Base, id knowledge.Identity) (hit knowledge.Hit, n int) {
	t.Helper()
	if err := b.Match(&id, func(h *knowledge.Hit) { hit = *h; n++ }); err != nil {
		t.Fatal(err)
	}
	return hit, n
}

// What NVD says by CPE, of applications, operating systems and hardware.
func TestByCPE(t *testing.T) {
	pump := "cpe:2.3:o:acme:pump_firmware:*:*:*:*:*:*:*:*"
	board := "cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*"
	for _, c := range []struct {
		what   string
		rec    *advisory.Record
		target string
		on     []string
		want   wardround.State
		reason knowledge.Reason
	}{
		{"before the fixed version", byCPE("CVE-2026-0001", pump, nil, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			"cpe:2.3:o:acme:pump_firmware:4.9:*:*:*:*:*:*:*", nil, wardround.Fail, knowledge.InRange},
		{"the fixed version", byCPE("CVE-2026-0001", pump, nil, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			"cpe:2.3:o:acme:pump_firmware:4.33:*:*:*:*:*:*:*", nil, wardround.Pass, knowledge.OutOfRange},
		{"the version in the name", byCPE("CVE-2026-0001", "cpe:2.3:a:acme:viewer:2.1:*:*:*:*:*:*:*", nil),
			"cpe:2.3:a:acme:viewer:2.1:*:*:*:*:*:*:*", nil, wardround.Fail, knowledge.Enumerated},
		{"another version in the name", byCPE("CVE-2026-0001", "cpe:2.3:a:acme:viewer:2.1:*:*:*:*:*:*:*", nil),
			"cpe:2.3:a:acme:viewer:2.2:*:*:*:*:*:*:*", nil, wardround.Pass, knowledge.OutOfRange},
		{"every version of a piece of hardware", byCPE("CVE-2026-0001", board, nil),
			"cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*", nil, wardround.Fail, knowledge.Enumerated},
		{"no version", byCPE("CVE-2026-0001", pump, nil, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			pump, nil, wardround.Unknown, knowledge.NoVersion},
		{"the platform is not known", byCPE("CVE-2026-0001", pump, []string{board}, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			"cpe:2.3:o:acme:pump_firmware:4.1:*:*:*:*:*:*:*", nil, wardround.Unknown, knowledge.PlatformUnknown},
		{"on the platform", byCPE("CVE-2026-0001", pump, []string{board}, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			"cpe:2.3:o:acme:pump_firmware:4.1:*:*:*:*:*:*:*", []string{board}, wardround.Fail, knowledge.InRange},
		{"on another platform", byCPE("CVE-2026-0001", pump, []string{board}, advisory.Event{Introduced: "0"}, advisory.Event{Fixed: "4.33"}),
			"cpe:2.3:o:acme:pump_firmware:4.1:*:*:*:*:*:*:*", []string{"cpe:2.3:h:acme:monitor:-:*:*:*:*:*:*:*"}, wardround.Pass, knowledge.OtherPlatform},
		{"a criterion with a wildcard", byCPE("CVE-2026-0001", "cpe:2.3:a:acme:view*:*:*:*:*:*:*:*:*", nil, advisory.Event{Introduced: "0"}, advisory.Event{Last: "3"}),
			"cpe:2.3:a:acme:viewer:2.2:*:*:*:*:*:*:*", nil, wardround.Fail, knowledge.InRange},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := knowledge.New(knowledge.Options{})
			d := b.Put(knowledge.Feed{Name: "nvd", Kind: "nvd"}, entries(c.rec))
			id, why := knowledge.Identify(&sbom.Component{Type: sbom.Firmware, Name: "x", CPEs: []string{c.target}})
			if why != "" {
				t.Fatal(why)
			}
			id.On = c.on
			for range 2 {
				hit, n := only(t, b, id)
				if n != 1 || hit.State != c.want || hit.Reason != c.reason || hit.Why() == "" {
					t.Errorf("%d hits, %v, reason %d, %q", n, hit.State, hit.Reason, hit.Why())
				}
				if err := b.Save(t.TempDir(), 1); err != nil { // and once more from the file
					t.Fatal(err)
				}
			}
			shared := false
			for _, k := range b.Keys(&id) {
				shared = shared || len(d.CPEs) == 1 && d.CPEs[0] == k
			}
			if !shared {
				t.Errorf("the delta names %v, the component is looked for by %v", d.CPEs, b.Keys(&id))
			}
		})
	}
}

// A platform by itself, and what only resembles the product, is no answer.
func TestNotByCPE(t *testing.T) {
	platform := byCPE("CVE-2026-0001", "cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*", nil)
	platform.Affected[0].CPE.Vulnerable = false
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "nvd"}, entries(platform, byCPE("CVE-2026-0002", "cpe:2.3:a:acme:viewer:1:*:*:*:*:*:*:*", nil)))
	for _, target := range []string{"cpe:2.3:h:acme:pump:-:*:*:*:*:*:*:*", "cpe:2.3:a:acme:viewer_pro:1:*:*:*:*:*:*:*", "cpe:2.3:o:acme:viewer:1:*:*:*:*:*:*:*", "no cpe"} {
		if hit, n := only(t, b, knowledge.Identity{CPEs: []string{target}}); n != 0 {
			t.Errorf("%s: %+v", target, hit)
		}
	}
}
