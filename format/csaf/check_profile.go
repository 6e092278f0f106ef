package csaf

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Categories of profiles (§4).
const (
	informational = "csaf_informational_advisory"
	incident      = "csaf_security_incident_response"
	security      = "csaf_security_advisory"
	deprecatedSA  = "csaf_deprecated_security_advisory"
	vexProfile    = "csaf_vex"
	withdrawn     = "csaf_withdrawn"
	superseded    = "csaf_superseded"
)

// Tests of what the profiles require.
var profileTests = []test{
	{"6.1.27.1", both, "Document notes", in(documentNotes, informational, incident)},
	{"6.1.27.2", both, "Document references", in(documentReferences, informational, incident)},
	{"6.1.27.3", both, "Vulnerabilities", in(noVulnerabilities, informational, withdrawn, superseded)},
	{"6.1.27.4", both, "Product tree", in(needsProductTree, security, vexProfile, deprecatedSA)},
	{"6.1.27.5", both, "Vulnerability notes", in(vulnerabilityNotes, security, vexProfile, deprecatedSA)},
	{"6.1.27.6", both, "Product status", in(needsStatus, security, deprecatedSA)},
	{"6.1.27.7", both, "VEX product status", in(vexStatus, vexProfile)},
	{"6.1.27.8", both, "Vulnerability id", in(vulnerabilityID, vexProfile)},
	{"6.1.27.9", both, "Impact statement", in(impactStatement, vexProfile)},
	{"6.1.27.10", both, "Action statement", in(actionStatement, vexProfile)},
	{"6.1.27.11", both, "Vulnerabilities", in(needsVulnerabilities, security, vexProfile, deprecatedSA)},
	{"6.1.27.12", in21, "Affected products", in(affectedProducts, security)},
	{"6.1.27.13", in21, "Corresponding affected products", in(correspondingAffected, security)},
	{"6.1.27.14", in21, "Document notes", in(needsDescription, withdrawn, superseded)},
	{"6.1.27.15", in21, "Product tree", in(noProductTree, withdrawn, superseded)},
	{"6.1.27.16", in21, "Revision history", in(twoRevisions, withdrawn, superseded)},
	{"6.1.27.17", in21, "Reasoning for withdrawal", in(englishNote("Reasoning for Withdrawal", "description"), withdrawn)},
	{"6.1.27.18", in21, "Reasoning for supersession", in(englishNote("Reasoning for Supersession", "description"), superseded)},
	{"6.1.27.19", in21, "Reference to superseding document", in(supersedingReference, superseded)},
	{"6.2.39.1", in21, "Missing fixed product", in(missingFixed, security)},
	{"6.2.39.2", in21, "Language specific reasoning for withdrawal", in(translatedNote("reasoning_for_withdrawal", "description"), withdrawn)},
	{"6.2.39.3", in21, "Language specific reasoning for supersession", in(translatedNote("reasoning_for_supersession", "description"), superseded)},
	{"6.2.39.4", in21, "Language specific superseding document", in(translatedReference, superseded)},
	{"6.2.39.5", in21, "Extension in superseded or withdrawn document", in(noExtension, withdrawn, superseded)},
}

// in makes a test for documents of some categories only.
func in(run func(*subject), categories ...string) func(*subject) {
	return func(s *subject) {
		if slices.Contains(categories, s.category) {
			run(s)
		}
	}
}

func documentNotes(s *subject) {
	for _, n := range s.document.Get("notes").Items() {
		if slices.Contains([]string{"description", "details", "general", "summary"}, n.At("category")) {
			return
		}
	}
	s.missing(s.document, "notes", "none of the notes is a description, details, general or a summary")
}

func documentReferences(s *subject) {
	for _, n := range s.document.Get("references").Items() {
		if !n.Has("category") || n.At("category") == "external" {
			return
		}
	}
	s.missing(s.document, "references", "none of the references is external")
}

