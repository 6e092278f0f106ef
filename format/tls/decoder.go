package tls

import (
	"github.com/wardround/wardround/format"
)

// Decoder reads one direction of a connection. After the handshake it holds
// nothing but its own 200 bytes. It is not safe for concurrent use.
type Decoder struct {
	handler Handler
	err     error
	message []byte // the handshake message being read, header included
	limits  Limits
	offset  int64 // in the stream, of the next byte
	lost    int64
	data    int64 // bytes of application data records, headers excluded
	records int64
	left    int // bytes of the current record's content to come
	skip    int // bytes of the current handshake message to pass over

	header  [headerSize]byte
	head    uint8  // bytes of header that are there
	size    uint16 // of the current record's content
	peek    [4]byte
	peeked  uint8 // bytes of peek that are there; only records of doubtful content
	alert   [2]byte
	alerted uint8 // bytes of alert that are there

	dir       Direction
	record    Version // of the record in which the current handshake message began
	version   Version // negotiated, once the server's direction told it
	kind      content
	searching bool // for a record
	found     bool // a record by search: a mistake leads back to it
	changed   bool // ChangeCipherSpec was seen
	retried   bool // HelloRetryRequest was seen
	broken    bool // handshake messages lost bytes: their limits are not known
	told      bool // ApplicationData was told
}

// content says what is done with a record's content.
type content uint8

const (
	opaque    content = iota // encrypted or of no interest
	handshake                // messages
	doubtful                 // messages or ciphertext, as its first bytes will tell
	alert
	changeCipherSpec
	sslv2
)

// NewDecoder returns a decoder of one direction, at the start of the stream.
func NewDecoder(d Direction, l Limits, h Handler) *Decoder {
	return &Decoder{handler: h, limits: l.filled(), dir: d}
}

// Records returns how many records began; ApplicationBytes how many bytes of
// application data records passed, ciphertext and TLS 1.3's encrypted handshake
// included; Lost how many bytes were captured but not read, because an error or
// a gap lay before them.
func (d *Decoder) Records() int64          { return d.records }
func (d *Decoder) ApplicationBytes() int64 { return d.data }
func (d *Decoder) Lost() int64             { return d.lost }

// Feed reads the next bytes of the stream; p is not kept. Errors are of type
// [*format.Error] with [format.ErrMalformed]: what should be a record's header is
// none. They are final until [Decoder.Gap] is called.
func (d *Decoder) Feed(p []byte) error {
	for len(p) > 0 && d.err == nil {
		if d.left > 0 {
			n := min(d.left, len(p))
			d.content(p[:n])
			d.offset += int64(n)
			d.left -= n
			p = p[n:]
			if d.left == 0 {
				d.end()
			}
			continue
		}
		if d.head == 0 && len(p) >= headerSize && !d.searching && validHeader(p) {
			d.offset += headerSize
			d.begin(p)
			p = p[headerSize:]
			continue
		}
		d.header[d.head] = p[0]
		d.head++
		d.offset++
		p = p[1:]
		d.readHeader()
	}
	if d.err != nil {
		d.lost += int64(len(p))
		d.offset += int64(len(p))
	}
	return d.err
}

// readHeader looks at the header gathered so far, maybe not yet whole.
func (d *Decoder) readHeader() {
	if d.v2Hello() || d.head < headerSize {
		return
	}
	if validHeader(d.header[:]) && (!d.searching || d.plausible()) {
		d.searching = false
		d.head = 0
		d.begin(d.header[:])
		return
	}
	if !d.found {
		d.err = malformed(d.offset-headerSize, "record header", "RFC 8446 §5.1")
		d.lost += headerSize
		d.message = nil
		return
	}
	d.searching = true
	d.lost++
	d.head--
	copy(d.header[:], d.header[1:])
}

// plausible is stricter than validHeader, for headers found by search.
func (d *Decoder) plausible() bool {
	t, n := RecordType(d.header[0]), int(d.header[3])<<8|int(d.header[4])
	switch {
	case d.header[2] > 3 || n == 0:
		return false
	case t == RecordChangeCipherSpec:
		return n == 1
	case t == RecordAlert:
		return n < 256
	}
	return t != RecordHeartbeat
}

