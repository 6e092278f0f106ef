package tls

import (
	"crypto/x509"
	"encoding/binary"
	"strings"
)

// Script describes a session to write: everything that is visible of it follows
// from the fields, everything encrypted is filler from the seed.
type Script struct {
	Seed    string
	Version Version     // TLS 1.0 to 1.3; 0 stands for TLS 1.2
	Suite   CipherSuite // 0 stands for a usual one of the version
	// Hello is what the client says. Nil stands for a hello that offers Version,
	// ServerName and ALPN; its Random and SessionID come from the seed.
	Hello      *ClientHello
	ServerName string
	ALPN       []string
	// Protocol is what the server chose of ALPN, "" for nothing.
	Protocol    string
	Chain       [][]byte // the server's certificates
	Mutual      bool     // the server asks the client for a certificate
	ClientChain [][]byte
	Resume      bool // an abbreviated handshake: no certificates
	// Refuse, if set, is the fatal alert with which the server ends it all.
	Refuse AlertDescription
}

// Flight is what one end sends before it waits for the other.
type Flight struct {
	From  Direction
	Bytes []byte
}

// Play is a session being written.
type Play struct {
	Script
	Flights []Flight // the handshake
	filler  *Filler
	data    [2]*Filler // by direction, so that the order in which the ends speak changes nothing
}

// Begin writes the handshake.
func (s Script) Begin() *Play {
	p := &Play{Script: s, filler: NewFiller(s.Seed),
		data: [2]*Filler{NewFiller(s.Seed + " client"), NewFiller(s.Seed + " server")}}
	if p.Version == 0 {
		p.Version = TLS12
	}
	if p.Suite == 0 {
		p.Suite = defaultSuite(p.Version)
	}
	if p.Hello == nil {
		p.Hello = p.hello()
	}
	p.fly(FromClient, func(b []byte) []byte {
		return AppendRecord(b, RecordHandshake, min(TLS10, p.Version), p.Hello.Append(nil))
	})
	switch {
	case p.Refuse != 0:
		p.fly(FromServer, func(b []byte) []byte {
			return AppendRecord(b, RecordAlert, min(p.Version, TLS12), []byte{byte(Fatal), byte(p.Refuse)})
		})
	case p.Version >= TLS13:
		p.modern()
	case p.Resume:
		p.fly(FromServer, func(b []byte) []byte { return p.finished(p.handshake(b, p.serverHello())) })
		p.fly(FromClient, p.finished)
	default:
		p.classic()
	}
	return p
}

func (p *Play) fly(from Direction, fill func([]byte) []byte) {
	p.Flights = append(p.Flights, Flight{from, fill(nil)})
}

func (p *Play) handshake(b, message []byte) []byte {
	return AppendRecord(b, RecordHandshake, min(p.Version, TLS12), message)
}

