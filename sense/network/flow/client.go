package flow

import "github.com/wardround/wardround/format/packet"

// Port classes (RFC 6335 §6, and the ephemeral range that Linux uses).
const (
	wellKnown = 1024  // below: services
	ephemeral = 32768 // from here: clients
)

// guess says which direction the packet p of an unknown flow takes, from its ports
// and addresses alone.
func guess(p *packet.Packet, tcp bool) (Direction, Basis) {
	src, dst := p.SrcPort, p.DstPort
	if p.Dst.Multicast() {
		return FromClient, ByFirstPacket
	}
	switch s, d := portClass(src), portClass(dst); {
	case s > d:
		return FromClient, ByPort
	case s < d:
		return FromServer, ByPort
	case tcp && src > dst:
		return FromClient, ByPort
	case tcp && src < dst:
		return FromServer, ByPort
	}
	return FromClient, ByFirstPacket
}

func portClass(port uint16) int {
	switch {
	case port < wellKnown:
		return 0
	case port < ephemeral:
		return 1
	}
	return 2
}
