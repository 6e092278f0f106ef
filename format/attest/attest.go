// Package attest makes and reads signed statements: in-toto statements (in-toto
// Attestation Framework, version 1) in DSSE envelopes (Dead Simple Signing
// Envelope 1.0), signed with Ed25519 or ECDSA P-256 keys in PEM.
//
// DSSE signs type and payload together, so that a statement of one kind cannot be
// shown as one of another. The envelope and its signatures are those of
// go-securesystemslib, whose verification others use, too.
package attest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Media types of payloads.
const (
	InToto  = "application/vnd.in-toto+json"
	OpenVEX = "application/openvex+json"
	CSAF    = "application/csaf+json"
)

// StatementType is the type of in-toto statements that are written; v0.1 is read, too.
const StatementType = "https://in-toto.io/Statement/v1"

// MaxBytes is the largest envelope that is read.
const MaxBytes = 64 << 20

// Statement is an in-toto statement: a predicate about subjects.
type Statement struct {
	Type          string          `json:"_type"`
	Subject       []Subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

// Subject is what a statement is about, by digest.
type Subject struct {
	Name   string            `json:"name,omitempty"`
	Digest map[string]string `json:"digest"` // algorithm → hex
}

// ReadStatement reads a statement.
func ReadStatement(b []byte) (*Statement, error) {
	var s Statement
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	switch {
	case s.Type != StatementType && s.Type != "https://in-toto.io/Statement/v0.1":
		return nil, fmt.Errorf("attest: _type %.60q is no in-toto statement", s.Type)
	case len(s.Subject) == 0 || len(s.Subject) > 100_000:
		return nil, fmt.Errorf("attest: %d subjects", len(s.Subject))
	case s.PredicateType == "":
		return nil, errors.New("attest: no predicateType")
	}
	return &s, nil
}

// Key signs, or verifies.
type Key struct {
	private crypto.Signer
	public  crypto.PublicKey
	id      string
}

// ID is the key's name in envelopes: SHA-256 over its public part (PKIX), hex.
func (k *Key) ID() string { return k.id }

// Public returns the public part in PEM.
func (k *Key) Public() []byte {
	b, err := x509.MarshalPKIXPublicKey(k.public)
	if err != nil {
		return nil // made from a key that was marshalled before
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

// NewKey makes an Ed25519 key and its PEM (PKCS #8).
func NewKey() (*Key, []byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	b, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	k, err := newKey(private, private.Public())
	return k, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}), err
}

// ReadKey reads a private key (PKCS #8 or SEC 1) or a public one (PKIX, or that of a
// certificate) from PEM.
func ReadKey(b []byte) (*Key, error) {
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return nil, errors.New("attest: no key in PEM")
		}
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "PUBLIC KEY":
			key, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(block.Bytes); err == nil {
				key = c.PublicKey
			}
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("attest: %w", err)
		}
		switch k := key.(type) {
		case crypto.Signer:
			return newKey(k, k.Public())
		default:
			return newKey(nil, k)
		}
	}
}

func newKey(private crypto.Signer, public crypto.PublicKey) (*Key, error) {
	switch p := public.(type) {
	case ed25519.PublicKey:
	case *ecdsa.PublicKey:
		if p.Curve.Params().BitSize != 256 {
			return nil, errors.New("attest: of ECDSA keys those of P-256 are used")
		}
	default:
		return nil, fmt.Errorf("attest: a key of type %T; Ed25519 and ECDSA P-256 are used", public)
	}
	b, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	h := sha256.Sum256(b)
	return &Key{private: private, public: public, id: hex.EncodeToString(h[:])}, nil
}

// Verifier is a key that verifies only: Ed25519, ECDSA on P-256, P-384 or P-521 with
// the hash of its size, and RSA of at least 2,048 bits with PSS or PKCS #1 v1.5 and
// SHA-256, as other tools sign statements.
func Verifier(public crypto.PublicKey) (*Key, error) {
	switch p := public.(type) {
	case ed25519.PublicKey:
	case *ecdsa.PublicKey:
		if n := p.Curve.Params().BitSize; n != 256 && n != 384 && n != 521 {
			return nil, fmt.Errorf("attest: an ECDSA key of %d bits; P-256, P-384 and P-521 are used", n)
		}
	case *rsa.PublicKey:
		if p.N.BitLen() < 2048 {
			return nil, fmt.Errorf("attest: an RSA key of %d bits; at least 2048", p.N.BitLen())
		}
	default:
		return nil, fmt.Errorf("attest: a key of type %T; Ed25519, ECDSA and RSA are used", public)
	}
	b, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	h := sha256.Sum256(b)
	return &Key{public: public, id: hex.EncodeToString(h[:])}, nil
}

