package packet

import "encoding/binary"

// Append appends to dst the Ethernet frame that p describes and returns the
// extended slice. It is the inverse of [Packet.Decode]:
//
//   - VLAN tags are written when VLANs is 1 or 2 (the outer of two as 802.1ad);
//   - IPVersion 4 or 6 decides the IP header; at 0, EtherType and Payload are
//     written as they are (ARP, LLDP);
//   - a TCP or UDP header is written when Protocol says so and Fragment is false; the
//     options MSS, Scale and timestamps when MSS, ScaleOK and TSOK are set;
//   - TTL 0 is written as 64; checksums and lengths are computed;
//   - Fragment writes Payload as fragment data; IPv6 then has a fragment header.
//
// Payload must fit one packet (65,535 bytes with its IP header); tunnels are built
// by nesting, see [AppendVXLAN] and [AppendGRE]. Frames are not padded to 60 bytes.
func (p *Packet) Append(dst []byte) []byte {
	dst = append(dst, p.DstMAC[:]...)
	dst = append(dst, p.SrcMAC[:]...)
	if p.VLANs >= 2 {
		dst = be.AppendUint16(dst, uint16(EtherQinQ))
		dst = be.AppendUint16(dst, p.VLAN[0]&0x0fff)
		dst = be.AppendUint16(dst, uint16(EtherVLAN))
		dst = be.AppendUint16(dst, p.VLAN[1]&0x0fff)
	} else if p.VLANs == 1 {
		dst = be.AppendUint16(dst, uint16(EtherVLAN))
		dst = be.AppendUint16(dst, p.VLAN[0]&0x0fff)
	}
	switch p.IPVersion {
	case 4:
		dst = be.AppendUint16(dst, uint16(EtherIPv4))
	case 6:
		dst = be.AppendUint16(dst, uint16(EtherIPv6))
	default:
		dst = be.AppendUint16(dst, uint16(p.EtherType))
	}
	return p.AppendIP(dst)
}

// AppendIP appends the packet from its IP header on, for raw IP links and tunnels;
// at IPVersion 0 it appends Payload.
func (p *Packet) AppendIP(dst []byte) []byte {
	ttl := p.TTL
	if ttl == 0 {
		ttl = 64
	}
	start := len(dst)
	switch p.IPVersion {
	case 4:
		dst = append(dst, 0x45, 0, 0, 0)
		dst = be.AppendUint16(dst, uint16(p.FragID))
		frag := p.FragOffset / 8
		if p.Fragment && p.MoreFragments {
			frag |= 0x2000
		} else if !p.Fragment {
			frag = 0x4000 // don't fragment
		}
		dst = be.AppendUint16(dst, frag)
		dst = append(dst, ttl, byte(p.Protocol), 0, 0)
		dst = append(dst, p.Src[12:]...)
		dst = append(dst, p.Dst[12:]...)
		dst = p.appendTransport(dst)
		header := dst[start : start+20]
		be.PutUint16(header[2:], uint16(len(dst)-start))
		be.PutUint16(header[10:], ^fold(sum(0, header)))
	case 6:
		dst = append(dst, 0x60, 0, 0, 0, 0, 0, byte(p.Protocol), ttl)
		if p.Fragment {
			dst[start+6] = byte(fragment)
		}
		dst = append(dst, p.Src[:]...)
		dst = append(dst, p.Dst[:]...)
		if p.Fragment {
			more := uint16(0)
			if p.MoreFragments {
				more = 1
			}
			dst = append(dst, byte(p.Protocol), 0)
			dst = be.AppendUint16(dst, p.FragOffset&^7|more)
			dst = be.AppendUint32(dst, p.FragID)
		}
		dst = p.appendTransport(dst)
		be.PutUint16(dst[start+4:], uint16(len(dst)-start-40))
	default:
		dst = append(dst, p.Payload...)
	}
	return dst
}

