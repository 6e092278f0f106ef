package tls

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

func TestWeakSession(t *testing.T) {
	for name, tt := range map[string]struct {
		version, cipher string
		want            []string
		severity        wardround.Severity
	}{
		"current":           {"TLS 1.3", "TLS_AES_128_GCM_SHA256", nil, wardround.Medium},
		"CBC is no failure": {"TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", nil, wardround.Medium},
		"RSA key exchange":  {"TLS 1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", nil, wardround.Medium},
		"not known":         {"TLS 1.2", "0xFFFE", nil, wardround.Medium},
		"TLS 1.1":           {"TLS 1.1", "TLS_RSA_WITH_AES_128_CBC_SHA", []string{"TLS 1.1"}, wardround.Medium},
		"DES":               {"TLS 1.2", "TLS_RSA_WITH_DES_CBC_SHA", []string{"the cipher DES"}, wardround.High},
		"Triple DES":        {"TLS 1.2", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", []string{"the cipher Triple DES"}, wardround.Medium},
		"RC4":               {"TLS 1.2", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", []string{"the cipher RC4"}, wardround.Medium},
		"anonymous":         {"TLS 1.2", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", []string{"no proof of who the server is"}, wardround.High},
		"nothing at all":    {"SSL 3.0", "TLS_NULL_WITH_NULL_NULL", []string{"SSL 3.0", "no encryption", "no proof of who the server is"}, wardround.High},
		"export DES":        {"TLS 1.0", "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", []string{"TLS 1.0", "a cipher weakened for export"}, wardround.High},
	} {
		got, severity := weakSession(&kind.TLSSessionV1{Version: tt.version, Cipher: tt.cipher})
		if diff := cmp.Diff(tt.want, got); diff != "" || severity != tt.severity {
			t.Errorf("%s: severity %s\n%s", name, severity, diff)
		}
	}
}

func TestWeakCertificate(t *testing.T) {
	for name, tt := range map[string]struct {
		c        kind.TLSCertificateV1
		want     []string
		severity wardround.Severity
	}{
		"sound":                     {kind.TLSCertificateV1{KeyType: "RSA", KeyBits: 2048, Signature: "SHA256-RSA"}, nil, wardround.Medium},
		"size not known":            {kind.TLSCertificateV1{KeyType: "RSA", Signature: "SHA256-RSA"}, nil, wardround.Medium},
		"brainpool":                 {kind.TLSCertificateV1{KeyType: "ECDSA", KeyBits: 256, Signature: "ECDSA-SHA256"}, nil, wardround.Medium},
		"short":                     {kind.TLSCertificateV1{KeyType: "RSA", KeyBits: 1024, Signature: "SHA256-RSA"}, []string{"a key under 2,048 bits"}, wardround.Medium},
		"very short":                {kind.TLSCertificateV1{KeyType: "RSA", KeyBits: 512, Signature: "MD5-RSA"}, []string{"a key under 2,048 bits", "a signature with MD5"}, wardround.High},
		"SHA-1 of its own":          {kind.TLSCertificateV1{KeyType: "RSA", KeyBits: 2048, Signature: "SHA1-RSA", SelfIssued: true}, nil, wardround.Medium},
		"elliptic curve, too small": {kind.TLSCertificateV1{KeyType: "ECDSA", KeyBits: 192, Signature: "ECDSA-SHA1"}, []string{"an elliptic curve under 224 bits", "a signature with SHA1"}, wardround.Medium},
	} {
		got, severity := weakCertificate(&tt.c)
		if diff := cmp.Diff(tt.want, got); diff != "" || severity != tt.severity {
			t.Errorf("%s: severity %s\n%s", name, severity, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	day := 24 * time.Hour
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at   time.Time
		c    kind.TLSCertificateV1
		want string
	}{
		"holds":                      {from, kind.TLSCertificateV1{}, ""},
		"to the last second":         {to, kind.TLSCertificateV1{}, "it ends within 30 days"},
		"a second later":             {to.Add(time.Second), kind.TLSCertificateV1{}, "it has ended"},
		"a second early":             {from.Add(-time.Second), kind.TLSCertificateV1{}, "it is not valid yet"},
		"thirty days":                {to.Add(-30 * day), kind.TLSCertificateV1{}, ""},
		"less":                       {to.Add(-30*day + 1), kind.TLSCertificateV1{}, "it ends within 30 days"},
		"ended and another's":        {to.Add(day), kind.TLSCertificateV1{Match: "no", SelfSigned: true}, "it has ended"},
		"another's and its own":      {from, kind.TLSCertificateV1{Match: "no", SelfSigned: true}, "it is for another name than the client asked for"},
		"an outdated way to name it": {from, kind.TLSCertificateV1{Match: "common-name"}, ""},
		"its own":                    {from, kind.TLSCertificateV1{SelfIssued: true, SelfSigned: true}, "nobody but itself signed it"},
		"its own, not tested":        {from, kind.TLSCertificateV1{SelfIssued: true, CannotVerify: true}, "nobody but itself signed it"},
		"renewed by its authority":   {from, kind.TLSCertificateV1{SelfIssued: true}, ""},
	} {
		tt.c.NotBefore, tt.c.NotAfter = from, to
		if got, _ := problemOf(&tt.c, tt.at, 30*day); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if days(day) != "a day" || days(30*day) != "30 days" {
		t.Error(days(day), days(30*day))
	}
}
