package network

import (
	"cmp"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/network/flow"
)

// The aggregation's bounds.
const (
	// maxTuples is how many tuples are remembered; over that, new ones are counted
	// in their client's fan-out only.
	maxTuples = 200_000
	// fanoutAfter is how many new tuples of one client are told one by one within
	// a minute.
	fanoutAfter = 32
	// fanoutSet bounds the distinct hosts and ports counted per client and minute.
	fanoutSet = 4096
	// forgetAfter is for how many minutes an idle tuple is remembered.
	forgetAfter = 180
)

type tupleKey struct {
	client, server packet.Addr
	port           uint16
	transport      packet.Protocol
}

// tuple is one (client, server, port, protocol). There may be very many, mostly
// idle, so that what is counted within a minute is apart.
type tuple struct {
	protocol string  // what its content was recognised as
	active   *active // nil while it carries nothing
	told     bool    // its first observation went out
	silent   bool    // counted in its client's fan-out instead
	idle     uint8   // minutes without traffic
}

// active is a tuple's traffic since it was last told.
type active struct {
	tuple *tuple
	flow  *wardround.Flow // client port 0: the tuple stands for all of them
	v     kind.FlowV1
}

// tuples aggregates flows: new tuples are told at once, known ones once a minute
// while they carry traffic, idle ones never; a client that fans out is told in one
// observation a minute.
type tuples struct {
	s       *Sensor
	m       map[tupleKey]*tuple
	dirty   []*active
	clients map[packet.Addr]*fanout
	dropped int64 // flows without a tuple because the table was full
}

// fanout is what one client tried within the minute.
type fanout struct {
	fresh        int // new tuples told one by one
	src          wardround.Endpoint
	vlan         uint16
	transport    string
	v            kind.FanoutV1
	hosts, ports map[uint64]struct{}
}

func newTuples(s *Sensor) *tuples {
	return &tuples{s: s, m: map[tupleKey]*tuple{}, clients: map[packet.Addr]*fanout{}}
}

// of returns the tuple of a flow, or nil when the table is full. A tuple that is
// new and about to carry data is told at once, unless its client fans out.
func (t *tuples) of(f *flow.Flow, at int64) *tuple {
	k := tupleKey{f.Ends[0].Addr, f.Ends[1].Addr, f.Ends[1].Port, f.Protocol}
	x := t.m[k]
	if x != nil {
		return x
	}
	if len(t.m) >= maxTuples {
		t.dropped++
		return nil
	}
	x = &tuple{}
	t.m[k] = x
	fo := t.client(f)
	if fo != nil && fo.fresh >= fanoutAfter {
		x.silent = true
		return x
	}
	if fo != nil {
		fo.fresh++
	}
	return x
}

func (t *tuples) client(f *flow.Flow) *fanout {
	c := &f.Ends[0]
	fo := t.clients[c.Addr]
	if fo == nil {
		if len(t.clients) >= maxTuples/10 {
			return nil
		}
		fo = &fanout{src: endpoint(*c), vlan: vlan(f), transport: transport(f.Protocol)}
		fo.src.Port = 0
		t.clients[c.Addr] = fo
	}
	return fo
}

// named says what a tuple's content was recognised as.
func (t *tuples) named(x *tuple, protocol string) {
	if x != nil && x.protocol == "" {
		x.protocol = protocol
	}
}

// first tells a new tuple at once, as soon as its content has shown what it is.
func (t *tuples) first(f *flow.Flow, ss *session, at int64) {
	if x := ss.tuple; x != nil && !x.told && !x.silent {
		t.add(f, ss, at, false)
	}
}

// add counts what a flow did since it was last counted: at its end, and once a
// minute while it lasts.
func (t *tuples) add(f *flow.Flow, ss *session, at int64, end bool) {
	x := (*tuple)(nil)
	if ss != nil {
		x = ss.tuple
	}
	if x == nil {
		x = t.of(f, at)
	}
	refused, unanswered, established := outcome(f)
	if fo := t.client(f); fo != nil && (x == nil || !x.told) {
		fo.count(f, refused, unanswered, established)
	}
	if x == nil {
		return
	}
	now := counted{
		toServer: int64(f.Sent[0].Bytes), toClient: int64(f.Sent[1].Bytes),
		packets: int64(f.Sent[0].Packets + f.Sent[1].Packets), lost: int64(f.Sent[0].Lost + f.Sent[1].Lost),
	}
	m := t.activeOf(x, f)
	var last counted
	if ss != nil && ss.counted != nil {
		last = *ss.counted
	} else {
		m.v.Connections++
	}
	if ss != nil && !end {
		if ss.counted == nil {
			ss.counted = new(counted)
		}
		*ss.counted = now
	}
	m.v.ToServer += now.toServer - last.toServer
	m.v.ToClient += now.toClient - last.toClient
	m.v.Packets += now.packets - last.packets
	m.v.Lost += now.lost - last.lost
	if refused {
		m.v.Refused++
	}
	if unanswered {
		m.v.Unanswered++
	}
	m.v.Established = m.v.Established || established
	m.v.MidStream = m.v.MidStream || f.ClientBy > flow.BySYNACK
	if !x.told && !x.silent && established {
		t.tell(m, at)
	}
}