type signer struct{ *Key }

func (s signer) KeyID() (string, error) { return s.id, nil }

func (s signer) Public() crypto.PublicKey { return s.public }

func (s signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	if s.private == nil {
		return nil, errors.New("attest: the key is a public one")
	}
	if _, ok := s.public.(ed25519.PublicKey); ok {
		return s.private.Sign(rand.Reader, data, crypto.Hash(0))
	}
	h := sha256.Sum256(data)
	return s.private.Sign(rand.Reader, h[:], crypto.SHA256)
}

func (s signer) Verify(_ context.Context, data, sig []byte) error {
	ok := false
	switch p := s.public.(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(p, data, sig)
	case *ecdsa.PublicKey:
		var h []byte
		switch p.Curve.Params().BitSize {
		case 256:
			x := sha256.Sum256(data)
			h = x[:]
		case 384:
			x := sha512.Sum384(data)
			h = x[:]
		default:
			x := sha512.Sum512(data)
			h = x[:]
		}
		ok = ecdsa.VerifyASN1(p, h, sig)
	case *rsa.PublicKey:
		h := sha256.Sum256(data)
		ok = rsa.VerifyPSS(p, crypto.SHA256, h[:], sig, nil) == nil || rsa.VerifyPKCS1v15(p, crypto.SHA256, h[:], sig) == nil
	}
	if !ok {
		return errors.New("the signature does not fit")
	}
	return nil
}

// Sign wraps a payload of a media type into a signed envelope, as JSON.
func Sign(ctx context.Context, k *Key, mediaType string, payload []byte) ([]byte, error) {
	es, err := dsse.NewEnvelopeSigner(signer{k})
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	env, err := es.SignPayload(ctx, mediaType, payload)
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	return json.Marshal(env)
}

// SignStatement signs an in-toto statement about subjects.
func SignStatement(ctx context.Context, k *Key, predicateType string, predicate any, subjects ...Subject) ([]byte, error) {
	p, err := json.Marshal(predicate)
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	b, err := json.Marshal(Statement{Type: StatementType, Subject: subjects, PredicateType: predicateType, Predicate: p})
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	return Sign(ctx, k, InToto, b)
}

// Opened is an envelope that was opened.
type Opened struct {
	MediaType string
	Payload   []byte
	// Signer is the id of the key whose signature fits, "" when none was verified.
	Signer string
	Keys   []string // ids that the envelope names
}

// ErrUnverified says that no signature fits a key that is trusted.
var ErrUnverified = errors.New("no signature fits a key that is trusted")

// Open opens an envelope. With keys one signature at least must fit one of them,
// else the error wraps ErrUnverified; without keys nothing is verified, and Signer is
// empty.
func Open(ctx context.Context, b []byte, keys ...*Key) (*Opened, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("attest: envelope of %d bytes; at most %d", len(b), MaxBytes)
	}
	var env dsse.Envelope
	if err := json.Unmarshal(b, &env); err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	if env.PayloadType == "" || len(env.Signatures) == 0 || len(env.Signatures) > 64 {
		return nil, fmt.Errorf("attest: %d signatures over a payload of type %.60q: no signed envelope", len(env.Signatures), env.PayloadType)
	}
	payload, err := decode(env.Payload)
	if err != nil {
		return nil, fmt.Errorf("attest: payload: %w", err)
	}
	o := &Opened{MediaType: env.PayloadType, Payload: payload}
	for _, s := range env.Signatures {
		o.Keys = append(o.Keys, s.KeyID)
	}
	if len(keys) == 0 {
		return o, nil
	}
	for i := range env.Signatures { // a hint that nothing vouches for, and each tool makes its own names
		env.Signatures[i].KeyID = ""
	}
	for _, k := range keys {
		ev, err := dsse.NewEnvelopeVerifier(signer{k})
		if err != nil {
			return nil, fmt.Errorf("attest: %w", err)
		}
		if _, err := ev.Verify(ctx, &env); err == nil {
			o.Signer = k.id
			return o, nil
		}
	}
	return nil, fmt.Errorf("attest: %w", ErrUnverified)
}

func decode(s string) ([]byte, error) {
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.DecodeString(s); err == nil {
			return b, nil
		}
	}
	return nil, errors.New("not base64")
}

// IsEnvelope reports whether a document looks like an envelope.
func IsEnvelope(b []byte) bool {
	return bytes.Contains(b[:min(len(b), 1<<20)], []byte(`"payloadType"`)) && bytes.Contains(b, []byte(`"signatures"`))
}
