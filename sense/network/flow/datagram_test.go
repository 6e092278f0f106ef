package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

func datagram(src, dst packet.Addr, sport, dport uint16, payload string) packet.Packet {
	return packet.Packet{IPVersion: 4, Protocol: packet.UDP, Src: src, Dst: dst, SrcPort: sport, DstPort: dport, Payload: []byte(payload)}
}

func TestDatagrams(t *testing.T) {
	group := packet.AddrFrom4(239, 255, 255, 250)
	for _, c := range []struct {
		name    string
		packets []packet.Packet
		want    []string
	}{
		{"question and answer", []packet.Packet{
			datagram(patient, archive, 51000, 53, "q"), datagram(archive, patient, 53, 51000, "a"),
		}, []string{"open 1 10.0.0.1:51000 > 10.0.0.2:53 by port", `client udp "q" lost 0`, `server udp "a" lost 0`}},
		{"answer first", []packet.Packet{datagram(archive, patient, 53, 51000, "a")},
			[]string{"open 1 10.0.0.1:51000 > 10.0.0.2:53 by port", `server udp "a" lost 0`}},
		{"same ports", []packet.Packet{datagram(archive, patient, 123, 123, "a")},
			[]string{"open 1 10.0.0.2:123 > 10.0.0.1:123 by first-packet", `client udp "a" lost 0`}},
		{"to a group", []packet.Packet{datagram(patient, group, 3702, 51000, "hello")},
			[]string{"open 1 10.0.0.1:3702 > 239.255.255.250:51000 by first-packet", `client udp "hello" lost 0`}},
		{"icmp", []packet.Packet{{IPVersion: 4, Protocol: packet.ICMP, Src: patient, Dst: archive, Payload: []byte("\x08\x00\xf7\xff")}},
			[]string{"open 1 10.0.0.1:0 > 10.0.0.2:0 by first-packet", `client icmp "\b\x00\xf7\xff" lost 0`}},
		{"arp", []packet.Packet{{EtherType: packet.EtherARP, Payload: []byte("who has")}}, []string{`frame 0806 "who has"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{})
			for i := range c.packets {
				s.feed(&c.packets[i])
			}
			s.told(c.want...)
		})
	}
	s := tell(t, Limits{})
	s.cut = 3
	p := datagram(patient, archive, 9, 10, "abcdef")
	s.feed(&p)
	s.told(`client udp "abc" lost 3`)
}

// pieces cuts a datagram's IP payload into fragments of n bytes.
func fragmentsOf(p packet.Packet, n int) (out []packet.Packet) {
	b := p.AppendIP(nil)[20:]
	if p.IPVersion == 6 {
		b = p.AppendIP(nil)[40:]
	}
	for at := 0; at < len(b); at += n {
		f := p
		f.Fragment, f.FragOffset, f.MoreFragments, f.FragID = true, uint16(at), at+n < len(b), 7
		f.Payload = b[at:min(at+n, len(b))]
		out = append(out, f)
	}
	return out
}

func TestFragments(t *testing.T) {
	whole := datagram(patient, archive, 51000, 3702, "a datagram in several fragments")
	six := whole
	six.IPVersion, six.Src, six.Dst = 6, packet.Addr{0xfd, 15: 1}, packet.Addr{0xfd, 15: 2}
	f := fragmentsOf(whole, 16) // 0-16, 16-32, 32-39
	forged := f[1]
	forged.Payload = []byte("0123456789abcdef")
	wide := f[1]
	wide.FragOffset, wide.Payload = 8, f[0].Payload
	long := f[2]
	long.FragOffset = 48
	other := f[0]
	other.FragID = 8
	inner := whole.Append(nil)
	vxlan := datagram(patient, archive, 40000, 4789, string(packet.AppendVXLAN(nil, 9, inner)))
	v := fragmentsOf(vxlan, 64)
	const hello = `client udp "a datagram in several fragments" lost 0`
	for _, c := range []struct {
		name    string
		packets []packet.Packet
		want    []string
		bad     uint64
	}{
		{"in order", []packet.Packet{f[0], f[1], f[2]}, []string{hello}, 0},
		{"out of order", []packet.Packet{f[2], f[0], f[1]}, []string{hello}, 0},
		{"duplicates", []packet.Packet{f[0], f[0], f[2], f[1], f[2]}, []string{hello}, 0},
		{"two mixed", []packet.Packet{f[0], other, f[1], f[2]}, []string{hello}, 0},
		{"version 6", fragmentsOf(six, 16), []string{hello}, 0},
		{"a tunnel", v, []string{hello}, 0},
		{"overlap", []packet.Packet{f[0], wide, f[1], f[2]}, nil, 1},
		{"other content", []packet.Packet{f[0], f[1], forged, f[2]}, nil, 1},
		{"two ends", []packet.Packet{f[0], f[2], long, f[1]}, nil, 1},
		{"behind the end", []packet.Packet{f[2], func() packet.Packet { x := f[1]; x.FragOffset = 64; return x }(), f[0], f[1]}, nil, 1},
		{"incomplete", []packet.Packet{f[0], f[2]}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t, Limits{})
			for i := range c.packets {
				s.feed(&c.packets[i])
			}
			s.told(c.want...)
			s.counted("DatagramsBad", s.table.Stats().DatagramsBad, c.bad)
			s.table.Each(func(f *Flow) {
				if n := uint64(len(c.packets)); c.name == "duplicates" && f.Sent[0].Packets != n-1 || c.name == "in order" && f.Sent[0].Packets != n {
					t.Errorf("%d packets counted", f.Sent[0].Packets)
				}
			})
			s.wait(31 * time.Second).table.Advance(s.at)
			if s.table.fragments.held != 0 || len(s.table.fragments.open) != 0 {
				t.Errorf("%d bytes of fragments kept", s.table.fragments.held)
			}
		})
	}
}

func TestFragmentLimits(t *testing.T) {
	whole := datagram(patient, archive, 51000, 3702, strings.Repeat("x", 4000))
	flood := func(s *story, datagrams int) {
		for id := range datagrams {
			for _, f := range fragmentsOf(whole, 1000)[:3] {
				f.FragID = uint32(id)
				s.feed(&f)
			}
		}
	}
	s := tell(t, Limits{Datagrams: 10})
	flood(s, 100)
	s.counted("open", uint64(len(s.table.fragments.open)), 10)
	s.counted("FragmentsLimit", s.table.Stats().FragmentsLimit, 90*3)
	s = tell(t, Limits{DatagramBytes: 10_000}) // audited after each packet
	flood(s, 100)
	s.wait(time.Minute).table.Advance(s.at)
	s.counted("all dropped", s.table.Stats().FragmentsLimit+s.table.Stats().FragmentsLate, 300)
	s = tell(t, Limits{Fragments: 3})
	for _, f := range fragmentsOf(whole, 800) {
		s.feed(&f)
	}
	s.told()
	s = tell(t, Limits{})
	s.cut = 1
	f := fragmentsOf(whole, 2000)
	s.feed(&f[0])
	s.counted("FragmentsCut", s.table.Stats().FragmentsCut, 1)
	s.table.Close()
}

// A TCP segment may come in fragments, too; its flow counts all of them.
func TestFragmentedSegment(t *testing.T) {
	s := tell(t, Limits{}).hello()
	p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, Src: patient, Dst: archive, SrcPort: 51000, DstPort: 11112,
		TCPFlags: packet.ACK, Seq: s.isn[0] + 1, Ack: s.isn[1] + 1, Payload: []byte("0123456789")}
	for _, f := range fragmentsOf(p, 16) {
		s.feed(&f)
	}
	s.told("client 0123456789")
	s.table.Each(func(f *Flow) { s.counted("packets", f.Sent[0].Packets, 4) })
	p.Payload = nil
	cut := fragmentsOf(p, 8)[0] // a header in fragments, never completed: then one that ends inside it
	cut.FragID = 9
	s.feed(&cut)
	cut.FragOffset, cut.MoreFragments = 8, false
	s.feed(&cut)
	s.counted("Malformed", s.table.Stats().Malformed, 1)
}

func TestClock(t *testing.T) {
	sec := func(s int) int64 { return start + int64(s)*1e9 }
	for _, c := range []struct {
		name         string
		at           []int
		want         int // of now, seconds after start
		back, broken uint64
	}{
		{"forward", []int{0, 1, 5}, 5, 0, 0},
		{"disorder", []int{0, 5, 3, 4, 6}, 6, 0, 0},
		{"one broken ahead", []int{0, 1, 500_000_000, 2, 3}, 3, 0, 1},
		{"one broken back", []int{0, 1, -1_000_000_000, 2, 3}, 3, 0, 1},
		{"two broken", []int{0, 1, 500_000_000, -1_000_000_000, 2}, 2, 0, 2},
		{"jump ahead", []int{0, 1, 3601, 3602}, 3602, 0, 0},
		{"jump back", []int{0, 60, 30, 31, 32}, 62, 1, 0},
		{"sparse", []int{0, 100, 200, 300}, 200, 0, 0},
		{"sparse, then dense", []int{0, 100, 200, 300, 301}, 301, 0, 0},
		{"broken, then sparse", []int{0, 500_000_000, 100, 200, 201}, 201, 0, 1},
		{"two files in wrong order", []int{5000, 5060, 0, 30, 60}, 5060 + 60, 1, 0},
	} {
		var k clock
		last := int64(0)
		for _, at := range c.at {
			k.step(sec(at))
			if k.now < last {
				t.Errorf("%s: went back", c.name)
			}
			last = k.now
		}
		if k.now != sec(c.want) || k.back != c.back || k.broken != c.broken {
			t.Errorf("%s: now is %d s, want %d; %d back, %d broken", c.name, (k.now-start)/1e9, c.want, k.back, k.broken)
		}
	}
}

// Names are part of observations.
func TestNames(t *testing.T) {
	got := fmt.Sprint(FromClient, FromServer, BySYN, ByFirstPacket, Finished, Reset, Idle, Evicted, Reused, Shutdown, Reason(99))
	if want := "client server syn first-packet finished reset idle evicted reused shutdown shutdown"; got != want {
		t.Error(got)
	}
}
