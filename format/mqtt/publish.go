package mqtt

import "encoding/binary"

// Publish carries a message (MQTT5 §3.3, MQTT3 §3.3).
type Publish struct {
	Dup    bool
	QoS    uint8 // 0, 1 or 2
	Retain bool
	// Topic is the topic name. Where version 5 sent only an alias, the decoder
	// puts in what the alias stood for; AliasUnknown is set when it did not see
	// or keep that, and Topic is empty then.
	Topic        []byte
	Alias        uint16 // topic alias, 0 when there is none
	AliasUnknown bool
	PacketID     uint16 // 0 at QoS 0
	Properties   Properties
	// Payload holds the first bytes of the payload, at most Limits.PayloadHead;
	// PayloadSize is the length of the whole, in bytes. When the version is not
	// known, the properties of version 5 would count as payload. To write a
	// packet, Payload is the whole and PayloadSize is ignored.
	Payload     []byte
	PayloadSize int64
}

// Type returns PUBLISH.
func (p *Publish) Type() Type { return PUBLISH }

func (p *Publish) flags() (f byte) {
	f = p.QoS & 3 << 1
	if p.Dup {
		f |= 8
	}
	if p.Retain {
		f |= 1
	}
	return f
}

func (p *Publish) setFlags(f byte) {
	p.Dup, p.QoS, p.Retain = f&8 != 0, f>>1&3, f&1 != 0
}

// parse reads the variable header.
func (p *Publish) parse(c *cursor, v Version) {
	p.Topic = c.str("topic")
	p.PacketID, p.Properties, p.Alias, p.AliasUnknown = 0, nil, 0, false
	if p.QoS > 0 {
		p.PacketID = c.u16("packet id")
	}
	if v == Version5 {
		p.Properties = c.properties()
		if a, ok := p.Properties.Find(TopicAlias); ok {
			p.Alias = uint16(a.Number)
		}
	}
}

func (p *Publish) body(dst []byte, v Version) ([]byte, error) {
	dst, err := appendString(dst, PUBLISH, "topic", p.Topic)
	if err != nil {
		return dst, err
	}
	if p.QoS > 0 {
		dst = binary.BigEndian.AppendUint16(dst, p.PacketID)
	}
	dst = appendProperties(dst, v, p.Properties)
	return append(dst, p.Payload...), nil
}

// Ack is PUBACK, PUBREC, PUBREL or PUBCOMP: a step of the delivery at QoS 1 or 2
// (MQTT5 §3.4 to §3.7).
type Ack struct {
	Of         Type // which of the four
	PacketID   uint16
	Reason     Reason // from version 5 on
	Properties Properties
}

// Type returns which of the four it is.
func (p *Ack) Type() Type { return p.Of }

func (p *Ack) flags() byte { return fixedFlags(p.Of) }

func (p *Ack) parse(c *cursor, t Type, v Version) Version {
	p.Of, p.PacketID = t, c.u16("packet id")
	p.Reason, p.Properties, v = c.ending(v)
	return v
}

func (p *Ack) body(dst []byte, v Version) ([]byte, error) {
	switch p.Of {
	case PUBACK, PUBREC, PUBREL, PUBCOMP:
	default:
		return dst, unwritable(p.Of, "as an acknowledgement")
	}
	dst = binary.BigEndian.AppendUint16(dst, p.PacketID)
	return appendEnding(dst, v, p.Reason, p.Properties), nil
}

// ending reads the reason code and properties that version 5 lets a packet leave
// out (MQTT5 §3.4.2.1, §3.14.2.1) and older versions do not have. It returns the
// version, which is proved when there is something to read.
func (c *cursor) ending(v Version) (r Reason, p Properties, proved Version) {
	if c.left() == 0 || v != Version5 && v != Unknown {
		return 0, nil, v
	}
	r = Reason(c.u8("reason code"))
	if c.left() > 0 {
		p = c.properties()
	}
	return r, p, Version5
}

func appendEnding(dst []byte, v Version, r Reason, p Properties) []byte {
	if v != Version5 || r == 0 && len(p) == 0 {
		return dst
	}
	dst = append(dst, byte(r))
	if len(p) == 0 {
		return dst
	}
	return appendProperties(dst, v, p)
}
