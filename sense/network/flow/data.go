package flow

import (
	"github.com/wardround/wardround/format/packet"
)

// data takes the payload and the FIN of a segment.
func (t *Table) data(f *Flow, dir Direction, p *packet.Packet, at int64) {
	h := &f.tcp[dir]
	seq := p.Seq
	if p.TCPFlags&packet.SYN != 0 {
		seq++
	}
	n := uint32(len(p.Payload) + p.Missing)
	if n > 0 {
		t.stats.Segments++
	}
	d := int32(seq - h.next)
	if h.state&known == 0 || h.state&soft != 0 {
		if d = t.pickUp(h, seq, n, p); d == keepAlive {
			t.stats.KeepAlives++
			return
		}
	}
	if d != 0 && !t.plausible(f, dir, seq, n, d, at) {
		return
	}
	d = int32(seq - h.next)
	h.strays = 0
	if p.TCPFlags&packet.FIN != 0 && h.state&(finning|ended) == 0 && d+int32(n) >= 0 {
		h.fin, h.state = seq+n, h.state|finning
		f.Sent[dir].Flags |= SawFIN
	}
	if n > 0 {
		t.payload(f, dir, seq, p.Payload, uint32(p.Missing), at)
	} else if d == -1 && p.TCPFlags&(packet.SYN|packet.FIN) == 0 {
		t.stats.KeepAlives++ // RFC 9293 §3.8.4
	}
	if h.state&(finning|ended) == finning {
		t.finish(f, dir, at)
	}
}

// keepAlive is what pickUp returns for a probe.
const keepAlive = -1 << 31

// pickUp starts a direction in mid-stream, where only the other end's
// acknowledgement, or nothing, tells what is next. It returns how far seq is ahead of next.
func (t *Table) pickUp(h *half, seq, n uint32, p *packet.Packet) int32 {
	first := h.state&known == 0
	if n == 1 && first && len(p.Payload) == 1 && p.Payload[0] == 0 && p.TCPFlags == packet.ACK {
		// Windows sends one byte of zero with a keep-alive; its sequence number
		// was used before.
		h.next, h.state = seq+1, h.state|known
		return keepAlive
	}
	if first || int32(seq-h.next) > 0 {
		h.next = seq
	}
	h.state |= known | soft
	if n > 0 || p.TCPFlags&(packet.FIN|packet.SYN) != 0 {
		h.state &^= soft
	}
	return int32(seq - h.next)
}

// plausible reports whether a segment at distance d from what is next lies in the
// window. Three in a row that do not, but follow one another, show that the
// capture lost more than a window, or the whole beginning of another connection:
// then the direction goes on from the third.
func (t *Table) plausible(f *Flow, dir Direction, seq, n uint32, d int32, at int64) bool {
	h := &f.tcp[dir]
	reach := int32(h.reach(&f.tcp[dir.Other()]))
	if d <= reach && d >= -reach {
		return true
	}
	t.stats.OutOfWindow++
	if n == 0 {
		return false
	}
	if gap := int32(seq - h.stray); h.strays > 0 && gap >= 0 && gap <= leastWindow {
		h.strays++
	} else {
		h.strays = 1
	}
	h.stray = seq + n
	if h.strays < 3 || h.state&ended != 0 {
		return false
	}
	t.stats.Resyncs++
	h.strays = 0
	h.state &^= finning
	t.abandon(f, dir)
	// After a jump back, how much is missing cannot be known; at least one byte is.
	t.gap(f, dir, max(int64(int32(seq-h.next)), 1), at)
	h.next = seq
	return true
}

// payload delivers, buffers or drops n = len(b)+lost bytes at seq, of which the
// last lost bytes were not captured.
func (t *Table) payload(f *Flow, dir Direction, seq uint32, b []byte, lost uint32, at int64) {
	h, s := &f.tcp[dir], &f.Sent[dir]
	n := uint32(len(b)) + lost
	if h.state&ended != 0 {
		t.repeated(s, n)
		return
	}
	if h.state&finning != 0 && int32(seq+n-h.fin) > 0 {
		h.state &^= finning // bytes behind a FIN: one of the two was not meant for the receiver
		t.conflict(s)
	}
	for {
		d := int32(seq - h.next)
		switch {
		case d == 0:
			t.remember(f, dir, seq, b, lost)
			t.deliver(f, dir, b, lost, at)
			if f.holes[dir] != nil {
				t.drain(f, dir, at)
				t.settle(f, dir)
			}
			return
		case d < 0:
			old := uint32(-d)
			if n <= old {
				if n == 1 && d == -1 && (len(b) == 0 || b[0] == 0) {
					t.stats.KeepAlives++
					return
				}
				t.recalled(f, dir, seq, b, lost)
				t.repeated(s, n)
				return
			}
			t.repeated(s, old)
			seq, n = h.next, n-old
			cut := min(old, uint32(len(b)))
			b = b[cut:]
			lost -= old - cut
		case f.ignore:
			h.next = seq
		default:
			if t.hold(f, dir, seq, b, lost, at) {
				return
			}
		}
	}
}

// deliver hands over the next bytes.
func (t *Table) deliver(f *Flow, dir Direction, b []byte, lost uint32, at int64) {
	h, s := &f.tcp[dir], &f.Sent[dir]
	h.next += uint32(len(b)) + lost
	if len(b) > 0 {
		s.Payload += uint64(len(b))
		s.Flags |= SawData
		if !f.ignore {
			t.handler.Data(f, dir, b, at)
		}
	}
	if lost > 0 {
		t.gap(f, dir, int64(lost), at)
	}
}

// gap reports n bytes that will not come.
func (t *Table) gap(f *Flow, dir Direction, n int64, at int64) {
	t.stats.Gaps++
	t.stats.GapBytes += uint64(n)
	f.Sent[dir].Lost += uint64(n)
	if !f.ignore {
		t.handler.Gap(f, dir, n, at)
	}
}

// finish reports the end of a direction once everything before the FIN was delivered.
func (t *Table) finish(f *Flow, dir Direction, at int64) {
	h := &f.tcp[dir]
	if d := int32(h.fin - h.next); d > 0 && !f.ignore {
		if f.holes[dir] == nil {
			t.hole(f, dir)
		}
		return
	}
	h.next = h.fin + 1
	h.state |= ended
	f.Sent[dir].Flags |= SawEnd
	t.release(f, dir)
	if !f.ignore {
		t.handler.End(f, dir, at)
	}
	if f.tcp[dir.Other()].state&ended != 0 && f.class != lingering {
		t.move(f, closing)
	}
}

func (t *Table) repeated(s *Sent, n uint32) {
	t.stats.Repeated++
	t.stats.RepeatedBytes += uint64(n)
	s.Repeated += min(n, 1<<32-1-s.Repeated)
}

func (t *Table) conflict(s *Sent) {
	t.stats.Conflicts++
	if s.Conflict < 1<<16-1 {
		s.Conflict++
	}
}
