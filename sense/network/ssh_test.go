package network

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/ssh"
	"github.com/wardround/wardround/kind"
)

// An old gateway and a client of today, as far as they can be read.
func TestSSHSession(t *testing.T) {
	old := ssh.KexInit{Kex: []string{"diffie-hellman-group1-sha1"}, HostKey: []string{"ssh-rsa"}, CipherToServer: []string{"3des-cbc"}, CipherToClient: []string{"3des-cbc"},
		MACToServer: []string{"hmac-md5"}, MACToClient: []string{"hmac-md5"}}
	now := old
	now.Kex = append([]string{"curve25519-sha256"}, old.Kex...)
	server := string(ssh.Banner{Protocol: "1.99", Software: "OpenSSH_4.3", Comments: "Debian-4 kanarienvogel"}.Append(nil))
	client := string(ssh.Banner{Protocol: "2.0", Software: "PuTTY_Release_0.78 kanarienvogel"}.Append(nil))
	serverKex := string(old.Append(nil, [16]byte{}))
	reply := string(ssh.AppendNewKeys(ssh.AppendKexReply(nil, ssh.Ed25519HostKey([32]byte{9, 9, 9}), []byte("p"), []byte("s"))))
	clientKex := string(ssh.AppendNewKeys(now.Append(nil, [16]byte{})))
	want := kind.SSHSessionV1{
		Protocol: "1.99", Server: "OpenSSH_4.3", Client: "PuTTY_Release_0.78", System: "Debian",
		KEX: old.Kex, HostKeys: old.HostKey, Ciphers: old.CipherToServer, MACs: old.MACToServer,
		ChosenKEX: "diffie-hellman-group1-sha1", ChosenHostKey: "ssh-rsa", ChosenCipher: "3des-cbc", ChosenMAC: "hmac-md5",
		HostKeyType: "ssh-ed25519", Fingerprint: "SHA256:awLuAm/K4TIqtNZbMYWRO9HCFEbC+HZZO933nwxe55E", Encrypted: true,
	}
	got := conversation(t, "ssh", said{ToClient, server}, said{ToServer, client}, said{ToClient, serverKex}, said{ToServer, clientKex}, said{ToClient, reply},
		said{ToServer, strings.Repeat("kanarienvogel", 10)})
	if diff := cmp.Diff([]any{&want}, fields(got)); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, got, "kanarien")

	// A scanner hangs up after the banner.
	half := kind.SSHSessionV1{Protocol: "1.99", Server: "OpenSSH_4.3", System: "Debian", KEX: old.Kex, HostKeys: old.HostKey, Ciphers: old.CipherToServer, MACs: old.MACToServer}
	got = conversation(t, "ssh", said{ToClient, server}, said{ToClient, serverKex})
	if diff := cmp.Diff([]any{&half}, fields(got)); diff != "" {
		t.Error(diff)
	}
	if l, ok := half.Link(nil); !ok || l.Encrypted != wardround.No {
		t.Errorf("link %+v", l)
	}
}

func TestSSHRecognise(t *testing.T) {
	p := protocol(t, "ssh")
	for _, c := range []struct {
		client, server string
		want           format.Match
	}{{"", "SSH-2.0-x", format.Yes}, {"SSH-2.0-x", "", format.Yes}, {"SSH-2.0-x", "HTTP/1.1 400", format.No}, {"", "SS", format.More}} {
		if m := p.Recognise([]byte(c.client), []byte(c.server)); m != c.want {
			t.Errorf("%q, %q: %v", c.client, c.server, m)
		}
	}
}

func protocol(t testing.TB, name string) *Protocol {
	t.Helper()
	for _, p := range Protocols() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no protocol %s", name)
	return nil
}

func TestSSHBroken(t *testing.T) {
	flow := between(nurse, served)
	c := NewTestConn("ssh", &flow, func(*wardround.Observation) {})
	s := c.proto.Open(c)
	if err := s.Data(ToClient, []byte("SSH-2.0-x\r\n\x7f\xff\xff\xff"), 1); err == nil {
		t.Error("a packet of two gigabytes is no error")
	}
	if err := s.Gap(ToServer, 9, 1); err == nil {
		t.Error("a loss before encryption is no error")
	}
	for software, want := range map[string]string{
		"OpenSSH_9.2p1": "OpenSSH_9.2p1", "OpenSSH_for_Windows_8.1": "OpenSSH_for_Windows_8.1", "dropbear_2019.78": "dropbear_2019.78", "libssh2_1.10.0": "libssh2_1.10.0",
		"PuTTY_Release_0.78": "PuTTY_Release_0.78", "OpenSSH_9.2p1 anna": "OpenSSH_9.2p1", "OpenSSH_9.2-anna.schmidt": "OpenSSH_9.2", "OpenSSH_120579": "OpenSSH",
		"AnnasServer_1.0": "other", "x anna": "other", "": "", strings.Repeat("a", 99): "other", "\x00": "other", "mm120579": "other",
	} {
		if got := sshSoftware(software); got != want {
			t.Errorf("%q became %q", software, got)
		}
	}
	if n := len(sshNames(make([]string, 99))); n != maxSSHNames {
		t.Errorf("%d names", n)
	}
}
