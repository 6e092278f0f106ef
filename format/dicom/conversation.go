package dicom

// Side is an end of a connection.
type Side uint8

// The sides. The association requestor is the one that opened the connection.
const (
	Requestor Side = iota
	Acceptor
)

// Other returns the other side.
func (s Side) Other() Side { return 1 - s }

// String returns "requestor" or "acceptor".
func (s Side) String() string {
	if s == Requestor {
		return "requestor"
	}
	return "acceptor"
}

// Operation is a request and what came back for it (PS3.7 §7.5). Either side
// may invoke operations: in a C-GET the acceptor invokes a C-STORE per object.
type Operation struct {
	Invoker   Side
	Context   Context
	Requested bool    // the request was seen
	Request   Command // of which only Field and MessageID are set unless Requested
	Answered  bool    // a final response was seen
	Response  Command // the latest response
	Pending   int     // responses before the final one: matches, or progress
	Cancelled bool    // the invoker sent a C-CANCEL

	RequestData, ResponseData int64 // bytes of data sets

	Tally any // the watcher's own; nil at OperationBegin
}

// Watcher is told what goes on in a [Conversation]. Pointers and slices are
// valid only during the call, an Operation from its OperationBegin to its
// OperationEnd; an AssociateRQ and an AssociateAC are the watcher's to keep.
type Watcher interface {
	AssociateRequest(from Side, a *AssociateRQ)
	AssociateAccept(from Side, a *AssociateAC)
	AssociateReject(from Side, r Reject)
	ReleaseRequest(from Side)
	ReleaseResponse(from Side)
	Abort(from Side, a Abort)

	// OperationBegin is called at a request, or at a response whose request was
	// not seen.
	OperationBegin(o *Operation)
	// OperationResponse is called at each response; o.Response is it.
	OperationResponse(o *Operation)
	// Element is called for each wanted element of a data set, which is the
	// response's unless from is the invoker. o is nil when no command was seen.
	Element(from Side, o *Operation, e *Element)
	// DataSetEnd is called after the elements of a data set.
	DataSetEnd(from Side, o *Operation, d DataSetEnd)
	// OperationEnd is called after the final response and its data set, or when
	// there will be none: not Answered then.
	OperationEnd(o *Operation)

	// Malformed is called for each unit that could not be read.
	Malformed(from Side, err error)
}

// Conversation reads both directions of one connection and joins requests with
// their responses by message id.
type Conversation struct {
	Negotiation Negotiation

	watcher Watcher
	limit   int
	ends    [2]end
	spare   *Operation
}

// end is one direction: what its side sends.
type end struct {
	c       *Conversation
	side    Side
	decoder Decoder
	open    []*Operation // invoked by this side, without final response yet
	current *Operation   // what a data set from this side belongs to
}

// NewConversation returns a conversation that calls w.
func NewConversation(cfg *Config, w Watcher) *Conversation {
	cfg = cfg.settled()
	c := &Conversation{watcher: w, limit: cfg.Limits.Operation}
	for i := range c.ends {
		e := &c.ends[i]
		e.c, e.side = c, Side(i)
		e.decoder = Decoder{cfg: cfg, h: e, neg: &c.Negotiation}
	}
	return c
}

// Decoder returns the decoder for what the side sends.
func (c *Conversation) Decoder(from Side) *Decoder { return &c.ends[from].decoder }

// Close ends both directions and every operation. It returns the first error of
// the two decoders.
func (c *Conversation) Close() error {
	err := c.ends[Requestor].decoder.Close()
	if e := c.ends[Acceptor].decoder.Close(); err == nil {
		err = e
	}
	c.endAll()
	return err
}

func (c *Conversation) endAll() {
	for i := range c.ends {
		e := &c.ends[i]
		for len(e.open) > 0 {
			c.end(e.open[0])
		}
	}
}

// begin opens an operation. When the invoker has too many open, the oldest ends.
func (c *Conversation) begin(invoker Side, context uint8) *Operation {
	e := &c.ends[invoker]
	if len(e.open) >= c.limit {
		c.end(e.open[0])
	}
	o := c.spare
	if o == nil {
		o = &Operation{}
	}
	c.spare = nil
	*o = Operation{Invoker: invoker}
	o.Context, _ = c.Negotiation.Context(context)
	e.open = append(e.open, o)
	return o
}

