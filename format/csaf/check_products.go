package csaf

import (
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/schema"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of how products and groups of products are defined and referred to.
var productTests = []test{
	{"6.1.1", both, "Missing definition of product id", missingProduct},
	{"6.1.2", both, "Multiple definition of product id", repeatedProduct},
	{"6.1.3", both, "Circular definition of product id", circularProduct},
	{"6.1.4", both, "Missing definition of product group id", missingGroup},
	{"6.1.5", both, "Multiple definition of product group id", repeatedGroup},
	{"6.1.25", both, "Multiple use of same hash algorithm", repeatedHash},
	{"6.1.34", in21, "Branches recursion depth", branchDepth},
	{"6.1.43", in21, "Use of multiple stars in model number", starsIn("model_numbers")},
	{"6.1.44", in21, "Use of multiple stars in serial number", starsIn("serial_numbers")},
	{"6.1.57", in21, "Stacked branch categories", stackedBranches},
	{"6.1.58", in21, "Use of product_version in one path with product_version_range", versionAndRange},
	{"6.1.61", in21, "Use of multiple stars in SKU", starsIn("skus")},
	{"6.2.1", both, "Unused definition of product id", unusedProduct},
	{"6.2.8", both, "Use of MD5 as the only hash algorithm", onlyHash("md5")},
	{"6.2.9", both, "Use of SHA-1 as the only hash algorithm", onlyHash("sha1")},
	{"6.2.16", both, "Missing product identification helper", missingHelper},
	{"6.2.31", in21, "Hardware and software", hardwareAlone},
	{"6.2.32", in21, "Use of same product identification helper for different products", sharedHelper},
	{"6.2.48", in21, "Misuse at vendor name", openSourceVendor},
	{"6.2.52", in21, "Unknown hash algorithm", unknownHash},
	{"6.3.5", both, "Use of short hash", shortHash},
	{"6.3.9", both, "Branch categories", branchOrder},
	{"6.3.10", both, "Usage of product version range", usesRange},
	{"6.3.11", both, "Usage of V as version indicator", startsWithV},
	{"6.3.22", in21, "Nested product path", nestedPath},
}

func missingProduct(s *subject) {
	for _, n := range s.productRefs {
		if s.byID[n.Text] == nil {
			s.fail(n, "the product %q is not defined in the product tree", n.Text)
		}
	}
}

func repeatedProduct(s *subject) {
	seen := make(map[string]bool, len(s.products))
	for _, d := range s.products {
		if d.id != "" && seen[d.id] {
			s.fail(d.node.Get("product_id"), "the product %q is defined more than once", d.id)
		}
		seen[d.id] = true
	}
}

// circularProduct looks for combinations of products that lead back to themselves:
// one walk in depth, which colours what it has finished.
func circularProduct(s *subject) {
	next := map[string][]string{}
	for _, d := range s.products {
		if d.path == nil || d.id == "" {
			continue
		}
		for _, key := range []string{"product_reference", "relates_to_product_reference", "beginning_product_reference"} {
			if id := d.path.At(key); id != "" {
				next[d.id] = append(next[d.id], id)
			}
		}
		for _, p := range d.path.Get("subpaths").Items() {
			next[d.id] = append(next[d.id], p.At("next_product_reference"))
		}
	}
	const open, done = 1, 2
	state := map[string]int{}
	// The walk keeps its own stack: a chain can be as long as the document.
	type step struct {
		id string
		at int
	}
	for _, d := range s.products {
		if d.path == nil || d.id == "" || state[d.id] == done {
			continue
		}
		stack := []step{{d.id, 0}}
		state[d.id] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.at == len(next[top.id]) {
				state[top.id] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := next[top.id][top.at]
			top.at++
			switch state[to] {
			case open:
				s.fail(s.byID[to].node.Get("product_id"), "the product %q is defined by way of itself", to)
			case 0:
				state[to] = open
				stack = append(stack, step{to, 0})
			}
		}
	}
}

func missingGroup(s *subject) {
	for _, n := range s.groupRefs {
		if _, ok := s.groups[n.Text]; !ok {
			s.fail(n, "the product group %q is not defined in the product tree", n.Text)
		}
	}
}

func repeatedGroup(s *subject) {
	seen := map[string]bool{}
	for _, g := range s.root.Get("product_tree", "product_groups").Items() {
		id := g.Get("group_id")
		if !id.Is(tree.String) {
			continue
		}
		if seen[id.Text] {
			s.fail(id, "the product group %q is defined more than once", id.Text)
		}
		seen[id.Text] = true
	}
}

// eachFile calls fn with every list of hashes of a file.
func (s *subject) eachFile(fn func(hashes []*tree.Node, file *tree.Node)) {
	for _, d := range s.products {
		for _, f := range d.helper.Get("hashes").Items() {
			fn(f.Get("file_hashes").Items(), f.Get("file_hashes"))
		}
	}
}

func repeatedHash(s *subject) {
	s.eachFile(func(hashes []*tree.Node, _ *tree.Node) {
		seen := map[string]bool{}
		for _, h := range hashes {
			a := h.Get("algorithm")
			if !a.Is(tree.String) {
				continue
			}
			if seen[a.Text] {
				s.fail(a, "the algorithm %q is used more than once for one file", a.Text)
			}
			seen[a.Text] = true
		}
	})
}

// maxDepth is how many branches may lie in each other (2.1 §6.1.34).
const maxDepth = 30

func branchDepth(s *subject) {
	for _, d := range s.products {
		if d.branch != nil && d.branch.depth > maxDepth {
			s.fail(d.node, "lies under %d branches; at most %d are allowed", d.branch.depth, maxDepth)
		}
	}
}

// starsIn tests patterns in which * stands for any text: more than one star that is
// not escaped is ambiguous.
func starsIn(key string) func(*subject) {
	return func(s *subject) {
		for _, d := range s.products {
			for _, n := range d.helper.Get(key).Items() {
				plain := strings.ReplaceAll(strings.ReplaceAll(n.Str(), `\\`, ""), `\*`, "")
				if strings.Count(plain, "*") > 1 {
					s.fail(n, "%q has more than one star that is not escaped", n.Text)
				}
			}
		}
	}
}

// way is the path to a product from the outside in.
func (b *branch) way() []*branch {
	var out []*branch
	for ; b != nil; b = b.parent {
		out = append(out, b)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func stackedBranches(s *subject) {
	for _, d := range s.products {
		seen := map[string]bool{}
		for _, b := range d.branch.way() {
			if seen[b.category] && b.category != "product_family" {
				s.fail(d.node, "the branch category %q occurs more than once on the way to %q", b.category, d.id)
				break
			}
			seen[b.category] = true
		}
	}
}

func versionAndRange(s *subject) {
	for _, d := range s.products {
		seen := map[string]bool{}
		for b := d.branch; b != nil; b = b.parent {
			seen[b.category] = true
		}
		if seen["product_version"] && seen["product_version_range"] {
			s.fail(d.node, "product_version and product_version_range both occur on the way to %q", d.id)
		}
	}
}

func unusedProduct(s *subject) {
	if s.category == "csaf_informational_advisory" {
		return
	}
	used := make(map[string]bool, len(s.productRefs))
	for _, n := range s.productRefs {
		used[n.Text] = true
	}
	for _, d := range s.products {
		if d.id != "" && !used[d.id] {
			s.fail(d.node.Get("product_id"), "the product %q is defined but nothing refers to it", d.id)
		}
	}
}

func onlyHash(algorithm string) func(*subject) {
	return func(s *subject) {
		s.eachFile(func(hashes []*tree.Node, file *tree.Node) {
			for _, h := range hashes {
				if h.At("algorithm") != algorithm {
					return
				}
			}
			if len(hashes) > 0 {
				s.fail(file, "%s is the only hash algorithm; collisions can be made", algorithm)
			}
		})
	}
}

func missingHelper(s *subject) {
	for _, d := range s.products {
		if d.helper == nil {
			s.fail(d.node, "the product %q has no product_identification_helper", d.id)
		}
	}
}

func hardwareAlone(s *subject) {
	used := map[string]bool{}
	for _, d := range s.products {
		if d.path == nil {
			continue
		}
		used[d.path.At("beginning_product_reference")] = true
		for _, p := range d.path.Get("subpaths").Items() {
			used[p.At("next_product_reference")] = true
		}
	}
	for _, d := range s.products {
		if (d.helper.Has("serial_numbers") || d.helper.Has("model_numbers")) && !used[d.id] {
			s.fail(d.node, "the product %q has model or serial numbers, as hardware has, but no product path refers to it", d.id)
		}
	}
}

// sharedHelper compares helpers by category; the items of arrays as sets that must
// not meet.
func sharedHelper(s *subject) {
	seen := map[string]string{} // value to the product that had it first
	for _, d := range s.products {
		for _, m := range d.helper.Members() {
			values := m.Items()
			if values == nil {
				values = []*tree.Node{m}
			}
			for _, v := range values {
				key := m.Key + " " + schema.Canonical(v)
				if before, ok := seen[key]; ok && before != d.id {
					s.fail(v, "the products %q and %q have the same value in %s", before, d.id, m.Key)
				} else if !ok {
					seen[key] = d.id
				}
			}
		}
	}
}

func openSourceVendor(s *subject) {
	for _, b := range s.branches {
		if b.category == "vendor" && strings.EqualFold(strings.Join(strings.Fields(b.name), ""), "opensource") {
			s.fail(b.node.Get("name"), "%q is hardly the name of a vendor", b.name)
		}
	}
}

// hashAlgorithms are those that the standard mentions (2.1 §3.1.4.3.2), after
// OpenSSL's names.
var hashAlgorithms = map[string]bool{"blake2b512": true, "blake2s256": true, "md4": true, "md5": true, "md5-sha1": true, "mdc2": true, "ripemd": true, "ripemd160": true, "rmd160": true,
	"sha1": true, "sha224": true, "sha256": true, "sha3-224": true, "sha3-256": true, "sha3-384": true, "sha3-512": true, "sha384": true, "sha512": true, "sha512-224": true, "sha512-256": true,
	"shake128": true, "shake256": true, "sm3": true, "ssl3-md5": true, "ssl3-sha1": true, "whirlpool": true}

func unknownHash(s *subject) {
	s.eachFile(func(hashes []*tree.Node, _ *tree.Node) {
		for _, h := range hashes {
			if a := h.Get("algorithm"); a.Is(tree.String) && !hashAlgorithms[a.Text] {
				s.fail(a, "the standard does not mention the hash algorithm %q", a.Text)
			}
		}
	})
}

func shortHash(s *subject) {
	s.eachFile(func(hashes []*tree.Node, _ *tree.Node) {
		for _, h := range hashes {
			if v := h.Get("value"); v.Is(tree.String) && len(v.Text) < 64 {
				s.fail(v, "the hash has %d characters; with fewer than 64 collisions are within reach", len(v.Text))
			}
		}
	})
}

// branchOrder asks for vendor, product_name and product_version in this order on
// the way to each product.
func branchOrder(s *subject) {
	want := []string{"vendor", "product_name", "product_version"}
	for _, d := range s.products {
		if d.branch == nil {
			continue
		}
		got := 0
		for _, b := range d.branch.way() {
			if got < len(want) && b.category == want[got] {
				got++
			}
		}
		if got < len(want) {
			s.fail(d.node, "the way to %q has no branch %s in its place", d.id, want[got])
		}
	}
}

func usesRange(s *subject) {
	for _, b := range s.branches {
		if b.category == "product_version_range" {
			s.fail(b.node.Get("category"), "a version range is hard to match; enumerate versions where possible")
		}
	}
}

func startsWithV(s *subject) {
	for _, b := range s.branches {
		if b.category == "product_version" && len(b.name) > 1 && b.name[0]|0x20 == 'v' && b.name[1] >= '0' && b.name[1] <= '9' {
			s.fail(b.node.Get("name"), "the version %q begins with a letter that is no part of it", b.name)
		}
	}
}

func nestedPath(s *subject) {
	check := func(n *tree.Node) {
		if d := s.byID[n.Str()]; d != nil && d.path != nil {
			s.fail(n, "the product %q is itself defined by a product path", d.id)
		}
	}
	for _, p := range s.root.Get("product_tree", "product_paths").Items() {
		check(p.Get("beginning_product_reference"))
		for _, sub := range p.Get("subpaths").Items() {
			check(sub.Get("next_product_reference"))
		}
	}
}
