package csaf

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"github.com/package-url/packageurl-go"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of languages, package URLs and names in the document's head.
var namingTests = []test{
	{"6.1.12", both, "Language", unknownLanguage},
	{"6.1.13", both, "PURL", invalidPURL},
	{"6.1.15", both, "Translator", translatorSource},
	{"6.1.26", both, "Prohibited document category name", prohibitedCategory},
	{"6.1.28", both, "Translation", sameLanguage},
	{"6.1.42", in21, "PURL qualifiers", differingPURLs},
	{"6.2.10", in20, "Missing TLP label", missingTLP},
	{"6.2.11", both, "Missing canonical URL", missingCanonical},
	{"6.2.12", both, "Missing document language", missingLanguage},
	{"6.2.13", both, "Sorting", unsortedKeys},
	{"6.2.14", both, "Use of private language", privateLanguage},
	{"6.2.15", both, "Use of default language", defaultLanguage},
	{"6.2.20", both, "Additional properties", additionalProperties},
	{"6.2.22", in21, "Document tracking id in title", idInTitle},
	{"6.2.38", in21, "Usage of deprecated profile", deprecatedProfile},
	{"6.3.6", both, "Use of non-self referencing URLs failing to resolve", nil},
	{"6.3.7", both, "Use of self referencing URLs failing to resolve", nil},
	{"6.3.8", both, "Spell check", nil},
	{"6.3.16", in21, "Grammar check", nil},
}

func (s *subject) languages() (out []*tree.Node) {
	for _, key := range []string{"lang", "source_lang"} {
		if n := s.document.Get(key); n.Is(tree.String) && n.Text != "" {
			out = append(out, n)
		}
	}
	return out
}

func unknownLanguage(s *subject) {
	for _, n := range s.languages() {
		if _, err := language.Parse(n.Text); err != nil {
			s.fail(n, "%q is no language of BCP 47", n.Text)
		}
	}
}

// purlNodes are the package URLs of a product.
func (d *definition) purlNodes() []*tree.Node {
	out := d.helper.Get("purls").Items()
	if n := d.helper.Get("purl"); n != nil {
		out = append([]*tree.Node{n}, out...)
	}
	return out
}

// purlProblem says what is wrong with a package URL beyond the library: rules of
// the types (purl-spec, PURL-TYPES) on whether there is a namespace.
func purlProblem(text string) string {
	if strings.HasPrefix(text, "pkg://") || strings.HasPrefix(text, "pkg:/") {
		return "slashes after pkg: are not canonical"
	}
	u, err := packageurl.FromString(text)
	if err != nil {
		return err.Error()
	}
	switch {
	case u.Name == "":
		return "it has no name"
	case u.Namespace != "" && noNamespace[u.Type]:
		return "the type " + u.Type + " has no namespace"
	case u.Namespace == "" && needsNamespace[u.Type]:
		return "the type " + u.Type + " needs a namespace"
	}
	return ""
}

// Types whose definition prohibits or requires a namespace.
var (
	noNamespace    = map[string]bool{"oci": true, "bazel": true, "bitnami": true, "cargo": true, "cocoapods": true, "conda": true, "cran": true, "gem": true, "hackage": true, "julia": true, "mlflow": true, "nuget": true, "opam": true, "otp": true, "pub": true, "pypi": true}
	needsNamespace = map[string]bool{"github": true, "bitbucket": true, "composer": true, "maven": true, "apk": true, "deb": false, "alpm": true, "huggingface": false, "swift": true, "vscode-extension": true}
)

func invalidPURL(s *subject) {
	for _, d := range s.products {
		for _, n := range d.purlNodes() {
			if !n.Is(tree.String) {
				continue
			}
			if why := purlProblem(n.Text); why != "" {
				s.fail(n, "%q is no valid package URL: %s", n.Text, why[:min(len(why), maxQuoted)])
			}
		}
	}
}

// differingPURLs: several package URLs of one product differ in qualifiers only.
func differingPURLs(s *subject) {
	for _, d := range s.products {
		purls := d.helper.Get("purls").Items()
		if len(purls) < 2 {
			continue
		}
		var first string
		for i, n := range purls {
			u, err := packageurl.FromString(n.Str())
			if err != nil {
				continue // 6.1.13
			}
			u.Qualifiers = nil
			if i == 0 {
				first = u.ToString()
			} else if u.ToString() != first {
				s.fail(n, "%q differs from the first package URL in more than qualifiers", n.Text)
			}
		}
	}
}

func translatorSource(s *subject) {
	if s.document.At("publisher", "category") != "translator" {
		return
	}
	if n := s.document.Get("source_lang"); n == nil {
		s.missing(s.document, "source_lang", "a translator names the source language; source_lang is missing")
	} else if n.Str() == "" {
		s.fail(n, "a translator names the source language; source_lang is empty")
	}
}

