package knowledge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/knowledge"
)

func affects(ecosystem, name string, events ...advisory.Event) advisory.Affected {
	return advisory.Affected{Status: advisory.IsAffected, Package: &advisory.Package{Ecosystem: ecosystem, Name: name},
		Ranges: []advisory.Range{{Kind: advisory.Ecosystem, Events: events}}}
}

func since(v string) advisory.Event { return advisory.Event{Introduced: v} }
func until(v string) advisory.Event { return advisory.Event{Fixed: v} }

// Debian's records are about releases and source packages; a package URL names the
// installed package, its source and the release, or some of these.
func TestDistributions(t *testing.T) {
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "debian", Kind: "osv"}, entries(
		&advisory.Record{ID: "DSA-1", Aliases: []string{"CVE-2026-0001"}, Affected: []advisory.Affected{
			affects("Debian:11", "openssl", since("0"), until("1.1.1n-0+deb11u5")),
			affects("Debian:12", "openssl", since("0"), until("3.0.11-1~deb12u2")),
		}},
		&advisory.Record{ID: "DSA-2", Affected: []advisory.Affected{affects("Debian:12", "bind9", since("0"), until("1:9.18.24-1"))}},
		&advisory.Record{ID: "RLSA-1", Affected: []advisory.Affected{affects("Rocky Linux:9", "bind-libs", since("0"), until("32:9.16.23-18.el9"))}},
		&advisory.Record{ID: "ALPINE-1", Affected: []advisory.Affected{affects("Alpine:v3.18", "busybox", since("0"), until("1.36.1-r1"))}},
	))
	for _, c := range []struct {
		purl   string
		want   wardround.State
		reason knowledge.Reason
	}{
		{"pkg:deb/debian/openssl@3.0.11-1~deb12u1?distro=debian-12", wardround.Fail, knowledge.InRange},
		{"pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12.5", wardround.Pass, knowledge.OutOfRange},
		{"pkg:deb/debian/libssl3@3.0.11-1~deb12u1?distro=debian-12.5&upstream=openssl", wardround.Fail, knowledge.InRange},
		{"pkg:deb/debian/openssl@1.1.1n-0+deb11u5?distro=bullseye", wardround.Pass, knowledge.OutOfRange},
		{"pkg:deb/debian/openssl@3.0.11-1~deb12u1", wardround.Unknown, knowledge.BranchMissing},
		{"pkg:deb/debian/openssl@3.0.15-1", wardround.Pass, knowledge.OutOfRange},
		{"pkg:deb/debian/openssl?distro=debian-12", wardround.Unknown, knowledge.NoVersion},
		{"pkg:deb/debian/bind9@9.18.20-1?epoch=1&distro=debian-12", wardround.Fail, knowledge.InRange},
		{"pkg:deb/debian/bind9@1:9.18.24-1?distro=debian-12", wardround.Pass, knowledge.OutOfRange},
		{"pkg:rpm/rocky/bind-libs@9.16.23-11.el9?epoch=32&distro=rocky-9.2&upstream=bind-9.16.23-11.el9.src.rpm", wardround.Fail, knowledge.InRange},
		{"pkg:apk/alpine/busybox-binsh@1.36.1-r0?distro=alpine-3.18.4&upstream=busybox", wardround.Fail, knowledge.InRange},
	} {
		id, why := knowledge.Identify(&sbom.Component{Name: "x", PURL: c.purl})
		hit, n := only(t, b, id)
		if n != 1 || hit.State != c.want || hit.Reason != c.reason {
			t.Errorf("%s: %d hits, %v, reason %d: %s%s", c.purl, n, hit.State, hit.Reason, hit.Why(), why)
		}
	}
	for _, other := range []string{"pkg:deb/debian/openssl@3.0.11-1~deb12u1?distro=debian-13", "pkg:deb/ubuntu/openssl@3.0.2?distro=ubuntu-22.04"} {
		id, _ := knowledge.Identify(&sbom.Component{Name: "x", PURL: other})
		if hit, n := only(t, b, id); n != 0 {
			t.Errorf("%s: a record of another release answered: %+v", other, hit)
		}
	}
	for eco, want := range map[string]bool{"Debian": true, "Debian:9": true, "Ubuntu": false, "npm": false, "cpe": false} {
		if b.Knows(eco) != want {
			t.Errorf("knows %s: %v", eco, !want)
		}
	}
}

