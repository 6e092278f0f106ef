package packet

import "github.com/wardround/wardround/format"

// ethernet reads an Ethernet header. Inside a tunnel it replaces the addresses
// and tags of the frame outside.
func (p *Packet) ethernet(in input) error {
	p.payload(in)
	p.VLANs, p.VLAN, p.EtherType = 0, [2]uint16{}, 0
	if len(in.b) < 14 {
		return in.short(14, "Ethernet header", "IEEE 802.3 §3.2")
	}
	p.DstMAC, p.SrcMAC = MAC(in.b[0:6]), MAC(in.b[6:12])
	kind := EtherType(be.Uint16(in.b[12:]))
	in.skip(14)
	return p.network(kind, in)
}

// network reads tags and labels until a network protocol is reached.
func (p *Packet) network(kind EtherType, in input) error {
	for {
		p.EtherType = kind
		p.payload(in)
		switch kind {
		case EtherIPv4:
			return p.ipv4(in)
		case EtherIPv6:
			return p.ipv6(in)
		case EtherVLAN, EtherQinQ, EtherQinQ1:
			if p.VLANs == maxTags {
				return in.fail("VLAN tags", "", format.ErrLimit)
			}
			if len(in.b) < 4 {
				return in.short(4, "VLAN tag", "IEEE 802.1Q §9.6")
			}
			if p.VLANs < 2 {
				p.VLAN[p.VLANs] = be.Uint16(in.b) & 0x0fff
			}
			p.VLANs++
			kind = EtherType(be.Uint16(in.b[2:]))
			in.skip(4)
		case EtherMPLS, EtherMPLSM:
			return p.mpls(in)
		default:
			if kind >= 1536 {
				return nil
			}
			// IEEE 802.3 length, then LLC; only SNAP leads to IP (RFC 1042).
			if int(kind) > in.wire {
				return in.fail("IEEE 802.3 length", "IEEE 802.3 §3.2.6", format.ErrMalformed)
			}
			in.trim(int(kind))
			p.payload(in)
			if len(in.b) < 8 || [6]byte(in.b) != [6]byte{0xaa, 0xaa, 3} {
				return nil
			}
			kind = EtherType(be.Uint16(in.b[6:]))
			in.skip(8)
			if kind < 1536 {
				p.payload(in)
				return nil
			}
		}
	}
}

// mpls removes the label stack (RFC 3032 §2.1). What lies below is told by its
// first nibble: IP, or the control word of an Ethernet pseudowire (RFC 4448 §4.6).
func (p *Packet) mpls(in input) error {
	for bottom := false; !bottom; p.MPLS++ {
		if p.MPLS == maxLabels {
			return in.fail("MPLS labels", "", format.ErrLimit)
		}
		if len(in.b) < 4 {
			return in.short(4, "MPLS label", "RFC 3032 §2.1")
		}
		bottom = in.b[2]&1 != 0
		in.skip(4)
	}
	p.payload(in)
	if len(in.b) == 0 {
		return in.short(1, "MPLS payload", "RFC 3032 §2.1")
	}
	switch in.b[0] >> 4 {
	case 4:
		p.EtherType = EtherIPv4
		return p.ipv4(in)
	case 6:
		p.EtherType = EtherIPv6
		return p.ipv6(in)
	case 0:
		if len(in.b) < 4+14 {
			return nil
		}
		if p.Depth == maxDepth {
			return in.fail("tunnels", "", format.ErrLimit)
		}
		p.Depth++
		in.skip(4)
		return p.ethernet(in)
	}
	return nil
}

// sll reads the header of LINKTYPE_LINUX_SLL.
func (p *Packet) sll(in input) error {
	p.payload(in)
	if len(in.b) < 16 {
		return in.short(16, "Linux cooked header", "LINKTYPE_LINUX_SLL")
	}
	b := in.b
	in.skip(16)
	return p.cooked(in, be.Uint16(b[2:]), int(be.Uint16(b[4:])), b[6:14], EtherType(be.Uint16(b[14:])))
}

// sll2 reads the header of LINKTYPE_LINUX_SLL2.
func (p *Packet) sll2(in input) error {
	p.payload(in)
	if len(in.b) < 20 {
		return in.short(20, "Linux cooked header", "LINKTYPE_LINUX_SLL2")
	}
	b := in.b
	in.skip(20)
	return p.cooked(in, be.Uint16(b[8:]), int(b[11]), b[12:20], EtherType(be.Uint16(b[0:])))
}

func (p *Packet) cooked(in input, hardware uint16, size int, addr []byte, kind EtherType) error {
	const arphrdEther, arphrdLoopback, arphrdGRE, arphrdNetlink = 1, 772, 778, 824
	if size == 6 && (hardware == arphrdEther || hardware == arphrdLoopback) {
		p.SrcMAC = MAC(addr)
	}
	// Below 1536 stand Linux's own numbers for frames without an EtherType.
	if kind < 1536 || hardware == arphrdNetlink || hardware == arphrdGRE && kind == EtherTEB {
		p.payload(in)
		return nil
	}
	return p.network(kind, in)
}
