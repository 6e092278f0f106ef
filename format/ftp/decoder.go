package ftp

import (
	"bytes"

	"github.com/wardround/wardround/format"
)

// Limits bound what a decoder keeps.
type Limits struct {
	// MaxLine is how much of a line is kept, in bytes; 0 means 512. What is longer
	// is read over: a long path loses its end and with it its extension.
	MaxLine int
}

// Handler receives the events of one direction; a nil function is skipped.
type Handler struct {
	Command func(Command) // from a client
	Reply   func(Reply)   // from a server
	Sealed  func()        // TLS begins (RFC 4217): the rest is hidden
}

// Decoder reads one direction of a control connection.
type Decoder struct {
	handle Handler
	server bool
	max    int
	off    int64
	held   []byte // a line that spans calls
	cut    bool   // the line is longer than max
	lost   bool   // bytes of the line are lost
	sealed bool
	reply  Reply // of several lines, not yet ended; Code 0 outside
}

// NewClientDecoder returns a decoder of what a client sends.
func NewClientDecoder(l Limits, h Handler) *Decoder { return newDecoder(l, h, false) }

// NewServerDecoder returns a decoder of what a server sends.
func NewServerDecoder(l Limits, h Handler) *Decoder { return newDecoder(l, h, true) }

func newDecoder(l Limits, h Handler, server bool) *Decoder {
	if l.MaxLine <= 0 {
		l.MaxLine = 512
	}
	return &Decoder{handle: h, server: server, max: l.MaxLine}
}

// Feed takes the next bytes. It returns [format.ErrMalformed] for a line that is
// no command or reply; the decoder goes on with the next.
func (d *Decoder) Feed(p []byte) error {
	var failed error
	for len(p) > 0 && !d.sealed {
		const handshake = 0x16 // the type of a TLS record that begins it
		if d.held == nil && !d.lost && p[0] == handshake {
			d.sealed = true
			if d.handle.Sealed != nil {
				d.handle.Sealed()
			}
			break
		}
		n := bytes.IndexByte(p, '\n') + 1
		whole := n > 0
		if !whole {
			n = len(p)
		}
		if err := d.part(p[:n], whole); err != nil && failed == nil {
			failed = err
		}
		d.off += int64(n)
		p = p[n:]
	}
	d.off += int64(len(p))
	return failed
}

// part takes bytes of the current line; whole says that they end it.
func (d *Decoder) part(p []byte, whole bool) error {
	if d.lost {
		d.lost = !whole
		return nil
	}
	if room := d.max - len(d.held); len(p) > room {
		d.cut, p = true, p[:room]
	}
	line := p
	if !whole || d.held != nil {
		d.held = append(d.held, p...)
		line = d.held
	}
	if !whole {
		return nil
	}
	err := d.line(bytes.TrimRight(line, "\r\n"), d.cut)
	d.held, d.cut = nil, false
	return err
}

func (d *Decoder) line(line []byte, cut bool) error {
	if d.server {
		return d.replied(line)
	}
	line = withoutTelnet(line)
	if len(line) == 0 {
		return nil
	}
	c, ok := parseCommand(line)
	if !ok {
		return d.fail("command", "RFC 959 §4.1")
	}
	if cut {
		c.Extension = ""
	}
	if d.handle.Command != nil {
		d.handle.Command(c)
	}
	return nil
}

// replied takes one line of a reply. Inside a reply of several lines any line is
// text but the one that has its code and a space.
func (d *Decoder) replied(line []byte) error {
	code, more, ok := replyLine(line)
	if d.reply.Code != 0 {
		if !ok || more || code != d.reply.Code {
			return nil
		}
	} else {
		if !ok {
			if len(line) == 0 {
				return nil
			}
			return d.fail("reply", "RFC 959 §4.2")
		}
		d.reply.Code = code
		if code == 220 || code == 215 {
			text := line[min(len(line), 4):]
			d.reply.Text = string(text[:min(len(text), maxText)])
		}
		if more {
			return nil
		}
	}
	r := d.reply
	d.reply = Reply{}
	if d.handle.Reply != nil {
		d.handle.Reply(r)
	}
	return nil
}

func (d *Decoder) fail(field, source string) error {
	return &format.Error{Format: "ftp", Offset: d.off, Field: field, Source: source, Err: format.ErrMalformed}
}

// withoutTelnet drops the Telnet commands that a client may send before ABOR
// (RFC 959 §4.1.3): each is the byte 255 and one more.
func withoutTelnet(line []byte) []byte {
	for len(line) >= 2 && line[0] == 0xff {
		line = line[2:]
	}
	return line
}

// Gap says that the next n bytes are lost: the line they belong to is skipped up
// to the next line end.
func (d *Decoder) Gap(n int64) error {
	if n > 0 && !d.sealed {
		d.held, d.cut, d.lost, d.reply = nil, false, true, Reply{}
	}
	d.off += n
	return nil
}

// Close ends the stream; it returns [format.ErrTruncated] inside a line or reply.
func (d *Decoder) Close() error {
	inside := len(d.held) > 0 || d.reply.Code != 0
	d.held, d.reply = nil, Reply{}
	if inside && !d.sealed {
		return &format.Error{Format: "ftp", Offset: d.off, Field: "line", Source: "RFC 959 §4", Err: format.ErrTruncated}
	}
	return nil
}
