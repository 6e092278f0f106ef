package wardround

import (
	"net"
	"net/netip"
	"time"
)

// MaxObservation is the largest encoded observation in bytes; larger content goes
// to the blob store and the observation carries its digest.
const MaxObservation = 16 << 10

// Origin says where facts come from. Origins never mix in one data directory.
type Origin string

// The origins.
const (
	Live      Origin = "live"
	Replay    Origin = "replay"
	Simulated Origin = "simulated"
)

// Observation is one fact that a sensor saw. Sensors never judge and do not know
// assets: they emit endpoints and identifiers.
type Observation struct {
	// Seq is the position in the site's log, from 1; 0 until appended.
	Seq uint64
	// Kind and Version name the schema of Fields; package kind registers them.
	Kind    string
	Version int
	// Sensor, Input and Position make append idempotent: Input names what the
	// sensor read (a file's digest, an interface and its start) and Position grows
	// by one with each observation of that input, from 1.
	Sensor   string
	Input    string
	Position uint64
	// At is when it happened, by the sensor's clock; Logged when it was appended.
	At     time.Time
	Logged time.Time
	Origin Origin
	// Count says how many identical transactions within one second this stands
	// for; 0 means 1.
	Count int
	// Flow is where on the network it was seen; nil for what is not traffic.
	Flow *Flow
	// Blob refers to larger content; nil if there is none.
	Blob *Blob
	// Fields is a pointer to the typed struct of Kind and Version.
	Fields any
}

// Flow is the pair of endpoints an observation was seen between. Src is the
// client: the side that opened the connection or sent the request.
type Flow struct {
	Transport string // "tcp", "udp", "icmp", "ethernet"
	Src, Dst  Endpoint
	VLAN      uint16 // outermost 802.1Q tag; 0 for none
}

// Endpoint is one side of a flow.
type Endpoint struct {
	Addr netip.Addr
	Port uint16
	MAC  MAC // as seen at the sensor: a router's for hosts behind it
}

func (e Endpoint) String() string {
	if !e.Addr.IsValid() {
		return e.MAC.String()
	}
	return netip.AddrPortFrom(e.Addr, e.Port).String()
}

// MAC is an EUI-48; zero means not seen.
type MAC [6]byte

// IsZero reports whether no address was seen.
func (m MAC) IsZero() bool { return m == MAC{} }

func (m MAC) String() string {
	if m.IsZero() {
		return ""
	}
	return net.HardwareAddr(m[:]).String()
}

// Blob refers to content in the content-addressed blob store.
type Blob struct {
	Digest string `json:"digest"` // "sha256:" and 64 hex digits
	Size   int64  `json:"size"`   // bytes
	Type   string `json:"type"`   // media type
}

// Times returns how many transactions the observation stands for, at least 1.
func (o *Observation) Times() int { return max(1, o.Count) }
