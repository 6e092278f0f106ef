package board

import "strings"

// matcher looks for words that all must occur in what is said of a row. What is
// said of a check or an asset is looked through once for all its findings. It is
// for one goroutine.
type matcher struct {
	terms  []string
	all    uint8
	checks map[*info]uint8
	assets []uint16 // by ordinal: what was found, and known
}

// known marks an asset that was looked through.
const known = 1 << 8

// maxTerms is how many words are looked for.
const maxTerms = 8

// match returns a matcher for the words of q, for a board of so many assets.
func match(q string, assets int) *matcher {
	m := &matcher{terms: words(q)}
	m.terms = m.terms[:min(len(m.terms), maxTerms)]
	for i := range m.terms {
		m.all |= 1 << i
	}
	if m.all != 0 {
		m.checks, m.assets = map[*info]uint8{}, make([]uint16, assets)
	}
	return m
}

// in returns which words occur in text, in lower case, of those not in found.
func (m *matcher) in(text string, found uint8) uint8 {
	for i, t := range m.terms {
		if found&(1<<i) == 0 && strings.Contains(text, t) {
			found |= 1 << i
		}
	}
	return found
}

func (m *matcher) check(c *info) uint8 {
	found, ok := m.checks[c]
	if !ok {
		found = m.in(c.text, 0)
		m.checks[c] = found
	}
	return found
}

func (m *matcher) who(w *who) uint8 {
	if w == nil {
		return 0
	}
	if w.ordinal >= len(m.assets) { // it came meanwhile
		return m.in(w.text, 0)
	}
	if m.assets[w.ordinal]&known == 0 {
		m.assets[w.ordinal] = known | uint16(m.in(w.text, 0))
	}
	return uint8(m.assets[w.ordinal])
}

// finding reports whether each word is somewhere in what is said of a finding.
func (m *matcher) finding(r *findingRow) bool {
	if m.all == 0 {
		return true
	}
	found := m.check(r.check) | m.who(r.a) | m.who(r.b)
	return found == m.all || m.in(r.text, found) == m.all
}
