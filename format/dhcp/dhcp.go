// Package dhcp decodes and encodes the messages by which devices get their
// address and say what they are: DHCP for IPv4 (RFC 2131, options of RFC 2132),
// and of DHCPv6 (RFC 8415) what identifies a client.
//
// Host names are what a person or a factory typed; they can name a person.
package dhcp

import (
	"encoding/binary"
	"net/netip"

	"github.com/wardround/wardround/format"
)

// Type is the DHCP message type, option 53 (RFC 2132 §9.6).
type Type uint8

// The message types. Zero is plain BOOTP (RFC 951), which has none.
const (
	Discover Type = iota + 1
	Offer
	Request
	Decline
	Ack
	Nak
	Release
	Inform
)

// Code is the number of an option (RFC 2132).
type Code uint8

// The options that this package reads.
const (
	OptPad            Code = 0
	OptSubnetMask     Code = 1
	OptRouter         Code = 3
	OptNameServer     Code = 6
	OptHostName       Code = 12
	OptDomainName     Code = 15
	OptVendorSpecific Code = 43
	OptRequestedIP    Code = 50
	OptLeaseTime      Code = 51
	OptOverload       Code = 52
	OptMessageType    Code = 53
	OptServerID       Code = 54
	OptParameterList  Code = 55
	OptVendorClass    Code = 60
	OptClientID       Code = 61
	OptTFTPServer     Code = 66
	OptBootFile       Code = 67
	OptFQDN           Code = 81 // RFC 4702
	OptEnd            Code = 255
)

// Option is one option, all its parts joined (RFC 3396 §7).
type Option struct {
	Code Code
	Data []byte
}

// Message is one DHCP or BOOTP message.
type Message struct {
	Reply        bool // from a server
	HardwareType uint8
	Hops         uint8
	XID          uint32
	Seconds      uint16 // since the client began
	Broadcast    bool
	ClientIP     netip.Addr // ciaddr: the client uses it already
	YourIP       netip.Addr // yiaddr: the client is given it
	NextServer   netip.Addr // siaddr: serves the boot file
	Relay        netip.Addr // giaddr
	ClientMAC    [6]byte    // chaddr, the first 6 of its 16 bytes
	ServerName   string     // sname, unless it holds options
	File         string     // file, unless it holds options

	// Options stand in the order of their first part. After Parse their data may
	// share the message's bytes.
	Options []Option
}

// The fixed part of a message (RFC 2131 §2): where its fields begin, in bytes.
const (
	offXID     = 4
	offSeconds = 8
	offFlags   = 10
	offClient  = 12
	offYour    = 16
	offNext    = 20
	offRelay   = 24
	offMAC     = 28
	offName    = 44
	offFile    = 108
	offCookie  = 236
	offOptions = 240

	maxMAC = 16
)

// cookie begins the options (RFC 2131 §3).
const cookie = 0x63825363

// Recognise judges a datagram.
func Recognise(p []byte) format.Match {
	if len(p) > 0 && p[0] != 1 && p[0] != 2 || len(p) > 2 && p[2] > maxMAC {
		return format.No
	}
	if len(p) < offOptions {
		return format.No // no datagram of this format is shorter
	}
	if binary.BigEndian.Uint32(p[offCookie:]) != cookie {
		return format.No
	}
	return format.Yes
}

// Parse reads one message. It returns [format.ErrTruncated] if the fixed part or
// an option ends early, [format.ErrMalformed] if the bytes are no message, and
// with either what it had read.
func Parse(p []byte) (Message, error) {
	if len(p) < offOptions {
		return Message{}, fail(len(p), "fixed part", format.ErrTruncated)
	}
	if p[0] != 1 && p[0] != 2 {
		return Message{}, fail(0, "op", format.ErrMalformed)
	}
	if p[2] > maxMAC {
		return Message{}, fail(2, "hlen", format.ErrMalformed)
	}
	if binary.BigEndian.Uint32(p[offCookie:]) != cookie {
		return Message{}, fail(offCookie, "magic cookie", format.ErrMalformed)
	}
	m := Message{
		Reply:        p[0] == 2,
		HardwareType: p[1],
		Hops:         p[3],
		XID:          binary.BigEndian.Uint32(p[offXID:]),
		Seconds:      binary.BigEndian.Uint16(p[offSeconds:]),
		Broadcast:    p[offFlags]&0x80 != 0,
		ClientIP:     netip.AddrFrom4([4]byte(p[offClient:])),
		YourIP:       netip.AddrFrom4([4]byte(p[offYour:])),
		NextServer:   netip.AddrFrom4([4]byte(p[offNext:])),
		Relay:        netip.AddrFrom4([4]byte(p[offRelay:])),
		ClientMAC:    [6]byte(p[offMAC:]),
	}
	err := m.options(p)
	return m, err
}

func fail(off int, field string, err error) error {
	return &format.Error{Format: "dhcp", Offset: int64(off), Field: field, Source: "RFC 2131 §2", Err: err}
}

// Append adds the message to dst. Options longer than 255 bytes are split
// (RFC 3396 §6); sname and file are cut to the 63 and 127 bytes they hold. A
// message is padded to the 300 bytes that BOOTP relays expect (RFC 1542 §2.1).
func (m *Message) Append(dst []byte) []byte {
	start := len(dst)
	op := byte(1)
	if m.Reply {
		op = 2
	}
	hardware := m.HardwareType
	if hardware == 0 {
		hardware = 1 // Ethernet
	}
	dst = append(dst, op, hardware, 6, m.Hops)
	dst = binary.BigEndian.AppendUint32(dst, m.XID)
	dst = binary.BigEndian.AppendUint16(dst, m.Seconds)
	flags := byte(0)
	if m.Broadcast {
		flags = 0x80
	}
	dst = append(dst, flags, 0)
	for _, a := range []netip.Addr{m.ClientIP, m.YourIP, m.NextServer, m.Relay} {
		if !a.Is4() {
			a = netip.IPv4Unspecified()
		}
		b := a.As4()
		dst = append(dst, b[:]...)
	}
	dst = append(dst, make([]byte, offCookie-offMAC)...)
	fixed := dst[start:]
	copy(fixed[offMAC:], m.ClientMAC[:])
	copy(fixed[offName:offFile-1], m.ServerName)
	copy(fixed[offFile:offCookie-1], m.File)
	dst = binary.BigEndian.AppendUint32(dst, cookie)
	for _, o := range m.Options {
		dst = o.append(dst)
	}
	dst = append(dst, byte(OptEnd))
	const bootpSize = 300
	if n := len(dst) - start; n < bootpSize {
		dst = append(dst, make([]byte, bootpSize-n)...)
	}
	return dst
}

func (o Option) append(dst []byte) []byte {
	data := o.Data
	for {
		n := min(len(data), 255)
		dst = append(append(dst, byte(o.Code), byte(n)), data[:n]...)
		if data = data[n:]; len(data) == 0 {
			return dst
		}
	}
}
