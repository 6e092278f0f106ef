package tls

import (
	"fmt"
)

// MessageType is the type of a handshake message (RFC 8446 §4, RFC 5246 §7.4).
type MessageType uint8

// The handshake messages.
const (
	MessageHelloRequest       MessageType = 0
	MessageClientHello        MessageType = 1
	MessageServerHello        MessageType = 2
	MessageNewSessionTicket   MessageType = 4
	MessageCertificate        MessageType = 11
	MessageServerKeyExchange  MessageType = 12
	MessageCertificateRequest MessageType = 13
	MessageServerHelloDone    MessageType = 14
	MessageCertificateVerify  MessageType = 15
	MessageClientKeyExchange  MessageType = 16
	MessageFinished           MessageType = 20
	MessageCertificateStatus  MessageType = 22
)

var messageNames = map[MessageType]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 3: "HelloVerifyRequest", 4: "NewSessionTicket",
	5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange",
	13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange",
	20: "Finished", 21: "CertificateURL", 22: "CertificateStatus", 23: "SupplementalData",
	24: "KeyUpdate", 25: "CompressedCertificate",
}

// String returns the message's name in the standard, or its number.
func (t MessageType) String() string {
	if n := messageNames[t]; n != "" {
		return n
	}
	return fmt.Sprintf("handshake message %d", uint8(t))
}

// Message is what a decoder found: a pointer to one of [ClientHello],
// [ServerHello], [Certificates], [CertificateRequest], [Handshake], [Alert],
// [ChangeCipherSpec], [ApplicationData], [Unreadable] or [Lost]. It may be kept.
type Message interface{ message() }

// Handler receives what a decoder finds.
type Handler interface {
	// Message is called for each visible message, in the order of the stream.
	Message(d Direction, m Message)
}

// Func is a Handler made of a function.
type Func func(d Direction, m Message)

// Message calls f.
func (f Func) Message(d Direction, m Message) { f(d, m) }

// Handshake is a visible handshake message of which only the type matters here:
// ServerKeyExchange, ServerHelloDone, NewSessionTicket …
type Handshake struct {
	Type MessageType
	Size int // of its body, in bytes
}

// ChangeCipherSpec says that what follows in this direction is encrypted. In TLS
// 1.3 it means nothing and is sent for the sake of old middleboxes (RFC 8446 §D.4).
type ChangeCipherSpec struct{}

// ApplicationData is told once per direction: at the first record that carries
// application data or, in TLS 1.3, the encrypted rest of the handshake.
type ApplicationData struct{}

// Alert is a visible alert; encrypted ones are only counted (RFC 8446 §6).
type Alert struct {
	Level       AlertLevel
	Description AlertDescription
}

// Unreadable takes the place of a message that breaks its grammar
// ([format.ErrMalformed]), is larger than the limits allow ([format.ErrLimit]), or
// was never finished ([format.ErrTruncated]). The stream can be read on.
type Unreadable struct {
	Type MessageType
	Err  error
}

// Lost says that the capture lost part of the handshake; messages may be missing.
type Lost struct{}

// CertificateRequest asks the client for a certificate: mutual TLS. From TLS 1.3
// on it is encrypted (RFC 5246 §7.4.4).
type CertificateRequest struct {
	Types       []byte // certificate types, RFC 5246 §7.4.4
	Schemes     []SignatureScheme
	Authorities int // how many names of authorities it lists
}

func (*ClientHello) message()        {}
func (*ServerHello) message()        {}
func (*Certificates) message()       {}
func (*CertificateRequest) message() {}
func (*Handshake) message()          {}
func (*Alert) message()              {}
func (*ChangeCipherSpec) message()   {}
func (*ApplicationData) message()    {}
func (*Unreadable) message()         {}
func (*Lost) message()               {}

// parse reads the request; schemes exist from TLS 1.2 on, so that v decides.
func (r *CertificateRequest) parse(c *cursor, v Version) {
	r.Types = c.vec8("certificate types")
	if v >= TLS12 {
		schemes, ok := numbers[SignatureScheme](c.vec16("signature algorithms"))
		if r.Schemes = schemes; !ok {
			c.fail("signature algorithms")
		}
	}
	names := cursor{b: c.vec16("authorities")}
	for names.left() > 0 {
		if names.vec16("authority"); names.ok() {
			r.Authorities++
		}
	}
	if !names.ok() {
		c.fail(names.field)
	}
	c.end("length")
}

// Append appends the handshake message as version v has it, with an empty list
// of authorities.
func (r *CertificateRequest) Append(dst []byte, v Version) []byte {
	return prefixed(append(dst, byte(MessageCertificateRequest)), 3, func(dst []byte) []byte {
		dst = vector(dst, 1, r.Types)
		if v >= TLS12 {
			dst = vector(dst, 2, appendNumbers(nil, r.Schemes))
		}
		return append(dst, 0, 0)
	})
}

// Certificates is a visible certificate message: the chain of one end, its own
// certificate first (RFC 5246 §7.4.2). Empty when a client has none to show.
type Certificates struct {
	Chain   [][]byte // DER, at most Limits.Chain
	Dropped int      // certificates over that limit
}

func (m *Certificates) parse(c *cursor, limit int) {
	list := cursor{b: c.vec24("certificates")}
	for list.left() > 0 {
		der := list.vec24("certificate")
		switch {
		case !list.ok():
		case len(m.Chain) < limit:
			m.Chain = append(m.Chain, der)
		default:
			m.Dropped++
		}
	}
	if !list.ok() {
		c.fail(list.field)
	}
	c.end("length")
}

// Append appends the handshake message in the form before TLS 1.3.
func (m *Certificates) Append(dst []byte) []byte {
	return prefixed(append(dst, byte(MessageCertificate)), 3, func(dst []byte) []byte {
		return prefixed(dst, 3, func(dst []byte) []byte {
			for _, der := range m.Chain {
				dst = vector(dst, 3, der)
			}
			return dst
		})
	})
}
