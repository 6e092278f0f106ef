package oms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrSignature is returned where a signature is not that of the key.
var ErrSignature = errors.New("oms: the signature does not fit")

// ErrLegacy is returned for forms of before 1.0 where they are not allowed.
var ErrLegacy = errors.New("oms: a weak form of before 1.0, refused unless old forms are allowed")

// Options say what is accepted.
type Options struct {
	// Legacy accepts what libraries before 1.0 wrote. It is weaker: see the package.
	Legacy bool
	// At is when certificates must be valid: now, or, if that is known from elsewhere,
	// when it was signed. A bundle with a certificate is refused without it.
	At time.Time
}

// Result is what a verified signature says.
type Result struct {
	Manifest *Manifest
	Method   Method
	// Legacy says which form of before 1.0 it has, "" for none; Weak that it promises
	// less than that of 1.0 does.
	Legacy string
	Weak   bool
	// Signer is what is known of who signed: a certificate's subject, a key's digest.
	Signer string
}

// hashFor is the hash that goes with a curve (FIPS 186-5; Sigstore's list of
// algorithms).
func hashFor(pub *ecdsa.PublicKey) (crypto.Hash, error) {
	switch pub.Curve {
	case elliptic.P256():
		return crypto.SHA256, nil
	case elliptic.P384():
		return crypto.SHA384, nil
	case elliptic.P521():
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("oms: curve %s; want P-256, P-384 or P-521", pub.Params().Name)
}

func sum(h crypto.Hash, b []byte) []byte {
	x := h.New()
	x.Write(b)
	return x.Sum(nil)
}

// HintOf names a public key as bundles do: SHA-256 over its PEM form.
func HintOf(pub *ecdsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", fmt.Errorf("oms: %w", err)
	}
	s := sha256.Sum256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return hex.EncodeToString(s[:]), nil
}

// SignKey signs a manifest with an elliptic curve key. With certificates, the first
// of which must be the key's, the bundle carries them instead of the key's name.
func SignKey(m *Manifest, key *ecdsa.PrivateKey, chain ...*x509.Certificate) (*Bundle, error) {
	h, err := hashFor(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	payload, err := m.Payload()
	if err != nil {
		return nil, err
	}
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum(h, pae(payload)))
	if err != nil {
		return nil, fmt.Errorf("oms: %w", err)
	}
	b := &Bundle{MediaType: MediaType, Verification: Verification{Log: []json.RawMessage{}}, Envelope: Envelope{Payload: payload, PayloadType: PayloadType, Signatures: []Signature{{Sig: sig}}}}
	if len(chain) > 0 {
		if pub, ok := chain[0].PublicKey.(*ecdsa.PublicKey); !ok || !pub.Equal(&key.PublicKey) {
			return nil, errors.New("oms: the first certificate is not that of the key")
		}
		b.Verification.Chain = &Chain{}
		for _, c := range chain {
			b.Verification.Chain.Certificates = append(b.Verification.Chain.Certificates, Certificate{c.Raw})
		}
		return b, nil
	}
	hint, err := HintOf(&key.PublicKey)
	b.Verification.Key = &PublicKey{Hint: hint}
	return b, err
}

// VerifyKey verifies the signature with a key that was obtained elsewhere.
func (b *Bundle) VerifyKey(pub *ecdsa.PublicKey, o Options) (*Result, error) {
	if b.Method() != ByKey {
		return nil, fmt.Errorf("oms: signed by %s, not by a key", b.Method())
	}
	h, err := hashFor(pub)
	if err != nil {
		return nil, err
	}
	hint, err := HintOf(pub)
	if err != nil {
		return nil, err
	}
	if k := b.Verification.Key; k.Hint != "" && k.Hint != hint {
		return nil, fmt.Errorf("oms: signed by another key: the bundle names %.16s…, this one is %.16s…", k.Hint, hint)
	}
	r := &Result{Method: ByKey, Signer: "key " + hint[:16]}
	if b.Verification.Key.Hint == "" {
		r.Legacy = "written by a library before 1.0.1, which carried the key instead of its name"
	}
	return b.finish(pub, h, h, r, o)
}

