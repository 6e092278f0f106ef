package filter

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/packet"
)

// station is ether host MAC.
func (l *layout) station(q qualifier, v string) (*node, string) {
	mac, err := net.ParseMAC(v)
	if err != nil || len(mac) != 6 || q.kind != "host" {
		return nil, fmt.Sprintf("%q is not a MAC address", v)
	}
	if !l.ethernet {
		return nil, "ether needs an Ethernet capture"
	}
	hi, lo := uint32(binary.BigEndian.Uint16(mac)), binary.BigEndian.Uint32(mac[2:])
	at := func(offset uint32) *node { return and(field(offset+2, 4, lo), field(offset, 2, hi)) }
	return l.direct(q.dir, at(6), at(0)), ""
}

// address is host or net of IPv4, ARP and IPv6.
func (l *layout) address(q qualifier, v string) (*node, string) {
	switch q.proto {
	case "", "ip", "ip6", "arp", "rarp":
	default:
		return nil, fmt.Sprintf("%s cannot stand before %s", q.proto, q.kind)
	}
	prefix, reason := network(v)
	if reason != "" {
		return nil, reason
	}
	if q.kind == "host" && strings.Contains(v, "/") {
		return nil, fmt.Sprintf("%q is a network; write net", v)
	}
	if prefix.Addr().Is6() {
		if q.proto != "" && q.proto != "ip6" {
			return nil, fmt.Sprintf("%s has no IPv6 addresses", q.proto)
		}
		a := prefix.Addr().As16()
		return and(l.etherType(packet.EtherIPv6),
			l.direct(q.dir, bytesMatch(l.ipAt+8, a[:], prefix.Bits()), bytesMatch(l.ipAt+24, a[:], prefix.Bits()))), ""
	}
	a := prefix.Addr().As4()
	match := func(offset uint32) *node { return bytesMatch(l.ipAt+offset, a[:], prefix.Bits()) }
	ip := and(l.etherType(packet.EtherIPv4), l.direct(q.dir, match(12), match(16)))
	resolution := func(t *node) *node { return and(t, l.direct(q.dir, match(14), match(24))) } // sender, target
	switch q.proto {
	case "ip":
		return ip, ""
	case "arp", "rarp":
		return resolution(l.etherType(etherTypes[q.proto])), ""
	case "ip6":
		return nil, fmt.Sprintf("%q is not an IPv6 address", v)
	}
	return or(ip, resolution(or(l.etherType(packet.EtherARP), l.etherType(etherRARP)))), ""
}

// bytesMatch tests the first bits of a at offset, four bytes at a time.
func bytesMatch(offset uint32, a []byte, bits int) *node {
	var n *node
	for i := 0; i < len(a) && i*8 < bits; i += 4 {
		mask := uint32(0)
		if rest := bits - i*8; rest < 32 {
			mask = ^uint32(0) << (32 - rest)
		}
		n = and(n, masked(offset+uint32(i), 4, mask, binary.BigEndian.Uint32(a[i:])))
	}
	if n == nil {
		return &node{op: "true"}
	}
	return n
}

// network reads 10.1.2.3, 10.1 (a network of two bytes), 10.0.0.0/8 and IPv6.
func network(v string) (netip.Prefix, string) {
	text, length, slash := strings.Cut(v, "/")
	bits := -1
	if slash {
		n, err := strconv.Atoi(length)
		if err != nil || n < 0 || n > 128 {
			return netip.Prefix{}, fmt.Sprintf("%q is not a network", v)
		}
		bits = n
	}
	if !strings.Contains(text, ":") {
		parts := strings.Count(text, ".") + 1
		if bits < 0 {
			bits = 8 * parts
		}
		for ; parts < 4; parts++ {
			text += ".0"
		}
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" || bits > a.BitLen() {
		return netip.Prefix{}, fmt.Sprintf("%q is not an IP address or network", v)
	}
	if bits < 0 {
		bits = a.BitLen()
	}
	p := netip.PrefixFrom(a, bits)
	if p.Masked() != p {
		return netip.Prefix{}, fmt.Sprintf("%q has bits set behind its length", v)
	}
	return p, ""
}
