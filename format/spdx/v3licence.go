package spdx

import (
	"strings"
)

const (
	licenceDepth  = 16      // of sets within sets
	licenceLength = 4 << 10 // of an expression put together, in bytes
	licenceVisits = 1 << 10 // of licences for one expression: sets may name one another
)

// grant says which licence an element has.
type grant struct {
	element, licence handle
	concluded        bool
}

// licence is an element of the licensing profiles: an expression, a licence with
// a name, or a set of others.
type licence struct {
	text    string
	join    string // between members: " AND ", " OR ", " WITH ", "+"
	members []handle
}

// licenceField reads a member of the licensing profiles; texts of licences are
// passed over.
func (g *graph) licenceField(t *thing, name string) (err error) {
	switch name {
	case "simplelicensing_licenseExpression":
		t.expression, err = g.value()
	case "expandedlicensing_member":
		err = g.refs(&t.members)
	case "expandedlicensing_subjectLicense", "expandedlicensing_subjectExtendableLicense":
		err = g.refs(&t.subject)
	case "expandedlicensing_subjectAddition":
		err = g.refs(&t.addition)
	default:
		err = g.s.skip()
	}
	return err
}

func licenceOf(t *thing) licence {
	switch t.class {
	case "simplelicensing_LicenseExpression":
		return licence{text: said(t.expression)}
	case "expandedlicensing_ConjunctiveLicenseSet":
		return licence{join: " AND ", members: t.members}
	case "expandedlicensing_DisjunctiveLicenseSet":
		return licence{join: " OR ", members: t.members}
	case "expandedlicensing_WithAdditionOperator":
		return licence{join: " WITH ", members: append(t.subject, t.addition...)}
	case "expandedlicensing_OrLaterOperator":
		return licence{join: "+", members: t.subject}
	}
	return licence{text: t.name}
}

// expression words a licence as SPDX license expressions do; visits is what may
// still be looked at for it.
func (g *graph) expression(h handle, depth int, visits *int) string {
	if *visits--; *visits < 0 {
		return ""
	}
	l, ok := g.licences[h]
	if !ok || (l.text == "" && l.join == "") {
		if ok && len(g.b.name(h)) > 0 && strings.HasPrefix(g.b.name(h), "_:") {
			return ""
		}
		return listed(g.b.name(h), ok)
	}
	if l.join == "" {
		return l.text
	}
	if depth >= licenceDepth {
		return ""
	}
	var parts []string
	n := 0
	for _, m := range l.members {
		p := g.expression(m, depth+1, visits)
		if p == "" || n+len(p) > licenceLength {
			continue
		}
		if depth < licenceDepth && g.licences[m].join == " OR " && l.join == " AND " {
			p = "(" + p + ")"
		}
		n += len(p)
		parts = append(parts, p)
	}
	if l.join == "+" {
		return strings.Join(parts, " ") + "+"
	}
	return strings.Join(parts, l.join)
}

// listed is the short name in an IRI of the SPDX licence list; the individuals
// that stand for NONE and NOASSERTION have none.
func listed(iri string, defined bool) string {
	last := iri[strings.LastIndexAny(iri, "/#")+1:]
	switch {
	case strings.HasPrefix(last, "NoAssertion"), strings.HasPrefix(last, "None"), strings.HasPrefix(iri, "_:"):
		return ""
	case strings.Contains(iri, "spdx.org/licenses/"), strings.HasPrefix(last, "LicenseRef-"):
		return last
	case defined: // an expression that says nothing
		return ""
	}
	return iri
}

func (g *graph) applyLicences() {
	worded := map[handle]string{}
	for _, concluded := range []bool{true, false} {
		for _, l := range g.licensed {
			i := g.b.index(l.element)
			if l.concluded != concluded || i < 0 {
				continue
			}
			text, ok := worded[l.licence]
			if !ok {
				visits := licenceVisits
				text = g.expression(l.licence, 0, &visits)
				worded[l.licence] = text
			}
			c := &g.b.doc.Components[i]
			c.Licences = appendNew(c.Licences, text)
		}
	}
}
