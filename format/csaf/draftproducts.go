package csaf

import "strings"

// draftBranch is a branch of the tree to be written.
type draftBranch struct {
	category, name string
	below          []*draftBranch
	product        object
}

// grow follows a path of branches, making those that are missing, and puts the
// product at its end. A leaf holds one product: a second one of the same path gets
// a leaf of its own.
func grow(at []*draftBranch, path []Branch, product object) []*draftBranch {
	step, rest := path[0], path[1:]
	for _, b := range at {
		if b.category == step.Category && b.name == step.Name && b.product == nil && len(rest) > 0 {
			b.below = grow(b.below, rest, product)
			return at
		}
	}
	b := &draftBranch{category: step.Category, name: step.Name}
	if len(rest) == 0 {
		b.product = product
	} else {
		b.below = grow(nil, rest, product)
	}
	return append(at, b)
}

func branchesOf(list []*draftBranch) (out []object) {
	for _, b := range list {
		o := object{"category": b.category, "name": b.name}
		if b.product != nil {
			o["product"] = b.product
		} else {
			o["branches"] = branchesOf(b.below)
		}
		out = append(out, o)
	}
	return out
}

// path is the way to a product through the branches; none if no vendor is named.
func (p *DraftProduct) path() (out []Branch) {
	if p.Vendor == "" {
		return nil
	}
	for _, b := range []Branch{{"vendor", p.Vendor}, {"product_family", p.Family}, {"product_name", p.Name}, {"product_version_range", p.Range}} {
		if b.Name != "" {
			out = append(out, b)
		}
	}
	if p.Range == "" && p.Version != "" {
		out = append(out, Branch{"product_version", p.Version})
	}
	return out
}

// productTree puts products with the same vendor, family and name under the same
// branches, in the order in which they come.
func (w *draftWriter) productTree() object {
	var branches []*draftBranch
	var full, combined []object
	for i := range w.d.Products {
		p := &w.d.Products[i]
		switch path := p.path(); {
		case p.Of != "":
			combined = append(combined, w.combination(p))
		case len(path) < 2:
			full = append(full, w.fullName(p))
		default:
			branches = grow(branches, path, w.fullName(p))
		}
	}
	tree := object{}
	tree.set("branches", branchesOf(branches))
	tree.set("full_product_names", full)
	if w.v21 {
		tree.set("product_paths", combined)
	} else {
		tree.set("relationships", combined)
	}
	return tree
}

// text names the product for people.
func (p *DraftProduct) text() string {
	return first(p.Full, strings.Join(strings.Fields(strings.Join([]string{p.Vendor, p.Family, p.Name, p.Version, p.Range}, " ")), " "), p.ID)
}

func (w *draftWriter) fullName(p *DraftProduct) object {
	out := object{"name": p.text(), "product_id": p.ID}
	h := object{}
	h.set("cpe", p.CPE)
	switch {
	case w.v21:
		h.set("purls", p.PURLs)
	case len(p.PURLs) > 1:
		w.fail("the product %s has %d package URLs; CSAF 2.0 has place for one", p.ID, len(p.PURLs))
	case len(p.PURLs) == 1:
		h["purl"] = p.PURLs[0]
	}
	h.set("model_numbers", p.Models)
	h.set("serial_numbers", p.Serials)
	h.set("skus", p.SKUs)
	h.set("sbom_urls", p.SBOMs)
	var uris []object
	for _, u := range p.URIs {
		uris = append(uris, object{"namespace": u.Namespace, "uri": u.URI})
	}
	h.set("x_generic_uris", uris)
	h.set("hashes", hashesOf(p.Hashes))
	out.set("product_identification_helper", h)
	return out
}

// hashesOf gathers digests by file.
func hashesOf(list []FileHash) (out []object) {
	at := map[string]int{}
	for _, h := range list {
		i, ok := at[h.File]
		if !ok {
			i = len(out)
			at[h.File] = i
			out = append(out, object{"filename": h.File, "file_hashes": []object(nil)})
		}
		out[i]["file_hashes"] = append(out[i]["file_hashes"].([]object), object{"algorithm": h.Algorithm, "value": h.Value})
	}
	return out
}

// combination is a relationship (2.0) or a product path (2.1).
func (w *draftWriter) combination(p *DraftProduct) object {
	relation := first(p.Relation, "installed_on")
	if p.Full == "" {
		q := *p
		q.Full = w.nameOf(p.Of) + " " + strings.ReplaceAll(relation, "_", " ") + " " + w.nameOf(p.On)
		p = &q
	}
	if w.v21 {
		return object{"beginning_product_reference": p.Of, "full_product_name": w.fullName(p),
			"subpaths": []object{{"category": relation, "next_product_reference": p.On}}}
	}
	return object{"category": relation, "product_reference": p.Of, "relates_to_product_reference": p.On, "full_product_name": w.fullName(p)}
}

func (w *draftWriter) nameOf(id string) string {
	for i := range w.d.Products {
		if p := &w.d.Products[i]; p.ID == id {
			return p.text()
		}
	}
	return id
}
