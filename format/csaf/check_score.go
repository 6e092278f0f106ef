package csaf

import (
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of ratings.
var scoreTests = []test{
	{"6.1.7", both, "Multiple scores with same version per product", repeatedScore},
	{"6.1.8", both, "Invalid CVSS", invalidCVSS},
	{"6.1.9", both, "Invalid CVSS computation", wrongScore},
	{"6.1.10", both, "Inconsistent CVSS", wrongProperty},
	{"6.1.56", in21, "Use of CVSS and qualitative severity rating", ratedTwice},
	{"6.2.3", both, "Missing score or metric", missingScore},
	{"6.2.19", both, "CVSS for fixed products", fixedScore},
	{"6.2.47", in21, "Use of qualitative severity rating by issuing party", ownRating},
	{"6.3.1", both, "Use of CVSS v2 as the only scoring system", onlyCVSS2},
	{"6.3.2", both, "Use of CVSS v3.0", usesCVSS30},
	{"6.3.12", in21, "Missing CVSS v4.0", missingCVSS4},
	{"6.3.18", in21, "Use of qualitative severity rating", usesRating},
}

// metric is an item of scores (2.0) or metrics (2.1).
type metric struct {
	node, content *tree.Node
	products      []string
	source        string
}

var cvssKeys = []string{"cvss_v2", "cvss_v3", "cvss_v4"}

func (s *subject) metrics(v *tree.Node) (out []metric) {
	for _, n := range v.Get("scores").Items() {
		out = append(out, metric{n, n, texts(n.Get("products")), ""})
	}
	for _, n := range v.Get("metrics").Items() {
		out = append(out, metric{n, n.Get("content"), texts(n.Get("products")), n.At("source")})
	}
	return out
}

// eachCVSS calls fn with every CVSS object.
func (s *subject) eachCVSS(fn func(key string, c *tree.Node)) {
	for _, v := range s.vulns {
		for _, m := range s.metrics(v) {
			for _, key := range cvssKeys {
				if c := m.content.Get(key); c != nil {
					fn(key, c)
				}
			}
		}
	}
}

func repeatedScore(s *subject) {
	for _, v := range s.vulns {
		seen := map[[3]string]bool{}
		for _, m := range s.metrics(v) {
			for _, k := range m.content.Members() {
				if !strings.HasPrefix(k.Key, "cvss_v") {
					continue
				}
				for i, id := range m.products {
					key := [3]string{id, k.At("version"), m.source}
					if seen[key] {
						s.fail(m.node.Get("products").Items()[i], "the product %q has more than one score of CVSS %s", id, key[1])
					}
					seen[key] = true
				}
			}
		}
	}
}

func invalidCVSS(s *subject) {
	s.eachCVSS(func(key string, c *tree.Node) {
		version := c.At("version")
		sc := s.schemas.cvss[key+" "+version]
		if sc == nil {
			s.fail(c, "the version %q is none of %s", version, key)
			return
		}
		for _, p := range sc.Problems(c) {
			s.fail(p.Node, "%s", p.Message)
		}
	})
}

func wrongScore(s *subject) {
	s.eachCVSS(func(key string, c *tree.Node) {
		r := rateVector(c.At("version"), c.At("vectorString"))
		if r == nil {
			// What the schema refuses is the matter of 6.1.8; it lets pass vectors that lack
			// metrics or have one twice.
			if sc := s.schemas.cvss[key+" "+c.At("version")]; sc != nil && sc.Valid(c) {
				s.fail(c.Get("vectorString"), "no score can be computed: the vector lacks a metric or has one twice")
			}
			return
		}
		for _, want := range []struct {
			name  string
			score float64
		}{{"base", r.base}, {"temporal", r.temporal}, {"environmental", r.environmental}} {
			if c.At("version") == "4.0" && want.name != "base" {
				continue // the schema has no such members any more
			}
			n := c.Get(want.name + "Score")
			if f, ok := n.Float(); ok && f != want.score {
				s.fail(n, "the vector comes to %.1f", want.score)
			}
			if n := c.Get(want.name + "Severity"); n.Is(tree.String) && c.At("version") != "2.0" && n.Text != severityWord(want.score) {
				s.fail(n, "the vector comes to %s", severityWord(want.score))
			}
		}
	})
}

func wrongProperty(s *subject) {
	s.eachCVSS(func(_ string, c *tree.Node) {
		values := vectorValues(c.At("version"), c.At("vectorString"))
		if values == nil {
			return
		}
		for _, m := range cvssMetrics[c.At("version")] {
			n := c.Get(m.property)
			if !n.Is(tree.String) {
				continue
			}
			// What the vector does not name it does not contradict.
			if want := m.words[values[m.short]]; want != "" && want != n.Text {
				s.fail(n, "the vector says %s", want)
			}
		}
	})
}

// ratedTwice: CVSS and a word for the same product by the same source.
func ratedTwice(s *subject) {
	for _, v := range s.vulns {
		scored := map[[2]string]bool{}
		for _, m := range s.metrics(v) {
			for _, key := range cvssKeys {
				if m.content.Has(key) {
					for _, id := range m.products {
						scored[[2]string{id, m.source}] = true
					}
				}
			}
		}
		for _, m := range s.metrics(v) {
			if !m.content.Has("qualitative_severity_rating") {
				continue
			}
			for _, id := range m.products {
				if scored[[2]string{id, m.source}] {
					s.fail(m.content.Get("qualitative_severity_rating"), "the product %q has a CVSS score and a rating in words", id)
				}
			}
		}
	}
}

func missingScore(s *subject) {
	for _, v := range s.vulns {
		covered := map[string]bool{}
		for _, m := range s.metrics(v) {
			for _, id := range m.products {
				covered[id] = true
			}
		}
		for _, n := range inStatus(v, "first_affected", "known_affected", "last_affected") {
			if !covered[n.Str()] {
				s.fail(n, "the product %q is rated nowhere", n.Str())
			}
		}
	}
}

// fixedScore: whoever rates a fixed product rates it 0, in its environment.
func fixedScore(s *subject) {
	for _, v := range s.vulns {
		fixed := map[string]bool{}
		for _, n := range inStatus(v, "first_fixed", "fixed") {
			fixed[n.Str()] = true
		}
		for _, m := range s.metrics(v) {
			for i, id := range m.products {
				if !fixed[id] {
					continue
				}
				for _, key := range cvssKeys {
					if c := m.content.Get(key); c != nil && !ratedZero(c) {
						s.fail(m.node.Get("products").Items()[i], "the product %q is fixed, but its score is not 0", id)
						break
					}
				}
			}
		}
	}
}

// ratedZero takes the environmental score as stated, else as the vector and the
// properties give it.
func ratedZero(c *tree.Node) bool {
	if f, ok := c.Get("environmentalScore").Float(); ok {
		return f == 0
	}
	version := c.At("version")
	if version == "4.0" {
		if f, ok := c.Get("baseScore").Float(); ok && f == 0 {
			return true
		}
	}
	if r := rateVector(version, c.At("vectorString")); r != nil && r.environmental == 0 {
		return true
	}
	zero := map[string]string{"targetDistribution": "NONE"}
	switch c.At("version") {
	case "3.0", "3.1":
		zero = map[string]string{"modifiedAvailabilityImpact": "NONE", "modifiedConfidentialityImpact": "NONE", "modifiedIntegrityImpact": "NONE"}
	case "4.0":
		zero = map[string]string{"modifiedVulnAvailabilityImpact": "NONE", "modifiedVulnConfidentialityImpact": "NONE", "modifiedVulnIntegrityImpact": "NONE",
			"modifiedSubAvailabilityImpact": "NEGLIGIBLE", "modifiedSubConfidentialityImpact": "NEGLIGIBLE", "modifiedSubIntegrityImpact": "NEGLIGIBLE"}
	}
	for property, word := range zero {
		if c.At(property) != word {
			return false
		}
	}
	return true
}

func ownRating(s *subject) {
	canonical := s.canonicalURL()
	for _, v := range s.vulns {
		for _, m := range s.metrics(v) {
			if n := m.content.Get("qualitative_severity_rating"); n != nil && (m.source == "" || m.source == canonical) {
				s.fail(n, "the issuing party rates in a word; CVSS says why")
			}
		}
	}
}

// onlyCVSS2: a product that has a rating other than CVSS 2 elsewhere passes.
func onlyCVSS2(s *subject) {
	for _, v := range s.vulns {
		other := map[string]bool{}
		for _, m := range s.metrics(v) {
			for _, k := range m.content.Members() {
				if k.Key != "cvss_v2" && (strings.HasPrefix(k.Key, "cvss_v") || k.Key == "ssvc_v2" || k.Key == "qualitative_severity_rating" || k.Key == "epss") {
					for _, id := range m.products {
						other[id] = true
					}
				}
			}
		}
		for _, m := range s.metrics(v) {
			if !m.content.Has("cvss_v2") {
				continue
			}
			for _, id := range m.products {
				if !other[id] {
					s.fail(m.content.Get("cvss_v2"), "CVSS 2 is the only rating of the product %q", id)
					break
				}
			}
		}
	}
}

func usesCVSS30(s *subject) {
	s.eachCVSS(func(key string, c *tree.Node) {
		if key == "cvss_v3" && c.At("version") == "3.0" {
			s.fail(c.Get("version"), "CVSS 3.1 replaced 3.0")
		}
	})
}

func missingCVSS4(s *subject) {
	for _, v := range s.vulns {
		covered := map[string]bool{}
		for _, m := range s.metrics(v) {
			if m.content.Has("cvss_v4") {
				for _, id := range m.products {
					covered[id] = true
				}
			}
		}
		for _, m := range s.metrics(v) {
			if (m.content.Has("cvss_v2") || m.content.Has("cvss_v3")) && !m.content.Has("cvss_v4") {
				for _, id := range m.products {
					if !covered[id] {
						s.fail(m.content, "the product %q has no CVSS 4.0 score", id)
						break
					}
				}
			}
		}
		for _, n := range inStatus(v, "first_affected", "known_affected", "last_affected") {
			if !covered[n.Str()] {
				s.fail(n, "the product %q has no CVSS 4.0 score", n.Str())
			}
		}
	}
}

func usesRating(s *subject) {
	for i, v := range s.vulns {
		for _, m := range s.metrics(v) {
			if n := m.content.Get("qualitative_severity_rating"); n != nil {
				s.fail(n, "vulnerability %s is rated in a word; CVSS says why", strconv.Itoa(i+1))
			}
		}
	}
}
