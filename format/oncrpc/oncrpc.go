// Package oncrpc reads the head of calls of Open Network Computing RPC
// (RFC 5531), and of NFS, its best-known program, whether files are read or
// written and what they are called. That is enough to see a device load its
// firmware from a file server.
package oncrpc

import (
	"encoding/binary"
	"errors"

	"github.com/wardround/wardround/format"
)

// The programs this package names (RFC 1833, RFC 1813).
const (
	Portmapper = 100000
	NFS        = 100003
	Mount      = 100005
)

// Flavor says how a caller identifies itself (RFC 5531 §8.2).
type Flavor uint32

// The flavors. Only GSS proves anything.
const (
	AuthNone Flavor = 0
	AuthSys  Flavor = 1 // the caller names its host, user and groups
	AuthGSS  Flavor = 6 // RFC 2203
)

// Call is the head of one call.
type Call struct {
	XID       uint32
	Program   uint32
	Version   uint32
	Procedure uint32
	Flavor    Flavor
	Machine   string // the caller's name for itself, with [AuthSys]
	Arguments []byte // as many as are there; shared with the input
}

const (
	typeCall  = 0
	typeReply = 1
	version2  = 2 // of the RPC protocol itself

	maxCredential = 400 // bytes, RFC 5531 §8.2
	maxMachine    = 255 // bytes, RFC 5531 appendix A
)

// Recognise judges a datagram: Yes for a call of a plausible program, Likely for
// a reply.
func Recognise(p []byte) format.Match {
	if len(p) < 12 {
		return format.No
	}
	switch binary.BigEndian.Uint32(p[4:]) {
	case typeCall:
		c, err := Parse(p)
		if err == nil && (c.Flavor <= AuthGSS) && plausible(c.Program) && c.Version <= 16 && c.Procedure <= 256 {
			return format.Yes
		}
	case typeReply:
		// Accepted, with a verifier of a known flavor, or denied (RFC 5531 §9).
		stat, flavor := binary.BigEndian.Uint32(p[8:]), uint32(0)
		if len(p) >= 24 {
			flavor = binary.BigEndian.Uint32(p[12:])
		}
		if len(p)%4 == 0 && stat <= 1 && len(p) >= 20 && flavor <= uint32(AuthGSS) {
			return format.Likely
		}
	}
	return format.No
}

// plausible reports whether a program number is one of those given out by the
// registry (RFC 5531 §13): all in use begin at 100,000.
func plausible(program uint32) bool { return program >= 100000 && program < 0x20000000 }

// RecogniseTCP judges the first bytes of a connection: a record mark (RFC 5531
// §11) and a message.
func RecogniseTCP(p []byte) format.Match {
	if len(p) < mark+12 {
		return format.More
	}
	size := int(binary.BigEndian.Uint32(p) &^ lastFragment)
	if size < 12 || size > 8<<20 || binary.BigEndian.Uint32(p[mark+4:]) > typeReply {
		return format.No
	}
	p = p[mark:min(len(p), mark+size)]
	if len(p) < size && binary.BigEndian.Uint32(p[4:]) == typeCall && binary.BigEndian.Uint32(p[8:]) == version2 {
		if _, err := Parse(p); errors.Is(err, format.ErrTruncated) {
			return format.More
		}
	}
	return Recognise(p)
}

// Parse reads the head of one call. It returns [format.ErrMalformed] if the bytes
// are no call of RPC version 2, [format.ErrLimit] for a credential over 400
// bytes, and [format.ErrTruncated] if the head does not end.
func Parse(p []byte) (Call, error) {
	if len(p) < 24 {
		return Call{}, fail(len(p), "call", format.ErrTruncated)
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(p[4*i:]) }
	c := Call{XID: word(0), Program: word(3), Version: word(4), Procedure: word(5)}
	if word(1) != typeCall {
		return c, fail(4, "message type", format.ErrMalformed)
	}
	if word(2) != version2 {
		return c, fail(8, "RPC version", format.ErrMalformed)
	}
	r := reader{p[24:]}
	flavor, _ := r.word()
	c.Flavor = Flavor(flavor)
	credential, err := r.opaque(maxCredential)
	if err != nil {
		return c, fail(28, "credential", err)
	}
	if c.Flavor == AuthSys {
		body := reader{credential}
		_, _ = body.word() // a stamp
		if machine, err := body.opaque(maxMachine); err == nil {
			c.Machine = string(machine)
		}
	}
	if _, err = r.word(); err == nil {
		_, err = r.opaque(maxCredential)
	}
	if err != nil {
		return c, fail(len(p)-len(r.p), "verifier", err)
	}
	c.Arguments = r.p
	return c, nil
}

func fail(off int, field string, err error) error {
	return &format.Error{Format: "oncrpc", Offset: int64(off), Field: field, Source: "RFC 5531 §9", Err: err}
}

// Append adds the call to dst. The credential of [AuthSys] names user and group
// 65534; other flavors have an empty one.
func (c *Call) Append(dst []byte) []byte {
	for _, w := range []uint32{c.XID, typeCall, version2, c.Program, c.Version, c.Procedure, uint32(c.Flavor)} {
		dst = binary.BigEndian.AppendUint32(dst, w)
	}
	var credential []byte
	if c.Flavor == AuthSys {
		credential = AppendOpaque([]byte{0, 0, 0, 0}, []byte(c.Machine))
		for _, w := range []uint32{65534, 65534, 0} { // user, group, no more groups
			credential = binary.BigEndian.AppendUint32(credential, w)
		}
	}
	dst = AppendOpaque(dst, credential)
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0) // an empty verifier
	return append(dst, c.Arguments...)
}

// AppendTCP adds the call to dst as one record of a connection.
func (c *Call) AppendTCP(dst []byte) []byte {
	start := len(dst)
	dst = c.Append(append(dst, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(dst[start:], lastFragment|uint32(len(dst)-start-mark))
	return dst
}

// AppendOpaque adds variable-length data in XDR (RFC 4506 §4.10): length, bytes,
// padding to a multiple of four.
func AppendOpaque(dst, p []byte) []byte {
	dst = append(binary.BigEndian.AppendUint32(dst, uint32(len(p))), p...)
	return append(dst, make([]byte, -len(p)&3)...)
}

// reader takes XDR values from the front of p.
type reader struct{ p []byte }

func (r *reader) word() (uint32, error) {
	if len(r.p) < 4 {
		r.p = nil
		return 0, format.ErrTruncated
	}
	w := binary.BigEndian.Uint32(r.p)
	r.p = r.p[4:]
	return w, nil
}

func (r *reader) skip(n int) error {
	if len(r.p) < n {
		r.p = nil
		return format.ErrTruncated
	}
	r.p = r.p[n:]
	return nil
}

// opaque takes variable-length data of at most limit bytes.
func (r *reader) opaque(limit uint32) ([]byte, error) {
	n, err := r.word()
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, format.ErrLimit
	}
	data := r.p
	if err := r.skip(int(n+3) &^ 3); err != nil {
		return nil, err
	}
	return data[:n], nil
}
