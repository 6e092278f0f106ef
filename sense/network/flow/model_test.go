package flow

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wardround/wardround/format/packet"
)

// model knows what both ends sent and checks that what is delivered is exactly
// that: each byte in its place or part of a gap, nothing twice, nothing after the end.
type model struct {
	testing.TB
	stream [2][]byte
	at     [2]int // delivered or missing so far
	gaps   [2]int
	ended  [2]bool
	opened int
	closed int
	honest bool // no segment was forged
}

func (m *model) Open(*Flow, int64) { m.opened++ }
func (m *model) Data(f *Flow, d Direction, p []byte, at int64) {
	if len(p) == 0 || m.ended[d] || m.closed > 0 {
		m.Fatalf("%d bytes of %v after its end", len(p), d)
	}
	if m.honest && !bytes.Equal(p, m.stream[d][m.at[d]:][:len(p)]) {
		m.Fatalf("%v: wrong bytes at %d", d, m.at[d])
	}
	m.at[d] += len(p)
}
func (m *model) Gap(_ *Flow, d Direction, n int64, _ int64) {
	if n <= 0 || m.ended[d] || m.closed > 0 {
		m.Fatalf("gap of %d in %v", n, d)
	}
	m.at[d] += int(n)
	m.gaps[d] += int(n)
}
func (m *model) End(_ *Flow, d Direction, _ int64) {
	if m.ended[d] {
		m.Fatalf("%v ended twice", d)
	}
	m.ended[d] = true
}
func (m *model) Datagram(*Flow, Direction, []byte, int, int64) { m.Fatal("datagram") }
func (m *model) Close(*Flow, Reason, int64)                    { m.closed++ }
func (m *model) Frame(*packet.Packet, int64)                   { m.Fatal("frame") }

// network sends two streams with every mishap a network and a mirror port know:
// loss before and behind the sensor, reordering, repetition with other cuts.
type network struct {
	*rand.Rand
	table *Table
	at    int64
	isn   [2]uint32
	queue []packet.Packet // sent, on its way to the sensor
	acked [2]int
	lossy bool // the sensor misses packets
	dice  func(n int) int
}

func (w *network) emit(dir Direction, seq int, payload []byte, flags packet.Flags) {
	p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, TransportOK: true, Src: patient, Dst: archive, SrcPort: 51000, DstPort: 104,
		TCPFlags: flags, Seq: w.isn[dir] + uint32(seq), Window: 65535, Payload: payload, Length: 54 + len(payload)}
	if dir == FromServer {
		p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
	}
	if flags&packet.ACK != 0 {
		p.Ack = w.isn[dir.Other()] + uint32(w.acked[dir.Other()])
	}
	if w.lossy && w.dice(20) == 0 {
		return
	}
	w.queue = append(w.queue, p)
	for len(w.queue) > 4 || len(w.queue) > 0 && w.dice(2) == 0 {
		i := 0
		if w.dice(4) == 0 {
			i = w.dice(len(w.queue))
		}
		q := w.queue[i]
		w.queue = append(w.queue[:i], w.queue[i+1:]...)
		w.see(q)
	}
}

func (w *network) see(p packet.Packet) {
	w.at += int64(w.dice(2000)) * 1000
	q := p
	w.table.Packet(&q, w.at)
	if w.dice(8) == 0 { // a copy
		q = p
		w.table.Packet(&q, w.at)
	}
}

func (w *network) drain() {
	for _, p := range w.queue {
		w.see(p)
	}
	w.queue = nil
}

func (w *network) run(m *model, lossy bool) {
	const syn, ack, fin = packet.SYN, packet.ACK, packet.FIN
	w.emit(FromClient, 0, nil, syn)
	w.drain()
	w.acked[0] = 1
	w.emit(FromServer, 0, nil, syn|ack)
	w.drain()
	w.acked[1] = 1
	w.emit(FromClient, 1, nil, ack)
	w.drain()
	w.lossy = lossy
	sent := [2]int{}
	for sent[0] < len(m.stream[0]) || sent[1] < len(m.stream[1]) {
		dir := Direction(w.dice(2))
		if sent[dir] == len(m.stream[dir]) {
			dir = dir.Other()
		}
		from, burst := sent[dir], 1+w.dice(5)
		for range burst {
			n := min(1+w.dice(1400), len(m.stream[dir])-sent[dir])
			if n > 0 && (w.dice(10) != 0) { // else lost on the way, to be repeated
				w.emit(dir, 1+sent[dir], m.stream[dir][sent[dir]:sent[dir]+n], ack)
			}
			sent[dir] += n
		}
		// The receiver lacks some; the sender repeats everything since, cut anew.
		for at := from; at < sent[dir]; {
			n := min(1+w.dice(1400), sent[dir]-at)
			w.emit(dir, 1+at, m.stream[dir][at:at+n], ack)
			at += n
		}
		w.acked[dir] = 1 + sent[dir]
		w.emit(dir.Other(), 1+sent[dir.Other()], nil, ack)
	}
	w.drain()
	for dir := range Direction(2) {
		w.emit(dir, 1+sent[dir], nil, fin|ack)
		w.drain()
		w.acked[dir] = 2 + sent[dir]
	}
	w.emit(FromClient, 2+sent[0], nil, ack)
	w.emit(FromServer, 2+sent[1], nil, ack)
	w.drain()
	w.table.Close()
}

