package tls

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit"
)

func TestMint(t *testing.T) {
	ca := mint(t, "ca", Profile{CommonName: "Ward CA", CA: true}, nil)
	profile := Profile{CommonName: "pump.example", DNSNames: []string{"pump.example"}, Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.7")}}
	for name, tt := range map[string]struct {
		change    func(p *Profile) *Identity
		key       string
		bits      int
		signature string
		self      bool
		cannot    bool
	}{
		"Ed25519 by an authority": {func(p *Profile) *Identity { return ca }, "Ed25519", 256, "Ed25519", false, false},
		"Ed25519, self-signed":    {func(p *Profile) *Identity { return nil }, "Ed25519", 256, "Ed25519", true, false},
		"ECDSA, self-signed":      {func(p *Profile) *Identity { p.Key = ECDSAKey; return nil }, "ECDSA", 256, "ECDSA-SHA256", true, false},
		"RSA by an authority":     {func(p *Profile) *Identity { p.Key = 1024; return ca }, "RSA", 1024, "Ed25519", false, false},
		"SHA-1":                   {func(p *Profile) *Identity { p.Key, p.Fake = 2048, x509.SHA1WithRSA; return ca }, "RSA", 2048, "SHA1-RSA", false, false},
		"MD5, self-issued":        {func(p *Profile) *Identity { p.Key, p.Fake = 1024, x509.MD5WithRSA; return nil }, "RSA", 1024, "MD5-RSA", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := profile
			issuer := tt.change(&p)
			id := mint(t, "pump", p, issuer)
			if again := mint(t, "pump", p, issuer); !bytes.Equal(id.DER, again.DER) {
				t.Error("not deterministic")
			}
			l, err := ParseLeaf(id.DER)
			if err != nil || l.Complaint != "" {
				t.Fatal(err, l)
			}
			if l.KeyType != tt.key || l.KeyBits != tt.bits || l.Signature != tt.signature {
				t.Errorf("%s of %d bits, signed by %s", l.KeyType, l.KeyBits, l.Signature)
			}
			if l.SelfIssued != (issuer == nil) || l.SelfSigned != tt.self || (l.CannotVerify != "") != tt.cannot {
				t.Errorf("self-issued %v, self-signed %v, %q", l.SelfIssued, l.SelfSigned, l.CannotVerify)
			}
			if !l.NotBefore.Equal(begin) || !l.NotAfter.Equal(end) || l.SerialText() != "11" {
				t.Errorf("%s to %s, serial %s", l.NotBefore, l.NotAfter, l.SerialText())
			}
			if issuer == ca && p.Fake == 0 {
				pool := x509.NewCertPool()
				pool.AddCert(ca.cert)
				if _, err := id.cert.Verify(x509.VerifyOptions{Roots: pool, DNSName: "pump.example", CurrentTime: begin.Add(time.Hour)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if _, err := Mint("x", Profile{CommonName: "x", Key: 2048, Serial: 1, NotBefore: begin, NotAfter: end}, nil); err == nil {
		t.Error("an RSA key of filler signed")
	}
}

// The bytes of one certificate, so that a new Go release cannot silently change
// what a seed gives.
func TestMintIsStable(t *testing.T) {
	for key, want := range map[KeyType]string{
		Ed25519Key: "ED25519", ECDSAKey: "ECDSA", 2048: "RSA",
	} {
		ca, leaf := chain(t, key)
		sum := sha256.Sum256(append(ca.DER, leaf.DER...))
		if got := stable[want]; got != "" && got != hexText(sum[:8]) {
			t.Errorf("%s: %s, was %s", want, hexText(sum[:8]), got)
		} else if got == "" {
			t.Errorf("%s: %s is not recorded", want, hexText(sum[:8]))
		}
	}
}

// The tolerant reader reads of a good certificate what crypto/x509 reads.
func TestTolerantAgreesWithX509(t *testing.T) {
	ca := mint(t, "ca", Profile{CommonName: "Ward CA", Organization: "Ward", CA: true}, nil)
	for _, key := range []KeyType{Ed25519Key, ECDSAKey, 2048} {
		id := mint(t, "x", Profile{CommonName: "x.example", DNSNames: []string{"x.example", "*.y.example"}, Key: key,
			Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("fd00::7")}}, ca)
		for _, der := range [][]byte{id.DER, ca.DER} {
			want, err := ParseLeaf(der)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseTolerant(der)
			if err != nil {
				t.Fatal(err)
			}
			ignore := cmpopts.IgnoreFields(Leaf{}, "SelfSigned", "CannotVerify")
			if diff := cmp.Diff(want, got, ignore, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// Certificates that crypto/x509 refuses, made by OpenSSL.
func TestRefusedCertificates(t *testing.T) {
	openssl := testkit.Need(t, "openssl")
	for name, tt := range map[string]struct {
		args      []string
		key       string
		bits      int
		signature string
	}{
		"brainpool curve": {[]string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"}, "ECDSA", 256, "ECDSA-SHA256"},
		"negative serial": {[]string{"-newkey", "rsa:2048", "-set_serial", "-5"}, "RSA", 2048, "SHA256-RSA"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"req", "-x509", "-nodes", "-keyout", "/dev/null", "-days", "10", "-subj", "/O=Klinik/CN=konnektor.example",
				"-addext", "subjectAltName=DNS:konnektor.example,IP:10.1.2.3,email:a@b.example"}, tt.args...)
			out, err := exec.Command(openssl, args...).Output()
			if err != nil {
				t.Fatal(err)
			}
			block, _ := pem.Decode(out)
			l, err := ParseLeaf(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if l.Complaint == "" {
				t.Error("crypto/x509 reads it now: the test needs a worse certificate")
			}
			if l.KeyType != tt.key || l.KeyBits != tt.bits || l.Signature != tt.signature || !l.SelfIssued || l.SelfSigned || l.CannotVerify == "" {
				t.Errorf("%+v", l)
			}
			if l.CommonName != "konnektor.example" || !cmp.Equal(l.DNSNames, []string{"konnektor.example"}) || len(l.Addresses) != 1 || l.OtherNames != 1 || !l.CA {
				t.Errorf("%+v", l)
			}
			if d := l.NotAfter.Sub(l.NotBefore); d != 10*24*time.Hour || time.Until(l.NotAfter) < 9*24*time.Hour {
				t.Errorf("valid %s to %s", l.NotBefore, l.NotAfter)
			}
		})
	}
}

func TestNoCertificate(t *testing.T) {
	ca, _ := chain(t, Ed25519Key)
	for name, der := range map[string][]byte{
		"nothing": {}, "text": []byte("hello"), "cut": ca.DER[:len(ca.DER)-1], "surplus": append(bytes.Clone(ca.DER), 0),
	} {
		if l, err := ParseLeaf(der); !errors.Is(err, format.ErrMalformed) {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
}

func TestCovers(t *testing.T) {
	addr := netip.MustParseAddr("10.0.0.7")
	for name, tt := range map[string]struct {
		l            Leaf
		host         string
		want, common bool
	}{
		"name":                        {Leaf{DNSNames: []string{"a.example"}}, "a.example", true, false},
		"case":                        {Leaf{DNSNames: []string{"a.example"}}, "A.Example", true, false},
		"wildcard":                    {Leaf{DNSNames: []string{"*.example"}}, "a.example", true, false},
		"wildcard, two labels":        {Leaf{DNSNames: []string{"*.example"}}, "b.a.example", false, false},
		"other":                       {Leaf{DNSNames: []string{"b.example"}, CommonName: "a.example"}, "a.example", false, false},
		"address":                     {Leaf{Addresses: []netip.Addr{addr}}, "10.0.0.7", true, false},
		"address as name":             {Leaf{DNSNames: []string{"10.0.0.7"}}, "10.0.0.7", false, false},
		"common name alone":           {Leaf{CommonName: "a.example"}, "a.example", true, true},
		"common name is an address":   {Leaf{CommonName: "10.0.0.7"}, "10.0.0.7", true, true},
		"common name of another":      {Leaf{CommonName: "b.example"}, "a.example", false, false},
		"alternative mail names only": {Leaf{OtherNames: 1, CommonName: "a.example"}, "a.example", false, false},
	} {
		if ok, common := tt.l.Covers(tt.host); ok != tt.want || common != tt.common {
			t.Errorf("%s: %v, %v", name, ok, common)
		}
	}
}
