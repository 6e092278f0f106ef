package mqtt

import (
	"sync"

	"github.com/wardround/wardround/format"
)

// Decoder reads one direction of a connection. Between packets it holds about
// 150 bytes, and never more than its limits allow. It is not safe for concurrent
// use.
type Decoder struct {
	handler   Handler
	peer      *Decoder // the other direction, which learns the version with this one
	buf       []byte   // the packet being read, when it came in pieces
	aliases   *aliases
	err       error
	offset    int64 // in the stream, of the first byte not yet done with
	skip      int64 // bytes of the current packet that are of no interest
	lost      int64
	want      int // len(buf) at which reading can go on
	limits    Limits
	dir       Direction
	version   Version
	searching bool // for a packet's start
	found     bool // a packet's start by search: a mistake leads back to it
}

// NewDecoder returns a decoder of one direction, at the start of the stream. dir
// is what h is told; it changes nothing else.
func NewDecoder(dir Direction, l Limits, h Handler) *Decoder {
	return &Decoder{handler: h, limits: l.filled(), dir: dir}
}

// Conversation is the two directions of one connection, which share what is
// known of the version.
type Conversation struct {
	ToServer, ToClient *Decoder
}

// NewConversation returns decoders for both directions of a connection.
func NewConversation(l Limits, h Handler) *Conversation {
	c := &Conversation{NewDecoder(ToServer, l, h), NewDecoder(ToClient, l, h)}
	c.ToServer.peer, c.ToClient.peer = c.ToClient, c.ToServer
	return c
}

// Version returns the connection's protocol version as far as it is known.
func (c *Conversation) Version() Version { return c.ToServer.version }

// Version returns the protocol version as far as it is known.
func (d *Decoder) Version() Version { return d.version }

// SetVersion tells the decoder the version, and its peer in a conversation.
func (d *Decoder) SetVersion(v Version) {
	d.version = v
	if d.peer != nil {
		d.peer.version = v
	}
}

// Lost returns how many bytes were captured but not read: those behind an error,
// and those passed over in search of a packet's start.
func (d *Decoder) Lost() int64 { return d.lost }

// Feed reads the next bytes of the stream; p is not kept. Errors are of type
// [*format.Error] with [format.ErrMalformed], and final: the decoder reads
// nothing more until [Decoder.Gap] is called.
func (d *Decoder) Feed(p []byte) error {
	end := d.offset + int64(len(d.buf)+len(p))
	if d.err == nil {
		s := scratches.Get().(*scratch)
		d.err = d.feed(p, s)
		*s = scratch{} // its slices point into p
		scratches.Put(s)
	}
	if d.err != nil {
		d.lost += end - d.offset
		d.offset = end
		d.drop()
	}
	return d.err
}

// Gap tells that n bytes are missing from the capture. If they all belong to a
// payload, reading goes on behind them. Otherwise the decoder searches for the
// start of a packet: a place from which on a CONNECT, a SUBSCRIBE, a PUBLISH with
// a printable topic, or two smaller packets are valid. Gap(0) stands for an
// unknown number of bytes: call it first when the capture began in mid-stream.
// It always returns nil; [Decoder.Lost] counts what was passed over.
func (d *Decoder) Gap(n int64) error {
	d.offset += n
	if n > 0 && n <= d.skip && d.err == nil {
		d.skip -= n
		return nil
	}
	d.offset += int64(len(d.buf))
	d.lost += int64(len(d.buf))
	d.drop()
	d.err, d.skip, d.aliases = nil, 0, nil
	d.searching, d.found = true, true
	return nil
}

// Close tells that the stream has ended. Error: [format.ErrTruncated] when it
// ended inside a packet.
func (d *Decoder) Close() error {
	inside := (len(d.buf) > 0 || d.skip > 0) && !d.searching
	d.drop()
	d.skip, d.aliases = 0, nil
	if d.err == nil && inside {
		d.err = &format.Error{Format: name, Offset: d.offset, Field: "end of stream", Err: format.ErrTruncated}
		return d.err
	}
	return nil
}

