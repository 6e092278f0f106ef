package dns

import "github.com/wardround/wardround/format"

// Handler receives each message of a stream with the offset of its first byte.
// If the message is broken, err says how and m holds what was read before. Both
// m and the bytes it shares are good only until the handler returns.
type Handler func(at int64, m *Message, err error)

// Limits bound what a [Decoder] keeps.
type Limits struct {
	// MaxMessage is the longest message kept, in bytes; 0 means 65,535, the
	// longest the framing can carry. A longer one is skipped and handed over as
	// [format.ErrLimit].
	MaxMessage int
}

// Decoder reads the messages of one direction of a TCP connection.
type Decoder struct {
	max     int
	handle  Handler
	off     int64  // stream offset of the next byte
	length  uint16 // of the current message, once both bytes came
	prefix  uint8  // bytes of the length that came
	skipped bool   // the current message is lost or over the limit
	missing int    // bytes of the current message still to come
	held    []byte // what came of a message that spans calls; nil between messages
}

// NewDecoder returns a decoder of one direction.
func NewDecoder(l Limits, h Handler) *Decoder {
	if l.MaxMessage <= 0 || l.MaxMessage > maxMessage {
		l.MaxMessage = maxMessage
	}
	return &Decoder{max: l.MaxMessage, handle: h}
}

// Feed takes the next bytes. It returns [format.ErrMalformed] for a length that
// no message has; the framing is lost then.
func (d *Decoder) Feed(p []byte) error {
	for len(p) > 0 {
		if d.prefix < 2 {
			d.length = d.length<<8 | uint16(p[0])
			d.prefix++
			d.off++
			p = p[1:]
			if d.prefix < 2 {
				continue
			}
			if d.length < headerSize {
				return &format.Error{Format: "dns", Offset: d.off - 2, Field: "message length", Source: "RFC 1035 §4.2.2", Err: format.ErrMalformed}
			}
			d.missing = int(d.length)
			if d.skipped = d.missing > d.max; d.skipped {
				d.handle(d.off, &Message{}, &format.Error{Format: "dns", Offset: d.off, Field: "message", Err: format.ErrLimit})
			}
			continue
		}
		n := min(len(p), d.missing)
		part := p[:n]
		p = p[n:]
		d.off += int64(n)
		d.missing -= n
		switch {
		case d.skipped:
		case d.missing == 0 && d.held == nil:
			d.message(part)
		default:
			d.held = append(d.held, part...)
			if d.missing == 0 {
				d.message(d.held)
			}
		}
		if d.missing == 0 {
			d.reset()
		}
	}
	return nil
}

func (d *Decoder) message(p []byte) {
	at := d.off - int64(len(p))
	m, err := Parse(p)
	d.handle(at, &m, err)
}

func (d *Decoder) reset() {
	d.prefix, d.length, d.missing, d.skipped, d.held = 0, 0, 0, false, nil
}

// Gap says that the next n bytes are lost. A message they belong to is handed
// over as [format.ErrTruncated]. If the loss reaches past it, the boundaries
// are lost and Gap returns that error.
func (d *Decoder) Gap(n int64) error {
	lost := &format.Error{Format: "dns", Offset: d.off, Field: "bytes lost", Err: format.ErrTruncated}
	d.off += n
	if n == 0 {
		return nil
	}
	if d.prefix < 2 || n > int64(d.missing) {
		d.held = nil
		return lost
	}
	if !d.skipped {
		d.handle(lost.Offset, &Message{}, lost)
	}
	d.skipped, d.held = true, nil
	if d.missing -= int(n); d.missing == 0 {
		d.reset()
	}
	return nil
}

// Close ends the stream; it returns [format.ErrTruncated] inside a message.
func (d *Decoder) Close() error {
	inside := d.prefix > 0
	d.reset()
	if inside {
		return &format.Error{Format: "dns", Offset: d.off, Field: "message", Err: format.ErrTruncated}
	}
	return nil
}
