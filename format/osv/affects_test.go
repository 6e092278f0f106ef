package osv_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/osv"
)

func set(eco string, kind advisory.RangeKind, versions []string, events ...advisory.Event) *advisory.Affected {
	a := &advisory.Affected{Status: advisory.IsAffected, Package: &advisory.Package{Ecosystem: eco, Name: "p"}, Versions: versions}
	if events != nil {
		a.Ranges = []advisory.Range{{Kind: kind, Events: events}}
	}
	return a
}

func introduced(v string) advisory.Event { return advisory.Event{Introduced: v} }
func fixed(v string) advisory.Event      { return advisory.Event{Fixed: v} }
func last(v string) advisory.Event       { return advisory.Event{Last: v} }
func limit(v string) advisory.Event      { return advisory.Event{Limit: v} }

func TestAffects(t *testing.T) {
	goRange := set("Go", advisory.Semver, nil, introduced("1.22.0-0"), fixed("1.21.9"), introduced("0"), fixed("1.22.2"))
	for _, c := range []struct {
		what    string
		set     *advisory.Affected
		version string
		want    osv.Set
	}{
		{"events out of order", goRange, "1.21.8", osv.Set{Reason: osv.Ranged, Range: 0, Fixed: []string{"1.21.9", "1.22.2"}}},
		{"between two intervals", goRange, "1.21.9", osv.Set{Reason: osv.Out, Range: -1}},
		{"a release candidate of the second", goRange, "v1.22.0-rc.1", osv.Set{Reason: osv.Ranged, Range: 0, Fixed: []string{"1.22.2"}}},
		{"the fixed version", goRange, "1.22.2", osv.Set{Reason: osv.Out, Range: -1}},
		{"the last affected one", set("npm", advisory.Semver, nil, introduced("1.0.0"), last("1.2.0")), "1.2.0", osv.Set{Reason: osv.Ranged}},
		{"after the last affected one", set("npm", advisory.Semver, nil, introduced("1.0.0"), last("1.2.0")), "1.2.1", osv.Set{Reason: osv.Out, Range: -1}},
		{"beyond a limit", set("npm", advisory.Semver, nil, introduced("0"), limit("2.0.0")), "2.0.0", osv.Set{Reason: osv.Out, Range: -1}},
		{"below one of two limits", set("npm", advisory.Semver, nil, introduced("0"), limit("2.0.0"), limit("3.0.0")), "2.5.0", osv.Set{Reason: osv.Ranged}},
		{"no limit by a star", set("npm", advisory.Semver, nil, introduced("0"), limit("1.0.0"), limit("*")), "2.5.0", osv.Set{Reason: osv.Ranged}},
		{"introduced and fixed in one", set("npm", advisory.Semver, nil, introduced("1.0.0"), fixed("1.0.0")), "1.0.0", osv.Set{Reason: osv.Out, Range: -1}},
		{"enumerated", set("PyPI", advisory.Ecosystem, []string{"1.0", "1.1"}), "1.1", osv.Set{Reason: osv.Enumerated, Range: -1}},
		{"enumerated in another spelling", set("PyPI", advisory.Ecosystem, []string{"1.0", "1.1"}), "1.1.0", osv.Set{Reason: osv.Enumerated, Range: -1}},
		{"not enumerated", set("PyPI", advisory.Ecosystem, []string{"1.0", "1.1"}), "1.2", osv.Set{Reason: osv.Out, Range: -1}},
		{"an epoch", set("Debian:12", advisory.Ecosystem, nil, introduced("0"), fixed("1:1.0-1")), "2.0-1", osv.Set{Reason: osv.Ranged, Fixed: []string{"1:1.0-1"}}},
		{"commits", set("", advisory.Git, nil, introduced("0"), fixed("8d4fe29860d3")), "1.0", osv.Set{Reason: osv.Commits, Range: -1}},
		{"commits, and enumerated", set("", advisory.Git, []string{"v1.0"}, introduced("0")), "v1.0", osv.Set{Reason: osv.Enumerated, Range: -1}},
		{"no version", goRange, "", osv.Set{Reason: osv.NoVersion, Range: -1}},
		{"no version, and all are affected", set("npm", advisory.Semver, nil, introduced("0")), "", osv.Set{Reason: osv.Every, Range: -1}},
		{"an unreadable version, and all are affected", set("PyPI", advisory.Ecosystem, nil, introduced("0")), "§", osv.Set{Reason: osv.Ranged}},
		{"no version, and a limit", set("npm", advisory.Semver, nil, introduced("0"), limit("2")), "", osv.Set{Reason: osv.NoVersion, Range: -1}},
		{"nothing said", set("npm", advisory.Semver, nil), "1.0.0", osv.Set{Reason: osv.NoRange, Range: -1}},
	} {
		t.Run(c.what, func(t *testing.T) {
			if d := cmp.Diff(c.want, osv.Affects(c.set, c.version)); d != "" {
				t.Error(d)
			}
		})
	}
}
