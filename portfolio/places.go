package portfolio

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// places fills in where it is, what is fixed and who says so. Parts that the state
// comes from stand first.
func (ix *Index) places(e *check.Exposure, parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(rank(b.state), rank(a.state)), boolCompare(clears(a.claim), clears(b.claim)))
	})
	for i := range parts {
		p := &parts[i]
		if p.state == wardround.Pass && e.State != wardround.Pass {
			continue
		}
		e.Count += p.size()
		addAll(&e.Fixed, p.hit.Fixed)
		addAll(&e.Advisories, p.hit.Advisories)
		if len(e.Places) == maxPlaces || p.more > 0 {
			continue
		}
		fixed := ""
		if len(p.hit.Fixed) > 0 {
			fixed = p.hit.Fixed[0]
		}
		why := p.hit.Why
		if clears(p.claim) {
			why = p.claim.Author + " states " + strings.ReplaceAll(p.claim.Status, "_", " ") + ". " + why
		}
		if len(p.rows) == 0 {
			e.Places = append(e.Places, check.Place{Component: p.label, Path: ix.subjectName(e.Subject), Fixed: fixed, Why: why})
		}
		for _, r := range p.rows {
			if len(e.Places) == maxPlaces {
				break
			}
			e.Places = append(e.Places, check.Place{Component: p.label, Path: strings.Join(ix.path(p.held, int32(r)), " > "), Fixed: fixed, Why: why})
		}
	}
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// maxSaid bounds lists of versions and documents in an exposure.
const maxSaid = 32

func addAll(to *[]string, from []string) {
	for _, s := range from {
		if len(*to) < maxSaid && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
}

func (ix *Index) subjectName(key wardround.Subject) string {
	s := ix.lookup(key)
	switch {
	case s == nil:
		return key.ID
	case s.release != nil:
		return s.release.Name()
	}
	return s.asset.name
}

// maxPath bounds the names of a path; the middle of a longer one is left out.
const maxPath = 16

// path are the names from the product down to a row.
func (ix *Index) path(h *held, row int32) []string {
	var up []string
	for ; h != nil; h, row = h.via, h.row {
		s := ix.subjects[h.subject]
		for at := row; at >= 0; at = s.bill.parent[at] {
			up = append(up, ix.texts.at(ix.ids.rows[s.bill.ident[at]-1].name))
		}
		name := s.release.Name()
		if n := len(up); n > 0 && up[n-1] == s.release.Product {
			up[n-1] = name // the document's own root
		} else {
			up = append(up, name)
		}
	}
	slices.Reverse(up)
	if len(up) > maxPath {
		up = append(append(up[:maxPath/2:maxPath/2], "…"), up[len(up)-maxPath/2:]...)
	}
	return up
}
