package flow

import "github.com/wardround/wardround/format/packet"

// half is what is known of the sequence numbers of one end (RFC 9293 §3.3.1).
type half struct {
	next   uint32 // first byte not yet delivered
	isn    uint32 // of its SYN, when begun
	ack    uint32 // highest acknowledgement it sent, when acks
	window uint32 // it last advertised, scaled; the other end may send so much
	fin    uint32 // where its FIN stands, when finning
	stray  uint32 // end of the last segment outside the window
	state  state
	scale  uint8 // shift of its window field
	strays uint8 // consecutive segments outside the window that agree
}

type state uint8

const (
	known   state = 1 << iota // next is set
	soft                      // next was guessed from the other end's acknowledgement or an empty segment
	begun                     // SYN seen
	acks                      // ack is set
	finning                   // FIN seen
	ended                     // everything up to the FIN was delivered
	scaling                   // the SYN had a window scale option
)

// Windows assumed for judging sequence numbers. An end in mid-stream does not tell
// its scale, and a mirror port may lose whole bursts.
const (
	leastWindow   = 1 << 20
	unknownWindow = 16 << 20
)

// reach returns how far ahead of next the end whose half is h may send, given the
// other's half.
func (h *half) reach(o *half) uint32 {
	w := max(o.window, leastWindow)
	if o.state&begun == 0 {
		w = max(w, unknownWindow)
	}
	if o.state&acks != 0 {
		if ahead := int32(o.ack - h.next); ahead > 0 {
			w += uint32(ahead)
		}
	}
	return min(w, 1<<30)
}

// advertise notes the window field of a segment.
func (h *half) advertise(p *packet.Packet, o *half) {
	w := uint32(p.Window)
	if p.TCPFlags&packet.SYN == 0 && h.state&o.state&scaling != 0 {
		w <<= h.scale
	}
	h.window = w
}

// acknowledge notes the acknowledgement number of a segment that h sent; o is the
// half it speaks of. It reports whether o has now a hole that the receiver does not have.
func (h *half) acknowledge(ack uint32, o *half, oSeen bool) bool {
	switch {
	case o.state&known == 0:
		o.next, o.state = ack, o.state|known|soft
	case int32(ack-o.next) > int32(2*max(h.window, unknownWindow)):
		return false // acknowledges what cannot have been sent
	case o.state&soft != 0 && int32(ack-o.next) > 0:
		o.next = ack
	}
	if h.state&acks == 0 || int32(ack-h.ack) > 0 {
		h.ack, h.state = ack, h.state|acks
	}
	return oSeen && o.state&(soft|ended) == 0 && int32(h.ack-o.next) > 0
}
