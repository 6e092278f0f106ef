package http

import (
	"encoding/base64"
	"strings"
)

// Credentials are what an Authorization or Proxy-Authorization field says, as
// far as one may read it. A token or password is never part of it.
type Credentials struct {
	Scheme string // in lower case: "basic", "bearer", "digest", "negotiate" …
	User   string // of Basic and Digest, raw
	Secret bool   // a password or token that anybody who reads along can use again
}

// maxCredentials is the longest Basic value that is decoded, in bytes.
const maxCredentials = 4 << 10

// ParseCredentials reads the value of an Authorization field (RFC 9110 §11.4,
// RFC 7617, RFC 7616).
func ParseCredentials(value string) Credentials {
	scheme, rest, _ := strings.Cut(trim(value), " ")
	if !isToken(scheme) || len(scheme) > 32 {
		return Credentials{Scheme: "malformed", Secret: value != ""}
	}
	c := Credentials{Scheme: asciiLower(scheme)}
	rest = trim(rest)
	switch c.Scheme {
	case "basic":
		user, password, ok := basic(rest)
		c.User, c.Secret = user, ok && password
	case "bearer", "token", "apikey", "api-key":
		c.Secret = rest != ""
	case "digest":
		c.User = authParam(rest, "username")
	}
	return c
}

// basic decodes Basic credentials and says whether the password is not empty.
func basic(token string) (user string, password, ok bool) {
	if len(token) > maxCredentials {
		return "", false, false
	}
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		if raw, err = base64.RawStdEncoding.DecodeString(token); err != nil {
			return "", false, false
		}
	}
	user, secret, found := strings.Cut(string(raw), ":")
	return user, secret != "", found
}

// authParam returns a parameter of a challenge or of credentials (RFC 9110 §11.2).
func authParam(params, name string) string {
	for params != "" {
		key, rest, ok := strings.Cut(params, "=")
		if !ok {
			return ""
		}
		value, rest := paramValue(trim(rest), ',')
		if equalFold(trim(key), name) {
			return value
		}
		params = rest
	}
	return ""
}

// paramValue reads a token or quoted string up to the separator, and returns what follows that.
func paramValue(s string, separator byte) (value, rest string) {
	if s == "" || s[0] != '"' {
		if i := strings.IndexByte(s, separator); i >= 0 {
			return trim(s[:i]), s[i+1:]
		}
		return trim(s), ""
	}
	var b []byte
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	if j := strings.IndexByte(s[min(i, len(s)):], separator); j >= 0 {
		rest = s[i+j+1:]
	}
	return string(b), rest
}

// Credentials reads the request's Authorization field, or its
// Proxy-Authorization if there is none.
func (r *Request) Credentials() (Credentials, bool) {
	v, ok := r.Fields.Get("Authorization")
	if !ok {
		v, ok = r.Fields.Get("Proxy-Authorization")
	}
	if !ok {
		return Credentials{}, false
	}
	return ParseCredentials(v), true
}

func asciiLower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lower(b[i])
			}
			return string(b)
		}
	}
	return s
}