// keep is how much buffer an idle decoder may hold, in bytes.
const keep = 128

func (d *Decoder) drop() {
	d.want = 0
	if cap(d.buf) > keep {
		d.buf = nil
	}
	d.buf = d.buf[:0]
}

func (d *Decoder) feed(p []byte, s *scratch) error {
	for {
		switch {
		case d.searching:
			var found bool
			if p, found = d.search(p); !found {
				return nil
			}
		case len(d.buf) > 0:
			if n := min(d.want-len(d.buf), len(p)); n > 0 {
				d.buf = append(d.buf, p[:n]...)
				p = p[n:]
			}
			if len(d.buf) < d.want {
				return nil
			}
			used, want, err := d.next(d.buf, s)
			switch {
			case err != nil:
				if !d.found {
					return err
				}
				d.searching = true
				d.pass(1)
			case want > 0:
				d.want = want
			default:
				d.offset += int64(used)
				if rest := copy(d.buf, d.buf[used:]); rest > 0 {
					d.buf, d.want = d.buf[:rest], 0
				} else {
					d.drop()
				}
			}
		case len(p) == 0:
			return nil
		case d.skip > 0:
			n := min(d.skip, int64(len(p)))
			d.skip -= n
			d.offset += n
			p = p[n:]
		default:
			used, want, err := d.next(p, s)
			switch {
			case err != nil:
				if !d.found {
					return err
				}
				d.searching = true
				d.buf = append(d.buf, p[0])
				d.pass(1)
				p = p[1:]
			case want > 0:
				d.buf, d.want = append(d.buf, p...), want
				return nil
			default:
				d.offset += int64(used)
				p = p[used:]
			}
		}
	}
}

// next reads one packet from b, which begins with it. It returns how many bytes
// of b it used; or, when b is too short, how many it wants to see. What of the
// packet is left in the stream behind b is in d.skip.
func (d *Decoder) next(b []byte, s *scratch) (used, want int, err error) {
	if len(b) < 2 {
		return 0, 2, nil
	}
	t := Type(b[0] >> 4)
	if !validFlags(b[0], d.version) {
		return 0, 0, malformed(t, d.offset, "fixed header flags", "MQTT5 §2.1.3")
	}
	rem, n := varint(b[1:])
	switch {
	case n == 0:
		return 0, len(b) + 1, nil
	case n < 0:
		return 0, 0, malformed(t, d.offset+1, "remaining length", "MQTT5 §1.5.5")
	}
	head := 1 + n
	total := head + int(rem)
	if t == PUBLISH {
		return d.publish(b, head, total, s)
	}
	if total > d.limits.Packet {
		return d.oversize(b, t, total), 0, nil
	}
	if len(b) < total {
		return 0, total, nil
	}
	c := cursor{b: b[head:total]}
	p, v := s.parse(&c, t, d.version)
	if c.ok() && c.left() > 0 {
		c.fail("length")
	}
	if !c.ok() {
		return 0, 0, malformed(t, d.offset+int64(head+c.at), c.field, "")
	}
	if v != d.version {
		d.SetVersion(v)
	}
	d.handler.Packet(d.dir, p)
	return total, 0, nil
}

// oversize reports a packet that is too large and arranges that it is skipped.
func (d *Decoder) oversize(b []byte, t Type, total int) (used int) {
	used = min(len(b), total)
	d.skip = int64(total - used)
	d.handler.Packet(d.dir, &Oversize{Of: t, Size: int64(total)})
	return used
}

