package purl_test

import (
	"testing"

	"github.com/wardround/wardround/format/purl"
)

func TestWhereAdvisoriesSpeakOfIt(t *testing.T) {
	tests := []struct{ in, ecosystem, name, ver, binary string }{
		{"pkg:golang/stdlib@1.22.1", "Go", "stdlib", "1.22.1", ""},
		{"pkg:golang/std@go1.22.1", "Go", "stdlib", "go1.22.1", ""},
		{"pkg:golang/github.com/BurntSushi/toml@v1.2.0", "Go", "github.com/burntsushi/toml", "v1.2.0", ""},
		{"pkg:npm/%40babel/core@7.0.0", "npm", "@babel/core", "7.0.0", ""},
		{"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "Maven", "org.apache.logging.log4j:log4j-core", "2.14.1", ""},
		{"pkg:maven/a/b@1?repository_url=https://repo1.maven.org/maven2/", "Maven", "a:b", "1", ""},
		{"pkg:maven/a/b@1?repository_url=https://maven.google.com", "Maven:https://maven.google.com", "a:b", "1", ""},
		{"pkg:pypi/Zope.Interface@5", "PyPI", "zope-interface", "5", ""},
		{"pkg:composer/Laravel/Framework@5.5", "Packagist", "laravel/framework", "5.5", ""},
		{"pkg:cargo/rand@0.7.2", "crates.io", "rand", "0.7.2", ""},
		{"pkg:conan/openssl.org/openssl@3.0.3?arch=x86_64", "ConanCenter", "openssl", "3.0.3", ""},
		{"pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "SwiftURL", "github.com/Alamofire/Alamofire", "5.4.3", ""},
		{"pkg:bitnami/wordpress@6.2.0?arch=arm64", "Bitnami", "wordpress", "6.2.0", ""},
		{"pkg:yocto/core/glibc@2.35", "Yocto", "glibc", "2.35", ""},
		{"pkg:github/actions/checkout@v4", "GitHub Actions", "actions/checkout", "v4", ""},
		{"pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12.13&upstream=openssl", "Debian:12.13", "openssl", "3.0.11-1", "libssl3"},
		{"pkg:deb/debian/libssl3@3.0.11-1%2Bb1?distro=bookworm&upstream=openssl%403.0.11-1", "Debian:12", "openssl", "3.0.11-1", "libssl3"},
		{"pkg:deb/ubuntu/curl@7.81.0-1?distro=ubuntu-22.04", "Ubuntu:22.04", "curl", "7.81.0-1", ""},
		{"pkg:deb/ubuntu/curl@7.81.0-1?distro=jammy", "Ubuntu:22.04", "curl", "7.81.0-1", ""},
		{"pkg:apk/alpine/libcrypto3@3.1.4-r0?arch=x86_64&distro=alpine-3.18.4&upstream=openssl", "Alpine:v3.18.4", "openssl", "3.1.4-r0", "libcrypto3"},
		{"pkg:apk/wolfi/curl@8.0-r0?distro=wolfi-20230201", "Wolfi", "curl", "8.0-r0", ""},
		{"pkg:rpm/redhat/openssl-libs@1.1.1k-7.el8_6?epoch=1&distro=rhel-8.6&upstream=openssl-1.1.1k-7.el8_6.src.rpm", "Red Hat:8.6", "openssl", "1:1.1.1k-7.el8_6", "openssl-libs"},
		{"pkg:rpm/rocky/bash@5.1.8-6.el9?distro=rocky-9.2", "Rocky Linux:9.2", "bash", "5.1.8-6.el9", ""},
		{"pkg:rpm/opensuse/zlib@1.2.11-1?distro=opensuse-leap-15.4", "openSUSE:15.4", "zlib", "1.2.11-1", ""},
		{"pkg:rpm/opensuse/zlib@1.2.11-1?distro=opensuse-tumbleweed-20240101", "openSUSE:tumbleweed", "zlib", "1.2.11-1", ""},
		{"pkg:rpm/suse/zlib@1.2.11-1?distro=sles-15.4", "SUSE:15.4", "zlib", "1.2.11-1", ""},
		{"pkg:generic/firmware@1.0", "", "", "", ""},
		{"pkg:oci/debian@sha256:244fd47e07d10", "", "", "", ""},
		{"pkg:deb/curl@7.50.3-1", "", "", "", ""},
	}
	for _, tt := range tests {
		p, err := purl.Parse(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		got, ok := purl.Locate(p)
		if ok != (tt.ecosystem != "") {
			t.Errorf("%s: located %v", tt.in, ok)
		}
		if got.Ecosystem.String() != tt.ecosystem || got.Name != tt.name || ok && got.Version != tt.ver || got.Binary != tt.binary {
			t.Errorf("%s: %+v, want %s %s %s %s", tt.in, got, tt.ecosystem, tt.name, tt.ver, tt.binary)
		}
	}
}

func TestKeysOfNames(t *testing.T) {
	for _, tt := range []struct{ family, a, b string }{
		{"Go", "github.com/BurntSushi/toml", "github.com/burntsushi/toml"},
		{"PyPI", "Foo__Bar.baz", "foo-bar-baz"},
		{"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
		{"crates.io", "foo-bar", "foo_bar"},
		{"SwiftURL", "https://github.com/a/b.git", "github.com/a/b"},
	} {
		if a, b := purl.Key(tt.family, tt.a), purl.Key(tt.family, tt.b); a != b {
			t.Errorf("%s: %q and %q", tt.family, a, b)
		}
	}
	if purl.Key("npm", "JSONStream") == purl.Key("npm", "jsonstream") {
		t.Error("npm: two packages are one")
	}
}
