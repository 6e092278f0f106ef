package tls

import "fmt"

// ExtensionType is an extension's number in the IANA registry.
type ExtensionType uint16

// The extensions that the package reads, or that checks ask for.
const (
	ExtServerName           ExtensionType = 0
	ExtStatusRequest        ExtensionType = 5
	ExtSupportedGroups      ExtensionType = 10
	ExtPointFormats         ExtensionType = 11
	ExtSignatureAlgorithms  ExtensionType = 13
	ExtHeartbeat            ExtensionType = 15
	ExtALPN                 ExtensionType = 16
	ExtPadding              ExtensionType = 21
	ExtEncryptThenMAC       ExtensionType = 22
	ExtExtendedMasterSecret ExtensionType = 23
	ExtSessionTicket        ExtensionType = 35
	ExtPreSharedKey         ExtensionType = 41
	ExtEarlyData            ExtensionType = 42
	ExtSupportedVersions    ExtensionType = 43
	ExtCookie               ExtensionType = 44
	ExtPSKModes             ExtensionType = 45
	ExtKeyShare             ExtensionType = 51
	ExtEncryptedClientHello ExtensionType = 0xfe0d
	ExtRenegotiationInfo    ExtensionType = 0xff01
)

var extensionNames = map[ExtensionType]string{
	0: "server_name", 1: "max_fragment_length", 5: "status_request", 10: "supported_groups",
	11: "ec_point_formats", 13: "signature_algorithms", 14: "use_srtp", 15: "heartbeat",
	16: "application_layer_protocol_negotiation", 17: "status_request_v2", 18: "signed_certificate_timestamp",
	21: "padding", 22: "encrypt_then_mac", 23: "extended_master_secret", 27: "compress_certificate",
	28: "record_size_limit", 34: "delegated_credential", 35: "session_ticket", 41: "pre_shared_key",
	42: "early_data", 43: "supported_versions", 44: "cookie", 45: "psk_key_exchange_modes",
	47: "certificate_authorities", 49: "post_handshake_auth", 50: "signature_algorithms_cert",
	51: "key_share", 0x3374: "next_protocol_negotiation", 0x4469: "application_settings",
	0xfe0d: "encrypted_client_hello", 0xff01: "renegotiation_info",
}

// String returns the extension's name in the IANA registry, or the number.
func (t ExtensionType) String() string {
	if n := extensionNames[t]; n != "" {
		return n
	}
	return fmt.Sprintf("extension_%d", uint16(t))
}

// Extension is one extension of a hello (RFC 8446 §4.2).
type Extension struct {
	Type ExtensionType
	Data []byte
}

func (c *cursor) extensions() (list []Extension) {
	if c.left() == 0 { // hellos before RFC 3546 end without
		return nil
	}
	e := cursor{b: c.vec16("extensions")}
	list = []Extension{} // there, if empty
	for e.left() > 0 {
		x := Extension{Type: ExtensionType(e.u16("extension type"))}
		x.Data = e.vec16("extension data")
		if !e.ok() {
			c.off -= len(e.b) - e.at // report the place inside
			c.fail(e.field)
			return list
		}
		list = append(list, x)
	}
	return list
}

func appendExtensions(dst []byte, list []Extension) []byte {
	if list == nil {
		return dst
	}
	return prefixed(dst, 2, func(dst []byte) []byte {
		for _, x := range list {
			dst = append(dst, byte(x.Type>>8), byte(x.Type))
			dst = vector(dst, 2, x.Data)
		}
		return dst
	})
}

// Empty returns an extension without content: extended_master_secret,
// session_ticket, encrypt_then_mac …
func Empty(t ExtensionType) Extension { return Extension{Type: t} }

// ServerName returns a server_name extension (RFC 6066 §3).
func ServerName(host string) Extension {
	return Extension{ExtServerName, prefixed(nil, 2, func(b []byte) []byte {
		return vector(append(b, 0), 2, []byte(host))
	})}
}

// ALPN returns an application_layer_protocol_negotiation extension (RFC 7301
// §3.1); a server's holds one protocol.
func ALPN(protocols ...string) Extension {
	return Extension{ExtALPN, prefixed(nil, 2, func(b []byte) []byte {
		for _, p := range protocols {
			b = vector(b, 1, []byte(p))
		}
		return b
	})}
}

// SupportedVersions returns a client's supported_versions (RFC 8446 §4.2.1).
func SupportedVersions(list ...Version) Extension {
	return Extension{ExtSupportedVersions, vector(nil, 1, appendNumbers(nil, list))}
}

// SelectedVersion returns a server's supported_versions (RFC 8446 §4.2.1).
func SelectedVersion(v Version) Extension {
	return Extension{ExtSupportedVersions, appendNumbers(nil, []Version{v})}
}

// SupportedGroups returns a supported_groups extension (RFC 8446 §4.2.7).
func SupportedGroups(list ...Group) Extension {
	return Extension{ExtSupportedGroups, vector(nil, 2, appendNumbers(nil, list))}
}

// PointFormats returns an ec_point_formats extension with the uncompressed format
// alone (RFC 8422 §5.1.2).
func PointFormats() Extension { return Extension{ExtPointFormats, []byte{1, 0}} }

// SignatureAlgorithms returns a signature_algorithms extension (RFC 8446 §4.2.3).
func SignatureAlgorithms(list ...SignatureScheme) Extension {
	return Extension{ExtSignatureAlgorithms, vector(nil, 2, appendNumbers(nil, list))}
}

// KeyShare is one public key of a key_share extension (RFC 8446 §4.2.8).
type KeyShare struct {
	Group Group
	Key   []byte
}

func (k KeyShare) append(b []byte) []byte {
	return vector(appendNumbers(b, []Group{k.Group}), 2, k.Key)
}

// ClientKeyShares returns a client's key_share.
func ClientKeyShares(list ...KeyShare) Extension {
	return Extension{ExtKeyShare, prefixed(nil, 2, func(b []byte) []byte {
		for _, k := range list {
			b = k.append(b)
		}
		return b
	})}
}

// ServerKeyShare returns a server's key_share.
func ServerKeyShare(k KeyShare) Extension { return Extension{ExtKeyShare, k.append(nil)} }

// RetryKeyShare returns a HelloRetryRequest's key_share: the group wished for.
func RetryKeyShare(g Group) Extension {
	return Extension{ExtKeyShare, appendNumbers(nil, []Group{g})}
}

// RenegotiationInfo returns the renegotiation_info of a first handshake (RFC 5746 §3.4).
func RenegotiationInfo() Extension { return Extension{ExtRenegotiationInfo, []byte{0}} }

// PSKModes returns psk_key_exchange_modes with psk_dhe_ke alone (RFC 8446 §4.2.9).
func PSKModes() Extension { return Extension{ExtPSKModes, []byte{1, 1}} }
