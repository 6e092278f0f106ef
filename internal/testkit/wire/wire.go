// Package wire lets a test put payloads on an imagined wire and ask tshark what
// it sees there: frames around the bytes, a capture file around the frames, and
// one row of fields per packet back.
package wire

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Start is the time of a capture's first packet; each packet is 1 ms later.
var Start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// maxSegment is the largest TCP payload of one frame, in bytes: an Ethernet
// frame of 1,514 bytes less its headers.
const maxSegment = 1460

// Capture collects frames and writes them as one pcap file.
type Capture struct {
	t    testing.TB
	file *os.File
	pcap *pcapgo.Writer
	now  time.Time
}

// New starts a capture in the test's temporary folder.
func New(t testing.TB) *Capture {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "wire.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	c := &Capture{t: t, file: f, pcap: pcapgo.NewWriter(f), now: Start}
	if err := c.pcap.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	return c
}

// Path returns the name of the capture file.
func (c *Capture) Path() string { return c.file.Name() }

// Ethernet adds one frame of the given EtherType.
func (c *Capture) Ethernet(src, dst [6]byte, etherType uint16, payload []byte) {
	c.t.Helper()
	c.send(&layers.Ethernet{
		SrcMAC: src[:], DstMAC: dst[:], EthernetType: layers.EthernetType(etherType),
	}, gopacket.Payload(payload))
}

// UDP adds one datagram; src and dst are like "10.0.0.5:5353" or "[fe80::1]:546".
func (c *Capture) UDP(src, dst string, payload []byte) {
	c.t.Helper()
	from, to := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	udp := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	eth, ip := frame(from.Addr(), to.Addr(), layers.IPProtocolUDP)
	if err := udp.SetNetworkLayerForChecksum(ip.(gopacket.NetworkLayer)); err != nil {
		c.t.Fatal(err)
	}
	c.send(eth, ip, udp, gopacket.Payload(payload))
}

// frame returns the Ethernet and IP headers from one address to another; the
// MAC addresses are made from the IP addresses.
func frame(from, to netip.Addr, proto layers.IPProtocol) (*layers.Ethernet, gopacket.SerializableLayer) {
	eth := &layers.Ethernet{SrcMAC: hardware(from), DstMAC: hardware(to), EthernetType: layers.EthernetTypeIPv4}
	if from.Is6() {
		eth.EthernetType = layers.EthernetTypeIPv6
		return eth, &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
	}
	return eth, &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
}

// hardware returns a registered address, of a maker of patient monitors, that
// ends like a.
func hardware(a netip.Addr) []byte {
	b := a.AsSlice()
	return append([]byte{0x00, 0x09, 0xfb}, b[len(b)-3:]...)
}

func (c *Capture) send(ls ...gopacket.SerializableLayer) {
	c.t.Helper()
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, ls...); err != nil {
		c.t.Fatal(err)
	}
	b := buf.Bytes()
	info := gopacket.CaptureInfo{Timestamp: c.now, CaptureLength: len(b), Length: len(b)}
	if err := c.pcap.WritePacket(info, b); err != nil {
		c.t.Fatal(err)
	}
	c.now = c.now.Add(time.Millisecond)
}

// Conversation is one TCP connection of a capture, opened by a handshake.
type Conversation struct {
	capture        *Capture
	client, server netip.AddrPort
	seq            [2]uint32 // next sequence number, client's and server's
}

// TCP opens a connection from client to server.
func (c *Capture) TCP(client, server string) *Conversation {
	c.t.Helper()
	v := &Conversation{capture: c, client: netip.MustParseAddrPort(client), server: netip.MustParseAddrPort(server)}
	// Initial numbers differ per connection, so that reuse of a port is no retransmission.
	v.seq = [2]uint32{uint32(v.client.Port())<<8 + 1, uint32(v.server.Port())}
	v.segment(0, layers.TCP{SYN: true}, nil)
	v.segment(1, layers.TCP{SYN: true, ACK: true}, nil)
	v.segment(0, layers.TCP{ACK: true}, nil)
	return v
}

// Client sends p from the client, in as many segments as it needs.
func (v *Conversation) Client(p []byte) *Conversation { return v.write(0, p) }

// Server sends p from the server.
func (v *Conversation) Server(p []byte) *Conversation { return v.write(1, p) }

// Close ends the connection from both sides.
func (v *Conversation) Close() {
	v.segment(0, layers.TCP{FIN: true, ACK: true}, nil)
	v.segment(1, layers.TCP{FIN: true, ACK: true}, nil)
	v.segment(0, layers.TCP{ACK: true}, nil)
}

func (v *Conversation) write(side int, p []byte) *Conversation {
	v.capture.t.Helper()
	for len(p) > 0 {
		n := min(len(p), maxSegment)
		v.segment(side, layers.TCP{ACK: true, PSH: true}, p[:n])
		p = p[n:]
	}
	return v
}

func (v *Conversation) segment(side int, tcp layers.TCP, p []byte) {
	v.capture.t.Helper()
	from, to := v.client, v.server
	if side == 1 {
		from, to = to, from
	}
	tcp.SrcPort, tcp.DstPort = layers.TCPPort(from.Port()), layers.TCPPort(to.Port())
	tcp.Seq, tcp.Window = v.seq[side], 65535
	if tcp.ACK {
		tcp.Ack = v.seq[1-side]
	}
	eth, ip := frame(from.Addr(), to.Addr(), layers.IPProtocolTCP)
	if err := tcp.SetNetworkLayerForChecksum(ip.(gopacket.NetworkLayer)); err != nil {
		v.capture.t.Fatal(err)
	}
	v.capture.send(eth, ip, &tcp, gopacket.Payload(p))
	v.seq[side] += uint32(len(p))
	if tcp.SYN || tcp.FIN {
		v.seq[side]++
	}
}
