package network

import (
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/telnet"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name: "telnet",
	Recognise: func(client, server []byte) format.Match {
		if len(server) > 0 {
			return telnet.Recognise(server)
		}
		return telnet.Recognise(client)
	},
	Open:  openTelnet,
	Ports: []uint16{23},
})

// telnetStream follows the prompts of one connection.
type telnetStream struct {
	conn     *Conn
	decoders [2]*telnet.Decoder
	at       int64
	asked    telnet.Prompt // what the server asked for last, 0 when a line answered it
	user     bool          // a user name was typed
	attempts int
	hidden   bool // TLS follows
}

func openTelnet(c *Conn) Stream {
	s := &telnetStream{conn: c}
	s.decoders[ToServer] = telnet.NewClientDecoder(telnet.Handler{Line: s.line, Subnegotiation: s.subnegotiation})
	s.decoders[ToClient] = telnet.NewServerDecoder(telnet.Handler{Prompt: func(p telnet.Prompt) { s.asked = p }, Subnegotiation: s.subnegotiation})
	return s
}

// Data implements [Stream].
func (s *telnetStream) Data(dir Direction, p []byte, at int64) error {
	if s.hidden {
		return nil
	}
	s.at = at
	return s.decoders[dir].Feed(p)
}

// Gap implements [Stream].
func (s *telnetStream) Gap(dir Direction, n int64, at int64) error {
	s.at = at
	return s.decoders[dir].Gap(n)
}

// Close implements [Stream].
func (s *telnetStream) Close(int64) {}

// subnegotiation hides the rest when either side says that TLS follows, which is
// all that the option's parameters can say.
func (s *telnetStream) subnegotiation(option byte, _ int) {
	if option == telnet.OptionStartTLS {
		s.hidden = true
	}
}

// line says that the client ended a line: it answers what was asked last.
func (s *telnetStream) line(size int) {
	switch s.asked {
	case telnet.Login:
		s.user = size > 0
	case telnet.Password:
		if size == 0 {
			break
		}
		s.attempts++
		s.conn.Emit(s.at, &kind.TelnetLoginV1{User: kind.Presence(s.user), Password: true, Attempts: s.attempts})
		s.user = false
	}
	s.asked = 0
}
