// Package ssh reads what an SSH connection shows before it is encrypted: the
// identification string of each side, the algorithms each offers, and the
// server's host key (RFC 4253 §4.2, §7.1, §8).
package ssh

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/wardround/wardround/format"
)

// Banner is an identification string, SSH-protoversion-softwareversion comments.
type Banner struct {
	Protocol string // "2.0"; "1.99" speaks both (RFC 4253 §5.1)
	Software string // "OpenSSH_9.2p1"
	Comments string // "Debian-2+deb12u3"
}

// KexInit lists what one side offers, in its order of preference (RFC 4253 §7.1).
type KexInit struct {
	Kex                  []string // key exchange
	HostKey              []string // server host key
	CipherToServer       []string
	CipherToClient       []string
	MACToServer          []string
	MACToClient          []string
	CompressionToServer  []string
	CompressionToClient  []string
	LanguageToServer     []string
	LanguageToClient     []string
	GuessedPacketFollows bool
}

// lists returns the name-lists in the order of the message.
func (k *KexInit) lists() [10]*[]string {
	return [10]*[]string{
		&k.Kex, &k.HostKey, &k.CipherToServer, &k.CipherToClient, &k.MACToServer, &k.MACToClient,
		&k.CompressionToServer, &k.CompressionToClient, &k.LanguageToServer, &k.LanguageToClient,
	}
}

// HostKey is the public key by which a server proves itself.
type HostKey struct {
	Algorithm   string // "ssh-ed25519"; of a certificate, the certificate's type
	Bits        int    // of an RSA modulus or DSA prime; 0 for other algorithms
	Fingerprint string // "SHA256:" and base64 without padding, as ssh-keygen -l prints it
}

// Negotiated are the algorithms that follow from what both sides offer.
type Negotiated struct {
	Kex, HostKey                   string
	CipherToServer, CipherToClient string
	MACToServer, MACToClient       string // empty with a cipher that authenticates by itself
}

// Negotiate chooses as both sides will: the client's first algorithm that the
// server offers too (RFC 4253 §7.1). An empty field means they share none.
func Negotiate(client, server *KexInit) Negotiated {
	n := Negotiated{
		Kex:            first(client.Kex, server.Kex),
		HostKey:        first(client.HostKey, server.HostKey),
		CipherToServer: first(client.CipherToServer, server.CipherToServer),
		CipherToClient: first(client.CipherToClient, server.CipherToClient),
		MACToServer:    first(client.MACToServer, server.MACToServer),
		MACToClient:    first(client.MACToClient, server.MACToClient),
	}
	if authenticates(n.CipherToServer) {
		n.MACToServer = ""
	}
	if authenticates(n.CipherToClient) {
		n.MACToClient = ""
	}
	return n
}

func first(client, server []string) string {
	for _, c := range client {
		if slices.Contains(server, c) {
			return c
		}
	}
	return ""
}

// authenticates reports a cipher that needs no separate MAC.
func authenticates(cipher string) bool {
	return strings.HasPrefix(cipher, "chacha20-poly1305") || strings.Contains(cipher, "-gcm")
}

// Recognise judges the first bytes of either direction. A server may send other
// lines before its identification (RFC 4253 §4.2); such are not recognised.
func Recognise(p []byte) format.Match {
	const prefix = "SSH-"
	n := min(len(p), len(prefix))
	switch {
	case string(p[:n]) != prefix[:n]:
		return format.No
	case n < len(prefix) || len(p) == n:
		return format.More
	case p[n] == '1' || p[n] == '2': // protocol version 1.x or 2.0
		return format.Yes
	default:
		return format.No
	}
}

// parseBanner reads an identification string without its line end.
func parseBanner(line []byte) (b Banner, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("SSH-"))
	if !ok {
		return Banner{}, false
	}
	protocol, rest, ok := bytes.Cut(rest, []byte("-"))
	if !ok {
		return Banner{}, false
	}
	software, comments, _ := bytes.Cut(rest, []byte(" "))
	return Banner{string(protocol), string(software), string(comments)}, true
}

// Append adds the identification string with its line end to dst.
func (b Banner) Append(dst []byte) []byte {
	dst = append(dst, "SSH-"+b.Protocol+"-"+b.Software...)
	if b.Comments != "" {
		dst = append(dst, " "+b.Comments...)
	}
	return append(dst, "\r\n"...)
}

// parseKexInit reads a message after its number.
func parseKexInit(p []byte) (*KexInit, error) {
	const cookie = 16
	if len(p) < cookie {
		return nil, format.ErrTruncated
	}
	p = p[cookie:]
	k := &KexInit{}
	for _, list := range k.lists() {
		names, rest, ok := cut(p)
		if !ok {
			return nil, format.ErrTruncated
		}
		if len(names) > 0 {
			*list = strings.Split(string(names), ",")
		}
		p = rest
	}
	if len(p) < 1+4 { // first_kex_packet_follows and four reserved bytes
		return nil, format.ErrTruncated
	}
	k.GuessedPacketFollows = p[0] != 0
	return k, nil
}

// cut takes one string of the binary protocol (RFC 4251 §5): a length of four
// bytes and as many bytes.
func cut(p []byte) (s, rest []byte, ok bool) {
	if len(p) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(p)
	if uint64(n) > uint64(len(p)-4) {
		return nil, nil, false
	}
	return p[4 : 4+n], p[4+n:], true
}

func appendString(dst, s []byte) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(s))), s...)
}

// Append adds the message as one unencrypted packet to dst. The cookie, random
// in life, is what the caller says.
func (k *KexInit) Append(dst []byte, cookie [16]byte) []byte {
	payload := append([]byte{msgKexInit}, cookie[:]...)
	for _, list := range k.lists() {
		payload = appendString(payload, []byte(strings.Join(*list, ",")))
	}
	follows := byte(0)
	if k.GuessedPacketFollows {
		follows = 1
	}
	return appendPacket(dst, append(payload, follows, 0, 0, 0, 0))
}

// parseHostKey reads a public key blob (RFC 4253 §6.6).
func parseHostKey(blob []byte) (HostKey, bool) {
	name, rest, ok := cut(blob)
	if !ok || len(name) == 0 || len(name) > 64 {
		return HostKey{}, false
	}
	sum := sha256.Sum256(blob)
	k := HostKey{Algorithm: string(name), Fingerprint: "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])}
	switch k.Algorithm {
	case "ssh-rsa": // e, n
		if _, rest, ok = cut(rest); !ok {
			return HostKey{}, false
		}
		fallthrough
	case "ssh-dss": // p first
		number, _, ok := cut(rest)
		if !ok {
			return HostKey{}, false
		}
		k.Bits = bits(number)
	case "ssh-ed25519", "ssh-ed448":
	default:
		if !strings.HasPrefix(k.Algorithm, "ecdsa-sha2-") && !strings.HasPrefix(k.Algorithm, "sk-") && !strings.Contains(k.Algorithm, "-cert-v") {
			return HostKey{}, false
		}
	}
	return k, true
}

// bits returns the length of a positive multiple precision integer (RFC 4251 §5).
func bits(mpint []byte) int {
	mpint = bytes.TrimLeft(mpint, "\x00")
	if len(mpint) == 0 {
		return 0
	}
	n := 8 * len(mpint)
	for b := mpint[0]; b&0x80 == 0; b <<= 1 {
		n--
	}
	return n
}
