package tls

import "fmt"

// Group is a named group for key exchange (RFC 8446 §4.2.7, RFC 8422 §5.1.1).
type Group uint16

// The groups that are in use.
const (
	Secp256r1      Group = 0x0017
	Secp384r1      Group = 0x0018
	Secp521r1      Group = 0x0019
	X25519         Group = 0x001d
	X25519MLKEM768 Group = 0x11ec
)

var groupNames = map[Group]string{
	1: "sect163k1", 3: "sect163r2", 6: "sect233k1", 7: "sect233r1", 9: "sect283k1", 10: "sect283r1",
	11: "sect409k1", 12: "sect409r1", 13: "sect571k1", 14: "sect571r1", 16: "secp160r1", 18: "secp192k1",
	19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1", Secp256r1: "secp256r1",
	Secp384r1: "secp384r1", Secp521r1: "secp521r1", 26: "brainpoolP256r1", 27: "brainpoolP384r1",
	28: "brainpoolP512r1", X25519: "x25519", 30: "x448", 31: "brainpoolP256r1tls13",
	32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13", 256: "ffdhe2048", 257: "ffdhe3072",
	258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192", 0x0200: "MLKEM512", 0x0201: "MLKEM768",
	0x0202: "MLKEM1024", 0x11eb: "SecP256r1MLKEM768", X25519MLKEM768: "X25519MLKEM768",
	0x11ed: "SecP384r1MLKEM1024",
}

// String returns the group's name in the IANA registry, or the number.
func (g Group) String() string {
	if n := groupNames[g]; n != "" {
		return n
	}
	return fmt.Sprintf("0x%04x", uint16(g))
}

// SignatureScheme is a signature algorithm (RFC 8446 §4.2.3), or the pair of hash
// and signature that TLS 1.2 had in its place (RFC 5246 §7.4.1.4.1).
type SignatureScheme uint16

// The schemes that the package writes.
const (
	PKCS1SHA256 SignatureScheme = 0x0401
	ECDSASHA256 SignatureScheme = 0x0403
	PSSSHA256   SignatureScheme = 0x0804
	Ed25519     SignatureScheme = 0x0807
)

var schemeNames = map[SignatureScheme]string{
	0x0101: "rsa_pkcs1_md5", 0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1",
	0x0301: "rsa_pkcs1_sha224", 0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224", 0x0401: "rsa_pkcs1_sha256",
	0x0402: "dsa_sha256", 0x0403: "ecdsa_secp256r1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0502: "dsa_sha384",
	0x0503: "ecdsa_secp384r1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512",
	0x0603: "ecdsa_secp521r1_sha512", 0x0708: "sm2sig_sm3", 0x0804: "rsa_pss_rsae_sha256",
	0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448",
	0x0809: "rsa_pss_pss_sha256", 0x080a: "rsa_pss_pss_sha384", 0x080b: "rsa_pss_pss_sha512",
	0x081a: "ecdsa_brainpoolP256r1tls13_sha256", 0x081b: "ecdsa_brainpoolP384r1tls13_sha384",
	0x081c: "ecdsa_brainpoolP512r1tls13_sha512",
}

// String returns the scheme's name in the IANA registry, or the number.
func (s SignatureScheme) String() string {
	if n := schemeNames[s]; n != "" {
		return n
	}
	return fmt.Sprintf("0x%04x", uint16(s))
}

// AlertLevel is the level of an alert (RFC 5246 §7.2).
type AlertLevel uint8

// The alert levels.
const (
	Warning AlertLevel = 1
	Fatal   AlertLevel = 2
)

// AlertDescription says what an alert is about.
type AlertDescription uint8

// The alerts that checks ask for.
const (
	CloseNotify        AlertDescription = 0
	HandshakeFailure   AlertDescription = 40
	BadCertificate     AlertDescription = 42
	CertificateExpired AlertDescription = 45
	UnknownCA          AlertDescription = 48
	ProtocolVersion    AlertDescription = 70
)

var alertNames = map[AlertDescription]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
	22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate",
	42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
	46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
	50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
	71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
	100: "no_renegotiation", 109: "missing_extension", 110: "unsupported_extension",
	111: "certificate_unobtainable", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value", 115: "unknown_psk_identity", 116: "certificate_required",
	120: "no_application_protocol", 121: "ech_required",
}

// String returns the alert's name in the IANA registry, or the number.
func (a AlertDescription) String() string {
	if n := alertNames[a]; n != "" {
		return n
	}
	return fmt.Sprintf("alert_%d", uint8(a))
}
