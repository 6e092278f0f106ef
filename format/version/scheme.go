package version

// Scheme is a way to order versions. Several ecosystems share one: npm, Go and
// crates.io are all [SemVer].
type Scheme uint8

// The schemes, with the rule each follows.
const (
	Loose         Scheme = iota // makers' own numbering, see the package comment
	SemVer                      // Semantic Versioning 2.0.0 §11, with any number of digits and missing fields read as 0
	Debian                      // deb-version(7)
	RPM                         // rpmvercmp, with epoch and release
	APK                         // apk-package(5)
	Maven                       // Maven 3's ComparableVersion
	PyPI                        // PEP 440, older forms below it
	Gem                         // Gem::Version
	NuGet                       // SemVer with a fourth field, ignoring case
	Composer                    // PHP's version_compare, as Composer uses it
	Pub                         // SemVer where build metadata counts
	CRAN                        // R's package_version
	Hackage                     // Cabal's Version
	Bitbake                     // bb.utils.vercmp of Yocto
	Conan                       // Conan 2's Version
	Alpm                        // vercmp of pacman
	Gentoo                      // PMS §3.3
	OpenSSL                     // 1.0.2zb before 1.1.1 before 3.0.0
	Nginx                       // dotted numbers
	Datetime                    // RFC 3339
	Lexicographic               // bytes
	numSchemes
)

var schemeNames = [numSchemes]string{
	"loose", "semver", "deb", "rpm", "apk", "maven", "pypi", "gem", "nuget", "composer", "pub",
	"cran", "hackage", "bitbake", "conan", "alpm", "gentoo", "openssl", "nginx", "datetime", "lexicographic",
}

// String is a short lower-case name, "semver".
func (s Scheme) String() string {
	if s < numSchemes {
		return schemeNames[s]
	}
	return "unknown"
}