// v2Hello looks for a ClientHello in SSL 2.0's form at the start of a client's
// stream, whose first bit tells it from a record.
func (d *Decoder) v2Hello() bool {
	if d.dir != FromClient || d.records > 0 || d.head != headerSize || d.found {
		return false
	}
	h := d.header
	n := int(h[0]&0x7f)<<8 | int(h[1])
	if h[0]&0x80 == 0 || h[2] != byte(MessageClientHello) || h[3] > 3 || n < 9 || n > maxRecord {
		return false
	}
	d.records++
	d.kind, d.head = sslv2, 0
	d.message = append(d.message[:0], h[3:]...)
	d.left = n - 3
	return true
}

// begin starts a record whose header is valid.
func (d *Decoder) begin(h []byte) {
	d.records++
	d.left = int(h[3])<<8 | int(h[4])
	d.size = uint16(d.left)
	d.peeked, d.alerted, d.kind = 0, 0, opaque
	switch RecordType(h[0]) {
	case RecordHandshake:
		if len(d.message) == 0 {
			d.record = Version(h[1])<<8 | Version(h[2])
		}
		d.kind = handshake
		if d.broken || d.changed {
			d.kind = doubtful
		}
	case RecordAlert:
		if d.left == 2 {
			d.kind = alert // an encrypted one is longer
		}
	case RecordChangeCipherSpec:
		d.kind = changeCipherSpec
	case RecordApplicationData:
		d.data += int64(d.left)
		d.dropMessage()
		if !d.told {
			d.told = true
			d.handler.Message(d.dir, &ApplicationData{})
		}
	}
}

// content takes a piece of the current record.
func (d *Decoder) content(p []byte) {
	switch d.kind {
	case handshake:
		d.messages(p, d.offset)
	case doubtful:
		n := copy(d.peek[d.peeked:], p)
		d.peeked += uint8(n)
		if int(d.peeked) < len(d.peek) {
			return
		}
		if d.kind = opaque; d.startsMessage() {
			d.kind, d.broken = handshake, false
			rest := d.offset + int64(n)
			d.messages(d.peek[:], rest-int64(len(d.peek)))
			d.messages(p[n:], rest)
		}
	case alert:
		d.alerted += uint8(copy(d.alert[d.alerted:], p))
	case sslv2:
		d.message = append(d.message, p...)
	}
}

// startsMessage says whether a record that may be ciphertext begins with a hello
// in the clear. After a HelloRetryRequest both ends send hellos behind a
// ChangeCipherSpec (RFC 8446 §D.4); after lost bytes a hello may begin anew.
func (d *Decoder) startsMessage() bool {
	total := int(d.size)
	n := int(d.peek[1])<<16 | int(d.peek[2])<<8 | int(d.peek[3])
	switch MessageType(d.peek[0]) {
	case MessageClientHello:
		return d.dir == FromClient && n >= 38 && n+4 == total
	case MessageServerHello:
		return d.dir == FromServer && n >= 38 && n+4 <= total && (d.broken || d.retried)
	}
	return false
}

// end is called when a record was read whole.
func (d *Decoder) end() {
	switch d.kind {
	case alert:
		d.handler.Message(d.dir, &Alert{AlertLevel(d.alert[0]), AlertDescription(d.alert[1])})
	case changeCipherSpec:
		d.dropMessage()
		d.changed = true
		d.handler.Message(d.dir, &ChangeCipherSpec{})
	case sslv2:
		h := &ClientHello{}
		c := cursor{b: d.message}
		h.parseV2(&c)
		d.message = nil
		d.deliver(MessageClientHello, h, &c, d.offset)
	}
}

// dropMessage gives up a message that was not finished before the protocol moved on.
func (d *Decoder) dropMessage() {
	if len(d.message) > 0 {
		d.unreadable(MessageType(d.message[0]), d.offset, format.ErrTruncated, "message")
	}
	d.message, d.skip = nil, 0
}

