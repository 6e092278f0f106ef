package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/packet"
)

// record writes down what a handler is told, one line a call.
type record struct {
	lines   []string
	ignore  string // Ignore is called when these bytes come
	reports bool
}

func (r *record) note(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *record) Open(f *Flow, _ int64) {
	r.note("open %d %v > %v by %v", f.ID, f.Client().AddrPort(), f.Server().AddrPort(), f.ClientBy)
}
func (r *record) Data(f *Flow, d Direction, p []byte, _ int64) {
	r.note("%v %s", d, p)
	if r.ignore == string(p) {
		f.Ignore()
	}
}
func (r *record) Gap(_ *Flow, d Direction, n int64, _ int64) { r.note("%v gap %d", d, n) }
func (r *record) End(_ *Flow, d Direction, _ int64)          { r.note("%v end", d) }
func (r *record) Datagram(f *Flow, d Direction, p []byte, lost int, _ int64) {
	r.note("%v %v %q lost %d", d, f.Protocol, p, lost)
}
func (r *record) Close(f *Flow, why Reason, _ int64) { r.note("close %d %v", f.ID, why) }
func (r *record) Frame(p *packet.Packet, _ int64) {
	r.note("frame %04x %q", uint16(p.EtherType), p.Payload)
}
func (r *record) Report(f *Flow, _ int64) {
	if r.reports {
		r.note("report %d", f.ID)
	}
}

var (
	patient = packet.AddrFrom4(10, 0, 0, 1) // the client in most stories
	archive = packet.AddrFrom4(10, 0, 0, 2)
	start   = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano()
)

// story sends packets of one TCP connection through a table. Sequence numbers
// count from the initial ones: byte 0 of each direction is 0, the SYN is -1.
type story struct {
	*testing.T
	record
	table *Table
	at    int64
	isn   [2]uint32
	ports [2]uint16
	sent  int // packets
	cut   int // bytes not captured of each payload
	win   uint16
}

func tell(t *testing.T, l Limits) *story {
	s := &story{T: t, at: start, isn: [2]uint32{1000, 0xffff_fff0}, ports: [2]uint16{51000, 11112}, win: 65535}
	s.table = New(&s.record, l)
	return s
}

func (s *story) wait(d time.Duration) *story { s.at += int64(d); return s }

// send sends one segment from dir; flags as in "SA", "" meaning ACK. ack < -1 sends no
// acknowledgement.
func (s *story) send(dir Direction, flags string, seq, ack int, payload string) *story {
	p := packet.Packet{
		IPVersion: 4, Protocol: packet.TCP, Src: patient, Dst: archive,
		SrcMAC: packet.MAC{2, 1}, DstMAC: packet.MAC{2, 2},
		SrcPort: s.ports[0], DstPort: s.ports[1], Window: s.win,
		Seq: s.isn[dir] + 1 + uint32(seq), Payload: []byte(payload),
	}
	if dir == FromServer {
		p.Src, p.Dst, p.SrcPort, p.DstPort, p.SrcMAC, p.DstMAC = p.Dst, p.Src, p.DstPort, p.SrcPort, p.DstMAC, p.SrcMAC
	}
	for _, c := range flags {
		p.TCPFlags |= map[rune]packet.Flags{'S': packet.SYN, 'F': packet.FIN, 'R': packet.RST, 'P': packet.PSH, 'A': packet.ACK}[c]
	}
	if flags == "" || flags == "F" || flags == "S" && dir == FromServer {
		p.TCPFlags |= packet.ACK
	}
	if p.TCPFlags&packet.ACK != 0 {
		p.Ack = s.isn[dir.Other()] + 1 + uint32(ack)
	}
	s.feed(&p)
	return s
}

// feed encodes and decodes p, so that the table gets what a capture gives it.
func (s *story) feed(p *packet.Packet) {
	s.Helper()
	frame := p.Append(nil)
	var q packet.Packet
	if err := q.Decode(packet.Ethernet, frame[:len(frame)-min(s.cut, len(p.Payload))], len(frame)); err != nil {
		s.Fatal(err)
	}
	s.at += int64(time.Millisecond)
	s.sent++
	s.table.Packet(&q, s.at)
	s.check()
}

func (s *story) c(flags string, seq, ack int, payload string) *story {
	return s.send(FromClient, flags, seq, ack, payload)
}

func (s *story) s(flags string, seq, ack int, payload string) *story {
	return s.send(FromServer, flags, seq, ack, payload)
}

func (s *story) hello() *story {
	return s.c("S", -1, 0, "").s("S", -1, 0, "").c("", 0, 0, "")
}

// check verifies the table's own books.
func (s *story) check() {
	s.Helper()
	audit(s, s.table)
}

func audit(t testing.TB, table *Table) {
	t.Helper()
	queued, held, holes := 0, 0, 0
	for c := range table.idle {
		for f := table.idle[c].oldest; f != nil; f = f.newer {
			queued++
			if f.class != class(c) || f.ID == 0 {
				t.Fatalf("flow %d of class %d is in queue %d", f.ID, f.class, c)
			}
		}
	}
	for k := range table.holes {
		for w := table.holes[k].oldest; w != nil; w = w.next {
			holes++
			sum := 0
			for i, x := range w.held {
				sum += cap(x.b)
				if i > 0 && int32(x.seq-w.held[i-1].end()) < 0 || int32(x.seq-w.flow.tcp[w.dir].next) <= 0 {
					t.Fatalf("held segment %d at %d+%d after %d, next is %d", i, x.seq, len(x.b), w.held[max(i-1, 0)].end(), w.flow.tcp[w.dir].next)
				}
			}
			if sum != w.bytes || w.flow.holes[w.dir] != w || w.kind != holeKind(k) {
				t.Fatalf("hole counts %d bytes, holds %d", w.bytes, sum)
			}
			if sum > table.limits.FlowBytes || len(w.held) > table.limits.Segments {
				t.Fatalf("hole holds %d bytes in %d segments", sum, len(w.held))
			}
			held += sum
		}
	}
	if queued != table.index.count || queued > table.limits.Flows || held != table.store.held || held > table.limits.TotalBytes {
		t.Fatalf("%d flows, %d queued, %d bytes held, %d counted", table.index.count, queued, held, table.store.held)
	}
	pieces := 0
	for _, d := range table.fragments.open {
		pieces += d.have
	}
	if pieces != table.fragments.held || pieces > table.limits.DatagramBytes {
		t.Fatalf("%d bytes of fragments, %d counted", pieces, table.fragments.held)
	}
}

// told compares what the handler was told with want, which may leave out the first
// opening.
func (s *story) told(want ...string) *story {
	s.Helper()
	got := s.lines
	if len(got) > 0 && strings.HasPrefix(got[0], "open 1 ") && (len(want) == 0 || !strings.HasPrefix(want[0], "open")) {
		got = got[1:]
	}
	if len(got) == 0 && len(want) == 0 {
		return s
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("the handler was told (-want +got):\n%s", diff)
	}
	s.lines = nil
	return s
}

func (s *story) counted(name string, got, want uint64) *story {
	s.Helper()
	if got != want {
		s.Errorf("%s is %d, want %d", name, got, want)
	}
	return s
}
