package spdx

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// wide is how many pairs of output and input one build may make.
const wide = 1 << 14

// relationship files a Relationship or LifecycleScopedRelationship.
func (g *graph) relationship(t *thing) error {
	switch t.relation {
	case "hasConcludedLicense", "hasDeclaredLicense":
		for _, l := range t.to {
			g.licensed = append(g.licensed, grant{t.from, l, t.relation == "hasConcludedLicense"})
		}
		return nil
	case "hasAssociatedVulnerability":
		for _, v := range t.to {
			g.associated = append(g.associated, pair{v, t.from})
		}
		return nil
	case "affects", "doesNotAffect", "fixedIn", "underInvestigationFor":
		return g.assessment(t)
	case "hasInput":
		b := g.buildOf(t.from)
		b.in = append(b.in, t.to...)
		return nil
	case "hasOutput":
		b := g.buildOf(t.from)
		b.out = append(b.out, t.to...)
		return nil
	case "hasHost", "invokedBy", "delegatedTo", // who and what ran a build
		"hasAssessmentFor", "coordinatedBy", "exploitCreatedBy", "fixedBy", "foundBy", "publishedBy", "reportedBy", "republishedBy":
		return nil
	}
	m, ok := meanings3[t.relation]
	if !ok {
		g.b.tally("unknown-relationship")
		m = meaning{kind: sbom.Related}
	}
	if t.scope != "" && (m.scope == "" || m.kind == sbom.BuiltWith) {
		m.scope = t.scope
	}
	if word, ok := completenesses[t.completeness]; ok && m.scope != "static" && m.scope != "dynamic" {
		g.b.state(t.from, m, word)
	}
	for _, to := range t.to {
		switch id := g.b.name(to); {
		case strings.HasSuffix(id, "NoneElement"):
			g.b.absent(t.from, m, "NONE")
		case strings.HasSuffix(id, "NoAssertionElement"):
			g.b.absent(t.from, m, "NOASSERTION")
		default:
			if err := g.b.relate(t.from, to, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// completenesses are RelationshipCompleteness in the words of CycloneDX.
var completenesses = map[string]string{"complete": "complete", "incomplete": "incomplete", "noAssertion": "unknown"}

// buildsDone turns builds into relations: every output is built from every input.
// The builds themselves are no parts of the product. A package whose purpose is to
// be installed, going into something else than such a package, is installed there:
// so Yocto says which packages its image has.
func (g *graph) buildsDone() error {
	b := g.b
	b.edges = slices.DeleteFunc(b.edges, func(e edge) bool {
		_, from := g.builds[e.from]
		_, to := g.builds[e.to]
		if from || to {
			b.tally("build-dependency")
		}
		return from || to
	})
	known := func(hs []handle) []handle {
		return slices.DeleteFunc(slices.Clone(hs), func(h handle) bool { return b.index(h) < 0 })
	}
	for h := range b.names {
		one := g.builds[handle(h)]
		if one == nil {
			continue
		}
		in, out := known(one.in), known(one.out)
		if len(in)*len(out) > wide {
			b.tally("build-too-wide")
			continue
		}
		for _, o := range out {
			for _, i := range in {
				if g.installs[i] && !g.installs[o] {
					if err := b.imply(o, i); err != nil {
						return err
					}
					continue
				}
				if err := b.relate(o, i, meaning{kind: sbom.BuiltFrom, scope: "build"}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// turnReversed mends documents of the SPDX project's converter from 2 to 3
// (spdx-java-library). It swaps the ends of STATIC_LINK and DYNAMIC_LINK, so that
// the library "links in" the program, against the wording of RelationshipType in
// SPDX 3.0.1 and against the document it started from. Its documents are known by
// their identifier; one in which the product itself links is left alone.
func (g *graph) turnReversed() {
	b := g.b
	if !strings.HasSuffix(b.doc.ID, "-specv3/document0") {
		return
	}
	products := map[handle]bool{}
	for _, h := range b.described {
		products[h] = true
	}
	link := func(e edge) bool {
		return e.means.kind == sbom.DependsOn && (e.means.scope == "static" || e.means.scope == "dynamic")
	}
	for _, e := range b.edges {
		if link(e) && products[e.from] {
			return
		}
	}
	for i, e := range b.edges {
		if link(e) {
			b.edges[i].from, b.edges[i].to = e.to, e.from
			b.tally("reversed-link")
		}
	}
}

// applyArtefacts gives a package the digests of the one file it is distributed
// as: SPDX 3 keeps them there, SPDX 2 at the package.
func (g *graph) applyArtefacts() {
	b := g.b
	files := map[int][]int{}
	for _, e := range b.edges {
		if i, j := b.index(e.from), b.index(e.to); e.means.kind == sbom.DistributedAs && i >= 0 && j >= 0 {
			files[i] = append(files[i], j)
		}
	}
	for i, js := range files {
		if c := &b.doc.Components[i]; len(js) == 1 && len(c.Hashes) == 0 {
			c.Hashes = slices.Clone(b.doc.Components[js[0]].Hashes)
		}
	}
}
