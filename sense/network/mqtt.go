package network

import (
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/oui"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "mqtt",
	Recognise: recogniseMQTT,
	Open:      openMQTT,
	Ports:     []uint16{1883}, // assigned by IANA to MQTT
})

// recogniseMQTT trusts the client's CONNECT alone: all else is likely at most.
func recogniseMQTT(client, server []byte) format.Match {
	switch {
	case len(client) == 0:
		return mqtt.RecogniseServer(server)
	case len(server) == 0:
		return mqtt.RecogniseClient(client)
	}
	c, s := mqtt.RecogniseClient(client), mqtt.RecogniseServer(server)
	switch {
	case c == format.Yes:
		return format.Yes
	case c == format.No || s == format.No:
		return format.No
	}
	return max(c, s) // one of them may be too short to tell
}

const (
	// mqttHead is how much of a payload is looked at, in bytes.
	mqttHead = 1024
	// mqttPending is how many SUBSCRIBEs may wait for their answer.
	mqttPending = 16
	mqttFilters = 24 // told of one SUBSCRIBE
)

// mqttStream tells what one MQTT connection is used for.
type mqttStream struct {
	conn     *Conn
	c        *mqtt.Conversation
	at       int64               // of the packet being looked at
	session  *kind.MQTTSessionV1 // CONNECT that waits for CONNACK
	client   string              // id that may be told
	pending  []mqttPendingSub
	traffic  mqttTraffic
	backward bool // the capture began late and took the server for the client
	gap      bool
}

type mqttPendingSub struct {
	id uint16
	v  *kind.MQTTSubscribeV1
}

func openMQTT(c *Conn) Stream {
	s := &mqttStream{conn: c}
	s.c = mqtt.NewConversation(mqtt.Limits{PayloadHead: mqttHead}, s)
	if c.MidStream { // always succeeds
		_ = s.c.ToServer.Gap(0)
		_ = s.c.ToClient.Gap(0)
	}
	return s
}

func (s *mqttStream) decoder(dir Direction) *mqtt.Decoder {
	if dir == ToServer {
		return s.c.ToServer
	}
	return s.c.ToClient
}

// Data implements [Stream].
func (s *mqttStream) Data(dir Direction, p []byte, at int64) error {
	s.at = at
	s.traffic.minute(s, at)
	return s.decoder(dir).Feed(p)
}

// Gap implements [Stream].
func (s *mqttStream) Gap(dir Direction, n int64, at int64) error {
	s.at, s.gap = at, true
	return s.decoder(dir).Gap(n)
}

// Close implements [Stream].
func (s *mqttStream) Close(at int64) {
	s.at = at
	for _, d := range [...]*mqtt.Decoder{s.c.ToServer, s.c.ToClient} {
		if err := d.Close(); err != nil && !s.conn.MidStream && !s.gap {
			s.conn.Failure(err)
		}
	}
	if s.session != nil {
		s.session.Result = kind.MQTTUnanswered
		s.endSession()
	}
	for _, p := range s.pending {
		s.conn.Emit(at, p.v)
	}
	s.pending = nil
	s.traffic.flush(s)
}

// Packet implements [mqtt.Handler].
func (s *mqttStream) Packet(d mqtt.Direction, p mqtt.Packet) {
	if from := p.Type().From(); from != mqtt.Either && from != d {
		// Only a guess at who is the client can be wrong like this. What was told
		// from here on would be of the wrong end.
		if !s.backward {
			s.backward = true
			s.conn.Failure(&format.Error{Format: "mqtt", Offset: -1, Field: p.Type().String() + " from the wrong end", Err: format.ErrMalformed})
		}
	}
	if s.backward {
		return
	}
	switch p := p.(type) {
	case *mqtt.Connect:
		s.connect(p)
	case *mqtt.ConnAck:
		s.connAck(p)
	case *mqtt.Publish:
		s.traffic.add(s, p, d == mqtt.ToClient)
	case *mqtt.Subscribe:
		s.subscribe(p)
	case *mqtt.SubAck:
		s.subAck(p)
	case *mqtt.Oversize:
		s.conn.Failure(&format.Error{Format: "mqtt", Offset: -1, Field: p.Of.String(), Err: format.ErrLimit})
	}
}

