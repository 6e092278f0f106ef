package tls

// Conversation reads both directions of one connection into a Session.
type Conversation struct {
	Client, Server *Decoder
	Session        Session
}

// NewConversation returns decoders for both directions of a connection, at its
// start.
func NewConversation(l Limits) *Conversation {
	c := &Conversation{}
	c.Client = NewDecoder(FromClient, l, &c.Session)
	c.Server = NewDecoder(FromServer, l, &c.Session)
	return c
}

// Session is what is visible of one connection. It is a [Handler].
type Session struct {
	Hello  *ClientHello // the first one; nil when it was not seen
	Server *ServerHello // nil when it was not seen; never a HelloRetryRequest
	Retry  *ServerHello // the HelloRetryRequest, if there was one

	ServerChain *Certificates
	ClientChain *Certificates
	Request     *CertificateRequest

	// Alerts holds the first visible alerts; SentBy says whose they are.
	Alerts []Alert
	SentBy []Direction

	// Unreadable holds the first messages that could not be read, Incomplete says
	// that the capture lost part of the handshake.
	Unreadable []Unreadable
	Incomplete bool

	changed [2]bool // ChangeCipherSpec, by direction
	data    [2]bool // application data, by direction
	asked   bool    // ServerHelloDone: the server showed all it had
	fatal   bool
}

// kept is how many alerts and unreadable messages a Session keeps.
const kept = 4

// Message implements [Handler].
func (s *Session) Message(d Direction, m Message) {
	switch m := m.(type) {
	case *ClientHello:
		if s.Hello == nil {
			s.Hello = m
		}
	case *ServerHello:
		switch {
		case m.Retry:
			s.Retry = m
		case s.Server == nil:
			s.Server = m
		}
	case *Certificates:
		if d == FromServer {
			s.ServerChain = m
		} else {
			s.ClientChain = m
		}
	case *CertificateRequest:
		s.Request = m
	case *Handshake:
		s.asked = s.asked || m.Type == MessageServerHelloDone
	case *Alert:
		s.fatal = s.fatal || m.Level == Fatal
		if len(s.Alerts) < kept {
			s.Alerts, s.SentBy = append(s.Alerts, *m), append(s.SentBy, d)
		}
	case *ChangeCipherSpec:
		s.changed[d] = true
	case *ApplicationData:
		s.data[d] = true
	case *Unreadable:
		if len(s.Unreadable) < kept {
			s.Unreadable = append(s.Unreadable, *m)
		}
	case *Lost:
		s.Incomplete = true
	}
}

// Version returns the negotiated version, 0 when no ServerHello was seen.
func (s *Session) Version() Version {
	if s.Server == nil {
		return 0
	}
	return s.Server.Negotiated()
}

// Done reports whether nothing more of the handshake will be visible: both ends
// encrypt, or one gave up.
func (s *Session) Done() bool {
	if s.fatal {
		return true
	}
	if s.Version() >= TLS13 {
		return s.data[FromClient]
	}
	return s.changed[FromClient] && s.changed[FromServer] || s.data[FromClient] && s.data[FromServer]
}

// Established reports whether both ends agreed, as far as that is visible: in
// TLS 1.3 a client that refuses the server's certificate looks the same.
func (s *Session) Established() bool { return s.Done() && !s.fatal }

// Resumed reports whether the session continues an earlier one, without a new
// certificate: a pre-shared key in TLS 1.3, an abbreviated handshake before
// (RFC 5246 §7.3, RFC 5077 §3.1).
func (s *Session) Resumed() bool {
	switch {
	case s.Server == nil:
		return false
	case s.Version() >= TLS13:
		return s.Server.PSK
	}
	return s.changed[FromServer] && s.ServerChain == nil && !s.asked && !s.Incomplete
}

// Visibility says whether a server's certificates were to be seen.
type Visibility uint8

// The answers.
const (
	Shown     Visibility = iota // ServerChain holds them
	None                        // the cipher suite uses none
	Encrypted                   // TLS 1.3
	Omitted                     // a resumed session
	Missed                      // the capture lost them, they could not be read, or the handshake never got there
)

// String returns the answer in a word.
func (v Visibility) String() string {
	return [...]string{"shown", "none", "encrypted", "omitted", "missed"}[min(v, Missed)]
}

// Certificates says whether the server's certificates were to be seen.
func (s *Session) Certificates() Visibility {
	switch {
	case s.ServerChain != nil && len(s.ServerChain.Chain) > 0:
		return Shown
	case s.Server == nil:
		return Missed
	case s.Version() >= TLS13:
		return Encrypted
	case s.Resumed():
		return Omitted
	case s.asked && !s.Incomplete && !s.unreadable(MessageCertificate):
		return None
	}
	return Missed
}

func (s *Session) unreadable(t MessageType) bool {
	for _, u := range s.Unreadable {
		if u.Type == t {
			return true
		}
	}
	return false
}
