package network

import (
	"bytes"
	"strings"

	"github.com/wardround/wardround/format/loinc"
	"github.com/wardround/wardround/format/ucum"
	"github.com/wardround/wardround/sense"
)

// resultNames turns codes and units as they are sent into what may leave. Published
// codes leave as they are; of a site's own only a keyed digest does, because nobody
// knows what stands in them. It remembers what it met: they are always the same.
type resultNames struct {
	codes map[string]string
	units map[string]unitTold
}

type unitTold struct {
	unit string
	ucum bool
}

// maxNames bounds what is remembered.
const maxNames = 4096

// coding is a code with its system.
type coding struct{ code, system []byte }

func isLOINC(system []byte) bool {
	switch string(system) {
	case "LN", "ln", "LOINC", "http://loinc.org", "urn:oid:2.16.840.1.113883.6.1", "2.16.840.1.113883.6.1":
		return true
	}
	return false
}

func isMDC(system []byte) bool {
	switch string(system) {
	case "MDC", "urn:iso:std:iso:11073:10101", "2.16.840.1.113883.6.24":
		return true
	}
	return false
}

func isUCUM(system []byte) bool {
	switch string(system) {
	case "UCUM", "ucum", "http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8", "2.16.840.1.113883.6.8":
		return true
	}
	return false
}

// mdcTerm returns a code of IEEE 11073-10101: a number whose upper half is a partition.
func mdcTerm(code []byte) string {
	n := 0
	for _, c := range code {
		if !digit(c) || n > 1<<20 {
			return ""
		}
		n = 10*n + int(c-'0')
	}
	if n < 1<<16 || n >= 11<<16 { // partitions 1 to 10; private ones are anybody's
		return ""
	}
	return "mdc:" + string(code)
}

// code returns one of several codes of the same thing: of LOINC, of IEEE 11073, or a
// digest of the first. raw is all of them as sent, read takes it apart.
func (n *resultNames) code(p *sense.Pseudonyms, raw []byte, read func() []coding) string {
	if told, ok := n.codes[string(raw)]; ok {
		return told
	}
	told := codeOf(p, read())
	if n.codes == nil || len(n.codes) >= maxNames {
		n.codes = map[string]string{}
	}
	if len(raw) <= 4*hl7Name {
		n.codes[string(raw)] = told
	}
	return told
}

func codeOf(p *sense.Pseudonyms, list []coding) string {
	for _, c := range list {
		if code := bytes.TrimSpace(c.code); isLOINC(c.system) && loinc.Valid(string(code)) {
			return "loinc:" + string(code)
		}
	}
	for _, c := range list {
		if isMDC(c.system) {
			if told := mdcTerm(c.code); told != "" {
				return told
			}
		}
	}
	for _, c := range list {
		if len(c.code) > 0 {
			return "local:" + digest(p, "result.code", append(append(bytes.Clone(c.code), 0), c.system...))
		}
	}
	return ""
}

// digest is a short keyed digest: enough to tell a few hundred apart.
func digest(p *sense.Pseudonyms, domain string, b []byte) string {
	s := string(p.Of(domain, b))
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		s = s[i+1:]
	}
	return s[:min(len(s), 8)]
}

// unit returns a unit in UCUM's spelling, if one of the codes can be read so.
func (n *resultNames) unit(p *sense.Pseudonyms, raw []byte, read func() []coding) (unit string, says bool) {
	if told, ok := n.units[string(raw)]; ok {
		return told.unit, told.ucum
	}
	told := unitOf(p, read())
	if n.units == nil || len(n.units) >= maxNames {
		n.units = map[string]unitTold{}
	}
	if len(raw) <= 4*hl7Name {
		n.units[string(raw)] = told
	}
	return told.unit, told.ucum
}

func unitOf(p *sense.Pseudonyms, list []coding) unitTold {
	for _, c := range list {
		if u, ok := ucum.Parse(string(c.code)); ok && isUCUM(c.system) {
			return unitTold{u.Code, true}
		}
	}
	for _, c := range list {
		if u, ok := ucum.Parse(string(c.code)); ok && !isMDC(c.system) {
			return unitTold{u.Code, false}
		}
	}
	for _, c := range list {
		if told := mdcTerm(c.code); told != "" && isMDC(c.system) {
			return unitTold{told, false}
		}
	}
	for _, c := range list {
		if len(c.code) > 0 {
			return unitTold{"other:" + digest(p, "result.unit", c.code), false}
		}
	}
	return unitTold{}
}
