package sbom

import (
	"slices"
	"strconv"
	"strings"
)

// links follows the links of one document to the others and keeps the rest.
func (m *merger) links(n int) {
	d, index := &m.docs[n], m.index[n]
	// A document that is tied to by a component needs no tie by the document itself:
	// SPDX lists every external document once more at the top.
	tied := map[string]bool{}
	for _, l := range d.Links {
		if l.From >= 0 {
			tied[l.Document] = true
		}
	}
	for _, l := range d.Links {
		from := -1
		if l.From >= 0 && l.From < len(index) {
			from = index[l.From]
		}
		target := m.target(n, l)
		if target == rootless {
			continue
		}
		if target < 0 {
			l.From = from
			if !slices.Contains(m.out.Links, l) {
				m.out.Links = append(m.out.Links, l)
			}
			continue
		}
		if l.From < 0 && d.Root >= 0 {
			from = index[d.Root]
			if tied[l.Document] && l.Kind == "" {
				continue
			}
		}
		if from < 0 || from == target {
			continue
		}
		a, b := from, target
		if l.Reverse {
			a, b = b, a
		}
		if l.Kind == "" || l.Kind == Contains {
			m.contain(a, b)
		} else {
			m.out.Relations = append(m.out.Relations, Relation{From: a, To: b, Kind: l.Kind, Scope: l.Scope})
		}
	}
}

// rootless is the target of a link to a document that is there and describes
// nothing, such as Yocto's about what packages need at run time.
const rootless = -2

// target is the component of the result that a link of document n points at, -1
// if its document is not among those merged.
func (m *merger) target(n int, l Link) int {
	if m.refs == nil {
		m.refs = make([]map[string]int, len(m.docs))
	}
	for k := range m.docs {
		if k == n {
			continue
		}
		d := &m.docs[k]
		here := names(d.ID, d.Revision, l.Document)
		if here && l.Element == "" {
			if d.Root >= 0 && m.index[k][d.Root] >= 0 {
				return m.index[k][d.Root]
			}
			return rootless
		}
		if here || (l.Element != "" && strings.Contains(l.Element, ":")) { // an IRI is the same everywhere
			if m.refs[k] == nil {
				m.refs[k] = make(map[string]int, len(d.Components))
				for i := range d.Components {
					m.refs[k][d.Components[i].Ref] = i
				}
			}
			if i, ok := m.refs[k][l.Element]; ok {
				return m.index[k][i]
			}
		}
		if l.Element == "" {
			for _, s := range d.Sources {
				if names(s.ID, s.Revision, l.Document) && s.Root >= 0 {
					return m.index[k][s.Root]
				}
			}
		}
	}
	return -1
}

// names reports whether a link means the document with this ID: by the ID itself,
// or as BOM-Link (urn:cdx:serial/version, CycloneDX "BOM-Link").
func names(id string, revision int, link string) bool {
	if id == "" || link == "" {
		return false
	}
	if id == link {
		return true
	}
	serial, isUUID := strings.CutPrefix(strings.ToLower(id), "urn:uuid:")
	rest, isLink := strings.CutPrefix(strings.ToLower(link), "urn:cdx:")
	if !isUUID || !isLink {
		return false
	}
	wanted, version, _ := strings.Cut(rest, "/")
	return wanted == serial && (version == "" || version == strconv.Itoa(max(revision, 1)))
}