func (s *mqttStream) connect(p *mqtt.Connect) {
	if s.session != nil {
		s.session.Result = kind.MQTTUnanswered
		s.endSession()
	}
	s.client = mqttClientID(p.ClientID, s.conn.Flow().Src.MAC)
	s.session = &kind.MQTTSessionV1{
		Version: p.Version.String(), ClientID: s.client, ClientIDThere: len(p.ClientID) > 0,
		CleanStart: p.CleanStart, KeepAlive: int(p.KeepAlive), Bridge: p.Bridge,
		User: kind.Presence(p.HasUserName && len(p.UserName) > 0), Password: kind.Presence(p.HasPassword && len(p.Password) > 0),
		Will: kind.Presence(p.HasWill),
	}
	if m, ok := p.Properties.Find(mqtt.AuthMethod); ok {
		s.session.AuthMethod = authMethod(string(m.Value))
	}
}

func (s *mqttStream) connAck(p *mqtt.ConnAck) {
	v := s.session
	if v == nil {
		return // the CONNECT was before the capture
	}
	v.SessionPresent, v.Code, v.Denied = p.SessionPresent, int(p.Code), p.Code.Denied()
	v.Result = kind.MQTTAccepted
	if !p.Accepted() {
		v.Result, v.Reason = kind.MQTTRefused, p.Code.In(mqtt.CONNACK)
	}
	s.endSession()
}

func (s *mqttStream) endSession() {
	s.conn.Emit(s.at, s.session)
	s.session = nil
}

func (s *mqttStream) subscribe(p *mqtt.Subscribe) {
	if p.Off {
		return
	}
	v := &kind.MQTTSubscribeV1{Client: s.client}
	for f := range p.Filters.All() {
		v.All = v.All || string(f.Filter) == "#"
		if len(v.Filters) == mqttFilters {
			v.Cut = true
			continue
		}
		v.Filters = append(v.Filters, shapeOf(f.Filter).text)
	}
	if len(s.pending) == mqttPending {
		s.conn.Emit(s.at, s.pending[0].v)
		s.pending = append(s.pending[:0], s.pending[1:]...)
	}
	s.pending = append(s.pending, mqttPendingSub{p.PacketID, v})
}

func (s *mqttStream) subAck(p *mqtt.SubAck) {
	for i, w := range s.pending {
		if w.id != p.PacketID || p.Off {
			continue
		}
		w.v.Answered = true
		for _, code := range p.Codes {
			if mqtt.Reason(code).Failure() {
				w.v.Refused++
			}
		}
		s.pending = append(s.pending[:i], s.pending[i+1:]...)
		s.conn.Emit(s.at, w.v)
		return
	}
}

// mqttClientID returns a client id if it is made of words of devices, else "".
func mqttClientID(id []byte, mac wardround.MAC) string {
	if len(id) > maxHostLabel || !plainText(id) {
		return ""
	}
	if !mac.IsZero() && oui.LocallyAdministered(oui.MAC(mac)) {
		mac = wardround.MAC{} // says nothing, and hides nothing: the id is no telephone's name
	}
	text := string(id)
	words := strings.Map(func(r rune) rune {
		if strings.ContainsRune("./:@ ", r) {
			return '-'
		}
		return r
	}, text)
	if deviceName(words, mac) == "" || !hasWord(words) {
		return ""
	}
	return text
}

// hasWord says whether there is more than numbers and initials, which could be
// somebody's.
func hasWord(s string) bool {
	s = strings.ToLower(s)
	for len(s) > 0 {
		run := runOf(s)
		if len(run) > freeLetters && run[0] >= 'a' && run[0] <= 'z' {
			return true
		}
		s = s[len(run):]
	}
	return false
}

func plainText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return true
}

// authMethods are the published mechanisms (IANA, SASL mechanisms).
var authMethods = []string{"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "GS2-KRB5", "GSSAPI", "OAUTHBEARER", "EXTERNAL", "PLAIN", "DIGEST-MD5"}

func authMethod(m string) string {
	for _, known := range authMethods {
		if strings.EqualFold(m, known) {
			return known
		}
	}
	return "other"
}