func defaultSuite(v Version) CipherSuite {
	switch {
	case v >= TLS13:
		return 0x1301 // TLS_AES_128_GCM_SHA256
	case v == TLS12:
		return 0xc02b // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	}
	return 0xc00a // TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
}

// hello returns the hello of an ordinary client that can do Version and no more.
func (p *Play) hello() *ClientHello {
	h := &ClientHello{Version: min(p.Version, TLS12), Compression: []byte{0}}
	copy(h.Random[:], p.filler.Bytes(32))
	if p.Resume || p.Version >= TLS13 {
		h.SessionID = p.filler.Bytes(32)
	}
	if p.ServerName != "" {
		h.Extensions = append(h.Extensions, ServerName(p.ServerName))
	}
	h.Extensions = append(h.Extensions, Empty(ExtExtendedMasterSecret), RenegotiationInfo(),
		SupportedGroups(X25519, Secp256r1, Secp384r1), PointFormats(), Empty(ExtSessionTicket))
	if len(p.ALPN) > 0 {
		h.Extensions = append(h.Extensions, ALPN(p.ALPN...))
	}
	if p.Version >= TLS12 {
		h.Extensions = append(h.Extensions, SignatureAlgorithms(ECDSASHA256, Ed25519, PSSSHA256, PKCS1SHA256))
	}
	if p.Version >= TLS13 {
		h.CipherSuites = append(h.CipherSuites, 0x1301, 0x1302, 0x1303)
		h.Extensions = append(h.Extensions, ClientKeyShares(KeyShare{X25519, p.filler.Bytes(32)}),
			PSKModes(), SupportedVersions(TLS13, TLS12))
	}
	if p.Version >= TLS12 {
		h.CipherSuites = append(h.CipherSuites, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8)
	}
	h.CipherSuites = append(h.CipherSuites, 0xc009, 0xc013, 0xc00a, 0xc014)
	if p.Version >= TLS13 && p.Resume {
		// Always last (RFC 8446 §4.2.11): one identity of 192 bytes and its binder.
		h.Extensions = append(h.Extensions, Extension{ExtPreSharedKey, p.preSharedKey()})
	}
	return h
}

func (p *Play) preSharedKey() []byte {
	b := prefixed(nil, 2, func(b []byte) []byte {
		return p.filler.Append(vector(b, 2, p.filler.Bytes(192)), 4)
	})
	return prefixed(b, 2, func(b []byte) []byte { return vector(b, 1, p.filler.Bytes(32)) })
}

func (p *Play) serverHello() []byte {
	h := &ServerHello{Version: min(p.Version, TLS12), CipherSuite: p.Suite}
	copy(h.Random[:], p.filler.Bytes(32))
	h.SessionID = p.filler.Bytes(32)
	if p.Resume || p.Version >= TLS13 {
		h.SessionID = p.Hello.SessionID
	}
	if p.Version >= TLS13 {
		if p.Resume {
			h.Extensions = append(h.Extensions, Extension{ExtPreSharedKey, []byte{0, 0}})
		}
		h.Extensions = append(h.Extensions, ServerKeyShare(KeyShare{X25519, p.filler.Bytes(32)}), SelectedVersion(p.Version))
		return h.Append(nil)
	}
	h.Extensions = append(h.Extensions, RenegotiationInfo(), Empty(ExtExtendedMasterSecret))
	if p.Protocol != "" {
		h.Extensions = append(h.Extensions, ALPN(p.Protocol))
	}
	return h.Append(nil)
}

// modern writes the rest of a TLS 1.3 handshake, of which only sizes are visible
// (RFC 8446 §2).
func (p *Play) modern() {
	size := 36 + 4 + 32 + 8 // EncryptedExtensions and Finished
	if !p.Resume {
		size += 8 + 4 + 4 + 64 // headers and CertificateVerify
		for _, der := range p.Chain {
			size += len(der) + 5
		}
	}
	p.fly(FromServer, func(b []byte) []byte {
		b = p.handshake(b, p.serverHello())
		b = AppendRecord(b, RecordChangeCipherSpec, TLS12, []byte{1})
		return p.AppendData(b, FromServer, size)
	})
	client := 36
	if p.Mutual {
		client += 8 + 4 + 4 + 64
		for _, der := range p.ClientChain {
			client += len(der) + 5
		}
	}
	p.fly(FromClient, func(b []byte) []byte {
		return p.AppendData(AppendRecord(b, RecordChangeCipherSpec, TLS12, []byte{1}), FromClient, client)
	})
	p.fly(FromServer, func(b []byte) []byte { return p.AppendData(b, FromServer, 217) }) // a session ticket
}

// classic writes the rest of a full handshake before TLS 1.3 (RFC 5246 §7.3).
func (p *Play) classic() {
	p.fly(FromServer, func(b []byte) []byte {
		b = p.handshake(b, p.serverHello())
		b = p.handshake(b, (&Certificates{Chain: p.Chain}).Append(nil))
		if s, ok := p.Suite.Suite(); ok && s.ForwardSecret {
			b = p.handshake(b, p.serverKeyExchange())
		}
		if p.Mutual {
			r := &CertificateRequest{Types: []byte{1, 64}, Schemes: []SignatureScheme{ECDSASHA256, Ed25519, PKCS1SHA256}}
			b = p.handshake(b, r.Append(nil, p.Version))
		}
		return p.handshake(b, []byte{byte(MessageServerHelloDone), 0, 0, 0})
	})
	p.fly(FromClient, func(b []byte) []byte {
		if p.Mutual {
			b = p.handshake(b, (&Certificates{Chain: p.ClientChain}).Append(nil))
		}
		b = p.handshake(b, p.clientKeyExchange())
		if p.Mutual && len(p.ClientChain) > 0 {
			b = p.handshake(b, prefixed([]byte{byte(MessageCertificateVerify)}, 3, func(b []byte) []byte {
				return p.signature(b, p.ClientChain)
			}))
		}
		return p.finished(b)
	})
	p.fly(FromServer, func(b []byte) []byte {
		ticket := prefixed([]byte{byte(MessageNewSessionTicket)}, 3, func(b []byte) []byte {
			b = binary.BigEndian.AppendUint32(b, 7200) // lifetime in seconds, RFC 5077 §3.3
			return vector(b, 2, p.filler.Bytes(176))
		})
		return p.finished(p.handshake(b, ticket))
	})
}

// finished appends ChangeCipherSpec and an encrypted Finished of 16 bytes.
func (p *Play) finished(b []byte) []byte {
	b = AppendRecord(b, RecordChangeCipherSpec, min(p.Version, TLS12), []byte{1})
	return AppendRecord(b, RecordHandshake, min(p.Version, TLS12), p.filler.Bytes(p.sealed(16)))
}

func (p *Play) serverKeyExchange() []byte {
	return prefixed([]byte{byte(MessageServerKeyExchange)}, 3, func(b []byte) []byte {
		if s, _ := p.Suite.Suite(); strings.HasPrefix(s.Exchange, "DH") { // RFC 5246 §7.4.3: p, g, public value
			b = vector(b, 2, p.filler.Bytes(256))
			b = vector(b, 2, []byte{2})
			b = vector(b, 2, p.filler.Bytes(256))
		} else { // RFC 8422 §5.4: a named curve
			b = append(b, 3, byte(X25519>>8), byte(X25519))
			b = vector(b, 1, p.filler.Bytes(32))
		}
		return p.signature(b, p.Chain)
	})
}

// signature appends filler as the first certificate's key would sign.
func (p *Play) signature(b []byte, chain [][]byte) []byte {
	scheme, size := ECDSASHA256, 71
	if len(chain) > 0 {
		if cert, err := x509.ParseCertificate(chain[0]); err == nil {
			switch cert.PublicKeyAlgorithm {
			case x509.Ed25519:
				scheme, size = Ed25519, 64
			case x509.RSA:
				scheme, size = PKCS1SHA256, 256
			}
		}
	}
	if p.Version >= TLS12 {
		b = binary.BigEndian.AppendUint16(b, uint16(scheme))
	}
	return vector(b, 2, p.filler.Bytes(size))
}

func (p *Play) clientKeyExchange() []byte {
	return prefixed([]byte{byte(MessageClientKeyExchange)}, 3, func(b []byte) []byte {
		s, _ := p.Suite.Suite()
		switch {
		case s.ForwardSecret && strings.HasPrefix(s.Exchange, "DH"):
			return vector(b, 2, p.filler.Bytes(256))
		case s.ForwardSecret:
			return vector(b, 1, p.filler.Bytes(32))
		}
		return vector(b, 2, p.filler.Bytes(256)) // RSA, RFC 5246 §7.4.7.1
	})
}

// sealed returns the size on the wire of n bytes of plaintext in one record.
func (p *Play) sealed(n int) int {
	s, _ := p.Suite.Suite()
	switch {
	case p.Version >= TLS13:
		return n + 1 + 16 // content type and tag
	case s.CBC:
		n += 20 + 1 // HMAC-SHA1 and the padding's length
		n += (16 - n%16) % 16
		if p.Version >= TLS11 {
			n += 16 // explicit initialisation vector
		}
		return n
	case s.AEAD:
		return n + 8 + 16
	}
	return n + 20
}

// AppendData appends n bytes of application data as from sends them, in as many
// records as they need.
func (p *Play) AppendData(dst []byte, from Direction, n int) []byte {
	for n > 0 {
		part := min(n, maxPlain)
		n -= part
		size := p.sealed(part)
		dst = append(dst, byte(RecordApplicationData))
		dst = binary.BigEndian.AppendUint16(dst, uint16(min(p.Version, TLS12)))
		dst = binary.BigEndian.AppendUint16(dst, uint16(size))
		dst = p.data[from].Append(dst, size)
	}
	return dst
}

// AppendClose appends the encrypted close_notify with which from ends the session.
func (p *Play) AppendClose(dst []byte, from Direction) []byte {
	if p.Version >= TLS13 {
		return p.AppendData(dst, from, 2)
	}
	return AppendRecord(dst, RecordAlert, p.Version, p.data[from].Bytes(p.sealed(2)))
}
