package flow

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/wardround/wardround/format/packet"
)

// Table holds the flows of one capture. It is not safe for concurrent use.
type Table struct {
	handler  Handler
	reporter Reporter
	limits   Limits
	stats    Stats
	clock    clock
	swept    int64
	index    index
	idle     [classes]idle
	opened   uint64

	holes     [2]holeQueue // by kind of wait
	freeHoles *hole
	store     store
	recall    [recallSize]recollection
	seed      maphash.Seed
	fragments fragments
	packet    packet.Packet // of Decode
}

// New returns an empty table that delivers to h.
func New(h Handler, l Limits) *Table {
	l = l.filled()
	t := &Table{handler: h, limits: l, index: newIndex(l.Separate), seed: maphash.MakeSeed()}
	t.reporter, _ = h.(Reporter)
	t.idle[lingering].timeout = int64(l.Linger)
	t.idle[closing].timeout = int64(l.Unanswered)
	t.idle[opening].timeout = int64(l.Unanswered)
	t.idle[other].timeout = int64(l.Other)
	t.idle[udp].timeout = int64(l.UDP)
	t.idle[established].timeout = int64(l.TCP)
	t.holes[unacked].wait = int64(l.GapWait)
	t.holes[acked].wait = int64(l.AckedWait)
	t.fragments.init(&t.limits, &t.stats)
	return t
}

// Decode decodes one captured frame, of which length bytes were on the wire, and
// accounts for it. A frame whose headers cannot be read is counted and not
// used; the error is that of [packet.Packet.Decode].
func (t *Table) Decode(link packet.LinkType, frame []byte, length int, at int64) error {
	if err := t.packet.Decode(link, frame, length); err != nil {
		t.stats.Packets++
		t.stats.Bytes += uint64(t.packet.Length)
		t.stats.Malformed++
		return err
	}
	t.Packet(&t.packet, at)
	return nil
}

// Packet accounts for one decoded frame captured at at (Unix ns). p and the frame it
// points into are not kept after the call; joining fragments changes p.
func (t *Table) Packet(p *packet.Packet, at int64) {
	t.stats.Packets++
	t.stats.Bytes += uint64(p.Length)
	t.clock.step(at)
	if t.clock.now-t.swept >= sweepEvery {
		t.sweep()
	}
	if p.Missing > 0 {
		t.stats.Truncated++
	}
	frames := 1
	for p.Fragment { // more than once for fragments inside a tunnel that was in fragments
		if frames = t.fragments.join(p, t.clock.now, frames); frames == 0 {
			return
		}
	}
	switch {
	case p.IPVersion == 0:
		t.stats.Frames++
		t.handler.Frame(p, at)
	case p.Protocol == packet.TCP && p.TransportOK:
		t.segment(p, frames, at)
	case p.Protocol == packet.UDP && p.TransportOK:
		t.datagram(p, udp, frames, at)
	case p.Protocol == packet.TCP || p.Protocol == packet.UDP:
		t.stats.Malformed++
	default:
		t.datagram(p, other, frames, at)
	}
}

// Advance tells the table that capture time has reached at although no packet
// came, so that time-outs and waits end.
func (t *Table) Advance(at int64) {
	t.clock.step(at)
	if t.clock.now-t.swept >= sweepEvery {
		t.sweep()
	}
}

// Close closes all flows with [Shutdown], in the order in which they were opened.
func (t *Table) Close() {
	var all []*Flow
	t.index.each(func(f *Flow) { all = append(all, f) })
	slices.SortFunc(all, func(a, b *Flow) int { return cmp.Compare(a.ID, b.ID) })
	t.index.retire() // what the handler makes of a million ends may need the room
	for i, f := range all {
		t.remove(f, Shutdown, f.Last)
		all[i] = nil
	}
	t.index.retired = false
	t.fragments.clear()
}

// Each calls fn for every open flow, in an order that repeats with the same packets.
func (t *Table) Each(fn func(*Flow)) {
	t.index.each(func(f *Flow) {
		if !f.closed {
			fn(f)
		}
	})
}

