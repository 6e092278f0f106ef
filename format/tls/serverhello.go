package tls

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// ServerHello is the server's choice (RFC 8446 §4.1.3), or its wish that the client
// begin again: HelloRetryRequest (§4.1.4). The decoder fills all fields; Append
// writes those of the first group.
type ServerHello struct {
	Version     Version // legacy_version: at most TLS 1.2; see Negotiated
	Random      [32]byte
	SessionID   []byte
	CipherSuite CipherSuite
	Compression uint8
	Extensions  []Extension

	RecordVersion Version
	Retry         bool    // HelloRetryRequest
	Selected      Version // of supported_versions, 0 without it
	ALPN          string  // before TLS 1.3; then it is encrypted
	Group         Group   // of key_share, 0 without it
	PSK           bool    // a pre-shared key was accepted (TLS 1.3 resumption)
	Unreadable    []ExtensionType
}

// retryRandom marks a ServerHello as HelloRetryRequest (RFC 8446 §4.1.3).
var retryRandom = [32]byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

func (h *ServerHello) parse(c *cursor) {
	h.Version = Version(c.u16("version"))
	copy(h.Random[:], c.take(32, "random"))
	h.SessionID = c.vec8("session id")
	if len(h.SessionID) > 32 {
		c.fail("session id")
	}
	h.CipherSuite = CipherSuite(c.u16("cipher suite"))
	h.Compression = c.u8("compression method")
	h.Extensions = c.extensions()
	if !c.end("length") {
		return
	}
	h.Retry = h.Random == retryRandom
	for _, x := range h.Extensions {
		c := cursor{b: x.Data}
		switch x.Type {
		case ExtSupportedVersions:
			h.Selected = Version(c.u16("version"))
		case ExtALPN:
			if list := alpn(&c); len(list) == 1 {
				h.ALPN = list[0]
			} else {
				c.fail("protocols")
			}
		case ExtKeyShare:
			h.Group = Group(c.u16("group"))
			if !h.Retry {
				c.vec16("key")
			}
		case ExtPreSharedKey:
			c.u16("identity")
			h.PSK = c.ok()
		default:
			continue
		}
		if !c.end("length") {
			h.Unreadable = append(h.Unreadable, x.Type)
		}
	}
}

// Negotiated returns the version the connection speaks.
func (h *ServerHello) Negotiated() Version {
	if h.Selected != 0 {
		return h.Selected
	}
	return h.Version
}

// Has reports whether the server sent an extension.
func (h *ServerHello) Has(t ExtensionType) bool { return has(h.Extensions, t) }

// Tuple says in one line what the server chose, to tell servers apart: version,
// cipher suite, extensions in order, and application protocol ("-" where there
// is none, or it is encrypted): "0303,c02f,ff01.0010,h2".
func (h *ServerHello) Tuple() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%04x,%04x,", uint16(h.Negotiated()), uint16(h.CipherSuite))
	for i, x := range h.Extensions {
		if i > 0 {
			b.WriteByte('.')
		}
		fmt.Fprintf(&b, "%04x", uint16(x.Type))
	}
	if len(h.Extensions) == 0 {
		b.WriteByte('-')
	}
	b.WriteByte(',')
	if h.ALPN == "" {
		b.WriteByte('-')
	}
	b.WriteString(printable(h.ALPN))
	return b.String()
}

// printable replaces what does not belong in a line of text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e || r == ',' {
			return '?'
		}
		return r
	}, s)
}

// Append appends the handshake message; with Retry set it is a HelloRetryRequest,
// whatever Random says.
func (h *ServerHello) Append(dst []byte) []byte {
	return prefixed(append(dst, byte(MessageServerHello)), 3, func(dst []byte) []byte {
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.Version))
		if h.Retry {
			dst = append(dst, retryRandom[:]...)
		} else {
			dst = append(dst, h.Random[:]...)
		}
		dst = vector(dst, 1, h.SessionID)
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.CipherSuite))
		dst = append(dst, h.Compression)
		return appendExtensions(dst, h.Extensions)
	})
}
