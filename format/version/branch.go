package version

import "strings"

// Branch is the release at the grain at which the family publishes advisories:
// "12" for Debian 12.13, "v3.18" for Alpine 3.18.4, "9" for Rocky Linux 9.2,
// "22.04" for Ubuntu 22.04:LTS and Pro:22.04:LTS, "15.4" for SUSE Linux Enterprise
// Server 15 SP4, "8" for Red Hat's enterprise_linux:8::baseos. Other families'
// releases are returned as they are.
func (e Ecosystem) Branch() string {
	r := e.Release
	switch e.Family {
	case "Debian", "Rocky Linux", "AlmaLinux", "Mageia", "Oracle Linux":
		major, _, _ := strings.Cut(r, ".")
		return major
	case "Alpine", "Alpaquita":
		return alpineBranch(r)
	case "Ubuntu":
		for part := range strings.SplitSeq(r, ":") {
			if part != "" && digit(part[0]) {
				return firstFields(part, 2)
			}
		}
	case "SUSE", "openSUSE":
		return suseBranch(r)
	case "Red Hat":
		if major, layered := redHat(r); !layered {
			return major
		}
	}
	return r
}

func firstFields(s string, n int) string {
	parts := strings.SplitN(s, ".", n+1)
	return strings.Join(parts[:min(n, len(parts))], ".")
}

func alpineBranch(r string) string {
	r = strings.TrimPrefix(r, "v")
	if r == "" || !digit(r[0]) {
		return r // edge, stream
	}
	return "v" + firstFields(r, 2)
}

// suseBranch reads marketing names: "Linux Enterprise Server 15 SP4" and 15.4 are
// the branch 15.4, "Leap Micro 5.2" is micro-5.2, "Tumbleweed" tumbleweed.
func suseBranch(r string) string {
	words := strings.Fields(strings.ToLower(strings.NewReplacer("-", " ", ":", " ").Replace(r)))
	number, pack, micro := "", "", ""
	for _, w := range words {
		switch {
		case w == "tumbleweed":
			return w
		case w == "micro":
			micro = "micro-"
		case digit(w[0]) && number == "":
			number = w
		case strings.HasPrefix(w, "sp") && numeric(w[2:]):
			pack = "." + w[2:]
		}
	}
	if number == "" {
		return strings.Join(words, " ")
	}
	return micro + number + pack
}

// redHat reads what stands after "Red Hat:": the part of a CPE without its prefix,
// or a release as a purl says it. Layered products (openshift:4.12::el8) run on a
// release, but are not part of it.
func redHat(r string) (major string, layered bool) {
	if r == "" || digit(r[0]) {
		major, _, _ = strings.Cut(r, ".")
		return major, false
	}
	parts := strings.Split(r, ":")
	switch product := parts[0]; {
	case len(parts) > 1 && (product == "enterprise_linux" || strings.HasPrefix(product, "enterprise_linux_") ||
		product == "rhel_eus" || product == "rhel_aus" || product == "rhel_tus" || product == "rhel_e4s" || product == "rhel_els"):
		major, _, _ = strings.Cut(parts[1], ".")
		return major, false
	}
	for _, p := range parts {
		if n, ok := strings.CutPrefix(p, "el"); ok && digits(n) > 0 {
			return n[:digits(n)], true
		}
	}
	return "", true
}

// A Relation of branches: does an advisory of one ecosystem speak of a package
// of another?
type Relation uint8

const (
	// Other: different families, or different releases of one distribution.
	Other Relation = iota
	// Same: the same family and, where it matters, the same branch.
	Same
	// Unsure: the same distribution, but one side does not say which release, or
	// names a product that is layered on it.
	Unsure
)

// Relate compares the ecosystem of an advisory with that of a package. Releases
// count for distributions only: "Maven:https://maven.google.com" says where a
// package lies, not that its versions are others.
func (e Ecosystem) Relate(o Ecosystem) Relation {
	switch {
	case e.Family != o.Family:
		return Other
	case !e.Distribution() || e.Release == o.Release:
		return Same
	}
	a, b := e.Branch(), o.Branch()
	if e.Family == "Red Hat" {
		x, layeredX := redHat(e.Release)
		y, layeredY := redHat(o.Release)
		if layeredX || layeredY {
			if x != "" && y != "" && x != y {
				return Other
			}
			return Unsure
		}
	}
	switch {
	case a == b:
		return Same
	case a == "" || b == "":
		return Unsure
	}
	return Other
}
