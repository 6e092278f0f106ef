package network

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/arp"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "arp", EtherType: 0x0806, Datagram: arpDatagram})

// toldFor is for how long what a link repeats by its own rules is not told again.
const toldFor = time.Minute

func arpDatagram(d *Datagram) bool {
	p, err := arp.Parse(d.Payload)
	if err != nil {
		d.Failure(err)
		return true
	}
	mac, addr, ok := p.Claim()
	if !ok {
		return true
	}
	c := kind.ARPClaimV1{
		MAC: wardround.MAC(mac).String(), Addr: addr, Operation: "other",
		Gratuitous: p.Gratuitous(), Announcement: p.Announcement(),
		ForeignFrame: !d.Flow.Src.MAC.IsZero() && wardround.MAC(mac) != d.Flow.Src.MAC,
	}
	switch p.Op {
	case arp.Request:
		c.Operation = "request"
	case arp.Reply:
		c.Operation = "reply"
	}
	// Ordinary requests and replies state the same pair: one of them is enough. An
	// unasked one is told by itself, because it changes what others believe.
	key := Hash(Hash(0, mac[:]), addr.AsSlice()) ^ uint64(d.Flow.VLAN)
	if c.Gratuitous {
		key = Hash(key, c.Operation)
	}
	if c.ForeignFrame {
		key = Hash(key, d.Flow.Src.MAC[:])
	}
	if !d.Once(key, toldFor) {
		return true
	}
	d.Flow.Src.Addr, d.Flow.Dst.Addr = addr, p.TargetIP
	d.Emit(true, &c)
	return true
}
