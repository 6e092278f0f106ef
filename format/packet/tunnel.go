package packet

import "github.com/wardround/wardround/format"

// vxlanPort is the UDP port of RFC 7348 §5.
const vxlanPort = 4789

// isVXLAN checks the header strictly, because another protocol may use the port:
// the I flag, no other but the group policy extension's, zero in the reserved
// last byte, and room for an inner Ethernet header.
func isVXLAN(b []byte) bool {
	return len(b) >= 8+14 && b[0]&^0x80 == 0x08 && b[1]&^0x48 == 0 && b[7] == 0 &&
		(b[0]&0x80 != 0 || b[1]|b[2]|b[3] == 0)
}

// enter notes that the payload of the present IP packet is opened, and clears
// what described it.
func (p *Packet) enter(in input, t Tunnel, id uint32) error {
	if p.Depth == maxDepth {
		return in.fail("tunnels", "", format.ErrLimit)
	}
	if p.Tunnel == NoTunnel {
		p.OuterSrc, p.OuterDst = p.Src, p.Dst
	}
	p.Depth++
	p.Tunnel, p.TunnelID = t, id
	p.IPVersion, p.TTL, p.Protocol = 0, 0, 0
	p.Src, p.Dst = Addr{}, Addr{}
	p.FragID = 0
	p.TransportOK, p.SrcPort, p.DstPort = false, 0, 0
	p.payload(in)
	return nil
}

// tunnel opens IP-in-IP and GRE.
func (p *Packet) tunnel(in input) error {
	p.payload(in)
	switch p.Protocol {
	case IPv4:
		if err := p.enter(in, TunnelIP, 0); err != nil {
			return err
		}
		p.EtherType = EtherIPv4
		return p.ipv4(in)
	case IPv6:
		if err := p.enter(in, TunnelIP, 0); err != nil {
			return err
		}
		p.EtherType = EtherIPv6
		return p.ipv6(in)
	}
	return p.gre(in)
}

func (p *Packet) vxlan(in input) error {
	vni := be.Uint32(in.b[4:]) >> 8
	in.skip(8)
	if err := p.enter(in, TunnelVXLAN, vni); err != nil {
		return err
	}
	return p.ethernet(in)
}

// gre reads RFC 2784 and RFC 2890 headers. Source routing (RFC 1701) and version 1
// (PPTP, RFC 2637) stay payload.
func (p *Packet) gre(in input) error {
	const checksum, route, key, sequence, version = 0x8000, 0x4000, 0x2000, 0x1000, 0x0007
	if len(in.b) < 4 {
		return in.short(4, "GRE header", "RFC 2784 §2.1")
	}
	flags, kind := be.Uint16(in.b), EtherType(be.Uint16(in.b[2:]))
	if flags&(route|version) != 0 {
		return nil
	}
	size := 4
	id := uint32(0)
	if flags&checksum != 0 {
		size += 4
	}
	keyAt := size
	if flags&key != 0 {
		size += 4
	}
	if flags&sequence != 0 {
		size += 4
	}
	if len(in.b) < size {
		return in.short(size, "GRE header", "RFC 2890 §2")
	}
	if flags&key != 0 {
		id = be.Uint32(in.b[keyAt:])
	}
	switch kind {
	case EtherIPv4, EtherIPv6, EtherTEB, EtherMPLS, EtherMPLSM:
	case EtherERSP2, EtherERSP3:
		in.skip(size)
		return p.erspan(in, kind, flags&sequence != 0)
	default:
		return nil
	}
	in.skip(size)
	if err := p.enter(in, TunnelGRE, id); err != nil {
		return err
	}
	if kind == EtherTEB {
		return p.ethernet(in)
	}
	return p.network(kind, in)
}

// erspan opens a mirrored frame: type I has no header and GRE no sequence number,
// type II has 8 bytes, type III 12 and perhaps 8 more (draft-foschiano-erspan-03 §4).
func (p *Packet) erspan(in input, kind EtherType, sequence bool) error {
	size, session := 0, uint32(0)
	switch {
	case kind == EtherERSP3:
		size = 12
	case sequence:
		size = 8
	}
	if len(in.b) < size {
		return in.short(size, "ERSPAN header", "draft-foschiano-erspan-03 §4")
	}
	isIP := false
	if size > 0 {
		session = be.Uint32(in.b) & 0x3ff
	}
	if kind == EtherERSP3 {
		last := be.Uint16(in.b[10:])
		isIP = last>>10&0x1f == 2 // frame type
		if last&1 != 0 {
			size += 8
		}
		if len(in.b) < size {
			return in.short(size, "ERSPAN platform header", "draft-foschiano-erspan-03 §4.3")
		}
	}
	in.skip(size)
	if err := p.enter(in, TunnelERSPAN, session); err != nil {
		return err
	}
	if isIP {
		return p.anyIP(in)
	}
	return p.ethernet(in)
}
