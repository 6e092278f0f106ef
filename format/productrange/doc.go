// Package productrange reads the versions of a product as people write them in
// advisories: "All versions < V4.33", "vers:all/<V7.0.3", "7.1.2 and prior",
// "V3.0 up to and excluding V3.2", "< 8.1 SP3",
// "<=the_first_5_digits_of_serial_number_24031". CSAF allows any text in a
// product_version_range branch (CSAF 2.0 §3.1.2.2), and its authors use that.
//
// The text is split into tokens and read by a small grammar: bounds, lists,
// intervals, "and prior", "except", dates, serial numbers. What is not understood to
// its last word is not used at all: it stands in [Parsed.Unread], with a reason. A
// range that was half read would be a guess, and whoever acts on it could leave a
// device unpatched.
//
// Words that narrow a range without being versions ("only if web components are
// used", "with wireless option") are kept as [Parsed.Conditions]: outside the range
// a device is out, inside it nobody can tell before somebody has looked.
package productrange

import (
	"strings"

	"github.com/wardround/wardround/format/advisory"
)

// MaxLength is the longest text that is read, in bytes. The longest of 15,849
// branches in CISA's documents to 2024 has 312.
const MaxLength = 2048

// Parsed is what a text says.
type Parsed struct {
	// All: every version is concerned.
	All bool
	// Ranges is a union. Kind is Loose, Serial or Date; dates are written
	// YYYY, YYYY-MM or YYYY-MM-DD, a serial bound is a prefix.
	Ranges []advisory.Range
	// Versions are single ones, as written.
	Versions []string
	// Subject is whose version it is, where the text says so: "BIOS", "CPCI85",
	// "firmware". Empty means the product's own.
	Subject string
	// Conditions narrow the rest, in the author's words.
	Conditions []string
	// Notes neither narrow nor widen: "formerly known as …", "end-of-life 2011".
	Notes []string
	// Unread is the text, if it was not understood; then all of the above is empty.
	Unread string
	// Why says what was not understood.
	Why string
}

// OK reports whether the text was understood.
func (p Parsed) OK() bool { return p.Unread == "" }

// Own reports whether the versions are the product's own, or those of its
// software or firmware, and not those of a named part of it. names are what the
// product is called; a part whose every word stands in one of them is the product.
func (p Parsed) Own(names ...string) bool {
	switch strings.ToLower(p.Subject) {
	case "", "firmware", "software", "fw", "sw":
		return true
	}
	for _, n := range names {
		if containsWords(n, p.Subject) {
			return true
		}
	}
	return false
}

// Apply writes what was read into an advisory's record. names are what the
// product is called, see [Parsed.Own]: versions of another part leave the range
// unread, for nobody compares them with the product's version.
func (p Parsed) Apply(a *advisory.Affected, text string, names ...string) {
	if !p.OK() || !p.Own(names...) {
		a.Unread = text
		return
	}
	a.All = p.All
	a.Ranges = append(a.Ranges, p.Ranges...)
	a.Versions = append(a.Versions, p.Versions...)
	a.Conditions = append(a.Conditions, p.Conditions...)
}

func containsWords(text, words string) bool {
	have := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notAlnum) {
		have[w] = true
	}
	want := strings.FieldsFunc(strings.ToLower(words), notAlnum)
	for _, w := range want {
		if !have[w] {
			return false
		}
	}
	return len(want) > 0
}

func notAlnum(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && r < 0x80
}

// String writes what was read in one notation: "all", "< V4.33",
// ">= 2.0, < 2.6", "= 1.1 or = 1.6", "serial <= 24031", "date < 2018-04-01",
// and "free text" for what was not read.
func (p Parsed) String() string {
	if !p.OK() {
		return "free text"
	}
	var out []string
	if p.All {
		out = append(out, "all")
	}
	for _, r := range p.Ranges {
		out = append(out, RangeString(r))
	}
	for _, v := range p.Versions {
		out = append(out, "= "+v)
	}
	return strings.Join(out, " or ")
}

// RangeString writes a range as [Parsed.String] does.
func RangeString(r advisory.Range) string {
	var parts []string
	var cur []string
	flush := func() {
		if cur != nil {
			parts = append(parts, strings.Join(cur, ", "))
		}
		cur = nil
	}
	for _, e := range r.Events {
		switch {
		case e.Introduced == "0":
			flush()
			cur = []string{}
		case e.Introduced != "":
			flush()
			cur = []string{">= " + e.Introduced}
		case e.After != "":
			flush()
			cur = []string{"> " + e.After}
		case e.Fixed != "":
			cur = append(cur, "< "+e.Fixed)
			flush()
		case e.Last != "":
			cur = append(cur, "<= "+e.Last)
			flush()
		}
	}
	flush()
	s := strings.Join(parts, " or ")
	switch r.Kind {
	case advisory.Serial:
		return "serial " + s
	case advisory.Date:
		return "date " + s
	}
	return s
}
