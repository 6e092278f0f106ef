package http

import (
	"iter"
	"strings"
)

// Target is a request target taken apart, nothing decoded.
type Target struct {
	Host  string // authority of the absolute and the authority form
	Path  string // begins with "/"; "*" for the asterisk form
	Query string // without "?"
}

// ParseTarget takes a request target apart (RFC 9112 §3.2, RFC 3986 §3).
func ParseTarget(target string) (t Target) {
	rest := target
	if i := strings.Index(target, "://"); i > 0 && i < 8 && target[0] != '/' {
		rest = target[i+3:]
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		t.Host, rest = rest[:end], rest[end:]
	} else if target != "" && target[0] != '/' && target[0] != '*' && target[0] != '?' {
		t.Host, rest = target, ""
	}
	if i := strings.LastIndexByte(t.Host, '@'); i >= 0 { // userinfo
		t.Host = t.Host[i+1:]
	}
	rest, _, _ = strings.Cut(rest, "#")
	t.Path, t.Query, _ = strings.Cut(rest, "?")
	if t.Path == "" && t.Host == "" || t.Host != "" && t.Path == "" && t.Query != "" {
		t.Path = "/"
	}
	return t
}

// Segments yields the segments of a path between its slashes, percent-decoded,
// empty ones left out.
func Segments(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for path != "" {
			segment, rest, _ := strings.Cut(path, "/")
			path = rest
			if segment != "" && !yield(Unescape(segment, false)) {
				return
			}
		}
	}
}

// Query yields the name and value of each parameter of a query or of a form
// (application/x-www-form-urlencoded), decoded, in order.
func Query(query string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for query != "" {
			pair, rest, _ := strings.Cut(query, "&")
			query = rest
			if pair == "" {
				continue
			}
			name, value, _ := strings.Cut(pair, "=")
			if !yield(Unescape(name, true), Unescape(value, true)) {
				return
			}
		}
	}
}

// Unescape undoes percent-encoding (RFC 3986 §2.1), and + for a space in forms.
// What is no valid escape is left alone.
func Unescape(s string, form bool) string {
	if strings.IndexByte(s, '%') < 0 && (!form || strings.IndexByte(s, '+') < 0) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s):
			high, ok := hexDigit(s[i+1])
			low, ok2 := hexDigit(s[i+2])
			if ok && ok2 {
				c = high<<4 | low
				i += 2
			}
		case c == '+' && form:
			c = ' '
		}
		b = append(b, c)
	}
	return string(b)
}
