package network

import (
	"strings"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/ssh"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name: "ssh",
	Recognise: func(client, server []byte) format.Match {
		if len(server) > 0 {
			return ssh.Recognise(server)
		}
		return ssh.Recognise(client)
	},
	Open:  openSSH,
	Ports: []uint16{22},
})

const (
	maxSSHNames = 40 // of one list of algorithms
	maxSSHName  = 64 // bytes (RFC 4251 §6)
)

// sshStream gathers what both sides show of one connection.
type sshStream struct {
	conn     *Conn
	decoders [2]*ssh.Decoder
	offers   [2]*ssh.KexInit
	v        kind.SSHSessionV1
	sealed   [2]bool
	told     bool
}

func openSSH(c *Conn) Stream {
	s := &sshStream{conn: c}
	for d := range s.decoders {
		d := Direction(d)
		s.decoders[d] = ssh.NewDecoder(ssh.Limits{}, ssh.Handler{
			Banner:  func(b ssh.Banner) { s.banner(d, b) },
			KexInit: func(k *ssh.KexInit) { s.offers[d] = k },
			HostKey: func(k ssh.HostKey) {
				if d == ToClient {
					s.v.HostKeyType, s.v.HostKeyBits, s.v.Fingerprint = k.Algorithm, k.Bits, k.Fingerprint
				}
			},
			Sealed: func() { s.sealed[d] = true },
		})
	}
	return s
}

func (s *sshStream) banner(d Direction, b ssh.Banner) {
	software := sshSoftware(b.Software)
	if d == ToServer {
		s.v.Client = software
		return
	}
	s.v.Server, s.v.Protocol = software, technicalText(b.Protocol, 8)
	for _, system := range [...]string{"Debian", "Ubuntu", "FreeBSD", "Raspbian", "Windows"} {
		if strings.Contains(b.Comments, system) || strings.Contains(b.Software, system) {
			s.v.System = system
		}
	}
}

// sshSoftware returns a software version without what an administrator may have
// added: letters, digits and the signs that versions are written with.
func sshSoftware(v string) string {
	for i := range len(v) {
		c := v[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._+-", rune(c)) {
			return technicalText(v[:i], maxSSHName)
		}
	}
	return technicalText(v, maxSSHName)
}

// Data implements [Stream].
func (s *sshStream) Data(dir Direction, p []byte, at int64) error {
	err := s.decoders[dir].Feed(p)
	if s.sealed[0] && s.sealed[1] {
		s.tell(at)
	}
	return err
}

// Gap implements [Stream].
func (s *sshStream) Gap(dir Direction, n int64, _ int64) error { return s.decoders[dir].Gap(n) }

// Close implements [Stream].
func (s *sshStream) Close(at int64) {
	for _, d := range s.decoders {
		if err := d.Close(); err != nil && !s.conn.MidStream {
			s.conn.Failure(err)
		}
	}
	s.tell(at)
}

func (s *sshStream) tell(at int64) {
	if s.told || s.v.Server == "" && s.v.Client == "" {
		return
	}
	s.told = true
	v := s.v
	if k := s.offers[ToClient]; k != nil {
		v.KEX, v.HostKeys = sshNames(k.Kex), sshNames(k.HostKey)
		v.Ciphers, v.MACs = sshNames(k.CipherToServer), sshNames(k.MACToServer)
		if c := s.offers[ToServer]; c != nil {
			n := ssh.Negotiate(c, k)
			v.ChosenKEX, v.ChosenHostKey = technicalText(n.Kex, maxSSHName), technicalText(n.HostKey, maxSSHName)
			v.ChosenCipher, v.ChosenMAC = technicalText(n.CipherToServer, maxSSHName), technicalText(n.MACToServer, maxSSHName)
		}
	}
	v.Encrypted = s.sealed[0] && s.sealed[1] && v.KEX != nil
	s.offers = [2]*ssh.KexInit{}
	s.conn.Emit(at, &v)
}

func sshNames(list []string) []string {
	out := make([]string, 0, min(len(list), maxSSHNames))
	for _, n := range list[:min(len(list), maxSSHNames)] {
		out = append(out, technicalText(n, maxSSHName))
	}
	return out
}
