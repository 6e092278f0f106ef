package network

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

// Conn is what a [Stream] knows of its connection, and how it emits.
type Conn struct {
	sensor *Sensor
	flow   *wardround.Flow // shared by all observations of the connection; not changed after Open
	proto  *Protocol
	// MidStream is set when the capture began after the connection did.
	MidStream bool
}

// Flow returns the connection's endpoints; Src is the client.
func (c *Conn) Flow() *wardround.Flow { return c.flow }

// Emit sends one observation of this connection. fields is a pointer to a
// registered schema's struct, not to be changed afterwards; at is in nanoseconds
// since 1970.
func (c *Conn) Emit(at int64, fields any) { c.sensor.emit(c.flow, at, fields) }

// Pseudonym returns the keyed pseudonym of a personal value; see
// [github.com/wardround/wardround/sense.Pseudonyms].
func (c *Conn) Pseudonym(domain string, value []byte) kind.Pseudonym {
	return c.sensor.pseudonyms.Of(domain, value)
}

// Failure counts one parse failure without ending the stream.
func (c *Conn) Failure(err error) { c.sensor.failure(c.proto.Name, err) }

func unix(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// NewTestConn returns a connection for tests of one protocol's stream: flow's Src
// is the client, and emit receives what the stream emits.
func NewTestConn(name string, flow *wardround.Flow, emit func(*wardround.Observation)) *Conn {
	for _, p := range protocols {
		if p.Name == name {
			return &Conn{sensor: newTest(emit), flow: flow, proto: p}
		}
	}
	panic("network: no protocol " + name)
}

// NewTestDatagram returns a datagram for tests of one protocol.
func NewTestDatagram(name string, flow wardround.Flow, payload []byte, emit func(*wardround.Observation)) *Datagram {
	for _, p := range protocols {
		if p.Name == name {
			return &Datagram{sensor: newTest(emit), proto: p, Flow: flow, Payload: payload, EtherType: p.EtherType}
		}
	}
	panic("network: no protocol " + name)
}

func newTest(emit func(*wardround.Observation)) *Sensor {
	return New(Options{Sensor: "test", Input: "test", Origin: wardround.Replay,
		Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")), Emit: emit})
}
