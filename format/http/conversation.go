package http

// A Conversation reads both directions of one connection. Bytes of the two
// directions should be fed in the order in which they were captured. It is not
// safe for concurrent use.
type Conversation struct {
	// Now is the caller's clock, copied into exchanges. Its unit is the caller's.
	Now int64

	observer Observer
	limits   *Limits
	client   Decoder
	server   Decoder
	open     []*Exchange  // not done, oldest first
	one      [1]*Exchange // room for open: most connections don't pipeline
	sending  *Exchange    // whose request is being read
	reply    *Exchange    // whose response is being read
	protocol string       // after a switch
}

// NewConversation returns a conversation with limits completed by defaults.
func NewConversation(o Observer, limits Limits) *Conversation {
	l := limits.orDefault()
	c := &Conversation{observer: o, limits: &l}
	c.init()
	return c
}

// Shared returns a function that makes conversations which share one set of
// limits, for callers with very many of them.
func Shared(limits Limits) func(Observer) *Conversation {
	l := limits.orDefault()
	return func(o Observer) *Conversation {
		c := &Conversation{observer: o, limits: &l}
		c.init()
		return c
	}
}

func (c *Conversation) init() {
	c.client = Decoder{handler: (*clientSide)(c), limits: c.limits, request: true}
	c.server = Decoder{handler: (*serverSide)(c), limits: c.limits}
	c.open = c.one[:0]
}

// FeedClient reads bytes the client sent. Errors are those of [Decoder.Feed].
func (c *Conversation) FeedClient(p []byte) error { return c.client.Feed(p) }

// FeedServer reads bytes the server sent. Errors are those of [Decoder.Feed].
func (c *Conversation) FeedServer(p []byte) error { return c.server.Feed(p) }

// GapClient says that the capture lost n bytes the client sent, as [Decoder.Gap].
func (c *Conversation) GapClient(n int64) error { return c.client.Gap(n) }

// GapServer says that the capture lost n bytes the server sent, as [Decoder.Gap].
func (c *Conversation) GapServer(n int64) error { return c.server.Gap(n) }

// CloseClient says that the client sends no more, as [Decoder.Close].
func (c *Conversation) CloseClient() error { return c.client.Close() }

// CloseServer says that the server sends no more, as [Decoder.Close]. Requests
// that wait for an answer will get none.
func (c *Conversation) CloseServer() error {
	err := c.server.Close()
	c.abandon(len(c.open))
	return err
}

// Close ends both directions.
func (c *Conversation) Close() error {
	err := c.CloseClient()
	if e := c.CloseServer(); err == nil {
		err = e
	}
	return err
}

// abandon is done with the n oldest exchanges, whatever they lack.
func (c *Conversation) abandon(n int) {
	for ; n > 0 && len(c.open) > 0; n-- {
		c.done(c.open[0])
	}
}

// done hands x to the observer and forgets it.
func (c *Conversation) done(x *Exchange) {
	for i := range c.open {
		if c.open[i] == x {
			c.open = append(c.open[:i], c.open[i+1:]...)
			break
		}
	}
	if len(c.open) == 0 {
		c.open, c.one[0] = c.one[:0], nil
	}
	if c.sending == x {
		c.sending = nil
	}
	if c.reply == x {
		c.reply = nil
	}
	x.up.close(&x.Request.Head, &x.RequestBody)
	x.down.close(&x.Response.Head, &x.Body)
	x.Ended = c.Now
	c.observer.Done(x)
	x.free()
}

// next is the oldest exchange without a final response, or nil.
func (c *Conversation) next() *Exchange {
	for _, x := range c.open {
		if !x.answered {
			return x
		}
	}
	return nil
}

func (c *Conversation) begin() *Exchange {
	x := newExchange()
	if len(c.open) >= c.limits.Outstanding {
		c.abandon(1)
	}
	c.open = append(c.open, x)
	return x
}

// clientSide is a conversation as its client's decoder sees it.
type clientSide Conversation

