package tls

import (
	"encoding/hex"
	"strings"
	"testing"
)

func hexNumbers[T ~uint16](t *testing.T, s string) (list []T) {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	list, _ = numbers[T](b)
	return list
}

// hello builds a ClientHello from lists of numbers and reads it back.
func hello(t *testing.T, suites, extensions, schemes string, versions []Version, alpn string, grease bool) *ClientHello {
	t.Helper()
	h := &ClientHello{Version: TLS12, Compression: []byte{0}}
	if grease {
		h.CipherSuites = append(h.CipherSuites, 0x3a3a)
		h.Extensions = append(h.Extensions, Extension{Type: 0x8a8a})
		versions = append([]Version{0xfafa}, versions...)
	}
	h.CipherSuites = append(h.CipherSuites, hexNumbers[CipherSuite](t, suites)...)
	for _, x := range hexNumbers[ExtensionType](t, extensions) {
		switch x {
		case ExtServerName:
			h.Extensions = append(h.Extensions, ServerName("example.org"))
		case ExtALPN:
			h.Extensions = append(h.Extensions, ALPN(alpn, "x"))
		case ExtSupportedVersions:
			h.Extensions = append(h.Extensions, SupportedVersions(versions...))
		case ExtSignatureAlgorithms:
			list := hexNumbers[SignatureScheme](t, schemes)
			if grease {
				list = append(list, 0x1a1a)
			}
			h.Extensions = append(h.Extensions, SignatureAlgorithms(list...))
		default:
			h.Extensions = append(h.Extensions, Extension{Type: x})
		}
	}
	read := &ClientHello{}
	c := cursor{b: h.Append(nil)[4:]}
	if read.parse(&c); !c.ok() {
		t.Fatalf("cannot read %s", c.field)
	}
	return read
}

// The examples of the specification of JA4.
func TestJA4(t *testing.T) {
	const (
		suites     = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
		extensions = "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
		schemes    = "0403,0804,0401,0503,0805,0501,0806,0601"
	)
	both := []Version{TLS12, TLS13}
	tests := []struct {
		name string
		h    *ClientHello
		want string
	}{
		{"example", hello(t, suites, extensions, schemes, both, "h2", false), "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"GREASE everywhere", hello(t, suites, extensions, schemes, both, "h2", true), "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"no supported_versions", hello(t, suites, "0000", "", nil, "", false), "t12d150100_8daaf6152771_000000000000"},
		{"no extensions, no ciphers", &ClientHello{Version: TLS10}, "t10i000000_000000000000_000000000000"},
		{"http/1.1", hello(t, "002f", "0010", "", nil, "http/1.1", false), "t12i0101h1_" + ja4Hash("002f") + "_000000000000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.h.JA4(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := ja4Hash("0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01"); got != "6d807ffa2a79" {
		t.Errorf("extensions without signature algorithms: %s", got)
	}
	many := &ClientHello{Version: SSL30, CipherSuites: make([]CipherSuite, 150)}
	if got := many.JA4(); !strings.HasPrefix(got, "ts3i990000_") {
		t.Errorf("150 suites: %s", got)
	}
}

func TestJA4ALPN(t *testing.T) {
	for alpn, want := range map[string]string{
		"h2": "h2", "http/1.1": "h1", "x": "xx", "": "00",
		"\xab": "ab", "\xab\xcd": "ad", "\x30\xab": "3b", "\x30\x31\xab\xcd": "3d", "\x30\xab\xcd\x31": "01",
	} {
		if got := ja4ALPN([]string{alpn}); got != want {
			t.Errorf("%x: %s, want %s", alpn, got, want)
		}
	}
	if got := ja4ALPN(nil); got != "00" {
		t.Errorf("no ALPN: %s", got)
	}
}
