package productrange

import (
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

var counts = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

var (
	// serialText is a bound on the first digits of a serial number, as Mitsubishi
	// Electric and others give it; the operator stands before or after.
	serialText = pattern.Of(`(?i)^(?:with\s+)?(<=?|>=?)?\s*(?:with\s+)?(?:the\s+)?first\s+([0-9]+|[a-z]+)\s+(?:digits|characters)\s+of\s+(?:the\s+)?serial\s+(?:numbers?|no\.?)\s*(?:is|are|be)?\s*(<=?|>=?|or lower than)?\s*([0-9A-Z]+)(?:\s+([0-9A-Z]+))?(?:\s+(?:or|and)\s+(prior|earlier|lower|below|later|higher|above))?$`)
	// serialStars is a prefix with the rest in stars: "<= Serial Numbers 2310****".
	serialStars = pattern.Of(`(?i)^(<=?|>=?)?\s*serial\s+(?:numbers?|no\.?)\s*(<=?|>=?)?\s*([0-9A-Z]+)\*+$`)
)

// serial reads a bound on serial numbers. The number of digits named must be the
// number of digits given; otherwise it is not clear what is compared.
func (p *parser) serial() bool {
	if m := serialStars().FindStringSubmatch(p.text); m != nil {
		return p.addSerial(m[1]+m[2], m[3])
	}
	m := serialText().FindStringSubmatch(p.text)
	if m == nil {
		return false
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		n = counts[strings.ToLower(m[2])]
	}
	if n != len(m[4]) || m[5] != "" && m[5] != m[4] {
		p.fail("a serial number of another length than said")
		return false
	}
	bound := m[1] + m[3]
	switch strings.ToLower(m[6]) {
	case "":
	case "later", "higher", "above":
		bound += ">="
	default:
		bound += "<="
	}
	return p.addSerial(bound, m[4])
}

func (p *parser) addSerial(bound, prefix string) bool {
	switch bound {
	case "":
		bound = "=" // the serial number starts with it
	case "<", "<=", ">", ">=":
	default:
		p.fail("a bound on serial numbers that cannot be read")
		return false
	}
	p.serials = append(p.serials, item{op: bound, v: release{text: prefix}})
	p.i = len(p.toks) - 1
	return true
}