func conversation(t testing.TB, r *rand.Rand, dice func(int) int, lossy bool, l Limits) (*model, *Table) {
	m := &model{TB: t, honest: true}
	for d := range m.stream {
		m.stream[d] = make([]byte, dice(60_000))
		for i := range m.stream[d] {
			m.stream[d][i] = byte(r.Uint32())
		}
	}
	table := New(m, l)
	w := &network{Rand: r, table: table, at: start, isn: [2]uint32{r.Uint32() | 0xffff0000, r.Uint32()}, dice: dice}
	w.run(m, lossy)
	audit(t, table)
	return m, table
}

func TestEveryByteInItsPlace(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		m, table := conversation(t, r, r.IntN, false, Limits{GapWait: time.Hour, AckedWait: time.Hour})
		s := table.Stats()
		for d := range m.stream {
			if m.at[d] != len(m.stream[d]) || m.gaps[d] != 0 || !m.ended[d] {
				t.Fatalf("seed %d %v: %d of %d bytes, %d in gaps, ended %v\n%+v", seed, Direction(d), m.at[d], len(m.stream[d]), m.gaps[d], m.ended[d], s)
			}
		}
		if m.opened != 1 || m.closed != 1 || s.Finished != 1 || s.Conflicts != 0 || s.Buffered != 0 {
			t.Fatalf("seed %d: %+v", seed, s)
		}
	}
}

// With loss at the sensor and tight limits there are gaps, but no wrong byte.
func TestLossySensor(t *testing.T) {
	gaps := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		m, _ := conversation(t, r, r.IntN, true, Limits{
			FlowBytes: 2048 * (1 + r.IntN(8)), Segments: 1 + r.IntN(6), TotalBytes: 2048 * (1 + r.IntN(10)),
			GapWait: time.Duration(r.IntN(1e8)), AckedWait: time.Duration(r.IntN(1e7)),
		})
		gaps += m.gaps[0] + m.gaps[1]
		for d := range m.stream {
			if m.at[d] > len(m.stream[d])+1 { // + 1: a FIN that was acknowledged but not seen
				t.Fatalf("seed %d: %d of %d bytes", seed, m.at[d], len(m.stream[d]))
			}
		}
	}
	if gaps == 0 {
		t.Error("nothing was lost: the test does not test")
	}
}

// FuzzTable: packets made from the input, with all flags and numbers near each other, keep
// the books right and the memory bounded.
func FuzzTable(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x12\x01\x00\x00\x10\x00\x00\x05\x10\x20\x00\x05\x11\x10\x00\x05"))
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		b := make([]byte, 400)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	content := bytes.Repeat([]byte("0123456789abcdef"), 400)
	f.Fuzz(func(t *testing.T, in []byte) {
		in = in[:min(len(in), 4000)]
		m := &lax{TB: t, open: map[*Flow]bool{}}
		table := New(m, Limits{Flows: 5, FlowBytes: 10_000, TotalBytes: 20_000, Segments: 6, Datagrams: 3, DatagramBytes: 5_000, Fragments: 4})
		table.index.seed = [2]uint64{1, 3} // the fuzzer needs runs that repeat
		at := start
		for ; len(in) >= 4; in = in[4:] {
			// flags | seq step and direction | time and tuple | length
			p := packet.Packet{IPVersion: 4, Protocol: packet.TCP, TransportOK: true, Src: patient, Dst: archive, SrcPort: 50000, DstPort: 104 + uint16(in[2]&7),
				TCPFlags: packet.Flags(in[0]) & 0x17, Seq: uint32(0xffff_ff80) + uint32(in[1]>>1)*uint32(1+in[3]&3), Ack: 0xffff_ff80 + uint32(in[3])*3}
			switch in[0] >> 5 {
			case 7:
				p.Protocol, p.Fragment, p.MoreFragments, p.FragOffset = packet.UDP, true, in[0]&1 != 0, uint16(in[1]>>1)*8
			case 6:
				p.Seq += 1 << 30
			case 5:
				p.Protocol = packet.UDP
			case 4:
				p.Missing = int(in[3])
			}
			n := int(in[3]) * int(in[3]&15)
			p.Payload = content[in[1]&31:][:n]
			p.Length = 54 + n + p.Missing
			if in[1]&1 != 0 {
				p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
			}
			at += int64(in[2]>>3) * int64(in[2]>>3) * int64(in[2]>>3) * 1e6
			table.Packet(&p, at)
			audit(t, table)
		}
		table.Close()
		audit(t, table)
		if len(m.open) != 0 || table.index.count != 0 || table.store.held != 0 || table.fragments.held != 0 {
			t.Fatalf("%d flows open, %+v", len(m.open), table.Stats())
		}
	})
}

// lax checks only the order of calls.
type lax struct {
	testing.TB
	open map[*Flow]bool
}

func (m *lax) must(f *Flow) {
	if !m.open[f] {
		m.Fatal("a call for a flow that is not open")
	}
}
func (m *lax) Open(f *Flow, _ int64) {
	if m.open[f] || f.User != nil {
		m.Fatal("opened twice, or not clean")
	}
	m.open[f] = true
	f.User = f
}
func (m *lax) Data(f *Flow, _ Direction, p []byte, _ int64) {
	m.must(f)
	if p[0] == '7' {
		f.Ignore()
	}
}
func (m *lax) Gap(f *Flow, _ Direction, n int64, _ int64) {
	m.must(f)
	if n <= 0 {
		m.Fatal("gap", n)
	}
}
func (m *lax) End(f *Flow, _ Direction, _ int64)                       { m.must(f) }
func (m *lax) Datagram(f *Flow, _ Direction, _ []byte, _ int, _ int64) { m.must(f) }
func (m *lax) Close(f *Flow, _ Reason, _ int64)                        { m.must(f); delete(m.open, f) }
func (m *lax) Frame(*packet.Packet, int64)                             {}