func (s *clientSide) Request(r *Request) {
	c := (*Conversation)(s)
	if c.server.state == hunting {
		// The answers to what was asked before are among what the capture lost.
		c.abandon(len(c.open))
	}
	pipelined := c.next() != nil
	x := c.begin()
	x.asked, x.Pipelined, x.Began = true, pipelined, c.Now
	x.Request.Method, x.Request.Target = r.Method, r.Target
	copyHead(&x.Request.Head, &r.Head)
	c.sending = x
	x.up.connect(c.observer.Request(x), &x.Request.Head, &x.RequestBody, c.limits.Inflate)
	if r.Framing == Tunnel { // HTTP/2: the answer is in it
		c.protocol = "h2"
		c.server.Switch()
	}
}

func (s *clientSide) Body(p []byte) {
	if x := s.sending; x != nil {
		x.RequestBody.Size += int64(len(p))
		if x.up.sink != nil {
			x.up.sink.Feed(p)
		}
	}
}

func (s *clientSide) Gap(n int64) {
	if x := s.sending; x != nil {
		x.RequestBody.lost(n, &x.up)
	}
}

func (s *clientSide) Trailers(h *Head) {
	if x := s.sending; x != nil {
		x.RequestBody.Trailers += len(h.Fields)
		x.Request.Anomalies |= h.Anomalies
	}
}

func (s *clientSide) End(e End) {
	c := (*Conversation)(s)
	x := c.sending
	if x == nil {
		return
	}
	c.sending = nil
	x.sent = true
	x.RequestBody.End = e
	x.up.close(&x.Request.Head, &x.RequestBody)
	if x.received || c.protocol != "" {
		c.done(x)
	}
}

func (s *clientSide) Opaque(p []byte) {
	if s.protocol == "" { // the answer that agreed to the switch was not seen
		s.protocol = "unknown"
	}
	s.observer.Opaque(s.protocol, true, p)
}

func (s *clientSide) Answers() string    { return "" }
func (s *clientSide) Response(*Response) {}

// serverSide is a conversation as its server's decoder sees it.
type serverSide Conversation

func (s *serverSide) Answers() string {
	if x := (*Conversation)(s).next(); x != nil {
		return x.Request.Method
	}
	return ""
}

func (s *serverSide) Response(r *Response) {
	c := (*Conversation)(s)
	x := c.next()
	if r.Interim() {
		if x != nil {
			x.Interim++
			x.Continued = x.Continued || r.Status == 100
		}
		return
	}
	if x == nil {
		x = c.begin()
		x.sent = true
		r.Anomalies |= Unasked
	}
	x.answered, x.Answered = true, c.Now
	x.Response.Status, x.Response.Reason = r.Status, r.Reason
	copyHead(&x.Response.Head, &r.Head)
	c.reply = x
	x.down.connect(c.observer.Response(x), &x.Response.Head, &x.Body, c.limits.Inflate)
	switch {
	case r.Framing == Tunnel:
		c.protocol = "connect"
		if r.Status == 101 {
			c.protocol = asciiLower(r.Fields.Value("Upgrade"))
		}
		c.client.Switch()
	case x == c.sending && !x.Continued:
		c.client.Refuse()
	}
}

func (s *serverSide) Body(p []byte) {
	if x := s.reply; x != nil {
		x.Body.Size += int64(len(p))
		if x.down.sink != nil {
			x.down.sink.Feed(p)
		}
	}
}

func (s *serverSide) Gap(n int64) {
	if x := s.reply; x != nil {
		x.Body.lost(n, &x.down)
	}
}

func (s *serverSide) Trailers(h *Head) {
	if x := s.reply; x != nil {
		x.Body.Trailers += len(h.Fields)
		x.Response.Anomalies |= h.Anomalies
	}
}

func (s *serverSide) End(e End) {
	c := (*Conversation)(s)
	x := c.reply
	if x == nil {
		return
	}
	c.reply = nil
	x.received = true
	x.Body.End = e
	x.down.close(&x.Response.Head, &x.Body)
	if x.sent {
		c.done(x)
	}
}

func (s *serverSide) Opaque(p []byte) {
	if s.protocol == "" {
		s.protocol = "unknown"
	}
	s.observer.Opaque(s.protocol, false, p)
}

func (s *serverSide) Request(*Request) {}
