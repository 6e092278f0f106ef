package network

import (
	"fmt"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/network/flow"
)

// Datagram is one UDP payload (or, for ARP, one Ethernet payload).
type Datagram struct {
	sensor  *Sensor
	proto   *Protocol
	Flow    wardround.Flow
	Payload []byte
	At      int64 // nanoseconds since 1970
	// EtherType is set for frames without IP (ARP: 0x0806); 0 for UDP.
	EtherType uint16
	// Multicast is set when the destination is a group or broadcast address.
	Multicast bool
}

// Emit sends one observation of this datagram. client says whether the sender is
// the client (a query) or the server (an answer, an announcement): it decides
// which end is the observation's Src.
func (d *Datagram) Emit(senderIsClient bool, fields any) {
	f := d.Flow
	if !senderIsClient {
		f.Src, f.Dst = f.Dst, f.Src
	}
	d.sensor.emit(&f, d.At, fields)
}

// Pseudonym returns the keyed pseudonym of a personal value.
func (d *Datagram) Pseudonym(domain string, value []byte) kind.Pseudonym {
	return d.sensor.pseudonyms.Of(domain, value)
}

// Failure counts one parse failure.
func (d *Datagram) Failure(err error) { d.sensor.failure(d.proto.Name, err) }

// udp asks the protocols over UDP about one payload.
func (s *Sensor) udp(f *flow.Flow, d flow.Direction, p []byte, _ int, at int64) {
	if f.Protocol != packet.UDP {
		return
	}
	ss := s.session(f, at)
	if ss.done {
		return
	}
	src, dst := f.Ends[d], f.Ends[d.Other()]
	s.datagram = Datagram{
		sensor: s, Payload: p, At: at, Multicast: dst.Addr.Multicast() || dst.MAC.Multicast(),
		Flow: wardround.Flow{Transport: "udp", Src: endpoint(src), Dst: endpoint(dst), VLAN: vlan(f)},
	}
	for pass := range 2 { // first who knows the port or was recognised before
		for _, proto := range s.datagrams {
			hint := proto == ss.conn.proto || proto.at(src.Port) || proto.at(dst.Port)
			if hint != (pass == 0) {
				continue
			}
			if s.tryDatagram(proto) {
				if ss.conn.proto == nil {
					ss.conn.proto = proto
					s.tuples.named(ss.tuple, proto.Name)
				}
				return
			}
		}
	}
	if ss.tries++; ss.tries >= 4 && ss.conn.proto == nil {
		s.giveUp(f, ss)
	}
}

func (s *Sensor) tryDatagram(p *Protocol) (ok bool) {
	s.datagram.proto = p
	defer func() {
		if v := recover(); v != nil {
			s.failure(p.Name, fmt.Errorf("panic: %v", v))
			ok = true
		}
	}()
	return p.Datagram(&s.datagram)
}

// frame asks the protocols without IP about one frame.
func (s *Sensor) frame(p *packet.Packet, at int64) {
	for _, proto := range s.frames {
		if proto.EtherType != uint16(p.EtherType) {
			continue
		}
		s.datagram = Datagram{
			sensor: s, Payload: p.Payload, At: at, EtherType: uint16(p.EtherType), Multicast: p.DstMAC.Multicast(),
			Flow: wardround.Flow{
				Transport: "ethernet",
				Src:       wardround.Endpoint{MAC: wardround.MAC(p.SrcMAC)}, Dst: wardround.Endpoint{MAC: wardround.MAC(p.DstMAC)},
			},
		}
		if p.VLANs > 0 {
			s.datagram.Flow.VLAN = p.VLAN[0]
		}
		if s.tryDatagram(proto) {
			return
		}
	}
}
