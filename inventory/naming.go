package inventory

import (
	"slices"
	"strings"
	"unicode"
)

// foldName writes a product or model as it is compared: lower case, letters,
// digits and dots. What parts two digits goes on parting them, as one space:
// "MX 1-1" is not "MX-11".
func foldName(s string) string {
	var b strings.Builder
	last, gap := rune(0), false
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '+':
			if gap && unicode.IsDigit(last) && unicode.IsDigit(r) {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			last, gap = r, false
		default:
			gap = true
		}
	}
	return b.String()
}

// forms are the legal forms of companies, which are written or not.
var forms = map[string]bool{
	"inc": true, "incorporated": true, "corp": true, "corporation": true, "co": true, "company": true, "llc": true, "ltd": true, "limited": true,
	"plc": true, "gmbh": true, "ag": true, "kg": true, "kgaa": true, "se": true, "sa": true, "sas": true, "sarl": true, "srl": true, "spa": true,
	"bv": true, "nv": true, "ab": true, "as": true, "oy": true, "aps": true, "kk": true, "pty": true, "mbh": true, "ohg": true, "ug": true,
}

// foldMaker writes a maker as it is compared: lower case words without the forms of
// companies at the end.
func foldMaker(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), ".", "") // "S.p.A.", "Inc."
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for len(words) > 1 && forms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// foldVersion writes a version as it is compared: lower case, without what only
// says that it is one.
func foldVersion(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, p := range [...]string{"software", "firmware", "version", "ver.", "rev.", "release", "v"} {
		rest, ok := strings.CutPrefix(s, p)
		rest = strings.TrimLeft(rest, " .:")
		if ok && rest != "" && unicode.IsDigit(rune(rest[0])) {
			s = rest
		}
	}
	return strings.Join(strings.Fields(s), " ")
}

// alike reports whether a device's software may be the version: one of its words
// is, or both are the same but for zeros at the end.
func alike(software, version string) bool {
	short := func(s string) string {
		for {
			cut, ok := strings.CutSuffix(s, ".0")
			if !ok || !strings.ContainsAny(cut, "0123456789") {
				return s
			}
			s = cut
		}
	}
	version = short(version)
	if short(foldVersion(software)) == version {
		return true
	}
	words := strings.FieldsFunc(software, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;/\|()[]`, r) })
	return slices.ContainsFunc(words, func(w string) bool { return short(foldVersion(w)) == version })
}

// deviceNumber returns the device identifier in a UDI-DI, a GTIN, or an element
// string "(01)…", without leading zeros; "" for what is none. A GTIN has 8 to 14
// digits (GS1 General Specifications §3.3), a HIBC or ICCBBA number is left out.
func deviceNumber(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "(01)"); ok && len(rest) >= 14 {
		s = rest[:14]
	}
	if len(s) < 8 || len(s) > 14 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return strings.TrimLeft(s, "0")
}
