package tls

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// certificate and the structs below mirror RFC 5280 §4.1 as far as a certificate
// that crypto/x509 refuses may still be read: a curve it does not know
// (brainpool), a negative serial number, a name outside its character set.
type certificate struct {
	TBS       toBeSigned
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

type toBeSigned struct {
	Version    asn1.RawValue `asn1:"optional,explicit,tag:0"`
	Serial     asn1.RawValue
	Algorithm  asn1.RawValue
	Issuer     asn1.RawValue
	Validity   validity
	Subject    asn1.RawValue
	Key        publicKey
	IssuerID   asn1.BitString   `asn1:"optional,tag:1"`
	SubjectID  asn1.BitString   `asn1:"optional,tag:2"`
	Extensions []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
}

type validity struct{ NotBefore, NotAfter time.Time }

type publicKey struct {
	Raw       asn1.RawContent
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

var (
	oidAltNames    = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidCommonName  = asn1.ObjectIdentifier{2, 5, 4, 3}
)

// Names and sizes of what crypto/x509 leaves unnamed, by object identifier.
var (
	curves = map[string]int{
		"1.2.840.10045.3.1.7": 256, "1.3.132.0.34": 384, "1.3.132.0.35": 521, "1.3.132.0.33": 224,
		"1.2.840.10045.3.1.1": 192, "1.3.132.0.10": 256,
		"1.3.36.3.3.2.8.1.1.7": 256, "1.3.36.3.3.2.8.1.1.11": 384, "1.3.36.3.3.2.8.1.1.13": 512, // brainpool, RFC 5639
	}
	keyNames = map[string]string{
		"1.2.840.113549.1.1.1": "RSA", "1.2.840.113549.1.1.10": "RSA", "1.2.840.10045.2.1": "ECDSA",
		"1.2.840.10040.4.1": "DSA", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448",
	}
	signatureNames = map[string]string{
		"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.4": "MD5-RSA", "1.2.840.113549.1.1.5": "SHA1-RSA",
		"1.2.840.113549.1.1.10": "RSA-PSS", "1.2.840.113549.1.1.11": "SHA256-RSA",
		"1.2.840.113549.1.1.12": "SHA384-RSA", "1.2.840.113549.1.1.13": "SHA512-RSA",
		"1.2.840.10045.4.1": "ECDSA-SHA1", "1.2.840.10045.4.3.1": "ECDSA-SHA224", "1.2.840.10045.4.3.2": "ECDSA-SHA256",
		"1.2.840.10045.4.3.3": "ECDSA-SHA384", "1.2.840.10045.4.3.4": "ECDSA-SHA512",
		"1.2.840.10040.4.3": "DSA-SHA1", "2.16.840.1.101.3.4.3.2": "DSA-SHA256", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448",
	}
)

var errTrailing = errors.New("bytes behind the certificate")

// parseTolerant reads what it can; an error means that there is no outline.
func parseTolerant(der []byte) (*Leaf, error) {
	var c certificate
	rest, err := asn1.Unmarshal(der, &c)
	switch {
	case err != nil:
		return nil, err
	case len(rest) > 0:
		return nil, errTrailing
	}
	t := &c.TBS
	l := &Leaf{
		Fingerprint: sha256.Sum256(der), KeyID: sha256.Sum256(t.Key.Raw), Serial: t.Serial.Bytes,
		NotBefore: t.Validity.NotBefore, NotAfter: t.Validity.NotAfter,
		SelfIssued:   bytes.Equal(t.Subject.FullBytes, t.Issuer.FullBytes),
		CannotVerify: "the certificate breaks the rules",
	}
	l.Subject, l.CommonName, _ = readName(t.Subject.FullBytes)
	issuer, common, org := readName(t.Issuer.FullBytes)
	if l.Issuer, l.IssuerName = issuer, common; common == "" {
		l.IssuerName = org
	}
	l.KeyType, l.KeyBits = t.Key.describe()
	if l.Signature = signatureNames[c.Algorithm.Algorithm.String()]; l.Signature == "" {
		l.Signature = c.Algorithm.Algorithm.String()
	}
	for _, x := range t.Extensions {
		switch {
		case x.Id.Equal(oidAltNames):
			l.readAltNames(x.Value)
		case x.Id.Equal(oidConstraints):
			var constraints struct {
				CA  bool `asn1:"optional"`
				Max int  `asn1:"optional,default:-1"`
			}
			_, err := asn1.Unmarshal(x.Value, &constraints)
			l.CA = err == nil && constraints.CA
		}
	}
	return l, nil
}

// readName returns a name as text, its common name and its organisation. A name
// with characters outside its string type is read attribute by attribute.
func readName(der []byte) (text, common, org string) {
	var seq pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &seq); err == nil {
		var n pkix.Name
		n.FillFromRDNSequence(&seq)
		if len(n.Organization) > 0 {
			org = n.Organization[0]
		}
		return n.String(), n.CommonName, org
	}
	var sets []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &sets); err != nil {
		return "", "", ""
	}
	for _, set := range sets {
		var attribute struct {
			ID    asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		if _, err := asn1.Unmarshal(set.Bytes, &attribute); err == nil && attribute.ID.Equal(oidCommonName) {
			common = string(attribute.Value.Bytes)
		}
	}
	return "", common, ""
}

func (k *publicKey) describe() (string, int) {
	oid := k.Algorithm.Algorithm.String()
	name := keyNames[oid]
	switch name {
	case "":
		return oid, 0
	case "RSA":
		var key struct{ N, E asn1.RawValue }
		if _, err := asn1.Unmarshal(k.Key.Bytes, &key); err == nil {
			n := bytes.TrimLeft(key.N.Bytes, "\x00")
			return name, len(n) * 8
		}
	case "ECDSA":
		var curve asn1.ObjectIdentifier
		if _, err := asn1.Unmarshal(k.Algorithm.Parameters.FullBytes, &curve); err == nil {
			return name, curves[curve.String()]
		}
	case "Ed25519", "Ed448":
		return name, 8 * len(k.Key.Bytes)
	}
	return name, 0
}

// readAltNames reads GeneralNames (RFC 5280 §4.2.1.6).
func (l *Leaf) readAltNames(der []byte) {
	var names []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &names); err != nil {
		return
	}
	for i, n := range names {
		switch {
		case i >= maxNames || n.Class != asn1.ClassContextSpecific:
			return
		case n.Tag == 2:
			l.DNSNames = append(l.DNSNames, string(n.Bytes))
		case n.Tag == 7:
			if a, ok := netip.AddrFromSlice(n.Bytes); ok {
				l.Addresses = append(l.Addresses, a.Unmap())
			}
		default:
			l.OtherNames++
		}
	}
}

// SerialText returns the serial number in hexadecimal.
func (l *Leaf) SerialText() string { return fmt.Sprintf("%x", l.Serial) }
