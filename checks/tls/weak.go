package tls

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/format/tls"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "tls.weak",
	Version: 1,
	Title:   "Encryption that no longer holds",
	Doc: "A connection was encrypted with a version, cipher, key or signature that is considered broken or nearly so. That is a version before TLS 1.2; no encryption, no authentication, export ciphers, RC2, RC4, DES or Triple DES; an RSA or DSA key under 2,048 bits; a certificate signed with MD5 or SHA-1. Someone on the way with time and means could read or change what is exchanged, patient data included. " +
		"Let the server refuse what is old, after its clients were moved to TLS 1.2 or later; the maker says from which release on its product can. A device that cannot be updated belongs in a segment of its own, with its old connection ended at a gateway beside it. " +
		"It is wrong where the connection runs inside another that is encrypted well. It passes when only sound sessions were seen there for a day; the certificate is judged apart from version and cipher, and only where it is visible.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"tls"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"cryptography-strength", "transmission-confidentiality"},
	Watch:        []kind.Name{kind.TLSSession},
	Fresh:        7 * 24 * time.Hour,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. What {client} and {server} exchange is protected less well than it looks; whether someone read or changed it is unknown.",
		Ward:        "Nothing to do.",
		Engineering: "Ask the makers of {server} and {client} which release speaks TLS 1.2 or later with current ciphers, and plan the change client by client.",
		Security:    "List who still connects to {server} this way. Until it is changed, keep strangers off the path between them. What is weak: {weak}.",
		Dont:        "Don't switch old versions off on {server} before its clients can do without: they would lose the connection.",
		Why:         "{client} and {server} agreed on {version}, {cipher}. What is weak: {weak}.",
		Wrong:       "the connection runs inside another one that is encrypted well.",
	},
	Run: weak,
})

// soundFor is how long only sound sessions must be seen before a weak item
// passes: an old client may come once an hour, or once a shift.
const soundFor = 24 * time.Hour

// weak judges version and cipher of each session, and key and signature of each
// certificate that is visible.
func weak(_ context.Context, p *check.Pass) error {
	said := map[wardround.Key]wardround.State{}
	for o := range p.Seen() {
		s := session(o)
		pl, ok := placeOf(p, o)
		if !ok || s.Version == "" {
			continue
		}
		facts := wardround.Facts{"server": pl.server, "client": pl.client, "version": s.Version, "cipher": s.Cipher}
		judge := func(item string, found []string, severity wardround.Severity) {
			key := wardround.Key{Subject: pl.subject, Item: item}
			seen := check.StateOf[check.Sightings](p, "", wardround.AssetID(pl.subject.ID))
			switch {
			case len(found) > 0:
				seen.Note(item, o.At)
				if said[key] != wardround.Fail { // one of a batch is enough
					said[key] = wardround.Fail
					with := maps.Clone(facts)
					with["weak"] = found
					p.Fail(pl.subject, item, with, check.As(severity), check.Exposed(pl.reach))
				}
			case said[key] != wardround.Unknown, seen.Known(item) && !seen.Over(item, o.At, soundFor):
			default:
				said[key] = wardround.Pass
				p.Pass(pl.subject, item, facts)
			}
		}
		found, severity := weakSession(s)
		judge(pl.item, found, severity)
		if c := s.Certificate; c != nil && !c.Unreadable {
			found, severity = weakCertificate(c)
			judge(pl.item+" certificate", found, severity)
		}
	}
	return nil
}

// weakSession names what is weak of version and cipher. The severity is high
// where anyone on the way can read or change what is exchanged.
func weakSession(s *kind.TLSSessionV1) (found []string, severity wardround.Severity) {
	severity = wardround.Medium
	switch {
	case strings.HasPrefix(s.Version, "SSL"):
		found, severity = append(found, s.Version), wardround.High
	case s.Version == tls.TLS10.String(), s.Version == tls.TLS11.String():
		found = append(found, s.Version)
	}
	number, ok := tls.SuiteNamed(s.Cipher)
	if !ok {
		return found, severity
	}
	suite, _ := number.Suite()
	for _, w := range []struct {
		is   bool
		what string
		bad  bool
	}{
		{suite.Null, "no encryption", true},
		{suite.Anonymous, "no proof of who the server is", true},
		{suite.Export, "a cipher weakened for export", true},
		{cipherOf(suite, "RC4"), "the cipher RC4", false},
		{cipherOf(suite, "RC2") && !suite.Export, "the cipher RC2", true},
		{cipherOf(suite, "DES_") && !suite.Export, "the cipher DES", true},
		{cipherOf(suite, "3DES"), "the cipher Triple DES", false},
	} {
		if w.is {
			found = append(found, w.what)
			if w.bad {
				severity = wardround.High
			}
		}
	}
	return found, severity
}

func cipherOf(s tls.Suite, name string) bool { return strings.HasPrefix(s.Cipher, name) }

// minBits is the smallest key that still holds, for RSA and DSA, in bits.
const minBits = 2048

// weakCertificate names what is weak of a certificate's key and signature.
func weakCertificate(c *kind.TLSCertificateV1) (found []string, severity wardround.Severity) {
	severity = wardround.Medium
	if (c.KeyType == "RSA" || c.KeyType == "DSA") && c.KeyBits > 0 && c.KeyBits < minBits {
		found = append(found, "a key under 2,048 bits")
		if c.KeyBits < 1024 {
			severity = wardround.High
		}
	}
	if c.KeyType == "ECDSA" && c.KeyBits > 0 && c.KeyBits < 224 {
		found = append(found, "an elliptic curve under 224 bits")
	}
	// A root's own signature protects nothing.
	if !c.SelfIssued {
		for _, hash := range []string{"MD2", "MD5", "SHA1"} {
			if strings.Contains(c.Signature, hash) {
				found = append(found, "a signature with "+hash)
			}
		}
	}
	return found, severity
}
