package product

import (
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/productrange"
)

// Assert is the confidence from which a match is asserted. A match below it is a
// proposal: shown to a person, never counted as an answer.
const Assert = 80

// floor is the confidence below which two names have nothing to do with each other.
const floor = 35

// Status is what an advisory says of a device.
type Status uint8

// The statuses, from the one that decides nothing.
const (
	CannotTell Status = iota
	Affected
	NotAffected
)

func (s Status) String() string {
	return [...]string{"cannot tell", "affected", "not affected"}[min(s, 2)]
}

// MarshalText writes the status in words.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Ref names one statement of an advisory: Affected[Index] of a record.
type Ref struct {
	Source   string `json:"source"`
	Document string `json:"document,omitempty"`
	Record   string `json:"record"` // the record's ID, usually a CVE
	Index    int    `json:"index"`
}

// Match says what one statement of an advisory means for a device.
type Match struct {
	Ref     Ref              `json:"ref"`
	Product advisory.Product `json:"product"`
	Status  Status           `json:"status"`
	// Confidence that device and product are the same, and that the versions were
	// read rightly. Below Assert the match is a proposal.
	Confidence wardround.Confidence `json:"confidence"`
	Reason     string               `json:"reason"` // one sentence for the person who decides
	Fields     []string             `json:"fields"` // of the device, that were compared
	// other: the device's version is numbered in another way than the statement's.
	other bool
}

// Asserted reports whether the match is certain enough to be acted on.
func (m Match) Asserted() bool { return m.Confidence >= Assert }

// match says what a statement means for a device that is, or may be, the product.
func (e *Entry) match(d *prepared, id identity, ref Ref, a advisory.Affected) Match {
	m := Match{Ref: ref, Product: e.Product, Confidence: wardround.Confidence(id.confidence), Fields: slices.Clone(id.fields)}
	for _, f := range []struct{ name, value string }{{"software", d.Software}, {"firmware", d.Firmware}, {"serial", d.Serial}, {"made", d.Made}} {
		if f.value != "" {
			m.Fields = append(m.Fields, f.name)
		}
	}
	if id.unlisted {
		m.Status, m.Reason = NotAffected, sentence(id.reason)
		return m
	}
	j := e.judge(a, d, e.Product.Name, e.Product.Full, d.Model, d.Product)
	switch {
	case id.vague:
		m.Status = CannotTell
		m.Reason = sentence(id.reason)
		if j.status == NotAffected && a.Status == advisory.IsAffected {
			// Whichever member it is: this version is outside.
			m.Reason = sentence(id.reason + "; " + j.why)
		}
		return m
	case a.Status == advisory.IsAffected:
		m.Status = j.status
		m.other = j.status == CannotTell && strings.Contains(j.why, productrange.Otherwise)
	case a.Status == advisory.Fixed || a.Status == advisory.NotAffected:
		m.Status = CannotTell // outside what is fixed nothing is said
		if j.status == Affected {
			m.Status = NotAffected
			j.why += ", which the advisory says is not affected"
		}
	default:
		m.Status = CannotTell
		j.why = "the maker is still looking into it"
	}
	m.Reason = sentence(id.reason + "; " + j.why)
	return m
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	return s + "."
}

// Fold puts the matches of one device with one advisory together: the statement
// that decides, and what it says. An asserted "affected" comes first; then what
// cannot be told of a product that it certainly is; then "not affected"; then
// proposals. It reports false where there is no match: not this product.
func Fold(ms []Match) (Match, bool) {
	rank := func(m Match) int {
		switch {
		case m.Asserted() && m.Status == Affected:
			return 5
		case m.Asserted() && m.Status == CannotTell:
			return 4
		case m.Asserted() && m.Status == NotAffected:
			return 3
		case m.Status == Affected:
			return 2
		}
		return 1
	}
	var best Match
	for _, m := range ms {
		if best.Reason == "" || rank(m) > rank(best) || rank(m) == rank(best) && m.Confidence > best.Confidence {
			best = m
		}
	}
	return best, len(ms) > 0
}
