package csaf

import "github.com/wardround/wardround/format/csaf/internal/tree"

// Tests of version ranges that overlap with what stands beside them in the product
// tree (2.1 §6.2.50, §6.3.19). Where the order of versions is not known they are
// compared by their look.
var overlapTests = []test{
	{"6.2.50.1", in21, "Overlapping product version range with VERS in contradicting product status group", overlapping(leafVers, false)},
	{"6.2.50.2", in21, "Overlapping product version range with vls in contradicting product status group", overlapping(leafVls, false)},
	{"6.2.50.3", in21, "Overlapping product version range with product version in contradicting product status group", overlapping(leafVersion, false)},
	{"6.3.19.1", in21, "Overlapping product version range with VERS in same product status group", overlapping(leafVers, true)},
	{"6.3.19.2", in21, "Overlapping product version range with vls in same product status group", overlapping(leafVls, true)},
	{"6.3.19.3", in21, "Overlapping product version range with product version in same product status group", overlapping(leafVersion, true)},
	{"6.3.19.4", in21, "Overlapping product version range with product version range in branch", overlappingBranch("product_version_range")},
	{"6.3.19.5", in21, "Overlapping product version range with product version in branch", overlappingBranch("product_version")},
}

// sibling is a branch beside a version range.
type sibling struct {
	*branch
	product string   // id, of a leaf
	below   []string // ids of the products here and below
	rng     versionRange
	isRange bool
}

func (s *subject) sibling(b *branch) sibling {
	x := sibling{branch: b, isRange: b.category == "product_version_range"}
	x.product = b.node.At("product", "product_id")
	if x.isRange {
		x.rng = readRange(b.name)
		var walk func(n *tree.Node)
		walk = func(n *tree.Node) {
			if id := n.At("product", "product_id"); id != "" {
				x.below = append(x.below, id)
			}
			for _, k := range n.Get("branches").Items() {
				walk(k)
			}
		}
		walk(b.node)
	}
	return x
}

func leafVers(x sibling) bool {
	return x.isRange && x.product != "" && x.rng.scheme != "" && x.rng.problem == ""
}

func leafVls(x sibling) bool {
	return x.isRange && x.product != "" && x.rng.scheme == "" && x.rng.problem == ""
}

func leafVersion(x sibling) bool {
	return x.category == "product_version" && x.product != ""
}

func (x sibling) overlaps(r versionRange) bool {
	if x.isRange {
		return x.rng.overlaps(r)
	}
	return r.contains(x.name)
}

// maxSiblings bounds how many branches are compared with each other in one place.
const maxSiblings = 500

// eachPair calls fn with every range and each branch beside it that is wanted and
// overlaps.
func (s *subject) eachPair(wanted func(sibling) bool, fn func(tested, other sibling)) {
	groups := map[*branch][]sibling{}
	var order []*branch
	for _, b := range s.branches {
		if len(groups[b.parent]) == maxSiblings {
			continue
		}
		if groups[b.parent] == nil {
			order = append(order, b.parent)
		}
		groups[b.parent] = append(groups[b.parent], s.sibling(b))
	}
	for _, parent := range order {
		for _, tested := range groups[parent] {
			if !tested.isRange || tested.rng.problem != "" {
				continue
			}
			for _, other := range groups[parent] {
				if other.branch != tested.branch && wanted(other) && other.overlaps(tested.rng) {
					fn(tested, other)
				}
			}
		}
	}
}

func overlapping(wanted func(sibling) bool, same bool) func(*subject) {
	return func(s *subject) {
		type pair struct{ tested, other sibling }
		var pairs []pair
		s.eachPair(wanted, func(tested, other sibling) {
			// Of two ranges of one kind each pair comes twice.
			if len(pairs) < maxTargets/100 {
				pairs = append(pairs, pair{tested, other})
			}
		})
		if len(pairs) == 0 {
			return
		}
		for _, v := range s.vulns {
			group := map[string]string{}
			at := map[string]*tree.Node{}
			for _, g := range statusGroups {
				for _, n := range inStatus(v, g.lists...) {
					group[n.Str()] = g.name
					at[n.Str()] = n
				}
			}
			for _, p := range pairs {
				for _, id := range p.tested.below {
					a, b := group[id], group[p.other.product]
					if a == "" || b == "" || (a == b) != same {
						continue
					}
					if same {
						s.fail(at[id], "%q and %q overlap, and both are %s", p.tested.name, p.other.name, a)
					} else {
						s.fail(at[id], "%q is %s and %q is %s, but they overlap", p.tested.name, a, p.other.name, b)
					}
				}
			}
		}
	}
}

// overlappingBranch: a branch with further branches below, beside a range.
func overlappingBranch(category string) func(*subject) {
	return func(s *subject) {
		wanted := func(x sibling) bool {
			return x.category == category && x.node.Has("branches") && (!x.isRange || x.rng.problem == "")
		}
		s.eachPair(wanted, func(tested, other sibling) {
			s.fail(tested.node.Get("name"), "%q overlaps with the branch %q", tested.name, other.name)
		})
	}
}
