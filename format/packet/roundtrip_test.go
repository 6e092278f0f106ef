package packet

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	pump    = MAC{0x02, 0, 0x5e, 0x10, 0, 1}
	gateway = MAC{0x02, 0, 0x5e, 0x10, 0, 2}
	addr6a  = Addr{0x20, 1, 0x0d, 0xb8, 15: 1}
	addr6b  = Addr{0x20, 1, 0x0d, 0xb8, 15: 2}
)

func base4(proto Protocol, payload string) Packet {
	return Packet{
		SrcMAC: pump, DstMAC: gateway, EtherType: EtherIPv4,
		IPVersion: 4, TTL: 64, Protocol: proto,
		Src: AddrFrom4(10, 0, 0, 1), Dst: AddrFrom4(10, 0, 0, 2), FragID: 77,
		Payload: []byte(payload),
	}
}

func base6(proto Protocol, payload string) Packet {
	p := base4(proto, payload)
	p.EtherType, p.IPVersion, p.Src, p.Dst, p.FragID = EtherIPv6, 6, addr6a, addr6b, 0
	return p
}

func asTCP(p Packet) Packet {
	p.TransportOK, p.SrcPort, p.DstPort = true, 51000, 2575
	p.Seq, p.Ack, p.Window, p.TCPFlags = 0xfffffff0, 7, 502, PSH|ACK
	return p
}

func asUDP(p Packet) Packet {
	p.TransportOK, p.SrcPort, p.DstPort = true, 3702, 3702
	return p
}

// described are packets whose every field survives Append and Decode.
func described() map[string]Packet {
	syn := asTCP(base4(TCP, ""))
	syn.TCPFlags, syn.MSS, syn.ScaleOK, syn.Scale, syn.TSOK, syn.TSVal, syn.TSEcr = SYN, 1460, true, 7, true, 99, 100
	tagged := asUDP(base4(UDP, "hello"))
	tagged.VLANs, tagged.VLAN = 1, [2]uint16{120}
	qinq := asTCP(base6(TCP, "MSH|^~\\&|"))
	qinq.VLANs, qinq.VLAN = 2, [2]uint16{4094, 3}
	arp := Packet{SrcMAC: pump, DstMAC: gateway, EtherType: EtherARP, Payload: bytes.Repeat([]byte{1}, 28)}
	first := base4(UDP, "12345678")
	first.Fragment, first.MoreFragments = true, true
	last := base6(UDP, "odd")
	last.Fragment, last.FragOffset, last.FragID = true, 1480, 0xdeadbeef
	return map[string]Packet{
		"tcp4":       asTCP(base4(TCP, "payload")),
		"syn":        syn,
		"tcp6":       asTCP(base6(TCP, "payload")),
		"udp4":       asUDP(base4(UDP, "x")),
		"udp6 empty": asUDP(base6(UDP, "")),
		"vlan":       tagged,
		"qinq":       qinq,
		"arp":        arp,
		"icmp":       base4(ICMP, "\x08\x00\xe5\xca\x12\x34\x00\x01"),
		"icmp6":      base6(ICMPv6, "\x80\x00\x6a\x7d\x00\x00\x00\x00"),
		"fragment4":  first,
		"fragment6":  last,
	}
}

func TestAppendDecode(t *testing.T) {
	for name, want := range described() {
		t.Run(name, func(t *testing.T) {
			frame := want.Append(nil)
			want.Length = len(frame)
			if want.Protocol == ICMP || want.Protocol == ICMPv6 {
				want.Payload = frame[len(frame)-8:] // with the checksum filled in
			}
			var got Packet
			if err := got.Decode(Ethernet, frame, len(frame)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("decoded differs from described (-want +got):\n%s", diff)
			}
			padded := append(bytes.Clone(frame), make([]byte, 7)...)
			if want.IPVersion == 0 {
				return
			}
			want.Length += 7
			if err := got.Decode(Ethernet, padded, len(padded)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("with link-layer padding (-want +got):\n%s", diff)
			}
		})
	}
}

