package mqtt

import "encoding/binary"

// Connect opens a session (MQTT5 §3.1, MQTT3 §3.1).
type Connect struct {
	Version Version
	// Bridge is the top bit of the protocol level, by which one broker tells
	// another that it is no ordinary client; no standard defines it.
	Bridge     bool
	CleanStart bool // "clean session" before version 5
	KeepAlive  uint16
	Properties Properties
	ClientID   []byte

	HasWill bool
	Will    Will

	HasUserName, HasPassword bool
	UserName, Password       []byte
}

// Will is the message a server publishes when the connection breaks (MQTT5 §3.1.2.5).
type Will struct {
	QoS        uint8
	Retain     bool
	Properties Properties
	Topic      []byte
	Payload    []byte
}

// Type returns CONNECT.
func (p *Connect) Type() Type { return CONNECT }

func (p *Connect) flags() byte { return 0 }

// The connect flags (MQTT5 §3.1.2.3).
const (
	flagCleanStart = 1 << (1 + iota)
	flagWill
	_
	_
	flagWillRetain
	flagPassword
	flagUserName
)

func (p *Connect) parse(c *cursor) {
	protocol := c.str("protocol name")
	level := c.u8("protocol level")
	p.Version, p.Bridge = Version(level&0x7f), level&0x80 != 0
	switch {
	case !c.ok():
		return
	case string(protocol) == "MQIsdp" && p.Version == Version31:
	case string(protocol) == "MQTT" && (p.Version == Version311 || p.Version == Version5):
	default:
		c.fail("protocol name and level")
		return
	}
	flags := c.u8("connect flags")
	p.CleanStart = flags&flagCleanStart != 0
	p.HasWill = flags&flagWill != 0
	p.HasUserName = flags&flagUserName != 0
	p.HasPassword = flags&flagPassword != 0
	p.KeepAlive = c.u16("keep alive")
	p.Properties = nil
	if p.Version == Version5 {
		p.Properties = c.properties()
	}
	p.ClientID = c.str("client id")
	p.Will = Will{}
	if p.HasWill {
		p.Will.QoS, p.Will.Retain = flags>>3&3, flags&flagWillRetain != 0
		if p.Version == Version5 {
			p.Will.Properties = c.properties()
		}
		p.Will.Topic = c.str("will topic")
		p.Will.Payload = c.str("will payload")
	}
	p.UserName, p.Password = nil, nil
	if p.HasUserName {
		p.UserName = c.str("user name")
	}
	if p.HasPassword {
		p.Password = c.str("password")
	}
	if flags&1 != 0 || p.Will.QoS == 3 {
		c.fail("connect flags")
	}
}

// body writes the packet; the version in the packet decides over v.
func (p *Connect) body(dst []byte, _ Version) ([]byte, error) {
	protocol := "MQTT"
	if p.Version == Version31 {
		protocol = "MQIsdp"
	}
	dst, _ = appendString(dst, CONNECT, "protocol name", []byte(protocol))
	level := byte(p.Version)
	if p.Bridge {
		level |= 0x80
	}
	dst = append(dst, level, p.connectFlags())
	dst = binary.BigEndian.AppendUint16(dst, p.KeepAlive)
	dst = appendProperties(dst, p.Version, p.Properties)
	dst, err := appendString(dst, CONNECT, "client id", p.ClientID)
	if err == nil && p.HasWill {
		dst = appendProperties(dst, p.Version, p.Will.Properties)
		if dst, err = appendString(dst, CONNECT, "will topic", p.Will.Topic); err == nil {
			dst, err = appendString(dst, CONNECT, "will payload", p.Will.Payload)
		}
	}
	if err == nil && p.HasUserName {
		dst, err = appendString(dst, CONNECT, "user name", p.UserName)
	}
	if err == nil && p.HasPassword {
		dst, err = appendString(dst, CONNECT, "password", p.Password)
	}
	return dst, err
}

func (p *Connect) connectFlags() (f byte) {
	set := func(on bool, bit byte) {
		if on {
			f |= bit
		}
	}
	set(p.CleanStart, flagCleanStart)
	set(p.HasUserName, flagUserName)
	set(p.HasPassword, flagPassword)
	if p.HasWill {
		set(true, flagWill)
		set(p.Will.Retain, flagWillRetain)
		f |= p.Will.QoS & 3 << 3
	}
	return f
}

// ConnAck answers CONNECT (MQTT5 §3.2, MQTT3 §3.2).
type ConnAck struct {
	SessionPresent bool
	// Code is a return code (0 to 5) before version 5, a reason code from it on.
	Code Reason
	// V5 says that the packet has the layout of version 5. A server that knows
	// only older versions refuses a client of version 5 in the old layout.
	V5         bool
	Properties Properties
}

// Type returns CONNACK.
func (p *ConnAck) Type() Type { return CONNACK }

// Accepted reports whether the server took the connection.
func (p *ConnAck) Accepted() bool { return p.Code == 0 }

func (p *ConnAck) flags() byte { return 0 }

// parse returns the version the packet proves; v is what was known before.
func (p *ConnAck) parse(c *cursor, v Version) Version {
	ack := c.u8("acknowledge flags")
	p.SessionPresent = ack&1 != 0
	p.Code = Reason(c.u8("reason code"))
	p.V5, p.Properties = c.left() > 0, nil
	if p.V5 {
		p.Properties = c.properties()
	}
	if ack > 1 {
		c.fail("acknowledge flags")
	}
	switch {
	case v != Unknown:
	case p.V5:
		v = Version5
	case p.Accepted():
		v = Version311 // or 3.1: from here on they are alike
	}
	return v
}

func (p *ConnAck) body(dst []byte, v Version) ([]byte, error) {
	ack := byte(0)
	if p.SessionPresent {
		ack = 1
	}
	dst = append(dst, ack, byte(p.Code))
	if p.V5 {
		v = Version5
	}
	return appendProperties(dst, v, p.Properties), nil
}
