package dhcp

import (
	"encoding/binary"
	"net/netip"

	"github.com/wardround/wardround/format"
)

// TypeV6 is the type of a DHCPv6 message (RFC 8415 §7.3).
type TypeV6 uint8

// The message types that name a client.
const (
	Solicit     TypeV6 = 1
	Advertise   TypeV6 = 2
	RequestV6   TypeV6 = 3
	Confirm     TypeV6 = 4
	Renew       TypeV6 = 5
	Rebind      TypeV6 = 6
	ReplyV6     TypeV6 = 7
	ReleaseV6   TypeV6 = 8
	DeclineV6   TypeV6 = 9
	Reconfigure TypeV6 = 10
	Information TypeV6 = 11

	relayForward TypeV6 = 12
	relayReply   TypeV6 = 13
)

// The options of DHCPv6 that this package reads (RFC 8415 §21, RFC 4704).
const (
	v6ClientID     = 1
	v6ServerID     = 2
	v6Address      = 5
	v6Request      = 6
	v6Relayed      = 9
	v6VendorClass  = 16
	v6FQDN         = 39
	v6IANA         = 3
	v6IANAHeader   = 12 // IAID, T1, T2 before the options inside
	v6AddressSize  = 24 // address, preferred and valid lifetime
	v6RelayHeader  = 34 // type, hops, link and peer address
	maxRelayNested = 8  // as RFC 8415 §7.6 limits hops
)

// MessageV6 is what a DHCPv6 message says about its client and server.
type MessageV6 struct {
	Type        TypeV6
	Transaction uint32       // 24 bits
	ClientID    []byte       // the client's DUID (RFC 8415 §11)
	ServerID    []byte       // the server's DUID
	Requested   []uint16     // option request: the codes asked for, a fingerprint like option 55 of IPv4
	VendorClass []byte       // enterprise number and classes (RFC 8415 §21.16)
	FQDN        FQDN         // zero if absent
	Addrs       []netip.Addr // addresses in the identity associations
	Relayed     bool         // came inside a relay's message
}

// RecogniseV6 judges a datagram.
func RecogniseV6(p []byte) format.Match {
	if len(p) < 4 {
		return format.No
	}
	header := 4
	switch t := TypeV6(p[0]); {
	case t == relayForward || t == relayReply:
		header = v6RelayHeader
	case t < Solicit || t > Information:
		return format.No
	}
	if len(p) <= header {
		return format.No
	}
	off, known := header, false
	for off+4 <= len(p) {
		code := binary.BigEndian.Uint16(p[off:])
		if code == 0 || code > 200 { // IANA has given out codes up to about 150
			return format.No
		}
		known = known || code == v6ClientID || code == v6Relayed
		off += 4 + int(binary.BigEndian.Uint16(p[off+2:]))
	}
	switch {
	case off != len(p):
		return format.No
	case known:
		return format.Yes
	default:
		return format.Likely
	}
}

// ParseV6 reads one message; of a relayed one, the message inside. It returns
// [format.ErrTruncated] if an option ends early, [format.ErrMalformed] for an
// unknown type or broken option, and [format.ErrLimit] for more than 8 relays.
func ParseV6(p []byte) (MessageV6, error) {
	return parseV6(p, 0, 0)
}

func parseV6(p []byte, base, depth int) (MessageV6, error) {
	if len(p) < 4 {
		return MessageV6{}, failV6(base, "header", format.ErrTruncated)
	}
	t := TypeV6(p[0])
	if t == relayForward || t == relayReply {
		return parseRelay(p, base, depth)
	}
	if t < Solicit || t > Information {
		return MessageV6{}, failV6(base, "msg-type", format.ErrMalformed)
	}
	m := MessageV6{Type: t, Transaction: binary.BigEndian.Uint32(p) & 0xffffff, Relayed: depth > 0}
	err := eachOption(p, 4, base, func(code int, data []byte, at int) error {
		switch code {
		case v6ClientID:
			m.ClientID = data
		case v6ServerID:
			m.ServerID = data
		case v6VendorClass:
			m.VendorClass = data
		case v6Request:
			for d := data; len(d) >= 2; d = d[2:] {
				m.Requested = append(m.Requested, binary.BigEndian.Uint16(d))
			}
		case v6FQDN:
			if len(data) > 0 {
				name, ok := labels(data[1:])
				if !ok {
					return failV6(at, "client FQDN", format.ErrMalformed)
				}
				m.FQDN = FQDN{data[0], name}
			}
		case v6IANA:
			return m.association(data, at)
		}
		return nil
	})
	return m, err
}

