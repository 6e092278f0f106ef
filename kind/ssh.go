package kind

import (
	"strings"

	"github.com/wardround/wardround"
)

// SSHSession is an SSH connection: see [SSHSessionV1].
const SSHSession Name = "ssh.session"

// SSHSessionV1 is what an SSH connection shows before it is encrypted: both
// identification strings, what each side offers, and the server's host key
// (RFC 4253). Who logs in is hidden. Lists are as offered, at most 40 names; an
// algorithm or program of a name that is not widely known is "other".
type SSHSessionV1 struct {
	Protocol string `json:"protocol"`         // the server's: "2.0", "1.99", "1.5"
	Server   string `json:"server"`           // software of the server, "OpenSSH_9.2p1"
	Client   string `json:"client,omitempty"` // of the client
	System   string `json:"system,omitempty"` // that the server's comment names: "Debian", "Ubuntu"

	// What the server offers.
	KEX      []string `json:"kex,omitempty"`
	HostKeys []string `json:"host_keys,omitempty"`
	Ciphers  []string `json:"ciphers,omitempty"` // towards the server
	MACs     []string `json:"macs,omitempty"`    // towards the server
	// What follows from both sides' offers: key exchange, host key, cipher and MAC
	// towards the server. Empty if the client's offer was not seen, or nothing fits.
	// A cipher that authenticates has no MAC.
	ChosenKEX     string `json:"chosen_kex,omitempty"`
	ChosenHostKey string `json:"chosen_host_key,omitempty"`
	ChosenCipher  string `json:"chosen_cipher,omitempty"`
	ChosenMAC     string `json:"chosen_mac,omitempty"`

	HostKeyType string `json:"host_key_type,omitempty"`
	HostKeyBits int    `json:"host_key_bits,omitempty"` // of RSA and DSA
	Fingerprint string `json:"fingerprint,omitempty"`   // of the host key: "SHA256:" and base64
	Encrypted   bool   `json:"encrypted,omitempty"`     // both sides went on encrypted
}

var _ = Register[SSHSessionV1](Schema{
	Name: SSHSession, Version: 1, Shed: ShedTransaction, Repeats: true,
	Doc: "An SSH connection, as far as it is readable: software, algorithms, host key. User names and what is typed are encrypted and never seen.",
})

// Claims implements [Claimer].
func (s *SSHSessionV1) Claims(_ *wardround.Observation, c *Claims) {
	c.Speak(Src, "ssh")
	c.Speak(Dst, "ssh")
	c.ID(Dst, IDSSHHost, s.Fingerprint, wardround.Observed)
	c.Attr(Dst, wardround.AttrOS, s.System, wardround.Indicated)
	if strings.HasPrefix(s.Server, "dropbear") {
		c.Attr(Dst, wardround.AttrOS, "Linux (embedded)", wardround.Guessed)
	}
}

// Link implements [Linker].
func (s *SSHSessionV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "ssh", Encrypted: wardround.TriOf(s.Encrypted)}, true
}
