package vex

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	model "github.com/wardround/wardround/format/vex"
	"github.com/wardround/wardround/portfolio"
)

// fit is a statement that speaks of a question, and how well.
type fit struct {
	st       *statement
	trust    int // 1 for a verified signature
	author   int // 2 the product's maker, 1 the component's, 0 anybody
	specific int // component before product, version before range before neither
}

// Claim says which statement decides, nil when none speaks of it.
func (s *Set) Claim(q *portfolio.Question) *check.Claim {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fits := s.fits(q)
	if len(fits) == 0 {
		return nil
	}
	best := fits[0]
	st := best.st
	c := &check.Claim{
		Status: string(st.Status), Justification: string(st.Justification), Note: note(st),
		Author: cmp.Or(st.doc.doc.Author, st.doc.row.Name), Trust: st.doc.row.Trust, Document: st.doc.row.ID, Statement: st.Where, At: st.at, Expires: st.Expires,
	}
	if st.ID != "" {
		c.Statement = st.ID
	}
	for _, f := range fits[1:] {
		if f.trust == best.trust && f.st.Status != st.Status && !slices.Contains(c.Conflicts, f.st.doc.row.ID) && len(c.Conflicts) < 16 {
			c.Conflicts = append(c.Conflicts, f.st.doc.row.ID)
		}
	}
	return c
}

func note(st *statement) string {
	for _, s := range []string{st.Impact, st.Action, st.Note} {
		if s != "" {
			return s
		}
	}
	return ""
}

// fits lists the statements that speak of q, the one that decides first.
func (s *Set) fits(q *portfolio.Question) []fit {
	var out []fit
	seen := map[*statement]bool{}
	for _, id := range append([]string{q.Vulnerability}, q.Aliases...) {
		for _, st := range s.byVuln[id] {
			if seen[st] {
				continue
			}
			seen[st] = true
			if !st.Expires.IsZero() && !q.At.IsZero() && !st.Expires.After(q.At) {
				continue
			}
			if f, miss := st.fits(q, s.opt.Signers); miss == nil {
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b fit) int {
		return cmp.Or(
			cmp.Compare(b.trust, a.trust), cmp.Compare(b.author, a.author), cmp.Compare(b.specific, a.specific),
			b.st.at.Compare(a.st.at), strings.Compare(a.st.doc.name, b.st.doc.name), strings.Compare(a.st.Where, b.st.Where),
		)
	})
	return out
}

// fits compares a statement with a question; the miss is the nearest of its
// products.
func (st *statement) fits(q *portfolio.Question, signers map[string][]string) (fit, *Miss) {
	var nearest *Miss
	if len(st.products) == 0 {
		return fit{}, &Miss{Field: "product", Detail: "the statement names no product", near: atNothing}
	}
	best := fit{specific: -1}
	for i := range st.products {
		specific, miss := st.products[i].speaksOf(q, st.Inherits)
		if miss != nil {
			if nearest == nil || miss.near > nearest.near {
				nearest = miss
			}
			continue
		}
		if specific > best.specific {
			best = fit{st: st, specific: specific}
		}
	}
	if best.st == nil {
		return best, nearest
	}
	if st.doc.row.Trust == "verified" {
		best.trust = 1
	}
	best.author = authority(st, q, signers)
	return best, nil
}

// speaksOf compares one product of a statement with the question.
func (t *target) speaksOf(q *portfolio.Question, inherits bool) (specific int, miss *Miss) {
	part := ofComponent(q.Component, q)
	var products []*subject
	for _, r := range q.Within {
		products = append(products, ofRelease(r))
	}
	if q.Release != nil {
		products = append(products, ofRelease(q.Release))
	}
	product := -1
	for _, p := range products {
		p.document, p.root = q.Document, q.Root
		e, m := t.compare(p, inherits)
		if m == nil {
			product = max(product, e)
			continue
		}
		if miss == nil || m.near > miss.near {
			miss = m
		}
	}
	if len(t.components) == 0 {
		// One thing is named: the product, or the component by an author who knows of no
		// product.
		e, m := t.compare(part, inherits)
		if m == nil {
			return 10 + e, nil
		}
		if product >= 0 {
			return product, nil
		}
		if miss == nil || m.near > miss.near {
			miss = m
		}
		return 0, miss
	}
	if product < 0 {
		return 0, miss
	}
	miss = nil
	for i := range t.components {
		e, m := t.components[i].compare(part, inherits)
		if m == nil {
			return 20 + e + product, nil
		}
		if m.near = max(m.near, atName) + atComponent; miss == nil || m.near > miss.near {
			miss = m
		}
	}
	c := *miss
	c.Detail = strings.TrimSpace("the product fits, the component does not; " + c.Detail)
	return 0, &c
}

// authority is how much the author's word counts for this product.
func authority(st *statement, q *portfolio.Question, signers map[string][]string) int {
	author := st.doc.maker
	signed := func(maker string) bool {
		return st.doc.row.Trust == "verified" && slices.Contains(signers[fold(maker)], st.doc.row.Signer)
	}
	is := func(maker string) bool {
		return maker != "" && (author == fold(maker) || strings.HasPrefix(author, fold(maker)+" ") || signed(maker))
	}
	for _, r := range append(slices.Clone(q.Within), q.Release) {
		if r != nil && is(r.Maker) {
			return 2
		}
	}
	if is(q.Component.Supplier) {
		return 1
	}
	return 0
}

// Stated lists the vulnerabilities that a statement says are in a product, though
// knowledge may not.
func (s *Set) Stated(r *wardround.Release) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	product := ofRelease(r)
	out := map[string]bool{}
	for _, d := range s.docs {
		for _, st := range d.list {
			if st.Status != model.Affected && st.Status != model.UnderInvestigation {
				continue
			}
			for i := range st.products {
				if len(st.products[i].components) > 0 {
					continue
				}
				if _, miss := st.products[i].compare(product, st.Inherits); miss == nil {
					out[st.Vulnerability] = true
				}
			}
		}
	}
	return sorted(out)
}

// over reports whether a statement has expired at t.
func (st *statement) over(t time.Time) bool { return !st.Expires.IsZero() && !st.Expires.After(t) }
