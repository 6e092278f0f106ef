// Package arp decodes and encodes the Address Resolution Protocol for IPv4 over
// Ethernet (RFC 826), with the shapes that IPv4 address conflict detection
// gives it (RFC 5227): probe, announcement, gratuitous ARP.
//
// A packet here is what follows the Ethernet header; the padding that brings a
// frame to 60 bytes is ignored.
package arp

import (
	"encoding/binary"
	"net/netip"

	"github.com/wardround/wardround/format"
)

// Op says what a packet does.
type Op uint16

// The operations of RFC 826; others, such as those of RARP, are kept as they are.
const (
	Request Op = 1
	Reply   Op = 2
)

// Size is the length of a packet in bytes: header and four addresses.
const Size = 28

// The hardware types whose addresses are Ethernet's: Ethernet itself, and IEEE
// 802 networks, which some wireless gear writes instead (IANA ARP parameters).
const (
	hardwareEthernet = 1
	hardwareIEEE802  = 6
	protocolIPv4     = 0x0800
)

// MAC is an Ethernet hardware address.
type MAC = [6]byte

// Packet is one ARP packet.
type Packet struct {
	Op       Op
	Sender   MAC
	SenderIP netip.Addr
	Target   MAC // zero, or filled with anything, in a request
	TargetIP netip.Addr
}

// Recognise judges the bytes after an Ethernet header.
func Recognise(p []byte) format.Match {
	head := [...]byte{0, 0, 8, 0, 6, 4} // hardware type's high byte, low byte (any here), IPv4, lengths
	for i, b := range head[:min(len(p), len(head))] {
		if i == 1 {
			if p[1] != hardwareEthernet && p[1] != hardwareIEEE802 {
				return format.No
			}
		} else if p[i] != b {
			return format.No
		}
	}
	if len(p) < Size {
		return format.More
	}
	return format.Yes
}

// Parse reads one packet. It returns [format.ErrTruncated] for fewer than
// [Size] bytes and [format.ErrMalformed] for address types other than IPv4 over
// Ethernet.
func Parse(p []byte) (Packet, error) {
	if len(p) < Size {
		return Packet{}, &format.Error{Format: "arp", Offset: int64(len(p)), Field: "packet", Source: "RFC 826", Err: format.ErrTruncated}
	}
	bad := func(at int64, field string) (Packet, error) {
		return Packet{}, &format.Error{Format: "arp", Offset: at, Field: field, Source: "RFC 826", Err: format.ErrMalformed}
	}
	if h := binary.BigEndian.Uint16(p); h != hardwareEthernet && h != hardwareIEEE802 {
		return bad(0, "hardware type")
	}
	if binary.BigEndian.Uint16(p[2:]) != protocolIPv4 {
		return bad(2, "protocol type")
	}
	if p[4] != 6 || p[5] != 4 {
		return bad(4, "address lengths")
	}
	return Packet{
		Op:       Op(binary.BigEndian.Uint16(p[6:])),
		Sender:   MAC(p[8:14]),
		SenderIP: netip.AddrFrom4([4]byte(p[14:18])),
		Target:   MAC(p[18:24]),
		TargetIP: netip.AddrFrom4([4]byte(p[24:28])),
	}, nil
}

// Append adds the packet's bytes to dst. Addresses that are not IPv4 become 0.0.0.0.
func (a Packet) Append(dst []byte) []byte {
	dst = append(dst, 0, hardwareEthernet, protocolIPv4>>8, protocolIPv4&0xff, 6, 4)
	dst = binary.BigEndian.AppendUint16(dst, uint16(a.Op))
	dst = append(dst, a.Sender[:]...)
	dst = appendIPv4(dst, a.SenderIP)
	dst = append(dst, a.Target[:]...)
	return appendIPv4(dst, a.TargetIP)
}

func appendIPv4(dst []byte, a netip.Addr) []byte {
	if !a.Is4() {
		return append(dst, 0, 0, 0, 0)
	}
	b := a.As4()
	return append(dst, b[:]...)
}

// Probe reports whether the packet asks if an address is free: a request whose
// sender has no address yet (RFC 5227 §1.1). A probe claims nothing.
func (a Packet) Probe() bool {
	return a.Op == Request && a.SenderIP.IsUnspecified() && !a.TargetIP.IsUnspecified()
}

// Gratuitous reports whether the sender tells, unasked, which hardware address
// its IPv4 address has (RFC 5227 §3). The form of a request is an announcement.
func (a Packet) Gratuitous() bool {
	return a.SenderIP == a.TargetIP && a.SenderIP.IsValid() && !a.SenderIP.IsUnspecified()
}

// Announcement reports a gratuitous packet in the form of a request, sent after
// probing by whoever now uses the address (RFC 5227 §1.1).
func (a Packet) Announcement() bool { return a.Op == Request && a.Gratuitous() }

// Claim returns the binding the packet asserts about its sender. ok is false for
// a probe, and for a sender that can be nobody's: a multicast or zero hardware
// address.
func (a Packet) Claim() (mac MAC, ip netip.Addr, ok bool) {
	if a.SenderIP.IsUnspecified() || !a.SenderIP.IsValid() || a.Sender == (MAC{}) || a.Sender[0]&1 != 0 {
		return MAC{}, netip.Addr{}, false
	}
	return a.Sender, a.SenderIP, true
}
