package http

import (
	"sync"

	"github.com/wardround/wardround/format/http/content"
)

// Content is what is known of a message's content when the message has ended.
type Content struct {
	Size     int64 // bytes seen, transfer coding removed
	Missing  int64 // bytes known to be lost in the capture
	Gaps     int   // losses, of known and unknown size
	Trailers int   // fields in the trailer section
	End      End   // 0 while the message is open
	Inflated int64 // bytes after undoing the content coding, if a sink asked for it
	Opaque   bool  // a sink asked for it, but the content coding is not one we undo
}

// An Exchange is a request with its response, or one of them if the other was
// not seen. It is valid during a call of an [Observer]'s method and is used again
// after its Done; the strings may be kept.
type Exchange struct {
	Request     Request // Method is "" if the request was not seen
	Response    Response
	RequestBody Content
	Body        Content // of the response
	Continued   bool    // a 100 (Continue) was seen
	Interim     int     // interim responses, 100 included
	Pipelined   bool    // sent before the answer to the previous request had begun
	// Began, Answered and Ended are the conversation's Now at the request's head,
	// the response's head and the end of both; 0 if not seen.
	Began, Answered, Ended int64
	// Note is the observer's, nil for a new exchange.
	Note any

	asked, answered, sent, received bool // request and response heads seen; each ended
	up, down                        pipe
}

// Asked reports whether the request was seen.
func (x *Exchange) Asked() bool { return x.asked }

// Replied reports whether a final response was seen.
func (x *Exchange) Replied() bool { return x.answered }

// Anomalies are those of both messages.
func (x *Exchange) Anomalies() Anomaly { return x.Request.Anomalies | x.Response.Anomalies }

// An Observer is told of the exchanges of a conversation.
type Observer interface {
	// Request is called when a request's head was read. It returns who wants the
	// request's content, or nil.
	Request(x *Exchange) content.Sink
	// Response is called when a final response's head was read, x.Request being
	// set if it was seen. It returns who wants the response's content, or nil.
	Response(x *Exchange) content.Sink
	// Done is called when both messages ended, or will not any more. The sinks
	// have been closed.
	Done(x *Exchange)
	// Opaque is called for what follows a switch to protocol: the Upgrade
	// response's word in lower case, "connect" or "h2". p is valid during the call.
	Opaque(protocol string, fromClient bool, p []byte)
}

var exchanges = sync.Pool{New: func() any { return new(Exchange) }}

func newExchange() *Exchange { return exchanges.Get().(*Exchange) }

// free gives x back, keeping its field slices' room.
func (x *Exchange) free() {
	req, resp := x.Request.Fields[:0], x.Response.Fields[:0]
	clear(req[:cap(req)])
	clear(resp[:cap(resp)])
	*x = Exchange{}
	x.Request.Fields, x.Response.Fields = req, resp
	exchanges.Put(x)
}

// copyHead copies h into to, whose room for fields is used again.
func copyHead(to, h *Head) {
	fields := append(to.Fields[:0], h.Fields...)
	*to = *h
	to.Fields = fields
}

// pipe leads content to a sink, undoing its coding.
type pipe struct {
	sink     content.Sink
	inflater *content.Inflater
}

// connect sets the sink for content under this head.
func (p *pipe) connect(sink content.Sink, h *Head, c *Content, limits content.InflateLimits) {
	if sink == nil {
		return
	}
	coding := ""
	for i := range h.Fields {
		f := &h.Fields[i]
		if !equalFold(f.Name, "Content-Encoding") {
			continue
		}
		for member := range members(f.Value) {
			if equalFold(member, "identity") {
				continue
			}
			if coding != "" { // one on top of the other: nobody means well with that
				coding = "several"
				break
			}
			coding = asciiLower(member)
		}
	}
	switch {
	case coding == "":
		p.sink = sink
	case content.Known(coding):
		p.inflater = content.NewInflater(coding, sink, limits)
		p.sink = p.inflater
	default:
		c.Opaque = true
	}
}

// close ends the content and notes what inflating it came to.
func (p *pipe) close(h *Head, c *Content) {
	if p.sink == nil {
		return
	}
	p.sink.Close(c.End == Complete && c.Gaps == 0)
	if p.inflater != nil {
		_, c.Inflated = p.inflater.Size()
		switch p.inflater.Err() {
		case content.ErrBomb:
			h.Anomalies |= Bomb
		case content.ErrCoding:
			h.Anomalies |= BadCoding
		}
	}
	*p = pipe{}
}

func (c *Content) lost(n int64, p *pipe) {
	c.Gaps++
	c.Missing += n
	if p.sink != nil {
		p.sink.Gap(n)
	}
}
