package csaf

import (
	"slices"
	"strings"
)

// Tests of versions and ranges of versions in the product tree.
var versionTests = []test{
	{"6.1.31", both, "Version range in product version", rangeInVersion},
	{"6.1.50", in21, "Product version range rules", rangeRules},
	{"6.1.59", in21, "Single version as product version range", singleRange},
	{"6.2.18", both, "Product version range without VERS", rangeWithoutVers},
	{"6.2.49", in21, "Upper open ended product version range", openRange},
	{"6.2.51", in21, "Unknown VERS type", unknownVers},
}

var rangeWords = []string{"after", "all", "before", "earlier", "later", "prior", "versions"}

// rangeInVersion: the words count as words: "after-eight" is a version in the suites
// of both versions of the standard, though the text of 2.0 could be read otherwise.
func rangeInVersion(s *subject) {
	for _, b := range s.branches {
		if b.category != "product_version" {
			continue
		}
		name := strings.ToLower(b.name)
		if strings.ContainsAny(name, "<>") || slices.ContainsFunc(strings.Fields(name), func(w string) bool { return slices.Contains(rangeWords, w) }) {
			s.fail(b.node.Get("name"), "%q is a range; product_version names one version", b.name)
		}
	}
}

// ranges calls fn with every product_version_range.
func (s *subject) ranges(fn func(b *branch, r versionRange)) {
	for _, b := range s.branches {
		if b.category == "product_version_range" && b.name != "" {
			fn(b, readRange(b.name))
		}
	}
}

func rangeRules(s *subject) {
	s.ranges(func(b *branch, r versionRange) {
		if r.problem != "" {
			s.fail(b.node.Get("name"), "%q is no version range as the standard has them: %s", b.name, r.problem)
		}
		if !r.ordered() {
			s.unjudged(b.node.Get("name"), "the order of versions of the VERS type %q is not known here: it is not judged", r.scheme)
		}
	})
}

func singleRange(s *subject) {
	s.ranges(func(b *branch, r versionRange) {
		if r.single() {
			s.fail(b.node.Get("name"), "%q identifies a single version", b.name)
		}
	})
}

func rangeWithoutVers(s *subject) {
	for _, b := range s.branches {
		if b.category == "product_version_range" && !claimsVers(b.name) {
			s.fail(b.node.Get("name"), "%q is no vers; see whether one can be given, or the versions enumerated", b.name)
		}
	}
}

func openRange(s *subject) {
	s.ranges(func(b *branch, r versionRange) {
		if r.openAbove() {
			s.fail(b.node.Get("name"), "%q has no upper end", b.name)
		}
	})
}

func unknownVers(s *subject) {
	s.ranges(func(b *branch, r versionRange) {
		if _, known := versSchemes[r.scheme]; r.scheme != "" && !known {
			s.fail(b.node.Get("name"), "the VERS type %q is not registered, and not supported here", r.scheme)
		}
	})
}
