package provenance_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/oms"
	. "github.com/wardround/wardround/provenance"
)

// authority issues certificates of a root, by way of one between.
type authority struct {
	t             testing.TB
	root, between *x509.Certificate
	key           *ecdsa.PrivateKey // of the one between
	from          time.Time
	serial        int64
}

func newAuthority(t testing.TB, from time.Time) *authority {
	a := &authority{t: t, from: from}
	rootKey := newKey(t)
	ca := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: from.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	}
	tpl := ca("root of the ward")
	a.root = a.issue(tpl, tpl, &rootKey.PublicKey, rootKey)
	a.key = newKey(t)
	a.between = a.issue(ca("builders"), a.root, &a.key.PublicKey, rootKey)
	return a
}

func (a *authority) issue(tpl, parent *x509.Certificate, pub, key any) *x509.Certificate {
	a.t.Helper()
	a.serial++
	tpl.SerialNumber = big.NewInt(a.serial)
	der, err := x509.CreateCertificate(rand.Reader, tpl, parent, pub, key)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// leaf is a certificate for a key, valid for a year.
func (a *authority) leaf(pub any, usage x509.KeyUsage) *x509.Certificate {
	a.t.Helper()
	return a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "builder 7", Organization: []string{"Example Works"}}, NotBefore: a.from, NotAfter: a.from.AddDate(1, 0, 0), KeyUsage: usage}, a.between, pub, a.key)
}

// bundle is a statement signed with a key, beside certificates.
func bundle(t testing.TB, statement attest.Statement, key *ecdsa.PrivateKey, chain ...*x509.Certificate) *oms.Bundle {
	t.Helper()
	payload, err := json.Marshal(statement)
	if err != nil {
		t.Fatal(err)
	}
	signed := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(oms.PayloadType), oms.PayloadType, len(payload), payload)
	digest := sha256.Sum256(signed)
	sum := digest[:]
	if key.Curve == elliptic.P384() {
		digest := sha512.Sum384(signed)
		sum = digest[:]
	}
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum)
	if err != nil {
		t.Fatal(err)
	}
	b := &oms.Bundle{MediaType: oms.MediaType, Verification: oms.Verification{Chain: &oms.Chain{}, Log: []json.RawMessage{}},
		Envelope: oms.Envelope{Payload: payload, PayloadType: oms.PayloadType, Signatures: []oms.Signature{{Sig: sig}}}}
	for _, c := range chain {
		b.Verification.Chain.Certificates = append(b.Verification.Chain.Certificates, oms.Certificate{Raw: c.Raw})
	}
	return b
}

