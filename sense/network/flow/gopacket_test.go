package flow

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"
)

// peer reassembles with gopacket, which is the peer that the benchmark is
// measured against.
type peer struct{ bytes uint64 }

func (p *peer) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	return p
}
func (p *peer) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}
func (p *peer) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	p.bytes += uint64(n)
}
func (p *peer) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }

type captured gopacket.CaptureInfo

func (c *captured) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(*c) }

func (p *peer) replay(t testing.TB, file []byte) {
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var eth layers.Ethernet
	var ip layers.IPv4
	var tcp layers.TCP
	var payload gopacket.Payload
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &eth, &ip, &tcp, &payload)
	var decoded []gopacket.LayerType
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(p))
	for {
		data, info, err := r.ZeroCopyReadPacketData()
		if err != nil {
			break
		}
		if err := parser.DecodeLayers(data, &decoded); err != nil {
			t.Fatal(err)
		}
		c := captured(info)
		assembler.AssembleWithContext(ip.NetworkFlow(), &tcp, &c)
	}
	assembler.FlushAll()
}

// Both deliver the same number of bytes of the benchmark's traffic.
func TestAgainstGopacket(t *testing.T) {
	for _, flows := range []int{1, 100} {
		file := traffic(flows, 20_000)
		var p peer
		p.replay(t, file)
		var s sink
		own(t, file, &s)
		if p.bytes != s.bytes || s.bytes == 0 {
			t.Errorf("%d flows: gopacket delivers %d bytes, we %d", flows, p.bytes, s.bytes)
		}
	}
}

// BenchmarkGopacket is BenchmarkPipeline with gopacket instead.
func BenchmarkGopacket(b *testing.B) {
	for _, flows := range []int{1, 1000, 50_000} {
		b.Run("flows="+strconv.Itoa(flows), func(b *testing.B) {
			const packets = 400_000
			file := traffic(flows, packets)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				var p peer
				p.replay(b, file)
			}
			b.ReportMetric(float64(b.N)*packets/b.Elapsed().Seconds()/1e6, "Mpps")
		})
	}
}