// association reads the addresses of one identity association (RFC 8415 §21.4).
func (m *MessageV6) association(data []byte, at int) error {
	if len(data) < v6IANAHeader {
		return failV6(at, "IA_NA", format.ErrTruncated)
	}
	return eachOption(data, v6IANAHeader, at, func(code int, data []byte, at int) error {
		if code == v6Address {
			if len(data) < v6AddressSize {
				return failV6(at, "IA address", format.ErrTruncated)
			}
			m.Addrs = append(m.Addrs, netip.AddrFrom16([16]byte(data)))
		}
		return nil
	})
}

func parseRelay(p []byte, base, depth int) (m MessageV6, err error) {
	if depth == maxRelayNested {
		return m, failV6(base, "relays", format.ErrLimit)
	}
	if len(p) < v6RelayHeader {
		return m, failV6(base, "relay header", format.ErrTruncated)
	}
	found := false
	err = eachOption(p, v6RelayHeader, base, func(code int, data []byte, at int) error {
		if code != v6Relayed || found {
			return nil
		}
		found = true
		var err error
		m, err = parseV6(data, at, depth+1)
		return err
	})
	if err == nil && !found {
		err = failV6(base, "relay message option", format.ErrMalformed)
	}
	return m, err
}

// eachOption calls f for every option of p from off on; base is where p stands
// in the datagram.
func eachOption(p []byte, off, base int, f func(code int, data []byte, at int) error) error {
	for off < len(p) {
		if off+4 > len(p) {
			return failV6(base+off, "option", format.ErrTruncated)
		}
		end := off + 4 + int(binary.BigEndian.Uint16(p[off+2:]))
		if end > len(p) {
			return failV6(base+off, "option", format.ErrTruncated)
		}
		if err := f(int(binary.BigEndian.Uint16(p[off:])), p[off+4:end:end], base+off+4); err != nil {
			return err
		}
		off = end
	}
	return nil
}

func failV6(off int, field string, err error) error {
	return &format.Error{Format: "dhcpv6", Offset: int64(off), Field: field, Source: "RFC 8415 §8", Err: err}
}

// Append adds the message to dst, not relayed. Addresses go into one identity
// association with lifetimes of an hour.
func (m *MessageV6) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(m.Type)<<24|m.Transaction&0xffffff)
	option := func(code uint16, data []byte) {
		dst = binary.BigEndian.AppendUint16(dst, code)
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(data)))
		dst = append(dst, data...)
	}
	if m.ClientID != nil {
		option(v6ClientID, m.ClientID)
	}
	if m.ServerID != nil {
		option(v6ServerID, m.ServerID)
	}
	if len(m.Requested) > 0 {
		var b []byte
		for _, code := range m.Requested {
			b = binary.BigEndian.AppendUint16(b, code)
		}
		option(v6Request, b)
	}
	if m.VendorClass != nil {
		option(v6VendorClass, m.VendorClass)
	}
	if m.FQDN.Name != "" {
		option(v6FQDN, appendLabels([]byte{m.FQDN.Flags}, m.FQDN.Name))
	}
	if len(m.Addrs) > 0 {
		b := make([]byte, v6IANAHeader)
		for _, a := range m.Addrs {
			b = append(b, 0, v6Address, 0, v6AddressSize)
			b = append(b, a.AsSlice()...)
			b = append(b, 0, 0, 0x0e, 0x10, 0, 0, 0x0e, 0x10) // 3,600 s
		}
		option(v6IANA, b)
	}
	return dst
}

// HardwareAddr returns the Ethernet address inside a DUID that is based on one
// (RFC 8415 §11.2, §11.4); ok is false for other DUIDs.
func HardwareAddr(duid []byte) (mac [6]byte, ok bool) {
	if len(duid) < 4 || binary.BigEndian.Uint16(duid[2:]) != 1 {
		return mac, false
	}
	switch kind := binary.BigEndian.Uint16(duid); {
	case kind == 1 && len(duid) == 14: // link-layer address plus time
		return [6]byte(duid[8:]), true
	case kind == 3 && len(duid) == 10: // link-layer address
		return [6]byte(duid[4:]), true
	}
	return mac, false
}
