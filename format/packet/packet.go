package packet

import (
	"fmt"
	"net/netip"
)

// LinkType is the kind of frame a capture holds, with the numbers of
// https://www.tcpdump.org/linktypes.html.
type LinkType uint32

// The link types that [Packet.Decode] reads.
const (
	Null      LinkType = 0   // BSD loopback: 4-byte address family in the capturing host's byte order
	Ethernet  LinkType = 1   // IEEE 802.3, without preamble and frame check sequence
	RawBSD    LinkType = 12  // raw IP as some BSDs number it
	RawOther  LinkType = 14  // raw IP as OpenBSD numbers it
	Raw       LinkType = 101 // raw IP; the version nibble tells which
	Loop      LinkType = 108 // OpenBSD loopback: 4-byte address family in network byte order
	LinuxSLL  LinkType = 113 // Linux cooked capture, version 1
	RawIPv4   LinkType = 228
	RawIPv6   LinkType = 229
	LinuxSLL2 LinkType = 276 // Linux cooked capture, version 2
)

// Known reports whether frames of this type can be decoded.
func (l LinkType) Known() bool {
	switch l {
	case Null, Ethernet, RawBSD, RawOther, Raw, Loop, LinuxSLL, RawIPv4, RawIPv6, LinuxSLL2:
		return true
	}
	return false
}

// MAC is an IEEE 802 EUI-48 address. The zero value means that none is known.
type MAC [6]byte

// String returns the address as "02:00:5e:10:00:01".
func (m MAC) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

// Multicast reports whether the group bit is set; broadcast is multicast too.
func (m MAC) Multicast() bool { return m[0]&1 != 0 }

// Addr is an IP address in 16 bytes without a pointer, so that a table of a
// million of them costs the garbage collector nothing. IPv4 addresses are kept
// in the IPv4-mapped form ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
type Addr [16]byte

// AddrFrom returns a as an Addr; the zone of an IPv6 address is lost.
func AddrFrom(a netip.Addr) Addr { return a.As16() }

// AddrFrom4 returns the IPv4 address a.b.c.d.
func AddrFrom4(a, b, c, d byte) Addr {
	return Addr{10: 0xff, 11: 0xff, 12: a, 13: b, 14: c, 15: d}
}

// Netip returns the address as the standard library knows it, IPv4 unmapped.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// String returns the address in its usual text form.
func (a Addr) String() string { return a.Netip().String() }

// Is4 reports whether the address is an IPv4 address.
func (a Addr) Is4() bool {
	return a[0]|a[1]|a[2]|a[3]|a[4]|a[5]|a[6]|a[7]|a[8]|a[9] == 0 && a[10]&a[11] == 0xff
}

// Multicast reports whether the address is an IPv4 or IPv6 multicast address,
// or the IPv4 limited broadcast address.
func (a Addr) Multicast() bool {
	if a.Is4() {
		return a[12]&0xf0 == 0xe0 || a[12]&a[13]&a[14]&a[15] == 0xff
	}
	return a[0] == 0xff
}

// EtherType is the protocol a frame carries (IEEE 802 Numbers, IANA).
type EtherType uint16

// The EtherTypes the decoder knows. Values below 1536 are IEEE 802.3 lengths:
// such frames carry LLC and are left to the reader of Payload.
const (
	EtherIPv4  EtherType = 0x0800
	EtherARP   EtherType = 0x0806
	EtherTEB   EtherType = 0x6558 // transparent Ethernet bridging, inside GRE
	EtherVLAN  EtherType = 0x8100
	EtherIPv6  EtherType = 0x86dd
	EtherMPLS  EtherType = 0x8847
	EtherMPLSM EtherType = 0x8848
	EtherQinQ  EtherType = 0x88a8
	EtherERSP2 EtherType = 0x88be // ERSPAN type II, inside GRE
	EtherERSP3 EtherType = 0x22eb // ERSPAN type III, inside GRE
	EtherLLDP  EtherType = 0x88cc
	EtherQinQ1 EtherType = 0x9100 // QinQ before 802.1ad
)

// Protocol is an IP protocol number.
type Protocol uint8

