package network

import (
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
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

// Datagram is one UDP payload (or, for ARP, one Ethernet payload).
type Datagram struct {
	sensor  *Sensor
	proto   *Protocol
	Flow    wardround.Flow
	Payload []byte
	At      int64 // nanoseconds since 1970
	// EtherType is set for frames without IP (ARP: 0x0806); 0 for UDP.
	EtherType uint16
	// Multicast is set when the destination is a group or broadcast address.
	Multicast bool
}

// Emit sends one observation of this datagram. client says whether the sender is
// the client (a query) or the server (an answer, an announcement): it decides
// which end is the observation's Src.
func (d *Datagram) Emit(senderIsClient bool, fields any) {
	f := d.Flow
	if !senderIsClient {
		f.Src, f.Dst = f.Dst, f.Src
	}
	d.sensor.emit(&f, d.At, fields)
}

// Pseudonym returns the keyed pseudonym of a personal value.
func (d *Datagram) Pseudonym(domain string, value []byte) kind.Pseudonym {
	return d.sensor.pseudonyms.Of(domain, value)
}

// Failure counts one parse failure.
func (d *Datagram) Failure(err error) { d.sensor.failure(d.proto.Name, err) }

func unix(ns int64) time.Time { return time.Unix(0, ns).UTC() }
