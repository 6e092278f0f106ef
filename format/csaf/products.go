package csaf

import (
	"slices"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// maxBranches is how deep branches are followed. 2.1 allows 30 (§6.1.34); what
// lies deeper is noted as a problem.
const maxBranches = 64

func (r *reader) productTree(t *tree.Node) {
	for _, n := range r.list(t, "full_product_names") {
		r.define(r.product(n, nil))
	}
	r.branches(t, nil)
	for _, n := range r.list(t, "relationships") { // 2.0 §3.2.2.4
		p := r.product(n.Get("full_product_name"), nil)
		p.Of = r.str(n, "product_reference")
		p.Related = []Relation{{Category: r.str(n, "category"), Product: r.str(n, "relates_to_product_reference")}}
		r.define(p)
	}
	for _, n := range r.list(t, "product_paths") { // 2.1
		p := r.product(n.Get("full_product_name"), nil)
		p.Of = r.str(n, "beginning_product_reference")
		for _, s := range r.list(n, "subpaths") {
			p.Related = append(p.Related, Relation{Category: r.str(s, "category"), Product: r.str(s, "next_product_reference")})
		}
		r.define(p)
	}
	// Pointers only now: the slice no longer grows.
	for i := range r.d.Products {
		if p := &r.d.Products[i]; r.d.products[p.ID] == nil {
			r.d.products[p.ID] = p
		}
	}
	for _, n := range r.list(t, "product_groups") {
		r.d.Groups = append(r.d.Groups, Group{ID: r.str(n, "group_id"), Summary: r.str(n, "summary"), Products: unique(nil, r.strs(n, "product_ids"))})
	}
	for i := range r.d.Groups {
		r.d.groups[r.d.Groups[i].ID] = &r.d.Groups[i]
	}
}

func (r *reader) branches(n *tree.Node, path []Branch) {
	for _, b := range r.list(n, "branches") {
		if len(path) == maxBranches {
			r.problem(b, "branches lie deeper than they may; what is below is left out")
			return
		}
		here := append(path[:len(path):len(path)], Branch{Category: r.str(b, "category"), Name: r.str(b, "name")})
		if p := b.Get("product"); p != nil {
			r.define(r.product(p, here))
		}
		r.branches(b, here)
	}
}

func (r *reader) define(p Product) {
	if p.ID == "" {
		return
	}
	r.d.Products = append(r.d.Products, p)
}

// product reads a full_product_name_t (§3.1.3).
func (r *reader) product(n *tree.Node, path []Branch) Product {
	p := Product{ID: r.str(n, "product_id"), Name: r.str(n, "name"), Path: path, Where: n.Pointer()}
	if n != nil && p.ID == "" {
		r.problem(n, "a product without product_id")
	}
	h := n.Get("product_identification_helper")
	p.CPE = r.str(h, "cpe")
	if s := r.str(h, "purl"); s != "" {
		p.PURL = []string{s}
	}
	p.PURL = append(p.PURL, r.strs(h, "purls")...)
	p.Models, p.Serials, p.SKUs, p.SBOMs = r.strs(h, "model_numbers"), r.strs(h, "serial_numbers"), r.strs(h, "skus"), r.strs(h, "sbom_urls")
	for _, u := range r.list(h, "x_generic_uris") {
		p.URIs = append(p.URIs, r.str(u, "namespace")+" "+r.str(u, "uri"))
	}
	for _, f := range r.list(h, "hashes") {
		for _, x := range r.list(f, "file_hashes") {
			p.Hashes = append(p.Hashes, r.str(x, "algorithm")+":"+r.str(x, "value"))
		}
	}
	return p
}

// branch returns the names of the branches of a category, joined from the outside
// in: families may be nested.
func (p *Product) branch(category string) (names []string) {
	for _, b := range p.Path {
		if b.Category == category {
			names = append(names, b.Name)
		}
	}
	return names
}

// maxRelated bounds how far combinations of combinations are followed.
const maxRelated = 16

// origin follows a combination to the product that it is about: the component that
// was installed, not what it was installed on. Circles end where they close.
func (d *Document) origin(p *Product) *Product {
	seen := []string{p.ID}
	for p.Of != "" && len(seen) < maxRelated {
		next := d.products[p.Of]
		if next == nil || slices.Contains(seen, next.ID) {
			break
		}
		seen = append(seen, next.ID)
		p = next
	}
	return p
}

// platforms are the products that a combination stands on, nearest first.
func (d *Document) platforms(p *Product) (out []*Product) {
	seen := []string{p.ID}
	for p != nil && len(seen) < maxRelated {
		for _, r := range p.Related {
			if q := d.products[r.Product]; q != nil && !slices.Contains(seen, q.ID) && len(seen) < maxRelated {
				seen = append(seen, q.ID)
				out = append(out, q)
			}
		}
		next := d.products[p.Of]
		if next == nil || slices.Contains(seen, next.ID) {
			break
		}
		seen = append(seen, next.ID)
		p = next
	}
	return out
}