func noVulnerabilities(s *subject) {
	if n := s.root.Get("vulnerabilities"); n != nil {
		s.fail(n, "a document of this category has no vulnerabilities")
	}
}

func needsProductTree(s *subject) {
	if !s.root.Has("product_tree") {
		s.missing(s.root, "product_tree", "the product tree is missing")
	}
}

func vulnerabilityNotes(s *subject) {
	for _, v := range s.vulns {
		if !v.Has("notes") {
			s.missing(v, "notes", "the vulnerability has no notes")
		}
	}
}

func needsStatus(s *subject) {
	for _, v := range s.vulns {
		if !v.Has("product_status") {
			s.missing(v, "product_status", "the vulnerability has no product status")
		}
	}
}

func vexStatus(s *subject) {
	for _, v := range s.vulns {
		p := v.Get("product_status")
		if !p.Has("fixed") && !p.Has("known_affected") && !p.Has("known_not_affected") && !p.Has("under_investigation") {
			s.missing(v, "product_status", "the status of no product is stated")
		}
	}
}

// vulnerabilityID: since 2.1 ids may be those of some products only; then each
// product needs one.
func vulnerabilityID(s *subject) {
	for _, v := range s.vulns {
		ids := v.Get("ids").Items()
		if v.Has("cve") {
			continue
		}
		if len(ids) == 0 {
			s.fail(v, "the vulnerability has neither cve nor ids")
			continue
		}
		covered := map[string]bool{}
		general := false
		for _, n := range ids {
			if !n.Has("product_ids") && !n.Has("group_ids") {
				general = true
				break
			}
			for _, id := range s.targets(n) {
				covered[id] = true
			}
		}
		if general || s.version == "2.0" {
			continue
		}
		for _, list := range v.Get("product_status").Members() {
			for _, n := range list.Items() {
				if !covered[n.Str()] {
					s.fail(n, "none of the ids is one of the product %q", n.Str())
				}
			}
		}
	}
}

// stated tests that each product of a status has a statement in one of some lists.
func (s *subject) stated(status, what string, lists map[string]func(*tree.Node) bool) {
	for _, v := range s.vulns {
		covered := map[string]bool{}
		for list, counts := range lists {
			for _, n := range v.Get(list).Items() {
				if counts(n) {
					for _, id := range s.targets(n) {
						covered[id] = true
					}
				}
			}
		}
		for _, n := range v.Get("product_status", status).Items() {
			if !covered[n.Str()] {
				s.fail(n, "there is no %s for the product %q", what, n.Str())
			}
		}
	}
}

func anyItem(*tree.Node) bool { return true }

func impactStatement(s *subject) {
	s.stated("known_not_affected", "impact statement", map[string]func(*tree.Node) bool{
		"flags": anyItem, "threats": func(n *tree.Node) bool { return n.At("category") == "impact" }})
}

func actionStatement(s *subject) {
	s.stated("known_affected", "action statement", map[string]func(*tree.Node) bool{"remediations": anyItem})
}

func needsVulnerabilities(s *subject) {
	if !s.root.Has("vulnerabilities") {
		s.missing(s.root, "vulnerabilities", "the list of vulnerabilities is missing")
	}
}

func affectedProducts(s *subject) {
	for _, v := range s.vulns {
		if v.Get("product_status", "known_affected") == nil {
			s.missing(v, "product_status/known_affected", "no product is listed as known affected")
		}
	}
}

func correspondingAffected(s *subject) {
	for _, v := range s.vulns {
		affected := s.stemsOf(inStatus(v, "known_affected", "first_affected", "last_affected"))
		for _, n := range inStatus(v, "fixed", "first_fixed") {
			if s.byID[n.Str()] != nil && !s.share(affected, n.Str()) {
				s.fail(n, "no version of the product %q is listed as affected", n.Str())
			}
		}
	}
}

