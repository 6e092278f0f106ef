package vex

import (
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/portfolio"
)

// Diagnosis says what became of one statement.
type Diagnosis struct {
	Document      wardround.DocumentID `json:"document"`
	Name          string               `json:"name"` // of the document
	Author        string               `json:"author"`
	Trust         string               `json:"trust,omitempty"`
	Statement     string               `json:"statement"` // its id or place
	Vulnerability string               `json:"vulnerability"`
	Status        string               `json:"status"`
	Products      []string             `json:"products"`
	// Outcome is "applied" (it decides somewhere), "overruled" (others decide wherever
	// it speaks), "expired", or "nothing" (it speaks of nothing that is here).
	Outcome string    `json:"outcome"`
	Matched int       `json:"matched"` // components of products that it speaks of
	Decides int       `json:"decides"` // of these, where no other goes before it
	Expires time.Time `json:"expires,omitzero"`
	// Near is the nearest miss of one that speaks of nothing, and Where it was.
	Near  *Miss  `json:"near,omitempty"`
	Where string `json:"where,omitempty"`
	// Conflicts are documents of equal trust that say otherwise somewhere.
	Conflicts []wardround.DocumentID `json:"conflicts,omitempty"`
	Said      string                 `json:"said"` // a sentence
}

// Fleet yields the questions that a vulnerability (any of its ids) raises, one for
// each component of a product that it may concern; and whether the id is known at
// all.
type Fleet interface {
	Questions(vulnerability string) (list []portfolio.Question, known bool)
	// Nearby yields what a statement may have meant though the vulnerability does not
	// concern it: all products, each as a question about itself.
	Products() []portfolio.Question
}

// Diagnose says of every statement what it spoke of, in the order of documents and
// places. only limits it to one document; "" is all.
func (s *Set) Diagnose(fleet Fleet, now time.Time, only wardround.DocumentID) []Diagnosis {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make([]string, 0, len(s.docs))
	for n := range s.docs {
		names = append(names, n)
	}
	slices.Sort(names)
	asked := map[string][]portfolio.Question{}
	known := map[string]bool{}
	ask := func(id string) ([]portfolio.Question, bool) {
		if _, ok := asked[id]; !ok {
			asked[id], known[id] = fleet.Questions(id)
		}
		return asked[id], known[id]
	}
	var products []portfolio.Question
	var out []Diagnosis
	for _, n := range names {
		d := s.docs[n]
		if only != "" && d.row.ID != only {
			continue
		}
		for _, st := range d.list {
			g := Diagnosis{
				Document: d.row.ID, Name: d.row.Name, Author: d.doc.Author, Trust: d.row.Trust, Statement: st.Where,
				Vulnerability: st.Vulnerability, Status: string(st.Status), Products: labels(st), Expires: st.Expires,
			}
			if st.ID != "" {
				g.Statement = st.ID
			}
			var questions []portfolio.Question
			isKnown := false
			for _, id := range ids(st) {
				list, ok := ask(id)
				questions, isKnown = append(questions, list...), isKnown || ok
			}
			for i := range questions {
				s.judge(&g, st, &questions[i])
			}
			if g.Matched == 0 && len(questions) == 0 {
				if products == nil {
					products = fleet.Products()
				}
				for i := range products {
					if _, miss := st.fits(&products[i], s.opt.Signers); miss != nil {
						near(&g, miss, &products[i])
					}
				}
			}
			conclude(&g, st, now, isKnown, len(questions) > 0)
			out = append(out, g)
		}
	}
	return out
}

// judge counts one question.
func (s *Set) judge(g *Diagnosis, st *statement, q *portfolio.Question) {
	_, miss := st.fits(q, s.opt.Signers)
	if miss != nil {
		near(g, miss, q)
		return
	}
	g.Matched++
	fits := s.fits(q)
	if len(fits) > 0 && fits[0].st == st {
		g.Decides++
	}
	for _, f := range fits {
		if f.st != st && f.st.Status != st.Status && f.st.doc.row.Trust == st.doc.row.Trust && !slices.Contains(g.Conflicts, f.st.doc.row.ID) {
			g.Conflicts = append(g.Conflicts, f.st.doc.row.ID)
		}
	}
}

func near(g *Diagnosis, miss *Miss, q *portfolio.Question) {
	if g.Near == nil || miss.near > g.Near.near {
		g.Near = miss
		if g.Where = q.Component.Label(); q.Release != nil {
			g.Where = q.Release.Name() + ": " + g.Where
		}
	}
}

// conclude writes the outcome and the sentence.
func conclude(g *Diagnosis, st *statement, now time.Time, known, asked bool) {
	switch {
	case st.over(now):
		g.Outcome = "expired"
		g.Said = "It ended on " + st.Expires.Format(time.DateOnly) + " and is not applied any more."
	case g.Decides > 0:
		g.Outcome = "applied"
		g.Said = "It decides."
		if len(g.Conflicts) > 0 {
			g.Said = "It decides, and others of equal trust say otherwise."
		}
	case g.Matched > 0:
		g.Outcome = "overruled"
		g.Said = "It speaks of something that is here, but others go before it everywhere."
	default:
		g.Outcome = "nothing"
		g.Said = nothing(g, st, known, asked)
	}
	if g.Outcome != "nothing" {
		g.Near, g.Where = nil, ""
	}
}

func nothing(g *Diagnosis, st *statement, known, asked bool) string {
	switch {
	case !known:
		return "No source of knowledge speaks of " + st.Vulnerability + ": it matches nothing."
	case !asked:
		s := "Nothing that is here has " + st.Vulnerability + "."
		if g.Near != nil && g.Near.near >= atVersion {
			s += " Nearest: " + g.Where + "."
		}
		return s
	case g.Near == nil:
		return "It names nothing that could be compared."
	}
	m := g.Near
	s := "It matches nothing. Nearest is " + g.Where + ": " + m.Field + " is "
	if m.Has == "" {
		s += "not known"
	} else {
		s += "“" + m.Has + "”"
	}
	if m.Says != "" {
		s += ", the statement says “" + m.Says + "”"
	}
	if m.Detail != "" {
		s += " (" + m.Detail + ")"
	}
	return s + "."
}

func labels(st *statement) []string {
	var out []string
	for _, p := range st.Products {
		l := p.ID
		for _, alt := range []string{p.PURL, p.CPE, strings.TrimSpace(p.Vendor + " " + p.Name + " " + p.Version)} {
			if l == "" {
				l = alt
			}
		}
		out = append(out, l)
		if len(out) == 20 {
			break
		}
	}
	return out
}
