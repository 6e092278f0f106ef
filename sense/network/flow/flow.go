package flow

import (
	"net/netip"

	"github.com/wardround/wardround/format/packet"
)

// Direction is who sent something.
type Direction uint8

// The two directions of a flow; also the indexes of [Flow.Ends] and [Flow.Sent].
const (
	FromClient Direction = 0
	FromServer Direction = 1
)

// Other returns the opposite direction.
func (d Direction) Other() Direction { return d ^ 1 }

// String returns "client" or "server": who sends in this direction.
func (d Direction) String() string {
	if d == FromClient {
		return "client"
	}
	return "server"
}

// Basis is why an end was taken for the client.
type Basis uint8

// The rules that decide who is the client, the surest first.
const (
	BySYN         Basis = iota // it sent the SYN
	BySYNACK                   // the other end answered with SYN-ACK; the SYN was not seen
	ByPort                     // the other end's port looks more like a service
	ByFirstPacket              // it sent the first packet seen
)

// String returns the rule in a word.
func (b Basis) String() string {
	return [...]string{"syn", "syn-ack", "port", "first-packet"}[min(b, ByFirstPacket)]
}

// Reason is why a flow was closed.
type Reason uint8

// The reasons a flow closes.
const (
	Finished Reason = iota // both directions sent FIN
	Reset                  // a valid RST
	Idle                   // no packet for the time-out of its kind
	Evicted                // the table was full
	Reused                 // a SYN began a new connection on the same tuple
	Shutdown               // the capture ended ([Table.Close])
)

// String returns the reason in a word.
func (r Reason) String() string {
	return [...]string{"finished", "reset", "idle", "evicted", "reused", "shutdown"}[min(r, Shutdown)]
}

// Handler receives what flows carry. See the package comment for the contract.
// Times are capture times in Unix nanoseconds.
type Handler interface {
	// Open announces a new flow, before its first data.
	Open(f *Flow, at int64)
	// Data delivers the next bytes that the end dir sent over TCP.
	Data(f *Flow, dir Direction, p []byte, at int64)
	// Gap reports n bytes missing in that direction, n > 0.
	Gap(f *Flow, dir Direction, n int64, at int64)
	// End reports that the end dir sent FIN and all its bytes were delivered.
	End(f *Flow, dir Direction, at int64)
	// Datagram delivers one datagram; lost bytes at its end were not captured.
	Datagram(f *Flow, dir Direction, p []byte, lost int, at int64)
	// Close ends the flow; f must not be used afterwards.
	Close(f *Flow, reason Reason, at int64)
	// Frame delivers a frame that is not IP: p.EtherType and p.Payload.
	Frame(p *packet.Packet, at int64)
}

// Reporter may be implemented by a [Handler] that wants to hear of long flows
// while they last. Report is called with the first packet of a flow that comes
// Limits.Report or later after Open or the last Report; so flows that are idle
// are never reported, and no timer runs.
type Reporter interface {
	Report(f *Flow, at int64)
}

// End is one end of a flow.
type End struct {
	Addr packet.Addr
	Port uint16     // 0 for protocols without ports
	MAC  packet.MAC // of the frames seen from (or, until then, to) this end: often a router's
}

// AddrPort returns address and port as the standard library knows them.
func (e End) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.Addr.Netip(), e.Port) }

// Sent counts what one end sent.
type Sent struct {
	Packets  uint64 // including those without payload
	Bytes    uint64 // of whole frames on the wire, link layer included
	Payload  uint64 // bytes delivered by Data or Datagram
	Lost     uint64 // bytes reported by Gap, or cut off datagrams
	Repeated uint32 // TCP payload bytes dropped because they had arrived before; saturates
	Conflict uint16 // segments that repeated bytes with different content; saturates
	Resets   uint8  // RST seen, valid or not; saturates
	Flags    Seen
}

// Seen is what happened in one direction of a TCP flow.
type Seen uint8

// The events of one direction.
const (
	SawSYN       Seen = 1 << iota // SYN or SYN-ACK seen from this end
	SawData                       // at least one byte delivered
	SawFIN                        // FIN seen
	SawEnd                        // everything up to the FIN was delivered
	SawRST                        // a valid RST seen
	SawMACChange                  // frames came from more than one MAC address
	SawAny                        // any packet seen
)

// Flow is one conversation. Handlers read the exported fields and write only
// User. Counters include the packet being delivered, except in Open.
type Flow struct {
	// User is the handler's own; nil at Open, forgotten after Close.
	User any

	next      *Flow    // hash chain, or free list
	older     *Flow    // idle queue
	newer     *Flow    // idle queue
	holes     [2]*hole // what is missing and what waits behind it; nil when nothing is
	ID        uint64   // 1, 2, 3 … in order of opening
	First     int64    // capture time of the first packet, Unix ns
	Last      int64    // capture time of the latest packet, Unix ns
	seen      int64    // the latest packet, table's clock
	told      int64    // Open or the last Report, table's clock
	synAt     int64    // the SYN, capture time; 0 once RTT is known
	Ends      [2]End   // FromClient, FromServer
	Sent      [2]Sent  // FromClient, FromServer
	tcp       [2]half  // FromClient, FromServer
	VLAN      [2]uint16
	queued    uint32 // when put into the idle queue, ticks of the table's clock
	hash      uint32
	retry     uint32 // initial sequence number of a SYN on the open flow, not yet answered
	RTT       uint32 // handshake round trip, SYN to the ACK of the SYN-ACK, µs; 0 unknown
	Protocol  packet.Protocol
	IPVersion uint8
	VLANs     uint8         // how many tags the first packet carried; VLAN has the first two
	Tunnel    packet.Tunnel // of the first packet
	TunnelID  uint32        // see packet.Packet
	ClientBy  Basis
	class     class
	ignore    bool
	closed    bool // Close was called; the tuple lingers
	retried   bool // retry holds a number
	retrier   Direction
}

// Client returns the end that asked for the conversation; see ClientBy for how sure that is.
func (f *Flow) Client() *End { return &f.Ends[FromClient] }

// Server returns the other end.
func (f *Flow) Server() *End { return &f.Ends[FromServer] }

// Ignore tells the table that the handler wants no more Data, Gap, End or
// Datagram calls of this flow (bulk data, encryption, an unknown protocol).
// Counting and Close go on; nothing is buffered any more.
func (f *Flow) Ignore() { f.ignore = true }

// Handshake reports whether the whole three-way handshake was seen.
func (f *Flow) Handshake() bool {
	return f.Sent[0].Flags&f.Sent[1].Flags&SawSYN != 0
}

// OneSided reports whether packets of only one end were seen so far.
func (f *Flow) OneSided() bool { return f.Sent[0].Packets == 0 || f.Sent[1].Packets == 0 }
