package http

import (
	"bytes"
	"sync"

	"github.com/wardround/wardround/format"
)

// An End says why a message ended.
type End uint8

const (
	// Complete: the framing says so.
	Complete End = iota + 1
	// Cut: the connection ended first.
	Cut
	// Gapped: the capture lost so much that the end could not be found.
	Gapped
	// Broken: the framing is contradictory or malformed.
	Broken
	// Withheld: the client got a final answer instead of 100 (Continue) and kept its content.
	Withheld
)

var endNames = [...]string{"", "complete", "cut", "gapped", "broken", "withheld"}

func (e End) String() string {
	if int(e) < len(endNames) {
		return endNames[e]
	}
	return "invalid"
}

// A Handler is told what a decoder reads. For each message: one Request or
// Response, any number of Body and Gap, at most one Trailers, one End. A decoder
// calls it from Feed, Gap and Close only.
type Handler interface {
	// Request is called for a request's head. r and its fields slice are valid
	// during the call; the strings may be kept.
	Request(r *Request)
	// Answers returns the method of the request that the response just read
	// answers, or "" when not known. The framing depends on it (RFC 9112 §6.3).
	Answers() (method string)
	// Response is called for a response's head, under Request's terms.
	Response(r *Response)
	// Body is called for content, transfer coding removed. p is valid during the call.
	Body(p []byte)
	// Gap is called for n bytes that the capture lost of content, or of what
	// follows a switch of protocols; 0 when their number is not known.
	Gap(n int64)
	// Trailers is called for a trailer section with fields, under Request's terms.
	Trailers(h *Head)
	// End ends the message.
	End(e End)
	// Opaque is called for what follows on the connection after a switch of protocols.
	Opaque(p []byte)
}

type state uint8

const (
	atHead     state = iota // between messages or inside a head
	inFixed                 // left bytes of content follow
	inSize                  // in a chunk-size line
	inChunk                 // left bytes of a chunk follow
	inChunkEnd              // at the line end after a chunk
	inTrailer               // in the trailer section
	inRest                  // content until the connection ends
	inOpaque                // another protocol
	hunting                 // searching for a start line
	expecting               // a head promised content that the client may keep to itself
)

// A Decoder reads one direction of a connection. It is fed with Feed, told of
// losses with Gap and ended with Close; it is not safe for concurrent use.
type Decoder struct {
	handler Handler
	limits  *Limits
	buf     []byte // a head, chunk-size line or searched line that has not ended yet
	left    int64  // see state
	offset  int64  // stream offset of the next byte fed
	line    int32  // start of the current line in buf, followed by bytes not yet in it
	state   state
	request bool    // direction
	open    bool    // a message has a head but no End
	resumed bool    // the head being read was found by searching
	maybe   bool    // the last request allows the client to switch protocols
	first   bool    // the start line of buf has been checked
	refused bool    // see Refuse
	found   Anomaly // in the chunked coding of the open message
}

// NewRequestDecoder returns a decoder for what a client sends. limits are
// completed with defaults; they are shared, not copied, by a Conversation.
func NewRequestDecoder(h Handler, limits Limits) *Decoder {
	l := limits.orDefault()
	return &Decoder{handler: h, limits: &l, request: true}
}

// NewResponseDecoder returns a decoder for what a server sends.
func NewResponseDecoder(h Handler, limits Limits) *Decoder {
	l := limits.orDefault()
	return &Decoder{handler: h, limits: &l}
}

// Feed reads the next bytes of the stream; p is not kept. The error is the first
// deviation in p that lost the framing: a [format.Error] with
// [format.ErrMalformed] or [format.ErrLimit]. The decoder then searches for the
// next start line and can be fed on.
func (d *Decoder) Feed(p []byte) error {
	var first error
	for len(p) > 0 {
		n, err := d.step(p)
		if err != nil && first == nil {
			first = err
		}
		d.offset += int64(n)
		p = p[n:]
	}
	return first
}

