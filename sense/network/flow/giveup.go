package flow

// drain delivers the held segments that are now in order. at is the time of
// the packet that filled the hole.
func (t *Table) drain(f *Flow, dir Direction, at int64) {
	w, h := f.holes[dir], &f.tcp[dir]
	done := 0
	for done < len(w.held) && !f.ignore {
		s := &w.held[done]
		d := int32(h.next - s.seq) // bytes at the start of s that were delivered meanwhile
		if d < 0 {
			break
		}
		if n := uint32(len(s.b)) + s.lost; uint32(d) < n {
			cut := min(uint32(d), uint32(len(s.b)))
			lost := s.lost - (uint32(d) - cut)
			t.remember(f, dir, h.next, s.b[cut:], lost)
			t.deliver(f, dir, s.b[cut:], lost, max(at, s.at))
		}
		w.bytes -= cap(s.b)
		t.store.put(s.b)
		s.b = nil
		done++
	}
	if done > 0 {
		n := copy(w.held, w.held[done:])
		clear(w.held[n:])
		w.held = w.held[:n]
	}
	if f.ignore {
		if n := len(w.held); n > 0 {
			h.next = w.held[n-1].end()
		}
		t.release(f, dir)
	}
}

// settle ends a hole that is filled, and begins the wait anew for the next one.
func (t *Table) settle(f *Flow, dir Direction) {
	w, h, o := f.holes[dir], &f.tcp[dir], &f.tcp[dir.Other()]
	if w == nil {
		return
	}
	received := o.state&acks != 0 && int32(o.ack-h.next) > 0 && h.state&ended == 0
	switch {
	case received:
		t.requeue(w, acked)
	case len(w.held) > 0, h.state&(finning|ended) == finning && int32(h.fin-h.next) > 0:
		t.requeue(w, unacked)
	default:
		t.release(f, dir)
	}
}

// giveUp reports what is missing next as a gap, and delivers what waited behind it.
func (t *Table) giveUp(w *hole) {
	f, dir := w.flow, w.dir
	h, o := &f.tcp[dir], &f.tcp[dir.Other()]
	if f.ignore {
		if n := len(w.held); n > 0 {
			h.next = w.held[n-1].end()
		}
		t.release(f, dir)
		return
	}
	// The gap ends where the next bytes are held or the direction ends; and what was
	// acknowledged ends it sooner, since beyond that the bytes may still come.
	at, to, found := t.clock.high, h.next, false
	if len(w.held) > 0 {
		to, at, found = w.held[0].seq, w.held[0].at, true
	} else if h.state&(finning|ended) == finning {
		to, found = h.fin, true
	}
	if o.state&acks != 0 && int32(o.ack-h.next) > 0 && (!found || w.kind == acked && int32(to-o.ack) > 0) {
		to = o.ack
	}
	if n := int32(to - h.next); n > 0 {
		h.next = to
		t.gap(f, dir, int64(n), at)
	}
	t.drain(f, dir, at)
	if h.state&(finning|ended) == finning {
		t.finish(f, dir, at)
	}
	t.settle(f, dir)
}

// abandon gives up all holes of a direction.
func (t *Table) abandon(f *Flow, dir Direction) {
	for f.holes[dir] != nil {
		t.giveUp(f.holes[dir])
	}
}

// flush delivers all that is held of a flow that is about to close.
func (t *Table) flush(f *Flow) {
	t.abandon(f, FromClient)
	t.abandon(f, FromServer)
}

// expireHoles gives up what was waited for long enough.
func (t *Table) expireHoles() {
	for k := range t.holes {
		q := &t.holes[k]
		for q.oldest != nil && t.clock.now-q.oldest.since >= q.wait {
			t.giveUp(q.oldest)
		}
	}
}
