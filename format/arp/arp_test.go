package arp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

var (
	pump    = MAC{0x00, 0x09, 0xfb, 1, 2, 3}
	gateway = MAC{0x00, 0x22, 0x72, 4, 5, 6}
	any0    = netip.IPv4Unspecified()
	ip5     = netip.MustParseAddr("10.20.0.5")
	ip1     = netip.MustParseAddr("10.20.0.1")
)

// The life of an address: probed for, announced, asked after, answered, taken over.
var packets = []struct {
	name         string
	packet       Packet
	probe        bool
	gratuitous   bool
	announcement bool
	claims       bool
}{
	{"probe", Packet{Request, pump, any0, MAC{}, ip5}, true, false, false, false},
	{"announcement", Packet{Request, pump, ip5, MAC{}, ip5}, false, true, true, true},
	{"request", Packet{Request, gateway, ip1, MAC{}, ip5}, false, false, false, true},
	{"reply", Packet{Reply, pump, ip5, gateway, ip1}, false, false, false, true},
	{"gratuitous reply", Packet{Reply, gateway, ip5, MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, ip5}, false, true, false, true},
	{"multicast sender", Packet{Reply, MAC{0x01, 0, 0x5e, 1, 2, 3}, ip5, gateway, ip1}, false, false, false, false},
	{"no sender", Packet{Reply, MAC{}, ip5, gateway, ip1}, false, false, false, false},
	{"reverse request", Packet{Op(3), pump, any0, pump, any0}, false, false, false, false},
}

func TestPackets(t *testing.T) {
	for _, c := range packets {
		t.Run(c.name, func(t *testing.T) {
			frame := append(c.packet.Append(nil), make([]byte, 18)...) // Ethernet pads to 60 bytes
			if m := Recognise(frame); m != format.Yes {
				t.Errorf("Recognise = %v", m)
			}
			got, err := Parse(frame)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.packet, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
				t.Error(diff)
			}
			mac, ip, ok := got.Claim()
			if got.Probe() != c.probe || got.Gratuitous() != c.gratuitous || got.Announcement() != c.announcement || ok != c.claims {
				t.Errorf("probe %v, gratuitous %v, announcement %v, claims %v", got.Probe(), got.Gratuitous(), got.Announcement(), ok)
			}
			if ok && (mac != c.packet.Sender || ip != c.packet.SenderIP) {
				t.Errorf("claim %x %v", mac, ip)
			}
		})
	}
}

func TestNotOurs(t *testing.T) {
	good := packets[2].packet.Append(nil)
	edit := func(at int, b byte) []byte {
		p := append([]byte(nil), good...)
		p[at] = b
		return p
	}
	for _, c := range []struct {
		name  string
		p     []byte
		want  error
		match format.Match
	}{
		{"empty", nil, format.ErrTruncated, format.More},
		{"one byte short", good[:Size-1], format.ErrTruncated, format.More},
		{"frame relay", edit(1, 15), format.ErrMalformed, format.No},
		{"not IPv4", edit(2, 0x86), format.ErrMalformed, format.No},
		{"eight-byte hardware address", edit(4, 8), format.ErrMalformed, format.No},
		{"sixteen-byte protocol address", edit(5, 16), format.ErrMalformed, format.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse(c.p); !errors.Is(err, c.want) {
				t.Errorf("Parse: %v, want %v", err, c.want)
			}
			if m := Recognise(c.p); m != c.match {
				t.Errorf("Recognise = %v, want %v", m, c.match)
			}
		})
	}
}

// tshark reads what we write, and calls the same packets probe, announcement
// and gratuitous.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for _, p := range packets[:5] {
		a := p.packet
		c.Ethernet(a.Sender, MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 0x0806, a.Append(nil))
		flag := func(b bool) string {
			if b {
				return "1"
			}
			return ""
		}
		want = append(want, []string{
			fmt.Sprint(uint16(a.Op)), colons(a.Sender), a.SenderIP.String(), colons(a.Target), a.TargetIP.String(),
			flag(a.Probe()), flag(a.Announcement()), flag(a.Gratuitous()),
		})
	}
	got := wire.Tshark(t, c.Path(), "arp", []string{
		"arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.hw_mac", "arp.dst.proto_ipv4",
		"arp.isprobe", "arp.isannouncement", "arp.isgratuitous",
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func colons(m MAC) string {
	parts := make([]string, len(m))
	for i, b := range m {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":")
}

func FuzzParse(f *testing.F) {
	for _, c := range packets {
		f.Add(c.packet.Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		a, err := Parse(p)
		if (err == nil) != (Recognise(p) == format.Yes) {
			t.Errorf("Recognise says %v, Parse says %v", Recognise(p), err)
		}
		if err != nil {
			return
		}
		again, err := Parse(a.Append(nil))
		if err != nil || again != a {
			t.Errorf("%+v became %+v, %v", a, again, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	p := packets[0].packet.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(p); err != nil {
			b.Fatal(err)
		}
	}
}