// step reads at least one byte of p, or leaves the state it is in.
func (d *Decoder) step(p []byte) (int, error) {
	switch d.state {
	case inFixed:
		n := d.content(p)
		if d.left == 0 {
			d.end(Complete)
		}
		return n, nil
	case inChunk:
		n := d.content(p)
		if d.left == 0 {
			d.state = inChunkEnd
		}
		return n, nil
	case inRest:
		d.handler.Body(p)
		return len(p), nil
	case inOpaque:
		d.handler.Opaque(p)
		return len(p), nil
	case inSize:
		return d.chunkSize(p)
	case inChunkEnd:
		return d.chunkEnd(p)
	case hunting:
		return d.hunt(p)
	case expecting:
		return d.expect(p)
	}
	return d.section(p)
}

func (d *Decoder) content(p []byte) int {
	n := len(p)
	if int64(n) > d.left {
		n = int(d.left)
	}
	d.left -= int64(n)
	d.handler.Body(p[:n])
	return n
}

// section collects a head or a trailer section. It looks at p line by line, so
// that one inside a single p is parsed in place.
func (d *Decoder) section(p []byte) (int, error) {
	window := p[:min(len(p), d.limits.Head-len(d.buf))]
	start := -(len(d.buf) - int(d.line)) // of the current line, relative to window
	starting := d.state == atHead && !d.first
	first := 0 // length in window of the start line, if it ends there
	for at := 0; ; {
		i := bytes.IndexByte(window[at:], '\n')
		if i < 0 {
			break
		}
		i += at
		n := i - start // bytes of the line before LF
		if starting && first == 0 {
			if n > d.limits.Line {
				break
			}
			if n == 0 || n == 1 && d.at(window, i-1) == '\r' { // RFC 9112 §2.2: empty lines before a start line
				d.drop()
				return i + 1, nil
			}
			first = i + 1
		} else if n == 0 || n == 1 && d.at(window, i-1) == '\r' {
			return d.sectionEnd(window[:i+1], first)
		}
		at, start = i+1, i+1
	}
	if starting && first == 0 && len(window)-start > d.limits.Line {
		// Cut at the limit, so that the decision does not depend on the pieces.
		n := d.limits.Line + start + 1
		return n, d.notHTTP(window[:n], format.ErrLimit)
	}
	if first > 0 {
		// Judge the start line as soon as it is whole, not when the head is.
		if !d.start(append(d.buf, window[:first]...)) {
			return first, d.notHTTP(window[:first], format.ErrMalformed)
		}
		d.first = true
	}
	if len(d.buf)+len(window) >= d.limits.Head {
		return len(window), d.lose("head", "", format.ErrLimit)
	}
	d.line = int32(start + len(d.buf))
	d.buf = append(d.buf, window...)
	return len(window), nil
}

// at returns byte i of window, where -1 is the last byte of buf.
func (d *Decoder) at(window []byte, i int) byte {
	if i >= 0 {
		return window[i]
	}
	if n := len(d.buf); n > 0 {
		return d.buf[n-1]
	}
	return 0
}

// start reports whether line, with its line end, is a start line of this direction.
func (d *Decoder) start(line []byte) bool {
	line = trimLine(line)
	if d.request {
		_, _, _, _, ok := requestLine(string(line))
		return ok
	}
	_, _, _, _, ok := statusLine(string(line))
	return ok
}

// notHTTP handles bytes that should be a start line and are not: another protocol
// if the last request allowed one, otherwise a loss of framing.
func (d *Decoder) notHTTP(tail []byte, cause error) error {
	if d.maybe {
		d.Switch()
		d.handler.Opaque(tail)
		return nil
	}
	line := append(d.buf, tail...)
	err := d.failure("start line", "RFC 9112 §2.1", cause)
	d.search()
	d.hunt(line)
	return err
}

