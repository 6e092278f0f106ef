package ssh

import (
	"bytes"
	"encoding/binary"

	"github.com/wardround/wardround/format"
)

// The messages this package looks at (RFC 4250 §4.1.2). 31 and 33 both answer a
// Diffie-Hellman exchange with the host key first, 33 after a group exchange, in
// which 31 is the group (RFC 4253 §8, RFC 4419 §5, RFC 5656 §4).
const (
	msgKexInit  = 20
	msgNewKeys  = 21
	msgKexReply = 31
	msgGexReply = 33
)

// maxBanner is the longest line before the packets, in bytes (RFC 4253 §4.2), and
// maxLines how many a server may send before its identification; the number is ours.
const (
	maxBanner = 255
	maxLines  = 32
)

// Handler receives what one direction shows, in order. A nil function is skipped.
type Handler struct {
	Banner  func(Banner)
	KexInit func(*KexInit)
	HostKey func(HostKey) // of a server's direction
	Sealed  func()        // from here on all is encrypted
}

// Limits bound what a [Decoder] keeps.
type Limits struct {
	// MaxPacket is the longest packet kept, in bytes; 0 means 35,000, which every
	// implementation must take (RFC 4253 §6.1).
	MaxPacket int
}

// Decoder reads one direction of a connection until it is encrypted; what comes
// after is ignored and nothing is held.
type Decoder struct {
	handle Handler
	max    int
	off    int64 // stream offset of the next byte
	state  state
	lines  uint8
	need   int    // length of the packet being read, with its length field
	held   []byte // a line or packet that spans calls
}

type state uint8

const (
	inLines state = iota
	inPackets
	sealed
	failed
)

// NewDecoder returns a decoder of one direction.
func NewDecoder(l Limits, h Handler) *Decoder {
	if l.MaxPacket <= 0 {
		l.MaxPacket = 35000
	}
	return &Decoder{handle: h, max: l.MaxPacket}
}

// Feed takes the next bytes. After an error the rest of the stream is ignored.
func (d *Decoder) Feed(p []byte) error {
	for len(p) > 0 && d.state < sealed {
		var n int
		var err error
		if d.state == inLines {
			n, err = d.line(p)
		} else {
			n, err = d.packet(p)
		}
		if err != nil {
			d.state, d.held = failed, nil
			return err
		}
		p = p[n:]
		d.off += int64(n)
	}
	d.off += int64(len(p))
	return nil
}

func (d *Decoder) fail(field, source string, err error) error {
	return &format.Error{Format: "ssh", Offset: d.off, Field: field, Source: source, Err: err}
}

// line reads up to the end of a line and returns how many bytes it took.
func (d *Decoder) line(p []byte) (int, error) {
	n := bytes.IndexByte(p, '\n') + 1
	whole := n > 0
	if !whole {
		n = len(p)
	}
	if len(d.held)+n > maxBanner {
		return 0, d.fail("identification string", "RFC 4253 §4.2", format.ErrLimit)
	}
	line := p[:n]
	if !whole || d.held != nil {
		d.held = append(d.held, line...)
		line = d.held
	}
	if !whole {
		return n, nil
	}
	d.held = nil
	b, ok := parseBanner(bytes.TrimRight(line, "\r\n"))
	switch {
	case ok:
		if d.handle.Banner != nil {
			d.handle.Banner(b)
		}
		d.state = inPackets
		if b.Protocol != "2.0" && b.Protocol != "1.99" { // other packets follow (RFC 4253 §5)
			d.seal()
		}
	case bytes.HasPrefix(line, []byte("SSH-")):
		return 0, d.fail("identification string", "RFC 4253 §4.2", format.ErrMalformed)
	default:
		if d.lines++; d.lines > maxLines {
			return 0, d.fail("lines before the identification string", "", format.ErrLimit)
		}
	}
	return n, nil
}

