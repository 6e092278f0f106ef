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
	maxSSHName  = 64 // bytes of a software version
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
					s.v.HostKeyType, s.v.HostKeyBits, s.v.Fingerprint = sshAlgorithm(k.Algorithm), k.Bits, k.Fingerprint
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
	s.v.Server, s.v.Protocol = software, sshProtocol(b.Protocol)
	for _, system := range [...]string{"Debian", "Ubuntu", "FreeBSD", "Raspbian", "Windows"} {
		if strings.Contains(b.Comments, system) || strings.Contains(b.Software, system) {
			s.v.System = system
		}
	}
}

// sshProtocol returns a version of the protocol: 2.0, 1.99.
func sshProtocol(v string) string {
	if len(v) > 5 || strings.Trim(v, "0123456789.") != "" {
		return ""
	}
	return v
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
			v.ChosenKEX, v.ChosenHostKey = sshAlgorithm(n.Kex), sshAlgorithm(n.HostKey)
			v.ChosenCipher, v.ChosenMAC = sshAlgorithm(n.CipherToServer), sshAlgorithm(n.MACToServer)
		}
	}
	v.Encrypted = s.sealed[0] && s.sealed[1] && v.KEX != nil
	s.offers = [2]*ssh.KexInit{}
	s.conn.Emit(at, &v)
}