// A frame cut at any byte by the snapshot length is read as far as it goes, and
// Payload with Missing always adds up to the whole.
func TestDecodeCut(t *testing.T) {
	for name, want := range described() {
		frame := want.Append(nil)
		var whole Packet
		if err := whole.Decode(Ethernet, frame, len(frame)); err != nil {
			t.Fatal(name, err)
		}
		for n := range frame {
			var got Packet
			err := got.Decode(Ethernet, bytes.Clone(frame[:n]), len(frame))
			if err == nil && len(got.Payload)+got.Missing != len(whole.Payload) {
				t.Errorf("%s cut to %d: payload %d + missing %d, want %d", name, n, len(got.Payload), got.Missing, len(whole.Payload))
			}
			if err == nil && n < len(frame)-len(whole.Payload) {
				t.Errorf("%s cut to %d: header missing but no error", name, n)
			}
		}
	}
}

func TestTunnels(t *testing.T) {
	inner := asTCP(base4(TCP, "inside"))
	inner.Src, inner.Dst = AddrFrom4(192, 168, 1, 1), AddrFrom4(192, 168, 1, 2)
	inner.VLANs, inner.VLAN = 1, [2]uint16{9}
	innerIP := inner
	innerIP.VLANs, innerIP.VLAN = 0, [2]uint16{}
	frame := inner.Append(nil)
	outer := func(proto Protocol, payload []byte) []byte {
		p := base4(proto, string(payload))
		p.VLANs, p.VLAN = 1, [2]uint16{5}
		if proto == UDP {
			p.SrcPort, p.DstPort = 40000, vxlanPort
		}
		return p.Append(nil)
	}
	erspan2 := append([]byte{0x10, 0x00, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0x2a, 0, 0, 0, 0}, frame...)
	erspan3 := append([]byte{0x10, 0x00, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0x2b, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, frame...)
	pseudowire := append([]byte{0, 0x01, 0x01, 64, 0, 0, 0, 0}, frame...)
	mplsFrame := append(append(append(append([]byte{}, gateway[:]...), pump[:]...), 0x88, 0x47), pseudowire...)
	cases := map[string]struct {
		frame  []byte
		tunnel Tunnel
		id     uint32
		vlan   uint16
	}{
		"vxlan":           {outer(UDP, AppendVXLAN(nil, 5001, frame)), TunnelVXLAN, 5001, 9},
		"gre ethernet":    {outer(GRE, AppendGRE(nil, EtherTEB, 3, frame)), TunnelGRE, 3, 9},
		"gre ip":          {outer(GRE, AppendGRE(nil, EtherIPv4, 0, innerIP.AppendIP(nil))), TunnelGRE, 0, 5},
		"erspan I":        {outer(GRE, append([]byte{0, 0, 0x88, 0xbe}, frame...)), TunnelERSPAN, 0, 9},
		"erspan II":       {outer(GRE, erspan2), TunnelERSPAN, 0x2a, 9},
		"erspan III":      {outer(GRE, erspan3), TunnelERSPAN, 0x2b, 9},
		"ip in ip":        {outer(IPv4, innerIP.AppendIP(nil)), TunnelIP, 0, 5},
		"mpls pseudowire": {mplsFrame, NoTunnel, 0, 9},
	}
	for name, c := range cases {
		var got Packet
		if err := got.Decode(Ethernet, c.frame, len(c.frame)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Tunnel != c.tunnel || got.TunnelID != c.id || got.VLAN[0] != c.vlan || got.VLANs != 1 || got.Depth != 1 {
			t.Errorf("%s: tunnel %v id %d vlan %v×%d depth %d", name, got.Tunnel, got.TunnelID, got.VLAN, got.VLANs, got.Depth)
		}
		if string(got.Payload) != "inside" || got.Src != inner.Src || got.DstPort != inner.DstPort || got.Seq != inner.Seq {
			t.Errorf("%s: inner packet %+v", name, got)
		}
		if c.tunnel != NoTunnel && got.OuterSrc != AddrFrom4(10, 0, 0, 1) {
			t.Errorf("%s: outer source %v", name, got.OuterSrc)
		}
	}

	t.Run("depth", func(t *testing.T) {
		b := innerIP.AppendIP(nil)
		for range maxDepth + 1 {
			p := base4(IPv4, string(b))
			b = p.AppendIP(nil)
		}
		var p Packet
		if err := p.Decode(Raw, b, len(b)); err == nil {
			t.Error("five tunnels deep: no error")
		}
	})
	t.Run("not vxlan", func(t *testing.T) {
		p := base4(UDP, "plain text on port 4789 of some other protocol")
		p.SrcPort, p.DstPort = 1, vxlanPort
		b := p.Append(nil)
		var got Packet
		if err := got.Decode(Ethernet, b, len(b)); err != nil || got.Tunnel != NoTunnel || got.DstPort != vxlanPort {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
