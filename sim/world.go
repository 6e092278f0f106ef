package sim

import (
	"container/heap"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/wardround/wardround/format/packet"
)

// Options say which ward is simulated, and for how long.
type Options struct {
	Seed uint64
	// Start is the simulated time of the first packet; zero means Monday
	// 2026-03-02 06:00 UTC, before the early shift.
	Start time.Time
	// Length is how much simulated time passes; 0 means one hour.
	Length time.Duration
	// Scenarios are the attacks and faults that are switched on; see [Scenarios].
	Scenarios []string
	// Beds is the size of the intensive care unit; 0 means 6.
	Beds int
	// Heavy multiplies the traffic of messages and images, for load; 0 means 1.
	Heavy int
}

func (o Options) filled() Options {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	}
	if o.Length <= 0 {
		o.Length = time.Hour
	}
	if o.Beds <= 0 {
		o.Beds = 6
	}
	if o.Heavy <= 0 {
		o.Heavy = 1
	}
	return o
}

// World is one simulation: hosts, what they do when, and the packets on their way.
type World struct {
	opt    Options
	now    int64 // simulated Unix nanoseconds
	end    int64
	events eventHeap
	frames frameHeap
	order  uint64
	free   [][]byte // frame buffers to use again
	names  map[string]*Host
	router packet.MAC
}

func newWorld(o Options) *World {
	o = o.filled()
	return &World{
		opt: o, now: o.Start.UnixNano(), end: o.Start.Add(o.Length).UnixNano(),
		names: map[string]*Host{}, router: packet.MAC{0x00, 0x1b, 0x21, 0x00, 0x00, 0x01},
	}
}

// Rand returns the source of randomness of one actor: it depends on the seed and
// the name alone, so that a new actor does not change what the others do.
func (w *World) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(w.opt.Seed, h.Sum64()))
}

// Now is the simulated time.
func (w *World) Now() time.Time { return time.Unix(0, w.now).UTC() }

// At runs fn at a simulated time; what is past runs at once. Nothing runs after
// the end.
func (w *World) At(t time.Time, fn func()) { w.schedule(t.UnixNano(), fn) }

// After runs fn when d has passed.
func (w *World) After(d time.Duration, fn func()) { w.schedule(w.now+int64(d), fn) }

// Every runs fn first after offset and then with every period, each time moved by
// up to jitter.
func (w *World) Every(offset, period, jitter time.Duration, r *rand.Rand, fn func()) {
	var next func()
	due := w.now + int64(offset)
	next = func() {
		fn()
		due += int64(period)
		at := due
		if jitter > 0 {
			at += r.Int64N(int64(jitter))
		}
		w.schedule(at, next)
	}
	w.schedule(due, next)
}

func (w *World) schedule(at int64, fn func()) {
	if at > w.end {
		return
	}
	w.order++
	heap.Push(&w.events, event{max(at, w.now), w.order, fn})
}

// run gives the packets in order of time to emit, until the end or emit's error.
// The frame is valid during the call only.
func (w *World) run(emit func(at int64, frame []byte) error) error {
	for len(w.events) > 0 || len(w.frames) > 0 {
		if len(w.frames) > 0 && (len(w.events) == 0 || w.frames[0].at < w.events[0].at) {
			f := heap.Pop(&w.frames).(frame)
			if f.at > w.end {
				continue // what is still on its way when the simulation ends
			}
			if err := emit(f.at, f.data); err != nil {
				return err
			}
			if len(w.free) < 4096 {
				w.free = append(w.free, f.data[:0])
			}
			continue
		}
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.fn()
	}
	return nil
}

// send puts one packet on the wire at a time.
func (w *World) send(at int64, p *packet.Packet) {
	var b []byte
	if n := len(w.free); n > 0 {
		b, w.free = w.free[n-1], w.free[:n-1]
	}
	b = p.Append(b)
	if len(b) < 60 { // IEEE 802.3 §4.2.3.3: the shortest frame, without its check sequence
		b = append(b, make([]byte, 60-len(b))...)
	}
	w.order++
	heap.Push(&w.frames, frame{at, w.order, b})
}

