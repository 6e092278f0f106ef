package packet

import (
	"bytes"
	"testing"
)

// FuzzDecode: never a panic, slices stay inside the frame, and what was decoded can be
// written and is then read the same.
func FuzzDecode(f *testing.F) {
	for _, p := range described() {
		f.Add(uint16(Ethernet), p.Append(nil), 0)
		f.Add(uint16(Raw), p.AppendIP(nil), 10)
		vx := base4(UDP, string(AppendVXLAN(nil, 7, p.Append(nil))))
		vx.DstPort = vxlanPort
		f.Add(uint16(Ethernet), vx.Append(nil), 0)
		gre := base6(GRE, string(AppendGRE(nil, EtherTEB, 1, p.Append(nil))))
		f.Add(uint16(LinuxSLL2), append(make([]byte, 20), gre.AppendIP(nil)...), 0)
	}
	f.Fuzz(func(t *testing.T, link uint16, frame []byte, cut int) {
		var p Packet
		err := p.Decode(LinkType(link), frame, len(frame)+max(0, cut%2000))
		if p.Missing < 0 || len(p.Payload) > len(frame) || p.Length < len(frame) {
			t.Fatalf("payload %d missing %d length %d of %d", len(p.Payload), p.Missing, p.Length, len(frame))
		}
		if err != nil || p.IPVersion == 0 || p.Missing > 0 {
			return
		}
		if len(p.Payload) > 60000 || p.VLANs > 2 {
			return
		}
		var q, r Packet
		b := p.Append(nil)
		if err := q.Decode(Ethernet, b, len(b)); err != nil {
			t.Fatalf("own encoding: %v\n%+v", err, p)
		}
		if q.Src != p.Src && p.IPVersion == 6 || q.SrcPort != p.SrcPort || q.Seq != p.Seq || q.Scale != p.Scale || q.FragOffset != p.FragOffset {
			t.Fatalf("re-read differs\n%+v\n%+v", p, q)
		}
		if !bytes.Equal(q.Payload, p.Payload) && p.Protocol != ICMP && p.Protocol != ICMPv6 {
			t.Fatalf("payload differs\n%+v\n%+v", p, q)
		}
		_ = r.Resume(p.Payload)
	})
}

func BenchmarkDecode(b *testing.B) {
	p := asTCP(base4(TCP, string(make([]byte, 446))))
	p.TSOK = true
	frame := p.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		var q Packet
		if q.Decode(Ethernet, frame, len(frame)) != nil {
			b.Fatal("decode")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpps")
}

func BenchmarkAppend(b *testing.B) {
	p := asTCP(base4(TCP, string(make([]byte, 446))))
	var frame []byte
	b.ReportAllocs()
	for b.Loop() {
		frame = p.Append(frame[:0])
	}
}