// end closes an operation and tells the watcher.
func (c *Conversation) end(o *Operation) {
	open := c.ends[o.Invoker].open
	for i := range open {
		if open[i] == o {
			c.ends[o.Invoker].open = append(open[:i], open[i+1:]...)
			break
		}
	}
	for i := range c.ends {
		if c.ends[i].current == o {
			c.ends[i].current = nil
		}
	}
	c.watcher.OperationEnd(o)
	c.spare = o
}

// find returns the open operation of the invoker with the message id, the
// latest if there are several.
func (c *Conversation) find(invoker Side, id uint16) *Operation {
	open := c.ends[invoker].open
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].Request.MessageID == id {
			return open[i]
		}
	}
	return nil
}

// Command implements [Handler].
func (e *end) Command(context uint8, cmd *Command) {
	e.settle()
	switch {
	case cmd.Field == CCancelRQ:
		if o := e.c.find(e.side, cmd.RespondingTo); o != nil {
			o.Cancelled = true
		}
	case cmd.Field.Response():
		e.response(context, cmd)
	default:
		e.request(context, cmd)
	}
}

// settle ends an operation whose final response announced a data set that never came.
func (e *end) settle() {
	if o := e.current; o != nil && o.Answered && o.Invoker != e.side {
		e.c.end(o)
	}
	e.current = nil
}

func (e *end) request(context uint8, cmd *Command) {
	if o := e.c.find(e.side, cmd.MessageID); o != nil {
		e.c.end(o) // a message id is used again only when its operation is over, PS3.7 §9.1
	}
	o := e.c.begin(e.side, context)
	o.Requested, o.Request = true, *cmd
	e.current = o
	e.c.watcher.OperationBegin(o)
}

func (e *end) response(context uint8, cmd *Command) {
	o := e.c.find(e.side.Other(), cmd.RespondingTo)
	if o != nil && o.Request.Field != cmd.Field&^0x8000 {
		e.c.end(o) // its response was lost, and its id used again
		o = nil
	}
	if o == nil {
		o = e.c.begin(e.side.Other(), context)
		o.Request.Field, o.Request.MessageID = cmd.Field&^0x8000, cmd.RespondingTo
		e.c.watcher.OperationBegin(o)
	}
	o.Response = *cmd
	if cmd.Status.Class() == Pending {
		o.Pending++
	} else {
		o.Answered = true
	}
	e.c.watcher.OperationResponse(o)
	switch {
	case cmd.DataSet:
		e.current = o
	case o.Answered:
		e.c.end(o)
	}
}

// Element implements [Handler].
func (e *end) Element(_ uint8, el *Element) { e.c.watcher.Element(e.side, e.current, el) }

// DataSetEnd implements [Handler].
func (e *end) DataSetEnd(_ uint8, d DataSetEnd) {
	o := e.current
	if o != nil && e.side == o.Invoker {
		o.RequestData += d.Length
	} else if o != nil {
		o.ResponseData += d.Length
	}
	e.c.watcher.DataSetEnd(e.side, o, d)
	e.settle()
}

// AssociateRequest implements [Handler].
func (e *end) AssociateRequest(a *AssociateRQ) {
	e.c.endAll() // whatever was said before belongs to another association
	e.c.watcher.AssociateRequest(e.side, a)
}

// AssociateAccept implements [Handler].
func (e *end) AssociateAccept(a *AssociateAC) { e.c.watcher.AssociateAccept(e.side, a) }

// AssociateReject implements [Handler].
func (e *end) AssociateReject(r Reject) { e.c.watcher.AssociateReject(e.side, r) }

// ReleaseRequest implements [Handler].
func (e *end) ReleaseRequest() { e.c.watcher.ReleaseRequest(e.side) }

// ReleaseResponse implements [Handler].
func (e *end) ReleaseResponse() {
	e.c.endAll()
	e.c.watcher.ReleaseResponse(e.side)
}

// Abort implements [Handler].
func (e *end) Abort(a Abort) {
	e.c.endAll()
	e.c.watcher.Abort(e.side, a)
}

// Malformed implements [Handler].
func (e *end) Malformed(err error) { e.c.watcher.Malformed(e.side, err) }
