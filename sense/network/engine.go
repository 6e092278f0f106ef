package network

import (
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/sense/network/flow"
)

// engine is the sensor as the flow table sees it.
type engine Sensor

var (
	_ flow.Handler  = (*engine)(nil)
	_ flow.Reporter = (*engine)(nil)
)

// Open implements [flow.Handler]. Nothing is allocated yet: a million idle flows
// must fit.
func (e *engine) Open(*flow.Flow, int64) {}

// Data implements [flow.Handler].
func (e *engine) Data(f *flow.Flow, d flow.Direction, p []byte, at int64) {
	(*Sensor)(e).data(f, d, p, at)
}

// Gap implements [flow.Handler].
func (e *engine) Gap(f *flow.Flow, d flow.Direction, n int64, at int64) {
	(*Sensor)(e).gap(f, d, n, at)
}

// End implements [flow.Handler].
func (e *engine) End(*flow.Flow, flow.Direction, int64) {}

// Datagram implements [flow.Handler].
func (e *engine) Datagram(f *flow.Flow, d flow.Direction, p []byte, lost int, at int64) {
	(*Sensor)(e).udp(f, d, p, lost, at)
}

// Close implements [flow.Handler].
func (e *engine) Close(f *flow.Flow, _ flow.Reason, at int64) { (*Sensor)(e).over(f, at) }

// Frame implements [flow.Handler].
func (e *engine) Frame(p *packet.Packet, at int64) { (*Sensor)(e).frame(p, at) }

// Report implements [flow.Reporter].
func (e *engine) Report(f *flow.Flow, at int64) {
	s := (*Sensor)(e)
	s.tuples.add(f, s.session(f, at), at, false)
}
