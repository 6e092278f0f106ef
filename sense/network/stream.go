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

// session is what the sensor keeps of one flow, from its first data on. Most
// connections of a hospital are open for hours and silent, so it is small.
type session struct {
	// conn names the protocol the content was recognised as, nil while or when it
	// was not.
	conn   Conn
	stream Stream
	tuple  *tuple
	// counted is what the tuple already knows of this flow; nil for nothing.
	counted *counted
	// heads are the bytes seen before recognition; nil when there are none.
	heads *heads
	tries uint8 // datagrams nobody recognised
	done  bool  // given up, or ended
}

// heads are the bytes seen of each direction, at most [HeadBytes] and one
// segment; first is the direction that spoke first.
type heads struct {
	seen  [2][]byte
	first Direction
}

// name is what the content was recognised as, "" if it was not.
func (ss *session) name() string {
	if ss.conn.proto == nil {
		return ""
	}
	return ss.conn.proto.Name
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
	if ss.heads == nil { // mostly the first segment tells
		var seen [2][]byte
		seen[dir] = p
		if s.recognise(f, ss, seen) {
			s.tuples.first(f, ss, at)
			if !ss.done {
				s.feed(f, ss, dir, p, at)
			}
		} else if ss.done {
			s.tuples.first(f, ss, at)
		} else {
			ss.heads = &heads{first: dir}
			ss.heads.seen[dir] = append([]byte(nil), p...)
		}
		return
	}
	h := ss.heads
	h.seen[dir] = append(h.seen[dir], p...)
	if s.recognise(f, ss, h.seen) {
		ss.heads = nil
		s.tuples.first(f, ss, at)
		for _, dir := range []Direction{h.first, 1 - h.first} {
			if len(h.seen[dir]) > 0 && !ss.done {
				s.feed(f, ss, dir, h.seen[dir], at)
			}
		}
	}
}

// recognise asks the protocols and opens a stream when one of them is sure, or
// when nobody will be and one finds it likely.
func (s *Sensor) recognise(f *flow.Flow, ss *session, seen [2][]byte) bool {
	client, server := head(seen[ToServer]), head(seen[ToClient])
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
			s.failure(ss.name(), fmt.Errorf("panic: %v", v))
			ss.stream = nil
			s.giveUp(f, ss)
		}
	}()
	if err := ss.stream.Data(dir, p, at); err != nil {
		s.failure(ss.name(), err)
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
		if ss.heads != nil && len(ss.heads.seen[d]) > 0 { // the start is there, its continuation is not
			s.giveUp(f, ss)
		}
		return
	}
	defer func() {
		if v := recover(); v != nil {
			s.failure(ss.name(), fmt.Errorf("panic: %v", v))
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
					s.failure(ss.name(), fmt.Errorf("panic: %v", v))
				}
			}()
			st.Close(at)
		}()
	}
	s.giveUp(f, ss)
}

func (s *Sensor) giveUp(f *flow.Flow, ss *session) {
	ss.done = true
	ss.heads = nil
	f.Ignore()
}

// over closes what is open of a flow and counts it.
func (s *Sensor) over(f *flow.Flow, at int64) {
	ss, _ := f.User.(*session)
	if ss != nil && !ss.done {
		s.end(f, ss, at)
	}
	s.tuples.add(f, ss, at, true)
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

// causeOf returns a parse failure's text without bytes of the input: what else than
// the cause stands in a wrapped error may quote it, as those of XML do.
func causeOf(err error) string {
	var fe *format.Error
	if !errors.As(err, &fe) {
		return "cannot be parsed"
	}
	plain := *fe
	for _, cause := range [...]error{format.ErrMalformed, format.ErrTruncated, format.ErrLimit} {
		if errors.Is(fe.Err, cause) {
			plain.Err = cause
			return plain.Error()
		}
	}
	return plain.Format + ": cannot be parsed"
}
