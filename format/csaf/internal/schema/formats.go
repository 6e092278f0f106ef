package schema

import (
	"strings"

	"github.com/wardround/wardround/format/csaf/internal/stamp"
)

// formats are those that the schemas of CSAF use.
var formats = map[string]func(string) bool{
	"date-time": func(s string) bool { _, ok := stamp.Parse(s); return ok },
	"uri":       isURI,
	"uuid":      isUUID,
}

// isURI follows RFC 3986: a scheme, and only characters that a URI may hold.
func isURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || scheme == "" {
		return false
	}
	for i, c := range []byte(scheme) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	authority := ""
	if after, ok := strings.CutPrefix(path, "//"); ok {
		authority = after
		path = ""
		if i := strings.IndexByte(after, '/'); i >= 0 {
			authority, path = after[:i], after[i:]
		}
	}
	return isAuthority(authority) && uriChars(path, ":@/") && uriChars(query, ":@/?") && uriChars(fragment, ":@/?")
}

// isAuthority takes userinfo, a host or an address in brackets, and a port.
func isAuthority(s string) bool {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		if !uriChars(s[:i], ":") {
			return false
		}
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") {
		i := strings.IndexByte(s, ']')
		if i < 0 || !uriChars(s[1:i], ":") {
			return false
		}
		s = "x" + s[i+1:]
	}
	host, port, _ := strings.Cut(s, ":")
	return uriChars(host, "") && strings.Trim(port, "0123456789") == ""
}

// uriChars reports whether s holds unreserved characters, sub-delimiters, whole
// percent-encodings and those in also.
func uriChars(s, also string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9':
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 2
		case strings.IndexByte("-._~!$&'()*+,;=", c) >= 0:
		case strings.IndexByte(also, c) >= 0:
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// isUUID is RFC 9562 §4: 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isHex(c) {
			return false
		}
	}
	return true
}
