// Package dns decodes and encodes DNS messages (RFC 1035), alone in a datagram
// or framed over TCP (RFC 7766 §8), with what multicast DNS (RFC 6762) and
// DNS-based service discovery (RFC 6763) put into them.
//
// Names are in presentation format without the closing dot: labels joined by
// dots, a dot or backslash inside a label escaped as \. and \\, a byte that is
// not printable or not UTF-8 as \DDD (RFC 1035 §5.1). The root is ".".
package dns

import (
	"net/netip"
	"strings"
)

// Type is the type of a record or question.
type Type uint16

// The types whose data this package reads. Others keep their data as bytes.
const (
	A     Type = 1
	NS    Type = 2
	CNAME Type = 5
	SOA   Type = 6
	PTR   Type = 12
	MX    Type = 15
	TXT   Type = 16
	AAAA  Type = 28
	SRV   Type = 33 // RFC 2782
	DNAME Type = 39 // RFC 6672
	OPT   Type = 41 // RFC 6891
	ANY   Type = 255
)

// Class is the class field as it stands, with multicast DNS's top bit.
type Class uint16

// The classes. In an OPT record the field is the sender's datagram size instead.
const (
	IN       Class = 1
	CH       Class = 3
	HS       Class = 4
	None     Class = 254 // RFC 2136 §2.4
	AnyClass Class = 255
)

// TopBit is set on a question that a unicast answer may serve (RFC 6762 §5.4),
// and on a record that replaces what is cached under its name (§10.2).
const TopBit Class = 1 << 15

// Base returns the class without [TopBit].
func (c Class) Base() Class { return c &^ TopBit }

// Message is one DNS message.
type Message struct {
	ID                 uint16
	Response           bool
	Opcode             uint8 // 0 query, 4 notify, 5 update
	Authoritative      bool
	Truncated          bool
	RecursionDesired   bool
	RecursionAvailable bool
	AuthenticData      bool
	CheckingDisabled   bool
	RCode              uint16 // with the upper bits of an OPT record, RFC 6891 §6.1.3

	Questions   []Question
	Answers     []Resource
	Authorities []Resource
	Additionals []Resource
}

// Question asks for the records of a name.
type Question struct {
	Name  string
	Type  Type
	Class Class
}

// Resource is one record. Which of the fields after TTL are set depends on Type.
type Resource struct {
	Name  string
	Type  Type
	Class Class
	TTL   uint32 // seconds; in OPT the extended code, version and flags

	Addr     netip.Addr // A, AAAA
	Target   string     // NS, CNAME, PTR, DNAME, SRV, MX: the name pointed to; SOA: the primary server
	Priority uint16     // SRV, MX
	Weight   uint16     // SRV
	Port     uint16     // SRV
	Text     []string   // TXT: its strings, each at most 255 bytes
	Mailbox  string     // SOA: the responsible mailbox, as a name
	Times    [5]uint32  // SOA: serial, then refresh, retry, expire, minimum in seconds

	// Data is the record's data as it stands in the message, names compressed. It
	// is written only for types that have no field above. After Parse it shares
	// the message's bytes.
	Data []byte
}

// The sizes a message can't exceed (RFC 1035 §2.3.4, §4.2.2), in bytes, and the
// bounds of our own on what a small message may unfold to.
const (
	headerSize = 12
	maxName    = 255
	maxLabel   = 63
	maxMessage = 65535

	maxRecords   = 4096      // questions and records of one message
	maxNameBytes = 256 << 10 // text of all its names
)

// Local reports whether a question or answer is about a name under "local",
// which only multicast DNS serves (RFC 6762 §3).
func (m *Message) Local() bool {
	for i := range m.Questions {
		if local(m.Questions[i].Name) {
			return true
		}
	}
	for i := range m.Answers {
		if local(m.Answers[i].Name) {
			return true
		}
	}
	return false
}

func local(name string) bool {
	const suffix = ".local"
	return len(name) > len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix) ||
		strings.EqualFold(name, suffix[1:])
}