// profiles other than "CSAF Base", by version: their values, in which the prefix
// csaf_ is left out, are their names too.
func (s *subject) profiles() []string {
	out := []string{"csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex"}
	if s.version != "2.0" {
		out = append(out, "csaf_deprecated_security_advisory", "csaf_withdrawn", "csaf_superseded")
	}
	return out
}

// prohibitedCategory: a category of the generic profile must not look like that of
// another.
func prohibitedCategory(s *subject) {
	n := s.document.Get("category")
	if !n.Is(tree.String) || n.Text == "csaf_base" {
		return
	}
	bare := bareName(n.Text)
	for _, p := range s.profiles() {
		if n.Text == p {
			return
		}
	}
	for _, p := range s.profiles() {
		if full := bareName(p); bare == full || bare == strings.TrimPrefix(full, "csaf") {
			s.fail(n, "%q reads like the name of the profile %s", n.Text, p)
			return
		}
	}
	if strings.HasPrefix(strings.ToLower(n.Text), "csaf_") {
		s.fail(n, "%q begins with csaf_, which is reserved", n.Text)
	}
}

// bareName drops dashes, white space and underscores of all kinds.
func bareName(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Pc) || r == '\u2212' || r == '\u0332' || r == '\u00ad' {
			return -1
		}
		return r
	}, text))
}

func sameLanguage(s *subject) {
	a, b := s.document.At("lang"), s.document.Get("source_lang")
	if a != "" && strings.EqualFold(a, b.Str()) {
		s.fail(b, "the document and its source have the same language")
	}
}

func missingTLP(s *subject) {
	if s.tlp() == "" {
		s.missing(s.document, "distribution/tlp/label", "the TLP label is missing")
	}
}

// Filename returns the name of the file that a document with this tracking id is
// to have (§5.1).
func Filename(trackingID string) string {
	var b strings.Builder
	gap := false
	for _, c := range []byte(strings.ToLower(trackingID)) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' {
			b.WriteByte(c)
			gap = false
		} else if !gap {
			b.WriteByte('_') // one for each run of others
			gap = true
		}
	}
	return b.String() + ".json"
}

func (s *subject) canonicalURL() string {
	for _, r := range s.document.Get("references").Items() {
		if u := r.At("url"); r.At("category") == "self" && strings.HasPrefix(u, "https://") && strings.HasSuffix(u, "/"+Filename(s.tracking.At("id"))) {
			return u
		}
	}
	return ""
}

func missingCanonical(s *subject) {
	if s.canonicalURL() == "" {
		s.missing(s.document, "references", "no reference of category self is an https URL that ends with %s", Filename(s.tracking.At("id")))
	}
}

func missingLanguage(s *subject) {
	if n := s.document.Get("lang"); n == nil {
		s.missing(s.document, "lang", "the document language is missing")
	} else if n.Str() == "" {
		s.fail(n, "the document language is empty")
	}
}

func unsortedKeys(s *subject) {
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		for i, k := range n.Kids {
			if n.Kind == tree.Object && i > 0 && n.Kids[i-1].Key > k.Key {
				s.fail(k, "the key %q comes after %q", k.Key, n.Kids[i-1].Key)
			}
			if len(s.failures) >= maxFailures {
				return
			}
			walk(k)
		}
	}
	walk(s.root)
}

// privateLanguage: subtags that BCP 47 leaves to private use: x-…, qaa to qtz, and
// the regions AA, QM to QZ, XA to XZ, ZZ, and scripts Qaaa to Qabx.
func privateLanguage(s *subject) {
	for _, n := range s.languages() {
		for i, sub := range strings.Split(strings.ToLower(n.Text), "-") {
			private := sub == "x"
			switch {
			case i == 0 && len(sub) == 3:
				private = sub >= "qaa" && sub <= "qtz"
			case i > 0 && len(sub) == 2:
				private = sub == "aa" || sub >= "qm" && sub <= "qz" || sub >= "xa" && sub <= "xz" || sub == "zz"
			case i > 0 && len(sub) == 4:
				private = sub >= "qaaa" && sub <= "qabx"
			}
			if private {
				s.fail(n, "%q has the subtag %q, which is for private use", n.Text, sub)
				break
			}
			if len(sub) == 1 {
				break // an extension: what follows is its own
			}
		}
	}
}

func defaultLanguage(s *subject) {
	for _, n := range s.languages() {
		if strings.EqualFold(n.Text, "i-default") {
			s.fail(n, "i-default is no particular language")
		}
	}
}

func additionalProperties(s *subject) {
	for _, n := range s.schemas.document[s.version].Unknown(s.root) {
		s.fail(n, "the schema does not know the key %q", n.Key)
	}
}

func idInTitle(s *subject) {
	if id := s.tracking.At("id"); id != "" && strings.Contains(s.document.At("title"), id) {
		s.fail(s.document.Get("title"), "the title repeats the tracking id")
	}
}

func deprecatedProfile(s *subject) {
	if strings.HasPrefix(s.category, "csaf_deprecated_") {
		s.fail(s.document.Get("category"), "the profile is deprecated")
	}
}
