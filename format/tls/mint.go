package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"time"
)

// Profile says what a minted certificate shall contain.
type Profile struct {
	CommonName   string
	Organization string
	DNSNames     []string
	Addresses    []netip.Addr
	Serial       uint64 // 1 or more
	NotBefore    time.Time
	NotAfter     time.Time
	CA           bool
	Key          KeyType
	// Fake replaces the signature by filler of that algorithm (RSA with MD5, SHA-1
	// or SHA-2): a certificate as old equipment has it, which nobody can verify.
	Fake x509.SignatureAlgorithm
}

// KeyType is the type of a minted certificate's key: Ed25519Key, ECDSAKey, or
// the size of an RSA modulus in bits.
type KeyType int

// The key types besides RSA.
const (
	Ed25519Key KeyType = 0
	ECDSAKey   KeyType = 1 // on P-256
)

// Identity is a certificate and the key it can sign with.
type Identity struct {
	DER    []byte
	cert   *x509.Certificate
	signer crypto.Signer // nil for RSA keys, whose modulus is filler too
}

// Mint makes a certificate that depends on seed, profile and issuer alone: keys
// come from the seed, serial and times from the profile. A nil issuer makes it
// self-signed. Identities are for simulated traffic: their private keys are no
// secret. Errors: a profile that crypto/x509 refuses, or an RSA key that would
// have to sign.
func Mint(seed string, p Profile, issuer *Identity) (*Identity, error) {
	id := &Identity{}
	public := id.generate(seed, p.Key)
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(p.Serial),
		Subject:      pkix.Name{CommonName: p.CommonName},
		NotBefore:    p.NotBefore, NotAfter: p.NotAfter,
		DNSNames: p.DNSNames,
		IsCA:     p.CA, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature,
		// Set here, because crypto/x509 has changed how it derives one.
		SubjectKeyId: keyID(public),
	}
	if p.Organization != "" {
		template.Subject.Organization = []string{p.Organization}
	}
	for _, a := range p.Addresses {
		template.IPAddresses = append(template.IPAddresses, net.IP(a.AsSlice()))
	}
	if p.CA {
		template.KeyUsage |= x509.KeyUsageCertSign
	}
	parent, signer := template, id.signer
	if issuer != nil {
		parent, signer = issuer.cert, issuer.signer
	}
	if signer == nil {
		if p.Fake == 0 {
			return nil, fmt.Errorf("tls: %q: RSA keys are filler and cannot sign", p.CommonName)
		}
		signer = ed25519.NewKeyFromSeed(make([]byte, 32)) // its signature will be replaced
	}
	// No randomness: Ed25519 needs none, ECDSA without a source is that of RFC 6979.
	der, err := x509.CreateCertificate(nil, template, parent, public, signer)
	if err == nil && p.Fake != 0 {
		der, err = fake(der, p.Fake, NewFiller(seed+" signature"))
	}
	if err != nil {
		return nil, fmt.Errorf("tls: %q: %w", p.CommonName, err)
	}
	id.DER = der
	id.cert, err = x509.ParseCertificate(der)
	return id, err
}

// generate makes the key pair of a seed and returns the public key.
func (id *Identity) generate(seed string, k KeyType) crypto.PublicKey {
	filler := NewFiller(seed + " key")
	switch k {
	case Ed25519Key:
		id.signer = ed25519.NewKeyFromSeed(filler.Bytes(ed25519.SeedSize))
	case ECDSAKey:
		for id.signer == nil { // one in 2^32 numbers is too large
			if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), filler.Bytes(32)); err == nil {
				id.signer = key
			}
		}
	default:
		n := filler.Bytes(int(k) / 8)
		n[0] |= 0x80
		n[len(n)-1] |= 1
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	}
	return id.signer.Public()
}

func keyID(public crypto.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil // CreateCertificate will say why
	}
	sum := sha256.Sum256(der)
	return sum[:20]
}

// fakes are the algorithms that a signature can pretend to.
var fakes = map[x509.SignatureAlgorithm]asn1.ObjectIdentifier{
	x509.MD5WithRSA:    {1, 2, 840, 113549, 1, 1, 4},
	x509.SHA1WithRSA:   {1, 2, 840, 113549, 1, 1, 5},
	x509.SHA256WithRSA: {1, 2, 840, 113549, 1, 1, 11},
	x509.SHA384WithRSA: {1, 2, 840, 113549, 1, 1, 12},
	x509.SHA512WithRSA: {1, 2, 840, 113549, 1, 1, 13},
}

// fake rewrites a certificate as if it had been signed with alg and a 2,048-bit key.
func fake(der []byte, alg x509.SignatureAlgorithm, f *Filler) ([]byte, error) {
	oid := fakes[alg]
	if oid == nil {
		return nil, fmt.Errorf("no filler for a signature by %s", alg)
	}
	id, err := asn1.Marshal(pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: asn1.NullRawValue})
	if err != nil {
		return nil, err
	}
	signature, err := asn1.Marshal(asn1.BitString{Bytes: f.Bytes(256), BitLength: 2048})
	if err != nil {
		return nil, err
	}
	var outer, tbs []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, err
	}
	if _, err := asn1.Unmarshal(outer[0].FullBytes, &tbs); err != nil {
		return nil, err
	}
	tbs[2] = asn1.RawValue{FullBytes: id} // version, serial number, signature algorithm
	body, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal([]asn1.RawValue{{FullBytes: body}, {FullBytes: id}, {FullBytes: signature}})
}

// Signer returns the identity's key, nil for RSA: tests put it into real peers.
func (id *Identity) Signer() crypto.Signer { return id.signer }
