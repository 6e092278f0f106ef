package flow

import (
	"bytes"
	"io"
	"strconv"
	"testing"
	"unsafe"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
)

// sink is a handler that looks at every byte's slice and does nothing.
type sink struct{ bytes, gaps, flows uint64 }

func (s *sink) Open(*Flow, int64)                                       { s.flows++ }
func (s *sink) Data(_ *Flow, _ Direction, p []byte, _ int64)            { s.bytes += uint64(len(p)) }
func (s *sink) Gap(_ *Flow, _ Direction, n int64, _ int64)              { s.gaps += uint64(n) }
func (s *sink) End(*Flow, Direction, int64)                             {}
func (s *sink) Datagram(_ *Flow, _ Direction, p []byte, _ int, _ int64) { s.bytes += uint64(len(p)) }
func (s *sink) Close(*Flow, Reason, int64)                              {}
func (s *sink) Frame(*packet.Packet, int64)                             {}

// traffic is a capture of connections between flows pairs of ends that send
// segments of 446 bytes (frames of 500) in turn; every third packet is a bare acknowledgement,
// every 50th pair of segments arrives in the wrong order.
func traffic(flows, packets int) []byte {
	var file bytes.Buffer
	w := pcap.NewWriter(&file, pcap.Header{Link: packet.Ethernet, Nano: true})
	type conn struct{ next [2]uint32 }
	conns := make([]conn, flows)
	payload := bytes.Repeat([]byte("0123456789abcdef"), 28)[:446]
	var frame, late []byte
	at := start
	for n := 0; n < packets; n++ {
		i := n * 7919 % flows
		c := &conns[i]
		dir := n / flows % 2
		p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, TCPFlags: packet.ACK, Window: 65535,
			Src: packet.AddrFrom4(10, byte(i>>16), byte(i>>8), byte(i)), Dst: packet.AddrFrom4(10, 255, 0, 1),
			SrcPort: 50000, DstPort: 104, Seq: c.next[dir], Ack: c.next[1-dir], Payload: payload}
		if n < flows {
			p.TCPFlags, p.Payload = packet.SYN, nil
		} else if n < 2*flows {
			p.TCPFlags, p.Payload = packet.SYN|packet.ACK, nil
		} else if n%3 == 0 {
			p.Payload = nil
		}
		if dir == 1 {
			p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
		}
		c.next[dir] += uint32(len(p.Payload))
		if p.TCPFlags&packet.SYN != 0 {
			c.next[dir]++
		}
		frame = p.Append(frame[:0])
		at += 1000
		if late != nil {
			w.Write(at, frame, 0)
			w.Write(at, late, 0)
			late = nil
		} else if n%100 == 97 && len(p.Payload) > 0 && flows == 1 {
			late = bytes.Clone(frame)
		} else {
			w.Write(at, frame, 0)
		}
	}
	w.Flush()
	return file.Bytes()
}

// own reads, decodes and reassembles a capture.
func own(t testing.TB, file []byte, h Handler) Stats {
	table := New(h, Limits{})
	r, err := pcap.NewReader(bytes.NewReader(file), pcap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		c, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || table.Decode(c.Link, c.Data, c.Length, c.At) != nil {
			t.Fatal("broken capture")
		}
	}
	defer table.Close()
	return table.Stats()
}

// BenchmarkPipeline is reading, decoding, finding the flow and reassembly on one core.
func BenchmarkPipeline(b *testing.B) {
	for _, flows := range []int{1, 1000, 50_000} {
		b.Run("flows="+strconv.Itoa(flows), func(b *testing.B) {
			const packets = 400_000
			file := traffic(flows, packets)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			var s sink
			var stats Stats
			for b.Loop() {
				s = sink{}
				stats = own(b, file, &s)
			}
			if s.bytes == 0 || s.gaps != 0 || s.flows != uint64(flows) {
				b.Fatalf("%+v %+v", s, stats)
			}
			b.ReportMetric(float64(b.N)*packets/b.Elapsed().Seconds()/1e6, "Mpps")
		})
	}
}

// A flow, its place in the index included, is to stay below 400 bytes.
func TestFlowSize(t *testing.T) {
	if size := unsafe.Sizeof(Flow{}) + unsafe.Sizeof((*Flow)(nil)); size > 400 {
		t.Errorf("a flow takes %d bytes", size)
	} else {
		t.Logf("a flow takes %d bytes", size)
	}
}
