package mqtt

import "fmt"

// Type is the type of a control packet (MQTT5 §2.1.2).
type Type uint8

// The control packet types; AUTH exists from version 5 on.
const (
	CONNECT     Type = 1
	CONNACK     Type = 2
	PUBLISH     Type = 3
	PUBACK      Type = 4
	PUBREC      Type = 5
	PUBREL      Type = 6
	PUBCOMP     Type = 7
	SUBSCRIBE   Type = 8
	SUBACK      Type = 9
	UNSUBSCRIBE Type = 10
	UNSUBACK    Type = 11
	PINGREQ     Type = 12
	PINGRESP    Type = 13
	DISCONNECT  Type = 14
	AUTH        Type = 15
)

var typeNames = [16]string{
	"RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
	"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

// String returns the type as the standard writes it, "CONNECT".
func (t Type) String() string { return typeNames[t&15] }

// From says which end may send a packet of this type (MQTT5 table 2-1).
func (t Type) From() Direction {
	switch t {
	case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ:
		return ToServer
	case CONNACK, SUBACK, UNSUBACK, PINGRESP:
		return ToClient
	}
	return Either
}

// Version is the protocol level of CONNECT.
type Version uint8

// The protocol levels. Unknown stands for a connection whose CONNECT was not seen.
const (
	Unknown    Version = 0
	Version31  Version = 3
	Version311 Version = 4
	Version5   Version = 5
)

// String returns "3.1", "3.1.1", "5.0" or "unknown".
func (v Version) String() string {
	switch v {
	case Unknown:
		return "unknown"
	case Version31:
		return "3.1"
	case Version311:
		return "3.1.1"
	case Version5:
		return "5.0"
	}
	return fmt.Sprintf("level %d", uint8(v))
}

// Direction is which way a packet goes.
type Direction uint8

// The directions. Either is for a stream whose sender's role is not known.
const (
	Either Direction = iota
	ToServer
	ToClient
)

// String returns "to server", "to client" or "either".
func (d Direction) String() string {
	switch d {
	case ToServer:
		return "to server"
	case ToClient:
		return "to client"
	}
	return "either"
}

// Packet is one control packet: a pointer to one of this package's structs. A
// packet a decoder hands out, and every slice in it, is valid only during the call.
type Packet interface {
	Type() Type

	// flags returns the low four bits of the first byte.
	flags() byte
	// body appends what follows the fixed header.
	body(dst []byte, v Version) ([]byte, error)
}

// Handler receives what a decoder finds.
type Handler interface {
	// Packet is called once for each control packet, in the order of the stream.
	Packet(d Direction, p Packet)
}

// Func is a Handler made of a function.
type Func func(d Direction, p Packet)

// Packet calls f.
func (f Func) Packet(d Direction, p Packet) { f(d, p) }

// Oversize takes the place of a packet that is larger than [Limits.Packet]; it
// was skipped.
type Oversize struct {
	Of   Type
	Size int64 // in bytes, fixed header included
}

// Type returns the type of the packet that was skipped.
func (o *Oversize) Type() Type { return o.Of }

func (o *Oversize) flags() byte { return 0 }
func (o *Oversize) body(dst []byte, _ Version) ([]byte, error) {
	return dst, unwritable(o.Of, "a skipped packet")
}

// Ping is PINGREQ or, when Response is set, PINGRESP (MQTT5 §3.12, §3.13).
type Ping struct{ Response bool }

// Type returns PINGREQ or PINGRESP.
func (p *Ping) Type() Type {
	if p.Response {
		return PINGRESP
	}
	return PINGREQ
}

func (p *Ping) flags() byte                                { return 0 }
func (p *Ping) body(dst []byte, _ Version) ([]byte, error) { return dst, nil }

// Append appends p as version v writes it. Errors: [format.ErrLimit] for a string
// or packet longer than the format can carry, [format.ErrMalformed] for a packet
// that version v does not have.
func Append(dst []byte, p Packet, v Version) ([]byte, error) {
	start := len(dst)
	// Most packets are shorter than 128 bytes: assume a length of one byte, and
	// move the body when that was wrong.
	dst = append(dst, byte(p.Type())<<4|p.flags(), 0)
	dst, err := p.body(dst, v)
	if err != nil {
		return dst[:start], err
	}
	n := len(dst) - start - 2
	if n < 128 {
		dst[start+1] = byte(n)
		return dst, nil
	}
	if n > maxRemaining {
		return dst[:start], overlong(p.Type(), "remaining length", n, maxRemaining)
	}
	var length [4]byte
	prefix := appendVarint(length[:0], uint32(n))
	dst = append(dst, prefix[1:]...) // room for the longer length
	copy(dst[start+1+len(prefix):], dst[start+2:start+2+n])
	copy(dst[start+1:], prefix)
	return dst, nil
}
