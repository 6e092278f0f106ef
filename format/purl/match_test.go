package purl_test

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/purl"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, p string
		want       bool
		says       string
	}{
		{"pkg:deb/debian/curl", "pkg:deb/debian/curl@7.88-1?distro=debian-12.13", true, "any version"},
		{"pkg:deb/debian/curl?distro=debian-12", "pkg:deb/debian/curl@7.88-1?distro=debian-12.13", true, "distro debian-12"},
		{"pkg:deb/debian/curl?distro=bookworm", "pkg:deb/debian/curl@7.88-1?distro=debian-12.13", true, ""},
		{"pkg:deb/debian/curl?distro=debian-12.13", "pkg:deb/debian/curl@7.88-1?distro=debian-12.14", false, "distro is debian-12.14, the pattern asks for debian-12.13"},
		{"pkg:deb/debian/curl?distro=debian-1", "pkg:deb/debian/curl@7.88-1?distro=debian-12", false, "distro"},
		{"pkg:deb/debian/curl?distro=debian-12", "pkg:deb/debian/curl@7.88-1", false, "does not state"},
		{"pkg:golang/example.com/a@v1.2.0", "pkg:golang/example.com/a@1.2.0", true, "version"},
		{"pkg:golang/example.com/a@v1.2.0", "pkg:golang/example.com/a@1.2.1", false, "version is 1.2.1, the pattern asks for v1.2.0"},
		{"pkg:pypi/requests@1.0", "pkg:pypi/requests@1.0.0", true, ""},
		{"pkg:rpm/redhat/openssl@1.1?epoch=1", "pkg:rpm/redhat/openssl@1.1?epoch=2", false, "epoch is 2"},
		{"pkg:rpm/redhat/openssl@1.1?arch=x86_64", "pkg:rpm/redhat/openssl@1.1?arch=aarch64&epoch=0", false, "arch is aarch64"},
		{"pkg:oci/app?repository_url=ghcr.io/acme/app", "pkg:oci/app@sha256:11?repository_url=https://ghcr.io/acme/app/", true, ""},
		{"pkg:generic/a?checksum=sha1:11", "pkg:generic/a?checksum=sha256:22,sha1:11", true, ""},
		{"pkg:npm/a", "pkg:pypi/a", false, "type is pypi"},
		{"pkg:npm/a#lib", "pkg:npm/a", false, "subpath"},
		{"pkg:nuget/newtonsoft.json", "pkg:nuget/Newtonsoft.Json@13.0.1", true, ""},
	}
	for _, tt := range tests {
		pattern, err := purl.Parse(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		p, err := purl.Parse(tt.p)
		if err != nil {
			t.Fatal(err)
		}
		got, why := purl.Match(pattern, p)
		if got != tt.want || !strings.Contains(why, tt.says) {
			t.Errorf("%s on %s: %v, %q", tt.pattern, tt.p, got, why)
		}
	}
}
