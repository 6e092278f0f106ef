package network

import (
	"fmt"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
)

// mirror feeds a sensor with TCP packets and keeps what it tells of flows.
type mirror struct {
	s      *Sensor
	flows  []*wardround.Observation
	wide   []*wardround.Observation
	start  int64
	bytes  int64 // of all packets fed
	frames int64
}

func newMirror() *mirror {
	m := &mirror{start: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC).UnixNano()}
	m.s = newTest(func(o *wardround.Observation) {
		switch o.Fields.(type) {
		case *kind.FlowV1:
			m.flows = append(m.flows, o)
		case *kind.FanoutV1:
			m.wide = append(m.wide, o)
		}
	})
	return m
}

// tcp feeds one packet at a time after the start. Hosts are numbered; a host
// above 100 answers from port, one below calls it.
func (m *mirror) tcp(at time.Duration, from, to byte, cport, port uint16, flags packet.Flags, seq, ack uint32, payload string) {
	p := packet.Packet{
		SrcMAC: packet.MAC{2, 0, 0, 0, 0, from}, DstMAC: packet.MAC{2, 0, 0, 0, 0, to},
		Src: packet.AddrFrom4(10, 0, 0, from), Dst: packet.AddrFrom4(10, 0, 0, to), IPVersion: 4, Protocol: packet.TCP,
		SrcPort: cport, DstPort: port, TCPFlags: flags, Seq: seq, Ack: ack, Window: 500, Payload: []byte(payload),
	}
	if from > 100 {
		p.SrcPort, p.DstPort = port, cport
	}
	frame := p.Append(nil)
	m.s.Packet(packet.Ethernet, frame, len(frame), m.start+int64(at))
	m.bytes += int64(len(frame))
	m.frames++
}

func (m *mirror) shake(at time.Duration, client, server byte, cport, port uint16) {
	m.tcp(at, client, server, cport, port, packet.SYN, 1000, 0, "")
	m.tcp(at+time.Millisecond, server, client, cport, port, packet.SYN|packet.ACK, 5000, 1001, "")
	m.tcp(at+2*time.Millisecond, client, server, cport, port, packet.ACK, 1001, 5001, "")
}

func (m *mirror) sum() (connections int, bytes, packets int64) {
	for _, o := range m.flows {
		f := o.Fields.(*kind.FlowV1)
		connections += f.Connections
		bytes += f.ToServer + f.ToClient
		packets += f.Packets
	}
	return
}

// A connection that is kept open for long is one connection, and each of its
// packets counts once, whether it ever carried data or not.
func TestFlowCountsEachPacketOnce(t *testing.T) {
	for _, content := range []string{"", "\xa5something unknown"} {
		m := newMirror()
		m.shake(0, 1, 101, 40000, 7011)
		if content != "" {
			m.tcp(time.Second, 1, 101, 40000, 7011, packet.ACK|packet.PSH, 1001, 5001, content)
		}
		seq := 1001 + uint32(len(content))
		for i := range 20 { // five minutes of acknowledgements
			m.tcp(time.Duration(2+15*i)*time.Second, 101, 1, 40000, 7011, packet.ACK, 5001, seq, "")
		}
		m.s.Close()
		connections, bytes, packets := m.sum()
		if connections != 1 || bytes != m.bytes || packets != m.frames {
			t.Errorf("with %q: %d connections, %d bytes, %d packets were told; want 1, %d, %d", content, connections, bytes, packets, m.bytes, m.frames)
		}
		if len(m.flows) < 4 || len(m.flows) > 8 {
			t.Errorf("with %q: %d observations of one flow in five minutes", content, len(m.flows))
		}
	}
}

// Many connections between the same two are one observation a minute, idle ones
// none.
func TestFlowsAreToldByTheMinute(t *testing.T) {
	m := newMirror()
	for i := range 200 {
		at := time.Duration(i) * 500 * time.Millisecond
		m.shake(at, 1, 101, uint16(40000+i), 7011)
		m.tcp(at+3*time.Millisecond, 1, 101, uint16(40000+i), 7011, packet.RST|packet.ACK, 1001, 5001, "")
	}
	told := len(m.flows)
	if told == 0 || told > 4 {
		t.Errorf("%d observations of 200 connections in 100 s", told)
	}
	if !m.flows[0].Fields.(*kind.FlowV1).First {
		t.Error("the first is not marked as new")
	}
	m.s.Advance(m.start + int64(4*time.Minute))
	m.s.Advance(m.start + int64(5*time.Minute))
	after := len(m.flows)
	m.s.Advance(m.start + int64(20*time.Minute))
	if len(m.flows) != after {
		t.Error("an idle tuple was told")
	}
	m.s.Close()
	if connections, bytes, _ := m.sum(); connections != 200 || bytes != m.bytes {
		t.Errorf("%d connections, %d bytes; want 200, %d", connections, bytes, m.bytes)
	}
}

// A scanner does not choose our rate: past a few new tuples a minute it is told
// in one observation.
func TestScannerIsOneObservation(t *testing.T) {
	m := newMirror()
	for i := range 2000 {
		at := time.Duration(i) * 10 * time.Millisecond
		server, port := byte(101+i%100), uint16(1+i/100)
		m.tcp(at, 1, server, 40000, port, packet.SYN, 1000, 0, "")
		m.tcp(at+time.Millisecond, server, 1, 40000, port, packet.RST|packet.ACK, 0, 1001, "")
	}
	m.s.Close()
	if len(m.wide) != 1 {
		t.Fatalf("%d observations of the scan", len(m.wide))
	}
	f := m.wide[0].Fields.(*kind.FanoutV1)
	if got := fmt.Sprint(f.Hosts, f.Ports, f.Tuples, f.Refused); got != "100 20 2000 2000" {
		t.Errorf("hosts, ports, tuples, refused: %s", got)
	}
	if len(m.flows) > 2*fanoutAfter {
		t.Errorf("%d tuples were told one by one", len(m.flows))
	}
}
