package purl

import (
	"strings"

	"github.com/wardround/wardround/format/version"
)

// Package is a purl in the words of vulnerability databases.
type Package struct {
	Ecosystem version.Ecosystem
	Name      string // as the ecosystem's advisories name it; the source package of a distribution
	Version   string // with its epoch; that of the source package where the purl says it
	Binary    string // the package as installed, where that is not Name
	BinaryVer string // its version, with epoch
}

// Locate says under which ecosystem and name advisories speak of p. It is false
// for types no database of package versions covers (generic, docker, oci …) and
// for a deb, rpm or apk that does not say of which distribution.
//
// Distributions publish by source package. A purl names the installed one, and
// the source in a qualifier: upstream (Syft), sourcerpm, origin or source.
func Locate(p PURL) (Package, bool) {
	e, name, ok := plain(p)
	if ok {
		return Package{Ecosystem: e, Name: name, Version: p.Version}, true
	}
	switch p.Type {
	case "deb", "rpm", "apk":
	default:
		return Package{}, false
	}
	e, ok = system(p)
	if !ok {
		return Package{}, false
	}
	v := withEpoch(p.Version, p.Qualifier("epoch"))
	out := Package{Ecosystem: e, Name: p.Name, Version: v}
	source, sourceVersion := sourceOf(p)
	if source != "" && source != p.Name {
		out.Name, out.Binary, out.BinaryVer = source, p.Name, v
	}
	if source != "" && sourceVersion != "" {
		if p.Type == "rpm" && !strings.Contains(sourceVersion, ":") {
			// A source rpm's file name leaves the epoch out; all packages built
			// from it share it but for rare exceptions.
			epoch, _, ok := strings.Cut(v, ":")
			if ok {
				sourceVersion = epoch + ":" + sourceVersion
			}
		}
		out.Version = sourceVersion
	}
	return out, true
}

// Ecosystem is the ecosystem and name of [Locate].
func Ecosystem(p PURL) (e version.Ecosystem, name string, ok bool) {
	l, ok := Locate(p)
	return l.Ecosystem, l.Name, ok
}

func withEpoch(v, epoch string) string {
	if epoch == "" || epoch == "0" || v == "" || strings.Contains(v, ":") {
		return v
	}
	return epoch + ":" + v
}

// sourceOf reads the qualifier that names the source package.
func sourceOf(p PURL) (name, ver string) {
	for _, key := range []string{"upstream", "sourcerpm", "source_rpm", "origin", "source"} {
		q := p.Qualifier(key)
		if q == "" {
			continue
		}
		if i := strings.LastIndexByte(q, ','); i >= 0 {
			q = q[:strings.IndexByte(q, ',')] // several: the first is the package's own
		}
		if p.Type == "rpm" || strings.HasSuffix(q, ".rpm") {
			return sourceRPM(q)
		}
		name, ver, _ = strings.Cut(q, "@")
		return name, ver
	}
	return "", ""
}

// sourceRPM splits name-version-release.src.rpm.
func sourceRPM(file string) (name, ver string) {
	trimmed := strings.TrimSuffix(file, ".rpm")
	if trimmed == file {
		name, ver, _ = strings.Cut(file, "@")
		return name, ver
	}
	for _, arch := range []string{".src", ".nosrc"} {
		trimmed = strings.TrimSuffix(trimmed, arch)
	}
	release := strings.LastIndexByte(trimmed, '-')
	if release <= 0 {
		return trimmed, ""
	}
	v := strings.LastIndexByte(trimmed[:release], '-')
	if v <= 0 {
		return trimmed, ""
	}
	return trimmed[:v], trimmed[v+1:]
}

// plain maps the types whose names need no distribution.
func plain(p PURL) (version.Ecosystem, string, bool) {
	full := p.Name
	if p.Namespace != "" {
		full = p.Namespace + "/" + p.Name
	}
	family, name := "", full
	release := ""
	switch p.Type {
	case "npm":
		family = "npm"
	case "golang":
		family = "Go"
		switch full {
		case "std", "stdlib", "go":
			name = "stdlib"
		case "toolchain", "golang.org/toolchain":
			name = "toolchain"
		}
	case "maven":
		family = "Maven"
		name = p.Namespace + ":" + p.Name
		release = mavenRepository(p.Qualifier("repository_url"))
	case "pypi":
		family, name = "PyPI", pep503(p.Name)
	case "composer":
		family = "Packagist"
	case "gem":
		family, name = "RubyGems", p.Name
	case "nuget":
		family, name = "NuGet", p.Name
	case "cargo":
		family, name = "crates.io", p.Name
	case "conan":
		family, name = "ConanCenter", p.Name
	case "hex":
		family = "Hex"
	case "pub":
		family, name = "Pub", p.Name
	case "cran":
		family, name = "CRAN", p.Name
	case "bioconductor":
		family, name = "Bioconductor", p.Name
	case "hackage":
		family, name = "Hackage", p.Name
	case "julia":
		family, name = "Julia", p.Name
	case "swift":
		family = "SwiftURL"
	case "bitnami":
		family, name = "Bitnami", p.Name
	case "github", "githubactions":
		family = "GitHub Actions"
	case "yocto":
		family, name = "Yocto", p.Name
	default:
		return version.Ecosystem{}, "", false
	}
	return version.Ecosystem{Family: family, Release: release}, name, true
}

// mavenRepository is empty for Maven Central, else the repository as OSV writes it.
func mavenRepository(url string) string {
	url = strings.TrimRight(url, "/")
	if url == "" {
		return ""
	}
	if !strings.Contains(url, "://") {
		url = "https://" + url
	}
	for _, central := range []string{"repo.maven.apache.org/maven2", "repo1.maven.org/maven2", "repo.maven.apache.org", "repo1.maven.org"} {
		if strings.HasSuffix(url, "://"+central) {
			return ""
		}
	}
	return url
}

// pep503 is the normal form of a Python project's name: lower case, each run of
// - _ . one dash (PEP 503, "Normalized Names").
func pep503(name string) string {
	var b strings.Builder
	dash := false
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			dash = true
		default:
			if dash {
				b.WriteByte('-')
				dash = false
			}
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteByte(c)
		}
	}
	if dash {
		b.WriteByte('-')
	}
	return b.String()
}

// Key is the form of a package's name under which two spellings of one package
// are equal in the ecosystem, for an index. Advisories and components must both
// pass through it: purls hold Go modules in lower case while OSV does not, NuGet
// and Packagist ignore case, crates.io takes - for _.
func Key(family, name string) string {
	switch family {
	case "PyPI":
		return pep503(name)
	case "crates.io":
		return strings.ReplaceAll(strings.ToLower(name), "-", "_")
	case "NuGet", "Packagist", "Go", "Hex", "Pub", "GitHub Actions", "SwiftURL", "ConanCenter", "Bitnami":
		name = strings.ToLower(name)
		if family == "SwiftURL" {
			name = strings.TrimSuffix(strings.TrimPrefix(name, "https://"), ".git")
		}
		return name
	}
	return name
}
