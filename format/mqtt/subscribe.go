package mqtt

import (
	"encoding/binary"
	"iter"
)

// Subscription is one topic filter of a SUBSCRIBE (MQTT5 §3.8.3).
type Subscription struct {
	Filter []byte
	QoS    uint8 // the highest wished for
	// The options below exist from version 5 on.
	NoLocal           bool
	RetainAsPublished bool
	RetainHandling    uint8 // 0, 1 or 2
}

// Filters is the payload of SUBSCRIBE or UNSUBSCRIBE as it lies in the packet.
type Filters struct {
	raw  []byte
	bare bool // without options, as UNSUBSCRIBE has them
}

// All yields the filters in order.
func (f Filters) All() iter.Seq[Subscription] {
	return func(yield func(Subscription) bool) {
		c := cursor{b: f.raw}
		for c.left() > 0 {
			s := c.subscription(f.bare)
			if !c.ok() || !yield(s) {
				return
			}
		}
	}
}

// Len returns how many filters there are.
func (f Filters) Len() (n int) {
	for range f.All() {
		n++
	}
	return n
}

func (f Filters) valid() bool {
	c := cursor{b: f.raw}
	for c.left() > 0 {
		c.subscription(f.bare)
	}
	return c.ok() && len(f.raw) > 0 // at least one: MQTT5 §3.8.3, §3.10.3
}

func (c *cursor) subscription(bare bool) (s Subscription) {
	s.Filter = c.str("topic filter")
	if bare {
		return s
	}
	o := c.u8("subscription options")
	s.QoS, s.NoLocal, s.RetainAsPublished, s.RetainHandling = o&3, o&4 != 0, o&8 != 0, o>>4&3
	if s.QoS == 3 || o > 0x2f {
		c.fail("subscription options")
	}
	return s
}

// Subscriptions encodes filters for a SUBSCRIBE. Filters are cut at 65,535 bytes.
func Subscriptions(list ...Subscription) Filters {
	var raw []byte
	for _, s := range list {
		raw = appendCut(raw, s.Filter)
		o := s.QoS&3 | s.RetainHandling&3<<4
		if s.NoLocal {
			o |= 4
		}
		if s.RetainAsPublished {
			o |= 8
		}
		raw = append(raw, o)
	}
	return Filters{raw: raw}
}

// Names encodes topic filters for an UNSUBSCRIBE. Filters are cut at 65,535 bytes.
func Names(list ...string) Filters {
	var raw []byte
	for _, s := range list {
		raw = appendCut(raw, []byte(s))
	}
	return Filters{raw: raw, bare: true}
}

// Subscribe asks for messages (MQTT5 §3.8), or no longer when Off is set:
// UNSUBSCRIBE (MQTT5 §3.10).
type Subscribe struct {
	Off        bool
	PacketID   uint16
	Properties Properties
	Filters    Filters
}

// Type returns SUBSCRIBE or UNSUBSCRIBE.
func (p *Subscribe) Type() Type {
	if p.Off {
		return UNSUBSCRIBE
	}
	return SUBSCRIBE
}

func (p *Subscribe) flags() byte { return 2 }

// parse reads the packet as version v and returns the version. When v is Unknown
// it takes the layout that fits, the older one first; a fit of only the newer
// one proves version 5.
func (p *Subscribe) parse(c *cursor, v Version) Version {
	p.PacketID, p.Properties = c.u16("packet id"), nil
	start := *c
	if v != Version5 {
		p.Filters = Filters{raw: c.rest(), bare: p.Off}
		switch {
		case p.Filters.valid():
			return v
		case v != Unknown:
			c.fail("topic filters")
			return v
		}
		*c = start
	}
	p.Properties = c.properties()
	p.Filters = Filters{raw: c.rest(), bare: p.Off}
	if !p.Filters.valid() {
		c.fail("topic filters")
	}
	return Version5
}

func (p *Subscribe) body(dst []byte, v Version) ([]byte, error) {
	if p.Filters.bare != p.Off {
		return dst, unwritable(p.Type(), "with the other one's filters")
	}
	dst = binary.BigEndian.AppendUint16(dst, p.PacketID)
	dst = appendProperties(dst, v, p.Properties)
	return append(dst, p.Filters.raw...), nil
}

// SubAck answers SUBSCRIBE (MQTT5 §3.9), or UNSUBSCRIBE when Off is set: UNSUBACK
// (MQTT5 §3.11).
type SubAck struct {
	Off        bool
	PacketID   uint16
	Properties Properties
	// Codes holds one granted QoS, or a failure from 0x80 on, per filter.
	// UNSUBACK has codes only from version 5 on. Empty when the version is not known.
	Codes []byte
}

// Type returns SUBACK or UNSUBACK.
func (p *SubAck) Type() Type {
	if p.Off {
		return UNSUBACK
	}
	return SUBACK
}

func (p *SubAck) flags() byte { return 0 }

func (p *SubAck) parse(c *cursor, v Version) Version {
	p.PacketID, p.Properties, p.Codes = c.u16("packet id"), nil, nil
	if v == Unknown && p.Off && c.left() > 0 {
		v = Version5 // older UNSUBACKs end here
	}
	switch v {
	case Version5:
		p.Properties = c.properties()
		p.Codes = c.rest()
	case Unknown:
		c.rest()
	default:
		if !p.Off {
			p.Codes = c.rest()
		}
	}
	return v
}

func (p *SubAck) body(dst []byte, v Version) ([]byte, error) {
	dst = binary.BigEndian.AppendUint16(dst, p.PacketID)
	dst = appendProperties(dst, v, p.Properties)
	if p.Off && v != Version5 {
		return dst, nil
	}
	return append(dst, p.Codes...), nil
}
