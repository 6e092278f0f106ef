package ssh

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/kind"
)

func TestWeaknesses(t *testing.T) {
	strong := kind.SSHSessionV1{
		Protocol: "2.0", Server: "x", KEX: []string{"sntrup761x25519-sha512@openssh.com", "kex-strict-s-v00@openssh.com"}, HostKeys: []string{"ssh-ed25519"},
		Ciphers: []string{"aes256-gcm@openssh.com"}, MACs: []string{"umac-128-etm@openssh.com"},
	}
	with := func(change func(*kind.SSHSessionV1)) *kind.SSHSessionV1 {
		s := strong
		change(&s)
		return &s
	}
	for name, c := range map[string]struct {
		s    *kind.SSHSessionV1
		want []string
	}{
		"current":                  {&strong, nil},
		"both versions":            {with(func(s *kind.SSHSessionV1) { s.Protocol = "1.99" }), []string{"speaks protocol version 1.99"}},
		"only markers besides":     {with(func(s *kind.SSHSessionV1) { s.KEX = []string{"diffie-hellman-group14-sha1", "ext-info-s"} }), []string{"offers no strong key exchange"}},
		"weak beside strong":       {with(func(s *kind.SSHSessionV1) { s.Ciphers = append(s.Ciphers, "3des-cbc") }), nil},
		"weak in use":              {with(func(s *kind.SSHSessionV1) { s.ChosenCipher, s.ChosenMAC = "rijndael-cbc@lysator.liu.se", "hmac-md5-96" }), []string{"MAC hmac-md5-96 in use", "cipher rijndael-cbc@lysator.liu.se in use"}},
		"no cipher":                {with(func(s *kind.SSHSessionV1) { s.ChosenCipher = "none" }), []string{"cipher none in use"}},
		"long key":                 {with(func(s *kind.SSHSessionV1) { s.HostKeyBits = 2048 }), nil},
		"short key":                {with(func(s *kind.SSHSessionV1) { s.HostKeyBits = 2047 }), []string{"host key of 2047 bits"}},
		"SHA-1 signatures":         {with(func(s *kind.SSHSessionV1) { s.ChosenHostKey = "ssh-rsa" }), []string{"host key ssh-rsa in use"}},
		"SHA-2 signatures":         {with(func(s *kind.SSHSessionV1) { s.ChosenHostKey = "rsa-sha2-256" }), nil},
		"Kerberos over SHA-1":      {with(func(s *kind.SSHSessionV1) { s.ChosenKEX = "gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==" }), []string{"key exchange gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g== in use"}},
		"nothing but its software": {&kind.SSHSessionV1{Server: "x"}, nil},
	} {
		got := weaknesses(c.s)
		if !slices.IsSorted(got) {
			t.Errorf("%s: not sorted", name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
