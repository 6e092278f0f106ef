package purl

import (
	"fmt"
	"strings"

	"github.com/wardround/wardround/format/version"
)

// Difference is what keeps a pattern from matching a purl.
type Difference struct {
	Field   string // "type", "namespace", "name", "version", "subpath" or the qualifier's key
	Pattern string
	Purl    string // empty when the purl does not say
}

func (d Difference) String() string {
	if d.Purl == "" {
		return fmt.Sprintf("the pattern asks for %s %s, which the component does not state", d.Field, d.Pattern)
	}
	return fmt.Sprintf("%s is %s, the pattern asks for %s", d.Field, d.Purl, d.Pattern)
}

// Match reports whether the pattern, a purl as a VEX statement or policy writes
// it, speaks of p, and in words why or why not. What the pattern does not name
// is not asked: without a version it matches all versions, and qualifiers and
// subpath count only where the pattern has them.
func Match(pattern, p PURL) (bool, string) {
	d := Differences(pattern, p)
	if len(d) > 0 {
		words := make([]string, len(d))
		for i := range d {
			words[i] = d[i].String()
		}
		return false, strings.Join(words, "; ")
	}
	said := "same package"
	if pattern.Version == "" {
		said += ", any version"
	} else {
		said += ", version " + pattern.Version
	}
	for _, q := range pattern.Qualifiers {
		said += ", " + q.Key + " " + q.Value
	}
	return true, said
}

// Differences lists all that keeps pattern from matching p, in the order of the
// purl's parts; none means that it matches. A pattern that differs in one field
// only is a near miss worth showing.
func Differences(pattern, p PURL) []Difference {
	var out []Difference
	differ := func(field, want, have string) { out = append(out, Difference{field, want, have}) }
	e, _, known := Ecosystem(p)
	if pattern.Type != p.Type {
		differ("type", pattern.Type, p.Type)
	}
	if !sameName(pattern, p, e.Family) {
		if pattern.Namespace != p.Namespace {
			differ("namespace", pattern.Namespace, p.Namespace)
		}
		if pattern.Name != p.Name {
			differ("name", pattern.Name, p.Name)
		}
	}
	if pattern.Version != "" && !sameVersion(pattern, p, e, known) {
		differ("version", pattern.Version, p.Version)
	}
	for _, q := range pattern.Qualifiers {
		have := p.Qualifier(q.Key)
		if !sameQualifier(q.Key, q.Value, have, e.Family) {
			differ(q.Key, q.Value, have)
		}
	}
	if pattern.Subpath != "" && pattern.Subpath != p.Subpath {
		differ("subpath", pattern.Subpath, p.Subpath)
	}
	return out
}

func sameName(a, b PURL, family string) bool {
	if a.Namespace == b.Namespace && a.Name == b.Name {
		return true
	}
	return family != "" && a.Type == b.Type &&
		Key(family, a.Namespace) == Key(family, b.Namespace) && Key(family, a.Name) == Key(family, b.Name)
}

// sameVersion takes two spellings of one version as the same ("v1.2.0" and
// "1.2.0" in Go, "1.0" and "1.0.0" in PyPI), each with its epoch.
func sameVersion(pattern, p PURL, e version.Ecosystem, known bool) bool {
	if pattern.Version == p.Version {
		return true
	}
	if !known || p.Version == "" || e.Scheme() == version.Loose {
		return false
	}
	n, err := e.Scheme().Compare(withEpoch(pattern.Version, pattern.Qualifier("epoch")), withEpoch(p.Version, p.Qualifier("epoch")))
	return err == nil && n == 0
}

func sameQualifier(key, want, have, family string) bool {
	if want == have {
		return true
	}
	switch key {
	case "epoch":
		return (want == "0" && have == "") || strings.TrimLeft(want, "0") == strings.TrimLeft(have, "0")
	case "distro":
		return have != "" && sameDistro(want, have, family)
	case "repository_url", "vcs_url", "download_url":
		return have != "" && plainURL(want) == plainURL(have)
	case "checksum":
		return shareChecksum(want, have)
	}
	return false
}

// sameDistro takes a release for all its point releases: debian-12 covers
// debian-12.13 and bookworm; debian-12.13 does not cover debian-12.14.
func sameDistro(want, have, family string) bool {
	if strings.EqualFold(want, have) {
		return true
	}
	a, _ := splitDistro(want)
	b, _ := splitDistro(have)
	if a != "" && b != "" && a != b {
		return false
	}
	w, h := strings.TrimPrefix(distro(family, want), "v"), strings.TrimPrefix(distro(family, have), "v")
	return w == h || w != "" && strings.HasPrefix(h, w+".")
}

func plainURL(u string) string {
	u = strings.TrimPrefix(strings.ToLower(u), "git+")
	if _, rest, ok := strings.Cut(u, "://"); ok {
		u = rest
	}
	return strings.TrimSuffix(strings.TrimRight(u, "/"), ".git")
}

// shareChecksum reports whether one checksum is in both comma-separated lists.
func shareChecksum(want, have string) bool {
	for w := range strings.SplitSeq(strings.ToLower(want), ",") {
		for h := range strings.SplitSeq(strings.ToLower(have), ",") {
			if w != "" && w == h {
				return true
			}
		}
	}
	return false
}
