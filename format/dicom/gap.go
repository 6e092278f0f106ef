package dicom

import (
	"bytes"
	"encoding/binary"
)

// Gap tells of n bytes of the stream that the capture lost. Lost bytes inside a
// value cost nothing else, inside a data set the rest of its elements, inside a
// PDU the rest of the PDU. When even the end of the PDU is not known, the
// decoder looks for the next PDU that can only be one. Gap(0) at the start says
// that the stream was joined in the middle, and has the same effect. The error is
// nil, or the one that ended the stream before.
func (d *Decoder) Gap(n int64) error {
	if d.err != nil || n < 0 || n == 0 && d.off > 0 {
		return d.err
	}
	if d.state == inPDV {
		in := min(n, int64(d.pdv))
		d.off += in
		d.left -= uint32(in)
		d.pdv -= uint32(in)
		d.msg.gap(d, in)
		if d.pdv == 0 {
			d.pdvEnd()
		}
		if n -= in; n == 0 {
			return nil
		}
	}
	switch d.state {
	case atPDV:
		d.left -= uint32(d.nhead) // that part of the PDV header has passed
	case inBody:
		d.h.Malformed(truncated(d.off, d.pdu.String()))
	case atSearch:
		d.off += int64(len(d.body))
	}
	d.nhead, d.body = 0, nil
	if inPDU := d.state != atPDU && d.state != atSearch; inPDU && n <= int64(d.left) {
		d.msg.lose(d, int64(d.left))
		d.skip(uint32(n))
		return nil
	}
	d.msg.lose(d, n)
	d.off += n
	d.state = atSearch
	return nil
}

// gap tells the message of n bytes lost inside the fragment at hand.
func (m *message) gap(d *Decoder, n int64) {
	if m.stage == inDataSet {
		m.data.Gap(n)
		return
	}
	m.lose(d, n)
}

// lose tells the message of at most n bytes lost in an unknown number of
// fragments, of which some may not be its own. A command set with a hole is of
// no use.
func (m *message) lose(d *Decoder, n int64) {
	if m == nil {
		return
	}
	switch m.stage {
	case inDataSet:
		m.data.lose(n)
	case inCommand:
		d.h.Malformed(truncated(m.at, "command set"))
		m.stage, m.set = badCommand, nil
	}
}

// signature is how many bytes it takes to know a PDU by its looks.
const signature = 12

// search looks for the next PDU in p. Bytes that may be the start of one, and
// are too few to tell, are kept.
func (d *Decoder) search(p []byte) []byte {
	if kept := len(d.body); kept > 0 {
		// What begins in the kept bytes is decided with the help of the next ones.
		n := min(len(p), signature-1)
		joined := append(d.body, p[:n]...)
		at, decided := d.find(joined, kept)
		if at < kept {
			if !decided { // p was too short as well
				d.keep(joined[at:], int64(at))
				return nil
			}
			return d.found(joined[at:kept], int64(at), p)
		}
		d.body = d.body[:0]
		d.off += int64(kept)
	}
	at, decided := d.find(p, len(p))
	if at == len(p) {
		d.off += int64(len(p))
		return nil
	}
	if !decided {
		d.body = append(d.body[:0], p[at:]...)
		d.off += int64(at)
		return nil
	}
	d.off += int64(at)
	d.body = nil
	d.state = atPDU
	return p[at:]
}

// keep replaces the kept bytes by b, after passing n of them.
func (d *Decoder) keep(b []byte, n int64) {
	d.body = append([]byte(nil), b...)
	d.off += n
}

// found starts again with a PDU of which head is the part that was kept, after
// passing n kept bytes.
func (d *Decoder) found(head []byte, n int64, p []byte) []byte {
	d.off += n
	d.body = nil
	d.state = atPDU
	_ = d.Feed(head) // the error is kept in d
	return p
}

type looks uint8

const (
	looksNo looks = iota
	looksMore
	looksYes
)

// find returns the first place before end in b where a PDU begins, or may begin
// (then decided is false); end when there is none.
func (d *Decoder) find(b []byte, end int) (at int, decided bool) {
	for at < end {
		// Every type that can be told has zero as its second byte.
		i := bytes.IndexByte(b[at+min(1, len(b)-at):], 0)
		if i < 0 {
			at = max(at, len(b)-1)
		} else {
			at += i
		}
		if at >= end {
			break
		}
		switch looksLike(b[at:], d.neg) {
		case looksYes:
			return at, true
		case looksMore:
			return at, false
		}
		at++
	}
	return end, false
}

// looksLike judges whether b begins with a PDU. A P-DATA-TF must hold exactly
// one PDV in a context that was accepted, if any was; a release or an abort is
// constant but for two bytes.
func looksLike(b []byte, n *Negotiation) looks {
	fixed := func(want string) looks {
		m := min(len(b), len(want))
		switch {
		case string(b[:m]) != want[:m]:
			return looksNo
		case m < 10:
			return looksMore
		}
		return looksYes
	}
	if len(b) == 0 {
		return looksMore
	}
	switch PDUType(b[0]) {
	case PDUReleaseRQ:
		return fixed("\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00")
	case PDUReleaseRP:
		return fixed("\x06\x00\x00\x00\x00\x04\x00\x00\x00\x00")
	case PDUAbort:
		if l := fixed("\x07\x00\x00\x00\x00\x04\x00\x00"); l == looksNo || len(b) < 10 {
			return l
		}
		if b[8] > 2 || b[9] > 6 {
			return looksNo
		}
		return looksYes
	case PDUData:
		return looksLikeData(b, n)
	}
	return looksNo
}

func looksLikeData(b []byte, n *Negotiation) looks {
	if len(b) > 1 && b[1] != 0 || len(b) > 2 && b[2] != 0 {
		return looksNo // no PDU is over 16 MiB
	}
	if len(b) < signature {
		return looksMore
	}
	length := binary.BigEndian.Uint32(b[2:])
	if length < 6 || binary.BigEndian.Uint32(b[6:]) != length-4 || b[11] > pdvCommand|pdvLast {
		return looksNo
	}
	if c, known := n.Context(b[10]); b[10]&1 == 0 || len(n.contexts) > 0 && (!known || c.Answered && !c.Accepted()) {
		return looksNo
	}
	return looksYes
}
