package network

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

// Sensor turns packets into observations. It is used by one goroutine.
type Sensor struct {
	opt        Options
	pseudonyms *sense.Pseudonyms
	position   uint64
	Stats      Stats
}

// Options say what a sensor is and where its observations go.
type Options struct {
	// Sensor and Input name the source in every observation; see
	// [wardround.Observation].
	Sensor, Input string
	Origin        wardround.Origin
	Pseudonyms    *sense.Pseudonyms
	// Emit receives each observation, in order. It must not block for long.
	Emit func(*wardround.Observation)
}

// Stats counts what the sensor saw.
type Stats struct {
	Packets, Bytes, Flows, ParseFailures, Drops int64
	// Failures counts parse failures per protocol.
	Failures map[string]int64
}

// New returns a sensor.
func New(opt Options) *Sensor {
	return &Sensor{opt: opt, pseudonyms: opt.Pseudonyms, Stats: Stats{Failures: map[string]int64{}}}
}

// NewTestConn returns a connection for tests of one protocol's stream: flow's Src
// is the client, and emit receives what the stream emits.
func NewTestConn(name string, flow *wardround.Flow, emit func(*wardround.Observation)) *Conn {
	var p *Protocol
	for _, q := range protocols {
		if q.Name == name {
			p = q
		}
	}
	if p == nil {
		panic("network: no protocol " + name)
	}
	s := New(Options{Sensor: "test", Input: "test", Origin: wardround.Replay,
		Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")), Emit: emit})
	return &Conn{sensor: s, flow: flow, proto: p}
}

func (s *Sensor) emit(flow *wardround.Flow, at int64, fields any) {
	schema := kind.Of(fields)
	if schema == nil {
		panic("network: fields without a schema")
	}
	s.position++
	s.opt.Emit(&wardround.Observation{
		Kind: string(schema.Name), Version: schema.Version,
		Sensor: s.opt.Sensor, Input: s.opt.Input, Position: s.position,
		At: unix(at), Origin: s.opt.Origin, Flow: flow, Fields: fields,
	})
}

func (s *Sensor) failure(protocol string, _ error) {
	s.Stats.ParseFailures++
	s.Stats.Failures[protocol]++
}
