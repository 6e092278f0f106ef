package dhcp

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"time"

	"github.com/wardround/wardround/format"
)

// options reads the option field and, where option 52 says so, file and sname
// after it (RFC 2131 §4.1). An option that occurs again continues the first, in
// that order (RFC 3396 §5). A field without end option is tolerated.
func (m *Message) options(p []byte) error {
	var at places
	if err := m.field(p, offOptions, len(p), &at); err != nil {
		m.names(p, 0)
		return err
	}
	var overload byte
	if o := m.Option(OptOverload); len(o) == 1 {
		overload = o[0] & 3
	}
	m.names(p, overload)
	if overload&1 != 0 {
		if err := m.field(p, offFile, offCookie, &at); err != nil {
			return err
		}
	}
	if overload&2 != 0 {
		return m.field(p, offName, offFile, &at)
	}
	return nil
}

// places says where in Options a code stands, counted from 1.
type places [256]uint8

// names reads sname and file unless they hold options.
func (m *Message) names(p []byte, overload byte) {
	if overload&1 == 0 {
		m.File = text(p[offFile:offCookie])
	}
	if overload&2 == 0 {
		m.ServerName = text(p[offName:offFile])
	}
}

func (m *Message) field(p []byte, off, stop int, at *places) error {
	for off < stop {
		code := Code(p[off])
		switch code {
		case OptPad:
			off++
			continue
		case OptEnd:
			return nil
		}
		if off+2 > stop || off+2+int(p[off+1]) > stop {
			return &format.Error{Format: "dhcp", Offset: int64(off), Field: "option", Source: "RFC 2132 §2", Err: format.ErrTruncated}
		}
		end := off + 2 + int(p[off+1])
		m.add(code, p[off+2:end:end], at)
		off = end
	}
	return nil
}

// add joins the parts of an option. The first part is not copied: its capacity
// is its length, so that append copies it when a second comes.
func (m *Message) add(code Code, data []byte, at *places) {
	if i := at[code]; i > 0 {
		o := &m.Options[i-1]
		o.Data = append(o.Data, data...)
		return
	}
	if m.Options == nil {
		m.Options = make([]Option, 0, 16)
	}
	m.Options = append(m.Options, Option{code, data})
	at[code] = uint8(len(m.Options)) // at most 254 codes are options
}

// Option returns the data of an option, nil if the message has none.
func (m *Message) Option(c Code) []byte {
	for i := range m.Options {
		if m.Options[i].Code == c {
			return m.Options[i].Data
		}
	}
	return nil
}

// Type returns the message type; 0 for BOOTP, or a type this package does not know.
func (m *Message) Type() Type {
	if o := m.Option(OptMessageType); len(o) == 1 {
		return Type(o[0])
	}
	return 0
}

// Text returns an option that holds text, such as [OptHostName] or
// [OptVendorClass], up to its first NUL.
func (m *Message) Text(c Code) string { return text(m.Option(c)) }

func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// Addrs returns the addresses of an option such as [OptRouter] or [OptNameServer].
func (m *Message) Addrs(c Code) []netip.Addr {
	o := m.Option(c)
	if len(o) == 0 || len(o)%4 != 0 {
		return nil
	}
	list := make([]netip.Addr, 0, len(o)/4)
	for ; len(o) > 0; o = o[4:] {
		list = append(list, netip.AddrFrom4([4]byte(o)))
	}
	return list
}

// Addr returns the only address of an option such as [OptRequestedIP] or
// [OptServerID]; the zero Addr if it has none.
func (m *Message) Addr(c Code) netip.Addr {
	if o := m.Option(c); len(o) == 4 {
		return netip.AddrFrom4([4]byte(o))
	}
	return netip.Addr{}
}

// Lease returns the lease time (RFC 2132 §9.2); 0 if the message names none.
func (m *Message) Lease() time.Duration {
	if o := m.Option(OptLeaseTime); len(o) == 4 {
		return time.Duration(binary.BigEndian.Uint32(o)) * time.Second
	}
	return 0
}

// BootFile returns the name of the file to load, from option 67 or the file
// field, and whence: option 66, the sname field, or the siaddr field's address.
func (m *Message) BootFile() (server, file string) {
	if file = m.Text(OptBootFile); file == "" {
		file = m.File
	}
	if server = m.Text(OptTFTPServer); server == "" {
		server = m.ServerName
	}
	if server == "" && m.NextServer.IsValid() && !m.NextServer.IsUnspecified() {
		server = m.NextServer.String()
	}
	return server, file
}

// FQDN is the client's full name, option 81 (RFC 4702 §2), or of DHCPv6 option
// 39 (RFC 4704 §4).
type FQDN struct {
	Flags byte   // S 1, O 2, E 4, N 8; the last two bits of DHCPv6 are other than these
	Name  string // without closing dot; may be the first label only
}

// FQDN returns the client's full name; ok is false if the message has none or
// it is broken.
func (m *Message) FQDN() (f FQDN, ok bool) {
	o := m.Option(OptFQDN)
	if len(o) < 3 {
		return FQDN{}, false
	}
	const wireNames = 0x04 // the E bit: labels as in DNS, not ASCII
	if o[0]&wireNames == 0 {
		return FQDN{o[0], strings.TrimSuffix(text(o[3:]), ".")}, true
	}
	name, ok := labels(o[3:])
	return FQDN{o[0], name}, ok
}

// labels reads a name of DNS labels, uncompressed; one without closing zero is
// partial and fine (RFC 4702 §3.1).
func labels(p []byte) (string, bool) {
	var b strings.Builder
	for len(p) > 0 && p[0] != 0 {
		n := int(p[0])
		if n > 63 || 1+n > len(p) {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.Write(p[1 : 1+n])
		p = p[1+n:]
	}
	return b.String(), true
}

// appendLabels writes name as DNS labels, each cut to 63 bytes.
func appendLabels(dst []byte, name string) []byte {
	for label := range strings.SplitSeq(name, ".") {
		label = label[:min(len(label), 63)]
		dst = append(append(dst, byte(len(label))), label...)
	}
	return append(dst, 0)
}
