package http

import (
	"iter"
	"strings"
)

// A Field is one field line as sent: the name in its spelling, the value without
// surrounding whitespace and with line folding replaced by one space.
type Field struct{ Name, Value string }

// Fields are the field lines of one section in their order.
type Fields []Field

// Get returns the first value of name, and whether there is one. Names compare
// without regard to ASCII case (RFC 9110 §5.1).
func (f Fields) Get(name string) (string, bool) {
	for i := range f {
		if equalFold(f[i].Name, name) {
			return f[i].Value, true
		}
	}
	return "", false
}

// Value is the first value of name, or "".
func (f Fields) Value(name string) string {
	v, _ := f.Get(name)
	return v
}

// Has reports whether name is present.
func (f Fields) Has(name string) bool {
	_, ok := f.Get(name)
	return ok
}

// Lists reports whether one of name's values, read as a comma-separated list
// (RFC 9110 §5.6.1), has the member token, without regard to ASCII case.
func (f Fields) Lists(name, token string) bool {
	for i := range f {
		if !equalFold(f[i].Name, name) {
			continue
		}
		for member := range members(f[i].Value) {
			if equalFold(member, token) {
				return true
			}
		}
	}
	return false
}

// members yields the non-empty members of a comma-separated list.
func members(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for list != "" {
			member, rest, _ := strings.Cut(list, ",")
			list = rest
			if member = trim(member); member != "" && !yield(member) {
				return
			}
		}
	}
}

// trim removes optional whitespace, SP and HTAB (RFC 9110 §5.6.3).
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// equalFold compares ASCII without regard to case. strings.EqualFold would also
// take the Kelvin sign for a K.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// tchar marks the characters of a token (RFC 9110 §5.6.2).
var tchar = func() (t [256]bool) {
	for _, c := range "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		t[c] = true
	}
	return
}()

func isToken[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if !tchar[s[i]] {
			return false
		}
	}
	return len(s) > 0
}
