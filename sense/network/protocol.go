// Package network is the network sensor: packets in, observations out.
//
// Protocols are recognised by content, never by port alone. Each registers
// itself from one file:
//
//	var _ = Register(Protocol{
//		Name:      "ssh",
//		Recognise: func(client, server []byte) format.Match { return ssh.Recognise(server) },
//		Open:      func(c *Conn) Stream { return &sshStream{conn: c} },
//	})
//
// A stream is fed both directions of one TCP connection in order and emits
// observations through its [Conn]. What it emits is the allowlist of package
// kind: this package is the only place where personal values are hashed or
// dropped.
package network

import (
	"fmt"
	"sort"

	"github.com/wardround/wardround/format"
)

// Direction is one direction of a connection.
type Direction uint8

// The directions.
const (
	ToServer Direction = iota
	ToClient
)

// Protocol is one application protocol the sensor understands. Either Open (over
// TCP) or Datagram (over UDP), or both, are set.
type Protocol struct {
	// Name is the format's name, the first part of its observation kinds.
	Name string
	// Recognise judges the first bytes of each direction, at most [HeadBytes]
	// each; either may be empty. It is called again as bytes come, until some
	// protocol says Yes. format.Likely wins when nobody says Yes in the end.
	Recognise func(client, server []byte) format.Match
	// Open starts a stream for a recognised connection. The bytes seen so far are
	// fed to it afterwards.
	Open func(c *Conn) Stream
	// Datagram looks at one UDP payload and reports whether it was this protocol's;
	// if so it has emitted what there was to emit. d.Payload is not kept.
	Datagram func(d *Datagram) bool
	// EtherType is set for a protocol without IP (ARP, 0x0806): its Datagram is
	// given the frame's payload, and fills in the flow's addresses itself.
	EtherType uint16
	// Ports are tried first, for speed only: they never decide.
	Ports []uint16
}

// HeadBytes is how much of each direction recognisers may see.
const HeadBytes = 4096

// Stream follows one TCP connection. It holds bounded memory. A panic in it is
// contained: the connection is given up and counted as a parse failure.
type Stream interface {
	// Data feeds the next bytes of a direction; p is not kept. at is the packet's
	// time in nanoseconds since 1970. An error ends the stream: it is counted as a
	// parse failure, Close is called, and the rest of the connection goes unparsed.
	Data(dir Direction, p []byte, at int64) error
	// Gap says that n bytes of a direction were never captured. An error ends the
	// stream, but is not a parse failure.
	Gap(dir Direction, n int64, at int64) error
	// Close is called once, at the connection's end (FIN, RST, idle time-out, end
	// of input); the stream emits what is still open.
	Close(at int64)
}

var protocols []*Protocol

// Register adds a protocol; it panics on a name that is taken.
func Register(p Protocol) *Protocol {
	for _, q := range protocols {
		if q.Name == p.Name {
			panic(fmt.Sprintf("network: protocol %q is registered twice", p.Name))
		}
	}
	if (p.Open == nil) != (p.Recognise == nil) || (p.Open == nil && p.Datagram == nil) {
		panic(fmt.Sprintf("network: protocol %q needs Recognise with Open, or Datagram", p.Name))
	}
	protocols = append(protocols, &p)
	sort.Slice(protocols, func(i, j int) bool { return protocols[i].Name < protocols[j].Name })
	return &p
}

// Protocols lists the registered protocols by name.
func Protocols() []*Protocol { return protocols }
