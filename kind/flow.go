package kind

import (
	"strconv"

	"github.com/wardround/wardround"
)

// Flow is the aggregated flow: see [FlowV1].
const Flow Name = "flow"

// FlowV1 is one (client, server, port, protocol) tuple within one minute: new
// tuples are told at once, idle ones never, so that load follows behaviour rather
// than packets. Counts are of the minute; a first observation may have few.
type FlowV1 struct {
	// Protocol is what the content was recognised as ("dicom", "hl7", "http" …);
	// "" when it was not.
	Protocol    string `json:"protocol,omitempty"`
	First       bool   `json:"first,omitempty"` // the tuple was never seen before by this sensor
	Connections int    `json:"connections"`     // opened in this minute
	// Refused counts connection attempts answered by RST or ICMP unreachable,
	// Unanswered those without any answer.
	Refused     int   `json:"refused,omitempty"`
	Unanswered  int   `json:"unanswered,omitempty"`
	ToServer    int64 `json:"bytes_to_server"`
	ToClient    int64 `json:"bytes_to_client"`
	Packets     int64 `json:"packets"`
	Lost        int64 `json:"bytes_lost,omitempty"` // never captured: gaps in the streams
	MidStream   bool  `json:"mid_stream,omitempty"` // the start was not captured; client guessed
	Established bool  `json:"established,omitempty"`
}

var _ = Register[FlowV1](Schema{
	Name: Flow, Version: 1, Shed: ShedFlow,
	Doc: "Traffic between a client and a server's port, aggregated per minute.",
})

// Link implements [Linker].
func (f *FlowV1) Link(o *wardround.Observation) (LinkClaim, bool) {
	if !f.Established {
		return LinkClaim{}, false
	}
	p := f.Protocol
	if p == "" {
		p = o.Flow.Transport + "/" + strconv.Itoa(int(o.Flow.Dst.Port))
	}
	return LinkClaim{Protocol: p}, true
}

// Claims implements [Claimer]: the addresses are claimed by the inventory itself;
// here only what is spoken.
func (f *FlowV1) Claims(_ *wardround.Observation, c *Claims) {
	if f.Established && f.Protocol != "" {
		c.Speak(Src, f.Protocol)
		c.Speak(Dst, f.Protocol)
	}
}

// Fanout is a client that reached many tuples: see [FanoutV1].
const Fanout Name = "flow.fanout"

// FanoutV1 is one client within one minute that tried more new (server, port)
// tuples than are told one by one. It stands for all of them, so that a scanner
// cannot choose our rate. The flow's Dst is empty.
type FanoutV1 struct {
	Hosts      int `json:"hosts"` // distinct servers; a lower bound when Capped
	Ports      int `json:"ports"` // distinct server ports
	Tuples     int `json:"tuples"`
	Refused    int `json:"refused,omitempty"`
	Unanswered int `json:"unanswered,omitempty"`
	// Established counts the connections that were accepted.
	Established int  `json:"established,omitempty"`
	Capped      bool `json:"capped,omitempty"`
}

var _ = Register[FanoutV1](Schema{
	Name: Fanout, Version: 1, Shed: ShedTransaction,
	Doc: "A client that tried many servers or ports within a minute, in one observation.",
})