// sectionEnd handles a complete section, of which tail is the part not in buf and
// first the length in tail of a start line that has not been judged. It returns
// how many bytes of tail it took.
func (d *Decoder) sectionEnd(tail []byte, first int) (int, error) {
	var text string
	if len(d.buf) > 0 {
		text = string(append(d.buf, tail...))
	} else {
		text = string(tail)
	}
	offset, resumed := d.offset-int64(len(d.buf)), d.resumed
	s := scratch.Get().(*heads)
	defer scratch.Put(s)
	switch {
	case d.state == inTrailer:
		d.drop()
		s.trailer = Head{Fields: s.trailer.Fields[:0], Length: -1, Size: len(text), Offset: offset}
		s.trailer.parse(text, d.limits.Fields)
		if s.trailer.Anomalies |= d.found; len(s.trailer.Fields) > 0 || s.trailer.Anomalies != 0 {
			d.handler.Trailers(&s.trailer)
		}
		d.end(Complete)
		return len(tail), nil
	case d.request:
		r := &s.request
		r.Head = Head{Fields: r.Fields[:0], Size: len(text), Offset: offset, Resumed: resumed, Length: -1}
		if !r.read(text, d.limits.Fields) {
			return first, d.notHTTP(tail[:first], format.ErrMalformed)
		}
		d.drop()
		return len(tail), d.requestHead(r)
	}
	r := &s.response
	r.Head = Head{Fields: r.Fields[:0], Size: len(text), Offset: offset, Resumed: resumed, Length: -1}
	if !r.read(text, d.limits.Fields) {
		return first, d.notHTTP(tail[:first], format.ErrMalformed)
	}
	d.drop()
	return len(tail), d.responseHead(r)
}

// heads are where a head is parsed into; they live during a handler's call only.
type heads struct {
	request  Request
	response Response
	trailer  Head
}

var scratch = sync.Pool{New: func() any { return new(heads) }}

func (d *Decoder) requestHead(r *Request) error {
	r.frame()
	d.maybe = r.wantsSwitch()
	d.open = true
	d.handler.Request(r)
	err := d.body(&r.Head)
	if d.state == inFixed && r.Fields.Lists("Expect", "100-continue") {
		d.state = expecting
	}
	return err
}

func (d *Decoder) responseHead(r *Response) error {
	r.frame(d.handler.Answers())
	d.open = true
	d.handler.Response(r)
	return d.body(&r.Head)
}

// body enters the state in which a message's content is read.
func (d *Decoder) body(h *Head) error {
	d.found = 0
	switch h.Framing {
	case Fixed:
		if h.Length == 0 {
			d.end(Complete)
			return nil
		}
		d.state, d.left = inFixed, h.Length
	case Chunked:
		d.state = inSize
	case UntilClose:
		d.state = inRest
	case Tunnel:
		d.end(Complete)
		d.state = inOpaque
	case Lost:
		d.search()
		return &format.Error{Format: "http", Offset: h.Offset, Field: "content length", Source: "RFC 9112 §6.3", Err: format.ErrMalformed}
	default:
		d.end(Complete)
	}
	return nil
}

// end ends the open message and returns to the start of the next head.
func (d *Decoder) end(e End) {
	d.state, d.left, d.found, d.resumed, d.refused = atHead, 0, 0, false, false
	if d.open {
		d.open = false
		d.handler.End(e)
	}
}

// drop forgets what is buffered.
func (d *Decoder) drop() {
	d.buf, d.line, d.first, d.resumed = nil, 0, false, false
}

// lose gives the framing up: the open message ends and a search begins.
func (d *Decoder) lose(field, source string, cause error) error {
	err := d.failure(field, source, cause)
	d.search()
	return err
}

// search ends the open message and looks for a start line from here on.
func (d *Decoder) search() {
	d.drop()
	d.end(Broken)
	d.state = hunting
}

// failure is an error at the start of the unit being read.
func (d *Decoder) failure(field, source string, cause error) error {
	return &format.Error{Format: "http", Offset: d.offset - int64(len(d.buf)), Field: field, Source: source, Err: cause}
}
