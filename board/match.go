package board

import "strings"

// matcher looks for words that all must occur in what is said of a row. What is
// said of a check or an asset is looked through once for all its findings. It is
// for one goroutine.
type matcher struct {
	terms  []string
	grams  []uint64 // of each term
	all    uint32
	checks map[*info]uint32
	assets []uint32 // by ordinal: what was found, and known
}

// known marks an asset that was looked through.
const known = 1 << 31

// maxTerms is how many words are looked for; what follows is not.
const maxTerms = 30

// match returns a matcher for the words of q, for a board of so many assets.
func match(q string, assets int) *matcher {
	m := &matcher{terms: words(q)}
	m.terms = m.terms[:min(len(m.terms), maxTerms)]
	for i := range m.terms {
		m.all |= 1 << i
		m.grams = append(m.grams, grams(m.terms[i]))
	}
	if m.all != 0 {
		m.checks, m.assets = map[*info]uint32{}, make([]uint32, assets)
	}
	return m
}

// in returns which words occur in text, in lower case, of those not in found.
func (m *matcher) in(text string, found uint32) uint32 {
	for i, t := range m.terms {
		if found&(1<<i) == 0 && strings.Contains(text, t) {
			found |= 1 << i
		}
	}
	return found
}

func (m *matcher) check(c *info) uint32 {
	found, ok := m.checks[c]
	if !ok {
		found = m.in(c.text, 0)
		m.checks[c] = found
	}
	return found
}

func (m *matcher) who(w *who) uint32 {
	if w == nil {
		return 0
	}
	if w.ordinal >= len(m.assets) { // it came meanwhile
		return m.in(w.text, 0)
	}
	if m.assets[w.ordinal]&known == 0 {
		m.assets[w.ordinal] = known | m.in(w.text, 0)
	}
	return m.assets[w.ordinal] &^ known
}

// finding reports whether each word is somewhere in what is said of a finding.
func (m *matcher) finding(r *findingRow) bool {
	if m.all == 0 {
		return true
	}
	found := m.check(r.check) | m.who(r.a) | m.who(r.b)
	for i, t := range m.terms {
		if found&(1<<i) == 0 && (r.grams&m.grams[i] != m.grams[i] || !strings.Contains(r.text, t)) {
			return false
		}
	}
	return true
}

// grams marks which sequences of three bytes occur in a text, 64 marks for all of
// them: a text that lacks a mark of a word does not have the word, and need not be
// fetched from memory to find out.
func grams(text string) uint64 {
	var set uint64
	for i := 0; i+3 <= len(text); i++ {
		h := uint32(text[i])<<16 | uint32(text[i+1])<<8 | uint32(text[i+2])
		set |= 1 << (h * 0x9e3779b1 >> 26)
	}
	return set
}
