package flow

import (
	"time"

	"github.com/wardround/wardround/format/packet"
)

// segment handles one TCP segment.
func (t *Table) segment(p *packet.Packet, frames int, at int64) {
	const syn, ack, rst = packet.SYN, packet.ACK, packet.RST
	hash := t.index.hash(p)
	f, dir := t.lookup(p, hash)
	if f != nil && p.TCPFlags&(syn|rst) == syn && t.again(f, dir, p) {
		retry, retried := f.retry, f.retried && p.TCPFlags&ack != 0
		t.remove(f, Reused, at)
		f, dir = t.begin(p, hash, at)
		if retried {
			f.ClientBy = BySYN
			f.tcp[FromClient] = half{next: retry + 1, isn: retry, state: known | begun}
		}
	}
	if f == nil {
		if p.TCPFlags&rst != 0 {
			t.stats.StrayReset++
			return
		}
		f, dir = t.begin(p, hash, at)
	}
	if f.closed {
		f.seen = t.clock.now
		t.stats.Late++
		if !f.lives(dir, p) {
			return
		}
		// The reset was not heeded: forged, or meant for somebody else.
		t.stats.Revived++
		t.remove(f, Reset, at)
		f, dir = t.begin(p, hash, at)
	}
	t.count(f, dir, p, frames, at)
	s, h, o := &f.Sent[dir], &f.tcp[dir], &f.tcp[dir.Other()]
	switch {
	case p.TCPFlags&rst != 0:
		if s.Resets < 255 {
			s.Resets++
		}
		if !h.resets(p, o) {
			t.stats.ResetsIgnored++
			return
		}
		s.Flags |= SawRST
		h.strays = 0
		t.end(f, Reset, at)
		return
	case p.TCPFlags&syn != 0:
		if !t.synchronise(f, dir, p, at) {
			return
		}
	case f.class == opening:
		t.answered(f, dir, p, at)
	}
	h.advertise(p, o)
	t.data(f, dir, p, at)
	if p.TCPFlags&ack != 0 {
		t.acknowledged(f, dir, p.Ack, at)
	}
	t.report(f, at)
}

// begin opens a flow with its first segment.
func (t *Table) begin(p *packet.Packet, hash uint32, at int64) (*Flow, Direction) {
	dir, by := FromClient, BySYN
	switch p.TCPFlags & (packet.SYN | packet.ACK) {
	case packet.SYN:
	case packet.SYN | packet.ACK:
		dir, by = FromServer, BySYNACK
	default:
		dir, by = guess(p, true)
		t.stats.MidStream++
	}
	return t.open(p, hash, dir, by, opening, at), dir
}

// again decides whether a SYN on a tuple in the table begins another connection.
func (t *Table) again(f *Flow, dir Direction, p *packet.Packet) bool {
	h, o := &f.tcp[dir], &f.tcp[dir.Other()]
	if p.TCPFlags&packet.ACK != 0 {
		// The answer to a SYN that came in the middle of the flow.
		return f.retried && f.retrier == dir.Other() && p.Ack == f.retry+1
	}
	if h.state&begun != 0 && h.isn == p.Seq {
		return false // repeated
	}
	if f.closed || f.Sent[dir.Other()].Packets == 0 || f.class == opening && f.Sent[dir.Other()].Flags&SawSYN == 0 && o.state&acks == 0 {
		return true
	}
	// A receiver in mid-connection does not believe a SYN (RFC 5961 §4); nor do
	// we, until it is answered.
	f.retry, f.retried, f.retrier = p.Seq, true, dir
	return false
}

// synchronise takes the initial sequence number of a SYN or SYN-ACK and reports whether
// the segment may be used further.
func (t *Table) synchronise(f *Flow, dir Direction, p *packet.Packet, at int64) bool {
	s, h, o := &f.Sent[dir], &f.tcp[dir], &f.tcp[dir.Other()]
	if p.TCPFlags&packet.ACK != 0 && o.state&begun != 0 && p.Ack != o.isn+1 && int32(p.Ack-o.next) > 0 {
		t.stats.OutOfWindow++
		return false
	}
	if h.state&begun != 0 {
		if h.isn != p.Seq {
			t.stats.OutOfWindow++
			return false
		}
	} else if h.state&known != 0 && h.state&soft == 0 {
		t.stats.OutOfWindow++ // a SYN in mid-stream, see again
		return false
	} else {
		h.isn, h.next = p.Seq, p.Seq+1
		h.state = h.state&^soft | begun | known
		if p.ScaleOK {
			h.scale, h.state = p.Scale, h.state|scaling
		}
	}
	s.Flags |= SawSYN
	if p.TCPFlags&packet.ACK == 0 && f.synAt == 0 {
		f.synAt = at
	}
	return true
}

// answered moves a flow among the established ones when a segment without SYN shows
// that its two ends talk; of a one-sided capture, with the third segment.
func (t *Table) answered(f *Flow, dir Direction, p *packet.Packet, at int64) {
	if dir == FromClient && f.Handshake() {
		if f.RTT == 0 && f.synAt != 0 && at > f.synAt {
			f.RTT = uint32(min((at-f.synAt)/int64(time.Microsecond), 1<<32-1))
		}
	} else if f.Sent[dir.Other()].Packets == 0 && f.Sent[dir].Packets < 3 {
		return
	}
	t.move(f, established)
}

// resets judges a RST that h sent: it lies in the window, or at what the other end
// has acknowledged, or answers a SYN (RFC 9293 §3.10.7.3 and §3.10.7.4).
func (h *half) resets(p *packet.Packet, o *half) bool {
	if h.state&known != 0 && h.state&soft == 0 {
		d := int32(p.Seq - h.next)
		return d >= -1 && d <= int32(h.reach(o)) || o.state&acks != 0 && p.Seq == o.ack
	}
	if o.state&acks != 0 && p.Seq == o.ack || h.state&known != 0 && p.Seq == h.next {
		return true
	}
	return p.TCPFlags&packet.ACK != 0 && o.state&known != 0 && p.Ack == o.next
}

// lives reports whether a flow closed by a reset goes on all the same: the end
// that is said to have reset it has sent three more segments, which an end that really
// did would answer with further resets instead.
func (f *Flow) lives(dir Direction, p *packet.Packet) bool {
	if f.Sent[dir].Flags&SawRST == 0 || p.TCPFlags&(packet.SYN|packet.FIN|packet.RST|packet.ACK) != packet.ACK {
		return false
	}
	f.tcp[dir].strays++
	return f.tcp[dir].strays >= 3
}

// acknowledged follows the acknowledgement that dir sent.
func (t *Table) acknowledged(f *Flow, dir Direction, ack uint32, at int64) {
	if f.closed {
		return
	}
	h, back := &f.tcp[dir], dir.Other()
	o := &f.tcp[back]
	if h.acknowledge(ack, o, f.Sent[back].Packets > 0) {
		if !f.ignore {
			t.holeAcked(f, back)
		} else {
			t.release(f, back)
			o.next = h.ack
			if o.state&(finning|ended) == finning && int32(o.next-o.fin) > 0 {
				t.finish(f, back, at)
			}
		}
	}
	if h.state&o.state&ended != 0 && h.ack == o.next && o.ack == h.next {
		t.end(f, Finished, at)
	}
}
