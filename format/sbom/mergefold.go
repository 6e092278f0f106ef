package sbom

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// fold fills a from b, which is the same component.
func fold(a, b *Component) {
	for _, f := range []struct{ to, from *string }{
		{&a.Group, &b.Group}, {&a.Version, &b.Version}, {&a.VersionRange, &b.VersionRange}, {&a.Supplier, &b.Supplier}, {&a.Manufacturer, &b.Manufacturer},
		{&a.Author, &b.Author}, {&a.SWID, &b.SWID}, {&a.Support, &b.Support},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if a.EndOfSupport.Equal(time.Time{}) {
		a.EndOfSupport = b.EndOfSupport
	}
	a.CPEs, a.Licences, a.Symbols = union(a.CPEs, b.CPEs), union(a.Licences, b.Licences), union(a.Symbols, b.Symbols)
	for _, h := range b.Hashes {
		if !slices.Contains(a.Hashes, h) {
			a.Hashes = append(a.Hashes, h)
		}
	}
	for k, v := range b.Identifiers {
		if a.Identifiers == nil {
			a.Identifiers = map[string]string{}
		}
		if _, ok := a.Identifiers[k]; !ok {
			a.Identifiers[k] = v
		}
	}
	weight := map[string]int{"excluded": 1, "optional": 2}
	if wa, wb := cmp.Or(weight[a.Scope], 3), cmp.Or(weight[b.Scope], 3); wb > wa || (wb == 3 && a.Scope == "") {
		a.Scope = b.Scope
	}
	a.External = a.External && b.External
	if a.Evidence == nil {
		a.Evidence = b.Evidence
	}
	if a.Pedigree == nil {
		a.Pedigree = b.Pedigree
	}
	a.Copies += b.Copies + 1
}

func union(to, from []string) []string {
	for _, v := range from {
		if !slices.Contains(to, v) {
			to = append(to, v)
		}
	}
	return to
}

func uniqueRelations(rs []Relation) []Relation {
	slices.SortFunc(rs, compareRelations)
	return slices.Compact(rs)
}

func compareRelations(a, b Relation) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Scope, b.Scope))
}

// joinCompositions puts statements of one kind together, as compositions of two
// documents about the same component may be.
func joinCompositions(in []Composition) []Composition {
	var out []Composition
	for _, c := range in {
		k := slices.IndexFunc(out, func(o Composition) bool { return o.Aggregate == c.Aggregate })
		if k < 0 {
			out = append(out, Composition{Aggregate: c.Aggregate})
			k = len(out) - 1
		}
		out[k].Assemblies = append(out[k].Assemblies, c.Assemblies...)
		out[k].Dependencies = append(out[k].Dependencies, c.Dependencies...)
	}
	for i := range out {
		slices.Sort(out[i].Assemblies)
		slices.Sort(out[i].Dependencies)
		out[i].Assemblies, out[i].Dependencies = slices.Compact(out[i].Assemblies), slices.Compact(out[i].Dependencies)
	}
	return out
}
