package kind

import (
	"time"

	"github.com/wardround/wardround"
)

// TLSSession is a TLS handshake: see [TLSSessionV1].
const TLSSession Name = "tls.session"

// TLSSessionV1 is what a TLS connection shows before it is encrypted: what the
// client offers, what the server chose, and its certificate where that is to be
// seen. It is told when nothing more will be visible, or at the end.
//
// Which names people connect to says what they do, and a certificate may name its
// owner. So of a name only the first label leaves, for servers of the site's own,
// if it names a device and no person: see [DHCPMessageV1].
type TLSSessionV1 struct {
	Offered string `json:"offered,omitempty"` // highest version the client offers: "TLS 1.3"
	Version string `json:"version,omitempty"` // negotiated; "" when the server chose none
	Cipher  string `json:"cipher,omitempty"`  // name of the suite in the IANA registry, or its number
	Group   string `json:"group,omitempty"`   // of the key exchange in TLS 1.3
	JA4     string `json:"ja4,omitempty"`     // fingerprint of the client
	// Server tells servers apart: version, suite, extensions, protocol.
	Server string `json:"server,omitempty"`
	ALPN   string `json:"alpn,omitempty"` // chosen; encrypted in TLS 1.3
	// ALPNOffered are the protocols the client offers, at most 8. Of these, as of the
	// one chosen, only names of the registry leave; "grease" and "other" are the rest.
	ALPNOffered     []string `json:"alpn_offered,omitempty"`
	ServerName      string   `json:"server_name,omitempty"`
	ServerNameThere Presence `json:"server_name_there,omitempty"` // the client named the server, told or not

	Resumed bool `json:"resumed,omitempty"`
	// Established is set when both ends went on encrypted. In TLS 1.3 a client that
	// refuses the server's certificate looks the same.
	Established bool `json:"established,omitempty"`
	// ClientCertificate is "asked", "given", "none" or, in TLS 1.3 and for resumed
	// sessions, "unknown".
	ClientCertificate string `json:"client_certificate"`
	// Certificates says whether the server's certificate was to be seen: shown,
	// none (the suite uses none), encrypted (TLS 1.3), omitted (resumed), missed.
	Certificates string            `json:"certificates"`
	Certificate  *TLSCertificateV1 `json:"certificate,omitempty"`
	// Alerts are those sent in clear, at most 4: "server: fatal handshake_failure".
	Alerts     []string `json:"alerts,omitempty"`
	Incomplete bool     `json:"incomplete,omitempty"` // the capture lost part of the handshake
}

// TLSCertificateV1 is the server's own certificate.
type TLSCertificateV1 struct {
	Name      string `json:"name,omitempty"` // first label of a name it is for
	Names     int    `json:"names"`          // alternative names it has
	Issuer    string `json:"issuer,omitempty"`
	KeyID     string `json:"key_id"`   // SHA-256 of the public key
	KeyType   string `json:"key_type"` // "RSA", "ECDSA", "Ed25519", or an object identifier
	KeyBits   int    `json:"key_bits,omitempty"`
	Signature string `json:"signature"` // "SHA256-RSA", or an object identifier

	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	// SelfIssued: it names itself as its issuer. SelfSigned: and its own key signed
	// it. CannotVerify: whether that is so could not be tested.
	SelfIssued   bool `json:"self_issued,omitempty"`
	SelfSigned   bool `json:"self_signed,omitempty"`
	CannotVerify bool `json:"cannot_verify,omitempty"`
	CA           bool `json:"ca,omitempty"`
	// Match says whether it is for the name the client asked for, or for the
	// address when it asked for none: yes, common-name (only an outdated way says
	// so), no, or unknown.
	Match string `json:"match"`
	// Irregular is set when it breaks the rules of RFC 5280, Unreadable when nothing
	// but its presence is known.
	Irregular  bool `json:"irregular,omitempty"`
	Unreadable bool `json:"unreadable,omitempty"`
	Chain      int  `json:"chain"` // certificates the server sent
}

var _ = Register[TLSSessionV1](Schema{
	Name: TLSSession, Version: 1, Shed: ShedTransaction, Repeats: true,
	Doc: "A TLS handshake as far as it is readable: versions, cipher, the server's certificate. What is said inside is encrypted and never seen.",
})

// Claims implements [Claimer]. A certificate's key may be on several hosts.
func (s *TLSSessionV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "tls")
	if s.Version == "" {
		return
	}
	c.Speak(Dst, "tls")
	cert := s.Certificate
	if cert == nil || cert.Unreadable {
		return
	}
	c.ID(Dst, IDTLSCert, cert.KeyID, wardround.Observed)
	if cert.Match == "yes" {
		c.ID(Dst, IDHostname, s.ServerName, wardround.Indicated)
	}
}

// Link implements [Linker]. Who speaks inside may log in there: without a
// certificate of the client, whether it is authenticated is unknown.
func (s *TLSSessionV1) Link(*wardround.Observation) (LinkClaim, bool) {
	if !s.Established {
		return LinkClaim{}, false
	}
	l := LinkClaim{Protocol: "tls", Encrypted: wardround.Yes}
	if s.ClientCertificate == "given" {
		l.Authenticated = wardround.Yes
	}
	return l, true
}
