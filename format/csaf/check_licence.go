package csaf

import (
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/lists"
	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of the document's licence.
var licenceTests = []test{
	{"6.1.54", in21, "License expression", licenceExpression},
	{"6.1.55", in21, "License text", licenceText},
	{"6.2.43", in21, "Missing license expression", missingLicence},
	{"6.2.44", in21, "Deprecated license identifier", deprecatedLicence},
	{"6.2.45", in21, "Non-existing license identifier", inventedLicence},
	{"6.2.46", in21, "Language specific license text", translatedLicenceText},
	{"6.3.17", in21, "Use of unregistered license", unregisteredLicence},
}

// licenceTerm is one identifier of an expression.
type licenceTerm struct {
	id        string
	exception bool // after WITH
}

// listed reports whether the identifier is in one of the two lists that the
// standard names. Of ScanCode's LicenseDB only the prefix is known here.
func (t licenceTerm) listed() bool {
	if strings.HasPrefix(t.id, "LicenseRef-scancode-") || strings.HasPrefix(t.id, "AdditionRef-scancode-") {
		return true
	}
	known, _ := t.lookup()
	return known
}

func (t licenceTerm) lookup() (known, deprecated bool) {
	if t.exception {
		return lists.Exception(t.id)
	}
	// "GPL-2.0+" is an identifier of its own; elsewhere + means "or later".
	if known, deprecated = lists.Licence(t.id); known {
		return known, deprecated
	}
	return lists.Licence(strings.TrimSuffix(t.id, "+"))
}

func (t licenceTerm) reference() bool {
	return strings.HasPrefix(t.id, "LicenseRef-") || strings.HasPrefix(t.id, "AdditionRef-")
}

// parseLicence reads an SPDX licence expression (SPDX 3.0.1, annex B), without
// DocumentRef, which CSAF forbids. It reports what is wrong, or "".
func parseLicence(text string) (terms []licenceTerm, problem string) {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
	open, operand := 0, true // operand: an identifier is due
	exception := false
	for _, w := range words {
		switch {
		case w == "(":
			if !operand || exception {
				return nil, "a parenthesis where an operator is due"
			}
			open++
		case w == ")":
			if operand || open == 0 {
				return nil, "a parenthesis that closes nothing"
			}
			open--
		case w == "AND" || w == "OR" || w == "and" || w == "or":
			if operand {
				return nil, w + " where an identifier is due"
			}
			operand = true
		case w == "WITH" || w == "with":
			if operand || len(terms) == 0 || terms[len(terms)-1].exception {
				return nil, w + " where an identifier is due"
			}
			operand, exception = true, true
		default:
			if !operand {
				return nil, "no operator before " + w
			}
			if why := licenceID(w, exception); why != "" {
				return nil, why
			}
			terms = append(terms, licenceTerm{w, exception})
			operand, exception = false, false
		}
	}
	switch {
	case len(words) == 0:
		return nil, "it is empty"
	case operand:
		return nil, "it ends where an identifier is due"
	case open > 0:
		return nil, "a parenthesis is not closed"
	}
	return terms, ""
}

func licenceID(w string, exception bool) string {
	lower := strings.ToLower(w)
	for _, prefix := range []string{"LicenseRef-", "AdditionRef-", "DocumentRef-"} {
		if strings.HasPrefix(lower, strings.ToLower(prefix)) && !strings.HasPrefix(w, prefix) {
			return w + ": the prefix is written " + prefix
		}
	}
	if strings.HasPrefix(w, "DocumentRef-") {
		return "DocumentRef must not be used in CSAF"
	}
	if strings.HasPrefix(w, "AdditionRef-") && !exception || strings.HasPrefix(w, "LicenseRef-") && exception {
		return w + " stands in the wrong place"
	}
	id := w
	if !exception && !strings.HasPrefix(w, "LicenseRef-") {
		id = strings.TrimSuffix(w, "+")
	}
	for _, c := range []byte(id) {
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.') {
			return w + " has a character that no identifier has"
		}
	}
	if id == "" || strings.HasSuffix(w, "Ref-") {
		return w + " is no identifier"
	}
	return ""
}

func (s *subject) licence() (n *tree.Node, terms []licenceTerm, problem string) {
	n = s.document.Get("license_expression")
	if !n.Is(tree.String) {
		return nil, nil, ""
	}
	terms, problem = parseLicence(n.Text)
	return n, terms, problem
}

func licenceExpression(s *subject) {
	if n, _, problem := s.licence(); problem != "" {
		s.fail(n, "no SPDX license expression: %s", problem)
	}
}

func (s *subject) unlisted() bool {
	_, terms, _ := s.licence()
	for _, t := range terms {
		if !t.listed() {
			return true
		}
	}
	return false
}

func licenceText(s *subject) {
	if s.unlisted() && s.english() {
		s.titledNote("License", "legal_disclaimer")
	}
}

func translatedLicenceText(s *subject) {
	if !s.unlisted() {
		return
	}
	if title, ok := s.translated("license"); ok {
		s.titledNote(title, "legal_disclaimer")
	}
}

func missingLicence(s *subject) {
	if n := s.document.Get("license_expression"); n == nil {
		s.missing(s.document, "license_expression", "the license expression is missing")
	} else if n.Str() == "" {
		s.fail(n, "the license expression is empty")
	}
}

func deprecatedLicence(s *subject) {
	n, terms, _ := s.licence()
	for _, t := range terms {
		if _, deprecated := t.lookup(); deprecated {
			s.fail(n, "the identifier %s is deprecated", t.id)
		}
	}
}

func inventedLicence(s *subject) {
	n, terms, _ := s.licence()
	for _, t := range terms {
		if known, _ := t.lookup(); !known && !t.reference() {
			s.fail(n, "the SPDX license list has no %s", t.id)
		}
	}
}

func unregisteredLicence(s *subject) {
	n, terms, _ := s.licence()
	for _, t := range terms {
		if !t.listed() {
			s.fail(n, "%s is in neither of the lists of licenses", t.id)
		}
	}
}
