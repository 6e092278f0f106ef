package http

import "strings"

// maxMethod is the longest method taken for one, in bytes. The longest
// registered with IANA has 17.
const maxMethod = 24

// requestLine splits a request line without its line end (RFC 9112 §3). It is as
// lenient as RFC 9112 §3 allows a reader to be: any run of SP and HTAB separates,
// and a target with whitespace in it is everything between method and version.
func requestLine(line string) (method, target string, v Version, a Anomaly, ok bool) {
	n := 0
	for n < len(line) && tchar[line[n]] {
		n++
	}
	if n == 0 || n > maxMethod || n == len(line) || !blank(line[n]) {
		return
	}
	method, rest := line[:n], trim(line[n:])
	cut := strings.LastIndexAny(rest, " \t")
	if cut < 0 {
		return
	}
	v, ok = version(rest[cut+1:])
	target = trim(rest[:cut])
	if !ok || target == "" || !targetStart(method, target) {
		return "", "", v, 0, false
	}
	if len(method)+len(target)+2+len("HTTP/1.1") != len(line) || line[n] != ' ' || rest[cut] != ' ' {
		a |= BadStartLine
	}
	if strings.IndexByte(target, ' ') >= 0 || strings.IndexByte(target, '\t') >= 0 {
		a |= SpaceInTarget
	}
	switch {
	case v == V10 || v == V11:
	case v.Major == 2 && v.Minor == 0 && method == "PRI" && target == "*":
	case v.Major == 1:
		a |= OddVersion
	default:
		return "", "", v, 0, false
	}
	return method, target, v, a, true
}

// targetStart reports whether target begins like one of the four forms of RFC
// 9112 §3.2. It keeps text protocols with the same outline (RTSP, SIP) apart.
func targetStart(method, target string) bool {
	switch c := target[0]; {
	case c == '/', c == '*', method == "CONNECT":
		return true
	case c == '?': // sent by some clients for an empty path
		return true
	default:
		return len(target) > 4 && equalFold(target[:4], "http")
	}
}

// statusLine splits a status line without its line end (RFC 9112 §4).
func statusLine(line string) (v Version, status int, reason string, a Anomaly, ok bool) {
	const prefix = len("HTTP/1.1")
	if len(line) < prefix+4 || !blank(line[prefix]) {
		return
	}
	if v, ok = version(line[:prefix]); !ok || v.Major != 1 {
		return v, 0, "", 0, false
	}
	rest := trim(line[prefix:])
	if len(rest) < 3 || len(rest) > 3 && !blank(rest[3]) {
		return v, 0, "", 0, false
	}
	n, ok := decimal(rest[:3])
	if !ok || n < 100 {
		return v, 0, "", 0, false
	}
	if line[prefix] != ' ' || len(line) > prefix+1 && blank(line[prefix+1]) {
		a |= BadStartLine
	}
	if v.Minor > 1 {
		a |= OddVersion
	}
	return v, int(n), trim(rest[3:]), a, true
}

// version reads "HTTP/" DIGIT "." DIGIT, which is case-sensitive (RFC 9112 §2.3).
func version(s string) (Version, bool) {
	if len(s) != 8 || s[:5] != "HTTP/" || s[6] != '.' {
		return Version{}, false
	}
	major, minor := s[5]-'0', s[7]-'0'
	return Version{major, minor}, major <= 9 && minor <= 9
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
