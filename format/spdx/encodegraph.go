package spdx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// words2 are the SPDX 2.3 relationships we write, by kind and scope; turn as in
// [meaning]. A scope that is not here is left out.
var words2 = map[meaning]struct {
	word string
	turn bool
}{
	{kind: sbom.Contains}:                        {"CONTAINS", false},
	{kind: sbom.Contains, scope: "optional"}:     {"OPTIONAL_COMPONENT_OF", true},
	{kind: sbom.DependsOn}:                       {"DEPENDS_ON", false},
	{kind: sbom.DependsOn, scope: "build"}:       {"BUILD_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "development"}: {"DEV_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "test"}:        {"TEST_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "runtime"}:     {"RUNTIME_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "optional"}:    {"OPTIONAL_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "provided"}:    {"PROVIDED_DEPENDENCY_OF", true},
	{kind: sbom.DependsOn, scope: "static"}:      {"STATIC_LINK", false},
	{kind: sbom.DependsOn, scope: "dynamic"}:     {"DYNAMIC_LINK", false},
	{kind: sbom.BuiltFrom}:                       {"GENERATED_FROM", false},
	{kind: sbom.BuiltWith}:                       {"BUILD_TOOL_OF", true},
	{kind: sbom.BuiltWith, scope: "development"}: {"DEV_TOOL_OF", true},
	{kind: sbom.BuiltWith, scope: "test"}:        {"TEST_TOOL_OF", true},
	{kind: sbom.Tests}:                           {"TEST_OF", false},
	{kind: sbom.Patched}:                         {"PATCH_FOR", false},
	{kind: sbom.VariantOf}:                       {"VARIANT_OF", false},
	{kind: sbom.DistributedAs}:                   {"DISTRIBUTION_ARTIFACT", false},
	{kind: sbom.Documents}:                       {"DOCUMENTATION_OF", false},
}

// others are kinds that SPDX 2.3 has no word for. They are written as OTHER with
// the kind as the comment, and read so.
var others = map[sbom.RelationKind]bool{sbom.TrainedOn: true, sbom.TestedOn: true, sbom.Provides: true, sbom.RunsOn: true}

// wordFor finds how to say a relation.
func wordFor(kind sbom.RelationKind, scope string) (string, bool) {
	for _, m := range []meaning{{kind: kind, scope: scope}, {kind: kind}} {
		if w, ok := words2[m]; ok {
			return w.word, w.turn
		}
	}
	return "OTHER", false
}

func (e *encoder) relationships() {
	d := e.doc
	e.raw(",\n  \"relationships\": [")
	e.first = true
	say := func(a, word, b string) {
		e.item(object{"spdxElementId": a, "relationshipType": word, "relatedSpdxElement": b})
	}
	described := d.Described
	if len(described) == 0 && d.Root >= 0 {
		described = []int{d.Root}
	}
	if len(described) == 0 { // clause 11.1: a document describes something
		for i := range d.Components {
			if d.Components[i].Parent < 0 {
				described = append(described, i)
			}
		}
	}
	for _, i := range described {
		say("SPDXRef-DOCUMENT", "DESCRIBES", e.ids[i])
	}
	for i := range d.Components {
		if up := d.Components[i].Parent; up >= 0 {
			say(e.ids[up], "CONTAINS", e.ids[i])
		}
	}
	relate := func(a, b string, kind sbom.RelationKind, scope string) {
		word, turn := wordFor(kind, scope)
		if turn {
			a, b = b, a
		}
		if others[kind] {
			e.item(object{"spdxElementId": a, "relationshipType": word, "relatedSpdxElement": b, "comment": string(kind)})
			return
		}
		say(a, word, b)
	}
	for _, r := range d.Relations {
		relate(e.ids[r.From], e.ids[r.To], r.Kind, r.Scope)
	}
	for _, l := range d.Links {
		n, ok := e.places[l.Document]
		if !ok || l.From < 0 || l.Kind == "" || !isID(l.Element) {
			continue
		}
		a, b := e.ids[l.From], fmt.Sprintf("DocumentRef-%d:%s", n, l.Element)
		if l.Reverse {
			a, b = b, a
		}
		relate(a, b, l.Kind, l.Scope)
	}
	for _, c := range d.Compositions {
		if c.Aggregate == "complete" {
			continue
		}
		for _, i := range c.Assemblies {
			say(e.ids[i], "CONTAINS", "NOASSERTION")
		}
		for _, i := range c.Dependencies {
			say(e.ids[i], "DEPENDS_ON", "NOASSERTION")
		}
	}
	e.raw("]")
}

// isID reports whether v is an SPDX identifier (clause 3.2): SPDXRef- and letters,
// digits, "." and "-".
func isID(v string) bool {
	rest, ok := strings.CutPrefix(v, "SPDXRef-")
	return ok && rest != "" && strings.IndexFunc(rest, notID) < 0
}

func notID(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-')
}

// spdxIDs are identifiers for all components: their own where they are valid, else
// made of them.
func spdxIDs(d *sbom.Document) []string {
	taken := map[string]bool{"SPDXRef-DOCUMENT": true}
	for _, c := range d.Components {
		if isID(c.Ref) {
			taken[c.Ref] = true
		}
	}
	used := map[string]bool{"SPDXRef-DOCUMENT": true}
	out := make([]string, len(d.Components))
	for i, c := range d.Components {
		id := c.Ref
		if !isID(id) || used[id] {
			stem := "SPDXRef-" + strings.Map(func(r rune) rune {
				if notID(r) {
					return '-'
				}
				return r
			}, strings.TrimPrefix(c.Ref, "SPDXRef-"))
			if len(stem) > 128 {
				stem = stem[:128]
			}
			id = stem
			for n := i; taken[id] || used[id] || id == "SPDXRef-"; n += len(out) + 1 {
				id = fmt.Sprintf("%s-%d", stem, n)
			}
		}
		used[id] = true
		out[i] = id
	}
	return out
}

// customLicence is a licence that SPDX's list does not have.
type customLicence struct{ id, name string }

func (e *encoder) define(id, name string) {
	if !slices.ContainsFunc(e.custom, func(c customLicence) bool { return c.id == id }) {
		e.custom = append(e.custom, customLicence{id, name})
	}
}

// licence joins licences to one expression. What is no word of an expression gets
// a LicenseRef with the name as its text; references that are there are defined.
func (e *encoder) licence(ls []string) string {
	var out []string
	for _, l := range ls {
		if !expression(l) {
			k := slices.IndexFunc(e.custom, func(c customLicence) bool { return c.name == l })
			if k < 0 {
				k = len(e.custom)
				e.define(fmt.Sprintf("LicenseRef-wardround-%d", k+1), l)
			}
			l = e.custom[k].id
		}
		for _, w := range strings.FieldsFunc(l, func(r rune) bool { return strings.ContainsRune(" ()+", r) }) {
			if strings.HasPrefix(w, "LicenseRef-") {
				e.define(w, w)
			}
		}
		if len(ls) > 1 && strings.Contains(l, " OR ") {
			l = "(" + l + ")"
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return strings.Join(out, " AND ")
}

// expression reports whether a licence reads as a license expression (SPDX 2.3
// annex D): words joined by AND, OR and WITH, with brackets that close.
func expression(v string) bool {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(v))
	depth, operand := 0, false
	for _, w := range words {
		switch w {
		case "(":
			if operand {
				return false
			}
			depth++
		case ")":
			if depth--; depth < 0 || !operand {
				return false
			}
		case "AND", "OR", "WITH":
			if !operand {
				return false
			}
			operand = false
		default:
			if operand || strings.IndexFunc(strings.TrimSuffix(w, "+"), func(r rune) bool { return notID(r) && r != ':' }) >= 0 {
				return false
			}
			operand = true
		}
	}
	return operand && depth == 0
}
