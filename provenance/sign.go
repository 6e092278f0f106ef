package provenance

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
)

// SignOptions say with what a model is signed.
type SignOptions struct {
	HashOptions
	Key *ecdsa.PrivateKey
	// Chain is the key's certificate, then those up to, not with, the root.
	Chain []*x509.Certificate
	// Signature is the file that will hold it: it is no part of the model.
	Signature string
}

// Sign hashes a model and signs the list.
func Sign(ctx context.Context, model string, o SignOptions) (*oms.Bundle, *oms.Manifest, error) {
	h := o.HashOptions
	if rel, ok := within(model, o.Signature); ok {
		h.Ignore = append(h.Ignore, rel)
	}
	m, err := Hash(ctx, model, h)
	if err != nil {
		return nil, nil, err
	}
	b, err := oms.SignKey(m, o.Key, o.Chain...)
	return b, m, wardround.Wrap(wardround.EInvalid, "model sign", err)
}

// within reports where a file lies in a model's folder.
func within(model, file string) (string, bool) {
	if file == "" {
		return "", false
	}
	m, e1 := filepath.Abs(model)
	f, e2 := filepath.Abs(file)
	if e1 != nil || e2 != nil {
		return "", false
	}
	rel, err := filepath.Rel(m, f)
	if err != nil || rel == "." || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// ReadPrivateKey reads an elliptic curve key in PEM (PKCS #8 or SEC 1), not
// encrypted. Error: EInvalid.
func ReadPrivateKey(b []byte) (*ecdsa.PrivateKey, error) {
	const op = "key"
	for p, rest := pem.Decode(b); p != nil; p, rest = pem.Decode(rest) {
		switch p.Type {
		case "EC PRIVATE KEY":
			k, err := x509.ParseECPrivateKey(p.Bytes)
			return k, wardround.Wrap(wardround.EInvalid, op, err)
		case "PRIVATE KEY":
			k, err := x509.ParsePKCS8PrivateKey(p.Bytes)
			if err != nil {
				return nil, wardround.Wrap(wardround.EInvalid, op, err)
			}
			if ec, ok := k.(*ecdsa.PrivateKey); ok {
				return ec, nil
			}
			return nil, wardround.Errorf(wardround.EInvalid, op, "the key is no elliptic curve key; models are signed with P-256, P-384 or P-521")
		case "ENCRYPTED PRIVATE KEY":
			return nil, wardround.Errorf(wardround.EInvalid, op, "the key is encrypted; decrypt it first (openssl pkcs8 -in KEY -out PLAIN), into a place only you can read")
		}
	}
	return nil, wardround.Errorf(wardround.EInvalid, op, "no private key in PEM (make one with: openssl ecparam -name prime256v1 -genkey -noout -out key.pem)")
}

// ReadPublicKey reads an elliptic curve key in PEM: a public key, or that of a
// certificate. Error: EInvalid.
func ReadPublicKey(b []byte) (*ecdsa.PublicKey, error) {
	const op = "key"
	for p, rest := pem.Decode(b); p != nil; p, rest = pem.Decode(rest) {
		var k any
		var err error
		switch p.Type {
		case "PUBLIC KEY":
			k, err = x509.ParsePKIXPublicKey(p.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(p.Bytes); err == nil {
				k = c.PublicKey
			}
		case "EC PRIVATE KEY", "PRIVATE KEY":
			return nil, wardround.Errorf(wardround.EInvalid, op, "this is the private key; verifying needs the public one (openssl ec -in KEY -pubout)")
		default:
			continue
		}
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
		if ec, ok := k.(*ecdsa.PublicKey); ok {
			return ec, nil
		}
		return nil, wardround.Errorf(wardround.EInvalid, op, "the key is no elliptic curve key")
	}
	return nil, wardround.Errorf(wardround.EInvalid, op, "no public key in PEM")
}

// ReadAttesterKey reads the public key of who makes statements, PEM: Ed25519, ECDSA or
// RSA, or that of a certificate. Error: EInvalid.
func ReadAttesterKey(b []byte) (crypto.PublicKey, error) {
	const op = "key"
	for p, rest := pem.Decode(b); p != nil; p, rest = pem.Decode(rest) {
		switch p.Type {
		case "PUBLIC KEY":
			k, err := x509.ParsePKIXPublicKey(p.Bytes)
			return k, wardround.Wrap(wardround.EInvalid, op, err)
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(p.Bytes)
			if err != nil {
				return nil, wardround.Wrap(wardround.EInvalid, op, err)
			}
			return c.PublicKey, nil
		case "EC PRIVATE KEY", "PRIVATE KEY":
			return nil, wardround.Errorf(wardround.EInvalid, op, "this is the private key; verifying needs the public one (openssl pkey -in KEY -pubout)")
		}
	}
	return nil, wardround.Errorf(wardround.EInvalid, op, "no public key in PEM")
}

// ReadCertificates reads all certificates of a PEM file, at most 1,000. Error: EInvalid.
func ReadCertificates(b []byte) ([]*x509.Certificate, error) {
	const op = "certificates"
	var out []*x509.Certificate
	for p, rest := pem.Decode(b); p != nil; p, rest = pem.Decode(rest) {
		if p.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(p.Bytes)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, op, err)
		}
		if out = append(out, c); len(out) > 1000 {
			return nil, wardround.Errorf(wardround.EInvalid, op, "more than 1,000 certificates")
		}
	}
	if len(out) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "no certificate in PEM")
	}
	return out, nil
}
