package telnet

import "github.com/wardround/wardround/format"

// Handler receives the events of one direction, in order; a nil function is skipped.
type Handler struct {
	Option         func(Verb, byte)
	Subnegotiation func(option byte, size int) // size of its parameters in bytes
	Prompt         func(Prompt)                // at the colon that ends it; from a server
	Line           func(size int)              // a line ended after so many bytes of data
}

// maxPrompt is the longest line that can hold a prompt, in bytes.
const maxPrompt = 80

// Decoder reads one direction of a connection. It holds no more than a line of
// 80 bytes, and of a client's direction nothing at all.
type Decoder struct {
	handle Handler
	server bool
	state  state
	verb   Verb
	option byte
	size   int    // of the line, or of the subnegotiation's parameters
	line   []byte // a server's line so far, while it may still become a prompt
	cr     bool   // the last byte was a carriage return
}

type state uint8

const (
	data state = iota
	command
	negotiation
	subOption
	parameters
	parametersCommand
)

// NewClientDecoder returns a decoder of what a client sends.
func NewClientDecoder(h Handler) *Decoder { return &Decoder{handle: h} }

// NewServerDecoder returns a decoder of what a server sends.
func NewServerDecoder(h Handler) *Decoder { return &Decoder{handle: h, server: true} }

// Feed takes the next bytes. Any bytes are Telnet: there is no error.
func (d *Decoder) Feed(p []byte) error {
	for _, b := range p {
		switch d.state {
		case data:
			if b == iac {
				d.state = command
			} else {
				d.data(b)
			}
		case command:
			d.command(b)
		case negotiation:
			d.state = data
			if d.handle.Option != nil {
				d.handle.Option(d.verb, b)
			}
		case subOption:
			d.option, d.size, d.state = b, 0, parameters
		case parameters:
			if b == iac {
				d.state = parametersCommand
			} else {
				d.size++
			}
		case parametersCommand:
			d.parametersCommand(b)
		}
	}
	return nil
}

func (d *Decoder) command(b byte) {
	switch {
	case b == iac: // a byte 255 of data
		d.state = data
		d.data(b)
	case b >= byte(Will):
		d.verb, d.state = Verb(b), negotiation
	case b == sb:
		d.state = subOption
		d.endLine(false) // its size is counted where the line's was
	default:
		d.state = data
	}
}

func (d *Decoder) parametersCommand(b byte) {
	switch b {
	case iac:
		d.size++
		d.state = parameters
	case se:
		if d.handle.Subnegotiation != nil {
			d.handle.Subnegotiation(d.option, d.size)
		}
		d.size, d.state = 0, data
	default: // anything else is lost parameters; RFC 855 leaves it open
		d.state = parameters
	}
}

// data takes one byte of text. A line ends with CR LF, CR NUL (RFC 854, "The
// Telnet Printer"), or either alone.
func (d *Decoder) data(b byte) {
	afterCR := d.cr
	d.cr = b == '\r'
	switch {
	case b == '\r':
		d.endLine(true)
	case b == '\n' || b == 0:
		if !afterCR && b == '\n' {
			d.endLine(true)
		}
	default:
		d.size++
		if d.server {
			d.prompt(b)
		}
	}
}

func (d *Decoder) prompt(b byte) {
	if b == ':' && d.size <= maxPrompt {
		if p := promptOf(d.line); p != 0 && d.handle.Prompt != nil {
			d.handle.Prompt(p)
		}
	}
	if len(d.line) < maxPrompt {
		d.line = append(d.line, b)
	}
}

func (d *Decoder) endLine(tell bool) {
	if tell && d.handle.Line != nil {
		d.handle.Line(d.size)
	}
	d.size, d.line = 0, d.line[:0]
}

// Gap says that the next n bytes are lost. Reading goes on as text; a command
// that was cut is dropped.
func (d *Decoder) Gap(n int64) error {
	if n > 0 {
		d.state, d.cr = data, false
		d.endLine(false)
	}
	return nil
}

// Close ends the stream; it returns [format.ErrTruncated] inside a command.
func (d *Decoder) Close() error {
	inside := d.state != data
	d.state, d.line = data, nil
	if inside {
		return &format.Error{Format: "telnet", Offset: -1, Field: "command", Source: "RFC 854", Err: format.ErrTruncated}
	}
	return nil
}
