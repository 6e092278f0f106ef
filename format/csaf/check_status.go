package csaf

import (
	"slices"

	"github.com/wardround/wardround/format/csaf/internal/tree"
	"github.com/wardround/wardround/format/vex"
)

// Tests of the status of products and of what is said beside it.
var statusTests = []test{
	{"6.1.6", both, "Contradicting product status", contradictingStatus},
	{"6.1.23", both, "Multiple use of same CVE", repeatedCVE},
	{"6.1.24", both, "Multiple definition in involvements", repeatedInvolvement},
	{"6.1.32", both, "Flag without product reference", flagWithoutProduct},
	{"6.1.33", both, "Multiple flags with VEX justification codes per product", repeatedFlag},
	{"6.2.2", both, "Missing remediation", missingRemediation},
	{"6.2.7", both, "Missing date in involvements", involvementDate},
	{"6.2.17", both, "CVE in field ids", cveInIDs},
	{"6.3.3", both, "Missing CVE", missingCVE},
	{"6.3.4", both, "Missing CWE", missingCWE},
}

// statusGroups are the groups of product_status that contradict each other; 2.0
// knows no "unknown".
var statusGroups = []struct {
	name  string
	lists []string
}{
	{"affected", []string{"first_affected", "known_affected", "last_affected"}},
	{"not affected", []string{"known_not_affected"}},
	{"fixed", []string{"first_fixed", "fixed"}},
	{"under investigation", []string{"under_investigation"}},
	{"unknown", []string{"unknown"}},
}

func contradictingStatus(s *subject) {
	for _, v := range s.vulns {
		group := map[string]string{}
		for _, g := range statusGroups {
			if g.name == "unknown" && s.version == "2.0" {
				continue
			}
			for _, list := range g.lists {
				for _, n := range v.Get("product_status", list).Items() {
					if before, ok := group[n.Str()]; ok && before != g.name {
						s.fail(n, "the product %q is %s and %s at once", n.Str(), before, g.name)
					} else if !ok {
						group[n.Str()] = g.name
					}
				}
			}
		}
	}
}

func repeatedCVE(s *subject) {
	seen := map[string]bool{}
	for _, v := range s.vulns {
		c := v.Get("cve")
		if !c.Is(tree.String) {
			continue
		}
		if seen[c.Text] {
			s.fail(c, "%s stands in more than one vulnerability", c.Text)
		}
		seen[c.Text] = true
	}
}

func repeatedInvolvement(s *subject) {
	for _, v := range s.vulns {
		seen := map[[2]string]bool{}
		for _, i := range v.Get("involvements").Items() {
			if !i.Has("party") || !i.Has("date") {
				continue
			}
			when := i.At("date")
			if t, ok := date(i.Get("date")); ok {
				when = t.String()
			}
			key := [2]string{i.At("party"), when}
			if seen[key] {
				s.fail(i, "the party %q stands there twice for one date", key[0])
			}
			seen[key] = true
		}
	}
}

func flagWithoutProduct(s *subject) {
	s.eachItem("flags", func(_, n *tree.Node) {
		if !n.Has("group_ids") && !n.Has("product_ids") {
			s.fail(n, "the flag does not say to which products it applies")
		}
	})
}

func repeatedFlag(s *subject) {
	for _, v := range s.vulns {
		seen := map[string]bool{}
		for _, f := range v.Get("flags").Items() {
			if !slices.Contains(justifications, vex.Justification(f.At("label"))) {
				continue
			}
			for _, id := range s.targets(f) {
				if seen[id] {
					s.fail(f, "the product %q has more than one justification", id)
				}
				seen[id] = true
			}
		}
	}
}

// inStatus lists the nodes of some lists of product_status.
func inStatus(v *tree.Node, lists ...string) (out []*tree.Node) {
	for _, list := range lists {
		out = append(out, v.Get("product_status", list).Items()...)
	}
	return out
}

func missingRemediation(s *subject) {
	for _, v := range s.vulns {
		covered := map[string]bool{}
		for _, r := range v.Get("remediations").Items() {
			for _, id := range s.targets(r) {
				covered[id] = true
			}
		}
		for _, n := range inStatus(v, "first_affected", "known_affected", "last_affected", "under_investigation") {
			if !covered[n.Str()] {
				s.fail(n, "there is no remediation for the product %q", n.Str())
			}
		}
	}
}

func involvementDate(s *subject) {
	s.eachItem("involvements", func(_, n *tree.Node) {
		if !n.Has("date") {
			s.fail(n, "the involvement has no date")
		}
	})
}

func isCVE(text string) bool {
	if len(text) < len("CVE-1999-0001") || text[:4] != "CVE-" || text[8] != '-' {
		return false
	}
	for i, c := range []byte(text[4:]) {
		if i != 4 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func cveInIDs(s *subject) {
	s.eachItem("ids", func(_, n *tree.Node) {
		if isCVE(n.At("text")) {
			s.fail(n.Get("text"), "%s belongs into the field cve", n.At("text"))
		}
	})
}

func missingCVE(s *subject) {
	for _, v := range s.vulns {
		if !v.Has("cve") {
			s.fail(v, "no CVE is given")
		}
	}
}

func missingCWE(s *subject) {
	for _, v := range s.vulns {
		if !v.Has("cwe") && len(v.Get("cwes").Items()) == 0 {
			s.fail(v, "no CWE is given")
		}
	}
}
