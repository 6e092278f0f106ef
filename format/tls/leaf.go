package tls

import (
	"bytes"
	"crypto/dsa" //lint:ignore SA1019 certificates of old equipment still have such keys, and it is our task to say so
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/netip"
	"time"

	"github.com/wardround/wardround/format"
)

// Leaf is what a certificate says (RFC 5280 §4.1).
type Leaf struct {
	Fingerprint [32]byte // SHA-256 of the certificate
	KeyID       [32]byte // SHA-256 of its SubjectPublicKeyInfo
	Serial      []byte   // content octets of the INTEGER

	Subject, Issuer string // as RFC 4514 writes names; "" when they cannot be read
	CommonName      string // of the subject
	IssuerName      string // common name or, without one, organisation of the issuer

	DNSNames  []string // subject alternative names
	Addresses []netip.Addr
	// OtherNames counts mail addresses, URIs and other alternative names, which
	// may name a person.
	OtherNames int

	NotBefore, NotAfter time.Time

	KeyType   string // "RSA", "ECDSA", "Ed25519", "DSA", or the algorithm's OID
	KeyBits   int    // 0 when not known
	Signature string // "SHA256-RSA", "ECDSA-SHA384", or the algorithm's OID
	CA        bool

	// SelfIssued says that subject and issuer are the same name. SelfSigned says
	// that it also carries its own key's signature; CannotVerify is why that could
	// not be tested, "" when it was.
	SelfIssued   bool
	SelfSigned   bool
	CannotVerify string

	// Complaint is what crypto/x509 holds against the certificate, "" for
	// nothing. The fields were then read by a more tolerant reader.
	Complaint string
}

// maxNames bounds how many alternative names are kept.
const maxNames = 100

// maxVerify is the largest RSA key, in bits, whose signature is verified: larger
// ones would let a stranger choose our work.
const maxVerify = 8192

// ParseLeaf reads one certificate. Error: [format.ErrMalformed] when not even the
// outline of a certificate is there.
func ParseLeaf(der []byte) (*Leaf, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		l, tolerant := parseTolerant(der)
		if tolerant != nil {
			return nil, &format.Error{Format: name, Offset: -1, Field: "certificate", Source: "RFC 5280 §4.1",
				Err: fmt.Errorf("%w: %v", format.ErrMalformed, err)}
		}
		l.Complaint = err.Error()
		return l, nil
	}
	l := &Leaf{
		Fingerprint: sha256.Sum256(der), KeyID: sha256.Sum256(cert.RawSubjectPublicKeyInfo),
		Serial:  cert.SerialNumber.Bytes(),
		Subject: cert.Subject.String(), Issuer: cert.Issuer.String(),
		CommonName: cert.Subject.CommonName, IssuerName: cert.Issuer.CommonName,
		OtherNames: len(cert.EmailAddresses) + len(cert.URIs),
		NotBefore:  cert.NotBefore, NotAfter: cert.NotAfter,
		Signature:  cert.SignatureAlgorithm.String(),
		CA:         cert.IsCA,
		SelfIssued: bytes.Equal(cert.RawSubject, cert.RawIssuer),
	}
	if l.IssuerName == "" && len(cert.Issuer.Organization) > 0 {
		l.IssuerName = cert.Issuer.Organization[0]
	}
	l.DNSNames = cert.DNSNames[:min(len(cert.DNSNames), maxNames)]
	for _, ip := range cert.IPAddresses[:min(len(cert.IPAddresses), maxNames)] {
		if a, ok := netip.AddrFromSlice(ip); ok {
			l.Addresses = append(l.Addresses, a.Unmap())
		}
	}
	l.KeyType, l.KeyBits = keyType(cert)
	if l.SelfIssued {
		l.verifySelf(cert)
	}
	return l, nil
}

func keyType(cert *x509.Certificate) (string, int) {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", key.N.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA", key.Params().BitSize
	case ed25519.PublicKey:
		return "Ed25519", 256
	case *dsa.PublicKey:
		return "DSA", key.P.BitLen()
	}
	return cert.PublicKeyAlgorithm.String(), 0
}

func (l *Leaf) verifySelf(cert *x509.Certificate) {
	if l.KeyBits > maxVerify {
		l.CannotVerify = fmt.Sprintf("a key of %d bits", l.KeyBits)
		return
	}
	err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	if _, insecure := err.(x509.InsecureAlgorithmError); insecure || err == x509.ErrUnsupportedAlgorithm {
		l.CannotVerify = err.Error()
		return
	}
	l.SelfSigned = err == nil
}

// Covers reports whether the certificate is for host, a DNS name or an IP
// address: by its alternative names (RFC 9525 §6.3), or, when it has none, by its
// common name, as devices from before 2011 expect (byCommonName is set then).
func (l *Leaf) Covers(host string) (ok, byCommonName bool) {
	if len(l.DNSNames)+len(l.Addresses)+l.OtherNames > 0 {
		return l.coveredBy(host, l.DNSNames, l.Addresses), false
	}
	var addresses []netip.Addr
	if a, err := netip.ParseAddr(l.CommonName); err == nil {
		addresses = append(addresses, a.Unmap())
	}
	ok = l.coveredBy(host, []string{l.CommonName}, addresses)
	return ok, ok
}

func (l *Leaf) coveredBy(host string, names []string, addresses []netip.Addr) bool {
	cert := x509.Certificate{DNSNames: names}
	for _, a := range addresses {
		cert.IPAddresses = append(cert.IPAddresses, a.AsSlice())
	}
	return cert.VerifyHostname(host) == nil
}

// Leaf parses the server's own certificate. It returns nil without error when
// none is visible.
func (s *Session) Leaf() (*Leaf, error) {
	if s.Certificates() != Shown {
		return nil, nil
	}
	return ParseLeaf(s.ServerChain.Chain[0])
}
