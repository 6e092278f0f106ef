package network

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/sense/network/flow"
)

// session is what the sensor keeps of one flow, from its first data on.
type session struct {
	conn   Conn
	stream Stream
	// name is what the content was recognised as, "" while or when it was not.
	name  string
	tuple *tuple
	// counted is what the tuple already knows of this flow.
	counted counted
	// heads are the bytes seen of each direction before recognition, at most
	// HeadBytes; first is the direction that spoke first.
	heads [2][]byte
	first Direction
	tries uint8 // datagrams nobody recognised
	done  bool  // given up, or ended
}

// data feeds the next bytes of a connection.
func (s *Sensor) data(f *flow.Flow, d flow.Direction, p []byte, at int64) {
	ss := s.session(f, at)
	if ss.done {
		return
	}
	dir := Direction(d)
	if ss.stream != nil {
		s.feed(f, ss, dir, p, at)
		return
	}
	if len(ss.heads[0])+len(ss.heads[1]) == 0 {
		ss.first = dir
	}
	ss.heads[dir] = append(ss.heads[dir], p...)
	if s.recognise(f, ss) {
		heads := ss.heads
		ss.heads = [2][]byte{}
		for _, dir := range []Direction{ss.first, 1 - ss.first} {
			if len(heads[dir]) > 0 && !ss.done {
				s.feed(f, ss, dir, heads[dir], at)
			}
		}
	}
}

// recognise asks the protocols and opens a stream when one of them is sure, or
// when nobody will be and one finds it likely.
func (s *Sensor) recognise(f *flow.Flow, ss *session) bool {
	client, server := head(ss.heads[ToServer]), head(ss.heads[ToClient])
	var likely *Protocol
	more := false
	ask := func(p *Protocol) bool {
		switch p.Recognise(client, server) {
		case format.Yes:
			s.open(f, ss, p)
			return true
		case format.Likely:
			if likely == nil {
				likely = p
			}
		case format.More:
			more = true
		}
		return false
	}
	port := f.Server().Port
	for _, p := range s.streams {
		if p.at(port) && ask(p) {
			return true
		}
	}
	for _, p := range s.streams {
		if !p.at(port) && ask(p) {
			return true
		}
	}
	full := len(client) >= HeadBytes || len(server) >= HeadBytes
	if likely != nil && (!more || full) {
		s.open(f, ss, likely)
		return true
	}
	if !more && likely == nil || full {
		s.giveUp(f, ss)
	}
	return false
}

func (p *Protocol) at(port uint16) bool {
	for _, q := range p.Ports {
		if q == port {
			return true
		}
	}
	return false
}

func head(b []byte) []byte { return b[:min(len(b), HeadBytes)] }

func (s *Sensor) open(f *flow.Flow, ss *session, p *Protocol) {
	ss.name = p.Name
	ss.conn = Conn{sensor: s, flow: flowOf(f), proto: p, MidStream: f.ClientBy > flow.BySYNACK}
	s.tuples.named(ss.tuple, p.Name)
	defer func() {
		if v := recover(); v != nil {
			s.failure(p.Name, fmt.Errorf("panic: %v", v))
			s.giveUp(f, ss)
		}
	}()
	ss.stream = p.Open(&ss.conn)
}

// feed gives the stream its bytes. A panic in a protocol ends that stream only.
func (s *Sensor) feed(f *flow.Flow, ss *session, dir Direction, p []byte, at int64) {
	defer func() {
		if v := recover(); v != nil {
			s.failure(ss.name, fmt.Errorf("panic: %v", v))
			ss.stream = nil
			s.giveUp(f, ss)
		}
	}()
	if err := ss.stream.Data(dir, p, at); err != nil {
		s.failure(ss.name, err)
		s.end(f, ss, at)
	}
}

// gap says that n bytes will not come.
func (s *Sensor) gap(f *flow.Flow, d flow.Direction, n int64, at int64) {
	ss, _ := f.User.(*session)
	if ss == nil || ss.done {
		return
	}
	if ss.stream == nil {
		if len(ss.heads[d]) > 0 { // the start is there, its continuation is not
			s.giveUp(f, ss)
		}
		return
	}
	defer func() {
		if v := recover(); v != nil {
			s.failure(ss.name, fmt.Errorf("panic: %v", v))
			ss.stream = nil
			s.giveUp(f, ss)
		}
	}()
	if err := ss.stream.Gap(Direction(d), n, at); err != nil {
		s.end(f, ss, at)
	}
}

// end closes the stream; the rest of the connection goes unparsed.
func (s *Sensor) end(f *flow.Flow, ss *session, at int64) {
	if st := ss.stream; st != nil {
		ss.stream = nil
		func() {
			defer func() {
				if v := recover(); v != nil {
					s.failure(ss.name, fmt.Errorf("panic: %v", v))
				}
			}()
			st.Close(at)
		}()
	}
	s.giveUp(f, ss)
}

func (s *Sensor) giveUp(f *flow.Flow, ss *session) {
	ss.done = true
	ss.heads = [2][]byte{}
	f.Ignore()
}

// over closes what is open of a flow and counts it.
func (s *Sensor) over(f *flow.Flow, at int64) {
	ss, _ := f.User.(*session)
	if ss != nil && !ss.done {
		s.end(f, ss, at)
	}
	s.tuples.add(f, ss, at)
}

// session returns what is kept of a flow, made at its first data.
func (s *Sensor) session(f *flow.Flow, at int64) *session {
	if ss, ok := f.User.(*session); ok {
		return ss
	}
	ss := &session{}
	f.User = ss
	ss.tuple = s.tuples.of(f, at)
	return ss
}

// flowOf describes a flow for its observations. It is shared by them.
func flowOf(f *flow.Flow) *wardround.Flow {
	return &wardround.Flow{Transport: transport(f.Protocol), Src: endpoint(f.Ends[0]), Dst: endpoint(f.Ends[1]), VLAN: vlan(f)}
}

func transport(p packet.Protocol) string {
	switch p {
	case packet.TCP:
		return "tcp"
	case packet.UDP:
		return "udp"
	}
	return p.String()
}

func endpoint(e flow.End) wardround.Endpoint {
	return wardround.Endpoint{Addr: netip.Addr(e.Addr.Netip()), Port: e.Port, MAC: wardround.MAC(e.MAC)}
}

func vlan(f *flow.Flow) uint16 {
	if f.VLANs > 0 {
		return f.VLAN[0]
	}
	return 0
}

// causeOf returns a parse failure's text without bytes of the input.
func causeOf(err error) string {
	var fe *format.Error
	if errors.As(err, &fe) {
		return fe.Error()
	}
	return "cannot be parsed"
}
