package mqtt

import (
	"encoding/binary"
	"iter"
)

// PropertyID names a property of version 5 (MQTT5 §2.2.2.2).
type PropertyID uint8

// The properties; in the comment the packets that carry them.
const (
	PayloadFormat          PropertyID = 1  // PUBLISH, will
	MessageExpiry          PropertyID = 2  // PUBLISH, will; seconds
	ContentType            PropertyID = 3  // PUBLISH, will
	ResponseTopic          PropertyID = 8  // PUBLISH, will
	CorrelationData        PropertyID = 9  // PUBLISH, will
	SubscriptionID         PropertyID = 11 // PUBLISH, SUBSCRIBE
	SessionExpiry          PropertyID = 17 // CONNECT, CONNACK, DISCONNECT; seconds
	AssignedClientID       PropertyID = 18 // CONNACK
	ServerKeepAlive        PropertyID = 19 // CONNACK; seconds
	AuthMethod             PropertyID = 21 // CONNECT, CONNACK, AUTH
	AuthData               PropertyID = 22 // CONNECT, CONNACK, AUTH
	RequestProblemInfo     PropertyID = 23 // CONNECT
	WillDelay              PropertyID = 24 // will; seconds
	RequestResponseInfo    PropertyID = 25 // CONNECT
	ResponseInfo           PropertyID = 26 // CONNACK
	ServerReference        PropertyID = 28 // CONNACK, DISCONNECT
	ReasonString           PropertyID = 31 // all acknowledgements, DISCONNECT, AUTH
	ReceiveMaximum         PropertyID = 33 // CONNECT, CONNACK
	TopicAliasMaximum      PropertyID = 34 // CONNECT, CONNACK
	TopicAlias             PropertyID = 35 // PUBLISH
	MaximumQoS             PropertyID = 36 // CONNACK
	RetainAvailable        PropertyID = 37 // CONNACK
	UserProperty           PropertyID = 38 // all
	MaximumPacketSize      PropertyID = 39 // CONNECT, CONNACK; bytes
	WildcardAvailable      PropertyID = 40 // CONNACK
	SubscriptionIDsAllowed PropertyID = 41 // CONNACK
	SharedAvailable        PropertyID = 42 // CONNACK
)

type encoding uint8

const (
	noProperty encoding = iota
	oneByte
	twoBytes
	fourBytes
	variable
	text // UTF-8 string or binary data: the same on the wire
	pair
)

var encodings = [43]encoding{
	PayloadFormat: oneByte, MessageExpiry: fourBytes, ContentType: text, ResponseTopic: text,
	CorrelationData: text, SubscriptionID: variable, SessionExpiry: fourBytes, AssignedClientID: text,
	ServerKeepAlive: twoBytes, AuthMethod: text, AuthData: text, RequestProblemInfo: oneByte,
	WillDelay: fourBytes, RequestResponseInfo: oneByte, ResponseInfo: text, ServerReference: text,
	ReasonString: text, ReceiveMaximum: twoBytes, TopicAliasMaximum: twoBytes, TopicAlias: twoBytes,
	MaximumQoS: oneByte, RetainAvailable: oneByte, UserProperty: pair, MaximumPacketSize: fourBytes,
	WildcardAvailable: oneByte, SubscriptionIDsAllowed: oneByte, SharedAvailable: oneByte,
}

func (id PropertyID) encoding() encoding {
	if int(id) < len(encodings) {
		return encodings[id]
	}
	return noProperty
}

// Property is one property: numbers are in Number, strings and binary data in
// Value, and a user property's name in Key.
type Property struct {
	ID         PropertyID
	Number     uint32
	Key, Value []byte
}

// Properties is a block of properties as it lies in the packet, without its
// length. The zero value is an empty block.
type Properties []byte

// All yields the properties in order, and stops at the first that cannot be read.
func (p Properties) All() iter.Seq[Property] {
	return func(yield func(Property) bool) {
		c := cursor{b: p}
		for c.left() > 0 {
			prop := c.property()
			if !c.ok() || !yield(prop) {
				return
			}
		}
	}
}

// Find returns the first property with that id.
func (p Properties) Find(id PropertyID) (Property, bool) {
	c := cursor{b: p}
	for c.left() > 0 {
		if prop := c.property(); c.ok() && prop.ID == id {
			return prop, true
		}
	}
	return Property{}, false
}

func (p Properties) valid() bool {
	c := cursor{b: p}
	for c.left() > 0 {
		c.property()
	}
	return c.ok()
}

func (c *cursor) property() (p Property) {
	// Ids are variable byte integers on paper; all that exist fit in one byte.
	p.ID = PropertyID(c.u8("property id"))
	switch p.ID.encoding() {
	case oneByte:
		p.Number = uint32(c.u8("property"))
	case twoBytes:
		p.Number = uint32(c.u16("property"))
	case fourBytes:
		p.Number = c.u32("property")
	case variable:
		p.Number = c.varint("property")
	case text:
		p.Value = c.str("property")
	case pair:
		p.Key = c.str("property key")
		p.Value = c.str("property value")
	default:
		c.fail("property id")
	}
	return p
}

// With returns the block with one more property at its end. Strings are cut at
// 65,535 bytes, which is all the format can carry; a property that does not exist
// is left out.
func (p Properties) With(q Property) Properties {
	e := q.ID.encoding()
	if e == noProperty {
		return p
	}
	p = append(p, byte(q.ID))
	switch e {
	case oneByte:
		return append(p, byte(q.Number))
	case twoBytes:
		return binary.BigEndian.AppendUint16(p, uint16(q.Number))
	case fourBytes:
		return binary.BigEndian.AppendUint32(p, q.Number)
	case variable:
		return appendVarint(p, min(q.Number, maxRemaining))
	case pair:
		p = appendCut(p, q.Key)
	}
	return appendCut(p, q.Value)
}

func appendCut(p Properties, s []byte) Properties {
	s = s[:min(len(s), maxString)]
	p = binary.BigEndian.AppendUint16(p, uint16(len(s)))
	return append(p, s...)
}
