package csaf

import (
	"slices"

	"github.com/wardround/wardround/format/csaf/internal/lists"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of weaknesses.
var weaknessTests = []test{
	{"6.1.11", both, "CWE", unknownCWE},
	{"6.2.23", in21, "Usage of deprecated CWE", deprecatedCWE},
	{"6.2.24", in21, "Usage of non-latest CWE version", oldCWE},
	{"6.2.25", in21, "Usage of CWE not allowed for vulnerability mapping", cweUsage("not allowed", "Discouraged", "Prohibited")},
	{"6.2.26", in21, "Usage of CWE allowed with review for vulnerability mapping", cweUsage("allowed only after review", "Allowed-with-Review")},
}

// cwes are those of a vulnerability: one without a version in 2.0.
func cwes(v *tree.Node) []*tree.Node {
	if c := v.Get("cwe"); c != nil {
		return []*tree.Node{c}
	}
	return v.Get("cwes").Items()
}

// unknownCWE: in 2.1 the name must be that of the stated version. 2.0 states none,
// and names change: there the name of any release of CWE counts.
func unknownCWE(s *subject) {
	for _, v := range s.vulns {
		for _, c := range cwes(v) {
			id, name := c.Get("id"), c.Get("name")
			if !id.Is(tree.String) || !name.Is(tree.String) {
				continue
			}
			var versions []string
			if s.version == "2.0" {
				for _, x := range lists.CWEVersions() {
					versions = append(versions, x.Number)
				}
			} else if versions = []string{c.At("version")}; s.laterCWE(versions[0]) {
				s.unjudged(c.Get("version"), "CWE %s is later than any known here", versions[0])
				continue
			}
			names := lists.CWENames(id.Text, versions...)
			switch latest := versions[len(versions)-1]; {
			case len(names) == 0:
				s.fail(id, "%s is no weakness of CWE %s", id.Text, latest)
			case !slices.Contains(names, name.Text):
				s.fail(name, "%s is named %q in CWE %s", id.Text, names[len(names)-1], latest)
			}
		}
	}
}

// laterCWE reports whether a release came after those that are known here.
func (s *subject) laterCWE(version string) bool {
	all := lists.CWEVersions()
	return !lists.KnownCWEVersion(version) && readVersion(version+".0").compare(readVersion(all[len(all)-1].Number+".0")) > 0
}

// eachCWE calls fn with every weakness that the list knows in its version.
func (s *subject) eachCWE(fn func(n *tree.Node, w lists.Weakness)) {
	for _, v := range s.vulns {
		for _, c := range v.Get("cwes").Items() {
			if w, ok := lists.FindCWE(c.At("id"), c.At("version")); ok {
				fn(c, w)
			}
		}
	}
}

func deprecatedCWE(s *subject) {
	s.eachCWE(func(n *tree.Node, w lists.Weakness) {
		if w.Status == "Deprecated" {
			s.fail(n, "%s is deprecated in CWE %s", n.At("id"), n.At("version"))
		}
	})
}

func oldCWE(s *subject) {
	newest, ok := s.newest()
	if !ok {
		return
	}
	want := lists.CWEVersionAt(newest.UTC().Format("2006-01-02"))
	for _, v := range s.vulns {
		for _, c := range v.Get("cwes").Items() {
			if n := c.Get("version"); n.Is(tree.String) && n.Text != want {
				s.fail(n, "the latest CWE at the last revision was %s", want)
			}
		}
	}
}

func cweUsage(words string, usages ...string) func(*subject) {
	return func(s *subject) {
		s.eachCWE(func(n *tree.Node, w lists.Weakness) {
			for _, u := range usages {
				if w.Usage == u {
					s.fail(n, "%s is %s for mapping vulnerabilities (%s)", n.At("id"), words, u)
				}
			}
		})
	}
}