// The IP protocols the decoder knows.
const (
	ICMP     Protocol = 1
	IGMP     Protocol = 2
	IPv4     Protocol = 4 // IPv4 in IP
	TCP      Protocol = 6
	UDP      Protocol = 17
	IPv6     Protocol = 41 // IPv6 in IP
	GRE      Protocol = 47
	ESP      Protocol = 50
	AH       Protocol = 51
	ICMPv6   Protocol = 58
	NoNext   Protocol = 59
	SCTP     Protocol = 132
	hopByHop Protocol = 0
	routing  Protocol = 43
	fragment Protocol = 44
	destOpts Protocol = 60
	mobility Protocol = 135
)

// String returns the protocol's keyword ("tcp"), or its number.
func (p Protocol) String() string {
	switch p {
	case ICMP:
		return "icmp"
	case IGMP:
		return "igmp"
	case IPv4:
		return "ipip"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case IPv6:
		return "ipv6"
	case GRE:
		return "gre"
	case ESP:
		return "esp"
	case AH:
		return "ah"
	case ICMPv6:
		return "icmp6"
	case SCTP:
		return "sctp"
	}
	return fmt.Sprintf("ip-%d", uint8(p))
}

// Flags are the control bits of a TCP segment (RFC 9293 §3.1).
type Flags uint8

// The TCP control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Tunnel says what the innermost packet was wrapped in.
type Tunnel uint8

// The tunnels the decoder opens.
const (
	NoTunnel Tunnel = iota
	TunnelIP        // IPv4 or IPv6 directly in IP
	TunnelGRE
	TunnelERSPAN
	TunnelVXLAN
)

// String returns the tunnel's name, "" for none.
func (t Tunnel) String() string {
	return [...]string{"", "ip-in-ip", "gre", "erspan", "vxlan"}[min(t, TunnelVXLAN)]
}

// Packet is one frame taken apart. The fields describe the innermost headers;
// what a tunnel added on the outside is in the Outer fields. Payload and all
// other slices point into the frame.
//
// A Packet is reused: [Packet.Decode] sets every field anew and allocates
// nothing unless it returns an error.
type Packet struct {
	// Link layer. MACs are zero where the link type has none.
	SrcMAC, DstMAC MAC
	EtherType      EtherType // of the innermost header; 0 where only a raw IP packet was captured
	VLANs          uint8     // how many tags the frame carried; only the first two are kept
	VLAN           [2]uint16 // VLAN ids, outermost first, 0 to 4095
	MPLS           uint8     // labels removed

	// Tunnels. Depth counts how many were opened; TunnelID is the VXLAN network
	// identifier, the GRE key or the ERSPAN session of the innermost.
	Tunnel             Tunnel
	Depth              uint8
	TunnelID           uint32
	OuterSrc, OuterDst Addr // of the outermost tunnel

	// Network layer. IPVersion is 0, 4 or 6; at 0 nothing below is set but Payload.
	IPVersion uint8
	TTL       uint8 // or hop limit
	Protocol  Protocol
	Src, Dst  Addr

	// Fragment is set on every fragment, the first included: then Payload is the
	// fragment's data, and no transport header was read (see [Packet.Resume]).
	// FragID is set on every IPv4 packet: it is the identification field.
	Fragment      bool
	MoreFragments bool
	FragOffset    uint16 // in bytes, a multiple of 8
	FragID        uint32

	// Transport layer, for TCP and UDP; TransportOK is false when the header
	// was not there (fragment, another protocol, malformed).
	TransportOK      bool
	SrcPort, DstPort uint16

	// TCP.
	Seq, Ack     uint32
	Window       uint16 // as sent, not scaled
	TCPFlags     Flags
	ScaleOK      bool   // window scale option present (RFC 7323 §2)
	Scale        uint8  // its shift count, 0 to 14
	MSS          uint16 // 0 when the option is absent
	TSOK         bool   // timestamps option present (RFC 7323 §3)
	TSVal, TSEcr uint32

	// Payload is what follows the last header that was read, without link-layer
	// padding. Missing is how many further bytes of it were on the wire but not
	// captured (snapshot length).
	Payload []byte
	Missing int

	// Length is the frame's length on the wire in bytes.
	Length int
}