// missingFixed is left out where a fix is said not to exist.
func missingFixed(s *subject) {
	for _, v := range s.vulns {
		fixed := s.stemsOf(inStatus(v, "fixed", "first_fixed"))
		none := map[string]bool{}
		for _, r := range v.Get("remediations").Items() {
			if slices.Contains([]string{"fix_planned", "no_fix_planned", "none_available"}, r.At("category")) {
				for _, id := range s.targets(r) {
					none[id] = true
				}
			}
		}
		for _, n := range inStatus(v, "known_affected", "first_affected", "last_affected") {
			if s.byID[n.Str()] != nil && !none[n.Str()] && !s.share(fixed, n.Str()) {
				s.fail(n, "no version of the product %q is listed as fixed", n.Str())
			}
		}
	}
}

func needsDescription(s *subject) {
	for _, n := range s.document.Get("notes").Items() {
		if n.At("category") == "description" {
			return
		}
	}
	s.missing(s.document, "notes", "none of the notes is a description")
}

func noProductTree(s *subject) {
	if n := s.root.Get("product_tree"); n != nil {
		s.fail(n, "a document of this category has no product tree")
	}
}

func twoRevisions(s *subject) {
	if n := s.tracking.Get("revision_history"); len(n.Items()) < 2 {
		s.missing(s.tracking, "revision_history", "the revision history has fewer than two entries")
	}
}

// titledNote asks for exactly one note of a title, of the right category.
func (s *subject) titledNote(title, category string) {
	var found []*tree.Node
	for _, n := range s.document.Get("notes").Items() {
		if n.At("title") == title {
			found = append(found, n)
		}
	}
	switch {
	case len(found) == 0:
		s.missing(s.document, "notes", "a note with the title %q is missing", title)
	case len(found) > 1:
		s.fail(found[1], "there is more than one note with the title %q", title)
	case found[0].At("category") != category:
		s.fail(found[0].Get("category"), "the note %q must have the category %s", title, category)
	}
}

func englishNote(title, category string) func(*subject) {
	return func(s *subject) {
		if s.english() {
			s.titledNote(title, category)
		}
	}
}

// references of which the summary begins with words: at least one must be external.
func (s *subject) beginning(words string) {
	var wrong *tree.Node
	for _, n := range s.document.Get("references").Items() {
		if strings.HasPrefix(n.At("summary"), words) {
			if n.At("category") == "external" {
				return
			}
			wrong = n
		}
	}
	if wrong != nil {
		s.fail(wrong, "the reference %q must say that it is external", words)
		return
	}
	s.missing(s.document, "references", "a reference whose summary begins with %q is missing", words)
}

func supersedingReference(s *subject) {
	if s.english() {
		s.beginning("Superseding Document")
	}
}

// translations are those that the technical committee has recorded.
var translations = map[string]map[string]string{
	"de": {
		"license":                    "Lizenz",
		"product_description":        "Produktbeschreibung",
		"reasoning_for_supersession": "Begründung für die Ersetzung",
		"reasoning_for_withdrawal":   "Begründung für die Zurückziehung",
		"superseding_document":       "Ersetzendes Dokument",
	},
}

// translated is a term in the document's language, if that is not English; where
// none is recorded that is said.
func (s *subject) translated(term string) (string, bool) {
	if s.english() {
		return "", false
	}
	lang, _, _ := strings.Cut(strings.ToLower(s.document.At("lang")), "-")
	text := translations[lang][term]
	if text == "" {
		s.unjudged(s.document.Get("lang"), "no translation of %s into %q is known", term, s.document.At("lang"))
	}
	return text, text != ""
}

func translatedNote(term, category string) func(*subject) {
	return func(s *subject) {
		if title, ok := s.translated(term); ok {
			s.titledNote(title, category)
		}
	}
}

func translatedReference(s *subject) {
	if words, ok := s.translated("superseding_document"); ok {
		s.beginning(words)
	}
}

func noExtension(s *subject) {
	for _, x := range s.extensions() {
		s.fail(x.list, "a document of this category has no extensions")
	}
}