// A distribution knows better than upstream's version tells: its own record
// decides, and what NVD says is kept beside it.
func TestPrecedence(t *testing.T) {
	nvd := byCPE("CVE-2026-0001", "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*", nil, since("3.0.0"), until("3.0.12"))
	debian := &advisory.Record{ID: "DSA-1", Aliases: []string{"CVE-2026-0001"}, Affected: []advisory.Affected{affects("Debian:12", "openssl", since("0"), until("3.0.11-1~deb12u2"))}}
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "nvd"}, entries(nvd))
	id, _ := knowledge.Identify(&sbom.Component{Name: "openssl", PURL: "pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12",
		CPEs: []string{"cpe:2.3:a:openssl:openssl:3.0.11:*:*:*:*:*:*:*"}})
	if hit, _ := only(t, b, id); hit.State != wardround.Fail || hit.Confidence != wardround.Indicated {
		t.Errorf("by NVD alone: %v, %d", hit.State, hit.Confidence)
	}
	d := b.Put(knowledge.Feed{Name: "debian"}, entries(debian))
	hit, n := only(t, b, id)
	if n != 1 || hit.State != wardround.Pass || hit.Record.ID != "DSA-1" || len(hit.Others) != 1 || hit.Others[0].State != wardround.Fail {
		t.Errorf("with Debian: %d hits, %+v", n, hit)
	}
	if !slices.Contains(d.Packages, knowledge.PackageKey("Debian", "openssl")) {
		t.Errorf("the delta does not name the package: %v", d.Packages)
	}
}

// What a document no longer says is taken back with the next revision of it.
func TestDocuments(t *testing.T) {
	cve := func(id string) *advisory.Record {
		return &advisory.Record{ID: id, Document: "ACME-2026-1", Source: "csaf", Affected: []advisory.Affected{affects("npm", "a", since("0"))}}
	}
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "acme"}, entries(cve("CVE-2026-0001"), cve("CVE-2026-0002")))
	d := b.Put(knowledge.Feed{Name: "acme"}, entries(cve("CVE-2026-0002")))
	want := knowledge.Delta{Packages: []knowledge.Key{knowledge.PackageKey("npm", "a")}, Vulnerabilities: []string{"CVE-2026-0001"},
		Renamed: map[string][]string{"CVE-2026-0001": {}}, Same: 1, Gone: 1}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if d := b.Put(knowledge.Feed{Name: "acme"}, entries(cve("CVE-2026-0002"))); !d.Empty() {
		t.Errorf("the same again: %+v", d)
	}
}

// Scores and the catalogue of what is exploited are joined by any CVE id, and a
// record withdrawn passes, with the reason.
func TestJoined(t *testing.T) {
	rec := &advisory.Record{ID: "GHSA-1", Aliases: []string{"CVE-2026-0001"}, Title: "a hole", Affected: []advisory.Affected{affects("npm", "a", since("0"))}}
	b := knowledge.New(knowledge.Options{})
	b.Put(knowledge.Feed{Name: "ghsa"}, entries(rec))
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	scores := func(epss float64) []knowledge.Entry {
		return []knowledge.Entry{{Score: &knowledge.Score{CVE: "CVE-2026-0001", EPSS: epss, Percentile: 0.5, Date: day}},
			{Score: &knowledge.Score{CVE: "CVE-1999-0001", EPSS: 0.1}}}
	}
	if d := b.Put(knowledge.Feed{Name: "epss", Complete: true}, scores(0.25)); !slices.Equal(d.Vulnerabilities, []string{"CVE-2026-0001"}) || d.New != 2 {
		t.Errorf("%+v", d)
	}
	if d := b.Put(knowledge.Feed{Name: "epss", Complete: true}, scores(0.25)); !d.Empty() {
		t.Errorf("the same scores again: %+v", d)
	}
	b.Put(knowledge.Feed{Name: "kev"}, []knowledge.Entry{{Exploited: &knowledge.Exploited{CVE: "CVE-2026-0001", Added: day}}})
	for range 2 {
		v, ok := b.Vulnerability("GHSA-1")
		if !ok || v.ID != "CVE-2026-0001" || v.Score == nil || v.Score.EPSS != 0.25 || v.Exploited == nil || v.Title != "a hole" {
			t.Errorf("%+v", v)
		}
		if err := b.Save(t.TempDir(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if d := b.Put(knowledge.Feed{Name: "kev", Complete: true}, nil); !slices.Equal(d.Vulnerabilities, []string{"CVE-2026-0001"}) || d.Gone != 1 {
		t.Errorf("taken off the catalogue: %+v", d)
	}
	gone := *rec
	gone.Withdrawn = day
	d := b.Put(knowledge.Feed{Name: "ghsa"}, entries(&gone))
	if diff := cmp.Diff(map[string][]string{"CVE-2026-0001": {"GHSA-1"}}, d.Renamed); diff != "" {
		t.Error(diff)
	}
	hit, _ := only(t, b, knowledge.Identity{Package: knowledge.Package{Ecosystem: "npm", Name: "a", Version: "1.0.0"}})
	if hit.State != wardround.Pass || hit.Reason != knowledge.WithdrawnRecord || !strings.Contains(hit.Why(), "withdrawn") {
		t.Errorf("withdrawn: %v, %s", hit.State, hit.Why())
	}
}