// Host is one network interface.
type Host struct {
	Name string
	IP   netip.Addr
	MAC  packet.MAC
	Zone string
	w    *World
	port uint16
	id   uint16
	rand *rand.Rand
}

// host adds a host. The MAC has a real maker's prefix, from maker, or is given
// whole.
func (w *World) host(name, zone, ip string, prefix [3]byte) *Host {
	r := w.Rand("host " + name)
	h := &Host{Name: name, IP: netip.MustParseAddr(ip), Zone: zone, w: w, rand: r, port: 49152 + uint16(r.IntN(8000))}
	h.MAC = packet.MAC{prefix[0], prefix[1], prefix[2], byte(r.IntN(256)), byte(r.IntN(256)), byte(1 + r.IntN(255))}
	w.names[name] = h
	return h
}

func (h *Host) ephemeral() uint16 {
	h.port++
	if h.port < 49152 {
		h.port = 49152
	}
	return h.port
}

// toward is the hardware address a frame for peer is sent to: the peer's own
// within a segment, the router's between segments.
func (h *Host) toward(peer *Host) packet.MAC {
	if h.Zone == peer.Zone {
		return peer.MAC
	}
	return h.w.router
}

// packet starts an IP packet from h to peer.
func (h *Host) packet(peer *Host) packet.Packet {
	h.id++
	p := packet.Packet{
		SrcMAC: h.MAC, DstMAC: h.toward(peer), Src: packet.AddrFrom(h.IP), Dst: packet.AddrFrom(peer.IP),
		IPVersion: 4, FragID: uint32(h.id),
	}
	if h.IP.Is6() {
		p.IPVersion = 6
	}
	return p
}

// udp sends one datagram now.
func (h *Host) udp(peer *Host, src, dst uint16, payload []byte) {
	p := h.packet(peer)
	p.Protocol, p.SrcPort, p.DstPort, p.Payload = packet.UDP, src, dst, payload
	h.w.send(h.w.now, &p)
}

// udpAfter sends one datagram when d has passed.
func (h *Host) udpAfter(d time.Duration, peer *Host, src, dst uint16, payload []byte) {
	p := h.packet(peer)
	p.Protocol, p.SrcPort, p.DstPort, p.Payload = packet.UDP, src, dst, payload
	h.w.send(h.w.now+int64(d), &p)
}

// multicast sends one datagram to an IPv4 group (RFC 1112 §6.4 maps its address).
func (h *Host) multicast(group string, src, dst uint16, payload []byte) {
	a := netip.MustParseAddr(group).As4()
	g := &Host{IP: netip.AddrFrom4(a), MAC: packet.MAC{0x01, 0x00, 0x5e, a[1] & 0x7f, a[2], a[3]}, Zone: h.Zone, w: h.w}
	p := h.packet(g)
	p.Protocol, p.SrcPort, p.DstPort, p.Payload, p.TTL = packet.UDP, src, dst, payload, 1
	h.w.send(h.w.now, &p)
}

// ethernet sends a frame that is not IP.
func (h *Host) ethernet(dst packet.MAC, kind packet.EtherType, payload []byte) {
	p := packet.Packet{SrcMAC: h.MAC, DstMAC: dst, EtherType: kind, Payload: payload}
	h.w.send(h.w.now, &p)
}

var broadcast = packet.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

type event struct {
	at    int64
	order uint64
	fn    func()
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any     { o := *h; x := o[len(o)-1]; *h = o[:len(o)-1]; return x }

type frame struct {
	at    int64
	order uint64
	data  []byte
}

type frameHeap []frame

func (h frameHeap) Len() int { return len(h) }
func (h frameHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}
func (h frameHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *frameHeap) Push(x any)   { *h = append(*h, x.(frame)) }
func (h *frameHeap) Pop() any     { o := *h; x := o[len(o)-1]; *h = o[:len(o)-1]; return x }
