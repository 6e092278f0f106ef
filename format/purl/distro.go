package purl

import (
	"strings"

	"github.com/wardround/wardround/format/version"
)

// vendors maps the namespace of deb, rpm and apk purls, and the word before the
// dash in a distro qualifier, to OSV's family.
var vendors = map[string]string{
	"debian": "Debian", "ubuntu": "Ubuntu", "echo": "Echo",
	"alpine": "Alpine", "wolfi": "Wolfi", "chainguard": "Chainguard", "minimos": "MinimOS",
	"alpaquita": "Alpaquita", "bellsoft": "BellSoft",
	"redhat": "Red Hat", "rhel": "Red Hat", "centos": "Red Hat", "ubi": "Red Hat",
	"rocky": "Rocky Linux", "rocky-linux": "Rocky Linux", "rockylinux": "Rocky Linux",
	"almalinux": "AlmaLinux", "alma": "AlmaLinux",
	"fedora": "Fedora", "amzn": "Amazon Linux", "amazon": "Amazon Linux", "amazonlinux": "Amazon Linux",
	"ol": "Oracle Linux", "oracle": "Oracle Linux", "oraclelinux": "Oracle Linux",
	"suse": "SUSE", "sles": "SUSE", "sled": "SUSE", "sle": "SUSE",
	"opensuse": "openSUSE", "opensuse-leap": "openSUSE", "opensuse-tumbleweed": "openSUSE",
	"mageia": "Mageia", "openeuler": "openEuler", "photon": "Photon OS",
	"mariner": "Azure Linux", "azurelinux": "Azure Linux",
}

// codenames maps what Debian and Ubuntu call their releases to the number under
// which OSV lists them (distro-info-data).
var codenames = map[string]string{
	"squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11",
	"bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
	"precise": "12.04", "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04",
	"jammy": "22.04", "noble": "24.04", "lunar": "23.04", "mantic": "23.10", "oracular": "24.10",
	"plucky": "25.04", "questing": "25.10",
}

// splitDistro splits a distro qualifier after the longest word that names a
// distribution: opensuse-leap-15.4 is openSUSE 15.4, bookworm no family and 12.
func splitDistro(qualifier string) (family, release string) {
	d := strings.ToLower(qualifier)
	release = d
	for i := len(d); i > 0; i = strings.LastIndexByte(d[:i], '-') {
		if f := vendors[d[:i]]; f != "" {
			family, release = f, strings.TrimPrefix(d[i:], "-")
			if strings.HasSuffix(d[:i], "tumbleweed") {
				release = "tumbleweed" // rolling: what follows is a date
			}
			break
		}
	}
	if number, ok := codenames[release]; ok {
		release = number
	}
	return family, release
}

// distro is the release that a purl's distro qualifier names, in OSV's spelling:
// "12.13" of debian-12.13, "12" of bookworm, "v3.18.4" of alpine-3.18.4.
func distro(family, qualifier string) string {
	_, d := splitDistro(qualifier)
	switch family {
	case "Alpine", "Alpaquita":
		if d != "" && d[0] >= '0' && d[0] <= '9' {
			d = "v" + d
		}
	case "Wolfi", "Chainguard", "MinimOS", "Echo":
		d = "" // rolling: OSV names no releases
	}
	return d
}

// system finds the distribution of a deb, rpm or apk purl. Some tools leave the
// namespace out and say it in the distro qualifier alone.
func system(p PURL) (version.Ecosystem, bool) {
	q := p.Qualifier("distro")
	family := vendors[strings.ToLower(p.Namespace)]
	if family == "" {
		family, _ = splitDistro(q)
	}
	if family == "" {
		return version.Ecosystem{}, false
	}
	return version.Ecosystem{Family: family, Release: distro(family, q)}, true
}
