package e2e

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
)

// maxPayload is the largest TCP payload that is crafted: what fits an IPv4 packet.
const maxPayload = 65_000

// crafted is a capture that is made while it is read.
type crafted struct {
	w   *pcap.Writer
	at  int64 // of the next packet, nanoseconds since 1970
	buf []byte
	err error // the reader has gone
	// wrap makes frames of a packet; nil for one Ethernet frame.
	wrap func(p *packet.Packet) [][]byte
}

// stream returns a capture as it is made by fn, for standard input, and stop, to be
// called when nobody reads any more.
func stream(fn func(c *crafted)) (r io.Reader, stop func()) {
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pw.CloseWithError(craft(pw, fn))
	}()
	return pr, func() { pr.Close(); <-done }
}

// written makes a capture file.
func written(t testing.TB, fn func(c *crafted)) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "crafted.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := craft(f, fn); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

func craft(w io.Writer, fn func(c *crafted)) error {
	c := &crafted{w: pcap.NewWriter(w, pcap.Header{Link: packet.Ethernet}), at: 1_772_431_200_000_000_000}
	fn(c)
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

// send writes one packet, 10 µs after the last.
func (c *crafted) send(p *packet.Packet) {
	if c.err != nil {
		return
	}
	if c.wrap != nil {
		for _, frame := range c.wrap(p) {
			c.err = errors.Join(c.err, c.w.Write(c.at, frame, len(frame)))
			c.at += 10_000
		}
		return
	}
	c.buf = p.Append(c.buf[:0])
	c.err = c.w.Write(c.at, c.buf, len(c.buf))
	c.at += 10_000
}

// line is a TCP connection of a crafted capture.
type line struct {
	c     *crafted
	ports [2]uint16
	hosts [2]packet.Addr
	seq   [2]uint32
}

// dial opens a connection between "address:port"s.
func (c *crafted) dial(from, to string) *line {
	a, b := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	l := &line{
		c: c, ports: [2]uint16{a.Port(), b.Port()}, hosts: [2]packet.Addr{packet.AddrFrom(a.Addr()), packet.AddrFrom(b.Addr())},
		seq: [2]uint32{uint32(a.Port()) << 12, uint32(b.Port()) << 12},
	}
	l.raw(0, packet.SYN, l.seq[0], nil)
	l.seq[0]++
	l.raw(1, packet.SYN|packet.ACK, l.seq[1], nil)
	l.seq[1]++
	l.raw(0, packet.ACK, l.seq[0], nil)
	return l
}

// raw sends one segment with any sequence number and leaves the connection's own.
func (l *line) raw(side int, flags packet.Flags, seq uint32, payload []byte) {
	p := packet.Packet{
		SrcMAC: mac(l.hosts[side]), DstMAC: mac(l.hosts[1-side]), IPVersion: 4, Protocol: packet.TCP,
		Src: l.hosts[side], Dst: l.hosts[1-side], SrcPort: l.ports[side], DstPort: l.ports[1-side],
		Seq: seq, TCPFlags: flags, Window: 65535, Payload: payload,
	}
	if flags&packet.ACK != 0 {
		p.Ack = l.seq[1-side]
	}
	l.c.send(&p)
}

func mac(a packet.Addr) packet.MAC { return packet.MAC{0x00, 0x1b, 0x21, a[13], a[14], a[15]} }

// say sends bytes from one side, in order, and lets the other acknowledge.
func (l *line) say(side int, payload []byte) *line {
	for len(payload) > 0 {
		n := min(len(payload), maxPayload)
		l.raw(side, packet.ACK|packet.PSH, l.seq[side], payload[:n])
		l.seq[side] += uint32(n)
		payload = payload[n:]
		l.raw(1-side, packet.ACK, l.seq[1-side], nil)
	}
	return l
}

func (l *line) close() {
	for side := range 2 {
		l.raw(side, packet.FIN|packet.ACK, l.seq[side], nil)
		l.seq[side]++
	}
	l.raw(0, packet.ACK, l.seq[0], nil)
}

// innocent is an HL7 exchange that has nothing to do with an attack: whoever still
// sees it was not blinded.
func (c *crafted) innocent() {
	request, answer := innocentMessages()
	c.dial("10.9.9.1:40001", "10.9.9.2:2575").say(0, request).say(1, answer).close()
}

func innocentMessages() (request, answer []byte) {
	w, err := hl7.NewWriter(hl7.Default())
	if err != nil {
		panic(err)
	}
	w.Segment("MSH").Field(3, "INNOCENT").Field(4, "ICU").Field(7, "20260302080000").Field(9, "ORU", "R01", "ORU_R01").Field(10, "1").Field(11, "P").Field(12, "2.6")
	w.Segment("PID").Field(3, "4711").Field(5, "Doe", "Jo")
	w.Segment("OBX").Field(1, "1").Field(2, "NM").Field(3, "147842", "MDC_ECG_HEART_RATE", "MDC").Field(5, "72")
	m, err := hl7.Parse(w.Bytes())
	if err != nil {
		panic(err)
	}
	ack, err := hl7.AppendACK(nil, m, hl7.Answer{Code: hl7.AA, ControlID: "A1"})
	if err != nil {
		panic(err)
	}
	return hl7.AppendFrame(nil, m.Raw()), hl7.AppendFrame(nil, ack)
}

// seen reports whether the innocent exchange was observed, whole and answered.
func (l objects) seenInnocent(t testing.TB) bool {
	t.Helper()
	for _, o := range l.observations("hl7.message") {
		if m := fields[hl7Message](t, o); m.SendingApp == "INNOCENT" && m.Answer == "answered" && m.Ack == "AA" {
			return true
		}
	}
	return false
}