// VerifyCertificate verifies the signature and the chain up to one of the roots, as of
// [Options].At: the bundle holds no time that could be trusted. What revocation says is
// not asked.
func (b *Bundle) VerifyCertificate(roots []*x509.Certificate, o Options) (*Result, error) {
	leaf, pub, h, err := b.certificate(roots, o)
	if err != nil {
		return nil, err
	}
	r := &Result{Method: ByCertificate, Signer: leaf.Subject.String()}
	// Version 0.2 hashed with SHA-256 whatever the curve.
	return b.finish(pub, h, crypto.SHA256, r, o)
}

// CheckCertificate verifies the signature and the chain of any bundle, as
// VerifyCertificate does, and says who signed; what was signed is for the caller to read.
func (b *Bundle) CheckCertificate(roots []*x509.Certificate, o Options) (signer string, err error) {
	leaf, pub, h, err := b.certificate(roots, o)
	if err != nil {
		return "", err
	}
	if !ecdsa.VerifyASN1(pub, sum(h, pae(b.Envelope.Payload)), b.Envelope.Signatures[0].Sig) {
		return "", ErrSignature
	}
	return leaf.Subject.String(), nil
}

// certificate verifies the chain and returns the signing certificate with its key.
func (b *Bundle) certificate(roots []*x509.Certificate, o Options) (*x509.Certificate, *ecdsa.PublicKey, crypto.Hash, error) {
	if b.Method() != ByCertificate {
		return nil, nil, 0, fmt.Errorf("oms: signed by %s, not by a certificate", b.Method())
	}
	var certs []*x509.Certificate
	for i, c := range b.Verification.Chain.Certificates {
		x, err := x509.ParseCertificate(c.Raw)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("oms: certificate %d of the chain: %w", i+1, err)
		}
		certs = append(certs, x)
	}
	leaf := certs[0]
	pub, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return nil, nil, 0, fmt.Errorf("oms: the signing certificate has a key of %s; want an elliptic curve key", leaf.PublicKeyAlgorithm)
	}
	h, err := hashFor(pub)
	if err != nil {
		return nil, nil, 0, err
	}
	trusted, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range roots {
		trusted.AddCert(c)
	}
	for _, c := range certs[1:] {
		between.AddCert(c)
	}
	if len(roots) == 0 {
		return nil, nil, 0, errors.New("oms: no root certificates to trust")
	}
	switch {
	case o.At.IsZero():
		return nil, nil, 0, errors.New("oms: no time at which the certificate must be valid")
	case o.At.After(leaf.NotAfter):
		return nil, nil, 0, fmt.Errorf("oms: the signing certificate expired on %s", leaf.NotAfter.UTC().Format(time.DateOnly))
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: trusted, Intermediates: between, CurrentTime: o.At, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		return nil, nil, 0, fmt.Errorf("oms: the signing certificate is not trusted: %w", err)
	}
	if leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 && !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageCodeSigning) {
		return nil, nil, 0, errors.New("oms: the signing certificate may not sign (no digital signature, no code signing)")
	}
	return leaf, pub, h, nil
}

// finish checks the signature itself and reads what was signed.
func (b *Bundle) finish(pub *ecdsa.PublicKey, h, old crypto.Hash, r *Result, o Options) (*Result, error) {
	sig := b.Envelope.Signatures[0].Sig
	if !ecdsa.VerifyASN1(pub, sum(h, pae(b.Envelope.Payload)), sig) {
		if !ecdsa.VerifyASN1(pub, sum(old, legacyPAE(b.Envelope.Payload)), sig) {
			return nil, ErrSignature
		}
		r.Legacy, r.Weak = "written by version 0.2 of the reference library, which signed something else than DSSE", true
	}
	m, err := ReadManifest(b.Envelope.Payload)
	if err != nil {
		return nil, err
	}
	if m.Legacy {
		if r.Weak = true; r.Legacy == "" {
			r.Legacy = "a statement of before 1.0, which does not say how the model was serialised"
		}
	}
	if r.Weak && !o.Legacy {
		return nil, fmt.Errorf("%w: %s", ErrLegacy, r.Legacy)
	}
	r.Manifest = m
	return r, nil
}
