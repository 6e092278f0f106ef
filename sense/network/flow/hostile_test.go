package flow

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

// storm is a deterministic mix of everything: scans, floods, holes, fragments, clocks
// that jump.
func storm(seed uint64, n int, each func(p *packet.Packet, at int64)) {
	r := rand.New(rand.NewPCG(seed, 3))
	at := start
	payload := make([]byte, 1400)
	for range n {
		host := r.IntN(1 << r.IntN(8))
		p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, TransportOK: true, Length: 60,
			Src: packet.AddrFrom4(10, 0, byte(host>>8), byte(host)), Dst: packet.AddrFrom4(10, 255, 0, byte(r.IntN(3))),
			SrcPort: 40000 + uint16(r.IntN(1<<r.IntN(4))), DstPort: uint16(100 + r.IntN(3)),
			TCPFlags: []packet.Flags{packet.SYN, packet.SYN | packet.ACK, packet.ACK, packet.ACK, packet.ACK, packet.FIN | packet.ACK, packet.RST}[r.IntN(7)],
			Seq:      uint32(r.IntN(100_000)), Ack: uint32(r.IntN(100_000)), Payload: payload[:r.IntN(1400)]}
		switch r.IntN(20) {
		case 0:
			p.Protocol = packet.UDP
		case 1:
			p.Protocol, p.Fragment, p.MoreFragments = packet.UDP, true, r.IntN(4) > 0
			p.FragOffset, p.FragID, p.Payload = uint16(r.IntN(50))*8, uint32(r.IntN(100)), p.Payload[:8*r.IntN(100)]
		case 2:
			p.Protocol, p.SrcPort, p.DstPort = packet.ICMP, 0, 0
		}
		if r.IntN(2) == 0 {
			p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
		}
		switch r.IntN(3000) {
		case 0:
			at += int64(time.Hour)
		case 1:
			at -= int64(time.Minute)
		default:
			at += int64(r.IntN(1_000_000))
		}
		each(&p, at)
	}
}

var tight = Limits{Flows: 300, FlowBytes: 20_000, TotalBytes: 100_000, Segments: 4, Datagrams: 20, DatagramBytes: 50_000, Fragments: 20}

// Whatever comes, the limits hold and the books are right.
func TestStorm(t *testing.T) {
	table := New(&sink{}, tight)
	n := 0
	storm(1, 60_000, func(p *packet.Packet, at int64) {
		table.Packet(p, at)
		if n++; n%100 == 0 {
			audit(t, table)
		}
	})
	s := table.Stats()
	for name, v := range map[string]uint64{
		"Evicted": s.Evicted, "GapsByLimit": s.GapsByLimit, "Idle": s.Idle, "Reset": s.Reset, "Reused": s.Reused, "Finished": s.Finished,
		"MidStream": s.MidStream, "OutOfOrder": s.OutOfOrder, "Repeated": s.Repeated, "FragmentsBad": s.FragmentsBad,
		"FragmentsLimit": s.FragmentsLimit, "ClockBack": s.ClockBack, "Conflicts": s.Conflicts, "ResetsIgnored": s.ResetsIgnored,
	} {
		if v == 0 {
			t.Errorf("the storm has no %s: %+v", name, s)
		}
	}
	if s.BufferedPeak > tight.TotalBytes {
		t.Errorf("%d bytes held at the peak", s.BufferedPeak)
	}
	table.Close()
	audit(t, table)
	if s := table.Stats(); s.FlowsOpen != 0 || s.Buffered != 0 || s.FragmentPending != 0 {
		t.Errorf("after the end: %+v", s)
	}
}

// The same packets give the same calls in the same order, although every table has
// its own random seed.
func TestRepeats(t *testing.T) {
	var runs [2]record
	for i := range runs {
		runs[i].reports = true
		table := New(&runs[i], tight)
		storm(2, 30_000, table.Packet)
		table.Each(func(f *Flow) { runs[i].note("still open %d", f.ID) })
		table.Close()
	}
	if len(runs[0].lines) < 30_000 || !slices.Equal(runs[0].lines, runs[1].lines) {
		t.Errorf("%d and %d calls differ", len(runs[0].lines), len(runs[1].lines))
	}
}
