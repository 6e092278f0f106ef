package packet

import (
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// What one frame may nest, beyond which decoding stops with format.ErrLimit.
const (
	maxDepth      = 4  // tunnels
	maxTags       = 8  // VLAN tags
	maxLabels     = 16 // MPLS labels
	maxExtensions = 8  // IPv6 extension headers
)

var be = binary.BigEndian

// Decode takes apart the frame, of which length bytes were on the wire (at least
// len(frame); a smaller length is taken as len(frame)). It sets all fields of p.
//
// An error is a *[format.Error] with the offset in the frame. The fields read before it
// stay set, and a header that could not be read is not: with a
// malformed IPv4 header IPVersion is 0, with a malformed TCP header TransportOK is
// false.
func (p *Packet) Decode(link LinkType, frame []byte, length int) error {
	*p = Packet{Length: max(length, len(frame))}
	in := input{b: frame, wire: p.Length, end: cap(frame)}
	switch link {
	case Ethernet:
		return p.ethernet(in)
	case Raw, RawBSD, RawOther:
		return p.anyIP(in)
	case RawIPv4:
		return p.ipv4(in)
	case RawIPv6:
		return p.ipv6(in)
	case LinuxSLL:
		return p.sll(in)
	case LinuxSLL2:
		return p.sll2(in)
	case Null, Loop:
		return p.loopback(in, link)
	}
	p.payload(in)
	return in.fail("link type", "", format.ErrMalformed)
}

// Resume goes on with data, the joined payload of the fragments that p is one
// of: it reads what stands behind the IP header that was fragmented. data must not
// change while p is used.
func (p *Packet) Resume(data []byte) error {
	p.Fragment, p.MoreFragments, p.FragOffset = false, false, 0
	p.Missing = 0
	return p.transport(input{b: data, wire: len(data), end: cap(data)})
}

// input is what is left of a frame: b as captured, wire bytes as sent.
// wire ≥ len(b). end is the capacity of the whole frame's slice, from which the
// offset follows, because b is only ever cut at its ends.
type input struct {
	b    []byte
	wire int
	end  int
}

func (in *input) skip(n int) {
	in.b = in.b[n:]
	in.wire -= n
}

// trim cuts link-layer padding: n bytes on the wire belong to the packet, n ≤ wire.
func (in *input) trim(n int) {
	in.wire = n
	if len(in.b) > n {
		in.b = in.b[:n]
	}
}

// short is the error of a header that needs n bytes and has fewer.
func (in *input) short(n int, field, source string) error {
	if in.wire >= n {
		return in.fail(field, source, format.ErrTruncated)
	}
	return in.fail(field, source, format.ErrMalformed)
}

func (in *input) fail(field, source string, err error) error {
	return &format.Error{Format: "packet", Offset: int64(in.end - cap(in.b)), Field: field, Source: source, Err: err}
}

func (p *Packet) payload(in input) {
	p.Payload = in.b
	p.Missing = in.wire - len(in.b)
}

func (p *Packet) loopback(in input, link LinkType) error {
	if len(in.b) < 4 {
		return in.short(4, "address family", "")
	}
	family := be.Uint32(in.b)
	if link == Null && family > 0xffff {
		family = binary.LittleEndian.Uint32(in.b)
	}
	in.skip(4)
	switch family {
	case 2:
		return p.ipv4(in)
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD, FreeBSD and Darwin
		return p.ipv6(in)
	}
	p.payload(in)
	return nil
}

func (p *Packet) anyIP(in input) error {
	if len(in.b) == 0 {
		return in.short(1, "IP version", "")
	}
	switch in.b[0] >> 4 {
	case 4:
		return p.ipv4(in)
	case 6:
		return p.ipv6(in)
	}
	p.payload(in)
	return in.fail("IP version", "", format.ErrMalformed)
}

func (p *Packet) ipv4(in input) error {
	p.payload(in)
	b := in.b
	if len(b) < 20 {
		return in.short(20, "IPv4 header", "RFC 791 §3.1")
	}
	header := int(b[0]&15) * 4
	if b[0]>>4 != 4 || header < 20 {
		return in.fail("IPv4 header", "RFC 791 §3.1", format.ErrMalformed)
	}
	total := int(be.Uint16(b[2:]))
	if total == 0 {
		total = in.wire // segmentation offload: the length is filled in later by the card
	}
	if total < header || total > in.wire {
		return in.fail("IPv4 total length", "RFC 791 §3.1", format.ErrMalformed)
	}
	if len(b) < header {
		return in.short(header, "IPv4 options", "RFC 791 §3.1")
	}
	in.trim(total)
	p.IPVersion = 4
	p.TTL, p.Protocol = b[8], Protocol(b[9])
	p.Src = Addr{10: 0xff, 11: 0xff, 12: b[12], 13: b[13], 14: b[14], 15: b[15]}
	p.Dst = Addr{10: 0xff, 11: 0xff, 12: b[16], 13: b[17], 14: b[18], 15: b[19]}
	p.FragID = uint32(be.Uint16(b[4:]))
	frag := be.Uint16(b[6:])
	in.skip(header)
	if frag&0x3fff != 0 {
		return p.fragment(in, int(frag&0x1fff)*8, frag&0x2000 != 0, "RFC 791 §3.2")
	}
	return p.transport(in)
}

func (p *Packet) ipv6(in input) error {
	p.payload(in)
	b := in.b
	if len(b) < 40 {
		return in.short(40, "IPv6 header", "RFC 8200 §3")
	}
	if b[0]>>4 != 6 {
		return in.fail("IPv6 header", "RFC 8200 §3", format.ErrMalformed)
	}
	length := int(be.Uint16(b[4:]))
	if length == 0 {
		length = in.wire - 40 // jumbogram (RFC 2675) or segmentation offload
	}
	if 40+length > in.wire {
		return in.fail("IPv6 payload length", "RFC 8200 §3", format.ErrMalformed)
	}
	in.trim(40 + length)
	p.IPVersion = 6
	p.Protocol, p.TTL = Protocol(b[6]), b[7]
	p.Src, p.Dst = Addr(b[8:24]), Addr(b[24:40])
	in.skip(40)
	return p.transport(in)
}

func (p *Packet) fragment(in input, offset int, more bool, source string) error {
	p.payload(in)
	if offset+in.wire > 0xffff || more && in.wire%8 != 0 {
		return in.fail("fragment", source, format.ErrMalformed)
	}
	p.Fragment, p.MoreFragments, p.FragOffset = true, more, uint16(offset)
	return nil
}

// transport reads extension headers and what follows them, starting with p.Protocol.
func (p *Packet) transport(in input) error {
	for n := 0; ; n++ {
		switch p.Protocol {
		case TCP:
			return p.tcp(in)
		case UDP:
			return p.udp(in)
		case IPv4, IPv6, GRE:
			return p.tunnel(in)
		case AH:
		case hopByHop, routing, fragment, destOpts, mobility:
			if p.IPVersion == 4 {
				p.payload(in)
				return nil
			}
		default:
			p.payload(in)
			return nil
		}
		p.payload(in)
		if n == maxExtensions {
			return in.fail("extension headers", "", format.ErrLimit)
		}
		if len(in.b) < 8 {
			return in.short(8, "extension header", "RFC 8200 §4")
		}
		next, size := Protocol(in.b[0]), (int(in.b[1])+1)*8
		switch p.Protocol {
		case AH:
			size = (int(in.b[1]) + 2) * 4 // RFC 4302 §2.2
		case fragment:
			frag := be.Uint16(in.b[2:])
			p.FragID = be.Uint32(in.b[4:])
			p.Protocol = next
			in.skip(8)
			if frag&^6 == 0 {
				continue // atomic fragment, RFC 6946 §4
			}
			return p.fragment(in, int(frag&^7), frag&1 != 0, "RFC 8200 §4.5")
		}
		if len(in.b) < size {
			return in.short(size, "extension header", "RFC 8200 §4")
		}
		p.Protocol = next
		in.skip(size)
	}
}

func (p *Packet) udp(in input) error {
	p.payload(in)
	if len(in.b) < 8 {
		return in.short(8, "UDP header", "RFC 768")
	}
	length := int(be.Uint16(in.b[4:]))
	if length == 0 {
		length = in.wire // RFC 2675 §4
	}
	if length < 8 || length > in.wire {
		return in.fail("UDP length", "RFC 768", format.ErrMalformed)
	}
	in.trim(length)
	p.TransportOK = true
	p.SrcPort, p.DstPort = be.Uint16(in.b), be.Uint16(in.b[2:])
	in.skip(8)
	if p.DstPort == vxlanPort && isVXLAN(in.b) {
		return p.vxlan(in)
	}
	p.payload(in)
	return nil
}

func (p *Packet) tcp(in input) error {
	p.payload(in)
	b := in.b
	if len(b) < 20 {
		return in.short(20, "TCP header", "RFC 9293 §3.1")
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > in.wire {
		return in.fail("TCP data offset", "RFC 9293 §3.1", format.ErrMalformed)
	}
	if len(b) < header {
		return in.short(header, "TCP options", "RFC 9293 §3.1")
	}
	p.TransportOK = true
	p.SrcPort, p.DstPort = be.Uint16(b), be.Uint16(b[2:])
	p.Seq, p.Ack = be.Uint32(b[4:]), be.Uint32(b[8:])
	p.TCPFlags = Flags(b[13])
	p.Window = be.Uint16(b[14:])
	if header > 20 {
		p.tcpOptions(b[20:header])
	}
	in.skip(header)
	p.payload(in)
	return nil
}

// tcpOptions reads RFC 9293 §3.2 options. Like a receiver, it stops at an option
// that does not fit and keeps the segment.
func (p *Packet) tcpOptions(o []byte) {
	for len(o) > 0 {
		switch o[0] {
		case 0:
			return
		case 1:
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			return
		}
		n := int(o[1])
		switch {
		case o[0] == 2 && n == 4:
			p.MSS = be.Uint16(o[2:])
		case o[0] == 3 && n == 3:
			p.ScaleOK, p.Scale = true, min(o[2], 14) // RFC 7323 §2.3
		case o[0] == 8 && n == 10:
			p.TSOK, p.TSVal, p.TSEcr = true, be.Uint32(o[2:]), be.Uint32(o[6:])
		}
		o = o[n:]
	}
}

// PairHash returns a hash of the two IP addresses that is equal for both directions
// and for fragments and whole datagrams between them. It is for
// sharing out packets, not for defence against chosen addresses.
func (p *Packet) PairHash() uint64 {
	return addrHash(&p.Src) + addrHash(&p.Dst)
}

func addrHash(a *Addr) uint64 {
	h := binary.LittleEndian.Uint64(a[:8])*0x9e3779b97f4a7c15 ^ binary.LittleEndian.Uint64(a[8:])
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}
