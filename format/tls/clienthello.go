package tls

import "encoding/binary"

// ClientHello opens a handshake (RFC 8446 §4.1.2). The decoder fills all fields;
// Append writes those of the first group.
type ClientHello struct {
	Version      Version // legacy_version: at most TLS 1.2
	Random       [32]byte
	SessionID    []byte
	CipherSuites []CipherSuite // in the client's order of preference, GREASE included
	Compression  []byte
	Extensions   []Extension // in order, GREASE included; nil when the hello has none

	// RecordVersion is that of the record the message began in.
	RecordVersion Version
	// V2 says that it came in the form of SSL 2.0 (RFC 5246 appendix E.2): then
	// Random holds the challenge at its end, and SSL 2.0's own ciphers are left out.
	V2 bool

	// What the extensions say. GREASE values are included.
	ServerName        string // as sent: not checked to be a host name
	HasServerName     bool
	ALPN              []string
	SupportedVersions []Version
	Groups            []Group
	SignatureSchemes  []SignatureScheme
	KeyShares         []Group // groups of the public keys sent
	TicketSize        int     // of a session ticket that the client wants to resume, in bytes
	PSKs              int     // pre-shared keys offered (TLS 1.3 resumption)
	// Unreadable lists extensions whose content breaks their grammar.
	Unreadable []ExtensionType
}

func (h *ClientHello) parse(c *cursor) {
	h.Version = Version(c.u16("version"))
	copy(h.Random[:], c.take(32, "random"))
	h.SessionID = c.vec8("session id")
	if len(h.SessionID) > 32 {
		c.fail("session id")
	}
	suites, ok := numbers[CipherSuite](c.vec16("cipher suites"))
	if !ok {
		c.fail("cipher suites")
	}
	h.CipherSuites = suites
	h.Compression = c.vec8("compression methods")
	h.Extensions = c.extensions()
	if c.end("length") {
		h.readExtensions()
	}
}

func (h *ClientHello) readExtensions() {
	for _, x := range h.Extensions {
		c := cursor{b: x.Data}
		ok := true
		switch x.Type {
		case ExtServerName:
			h.HasServerName = true
			h.ServerName = serverName(&c)
		case ExtALPN:
			h.ALPN = alpn(&c)
		case ExtSupportedVersions:
			h.SupportedVersions, ok = numbers[Version](c.vec8("versions"))
		case ExtSupportedGroups:
			h.Groups, ok = numbers[Group](c.vec16("groups"))
		case ExtSignatureAlgorithms:
			h.SignatureSchemes, ok = numbers[SignatureScheme](c.vec16("schemes"))
		case ExtKeyShare:
			shares := cursor{b: c.vec16("shares")}
			for shares.left() > 0 {
				g := Group(shares.u16("group"))
				shares.vec16("key")
				if ok = shares.ok(); ok {
					h.KeyShares = append(h.KeyShares, g)
				}
			}
		case ExtSessionTicket:
			h.TicketSize = len(c.take(c.left(), ""))
		case ExtPreSharedKey:
			ids := cursor{b: c.vec16("identities")}
			for ids.left() > 0 {
				ids.vec16("identity")
				ids.take(4, "age")
				if ok = ids.ok(); ok {
					h.PSKs++
				}
			}
			c.vec16("binders")
		default:
			continue
		}
		if !c.end("length") || !ok {
			h.Unreadable = append(h.Unreadable, x.Type)
		}
	}
}

// serverName returns the first host name of a server_name extension (RFC 6066 §3).
func serverName(c *cursor) (host string) {
	list := cursor{b: c.vec16("names")}
	for list.left() > 0 {
		t, n := list.u8("name type"), list.vec16("name")
		if t == 0 && host == "" {
			host = string(n)
		}
	}
	if !list.ok() {
		c.fail(list.field)
	}
	return host
}

func alpn(c *cursor) (protocols []string) {
	list := cursor{b: c.vec16("protocols")}
	for list.left() > 0 {
		if p := list.vec8("protocol"); list.ok() {
			protocols = append(protocols, string(p))
		}
	}
	if !list.ok() {
		c.fail(list.field)
	}
	return protocols
}

// Offered returns the highest version the client offers; GREASE is left out.
func (h *ClientHello) Offered() Version {
	best := Version(0)
	for _, v := range h.SupportedVersions {
		if !grease(uint16(v)) {
			best = max(best, v)
		}
	}
	if best == 0 {
		return h.Version
	}
	return best
}

// Has reports whether the client sent an extension.
func (h *ClientHello) Has(t ExtensionType) bool { return has(h.Extensions, t) }

func has(list []Extension, t ExtensionType) bool {
	for _, x := range list {
		if x.Type == t {
			return true
		}
	}
	return false
}

// Append appends the handshake message. Vectors over their limit of 255 or 65,535
// bytes are the caller's fault and give a hello that cannot be read.
func (h *ClientHello) Append(dst []byte) []byte {
	return prefixed(append(dst, byte(MessageClientHello)), 3, func(dst []byte) []byte {
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.Version))
		dst = append(dst, h.Random[:]...)
		dst = vector(dst, 1, h.SessionID)
		dst = vector(dst, 2, appendNumbers(nil, h.CipherSuites))
		dst = vector(dst, 1, h.Compression)
		return appendExtensions(dst, h.Extensions)
	})
}

// parseV2 reads a ClientHello in SSL 2.0's form from behind its message type
// (RFC 5246 appendix E.2).
func (h *ClientHello) parseV2(c *cursor) {
	h.V2, h.RecordVersion = true, SSL20
	h.Version = Version(c.u16("version"))
	specs, id, challenge := int(c.u16("cipher specs")), int(c.u16("session id")), int(c.u16("challenge"))
	list := c.take(specs, "cipher specs")
	h.SessionID = c.take(id, "session id")
	random := c.take(challenge, "challenge")
	if specs%3 != 0 || challenge > 32 {
		c.fail("lengths")
	}
	if !c.end("length") {
		return
	}
	copy(h.Random[32-len(random):], random)
	for ; len(list) >= 3; list = list[3:] {
		if list[0] == 0 {
			h.CipherSuites = append(h.CipherSuites, CipherSuite(binary.BigEndian.Uint16(list[1:])))
		}
	}
}
