package version_test

import (
	"testing"

	"github.com/wardround/wardround/format/version"
)

// What the ecosystems' own tools answered where a library of ours or others' was
// wrong (bench/versions).
func TestAsTheTools(t *testing.T) {
	tests := []struct {
		ecosystem, a, b string
		want            int
	}{
		{"Alpine", "3.0", "3.0-r0", -1}, // apk-tools 3.0.6
		{"Alpine", "1.5.0", "1.5.0.0", -1},
		{"Alpine", "1.0_rc1", "1.0", -1},
		{"Alpine", "1.0_p1", "1.0", 1},
		{"Alpine", "1.0.1", "1.0-r9", 1},
		{"Alpine", "1.02", "1.1", -1},
		{"Red Hat", "0:3.10.0-229-1.2.el7", "0:3.10.0-229.1.2.el7", 1}, // rpm 4.18: the release begins at the last dash
		{"Red Hat", "1.0~rc1-1", "1.0-1", -1},
		{"Red Hat", "1.0^git1-1", "1.0-1", 1},
		{"RubyGems", "1.00.0.rc.2", "1.0.0.rc.2.0", 0}, // RubyGems 3.3
		{"RubyGems", "1.0-1", "1.0", -1},
		{"npm", "1.2.3-", "1.2.3-a", -1}, // node-semver 7.8
		{"npm", "1.2.3-", "1.2.3", -1},
		{"Packagist", "1..7", "1.1.7", 1},
		{"Maven", "1.0-alpha-1", "1.0", -1},
		{"Maven", "1.5.RC1", "1.5-RC1", -1}, // Maven before 3.8.7, and the POM reference
		{"Maven", "1-ga-1", "1-1", 0},       // the POM reference
		{"Go", "go1.21rc2", "1.21.0", -1},
		{"Go", "v1.2.3+incompatible", "1.2.3", 0},
		{"PyPI", "1.0a--1", "1.0a0.post1", 0}, // packaging 26
		{"PyPI", "1.0.dev1", "1.0a1", -1},
		{"PyPI", "1.0+local.1", "1.0", 1},
		{"PyPI", "2004d", "0.1", -1}, // before PEP 440
		{"Yocto", "1.0+git1-r0", "1.0-r0", 1},
		{"Yocto", "1.0~rc1-r0", "1.0-r0", -1},
		{"ConanCenter", "1.0.2k", "1.0.2", 1},
	}
	for _, tt := range tests {
		got, err := version.Compare(tt.ecosystem, tt.a, tt.b)
		back, errBack := version.Compare(tt.ecosystem, tt.b, tt.a)
		if err != nil || errBack != nil || got != tt.want || back != -tt.want {
			t.Errorf("%s: %s against %s: %d (%v) and back %d (%v), want %d", tt.ecosystem, tt.a, tt.b, got, err, back, errBack, tt.want)
		}
	}
}

// What has no order in its ecosystem is refused.
func TestRefused(t *testing.T) {
	for _, tt := range [][2]string{
		{"npm", "latest"}, {"npm", ""}, {"npm", ">=1.0 <2"}, {"Go", "(devel)"}, {"Debian", "a:1"}, {"Debian", ""}, {"Debian", "1:"}, {"Debian", "1 2"},
		{"RubyGems", "x"}, {"RubyGems", "1_0"}, {"CRAN", "1.x"}, {"Hackage", "1-2"}, {"Red Hat", ""}, {"Maven", ""}, {"Packagist", "v"},
		{"npm", string(make([]byte, version.MaxLength+1))},
	} {
		if v, err := version.Parse(tt[0], tt[1]); err == nil {
			t.Errorf("%s: %q read as %v", tt[0], tt[1], v)
		}
	}
	a, _ := version.Parse("npm", "1.0.0")
	b, _ := version.Parse("Debian", "1.0.0")
	if _, err := a.Compare(b); err == nil {
		t.Error("versions of two schemes were compared")
	}
	if _, err := a.Compare(version.Version{}); err == nil {
		t.Error("a version was compared with none")
	}
}