func (p *Packet) appendTransport(dst []byte) []byte {
	start := len(dst)
	checksumAt := 0
	switch {
	case p.Fragment:
		return append(dst, p.Payload...)
	case p.Protocol == UDP:
		dst = be.AppendUint16(dst, p.SrcPort)
		dst = be.AppendUint16(dst, p.DstPort)
		dst = be.AppendUint16(dst, uint16(8+len(p.Payload)))
		dst = append(dst, 0, 0)
		dst = append(dst, p.Payload...)
		checksumAt = 6
	case p.Protocol == TCP:
		dst = be.AppendUint16(dst, p.SrcPort)
		dst = be.AppendUint16(dst, p.DstPort)
		dst = be.AppendUint32(dst, p.Seq)
		dst = be.AppendUint32(dst, p.Ack)
		dst = append(dst, 0, byte(p.TCPFlags))
		dst = be.AppendUint16(dst, p.Window)
		dst = append(dst, 0, 0, 0, 0)
		if p.MSS != 0 {
			dst = append(dst, 2, 4, byte(p.MSS>>8), byte(p.MSS))
		}
		if p.ScaleOK {
			dst = append(dst, 1, 3, 3, p.Scale)
		}
		if p.TSOK {
			dst = append(dst, 1, 1, 8, 10)
			dst = be.AppendUint32(dst, p.TSVal)
			dst = be.AppendUint32(dst, p.TSEcr)
		}
		dst[start+12] = byte((len(dst) - start) / 4 << 4)
		dst = append(dst, p.Payload...)
		checksumAt = 16
	case p.Protocol == ICMPv6 && len(p.Payload) >= 4:
		dst = append(dst, p.Payload...)
		dst[start+2], dst[start+3] = 0, 0
		checksumAt = 2
	case p.Protocol == ICMP && len(p.Payload) >= 4:
		dst = append(dst, p.Payload...)
		dst[start+2], dst[start+3] = 0, 0
		be.PutUint16(dst[start+2:], ^fold(sum(0, dst[start:])))
		return dst
	default:
		return append(dst, p.Payload...)
	}
	segment := dst[start:]
	check := ^fold(sum(p.pseudo(len(segment)), segment))
	if check == 0 && p.Protocol == UDP {
		check = 0xffff // 0 means none, RFC 768
	}
	be.PutUint16(segment[checksumAt:], check)
	return dst
}

// ChecksumOK reports whether the checksum of segment, the TCP, UDP or ICMPv6
// bytes whole from their header on, is right for the addresses of p. A UDP checksum
// of zero over IPv4 (none was computed) is right.
func (p *Packet) ChecksumOK(segment []byte) bool {
	if p.Protocol == UDP && p.IPVersion == 4 && len(segment) >= 8 && segment[6]|segment[7] == 0 {
		return true
	}
	return fold(sum(p.pseudo(len(segment)), segment)) == 0xffff
}

// pseudo sums the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1). Both kinds of
// address may be summed whole when the mapped prefix ::ffff is left out.
func (p *Packet) pseudo(length int) uint64 {
	s := uint64(length) + uint64(p.Protocol)
	if p.IPVersion == 4 {
		return sum(sum(s, p.Src[12:]), p.Dst[12:])
	}
	return sum(sum(s, p.Src[:]), p.Dst[:])
}

// sum adds b to s as big-endian 16-bit words (RFC 1071), four bytes at a time;
// fold later adds up the carries. Good for 2^32 words.
func sum(s uint64, b []byte) uint64 {
	for len(b) >= 8 {
		w := binary.BigEndian.Uint64(b)
		s += w>>32 + w&0xffffffff
		b = b[8:]
	}
	for len(b) >= 2 {
		s += uint64(be.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	return s
}

func fold(s uint64) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// AppendVXLAN appends the VXLAN header for network vni (RFC 7348 §5) and the
// inner Ethernet frame: the payload of a UDP datagram to port 4789.
func AppendVXLAN(dst []byte, vni uint32, frame []byte) []byte {
	dst = append(dst, 0x08, 0, 0, 0)
	dst = be.AppendUint32(dst, vni<<8)
	return append(dst, frame...)
}

// AppendGRE appends a GRE header with a key (RFC 2890 §2), none when key is 0,
// and the inner packet of the given kind: the payload of an IP packet of protocol GRE.
func AppendGRE(dst []byte, kind EtherType, key uint32, inner []byte) []byte {
	flags := uint16(0)
	if key != 0 {
		flags = 0x2000
	}
	dst = be.AppendUint16(dst, flags)
	dst = be.AppendUint16(dst, uint16(kind))
	if key != 0 {
		dst = be.AppendUint32(dst, key)
	}
	return append(dst, inner...)
}
