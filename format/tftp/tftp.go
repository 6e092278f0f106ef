// Package tftp decodes and encodes the packets of the Trivial File Transfer
// Protocol (RFC 1350) with option negotiation (RFC 2347): how many devices load
// their firmware, without any proof of where it comes from.
package tftp

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/wardround/wardround/format"
)

// Op is what a packet does (RFC 1350 §5).
type Op uint16

// The operations.
const (
	Read        Op = iota + 1 // RRQ: the client asks for a file
	Write                     // WRQ: the client brings one
	Data                      // DATA
	Acknowledge               // ACK
	Failure                   // ERROR
	Options                   // OACK, RFC 2347
)

// Option is one option of a request or its acknowledgement, such as blksize
// (RFC 2348) or tsize (RFC 2349).
type Option struct{ Name, Value string }

// Packet is one packet; which fields are set depends on Op.
type Packet struct {
	Op       Op
	Filename string   // Read, Write
	Mode     string   // Read, Write: netascii, octet or mail, in any case
	Options  []Option // Read, Write, Options
	Block    uint16   // Data, Acknowledge
	Data     []byte   // Data; after Parse it shares the packet's bytes
	Code     uint16   // Failure
	Text     string   // Failure
}

// maxRequest is the longest request, in bytes (RFC 2347), and maxOptions how
// many options one may have; the number is ours.
const (
	maxRequest = 512
	maxOptions = 32
)

// Recognise judges a datagram: Yes for a request, Likely for an error or option
// acknowledgement. Data and its acknowledgement have no signature: they are
// known only by the request before them, whose server answers from a new port
// (RFC 1350 §4).
func Recognise(p []byte) format.Match {
	if len(p) < 4 || p[0] != 0 {
		return format.No
	}
	switch Op(p[1]) {
	case Read, Write:
		if x, err := Parse(p); err == nil && knownMode(x.Mode) && printable(x.Filename) {
			return format.Yes
		}
	case Failure, Options:
		if x, err := Parse(p); err == nil && x.Code <= 8 && printable(x.Text) && (x.Op == Failure || knownOptions(x.Options)) {
			return format.Likely
		}
	}
	return format.No
}

func knownMode(mode string) bool {
	return strings.EqualFold(mode, "octet") || strings.EqualFold(mode, "netascii") || strings.EqualFold(mode, "mail")
}

func knownOptions(options []Option) bool {
	for _, o := range options {
		switch strings.ToLower(o.Name) {
		case "blksize", "tsize", "timeout", "windowsize", "multicast": // RFC 2348, 2349, 7440, 2090
		default:
			return false
		}
	}
	return len(options) > 0
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// Parse reads one packet. It returns [format.ErrTruncated] if a string does not
// end, [format.ErrMalformed] for an unknown operation or an empty name, and
// [format.ErrLimit] for a request over 512 bytes or 32 options.
func Parse(p []byte) (Packet, error) {
	if len(p) < 4 {
		return Packet{}, fail(len(p), "packet", format.ErrTruncated)
	}
	x := Packet{Op: Op(binary.BigEndian.Uint16(p))}
	rest := p[2:]
	switch x.Op {
	case Read, Write:
		if len(p) > maxRequest {
			return x, fail(maxRequest, "request", format.ErrLimit)
		}
		var ok bool
		if x.Filename, rest, ok = cut(rest); !ok {
			return x, fail(2, "filename", format.ErrTruncated)
		}
		if x.Filename == "" {
			return x, fail(2, "filename", format.ErrMalformed)
		}
		if x.Mode, rest, ok = cut(rest); !ok {
			return x, fail(len(p), "mode", format.ErrTruncated)
		}
		return x, x.options(rest, len(p)-len(rest))
	case Options:
		return x, x.options(rest, 2)
	case Data:
		x.Block, x.Data = binary.BigEndian.Uint16(rest), rest[2:]
	case Acknowledge:
		x.Block = binary.BigEndian.Uint16(rest)
	case Failure:
		x.Code = binary.BigEndian.Uint16(rest)
		var ok bool
		if x.Text, _, ok = cut(rest[2:]); !ok {
			return x, fail(4, "error message", format.ErrTruncated)
		}
	default:
		return x, fail(0, "opcode", format.ErrMalformed)
	}
	return x, nil
}

// options reads pairs of strings that begin at off in the packet.
func (x *Packet) options(rest []byte, off int) error {
	for len(rest) > 0 {
		name, after, ok := cut(rest)
		var value string
		if ok {
			value, after, ok = cut(after)
		}
		if !ok {
			return fail(off, "option", format.ErrTruncated)
		}
		if len(x.Options) == maxOptions {
			return fail(off, "options", format.ErrLimit)
		}
		x.Options = append(x.Options, Option{name, value})
		off += len(rest) - len(after)
		rest = after
	}
	return nil
}

func fail(off int, field string, err error) error {
	return &format.Error{Format: "tftp", Offset: int64(off), Field: field, Source: "RFC 1350 §5", Err: err}
}

// cut takes a string up to its NUL.
func cut(p []byte) (s string, rest []byte, ok bool) {
	before, rest, ok := bytes.Cut(p, []byte{0})
	return string(before), rest, ok
}

// Append adds the packet to dst. Strings must hold no NUL.
func (x *Packet) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(x.Op))
	text := func(s string) { dst = append(append(dst, s...), 0) }
	switch x.Op {
	case Read, Write:
		text(x.Filename)
		text(x.Mode)
	case Data:
		return append(binary.BigEndian.AppendUint16(dst, x.Block), x.Data...)
	case Acknowledge:
		return binary.BigEndian.AppendUint16(dst, x.Block)
	case Failure:
		dst = binary.BigEndian.AppendUint16(dst, x.Code)
		text(x.Text)
		return dst
	}
	for _, o := range x.Options {
		text(o.Name)
		text(o.Value)
	}
	return dst
}
