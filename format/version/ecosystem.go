package version

import "strings"

// Ecosystem names a package ecosystem the way OSV does: a family, and after the
// first colon a release, branch or repository where the family has them.
//
//	"Debian:12"             family Debian, release 12
//	"Ubuntu:Pro:18.04:LTS"  family Ubuntu, release Pro:18.04:LTS
//	"npm"                   family npm, no release
//
// Source: OSV schema 1.7, "affected[].package field".
type Ecosystem struct {
	Family  string // canonical spelling when known, else as written
	Release string // as written; may be empty
}

// ParseEcosystem reads OSV's spelling of an ecosystem. The family is found
// whatever its case; an unknown one is kept as written, see [Ecosystem.Known].
func ParseEcosystem(s string) Ecosystem {
	family, release, _ := strings.Cut(strings.TrimSpace(s), ":")
	family = strings.TrimSpace(family)
	if _, ok := families[family]; !ok {
		if canonical, ok := spellings[strings.ToLower(family)]; ok {
			family = canonical
		}
	}
	return Ecosystem{Family: family, Release: strings.TrimSpace(release)}
}

// String is the OSV spelling.
func (e Ecosystem) String() string {
	if e.Release == "" {
		return e.Family
	}
	return e.Family + ":" + e.Release
}

// Known reports whether the order of the family's versions is known. Versions
// of an unknown family are ordered by [Loose], which refuses when in doubt.
func (e Ecosystem) Known() bool {
	_, ok := families[e.Family]
	return ok
}

// Scheme is the order of the family's versions.
func (e Ecosystem) Scheme() Scheme {
	return families[e.Family] // the zero value is Loose
}

// Distribution reports whether packages of the family belong to releases of an
// operating system, so that an advisory of one release says nothing of another.
func (e Ecosystem) Distribution() bool { return distributions[e.Family] }

// Families lists the known families' canonical spellings, unsorted.
func Families() []string {
	out := make([]string, 0, len(families))
	for f := range families {
		out = append(out, f)
	}
	return out
}

var families = map[string]Scheme{
	"AlmaLinux":                    RPM,
	"Alpaquita":                    APK,
	"Alpine":                       APK,
	"Amazon Linux":                 RPM,
	"Azure Linux":                  RPM,
	"BellSoft":                     APK,
	"BellSoft Hardened Containers": APK,
	"Bioconductor":                 SemVer,
	"Bitnami":                      SemVer,
	"Chainguard":                   APK,
	"CleanStart":                   APK,
	"ConanCenter":                  Conan,
	"CRAN":                         CRAN,
	"crates.io":                    SemVer,
	"Debian":                       Debian,
	"Docker Hardened Images":       SemVer,
	"Echo":                         Debian,
	"Fedora":                       RPM,
	"GHC":                          SemVer,
	"GitHub Actions":               SemVer,
	"Go":                           SemVer,
	"Hackage":                      Hackage,
	"Hex":                          SemVer,
	"Julia":                        SemVer,
	"Kubernetes":                   SemVer,
	"Linux":                        SemVer,
	"Mageia":                       RPM,
	"Maven":                        Maven,
	"MinimOS":                      APK,
	"npm":                          SemVer,
	"NuGet":                        NuGet,
	"openEuler":                    RPM,
	"openSUSE":                     RPM,
	"Oracle Linux":                 RPM,
	"Packagist":                    Composer,
	"Photon OS":                    RPM,
	"Pub":                          Pub,
	"PyPI":                         PyPI,
	"Red Hat":                      RPM,
	"Rocky Linux":                  RPM,
	"RubyGems":                     Gem,
	"SUSE":                         RPM,
	"SwiftURL":                     SemVer,
	"Ubuntu":                       Debian,
	"Wolfi":                        APK,
	"Yocto":                        Bitbake,
}

var distributions = map[string]bool{
	"AlmaLinux": true, "Alpaquita": true, "Alpine": true, "Amazon Linux": true, "Azure Linux": true,
	"BellSoft": true, "Debian": true, "Fedora": true, "Mageia": true, "openEuler": true,
	"openSUSE": true, "Oracle Linux": true, "Photon OS": true, "Red Hat": true, "Rocky Linux": true,
	"SUSE": true, "Ubuntu": true,
}

// spellings finds a family whatever its case.
var spellings = func() map[string]string {
	m := make(map[string]string, len(families))
	for f := range families {
		m[strings.ToLower(f)] = f
	}
	return m
}()
