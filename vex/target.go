package vex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cpe"
	"github.com/wardround/wardround/format/purl"
	model "github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/portfolio"
)

// target is a product as a statement names it, its names parsed once.
type target struct {
	model.Product
	purl       *purl.PURL
	cpe        *cpe.Name
	bad        string // why a name of it cannot be read
	components []target
}

func targets(list []model.Product) []target {
	out := make([]target, len(list))
	for i, p := range list {
		t := target{Product: p, components: targets(p.Components)}
		if p.PURL != "" {
			if u, err := purl.Parse(p.PURL); err != nil {
				t.bad = "its package URL cannot be read: " + err.Error()
			} else {
				t.purl = &u
			}
		}
		if p.CPE != "" {
			if n, err := cpe.Parse(p.CPE); err != nil {
				t.bad = "its CPE cannot be read: " + err.Error()
			} else {
				t.cpe = &n
			}
		}
		out[i] = t
	}
	return out
}

// Miss is what kept a statement from speaking of something.
type Miss struct {
	Field  string `json:"field"` // "vulnerability", "maker", "product", "version", "purl.version", "distro", "component" …
	Says   string `json:"says"`  // the statement
	Has    string `json:"has"`   // what is there
	Detail string `json:"detail"`
	// near orders misses: how far the comparison came.
	near int
}

// The stages of a comparison; a miss at a later one is nearer.
const (
	atNothing = iota
	atName
	atVersion
	atComponent
	atComponentVersion
	atQualifier
)

// subject is what a target is compared with: a product or a component.
type subject struct {
	purl     string
	cpes     []string
	maker    string
	names    []string
	version  string
	udis     []string
	document string
	ref      string
	root     string // the ref of the document's own product
	part     bool
}

func ofRelease(r *wardround.Release) *subject {
	s := &subject{maker: r.Maker, names: append([]string{r.Product}, append(slices.Clone(r.Names), r.Models...)...), version: r.Version}
	for _, u := range []string{r.UDIDI, r.BasicUDIDI, r.GTIN} {
		if u != "" {
			s.udis = append(s.udis, u)
		}
	}
	return s
}

func ofComponent(id *portfolio.Identity, q *portfolio.Question) *subject {
	s := &subject{
		purl: id.PURL, cpes: id.CPEs, maker: id.Supplier, names: append([]string{id.Name}, append(slices.Clone(id.Names), id.Models...)...),
		version: id.Version, udis: id.UDIs, document: q.Document, ref: q.Ref, part: true,
	}
	if id.Group != "" {
		s.names = append(s.names, id.Group+"/"+id.Name, id.Group+":"+id.Name)
	}
	return s
}

// compare says whether a target speaks of a subject; nil means it does. exact is
// how much it names: 2 a version, 1 a range, 0 neither.
func (t *target) compare(s *subject, inherits bool) (exact int, miss *Miss) {
	if t.bad != "" {
		return 0, &Miss{Field: "identifier", Says: t.ID, Detail: t.bad, near: atNothing}
	}
	named := false
	if t.Ref != "" || t.Document != "" {
		switch miss := t.place(s); {
		case miss == nil:
			named = true
		case t.linked() || t.Name == "" && t.purl == nil && t.cpe == nil && t.UDI == "":
			return 0, miss
		}
	}
	if t.UDI != "" {
		named = true
		if !slices.Contains(s.udis, t.UDI) {
			return 0, &Miss{Field: "udi", Says: t.UDI, Has: strings.Join(s.udis, ", "), near: atNothing}
		}
	}
	switch {
	case t.purl != nil && s.purl != "":
		named = true
		e, miss := t.byPURL(s, inherits)
		if miss != nil {
			return 0, miss
		}
		exact = max(exact, e)
	case t.purl != nil && !s.part:
		// A product is rarely known by a purl; its name and version are compared.
		named = true
		if miss := nameIn(t.purl.Name, s); miss != nil {
			return 0, miss
		}
		if miss := versionFits(t.purl.Version, s.version, inherits); miss != nil {
			return 0, miss
		}
		if t.purl.Version != "" {
			exact = 2
		}
	case t.purl != nil:
		return 0, &Miss{Field: "purl", Says: t.PURL, Has: first(s.names), Detail: "the component has no package URL", near: atNothing}
	}
	if t.cpe != nil && t.purl == nil {
		named = true
		if miss := t.byCPE(s); miss != nil {
			return 0, miss
		}
	}
	if t.Name != "" && t.purl == nil && t.cpe == nil {
		named = true
		if t.Vendor != "" && s.maker != "" && !sameName(t.Vendor, s.maker) {
			return 0, &Miss{Field: "maker", Says: t.Vendor, Has: s.maker, near: atNothing}
		}
		if miss := nameIn(t.Name, s); miss != nil {
			return 0, miss
		}
	}
	if t.Version != "" && t.purl == nil {
		if miss := versionFits(t.Version, s.version, inherits); miss != nil {
			return 0, miss
		}
		exact = 2
	}
	if t.Range != "" {
		in, err := inRange(t.Range, s.version)
		if err != nil {
			return 0, &Miss{Field: "range", Says: t.Range, Has: s.version, Detail: err.Error(), near: atVersion}
		}
		if !in {
			return 0, &Miss{Field: "range", Says: t.Range, Has: s.version, near: atVersion}
		}
		exact = max(exact, 1)
	}
	if !named {
		if len(t.Hashes) > 0 {
			return 0, &Miss{Field: "hash", Says: t.Hashes[0].Value, Detail: "only a digest is named, and digests of products are not known here", near: atNothing}
		}
		return 0, &Miss{Field: "identifier", Says: t.ID, Has: first(s.names), Detail: "nothing that it is named by can be compared", near: atNothing}
	}
	return exact, nil
}

