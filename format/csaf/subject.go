package csaf

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround/format/csaf/internal/stamp"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// subject is the document under test with what several tests ask of it, gathered
// once. The document may be wrong in every way that JSON allows.
type subject struct {
	root     *tree.Node
	version  string
	schemas  *schemas
	known    map[string]*extensionRule
	document *tree.Node
	tracking *tree.Node
	category string
	vulns    []*tree.Node
	now      time.Time // zero: not known

	products      []definition
	byID          map[string]*definition
	branches      []*branch // every item of a branches array
	productRefs   []*tree.Node
	groupRefs     []*tree.Node
	groups        map[string][]string
	revisions     []revision          // by date, then number
	installedWith map[string][]string // see companions
	// left bounds what product groups come to in one test.
	left int

	test     *test
	failures []Failure
}

// definition is a full_product_name_t.
type definition struct {
	id     string // "" if it has none
	node   *tree.Node
	helper *tree.Node
	branch *branch    // the leaf it stands in; nil elsewhere
	path   *tree.Node // the relationship or product path that defines it
}

// branch is an item of branches with the way to it.
type branch struct {
	node           *tree.Node
	category, name string
	parent         *branch
	depth          int // 1 is an item of product_tree.branches
}

// maxResolved bounds the members of groups that one test looks at.
const maxResolved = 1_000_000

func newSubject(root *tree.Node, version string, sc *schemas) *subject {
	s := &subject{root: root, version: version, schemas: sc, document: root.Get("document"), byID: map[string]*definition{}, groups: map[string][]string{}}
	s.tracking = s.document.Get("tracking")
	s.category = s.document.At("category")
	s.vulns = root.Get("vulnerabilities").Items()
	t := root.Get("product_tree")
	for _, n := range t.Get("full_product_names").Items() {
		s.define(n, nil, nil)
	}
	s.walkBranches(t, nil)
	for _, key := range []string{"relationships", "product_paths"} {
		for _, n := range t.Get(key).Items() {
			s.define(n.Get("full_product_name"), nil, n)
			s.refer(n.Get("product_reference"), n.Get("relates_to_product_reference"), n.Get("beginning_product_reference"))
			for _, p := range n.Get("subpaths").Items() {
				s.refer(p.Get("next_product_reference"))
			}
		}
	}
	for i := range s.products {
		if d := &s.products[i]; d.id != "" && s.byID[d.id] == nil {
			s.byID[d.id] = d
		}
	}
	for _, g := range t.Get("product_groups").Items() {
		s.refer(g.Get("product_ids").Items()...)
		if id := g.Get("group_id"); id.Is(tree.String) {
			s.groups[id.Text] = unique(s.groups[id.Text], texts(g.Get("product_ids")))
		}
	}
	for _, n := range s.document.Get("notes").Items() {
		s.references(n)
	}
	for _, v := range s.vulns {
		for _, m := range v.Members() {
			for _, n := range m.Items() {
				s.references(n)
				if m.Key == "scores" || m.Key == "metrics" {
					s.refer(n.Get("products").Items()...)
				}
			}
		}
		for _, status := range v.Get("product_status").Members() {
			s.refer(status.Items()...)
		}
	}
	s.revisions = readRevisions(s.tracking.Get("revision_history").Items())
	return s
}

func (s *subject) define(n *tree.Node, b *branch, path *tree.Node) {
	if n != nil {
		s.products = append(s.products, definition{id: n.At("product_id"), node: n, helper: n.Get("product_identification_helper"), branch: b, path: path})
	}
}

func (s *subject) walkBranches(n *tree.Node, parent *branch) {
	for _, x := range n.Get("branches").Items() {
		b := &branch{node: x, category: x.At("category"), name: x.At("name"), parent: parent, depth: 1}
		if parent != nil {
			b.depth = parent.depth + 1
		}
		s.branches = append(s.branches, b)
		s.define(x.Get("product"), b, nil)
		s.walkBranches(x, b)
	}
}

func (s *subject) refer(nodes ...*tree.Node) {
	for _, n := range nodes {
		if n.Is(tree.String) {
			s.productRefs = append(s.productRefs, n)
		}
	}
}

// references gathers product_ids and group_ids of an item.
func (s *subject) references(n *tree.Node) {
	s.refer(n.Get("product_ids").Items()...)
	for _, g := range n.Get("group_ids").Items() {
		if g.Is(tree.String) {
			s.groupRefs = append(s.groupRefs, g)
		}
	}
}

// fail notes a failure of the test that runs.
func (s *subject) fail(n *tree.Node, format string, args ...any) {
	if len(s.failures) < maxFailures { // a pointer costs more than the rest
		s.note(kindOf(s.test.id), n.Pointer(), format, args...)
	}
}

// missing notes that a node lacks a member.
func (s *subject) missing(n *tree.Node, key, format string, args ...any) {
	if len(s.failures) < maxFailures {
		s.note(kindOf(s.test.id), n.Pointer()+"/"+key, format, args...)
	}
}

func (s *subject) unjudged(n *tree.Node, format string, args ...any) {
	if len(s.failures) < maxFailures {
		s.note(Unjudged, n.Pointer(), format, args...)
	}
}

func (s *subject) note(kind Kind, pointer, format string, args ...any) {
	for i, a := range args {
		if text, ok := a.(string); ok && len(text) > maxQuoted {
			args[i] = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
		}
	}
	s.failures = append(s.failures, Failure{Test: s.test.id, Kind: kind, Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// maxQuoted is how much of a text of the document a message repeats, in bytes.
const maxQuoted = 200

// status is the value of document.tracking.status.
func (s *subject) status() string { return s.tracking.At("status") }

func (s *subject) tlp() string { return s.document.At("distribution", "tlp", "label") }

// english reports whether the document is in English or does not say.
func (s *subject) english() bool {
	lang := strings.ToLower(s.document.At("lang"))
	return lang == "" || lang == "en" || strings.HasPrefix(lang, "en-")
}

// targets are the products that an item names, through groups too; each once. The
// result must not be changed: it may be that of a group.
func (s *subject) targets(n *tree.Node) []string {
	out := texts(n.Get("product_ids"))
	for _, g := range n.Get("group_ids").Items() {
		members := s.groups[g.Str()]
		if s.left -= len(members); s.left < 0 {
			return out
		}
		if len(out) == 0 {
			out = members[:len(members):len(members)]
		} else {
			out = unique(out, members)
		}
	}
	return out
}

// unique is the first list and what the second has beyond it, each once.
func unique(a, b []string) []string {
	seen := make(map[string]bool, len(a)+len(b))
	out := make([]string, 0, len(a)+len(b))
	for _, list := range [][]string{a, b} {
		for _, id := range list {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// texts are the strings of an array.
func texts(n *tree.Node) (out []string) {
	for _, x := range n.Items() {
		if x.Is(tree.String) {
			out = append(out, x.Text)
		}
	}
	return out
}

// eachItem calls fn with every item of an array of every vulnerability.
func (s *subject) eachItem(key string, fn func(vuln, item *tree.Node)) {
	for _, v := range s.vulns {
		for _, n := range v.Get(key).Items() {
			fn(v, n)
		}
	}
}

// newest is the date of the last revision.
func (s *subject) newest() (time.Time, bool) {
	var t time.Time
	for _, r := range s.revisions {
		if r.ok && r.date.After(t) {
			t = r.date
		}
	}
	return t, !t.IsZero()
}

// date reads a date-time.
func date(n *tree.Node) (time.Time, bool) { return stamp.Parse(n.Str()) }
