package network

import (
	"math"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network/flow"
)

// Sensor turns packets into observations. It is used by one goroutine, reads no
// clock, and gives the same observations for the same packets.
type Sensor struct {
	opt        Options
	pseudonyms *sense.Pseudonyms
	table      *flow.Table
	packet     packet.Packet
	tuples     *tuples
	position   uint64
	datagram   Datagram
	onces      onces
	results    results
	streams    []*Protocol // those over TCP
	datagrams  []*Protocol // those over UDP
	frames     []*Protocol // those without IP, by their Datagram
	stats      Stats
	told       Stats // as of the last status
	now        int64 // highest packet time
	statusAt   int64 // when the next status is due
	from       int64 // begin of the current status period
	back       int64 // how far the clock went back, worst since the last status
}

// Options say what a sensor is and where its observations go.
type Options struct {
	// Sensor and Input name the source in every observation; see
	// [wardround.Observation]. Position is the last one used before.
	Sensor, Input string
	Position      uint64
	Origin        wardround.Origin
	Pseudonyms    *sense.Pseudonyms
	Limits        flow.Limits
	// Emit receives each observation, in order. It must not block for long.
	Emit func(*wardround.Observation)
}

// Stats counts what the sensor saw.
type Stats struct {
	Packets       int64 `json:"packets"`
	Bytes         int64 `json:"bytes"`
	Flows         int64 `json:"flows"`
	ParseFailures int64 `json:"parse_failures"`
	// KernelDrops are told by [Sensor.Dropped]; LimitDrops are bytes and packets
	// left aside because a limit was reached; GapBytes never came.
	KernelDrops int64 `json:"kernel_drops"`
	LimitDrops  int64 `json:"limit_drops"`
	GapBytes    int64 `json:"gap_bytes"`
	Truncated   bool  `json:"truncated"`
	// Failures counts parse failures per protocol.
	Failures map[string]int64 `json:"failures,omitempty"`
	// Detail says what failed first.
	Detail string `json:"detail,omitempty"`
}

// statusEvery is how often a sensor tells what it counted.
const statusEvery = int64(time.Minute)

// New returns a sensor.
func New(opt Options) *Sensor {
	s := &Sensor{
		opt: opt, pseudonyms: opt.Pseudonyms, position: opt.Position,
		stats: Stats{Failures: map[string]int64{}}, statusAt: math.MinInt64,
	}
	s.table = flow.New((*engine)(s), opt.Limits)
	s.tuples = newTuples(s)
	s.results.s = s
	for _, p := range protocols {
		if p.Open != nil {
			s.streams = append(s.streams, p)
		}
		if p.Datagram != nil && p.EtherType == 0 {
			s.datagrams = append(s.datagrams, p)
		}
		if p.EtherType != 0 {
			s.frames = append(s.frames, p)
		}
	}
	return s
}

// Packet takes one captured frame: data as captured, length as it was on the
// wire, at in nanoseconds since 1970.
func (s *Sensor) Packet(link packet.LinkType, data []byte, length int, at int64) {
	s.stats.Packets++
	s.stats.Bytes += int64(length)
	s.tick(at)
	if err := s.packet.Decode(link, data, length); err != nil {
		s.failure("packet", err)
		return
	}
	s.table.Packet(&s.packet, at)
}

// tick follows packet time: minutes end, and the status is told.
func (s *Sensor) tick(at int64) {
	if at < s.now {
		s.back = max(s.back, s.now-at)
	} else {
		s.now = at
	}
	if s.statusAt == math.MinInt64 {
		s.from, s.statusAt = at, at+statusEvery
		return
	}
	if at >= s.statusAt {
		s.tuples.minute(at)
		s.status(at, false)
		s.statusAt = at + statusEvery
	}
	s.results.tick(s.now)
}

// Advance tells a live sensor that it is at (nanoseconds since 1970) on a quiet
// interface: flows time out, minutes end.
func (s *Sensor) Advance(at int64) {
	s.table.Advance(at)
	s.tick(at)
}

// Dropped adds what the kernel dropped before the sensor saw it.
func (s *Sensor) Dropped(packets int64) { s.stats.KernelDrops += packets }

// Truncated says that the input ended inside a packet.
func (s *Sensor) Truncated() { s.stats.Truncated = true }

// Close ends all flows and tells the last status.
func (s *Sensor) Close() {
	s.table.Close()
	s.results.flush(s.now)
	s.tuples.minute(s.now)
	s.status(s.now, true)
}

// Stats returns the counts so far.
func (s *Sensor) Stats() Stats {
	st := s.stats
	ft := s.table.Stats()
	st.Flows = int64(ft.Flows)
	st.GapBytes = int64(ft.GapBytes)
	st.LimitDrops += int64(ft.FragmentsLimit+ft.Evicted+ft.GapsByLimit) + s.tuples.dropped + s.results.lost
	st.ParseFailures += int64(ft.Malformed)
	return st
}

func (s *Sensor) status(at int64, end bool) {
	st, t := s.Stats(), s.told
	s.emit(nil, at, &kind.SensorStatusV1{
		From: unix(s.from), Packets: st.Packets - t.Packets, Bytes: st.Bytes - t.Bytes, Flows: st.Flows - t.Flows,
		ParseFailures: st.ParseFailures - t.ParseFailures, KernelDrops: st.KernelDrops - t.KernelDrops,
		LimitDrops: st.LimitDrops - t.LimitDrops, GapBytes: st.GapBytes - t.GapBytes,
		Truncated: st.Truncated && !t.Truncated, ClockBack: s.back / 1e6, End: end, Detail: st.Detail,
	})
	s.told, s.from, s.back = st, at, 0
	s.stats.Detail = ""
}

// emit hands one observation to the sink.
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

func (s *Sensor) failure(protocol string, err error) {
	s.stats.ParseFailures++
	s.stats.Failures[protocol]++
	if s.stats.Detail == "" && err != nil {
		s.stats.Detail = protocol + ": " + causeOf(err)
	}
}