// Stats returns the counters so far.
func (t *Table) Stats() Stats {
	s := t.stats
	s.FlowsOpen = t.index.count
	s.ClockBack, s.ClockBroken = t.clock.back, t.clock.broken
	s.Buffered, s.BufferedPeak = t.store.held, t.store.peak
	s.FragmentPending = t.fragments.held
	return s
}

// lookup returns the open or lingering flow of p, if there is one that has not
// been idle for longer than its time-out.
func (t *Table) lookup(p *packet.Packet, hash uint32) (*Flow, Direction) {
	f, dir := t.index.find(p, hash)
	if f != nil && t.clock.now-f.seen >= t.idle[f.class].timeout {
		t.expire(f)
		return nil, 0
	}
	return f, dir
}

// open makes a flow of which p is the first packet; from is the direction p takes.
func (t *Table) open(p *packet.Packet, hash uint32, from Direction, by Basis, c class, at int64) *Flow {
	if t.index.count >= t.limits.Flows {
		t.evict(at)
	}
	f := t.index.take()
	t.opened++
	t.stats.Flows++
	f.ID = t.opened
	f.First, f.Last = at, at
	f.seen, f.told = t.clock.now, t.clock.now
	f.Ends[from] = End{p.Src, p.SrcPort, p.SrcMAC}
	f.Ends[from.Other()] = End{p.Dst, p.DstPort, p.DstMAC}
	f.VLAN, f.VLANs = p.VLAN, p.VLANs
	f.Tunnel, f.TunnelID = p.Tunnel, p.TunnelID
	f.Protocol, f.IPVersion = p.Protocol, p.IPVersion
	f.ClientBy, f.class, f.hash = by, c, hash
	t.index.add(f)
	t.idle[c].push(f, t.clock.now)
	t.handler.Open(f, at)
	return f
}

// count notes a packet of f in direction dir.
func (t *Table) count(f *Flow, dir Direction, p *packet.Packet, frames int, at int64) {
	f.Last, f.seen = at, t.clock.now
	s := &f.Sent[dir]
	if e := &f.Ends[dir]; e.MAC != p.SrcMAC {
		if s.Packets == 0 {
			e.MAC = p.SrcMAC
		} else {
			s.Flags |= SawMACChange
		}
	}
	s.Packets += uint64(frames)
	s.Bytes += uint64(p.Length)
}

// report calls the Reporter when it is due.
func (t *Table) report(f *Flow, at int64) {
	if t.reporter != nil && t.clock.now-f.told >= int64(t.limits.Report) && !f.closed {
		f.told = t.clock.now
		t.reporter.Report(f, at)
	}
}

// datagram handles everything that is not TCP.
func (t *Table) datagram(p *packet.Packet, c class, frames int, at int64) {
	hash := t.index.hash(p)
	f, dir := t.lookup(p, hash)
	if f == nil {
		var by Basis
		dir, by = guess(p, false)
		f = t.open(p, hash, dir, by, c, at)
	}
	t.count(f, dir, p, frames, at)
	f.Sent[dir].Payload += uint64(len(p.Payload))
	f.Sent[dir].Lost += uint64(p.Missing)
	if !f.ignore {
		if len(p.Payload) > 0 {
			f.Sent[dir].Flags |= SawData
		}
		t.handler.Datagram(f, dir, p.Payload, p.Missing, at)
	}
	t.report(f, at)
}

// end calls Handler.Close and leaves the tuple in the table until the linger
// time-out.
func (t *Table) end(f *Flow, reason Reason, at int64) {
	t.flush(f)
	f.closed = true
	t.move(f, lingering)
	t.closed(f, reason, at)
}

// remove calls Handler.Close, unless it was called, and takes f out of the table.
func (t *Table) remove(f *Flow, reason Reason, at int64) {
	if !f.closed {
		t.flush(f)
		f.closed = true
		t.closed(f, reason, at)
	}
	t.idle[f.class].remove(f)
	t.index.drop(f)
}

func (t *Table) closed(f *Flow, reason Reason, at int64) {
	switch reason {
	case Finished:
		t.stats.Finished++
	case Reset:
		t.stats.Reset++
	case Idle:
		t.stats.Idle++
	case Evicted:
		t.stats.Evicted++
	case Reused:
		t.stats.Reused++
	}
	t.handler.Close(f, reason, at)
	f.User = nil
}
