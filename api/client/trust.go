package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strings"

	"github.com/wardround/wardround"
)

// Pin returns how a certificate is pinned: "sha256:" and the hex digits of SHA-256
// over its public key (RFC 5280 §4.1.2.7 SubjectPublicKeyInfo). It stays the same
// when the certificate is renewed with the same key.
func Pin(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// trust is what vouches for the server.
func (o Options) trust() (*tls.Config, error) {
	const op = "client"
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.Roots != nil {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(o.Roots) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "no certificate could be read; want PEM, which begins with -----BEGIN CERTIFICATE-----")
		}
	}
	if o.Pin == "" {
		return t, nil
	}
	digits, ok := strings.CutPrefix(strings.ToLower(o.Pin), "sha256:")
	want, err := hex.DecodeString(digits)
	if !ok || err != nil || len(want) != sha256.Size {
		return nil, wardround.Errorf(wardround.EInvalid, op, "pin %q: want sha256: and 64 hex digits, as serve prints it", o.Pin)
	}
	// The key is compared instead of a chain: a certificate that signs itself is as
	// good as any when its key is known.
	t.InsecureSkipVerify = true
	t.VerifyConnection = func(s tls.ConnectionState) error {
		got := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
		if subtle.ConstantTimeCompare(got[:], want) != 1 {
			return wardround.Errorf(wardround.EForbidden, op, "the server's key is sha256:%x, not the one that is pinned: its key was changed, or something stands between", got)
		}
		return nil
	}
	return t, nil
}