func (d *Decoder) unreadable(t MessageType, at int64, cause error, field string) {
	d.handler.Message(d.dir, &Unreadable{t, &format.Error{
		Format: name, Offset: at, Field: t.String() + " " + field, Err: cause,
	}})
}

// messages takes a piece of the handshake messages, which run through records
// without regard to their borders (RFC 8446 §5.1). at is the piece's offset.
func (d *Decoder) messages(p []byte, at int64) {
	for len(p) > 0 {
		if d.skip > 0 {
			n := min(d.skip, len(p))
			d.skip -= n
			p, at = p[n:], at+int64(n)
			continue
		}
		if len(d.message) == 0 && len(p) >= 4 {
			d.message = make([]byte, 0, min(4+messageSize(p), len(p)))
		}
		want := 4
		if len(d.message) >= 4 {
			want += messageSize(d.message)
		}
		n := min(want-len(d.message), len(p))
		d.message = append(d.message, p[:n]...)
		p, at = p[n:], at+int64(n)
		if len(d.message) < 4 {
			return
		}
		size := messageSize(d.message)
		if size+4 > d.limits.Message {
			d.unreadable(MessageType(d.message[0]), at, format.ErrLimit, "message")
			d.message, d.skip = nil, size
			continue
		}
		if len(d.message) == size+4 {
			m := d.message
			d.message = nil // what is parsed keeps it
			d.parse(MessageType(m[0]), m[4:], at)
		}
	}
}

func messageSize(m []byte) int { return int(m[1])<<16 | int(m[2])<<8 | int(m[3]) }

// parse reads one whole handshake message that ended at the offset at; body is
// its own.
func (d *Decoder) parse(t MessageType, body []byte, at int64) {
	c := cursor{b: body}
	switch t {
	case MessageClientHello:
		h := &ClientHello{RecordVersion: d.record}
		h.parse(&c)
		d.deliver(t, h, &c, at)
	case MessageServerHello:
		h := &ServerHello{RecordVersion: d.record}
		h.parse(&c)
		d.version, d.retried = h.Negotiated(), h.Retry
		d.deliver(t, h, &c, at)
	case MessageCertificate:
		m := &Certificates{}
		m.parse(&c, d.limits.Chain)
		d.deliver(t, m, &c, at)
	case MessageCertificateRequest:
		m := &CertificateRequest{}
		m.parse(&c, d.version)
		d.deliver(t, m, &c, at)
	default:
		d.handler.Message(d.dir, &Handshake{t, len(body)})
	}
}

func (d *Decoder) deliver(t MessageType, m Message, c *cursor, at int64) {
	if !c.ok() {
		d.unreadable(t, at, format.ErrMalformed, c.field)
		return
	}
	d.handler.Message(d.dir, m)
}

// Gap tells that n bytes are missing from the capture. Within a record that is
// not a handshake's, reading goes on behind them. Otherwise the decoder searches
// for the next record and takes handshake messages up again only at a hello.
// Gap(0) stands for an unknown number of bytes: call it first when the capture
// began in mid-stream. It always returns nil.
func (d *Decoder) Gap(n int64) error {
	d.offset += n
	inside := n > 0 && n <= int64(d.left) && d.err == nil
	switch {
	case inside && d.kind == changeCipherSpec:
		d.end() // its content is always the same
	case !inside || d.kind != opaque:
		if !d.broken && !d.changed && !d.told {
			d.handler.Message(d.dir, &Lost{})
		}
		d.message, d.skip, d.kind = nil, 0, opaque
		d.broken = true
	}
	if inside {
		d.left -= int(n)
		return nil
	}
	d.lost += int64(d.head)
	d.err, d.left, d.head = nil, 0, 0
	d.searching, d.found = true, true
	return nil
}

// Close tells that the stream has ended. Error: [format.ErrTruncated] when it
// ended inside a record.
func (d *Decoder) Close() error {
	inside := d.left > 0 || d.head > 0 && !d.searching
	d.dropMessage()
	d.left, d.head = 0, 0
	if d.err == nil && inside {
		d.err = &format.Error{Format: name, Offset: d.offset, Field: "end of stream", Err: format.ErrTruncated}
		return d.err
	}
	return nil
}
