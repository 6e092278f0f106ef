package e2e

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/wardround/wardround/format/packet"
)

// TestInWhateverWrapping: the same conversation, on a port that says nothing, is
// observed inside VLANs, IPv6, tunnels and fragments.
func TestInWhateverWrapping(t *testing.T) {
	addr := func(s string) packet.Addr { return packet.AddrFrom(netip.MustParseAddr(s)) }
	plain := func(p *packet.Packet) [][]byte { return [][]byte{p.Append(nil)} }
	outer := func(protocol packet.Protocol, payload []byte) []byte {
		p := packet.Packet{IPVersion: 4, Protocol: protocol, Src: addr("192.0.2.1"), Dst: addr("192.0.2.2"), SrcPort: 55555, DstPort: 4789, Payload: payload}
		return p.Append(nil)
	}
	wrappings := map[string]func(p *packet.Packet) [][]byte{
		"plain": plain,
		"VLAN":  func(p *packet.Packet) [][]byte { p.VLANs, p.VLAN[0] = 1, 42; return plain(p) },
		"QinQ":  func(p *packet.Packet) [][]byte { p.VLANs, p.VLAN = 2, [2]uint16{42, 7}; return plain(p) },
		"IPv6":  func(p *packet.Packet) [][]byte { sixth(p); return plain(p) },
		"VXLAN": func(p *packet.Packet) [][]byte {
			return [][]byte{outer(packet.UDP, packet.AppendVXLAN(nil, 99, p.Append(nil)))}
		},
		"GRE": func(p *packet.Packet) [][]byte {
			return [][]byte{outer(packet.GRE, packet.AppendGRE(nil, packet.EtherIPv4, 5, p.AppendIP(nil)))}
		},
		"pieces":             func(p *packet.Packet) [][]byte { return fragments(p, 64, false) },
		"pieces, last first": func(p *packet.Packet) [][]byte { return fragments(p, 64, true) },
		"IPv6 pieces":        func(p *packet.Packet) [][]byte { sixth(p); return fragments(p, 80, false) },
	}
	for name, wrap := range wrappings {
		t.Run(name, func(t *testing.T) {
			file := written(t, func(c *crafted) {
				c.wrap = wrap
				request, answer := innocentMessages()
				c.dial("10.9.9.1:40001", "10.9.9.2:7799").say(0, request).say(1, answer).close()
			})
			l := replay(t, file)
			if !l.seenInnocent(t) {
				t.Errorf("not observed: %s", l.summary(t).raw)
			}
			for _, o := range l.observations("hl7.message") {
				if o.Flow.port(t) != 7799 {
					t.Errorf("flow %+v", o.Flow)
				}
			}
			if s := l.summary(t); s.ParseFailures != 0 || s.Drops != 0 || s.GapBytes != 0 {
				t.Errorf("not understood: %s", s.raw)
			}
		})
	}
}

// sixth moves a packet to IPv6.
func sixth(p *packet.Packet) {
	p.IPVersion = 6
	for _, a := range []*packet.Addr{&p.Src, &p.Dst} {
		v4 := netip.AddrFrom16(*a).Unmap().As4()
		*a = packet.AddrFrom(netip.MustParseAddr(fmt.Sprintf("fd00::%x:%x", uint(v4[2]), uint(v4[3]))))
	}
}

// fragments cuts the IP payload of a packet into pieces of size bytes, a multiple
// of 8.
func fragments(p *packet.Packet, size int, lastFirst bool) (frames [][]byte) {
	header := 20
	if p.IPVersion == 6 {
		header = 40
	}
	body := p.AppendIP(nil)[header:]
	fragmentID++
	for at := 0; at < len(body); at += size {
		f := packet.Packet{
			SrcMAC: p.SrcMAC, DstMAC: p.DstMAC, IPVersion: p.IPVersion, Protocol: p.Protocol, Src: p.Src, Dst: p.Dst,
			Fragment: true, FragID: fragmentID, FragOffset: uint16(at), MoreFragments: at+size < len(body), Payload: body[at:min(at+size, len(body))],
		}
		if lastFirst {
			frames = append([][]byte{f.Append(nil)}, frames...)
			continue
		}
		frames = append(frames, f.Append(nil))
	}
	return frames
}

var fragmentID uint32
