package csaf

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// stems name what products are versions of: the way to a product without its
// version; of a combination that of the product it is about, with the rest as it is.
// Products with a common stem correspond to each other. Something installed with a
// product corresponds to the product too: a hotfix, and the two together.
func (s *subject) stems(id string, depth int) []string {
	d := s.byID[id]
	if d == nil || depth > maxRelated {
		return nil
	}
	if d.path == nil {
		var parts []string
		for _, b := range d.branch.way() {
			if b.category != "product_version" && b.category != "product_version_range" && b.category != "patch_level" && b.category != "service_pack" {
				parts = append(parts, b.category+"\x00"+b.name)
			}
		}
		if parts == nil {
			return []string{"*"} // without branches nothing can be told apart
		}
		out := []string{strings.Join(parts, "\x01")}
		for _, with := range s.companions()[id] {
			if with != id {
				out = append(out, s.stems(with, depth+maxRelated/2)...)
			}
		}
		return out
	}
	whole := s.stems(d.path.At("beginning_product_reference"), depth+1)
	var out []string
	for _, p := range d.path.Get("subpaths").Items() {
		if p.At("category") == "installed_with" {
			out = append(out, whole...)
		}
		whole = slices.Clone(whole)
		for i := range whole {
			whole[i] += "\x02" + p.At("category") + "\x03" + p.At("next_product_reference")
		}
	}
	out = append(out, whole...)
	return out[:min(len(out), maxStems)] // combinations of combinations multiply
}

// maxStems bounds the stems of one product.
const maxStems = 64

// companions lists, by the id of what is installed with something, the products it
// is installed with.
func (s *subject) companions() map[string][]string {
	if s.installedWith == nil {
		s.installedWith = map[string][]string{}
		for _, d := range s.products {
			subpaths := d.path.Get("subpaths").Items()
			if len(subpaths) == 1 && subpaths[0].At("category") == "installed_with" {
				if with, list := subpaths[0].At("next_product_reference"), s.installedWith; len(list[with]) < maxRelated {
					list[with] = append(list[with], d.path.At("beginning_product_reference"))
				}
			}
		}
	}
	return s.installedWith
}

func (s *subject) share(stems map[string]bool, id string) bool {
	return slices.ContainsFunc(s.stems(id, 0), func(stem string) bool { return stems[stem] || stem == "*" && len(stems) > 0 || stems["*"] })
}

func (s *subject) stemsOf(nodes []*tree.Node) map[string]bool {
	out := map[string]bool{}
	for _, n := range nodes {
		for _, stem := range s.stems(n.Str(), 0) {
			out[stem] = true
		}
	}
	return out
}
