package tls

import "fmt"

// Version is a protocol version as it is on the wire.
type Version uint16

// The protocol versions.
const (
	SSL20 Version = 0x0002
	SSL30 Version = 0x0300
	TLS10 Version = 0x0301
	TLS11 Version = 0x0302
	TLS12 Version = 0x0303
	TLS13 Version = 0x0304
)

// String returns "TLS 1.2", "SSL 3.0", or the number.
func (v Version) String() string {
	switch v {
	case SSL20:
		return "SSL 2.0"
	case SSL30:
		return "SSL 3.0"
	case TLS10, TLS11, TLS12, TLS13:
		return fmt.Sprintf("TLS 1.%d", v-TLS10)
	}
	if v&0xff00 == 0x7f00 {
		return fmt.Sprintf("TLS 1.3 draft %d", v&0xff) // RFC 8446 drafts, §4.2.1.1
	}
	return fmt.Sprintf("0x%04x", uint16(v))
}

// grease reports whether v is one of the values that clients send to keep peers
// tolerant, and that mean nothing (RFC 8701 §2).
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// Direction is who sent something.
type Direction uint8

// The directions.
const (
	FromClient Direction = iota
	FromServer
)

// String returns "client" or "server".
func (d Direction) String() string {
	if d == FromClient {
		return "client"
	}
	return "server"
}
