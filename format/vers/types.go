package vers

import (
	"strings"

	"github.com/wardround/wardround/format/version"
)

// schemes maps the types of vers to the order of their versions.
var schemes = map[string]version.Scheme{
	"alpine": version.APK, "apk": version.APK,
	"alpm": version.Alpm, "arch": version.Alpm, "archlinux": version.Alpm,
	"bitbake": version.Bitbake, "yocto": version.Bitbake,
	"bitnami": version.SemVer, "cargo": version.SemVer, "github": version.SemVer, "githubactions": version.SemVer,
	"go": version.SemVer, "golang": version.SemVer, "hex": version.SemVer, "julia": version.SemVer,
	"mattermost": version.SemVer, "npm": version.SemVer, "semver": version.SemVer, "swift": version.SemVer,
	"composer": version.Composer, "conan": version.Conan, "cran": version.CRAN,
	"datetime": version.Datetime,
	"deb":      version.Debian, "debian": version.Debian, "ubuntu": version.Debian,
	"ebuild": version.Gentoo, "gentoo": version.Gentoo,
	"gem": version.Gem, "hackage": version.Hackage,
	"generic": version.Loose, "loose": version.Loose,
	"intdot": version.Nginx, "nginx": version.Nginx,
	"lexicographic": version.Lexicographic,
	"maven":         version.Maven, "nuget": version.NuGet, "openssl": version.OpenSSL, "pub": version.Pub, "pypi": version.PyPI, "rpm": version.RPM,
}

// Scheme is the order of a type's versions; false for a type that is not known.
func Scheme(typ string) (version.Scheme, bool) {
	s, ok := schemes[typ]
	return s, ok
}

// normal is the normal spelling of a version where the type has one: NuGet writes
// pre-releases in lower case.
func normal(typ, v string) string {
	if typ != "nuget" {
		return v
	}
	body, build, ok := strings.Cut(v, "+")
	body = strings.ToLower(body)
	if ok {
		return body + "+" + build
	}
	return body
}