// packet reads up to the end of a packet and returns how many bytes it took.
func (d *Decoder) packet(p []byte) (int, error) {
	const length = 4
	if len(d.held) < length {
		if len(d.held) == 0 && len(p) >= length {
			d.need = length + int(binary.BigEndian.Uint32(p))
		} else {
			n := min(length-len(d.held), len(p))
			d.held = append(d.held, p[:n]...)
			if len(d.held) < length {
				return n, nil
			}
			d.need = length + int(binary.BigEndian.Uint32(d.held))
			return n, d.checkLength()
		}
		if err := d.checkLength(); err != nil {
			return 0, err
		}
		if len(p) >= d.need {
			return d.need, d.message(p[:d.need])
		}
	}
	n := min(d.need-len(d.held), len(p))
	d.held = append(d.held, p[:n]...)
	if len(d.held) < d.need {
		return n, nil
	}
	whole := d.held
	d.held = nil
	return n, d.message(whole)
}

func (d *Decoder) checkLength() error {
	switch {
	case d.need < 4+1+1+4: // padding length, a payload, padding (RFC 4253 §6)
		return d.fail("packet length", "RFC 4253 §6", format.ErrMalformed)
	case d.need > d.max:
		return d.fail("packet", "RFC 4253 §6.1", format.ErrLimit)
	}
	return nil
}

// message looks at one whole packet.
func (d *Decoder) message(p []byte) error {
	payload := len(p) - 5 - int(p[4])
	if payload < 1 {
		return d.fail("padding length", "RFC 4253 §6", format.ErrMalformed)
	}
	body := p[5 : 5+payload]
	switch body[0] {
	case msgKexInit:
		k, err := parseKexInit(body[1:])
		if err != nil {
			return d.fail("KEXINIT", "RFC 4253 §7.1", err)
		}
		if d.handle.KexInit != nil {
			d.handle.KexInit(k)
		}
	case msgKexReply, msgGexReply:
		if blob, _, ok := cut(body[1:]); ok && d.handle.HostKey != nil {
			if k, ok := parseHostKey(blob); ok {
				d.handle.HostKey(k)
			}
		}
	case msgNewKeys:
		d.seal()
	}
	return nil
}

func (d *Decoder) seal() {
	d.state, d.held = sealed, nil
	if d.handle.Sealed != nil {
		d.handle.Sealed()
	}
}

// Gap says that the next n bytes are lost. Before encryption nothing tells where
// the next packet begins: Gap returns [format.ErrTruncated] and the rest is
// ignored. After it a loss does not matter.
func (d *Decoder) Gap(n int64) error {
	var err error
	if d.state < sealed && n > 0 {
		err = d.fail("bytes lost", "", format.ErrTruncated)
		d.state, d.held = failed, nil
	}
	d.off += n
	return err
}

// Close ends the stream; it returns [format.ErrTruncated] inside a line or packet.
func (d *Decoder) Close() error {
	if d.held == nil {
		return nil
	}
	d.held = nil
	return d.fail("packet", "", format.ErrTruncated)
}

// appendPacket frames a payload without cipher or MAC (RFC 4253 §6): padded with
// zeros to a multiple of eight.
func appendPacket(dst, payload []byte) []byte {
	padding := 8 - (5+len(payload))%8
	if padding < 4 {
		padding += 8
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(1+len(payload)+padding))
	dst = append(append(dst, byte(padding)), payload...)
	return append(dst, make([]byte, padding)...)
}

// AppendNewKeys adds the packet after which a direction is encrypted.
func AppendNewKeys(dst []byte) []byte { return appendPacket(dst, []byte{msgNewKeys}) }

// AppendKexReply adds a server's answer to a key exchange: its host key blob, its
// public value and its signature.
func AppendKexReply(dst, hostKey, public, signature []byte) []byte {
	payload := appendString([]byte{msgKexReply}, hostKey)
	payload = appendString(payload, public)
	return appendPacket(dst, appendString(payload, signature))
}

// Ed25519HostKey returns the blob of an Ed25519 public key (RFC 8709 §4).
func Ed25519HostKey(public [32]byte) []byte {
	return appendString(appendString(nil, []byte("ssh-ed25519")), public[:])
}
