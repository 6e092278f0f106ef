package cpe

import (
	"fmt"
	"strings"
)

// Value is an attribute's value as formatted strings write it: "*" is [Any], "-"
// is [NA], other text quotes what is neither letter, digit, dot, hyphen nor
// underscore with a backslash. The zero Value is Any.
type Value string

const (
	// Any: nothing is said; every value fits.
	Any Value = "*"
	// NA: the attribute does not apply. A version of NA is no version at all.
	NA Value = "-"
)

// Text is the value whose text is s, with nothing in it standing for more. What
// the standard has no room for, spaces and what is not ASCII, becomes underscores,
// as in NVD's dictionary.
func Text(s string) Value {
	var b strings.Builder
	for _, r := range s {
		if r <= ' ' || r >= 0x7f {
			r = '_'
		}
		quote(&b, lower(byte(r)))
	}
	if b.String() == "-" {
		return `\-`
	}
	if b.Len() == 0 {
		return Any
	}
	return Value(b.String())
}

// IsAny reports whether nothing is said.
func (v Value) IsAny() bool { return v == "" || v == Any }

// IsNA reports whether the attribute does not apply.
func (v Value) IsNA() bool { return v == NA }

// Wild reports whether the text begins or ends with a wildcard.
func (v Value) Wild() bool {
	if v.IsAny() || v == NA {
		return false
	}
	return v[0] == '*' || v[0] == '?' || trailing(string(v)) > 0
}

// Literal is the text without quoting, for people and for comparing versions; ""
// for ANY and NA.
func (v Value) Literal() string {
	if v.IsAny() || v == NA {
		return ""
	}
	if strings.IndexByte(string(v), '\\') < 0 {
		return string(v)
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

func (v Value) String() string {
	switch {
	case v.IsAny():
		return "ANY"
	case v.IsNA():
		return "NA"
	}
	return v.Literal()
}

// parseValue reads a component of a formatted string (NISTIR 7695 §6.2.3).
func parseValue(s string) (Value, error) {
	switch s {
	case "*", "-":
		return Value(s), nil
	case "":
		return "", fmt.Errorf("%w: empty component", ErrInvalid)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := lower(s[i])
		switch {
		case c == '\\':
			if i++; i == len(s) || s[i] <= ' ' || s[i] >= 0x7f {
				return "", fmt.Errorf("%w: a backslash before no character that may be quoted", ErrInvalid)
			}
			quote(&b, lower(s[i]))
		case c == '*' || c == '?':
			b.WriteByte(c)
		case c <= ' ' || c >= 0x7f:
			return "", fmt.Errorf("%w: byte %#x", ErrInvalid, c)
		default:
			quote(&b, c)
		}
	}
	if b.String() == "-" {
		return `\-`, nil
	}
	return wildcards(b.String())
}

// wildcards checks that unquoted * and ? stand at the ends only, one * or a row of
// ? each, and around something (§5.3.2).
func wildcards(s string) (Value, error) {
	core := s[leading(s):]
	core = core[:len(core)-trailing(core)]
	if core == "" {
		return "", fmt.Errorf("%w: wildcards around nothing in %q", ErrInvalid, s)
	}
	for i := 0; i < len(core); i++ {
		switch core[i] {
		case '\\':
			i++
		case '*', '?':
			return "", fmt.Errorf("%w: a wildcard within %q", ErrInvalid, s)
		}
	}
	return Value(s), nil
}

// leading is the number of bytes of wildcards at the start of s.
func leading(s string) int {
	if strings.HasPrefix(s, "*") {
		return 1
	}
	return len(s) - len(strings.TrimLeft(s, "?"))
}

// trailing is the number of bytes of wildcards at the end of s.
func trailing(s string) int {
	n := 0
	if strings.HasSuffix(s, "*") {
		n = 1
	} else {
		n = len(s) - len(strings.TrimRight(s, "?"))
	}
	// A backslash before the first of them quotes it.
	slashes := 0
	for i := len(s) - n - 1; i >= 0 && s[i] == '\\'; i-- {
		slashes++
	}
	if n > 0 && slashes%2 == 1 {
		n--
	}
	return n
}

// quote writes one character of text.
func quote(b *strings.Builder, c byte) {
	if !plain(c) {
		b.WriteByte('\\')
	}
	b.WriteByte(c)
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_'
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