// linked reports whether a statement names a component of another document by its
// BOM-Link: then no other will do. A product that a statement's own document
// describes is that product wherever it is, by its names.
func (t *target) linked() bool { return strings.HasPrefix(t.ID, "urn:cdx:") }

// sameDocument compares a BOM-Link with a document's serial number or link. A
// document keeps its serial number when it is revised; what a part of it is called
// by is compared with the revision that is there.
func sameDocument(a, b string) bool {
	serial := func(s string) string {
		if rest, ok := strings.CutPrefix(s, "urn:cdx:"); ok {
			s, _, _ = strings.Cut(rest, "/")
		}
		return strings.ToLower(strings.TrimPrefix(s, "urn:uuid:"))
	}
	return serial(a) == serial(b)
}

// place compares a BOM-Link.
func (t *target) place(s *subject) *Miss {
	switch {
	case t.Document != "" && s.document != "" && !sameDocument(t.Document, s.document):
		return &Miss{Field: "document", Says: t.Document, Has: s.document, near: atNothing}
	case t.Ref != "" && s.part && t.Ref != s.ref:
		return &Miss{Field: "ref", Says: t.Ref, Has: s.ref, near: atName}
	case t.Ref != "" && !s.part && (s.root == "" || t.Ref != s.root):
		return &Miss{Field: "ref", Says: t.Ref, Has: first(s.names), Detail: "it names a part, not the product", near: atName}
	}
	return nil
}

func (t *target) byPURL(s *subject, inherits bool) (int, *Miss) {
	u, err := purl.Parse(s.purl)
	if err != nil {
		return 0, &Miss{Field: "purl", Says: t.PURL, Has: s.purl, Detail: "the component's package URL cannot be read", near: atNothing}
	}
	diffs := purl.Differences(*t.purl, u)
	exact := 0
	if t.purl.Version != "" {
		exact = 2
	}
	if len(diffs) == 0 {
		return exact, nil
	}
	d := diffs[0]
	near := atNothing
	switch d.Field {
	case "type", "namespace", "name":
		if d.Field == "name" {
			near = atName - 1
		}
		return 0, &Miss{Field: "purl." + d.Field, Says: d.Pattern, Has: d.Purl, near: near}
	case "version":
		if inherits && len(diffs) == 1 && versionFits(d.Pattern, d.Purl, true) == nil {
			return exact, nil
		}
		return 0, &Miss{Field: "purl.version", Says: d.Pattern, Has: d.Purl, near: atVersion}
	}
	return 0, &Miss{Field: "purl." + d.Field, Says: d.Pattern, Has: d.Purl, Detail: "everything before this qualifier fits", near: atQualifier}
}

func (t *target) byCPE(s *subject) *Miss {
	if len(s.cpes) == 0 {
		if s.part {
			return &Miss{Field: "cpe", Says: t.CPE, Has: first(s.names), Detail: "the component has no CPE", near: atNothing}
		}
		return nameIn(strings.ReplaceAll(string(t.cpe[cpe.Product]), "_", " "), s)
	}
	for _, c := range s.cpes {
		n, err := cpe.Parse(c)
		if err != nil {
			continue
		}
		if covers(*t.cpe, n) {
			return nil
		}
	}
	return &Miss{Field: "cpe", Says: t.CPE, Has: strings.Join(s.cpes, ", "), near: atName}
}

func nameIn(name string, s *subject) *Miss {
	for _, n := range s.names {
		if n != "" && sameName(name, n) {
			return nil
		}
	}
	return &Miss{Field: "product", Says: name, Has: first(s.names), near: atNothing}
}

// sameName compares names without case, spaces and punctuation.
func sameName(a, b string) bool { return squeeze(a) == squeeze(b) }

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 32
		case r == ' ' || r == '-' || r == '_' || r == '.' || r == ',' || r == '/':
			return -1
		}
		return r
	}, s)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// versionFits compares a version that a statement names with the one that is there.
func versionFits(says, has string, inherits bool) *Miss {
	if says == "" || says == "*" || strings.EqualFold(trimV(says), trimV(has)) {
		return nil
	}
	if has == "" {
		return &Miss{Field: "version", Says: says, Detail: "the version is not known", near: atVersion}
	}
	c, err := compareLoose(has, says)
	switch {
	case err != nil:
		return &Miss{Field: "version", Says: says, Has: has, Detail: fmt.Sprintf("which is newer cannot be told: %v", err), near: atVersion}
	case c == 0, c > 0 && inherits:
		return nil
	case c > 0:
		return &Miss{Field: "version", Says: says, Has: has, Detail: "it is newer, and the author does not say that later versions inherit the statement", near: atVersion}
	}
	return &Miss{Field: "version", Says: says, Has: has, near: atVersion}
}

func trimV(s string) string {
	if len(s) > 1 && (s[0] == 'v' || s[0] == 'V') && s[1] >= '0' && s[1] <= '9' {
		return s[1:]
	}
	return s
}
