package csaf

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/lists"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of SSVC decision points.
var ssvcTests = []test{
	{"6.1.46", in21, "Invalid SSVC", invalidSSVC},
	{"6.1.47", in21, "Inconsistent SSVC target ids", ssvcTargets},
	{"6.1.48", in21, "SSVC decision points", ssvcPoints},
	{"6.1.49", in21, "Inconsistent SSVC timestamp", ssvcDate},
	{"6.2.34", in21, "Usage of unknown SSVC decision point base namespace", unknownNamespace},
	{"6.2.35", in21, "Usage of unregistered SSVC decision point base namespace in TLP:CLEAR document", unregisteredNamespace(true)},
	{"6.2.36", in21, "Usage of SSVC decision point namespace with extension in TLP:CLEAR document", extendedNamespace(true)},
	{"6.2.37", in21, "Usage of unknown SSVC decision point namespace without resource", namespaceWithoutResource},
	{"6.3.13", in21, "Usage of non-latest SSVC decision point version", oldDecisionPoint},
	{"6.3.14", in21, "Usage of unregistered SSVC decision point base namespace in non-TLP:CLEAR document", unregisteredNamespace(false)},
	{"6.3.15", in21, "Usage of SSVC decision point namespace with extension in non-TLP:CLEAR document", extendedNamespace(false)},
}

func (s *subject) eachSSVC(fn func(vuln, ssvc *tree.Node)) {
	s.eachItem("metrics", func(v, m *tree.Node) {
		if n := m.Get("content", "ssvc_v2"); n != nil {
			fn(v, n)
		}
	})
}

// namespace is that of a decision point: "base#fragment/extension".
type namespace struct {
	node       *tree.Node
	full, base string
	extended   bool
}

// special namespaces are made for tests and examples, or never valid.
func (n namespace) special() string {
	short, _, _ := strings.Cut(n.base, "#")
	if short == "test" || short == "example" || short == "invalid" || short == "x_invalid" {
		return strings.TrimPrefix(short, "x_")
	}
	return ""
}

func (n namespace) registered() bool { return lists.RegisteredNamespace(n.base) }

func (s *subject) eachSelection(fn func(selection *tree.Node, ns namespace)) {
	s.eachSSVC(func(_, n *tree.Node) {
		for _, sel := range n.Get("selections").Items() {
			at := sel.Get("namespace")
			base, _, extended := strings.Cut(at.Str(), "/")
			fn(sel, namespace{at, at.Str(), base, extended})
		}
	})
}

func invalidSSVC(s *subject) {
	s.eachSSVC(func(_, n *tree.Node) {
		for _, p := range s.schemas.ssvc.Problems(n) {
			s.fail(p.Node, "%s", p.Message)
		}
	})
}

func ssvcTargets(s *subject) {
	s.eachSSVC(func(v, n *tree.Node) {
		names := []string{v.At("cve")}
		for _, id := range v.Get("ids").Items() {
			names = append(names, id.At("text"))
		}
		for _, t := range n.Get("target_ids").Items() {
			switch {
			case t.Str() == s.tracking.At("id") && len(s.vulns) > 1:
				s.fail(t, "%q names the document, which has more than one vulnerability", t.Str())
			case t.Str() == "" || !slices.Contains(names, t.Str()):
				s.fail(t, "%q is neither the CVE nor one of the ids of the vulnerability", t.Str())
			}
		}
	})
}

// ssvcPoints: a decision point of a registered namespace must be as registered. An
// extension may leave out values and translate names; keys and order stay.
func ssvcPoints(s *subject) {
	s.eachSelection(func(sel *tree.Node, ns namespace) {
		switch ns.special() {
		case "invalid":
			s.fail(ns.node, "the namespace is made to be invalid")
			return
		case "test", "example":
			return
		}
		if !ns.registered() {
			return
		}
		key, version := sel.Get("key"), sel.Get("version")
		point := lists.FindDecisionPoint(ns.base, key.Str(), version.Str())
		if point == nil {
			if len(lists.DecisionPointVersions(ns.base, key.Str())) == 0 {
				s.fail(key, "%s has no decision point %q", ns.base, key.Str())
			} else {
				s.fail(version, "the decision point %s of %s has no version %q", key.Str(), ns.base, version.Str())
			}
			return
		}
		if name := sel.Get("name"); name != nil && !ns.extended && name.Str() != point.Name {
			s.fail(name, "the decision point %s is named %q", key.Str(), point.Name)
		}
		last := -1
		for _, v := range sel.Get("values").Items() {
			at := slices.Index(point.Keys, v.At("key"))
			switch {
			case at < 0:
				s.fail(v, "%q is no value of %s", v.At("key"), point.Name)
				continue
			case at <= last:
				s.fail(v, "the value %q is not in the order of the definition", v.At("key"))
			case v.Has("name") && !ns.extended && v.At("name") != point.Values[v.At("key")]:
				s.fail(v.Get("name"), "the value %s is named %q", v.At("key"), point.Values[v.At("key")])
			}
			last = at
		}
	})
}

func ssvcDate(s *subject) {
	if s.released() {
		s.eachSSVC(func(_, n *tree.Node) { s.notAfter(n.Get("timestamp")) })
	}
}

func unknownNamespace(s *subject) {
	s.eachSelection(func(_ *tree.Node, ns namespace) {
		if !ns.registered() {
			s.fail(ns.node, "the base namespace %q is not registered", ns.base)
		}
	})
}

func unregisteredNamespace(clear bool) func(*subject) {
	return func(s *subject) {
		if (s.tlp() == "CLEAR") != clear {
			return
		}
		s.eachSelection(func(_ *tree.Node, ns namespace) {
			if !ns.registered() {
				s.fail(ns.node, "readers may not know the base namespace %q", ns.base)
			}
		})
	}
}

func extendedNamespace(clear bool) func(*subject) {
	return func(s *subject) {
		if (s.tlp() == "CLEAR") != clear {
			return
		}
		s.eachSelection(func(_ *tree.Node, ns namespace) {
			if ns.extended && ns.special() == "" {
				s.fail(ns.node, "readers may not know the extension in %q", ns.full)
			}
		})
	}
}

func namespaceWithoutResource(s *subject) {
	s.eachSSVC(func(_, n *tree.Node) {
		for _, sel := range n.Get("selections").Items() {
			at := sel.Get("namespace")
			base, _, extended := strings.Cut(at.Str(), "/")
			ns := namespace{at, at.Str(), base, extended}
			if ns.special() != "" || ns.registered() && !extended {
				continue
			}
			if !slices.ContainsFunc(n.Get("decision_point_resources").Items(), func(r *tree.Node) bool { return strings.Contains(r.At("summary"), ns.full) }) {
				s.fail(at, "no decision_point_resources describes the namespace %q", ns.full)
			}
		}
	})
}

func oldDecisionPoint(s *subject) {
	s.eachSelection(func(sel *tree.Node, ns namespace) {
		all := lists.DecisionPointVersions(ns.base, sel.At("key"))
		if !ns.registered() || ns.special() != "" || len(all) == 0 {
			return
		}
		latest := slices.MaxFunc(all, func(a, b string) int { return readVersion(a).compare(readVersion(b)) })
		if v := sel.Get("version"); v.Str() != latest {
			s.fail(v, "the latest version of the decision point is %s", latest)
		}
	})
}
