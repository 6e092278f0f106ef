package packet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/wardround/wardround/format"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same IP packet below every kind of link header.
func TestLinkTypes(t *testing.T) {
	p4, p6 := asUDP(base4(UDP, "hello")), asUDP(base6(UDP, "hello"))
	ip4, ip6 := p4.AppendIP(nil), p6.AppendIP(nil)
	cases := []struct {
		name   string
		link   LinkType
		header string
		ip     []byte
		mac    MAC
	}{
		{"raw 4", Raw, "", ip4, MAC{}},
		{"raw 6", RawBSD, "", ip6, MAC{}},
		{"ipv4", RawIPv4, "", ip4, MAC{}},
		{"ipv6", RawIPv6, "", ip6, MAC{}},
		{"null little-endian", Null, "02000000", ip4, MAC{}},
		{"null big-endian", Null, "00000002", ip4, MAC{}},
		{"null darwin 6", Null, "1e000000", ip6, MAC{}},
		{"null freebsd 6", Null, "1c000000", ip6, MAC{}},
		{"loop", Loop, "00000002", ip4, MAC{}},
		{"loop 6", Loop, "00000018", ip6, MAC{}},
		{"sll", LinuxSLL, "0000 0001 0006 02005e100001 0000 0800", ip4, pump},
		{"sll vlan", LinuxSLL, "0000 0001 0006 02005e100001 0000 8100 0007 86dd", ip6, pump},
		{"sll2", LinuxSLL2, "0800 0000 00000003 0001 00 06 02005e100001 0000", ip4, pump},
		{"snap", Ethernet, "02005e100002 02005e100001 0029 aaaa03 000000 0800", ip4, pump},
		{"mpls", Ethernet, "02005e100002 02005e100001 8847 00010040 00020140", ip4, pump},
	}
	for _, c := range cases {
		frame := append(unhex(t, c.header), c.ip...)
		var p Packet
		if err := p.Decode(c.link, frame, len(frame)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if string(p.Payload) != "hello" || p.DstPort != 3702 || p.SrcMAC != c.mac {
			t.Errorf("%s: got %+v", c.name, p)
		}
	}
	var p Packet
	if err := p.Decode(LinkType(105), ip4, 0); !errors.Is(err, format.ErrMalformed) || LinkType(105).Known() {
		t.Errorf("IEEE 802.11: %v", err)
	}
}

func TestExtensionHeaders(t *testing.T) {
	udp := asUDP(base6(UDP, "hello"))
	whole := udp.AppendIP(nil)
	datagram := whole[40:]
	with := func(first byte, headers string) []byte {
		b := bytes.Clone(whole[:40])
		b[6] = first
		h := unhex(t, headers)
		b[5] = byte(len(h) + len(datagram))
		return append(append(b, h...), datagram...)
	}
	for name, b := range map[string][]byte{
		"hop-by-hop, destination, routing": with(0, "3c00050200000000 2b00010400000000 1100000000000000"),
		"authentication":                   with(51, "1104000000000001000000010000000000000000 00000000"),
		"atomic fragment":                  with(44, "1100000000000001"),
	} {
		var p Packet
		if err := p.Decode(Raw, b, len(b)); err != nil || string(p.Payload) != "hello" || p.Fragment || p.Protocol != UDP {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	var p Packet
	b := with(0, strings.Repeat("3c00010400000000", 8)+"1100010400000000")
	if err := p.Decode(Raw, b, len(b)); !errors.Is(err, format.ErrLimit) {
		t.Errorf("nine extension headers: %v", err)
	}
	b = with(44, "1100000100000001")
	b = append(b[:40], b[40:40+16]...)
	b[5] = 16
	if err := p.Decode(Raw, b, len(b)); err != nil || !p.Fragment || !p.MoreFragments || p.Protocol != UDP || len(p.Payload) != 8 {
		t.Errorf("first fragment: %+v, %v", p, err)
	}
	b = with(59, "")
	if err := p.Decode(Raw, b, len(b)); err != nil || p.Protocol != NoNext || p.TransportOK {
		t.Errorf("no next header: %+v, %v", p, err)
	}
}

// Headers that lie, each with the cause and the offset that must be named.
func TestMalformed(t *testing.T) {
	tcp, udp := asTCP(base4(TCP, "payload")), asUDP(base4(UDP, "payload"))
	edit := func(p Packet, at int, bytes ...byte) []byte {
		b := p.AppendIP(nil)
		copy(b[at:], bytes)
		return b
	}
	long := edit(base4(UDP, strings.Repeat("x", 60000)), 6, 0x1f, 0xff) // last possible offset: ends behind 65,535
	cases := []struct {
		name   string
		link   LinkType
		b      []byte
		err    error
		offset int64
		field  string
	}{
		{"empty ethernet", Ethernet, nil, format.ErrMalformed, 0, "Ethernet header"},
		{"empty raw", Raw, nil, format.ErrMalformed, 0, "IP version"},
		{"version 5", Raw, edit(tcp, 0, 0x55), format.ErrMalformed, 0, "IP version"},
		{"ihl 4", Raw, edit(tcp, 0, 0x44), format.ErrMalformed, 0, "IPv4 header"},
		{"total < header", Raw, edit(tcp, 2, 0, 19), format.ErrMalformed, 0, "IPv4 total length"},
		{"total > frame", Raw, edit(tcp, 2, 1, 0), format.ErrMalformed, 0, "IPv4 total length"},
		{"data offset 4", Raw, edit(tcp, 32, 0x40), format.ErrMalformed, 20, "TCP data offset"},
		{"data offset > segment", Raw, edit(tcp, 32, 0xf0), format.ErrMalformed, 20, "TCP data offset"},
		{"udp length 7", Raw, edit(udp, 24, 0, 7), format.ErrMalformed, 20, "UDP length"},
		{"udp length > packet", Raw, edit(udp, 24, 1, 0), format.ErrMalformed, 20, "UDP length"},
		{"fragment beyond 65535", Raw, long, format.ErrMalformed, 20, "fragment"},
		{"odd middle fragment", Raw, edit(udp, 6, 0x20, 0), format.ErrMalformed, 20, "fragment"},
		{"ipv4 behind ipv6 type", Ethernet, append(unhex(t, "02005e100002 02005e100001 86dd"), tcp.AppendIP(nil)...), format.ErrMalformed, 14, "IPv6 header"},
		{"802.3 length", Ethernet, unhex(t, "02005e100002 02005e100001 0100 aaaa03"), format.ErrMalformed, 14, "IEEE 802.3 length"},
		{"tags", Ethernet, append(unhex(t, "02005e100002 02005e100001"), bytes.Repeat([]byte{0x81, 0, 0, 1}, 10)...), format.ErrLimit, 46, "VLAN tags"},
		{"labels", Ethernet, append(unhex(t, "02005e100002 02005e100001 8847"), make([]byte, 80)...), format.ErrLimit, 78, "MPLS labels"},
	}
	for _, c := range cases {
		var p Packet
		err := p.Decode(c.link, c.b, len(c.b))
		var fe *format.Error
		if !errors.Is(err, c.err) || !errors.As(err, &fe) || fe.Offset != c.offset || fe.Field != c.field {
			t.Errorf("%s: got %v, want %v at %d", c.name, err, c.err, c.offset)
		}
		if p.TransportOK {
			t.Errorf("%s: a transport header was taken from it", c.name)
		}
	}
}

// Options that do not fit end the option list but not the segment, as at a receiver.
func TestTCPOptions(t *testing.T) {
	for name, c := range map[string]struct {
		options string
		mss     uint16
		scale   int
		ts      bool
	}{
		"linux":         {"020405b4 0402080a 00000001 00000002 0103030a", 1460, 10, true},
		"scale 20":      {"03031400", 0, 14, false},
		"length 0":      {"020405b4 0800 0101", 1460, -1, false},
		"length beyond": {"03030700 080a0000", 0, 7, false},
		"end":           {"00030307", 0, -1, false},
	} {
		p := asTCP(base4(TCP, ""))
		b := p.AppendIP(nil)
		b = append(b, unhex(t, c.options)...)
		b[3], b[32] = byte(len(b)), byte((len(b)-20)/4<<4)
		var got Packet
		if err := got.Decode(Raw, b, len(b)); err != nil || !got.TransportOK {
			t.Errorf("%s: %v", name, err)
		}
		scale := -1
		if got.ScaleOK {
			scale = int(got.Scale)
		}
		if got.MSS != c.mss || scale != c.scale || got.TSOK != c.ts {
			t.Errorf("%s: mss %d scale %d timestamps %v", name, got.MSS, scale, got.TSOK)
		}
	}
}

// Segmentation offload leaves the length fields zero; the frame's length counts.
func TestOffload(t *testing.T) {
	p := asTCP(base4(TCP, strings.Repeat("x", 3000)))
	b := p.AppendIP(nil)
	b[2], b[3] = 0, 0
	var got Packet
	if err := got.Decode(Raw, b, len(b)); err != nil || len(got.Payload) != 3000 {
		t.Errorf("IPv4: %d bytes, %v", len(got.Payload), err)
	}
	p = asTCP(base6(TCP, strings.Repeat("x", 70000)))
	b = p.AppendIP(nil)
	b[4], b[5] = 0, 0
	if err := got.Decode(Raw, b, len(b)); err != nil || len(got.Payload) != 70000 {
		t.Errorf("IPv6: %d bytes, %v", len(got.Payload), err)
	}
}

func TestResume(t *testing.T) {
	p := asUDP(base4(UDP, "a datagram in two fragments"))
	datagram := p.AppendIP(nil)[20:]
	f := base4(UDP, string(datagram[:16]))
	f.Fragment, f.MoreFragments = true, true
	b := f.AppendIP(nil)
	var got Packet
	if err := got.Decode(Raw, b, len(b)); err != nil || !got.Fragment || got.TransportOK {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := got.Resume(datagram); err != nil || got.Fragment || got.DstPort != 3702 || !bytes.Equal(got.Payload, p.Payload) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := got.Resume(datagram[:4]); !errors.Is(err, format.ErrMalformed) {
		t.Errorf("short datagram: %v", err)
	}
}

func TestChecksumOK(t *testing.T) {
	for name, p := range described() {
		if !p.TransportOK && p.Protocol != ICMPv6 || p.Fragment {
			continue
		}
		ip := p.AppendIP(nil)
		segment := ip[20:]
		if p.IPVersion == 6 {
			segment = ip[40:]
		}
		if !p.ChecksumOK(segment) {
			t.Errorf("%s: checksum of an encoded packet is wrong", name)
		}
		segment[len(segment)-1] ^= 1
		if p.ChecksumOK(segment) {
			t.Errorf("%s: flipped bit not noticed", name)
		}
	}
}

func TestNames(t *testing.T) {
	if got := AddrFrom4(10, 1, 2, 3); got.String() != "10.1.2.3" || !got.Is4() || AddrFrom(got.Netip()) != got {
		t.Error(got)
	}
	if addr6a.Is4() || addr6a.String() != "2001:db8::1" || addr6a.Multicast() {
		t.Error(addr6a)
	}
	for _, a := range []Addr{AddrFrom4(239, 255, 255, 250), AddrFrom4(255, 255, 255, 255), {0: 0xff, 1: 2, 15: 12}} {
		if !a.Multicast() {
			t.Error(a, "is multicast")
		}
	}
	if pump.String() != "02:00:5e:10:00:01" || pump.Multicast() || !(MAC{1, 0, 0x5e}).Multicast() {
		t.Error(pump)
	}
	if TCP.String() != "tcp" || Protocol(89).String() != "ip-89" || TunnelVXLAN.String() != "vxlan" || Tunnel(9).String() != "vxlan" {
		t.Error("names")
	}
	var there, back Packet
	there.Src, there.Dst, back.Src, back.Dst = addr6a, addr6b, addr6b, addr6a
	if there.PairHash() != back.PairHash() || there.PairHash() == (&Packet{}).PairHash() {
		t.Error("PairHash is not symmetric")
	}
}
