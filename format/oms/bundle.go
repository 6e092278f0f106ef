package oms

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// What bundles are made of.
const (
	MediaType   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	PayloadType = "application/vnd.in-toto+json"
)

// MaxBytes is the largest bundle that is read: some 200,000 shards.
const MaxBytes = 64 << 20

// Bundle is a Sigstore bundle as model signatures use it.
type Bundle struct {
	MediaType    string       `json:"mediaType"`
	Verification Verification `json:"verificationMaterial"`
	Envelope     Envelope     `json:"dsseEnvelope"`

	raw []byte
}

// Verification says how the signature can be checked: one of the three is set.
type Verification struct {
	Key         *PublicKey   `json:"publicKey,omitempty"`
	Chain       *Chain       `json:"x509CertificateChain,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"` // Sigstore's, which lives ten minutes
	// Log are entries of a transparency log, as written.
	Log []json.RawMessage `json:"tlogEntries"`
	// Timestamps are RFC 3161 responses, as written.
	Timestamps json.RawMessage `json:"timestampVerificationData,omitempty"`
}

// PublicKey names a key: Hint is the hex SHA-256 of its PEM form; libraries before
// 1.0.1 wrote the PEM itself into Raw, which proves nothing.
type PublicKey struct {
	Hint    string `json:"hint,omitempty"`
	Raw     []byte `json:"rawBytes,omitempty"`
	Details string `json:"keyDetails,omitempty"`
}

// Chain is the signing certificate, then those between it and a root.
type Chain struct {
	Certificates []Certificate `json:"certificates"`
}

// Certificate is an X.509 certificate in DER.
type Certificate struct {
	Raw []byte `json:"rawBytes"`
}

// Envelope is a DSSE envelope.
type Envelope struct {
	Payload     []byte      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature over the envelope's type and payload.
type Signature struct {
	Sig   []byte `json:"sig"`
	KeyID string `json:"keyid"`
}

// Method says how a bundle was signed.
type Method string

// The methods.
const (
	ByKey         Method = "key"
	ByCertificate Method = "certificate"
	BySigstore    Method = "sigstore"
)

// Read reads a bundle. It checks its form, nothing more.
func Read(b []byte) (*Bundle, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("oms: a bundle of %d bytes; at most %d", len(b), MaxBytes)
	}
	var x Bundle
	if err := json.Unmarshal(b, &x); err != nil {
		return nil, fmt.Errorf("oms: %w", err)
	}
	x.raw = b
	v := &x.Verification
	ways := 0
	for _, is := range []bool{v.Key != nil, v.Chain != nil, v.Certificate != nil} {
		if is {
			ways++
		}
	}
	switch {
	case x.MediaType != MediaType:
		return nil, fmt.Errorf("oms: media type %.80q; want %s", x.MediaType, MediaType)
	case ways != 1:
		return nil, fmt.Errorf("oms: %d kinds of verification material; want one of publicKey, x509CertificateChain, certificate", ways)
	case v.Chain != nil && (len(v.Chain.Certificates) == 0 || len(v.Chain.Certificates) > 16):
		return nil, fmt.Errorf("oms: a chain of %d certificates; 1 to 16", len(v.Chain.Certificates))
	case x.Envelope.PayloadType != PayloadType:
		return nil, fmt.Errorf("oms: payload type %.80q; want %s", x.Envelope.PayloadType, PayloadType)
	case len(x.Envelope.Payload) == 0:
		return nil, errors.New("oms: an empty payload")
	case len(x.Envelope.Signatures) != 1 || len(x.Envelope.Signatures[0].Sig) == 0:
		return nil, fmt.Errorf("oms: %d signatures; want one", len(x.Envelope.Signatures))
	}
	return &x, nil
}

// Method says how the bundle was signed.
func (b *Bundle) Method() Method {
	switch {
	case b.Verification.Key != nil:
		return ByKey
	case b.Verification.Chain != nil:
		return ByCertificate
	}
	return BySigstore
}

// Bytes is the bundle as it was read, or as it is written.
func (b *Bundle) Bytes() ([]byte, error) {
	if b.raw != nil {
		return b.raw, nil
	}
	return json.Marshal(b)
}

// pae is what is signed: the pre-authentication encoding of DSSE 1.0.
func pae(payload []byte) []byte {
	out := []byte("DSSEv1 " + strconv.Itoa(len(PayloadType)) + " " + PayloadType + " " + strconv.Itoa(len(payload)) + " ")
	return append(out, payload...)
}

// legacyPAE is what version 0.2 of the reference library signed instead: another
// capital, and the payload as Python prints bytes.
func legacyPAE(payload []byte) []byte {
	out := []byte("DSSEV1 " + strconv.Itoa(len(PayloadType)) + " " + PayloadType + " " + strconv.Itoa(len(payload)) + " ")
	return append(out, pythonBytes(payload)...)
}

// pythonBytes is repr(bytes) of Python.
func pythonBytes(b []byte) []byte {
	quote, single, double := byte('\''), false, false
	for _, c := range b {
		single = single || c == '\''
		double = double || c == '"'
	}
	if single && !double {
		quote = '"'
	}
	out := append(make([]byte, 0, len(b)+len(b)/8+3), 'b', quote)
	for _, c := range b {
		switch {
		case c == quote || c == '\\':
			out = append(out, '\\', c)
		case c == '\t':
			out = append(out, `\t`...)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c < 0x20 || c >= 0x7f:
			out = fmt.Appendf(out, `\x%02x`, c)
		default:
			out = append(out, c)
		}
	}
	return append(out, quote)
}
