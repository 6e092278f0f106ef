package network

import (
	"strings"

	"github.com/wardround/wardround/format/hl7"
)

// A code field holds codes of the standard's tables or is not told: whatever else
// stands there may be anything.

// codeToken reports whether raw is of letters, digits and the signs given, at most n
// bytes.
func codeToken(raw []byte, signs string, n int) bool {
	for _, c := range raw {
		if !letter(c) && !digit(c) && strings.IndexByte(signs, c) < 0 {
			return false
		}
	}
	return len(raw) > 0 && len(raw) <= n
}

// hl7Event returns a message type or trigger event (tables 0076 and 0003): three
// letters and digits.
func hl7Event(v hl7.Value) string {
	if len(v.Raw) != 3 || !codeToken(v.Raw, "", 3) {
		return ""
	}
	return string(v.Raw)
}

// hl7Structure returns a message structure (table 0354): a type, or type and event.
// Version 2.3 wrote some with two lines between.
func hl7Structure(v hl7.Value) string {
	code, event, two := strings.Cut(string(v.Raw), "_")
	event = strings.TrimPrefix(event, "_")
	if len(code) != 3 || two && len(event) != 3 || !codeToken([]byte(code+event), "", 6) {
		return ""
	}
	return string(v.Raw)
}

// hl7Processing returns a processing id (table 0103): one letter.
func hl7Processing(v hl7.Value) string {
	if len(v.Raw) != 1 || !letter(v.Raw[0]) {
		return ""
	}
	return string(v.Raw)
}

// hl7Version returns a version of the standard: 2, 2.5.1.
func hl7Version(v hl7.Value) string {
	if s := string(v.Raw); len(s) > 0 && len(s) <= 6 && s[0] == '2' && strings.Trim(s, "0123456789.") == "" {
		return s
	}
	return ""
}

// hl7Charset returns the name of a character set that is known, "other" for any other.
func hl7Charset(v hl7.Value) string {
	if !v.Has() {
		return ""
	}
	name := v.Text()
	if _, known := hl7.CharsetNamed(name); !known || len(name) > 20 || !plainText([]byte(name)) {
		return "other" // what is no letter of ASCII does not count for its being known
	}
	return name
}

// hl7Profiles are how the names of published message profiles begin.
var hl7Profiles = strings.Fields("IHE_ IHE- PHIN PHLabReport LAB_ LAB- LRI_ LRI- LOI_ LOI- NDBS NG_ GU_ RU_ RN_ CDC_ CDCPHINVS Z22 Z23 Z31 Z32 Z33 Z34 Z42 Z44")

// hl7Profile returns the name of a published message profile, "other" for any other.
func hl7Profile(v hl7.Value) string {
	if !v.Has() {
		return ""
	}
	if raw := string(v.Raw); codeToken(v.Raw, "_.-", 32) && !marked(raw, byName|byDate|byPerson) {
		for _, p := range hl7Profiles {
			if strings.HasPrefix(raw, p) {
				return raw
			}
		}
	}
	return "other"
}

// hl7Error returns the code of an error (table 0357), or one of a site's own that is
// a number, with at most two letters before it; "other" for any other.
func hl7Error(code string) string {
	letters := len(code) - len(strings.TrimLeft(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
	switch digits := code[letters:]; {
	case code == "":
		return ""
	case letters > 2 || digits == "" || len(digits) > 5 || strings.Trim(digits, "0123456789") != "":
		return "other"
	}
	return code
}

// hl7Severity returns a severity (table 0516), "other" for any other.
func hl7Severity(code string) string {
	switch code {
	case "", "I", "W", "E", "F":
		return code
	}
	return "other"
}
