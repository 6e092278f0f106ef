package tls

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// JA4 returns the client's fingerprint for TLS over TCP, such as
// "t13d1516h2_8daaf6152771_e5627efa2ab1". The method is FoxIO's JA4: TLS Client
// Fingerprinting, published under the BSD 3-Clause licence.
func (h *ClientHello) JA4() string {
	suites := hexList(h.CipherSuites, nil)
	extensions := hexList(h.types(), nil)
	first := fmt.Sprintf("t%s%s%02d%02d%s", ja4Version(h.Offered()), ja4Name(h.HasServerName),
		min(len(suites), 99), min(len(extensions), 99), ja4ALPN(h.ALPN))

	slices.Sort(suites)
	// The name and the protocol are in the first part already.
	extensions = hexList(h.types(), []ExtensionType{ExtServerName, ExtALPN})
	slices.Sort(extensions)
	last := strings.Join(extensions, ",")
	if schemes := hexList(h.SignatureSchemes, nil); len(schemes) > 0 {
		last += "_" + strings.Join(schemes, ",")
	}
	if len(extensions) == 0 {
		last = ""
	}
	return first + "_" + ja4Hash(strings.Join(suites, ",")) + "_" + ja4Hash(last)
}

func (h *ClientHello) types() []ExtensionType {
	list := make([]ExtensionType, len(h.Extensions))
	for i, x := range h.Extensions {
		list[i] = x.Type
	}
	return list
}

// hexList returns the numbers as four hexadecimal digits each, without GREASE and
// without those in except.
func hexList[T ~uint16](list, except []T) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		if grease(uint16(v)) || slices.Contains(except, v) {
			continue
		}
		out = append(out, hex.EncodeToString([]byte{byte(v >> 8), byte(v)}))
	}
	return out
}

// ja4Hash returns the first 12 digits of the SHA-256 of s, zeros for an empty list.
func ja4Hash(s string) string {
	if s == "" {
		return "000000000000"
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

func ja4Version(v Version) string {
	switch v {
	case TLS13:
		return "13"
	case TLS12:
		return "12"
	case TLS11:
		return "11"
	case TLS10:
		return "10"
	case SSL30:
		return "s3"
	case SSL20:
		return "s2"
	}
	return "00"
}

func ja4Name(has bool) string {
	if has {
		return "d"
	}
	return "i"
}

// ja4ALPN returns the first and last character of the first protocol, of its
// hexadecimal form when one of them is no letter or digit.
func ja4ALPN(list []string) string {
	if len(list) == 0 || list[0] == "" {
		return "00"
	}
	p := list[0]
	if !alphanumeric(p[0]) || !alphanumeric(p[len(p)-1]) {
		p = hex.EncodeToString([]byte(p))
	}
	return string([]byte{p[0], p[len(p)-1]})
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
