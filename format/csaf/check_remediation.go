package csaf

import (
	"slices"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of remediations.
var remediationTests = []test{
	{"6.1.29", both, "Remediation without product reference", remediationWithoutProduct},
	{"6.1.35", in21, "Contradicting remediations", contradictingRemediations},
	{"6.1.36", in21, "Contradicting product status remediation combination", remediationAgainstStatus(prohibited)},
	{"6.2.27", in21, "Discouraged product status remediation combination", remediationAgainstStatus(discouraged)},
}

func remediationWithoutProduct(s *subject) {
	s.eachItem("remediations", func(_, n *tree.Node) {
		if !n.Has("group_ids") && !n.Has("product_ids") {
			s.fail(n, "the remediation does not say to which products it applies")
		}
	})
}

// excludes lists, for each category of remediation, those that must not be given
// for the same product (2.1 §3.2.4.14.1, table 1).
var excludes = map[string][]string{
	"workaround":     {"optional_patch", "none_available"},
	"mitigation":     {"optional_patch", "none_available"},
	"vendor_fix":     {"optional_patch", "none_available", "fix_planned", "no_fix_planned"},
	"optional_patch": {"workaround", "mitigation", "vendor_fix", "none_available", "fix_planned", "no_fix_planned"},
	"none_available": {"workaround", "mitigation", "vendor_fix", "optional_patch", "fix_planned", "no_fix_planned"},
	"fix_planned":    {"vendor_fix", "optional_patch", "none_available", "no_fix_planned"},
	"no_fix_planned": {"vendor_fix", "optional_patch", "none_available", "fix_planned"},
}

func contradictingRemediations(s *subject) {
	for _, v := range s.vulns {
		given := map[string][]string{}
		for _, r := range v.Get("remediations").Items() {
			c := r.At("category")
			for _, id := range s.targets(r) {
				for _, before := range given[id] {
					if slices.Contains(excludes[c], before) {
						s.fail(r, "%s and %s for the product %q contradict each other", before, c, id)
						break
					}
				}
				if !slices.Contains(given[id], c) {
					given[id] = append(given[id], c)
				}
			}
		}
	}
}

type weight uint8

const (
	allowed weight = iota
	discouraged
	prohibited
)

// combinations are categories of remediation by the group of the product's status
// (2.1 §3.2.4.14.1, table 2); what is not here is allowed.
var combinations = map[string]map[string]weight{
	"workaround":     {"not affected": prohibited, "fixed": prohibited, "under investigation": discouraged, "unknown": discouraged},
	"mitigation":     {"not affected": prohibited, "fixed": prohibited, "under investigation": discouraged, "unknown": discouraged},
	"vendor_fix":     {"not affected": prohibited, "fixed": prohibited, "under investigation": discouraged, "unknown": discouraged},
	"optional_patch": {"affected": prohibited, "fixed": discouraged},
	"none_available": {"not affected": prohibited, "fixed": prohibited},
	"fix_planned":    {"not affected": discouraged, "fixed": prohibited, "under investigation": discouraged, "unknown": discouraged},
	"no_fix_planned": {"not affected": discouraged, "fixed": prohibited},
}

func remediationAgainstStatus(w weight) func(*subject) {
	return func(s *subject) {
		for _, v := range s.vulns {
			groups := map[string][]string{}
			for _, g := range statusGroups {
				for _, n := range inStatus(v, g.lists...) {
					groups[n.Str()] = append(groups[n.Str()], g.name)
				}
			}
			for _, r := range v.Get("remediations").Items() {
				for _, id := range s.targets(r) {
					for _, g := range groups[id] {
						if combinations[r.At("category")][g] == w {
							s.fail(r, "%s for the product %q, which is %s", r.At("category"), id, g)
							break
						}
					}
				}
			}
		}
	}
}
