package version_test

import (
	"testing"

	"github.com/wardround/wardround/format/version"
)

func TestEcosystems(t *testing.T) {
	tests := []struct {
		in, family, branch string
		scheme             version.Scheme
	}{
		{"Debian:12", "Debian", "12", version.Debian},
		{"debian:12.13", "Debian", "12", version.Debian},
		{"Alpine:v3.18", "Alpine", "v3.18", version.APK},
		{"Alpine:3.18.4", "Alpine", "v3.18", version.APK},
		{"Alpine:edge", "Alpine", "edge", version.APK},
		{"Ubuntu:22.04:LTS", "Ubuntu", "22.04", version.Debian},
		{"Ubuntu:Pro:18.04:LTS", "Ubuntu", "18.04", version.Debian},
		{"Rocky Linux:9.2", "Rocky Linux", "9", version.RPM},
		{"AlmaLinux", "AlmaLinux", "", version.RPM},
		{"Red Hat:enterprise_linux:8::baseos", "Red Hat", "8", version.RPM},
		{"Red Hat:rhel_eus:8.6::appstream", "Red Hat", "8", version.RPM},
		{"Red Hat:openshift:4.12::el8", "Red Hat", "openshift:4.12::el8", version.RPM},
		{"SUSE:Linux Enterprise Server 15 SP4", "SUSE", "15.4", version.RPM},
		{"SUSE:15.4", "SUSE", "15.4", version.RPM},
		{"openSUSE:Leap 15.4", "openSUSE", "15.4", version.RPM},
		{"openSUSE:Leap Micro 5.2", "openSUSE", "micro-5.2", version.RPM},
		{"openSUSE:Tumbleweed", "openSUSE", "tumbleweed", version.RPM},
		{"Maven:https://maven.google.com", "Maven", "https://maven.google.com", version.Maven},
		{"NPM", "npm", "", version.SemVer},
		{"pypi", "PyPI", "", version.PyPI},
		{"crates.io", "crates.io", "", version.SemVer},
		{"Yocto", "Yocto", "", version.Bitbake},
		{"Acme Pumps:7", "Acme Pumps", "7", version.Loose},
	}
	for _, tt := range tests {
		e := version.ParseEcosystem(tt.in)
		if e.Family != tt.family || e.Branch() != tt.branch || e.Scheme() != tt.scheme {
			t.Errorf("%s: family %s, branch %s, scheme %s", tt.in, e.Family, e.Branch(), e.Scheme())
		}
		if e.Known() != (tt.scheme != version.Loose) {
			t.Errorf("%s: known %v", tt.in, e.Known())
		}
	}
}

func TestRelate(t *testing.T) {
	tests := []struct {
		a, b string
		want version.Relation
	}{
		{"Debian:12", "Debian:12.13", version.Same},
		{"Debian:12", "Debian:11", version.Other},
		{"Debian:12", "Debian", version.Unsure},
		{"Debian:12", "Ubuntu:12", version.Other},
		{"Ubuntu:22.04:LTS", "Ubuntu:22.04", version.Same},
		{"Maven", "Maven:https://maven.google.com", version.Same},
		{"Red Hat:enterprise_linux:8::baseos", "Red Hat:8.6", version.Same},
		{"Red Hat:openshift:4.12::el8", "Red Hat:8.6", version.Unsure},
		{"Red Hat:openshift:4.12::el9", "Red Hat:8.6", version.Other},
		{"SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:15.5", version.Same},
		{"Wolfi", "Wolfi", version.Same},
	}
	for _, tt := range tests {
		a, b := version.ParseEcosystem(tt.a), version.ParseEcosystem(tt.b)
		if a.Relate(b) != tt.want || b.Relate(a) != tt.want {
			t.Errorf("%s and %s: %d, back %d; want %d", tt.a, tt.b, a.Relate(b), b.Relate(a), tt.want)
		}
	}
}

// Ranges are asked thousands of times: comparing what was parsed must not
// allocate.
func TestCompareDoesNotAllocate(t *testing.T) {
	for ecosystem, pair := range map[string][2]string{
		"npm": {"1.2.3-rc.1", "1.2.3-rc.2"}, "Debian:12": {"1:1.2~rc1-3", "1:1.2~rc1-4"}, "Red Hat": {"1:1.2~rc1-3.el8", "1:1.2~rc1-4.el8"},
		"Alpine:v3.18": {"1.2.3_rc1-r2", "1.2.3_rc1-r3"}, "Maven": {"1.2-rc1", "1.2-rc2"}, "PyPI": {"1!1.2rc1.post2", "1!1.2rc1.post3"},
		"RubyGems": {"1.2.rc1", "1.2.rc2"}, "NuGet": {"1.2.3.4-A", "1.2.3.4-B"}, "Packagist": {"v1.2RC1", "v1.2RC2"}, "CRAN": {"1.2-3", "1.2-4"},
		"Pub": {"1.2.3+1", "1.2.3+2"}, "Hackage": {"1.2", "1.3"}, "Yocto": {"1.2+git1-r0", "1.2+git2-r0"}, "ConanCenter": {"1.2-a", "1.2-b"},
		"unknown": {"V7.5 SP2 Update 1", "V7.5 SP2 Update 2"},
	} {
		a, errA := version.Parse(ecosystem, pair[0])
		b, errB := version.Parse(ecosystem, pair[1])
		if errA != nil || errB != nil {
			t.Errorf("%s: %v, %v", ecosystem, errA, errB)
			continue
		}
		n, err := 0, error(nil)
		allocs := testing.AllocsPerRun(100, func() { n, err = a.Compare(b) })
		if n != -1 || err != nil || allocs != 0 {
			t.Errorf("%s: %s against %s: %d (%v), %v allocations", ecosystem, a, b, n, err, allocs)
		}
	}
}

func BenchmarkCompareParsed(b *testing.B) {
	for ecosystem, pair := range map[string][2]string{
		"npm": {"1.2.3-rc.1", "1.2.3-rc.2"}, "Debian": {"1:1.2~rc1-3", "1:1.2~rc1-4"}, "Maven": {"1.2-rc1", "1.2-rc2"}, "PyPI": {"1.2rc1.post2", "1.2rc1.post3"},
	} {
		b.Run(ecosystem, func(b *testing.B) {
			v, _ := version.Parse(ecosystem, pair[0])
			w, _ := version.Parse(ecosystem, pair[1])
			for b.Loop() {
				_, _ = v.Compare(w)
			}
		})
	}
}