// A statement signed with a certificate holds where the certificate leads to a root that
// is trusted for statements, was valid at the time, may sign, and is that of the key; and
// then it must still be about the model's files.
func TestAttestationByCertificate(t *testing.T) {
	s := newScene(t)
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a, stranger := newAuthority(t, at.AddDate(0, -1, 0)), newAuthority(t, at.AddDate(0, -1, 0))
	key, other := newKey(t), newKey(t)
	leaf := a.leaf(&key.PublicKey, x509.KeyUsageDigitalSignature)
	about := func(list ...attest.Subject) attest.Statement {
		return attest.Statement{Type: attest.StatementType, PredicateType: slsa, Predicate: built, Subject: list}
	}
	all := about(subject("weights/w.bin", "weights"), subject("config.json", "{}"))
	good := func() *oms.Bundle { return bundle(t, all, key, leaf, a.between) }
	big384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(b *oms.Bundle)) *oms.Bundle {
		b := good()
		change(b)
		return b
	}
	trusted := Attester{Trust: Trust{Roots: []*x509.Certificate{a.root}, At: at}}
	with := func(change func(*Attester)) Attester {
		x := trusted
		change(&x)
		return x
	}
	for _, c := range []struct {
		name string
		b    *oms.Bundle
		who  Attester
		want State
		why  string
	}{
		{"as it should be", good(), trusted, Verified, ""},
		{"P-384", bundle(t, all, big384, a.leaf(&big384.PublicKey, x509.KeyUsageDigitalSignature), a.between), trusted, Verified, ""},
		{"a root beside others", good(), with(func(x *Attester) { x.Roots = []*x509.Certificate{stranger.root, a.root} }), Verified, ""},
		{"nobody is trusted", good(), with(func(x *Attester) { x.Roots = nil }), Unknown, "give the root"},
		{"a key is trusted, no root", good(), Attester{Key: &key.PublicKey, Trust: Trust{At: at}}, Unknown, "give the root"},
		{"another root", good(), with(func(x *Attester) { x.Roots = []*x509.Certificate{stranger.root} }), Failed, "not trusted"},
		{"its own root in the bundle", bundle(t, all, key, stranger.leaf(&key.PublicKey, x509.KeyUsageDigitalSignature), stranger.between, stranger.root), trusted, Failed, "not trusted"},
		{"the one between is missing", bundle(t, all, key, leaf), trusted, Failed, "not trusted"},
		{"expired", good(), with(func(x *Attester) { x.At = at.AddDate(2, 0, 0) }), Failed, "expired on 2027-02-01"},
		{"not valid yet", good(), with(func(x *Attester) { x.At = at.AddDate(-1, 0, 0) }), Failed, "not trusted"},
		{"no time", good(), with(func(x *Attester) { x.At = time.Time{} }), Failed, "no time"},
		{"may not sign", bundle(t, all, key, a.leaf(&key.PublicKey, x509.KeyUsageKeyEncipherment), a.between), trusted, Failed, "may not sign"},
		{"a certificate of another key", bundle(t, all, other, leaf, a.between), trusted, Failed, "does not fit"},
		{"RSA", bundle(t, all, key, a.leaf(&rsaKey.PublicKey, x509.KeyUsageDigitalSignature), a.between), trusted, Failed, "elliptic"},
		{"an issuer's certificate", bundle(t, all, a.key, a.between), trusted, Failed, "may not sign"},
		{"no certificate", changed(func(b *oms.Bundle) { b.Verification.Chain.Certificates = nil }), trusted, Failed, "chain of 0"},
		{"certificates that are none", changed(func(b *oms.Bundle) { b.Verification.Chain.Certificates[0].Raw = []byte("MII") }), trusted, Failed, "certificate 1"},
		{"a key beside the certificates", changed(func(b *oms.Bundle) { b.Verification.Key = &oms.PublicKey{Hint: "00"} }), trusted, Failed, "2 kinds"},
		{"another payload", changed(func(b *oms.Bundle) {
			b.Envelope.Payload = []byte(strings.Replace(string(b.Envelope.Payload), "builder", "Builder", 1))
		}), trusted, Failed, "does not fit"},
		{"another type of payload", changed(func(b *oms.Bundle) { b.Envelope.PayloadType = "text/plain" }), trusted, Failed, "payload type"},
		{"no signature", changed(func(b *oms.Bundle) { b.Envelope.Signatures = nil }), trusted, Failed, "0 signatures"},
		{"of another file", bundle(t, about(subject("other.bin", "other")), key, leaf, a.between), trusted, Failed, "none of the model's files"},
		{"of another content", bundle(t, about(subject("config.json", "{} ")), key, leaf, a.between), trusted, Failed, "another content of config.json"},
		{"no statement", bundle(t, attest.Statement{}, key, leaf, a.between), trusted, Failed, ""},
	} {
		raw, err := json.Marshal(c.b)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(s.dir, strings.ReplaceAll(c.name, " ", "-")+".json")
		write(t, file, raw)
		v := verified(t, s.model, s.sig, VerifyOptions{Trust: Trust{Key: &s.key.PublicKey}, Attestations: []string{file}, Attester: c.who})
		got := v.Attestations[0]
		if v.State != c.want || got.State != c.want || !strings.Contains(got.Why, c.why) || got.Method != oms.ByCertificate {
			t.Errorf("%s: %s; the statement: %s by %s: %s", c.name, v.State, got.State, got.Method, got.Why)
		}
		if c.want == Verified && (got.Signer != "CN=builder 7,O=Example Works" || !slices.Equal(got.Covered, []string{"config.json", "weights/w.bin"})) {
			t.Errorf("%s: %+v", c.name, got)
		}
		if got.Predicate == "" && got.Says != "" {
			t.Errorf("%s: its signature does not hold, and it says %q", c.name, got.Says)
		}
	}
}
