package tls

import (
	"fmt"
	"strings"
	"sync"
)

// CipherSuite is a cipher suite's number in the IANA registry.
type CipherSuite uint16

// Suites that are signals rather than ciphers.
const (
	RenegotiationSCSV CipherSuite = 0x00ff // RFC 5746 §3.3
	FallbackSCSV      CipherSuite = 0x5600 // RFC 7507 §2
)

// String returns the name in the IANA registry, or the number.
func (c CipherSuite) String() string {
	if n := suiteNames()[c]; n != "" {
		return n
	}
	if grease(uint16(c)) {
		return fmt.Sprintf("GREASE_%04X", uint16(c))
	}
	return fmt.Sprintf("0x%04X", uint16(c))
}

// Known reports whether the number is a registered cipher suite, signals excluded.
func (c CipherSuite) Known() bool {
	return suiteNames()[c] != "" && c != RenegotiationSCSV && c != FallbackSCSV
}

// SuiteNamed returns the suite with a name as [CipherSuite.String] gives it.
func SuiteNamed(name string) (c CipherSuite, ok bool) {
	c, ok = suiteNumbers()[name]
	return c, ok
}

var suiteNumbers = sync.OnceValue(func() map[string]CipherSuite {
	m := make(map[string]CipherSuite, len(suiteNames()))
	for c, name := range suiteNames() {
		m[name] = c
	}
	return m
})

// Suite is what a cipher suite's name says of it.
type Suite struct {
	Exchange      string // key exchange and authentication, "ECDHE_RSA"; "" in TLS 1.3, where they are negotiated apart
	Cipher        string // "AES_128_GCM", "NULL"
	ForwardSecret bool   // a stolen long-term key opens no recorded session
	Anonymous     bool   // the server is not authenticated
	Export        bool   // weakened on purpose, for the export rules of the 1990s
	Null          bool   // no encryption
	AEAD          bool   // encryption and integrity in one construction
	CBC           bool
}

// Suite returns what the name says; ok is false for numbers that are not known.
func (c CipherSuite) Suite() (s Suite, ok bool) {
	if !c.Known() {
		return s, false
	}
	name := strings.TrimPrefix(suiteNames()[c], "TLS_")
	exchange, cipher, found := strings.Cut(name, "_WITH_")
	if !found {
		exchange, cipher = "", name
	}
	s.Exchange, _, s.Export = strings.Cut(exchange, "_EXPORT")
	s.Anonymous = strings.HasSuffix(s.Exchange, "_anon") || c == 0
	s.ForwardSecret = exchange == "" && c>>8 == 0x13 || strings.HasPrefix(exchange, "DHE_") ||
		strings.HasPrefix(exchange, "ECDHE_") || s.Anonymous && c != 0 || exchange == "PSK_DHE"
	s.Cipher = cipher
	if i := strings.LastIndex(cipher, "_"); i > 0 && isHash(cipher[i+1:]) {
		s.Cipher = cipher[:i]
	}
	s.Null = strings.HasPrefix(cipher, "NULL") || cipher == "SHA256_SHA256" || cipher == "SHA384_SHA384"
	s.CBC = strings.Contains(cipher, "_CBC")
	for _, mode := range []string{"_GCM", "_CCM", "_POLY1305", "AEGIS", "_MGM"} {
		s.AEAD = s.AEAD || strings.Contains(cipher, mode)
	}
	return s, true
}

func isHash(s string) bool {
	switch s {
	case "MD5", "SHA", "SHA256", "SHA384", "SHA512", "SM3":
		return true
	}
	return false
}

// suiteNames returns the registry, number to name.
var suiteNames = sync.OnceValue(func() map[CipherSuite]string {
	m := map[CipherSuite]string{
		RenegotiationSCSV: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
		FallbackSCSV:      "TLS_FALLBACK_SCSV",
	}
	for _, s := range series {
		c := s.first
		for _, exchange := range strings.Fields(s.exchanges) {
			for _, cipher := range strings.Fields(s.ciphers) {
				name := "TLS_" + exchange + "_WITH_" + cipher
				if exchange == "-" {
					name = "TLS_" + cipher
				}
				m[c] = name
				c++
			}
		}
	}
	return m
})