// publish reads a PUBLISH up to the payload's head. The fixed header is head
// bytes long, the packet total.
func (d *Decoder) publish(b []byte, head, total int, s *scratch) (used, want int, err error) {
	// The length of the variable header, which ends at end, shows step by step.
	end := head + 2
	if end > total {
		return 0, 0, malformed(PUBLISH, d.offset+int64(head), "topic", "MQTT5 §3.3.2.1")
	}
	if len(b) < end {
		return 0, end, nil
	}
	end += int(b[head])<<8 | int(b[head+1])
	if b[0]&6 != 0 {
		end += 2
	}
	if d.version == Version5 && end < total && end <= d.limits.Packet {
		props, n := varint(b[min(end, len(b)):min(total, len(b))])
		switch {
		case n == 0 && len(b) < total:
			return 0, max(len(b), end) + 1, nil
		case n <= 0:
			return 0, 0, malformed(PUBLISH, d.offset+int64(end), "property length", "MQTT5 §1.5.5")
		}
		end += n + int(props)
	} else if d.version == Version5 {
		end++ // the least that properties take
	}
	if end > total {
		return 0, 0, malformed(PUBLISH, d.offset+int64(head), "variable header", "MQTT5 §3.3.2")
	}
	if end > d.limits.Packet {
		return d.oversize(b, PUBLISH, total), 0, nil
	}
	tail := min(end+d.limits.PayloadHead, total)
	if len(b) < tail {
		return 0, tail, nil
	}
	c := cursor{b: b[head:end]}
	p := &s.publish
	p.setFlags(b[0])
	p.parse(&c, d.version)
	if !c.ok() {
		return 0, 0, malformed(PUBLISH, d.offset+int64(head+c.at), c.field, "MQTT5 §3.3.2")
	}
	if p.Alias != 0 {
		d.resolve(p)
	}
	p.Payload, p.PayloadSize = b[end:tail:tail], int64(total-end)
	used = min(len(b), total)
	d.skip = int64(total - used)
	d.handler.Packet(d.dir, p)
	return used, 0, nil
}

// validFlags checks type and flags, the first byte of a packet (MQTT5 §2.1.3).
func validFlags(first byte, v Version) bool {
	t, f := Type(first>>4), first&15
	switch {
	case t == 0, t == AUTH && v != Version5 && v != Unknown:
		return false
	case t == PUBLISH:
		return f>>1&3 != 3
	case v == Version31 && fixedFlags(t) != 0:
		return f&^8 == fixedFlags(t) // 3.1 lets them be repeated with DUP
	}
	return f == fixedFlags(t)
}

// fixedFlags returns the flags that packets of this type carry, PUBLISH excepted.
func fixedFlags(t Type) byte {
	switch t {
	case PUBREL, SUBSCRIBE, UNSUBSCRIBE:
		return 2
	}
	return 0
}

// scratch holds one packet of each type, so that none is allocated per packet.
type scratch struct {
	connect    Connect
	connack    ConnAck
	publish    Publish
	ack        Ack
	subscribe  Subscribe
	suback     SubAck
	ping       Ping
	disconnect Disconnect
	auth       Auth
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// parse reads the packet of type t that is in c. It returns the version that is
// known after it.
func (s *scratch) parse(c *cursor, t Type, v Version) (Packet, Version) {
	switch t {
	case CONNECT:
		s.connect.parse(c)
		return &s.connect, s.connect.Version
	case CONNACK:
		v = s.connack.parse(c, v)
		return &s.connack, v
	case SUBSCRIBE, UNSUBSCRIBE:
		s.subscribe.Off = t == UNSUBSCRIBE
		v = s.subscribe.parse(c, v)
		return &s.subscribe, v
	case SUBACK, UNSUBACK:
		s.suback.Off = t == UNSUBACK
		v = s.suback.parse(c, v)
		return &s.suback, v
	case PINGREQ, PINGRESP:
		s.ping.Response = t == PINGRESP
		return &s.ping, v
	case DISCONNECT:
		v = s.disconnect.parse(c, v)
		return &s.disconnect, v
	case AUTH:
		s.auth.parse(c, Version5)
		return &s.auth, Version5
	}
	v = s.ack.parse(c, t, v)
	return &s.ack, v
}