// activeOf returns where the traffic of x is counted now.
func (t *tuples) activeOf(x *tuple, f *flow.Flow) *active {
	x.idle = 0
	if x.active == nil {
		x.active = &active{tuple: x, flow: flowOf(f)}
		x.active.flow.Src.Port = 0
		t.dirty = append(t.dirty, x.active)
	}
	return x.active
}

// counted is what of a flow is already in its tuple.
type counted struct {
	toServer, toClient, packets, lost int64
}

// outcome says how a connection attempt went.
func outcome(f *flow.Flow) (refused, unanswered, established bool) {
	c, s := f.Sent[0], f.Sent[1]
	if f.Protocol != packet.TCP { // one-way datagrams are normal: announcements, logs, DHCP
		return false, false, c.Packets > 0 && (s.Packets > 0 || f.Ends[1].Addr.Multicast())
	}
	established = f.Handshake() && c.Packets > 1 || (c.Flags|s.Flags)&flow.SawData != 0 || s.Flags&flow.SawSYN != 0
	refused = !established && s.Flags&flow.SawRST != 0
	return refused, !established && !refused && c.Flags&flow.SawSYN != 0, established
}

// count adds one new tuple to its client's fan-out.
func (fo *fanout) count(f *flow.Flow, refused, unanswered, established bool) {
	if fo.hosts == nil {
		fo.hosts, fo.ports = map[uint64]struct{}{}, map[uint64]struct{}{}
	}
	fo.v.Tuples++
	a := f.Ends[1].Addr
	var h uint64
	for _, b := range a {
		h = h*1099511628211 ^ uint64(b)
	}
	fo.v.Capped = fo.v.Capped || !put(fo.hosts, h) || !put(fo.ports, uint64(f.Ends[1].Port))
	switch {
	case refused:
		fo.v.Refused++
	case unanswered:
		fo.v.Unanswered++
	case established:
		fo.v.Established++
	}
}

func put(m map[uint64]struct{}, k uint64) bool {
	if _, ok := m[k]; !ok && len(m) >= fanoutSet {
		return false
	}
	m[k] = struct{}{}
	return true
}

func (t *tuples) tell(m *active, at int64) {
	x := m.tuple
	m.v.Protocol, m.v.First = x.protocol, !x.told
	x.told, x.active = true, nil
	t.s.emit(m.flow, at, &m.v)
}

// minute tells the tuples that carried traffic and the clients that fanned out,
// and forgets what was idle for long.
func (t *tuples) minute(at int64) {
	for _, m := range t.dirty {
		switch x := m.tuple; {
		case x.active != m: // told already
		case x.silent:
			x.active = nil
		default:
			t.tell(m, at)
		}
	}
	clear(t.dirty)
	t.dirty = t.dirty[:0]
	var wide []packet.Addr
	for a, fo := range t.clients {
		if fo.v.Tuples >= 8 && (fo.fresh >= fanoutAfter || fo.v.Refused+fo.v.Unanswered >= 8) {
			wide = append(wide, a)
		}
	}
	slices.SortFunc(wide, func(a, b packet.Addr) int { return cmp.Compare(string(a[:]), string(b[:])) })
	for _, a := range wide {
		fo := t.clients[a]
		v := fo.v
		v.Hosts, v.Ports = len(fo.hosts), len(fo.ports)
		t.s.emit(&wardround.Flow{Transport: fo.transport, Src: fo.src, VLAN: fo.vlan}, at, &v)
	}
	clear(t.clients)
	for k, x := range t.m {
		if x.idle++; x.idle > forgetAfter || x.silent && x.idle > 2 {
			delete(t.m, k)
		}
	}
}
