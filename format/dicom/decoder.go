package dicom

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/wardround/wardround/format"
)

// Decoder reads one direction of a connection. Feed it what was captured, in
// order; it is not safe for concurrent use. While nothing is in part it holds
// nothing but itself and the message's command set.
type Decoder struct {
	cfg  *Config
	h    Handler
	pdus PDUHandler
	neg  *Negotiation
	err  error

	state decodeState
	pdu   PDUType
	nhead uint8
	head  [6]byte // a PDU or PDV header that was cut by the end of a chunk
	left  uint32  // bytes of the PDU to come
	pdv   uint32  // bytes of the PDV to come, when in one
	off   int64   // bytes of the stream passed, lost ones included
	body  []byte  // a control PDU's body, or when in atSearch the last bytes
	msg   *message
}

type decodeState uint8

const (
	atPDU    decodeState = iota // a PDU header is next
	atPDV                       // in a P-DATA-TF, a PDV header is next
	inPDV                       // in a fragment of a message
	inBody                      // in the body of another PDU
	inSkip                      // in a PDU that can't be read
	atSearch                    // lost, looking for the next PDU
)

// NewDecoder returns a decoder for one direction that calls h. Both directions
// of a connection share n; a nil n means the other one is not seen. A nil cfg
// has default limits and wants no elements.
func NewDecoder(cfg *Config, n *Negotiation, h Handler) *Decoder {
	if n == nil {
		n = &Negotiation{}
	}
	d := &Decoder{cfg: cfg.settled(), h: h, neg: n}
	d.pdus, _ = h.(PDUHandler)
	return d
}

// Offset returns how many bytes of the stream have passed, lost ones included.
func (d *Decoder) Offset() int64 { return d.off }

// Feed reads the next bytes of the stream; p is not kept. An error, always the
// same from then on, means that the stream is not DICOM here or any more; what
// is only malformed inside a PDU goes to the handler.
func (d *Decoder) Feed(p []byte) error {
	for len(p) > 0 && d.err == nil {
		switch d.state {
		case atPDU:
			p = d.pduHead(p)
		case atPDV:
			p = d.pdvHead(p)
		case inPDV:
			n := min(int(d.pdv), len(p))
			d.fragment(p[:n])
			p = p[n:]
		case inBody:
			p = d.controlBody(p)
		case inSkip:
			n := min(int(d.left), len(p))
			d.skip(uint32(n))
			p = p[n:]
		default:
			p = d.search(p)
		}
	}
	return d.err
}

// cut copies from p what is missing of a header to d.head and returns what
// follows, and whether the header is whole.
func (d *Decoder) cut(p []byte) (rest []byte, whole bool) {
	n := copy(d.head[d.nhead:], p)
	d.nhead += uint8(n)
	d.off += int64(n)
	if int(d.nhead) < len(d.head) {
		return nil, false
	}
	d.nhead = 0
	return p[n:], true
}

// pduHead reads a PDU header: type, reserved byte, length (PS3.8 §9.3.1).
func (d *Decoder) pduHead(p []byte) []byte {
	p, whole := d.cut(p)
	if !whole {
		return nil
	}
	at := d.off - int64(len(d.head))
	d.pdu, d.left = PDUType(d.head[0]), binary.BigEndian.Uint32(d.head[2:])
	if d.pdu < PDUAssociateRQ || d.pdu > PDUAbort {
		d.err = malformed(at, fmt.Sprintf("PDU type %#02x", d.head[0]), "PS3.8 §9.3.1")
		return nil
	}
	if d.pdus != nil {
		d.pdus.PDU(d.pdu, d.left, at)
	}
	switch {
	case d.pdu == PDUData:
		d.state = atPDV
		if d.left == 0 {
			d.state = atPDU
		}
	case int64(d.left) > int64(d.cfg.Limits.Associate):
		d.h.Malformed(overLimit(at, d.pdu.String()+" length"))
		d.state = inSkip
	default:
		d.state = inBody
		if d.left == 0 {
			d.control(nil)
		}
	}
	return p
}

// controlBody gathers the body of a PDU other than P-DATA-TF.
func (d *Decoder) controlBody(p []byte) []byte {
	n := min(int(d.left), len(p))
	d.off += int64(n)
	d.left -= uint32(n)
	if d.left == 0 && len(d.body) == 0 {
		d.control(p[:n])
		return p[n:]
	}
	d.body = append(d.body, p[:n]...)
	if d.left == 0 {
		d.control(d.body)
		d.body = nil
	}
	return p[n:]
}

// control acts on a PDU other than P-DATA-TF.
func (d *Decoder) control(body []byte) {
	d.state = atPDU
	d.msg.abandon(d) // its sender has left it unfinished
	var err error
	switch d.pdu {
	case PDUAssociateRQ:
		var a *AssociateRQ
		if a, err = ParseAssociateRQ(body, d.cfg.Limits); a != nil {
			d.neg.request(a)
			d.h.AssociateRequest(a)
		}
	case PDUAssociateAC:
		var a *AssociateAC
		if a, err = ParseAssociateAC(body, d.cfg.Limits); a != nil {
			d.neg.accept(a)
			d.h.AssociateAccept(a)
		}
	case PDUAssociateRJ:
		var r Reject
		if r, err = ParseReject(body); err == nil {
			d.h.AssociateReject(r)
		}
	case PDUReleaseRQ:
		d.h.ReleaseRequest()
	case PDUReleaseRP:
		d.h.ReleaseResponse()
	case PDUAbort:
		var a Abort
		if a, err = ParseAbort(body); err == nil {
			d.h.Abort(a)
		}
	}
	if err != nil {
		d.malformedAt(err, d.off-int64(len(body)))
	}
}

// malformedAt reports err, whose offset counts from base of the stream.
func (d *Decoder) malformedAt(err error, base int64) {
	var e *format.Error
	if errors.As(err, &e) {
		e.Offset += base
	}
	d.h.Malformed(err)
}

// skip moves on by n bytes in a PDU that can't be read.
func (d *Decoder) skip(n uint32) {
	d.off += int64(n)
	if d.left -= n; d.left == 0 {
		d.state = atPDU
	} else {
		d.state = inSkip
	}
}

// Close ends the stream. It returns an error when the stream ends inside a PDU
// or a message; a message in part is reported to the handler first.
func (d *Decoder) Close() error {
	if d.err == errClosed {
		return nil
	}
	if d.err != nil {
		return d.err
	}
	if d.state == atSearch { // what was kept is too short to be a PDU
		d.off += int64(len(d.body))
		d.body = nil
	}
	cut := d.state != atPDU && d.state != atSearch || d.nhead > 0
	if d.msg.abandon(d) || cut {
		d.err = truncated(d.off, "stream")
		return d.err
	}
	d.err = errClosed
	return nil
}

var errClosed = errors.New("dicom: decoder is closed")
