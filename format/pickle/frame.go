package pickle

import (
	"fmt"

	"github.com/wardround/wardround/format/issue"
)

// Frames (PEP 3154) tell a reader how much to fetch at once. The C reader wants
// the bytes to exist and ignores the boundary otherwise. The Python reader puts
// the frame into a buffer of its own: an argument may not cross the end, and no
// frame may begin inside another. pickletools does not look at frames at all.

func (m *machine) setProto(p byte) {
	m.protos++
	if p > highest {
		m.die(C|Python, "pickle.divergence-proto", fmt.Sprintf("protocol %d does not exist", p))
		return
	}
	if m.protos > 1 && int(p) != m.proto {
		m.diverge(0, "pickle.divergence-proto", "a second PROTO changes how names are looked up")
	} else if m.protos > 1 || m.ops > 1 {
		m.diverge(0, "pickle.divergence-proto", "PROTO is not the first opcode")
	}
	m.proto = int(p)
	m.rep.Proto = int(p)
}

const maxNeeds = 256

func (m *machine) openFrame(size uint64) {
	if m.frame >= 0 && m.offset() > m.frame {
		m.crossFrame()
	}
	if size > 1<<63-1 {
		m.die(C|Python, "pickle.divergence-frame", "a frame longer than any memory")
		return
	}
	if m.frame >= 0 && m.offset() < m.frame {
		m.die(Python, "pickle.divergence-frame", "a frame begins inside a frame")
		m.frame = -1
	}
	end := m.offset() + int64(size)
	if end < 0 {
		end = 1<<63 - 1
	}
	if m.alive&Python != 0 {
		m.frame = end
	}
	if m.fetched > m.offset() && end > m.fetched {
		m.dropped(m.offset(), m.fetched)
	}
	m.fetched = max(end, m.fetched)
	if n := len(m.needs); n == 0 || end > m.needs[n-1][1] {
		if n < maxNeeds {
			m.needs = append(m.needs, [2]int64{m.start, end})
		} else {
			m.needs[n-1][1] = end
		}
	}
}

// crossFrame is called after an opcode that went beyond the Python reader's
// frame. That is allowed between the parts of an opcode (the byte, a length, the
// data, a line) and nowhere else.
func (m *machine) crossFrame() {
	f := m.frame
	m.frame = -1
	if m.alive&Python == 0 || f <= m.start {
		return
	}
	if m.parts(f) == f {
		m.diverge(0, "pickle.divergence-frame", "an opcode crosses the end of its frame, between two of its parts: the readers agree here, but no writer does that (PEP 3154)")
		return
	}
	m.die(Python, "pickle.divergence-frame", "an argument crosses the end of its frame")
}

// crossFetched is the same for the C reader's buffer.
func (m *machine) crossFetched() {
	f := m.fetched
	m.fetched = -1
	if f <= m.start {
		return
	}
	if part := m.parts(f); part != f {
		m.dropped(part, f)
	}
}

// dropped follows another reading of a frame that an argument crosses. When the
// C reader loads from a file object without peek, or the frame is large, it holds
// exactly the frame. An argument that begins in it and doesn't fit is then read
// anew from the file, behind the frame: the bytes from part to the frame's end
// are lost, and all opcodes from here on are others. That program is read for its
// names, with the stack and the memo of here, as far as the buffer reaches.
func (m *machine) dropped(part, end int64) {
	m.diverge(0, "pickle.divergence-frame", "bytes at the end of a frame are lost when the C reader loads from a file without peek: it runs another program from here")
	r := &m.reader
	r.fill(bufSize - int(r.offset()-max(m.start, r.offset()-bufSize))) // as much as there is, keeping the opcode
	if m.start < r.base || end > r.base+int64(r.n) || m.depth >= m.lim.Depth || m.altered > 8 {
		return
	}
	m.altered++
	var alt []byte
	if m.op != opFrame {
		alt = append(alt, r.buf[m.start-r.base:part-r.base]...)
	}
	alt = append(alt, r.buf[end-r.base:r.n]...)
	for _, c := range m.branch(alt) {
		if c.Class < Unknown || c.Module == "?" {
			continue
		}
		c.Offset += m.start
		c.Under = 0
		m.take(c)
		m.raise(c.Class)
		level := issue.Unknown
		if c.Class == Malicious {
			level = issue.Malicious
		}
		m.list.Add("pickle.frame-drop", level, c.Full, m.start, "when the end of the frame is lost, the C reader reaches %s: %s", c.Full, c.Why)
	}
}

// parts returns f if the boundary f lies between two parts of the current opcode
// (after the opcode, a length, a line), else where the part begins that crosses f.
func (m *machine) parts(f int64) int64 {
	o := opcodes[m.op]
	ends := [4]int64{m.start + 1}
	n := 1
	if o.fixed > 0 {
		ends[n] = m.start + 1 + int64(o.fixed)
		n++
	}
	if o.lines == 2 {
		ends[n] = m.mid
		n++
	}
	begin := m.start
	for _, e := range ends[:n] {
		if e <= f {
			begin = e
		}
	}
	return begin
}

// settleFrames learns whether the bytes that the C reader would have fetched
// exist, when STOP or the end was reached before the end of a frame.
func (m *machine) settleFrames() {
	end := m.offset()
	n := len(m.needs)
	if n == 0 || m.needs[n-1][1] <= end {
		return
	}
	want := m.needs[n-1][1]
	if m.rep.Stopped && want-end < 1<<40 {
		got := m.skip(want - end)
		if got == want-end {
			m.op, m.start = opStop, end-1
			m.diverge(0, "pickle.divergence-frame", "STOP comes before the end of its frame: what a second load reads depends on the reader")
			m.rep.Alt = want
			return
		}
		want = end + got
	} else if !m.rep.Stopped {
		want = end
	}
	for _, f := range m.needs {
		if f[1] > want {
			m.op, m.start = opFrame, f[0]
			m.die(C, "pickle.divergence-frame", "a frame longer than the stream, which the C reader refuses here")
			for i := range m.rep.Callables {
				if m.rep.Callables[i].Offset > f[0] {
					m.rep.Callables[i].Under &^= C
				}
			}
			break
		}
	}
	if m.rep.Stopped && m.alive&(C|Python) == 0 {
		m.issue("pickle.invalid", issue.Unreadable, m.start, "no unpickler reads this stream to its end")
	}
}
