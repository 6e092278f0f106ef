package cpe

import "github.com/wardround/wardround/format/version"

// targets are ecosystems that NVD names in target_sw, with the order of what is
// published there.
var targets = map[Value]version.Scheme{
	`node.js`: version.SemVer, "python": version.PyPI, "ruby": version.Gem, "rust": version.SemVer, "go": version.SemVer,
	"dart": version.Pub, "erlang": version.SemVer, "maven": version.Maven,
}

// products have an order of their own that [version.Loose] would refuse.
var products = map[[2]Value]version.Scheme{
	{"openssl", "openssl"}:    version.OpenSSL,
	{"linux", "linux_kernel"}: version.SemVer,
	{"golang", "go"}:          version.SemVer,
	{"python", "python"}:      version.PyPI,
	{"f5", "nginx"}:           version.Nginx,
	{"nginx", "nginx"}:        version.Nginx,
}

// Order is the order of a product's versions as far as its name tells, for
// [Range.Contains]: version.Loose where it does not.
func Order(n Name) version.Scheme {
	if s, ok := products[[2]Value{n[Vendor], n[Product]}]; ok {
		return s
	}
	return targets[n[TargetSW]] // the zero value is Loose
}
