package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// An old server and a client of today.
var (
	oldBanner    = Banner{"1.99", "OpenSSH_4.3", ""}
	clientBanner = Banner{"2.0", "OpenSSH_9.2p1", "Debian-2+deb12u3"}
	oldKex       = KexInit{
		Kex: []string{"diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1"}, HostKey: []string{"ssh-rsa", "ssh-dss"},
		CipherToServer: []string{"3des-cbc", "arcfour"}, CipherToClient: []string{"3des-cbc", "arcfour"},
		MACToServer: []string{"hmac-md5", "hmac-sha1"}, MACToClient: []string{"hmac-md5", "hmac-sha1"},
		CompressionToServer: []string{"none"}, CompressionToClient: []string{"none"},
	}
	clientKex = KexInit{
		Kex: []string{"curve25519-sha256", "diffie-hellman-group14-sha1"}, HostKey: []string{"ssh-ed25519", "ssh-rsa"},
		CipherToServer: []string{"chacha20-poly1305@openssh.com", "aes128-ctr", "3des-cbc"}, CipherToClient: []string{"aes128-gcm@openssh.com", "3des-cbc"},
		MACToServer: []string{"hmac-sha2-256", "hmac-sha1"}, MACToClient: []string{"hmac-sha2-256", "hmac-sha1"},
		CompressionToServer: []string{"none", "zlib@openssh.com"}, CompressionToClient: []string{"none"},
		LanguageToServer: []string{"de"}, GuessedPacketFollows: true,
	}
)

func server() []byte {
	p := append([]byte("Ward gateway, authorised staff only\r\n"), oldBanner.Append(nil)...)
	p = oldKex.Append(p, [16]byte{1, 2, 3})
	p = AppendKexReply(p, Ed25519HostKey([32]byte{9, 9, 9}), []byte("public"), []byte("signature"))
	p = AppendNewKeys(p)
	return append(p, "encrypted from here on, whatever it is"...)
}

func client() []byte {
	return AppendNewKeys(clientKex.Append(clientBanner.Append(nil), [16]byte{4, 5, 6}))
}

// record keeps what a decoder tells as lines of text.
type record struct{ lines []string }

func (r *record) handler() Handler {
	say := func(s string, args ...any) { r.lines = append(r.lines, fmt.Sprintf(s, args...)) }
	return Handler{
		Banner:  func(b Banner) { say("banner %+v", b) },
		KexInit: func(k *KexInit) { say("kexinit %+v", *k) },
		HostKey: func(k HostKey) { say("host key %+v", k) },
		Sealed:  func() { say("sealed") },
	}
}

func TestBothDirections(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []byte
		want []string
	}{
		{"server", server(), []string{
			fmt.Sprintf("banner %+v", oldBanner), fmt.Sprintf("kexinit %+v", oldKex),
			"host key {Algorithm:ssh-ed25519 Bits:0 Fingerprint:SHA256:" + fingerprint + "}", "sealed"}},
		{"client", client(), []string{fmt.Sprintf("banner %+v", clientBanner), fmt.Sprintf("kexinit %+v", clientKex), "sealed"}},
	} {
		for _, size := range []int{len(c.p), 1, 2, 3, 5, 7, 64} {
			var got record
			d := NewDecoder(Limits{}, got.handler())
			chunk := make([]byte, size)
			for p := c.p; len(p) > 0; {
				n := copy(chunk, p)
				if err := d.Feed(chunk[:n]); err != nil {
					t.Fatal(err)
				}
				clear(chunk) // what was fed may not be kept
				p = p[n:]
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(c.want, got.lines); diff != "" {
				t.Errorf("%s in chunks of %d: %s", c.name, size, diff)
			}
		}
	}
}

// fingerprint of the key whose bytes are 9, 9, 9 and zeros, from ssh-keygen -l.
const fingerprint = "awLuAm/K4TIqtNZbMYWRO9HCFEbC+HZZO933nwxe55E"

func TestNegotiate(t *testing.T) {
	want := Negotiated{Kex: "diffie-hellman-group14-sha1", HostKey: "ssh-rsa", CipherToServer: "3des-cbc", CipherToClient: "3des-cbc", MACToServer: "hmac-sha1", MACToClient: "hmac-sha1"}
	if diff := cmp.Diff(want, Negotiate(&clientKex, &oldKex)); diff != "" {
		t.Error(diff)
	}
	want = Negotiated{Kex: "curve25519-sha256", HostKey: "ssh-ed25519", CipherToServer: "chacha20-poly1305@openssh.com", CipherToClient: "aes128-gcm@openssh.com"}
	if diff := cmp.Diff(want, Negotiate(&clientKex, &clientKex)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Negotiated{}, Negotiate(&clientKex, &KexInit{})); diff != "" {
		t.Error(diff)
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		p    string
		want format.Match
	}{
		{"", format.More}, {"SS", format.More}, {"SSH-", format.More}, {"SSH-2", format.Yes}, {"SSH-1.99-x", format.Yes},
		{"SSH-x", format.No}, {"SSL", format.No}, {"GET /", format.No}, {"\x00", format.No},
	} {
		if m := Recognise([]byte(c.p)); m != c.want {
			t.Errorf("Recognise(%q) = %v, want %v", c.p, m, c.want)
		}
	}
}

func TestBroken(t *testing.T) {
	packet := func(payload ...byte) string { return string(appendPacket(nil, payload)) }
	for _, c := range []struct {
		name, p string
		want    error
	}{
		{"no version", "SSH-\r\n", format.ErrMalformed},
		{"endless line", strings.Repeat("a", 256), format.ErrLimit},
		{"endless lines", strings.Repeat("welcome\n", 40), format.ErrLimit},
		{"packet of two bytes", "SSH-2.0-x\r\n\x00\x00\x00\x02ab", format.ErrMalformed},
		{"packet of a gigabyte", "SSH-2.0-x\r\n\x40\x00\x00\x00ab", format.ErrLimit},
		{"padding over the packet", "SSH-2.0-x\r\n\x00\x00\x00\x0c\xff1234567890a", format.ErrMalformed},
		{"no cookie", "SSH-2.0-x\r\n" + packet(msgKexInit, 1, 2, 3), format.ErrTruncated},
		{"list over the packet", "SSH-2.0-x\r\n" + packet(append(append([]byte{msgKexInit}, make([]byte, 16)...), 0xff, 0xff, 0xff, 0xff)...), format.ErrTruncated},
		{"too few lists", "SSH-2.0-x\r\n" + packet(append([]byte{msgKexInit}, make([]byte, 30)...)...), format.ErrTruncated},
		{"no end of the message", "SSH-2.0-x\r\n" + packet(append([]byte{msgKexInit}, make([]byte, 56)...)...), format.ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, step := range []int{1, len(c.p)} {
				d := NewDecoder(Limits{}, Handler{})
				var err error
				for p := c.p; len(p) > 0 && err == nil; p = p[step:] {
					err = d.Feed([]byte(p[:step]))
				}
				if !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
				if err := errors.Join(d.Feed([]byte("anything")), d.Close()); err != nil {
					t.Errorf("after the error: %v", err)
				}
			}
		})
	}
}

// A reply whose key we can't read says nothing and breaks nothing.
func TestOddHostKeys(t *testing.T) {
	rsa := func(n ...byte) []byte {
		return appendString(appendString(appendString(nil, []byte("ssh-rsa")), []byte{1, 0, 1}), n)
	}
	for _, c := range []struct {
		name string
		blob []byte
		want string
	}{
		{"empty", nil, ""},
		{"unknown", appendString(nil, []byte("diffie")), ""},
		{"RSA without modulus", appendString(nil, []byte("ssh-rsa")), ""},
		{"RSA of 15 bits", rsa(0x40, 1), "ssh-rsa 15"},
		{"RSA of 16 bits", rsa(0, 0x80, 1), "ssh-rsa 16"},
		{"RSA of nothing", rsa(0, 0), "ssh-rsa 0"},
		{"DSA", appendString(appendString(nil, []byte("ssh-dss")), []byte{1, 0}), "ssh-dss 9"},
		{"elliptic", appendString(nil, []byte("ecdsa-sha2-nistp256")), "ecdsa-sha2-nistp256 0"},
		{"certificate", appendString(nil, []byte("ssh-rsa-cert-v01@openssh.com")), "ssh-rsa-cert-v01@openssh.com 0"},
	} {
		got := ""
		d := NewDecoder(Limits{}, Handler{HostKey: func(k HostKey) { got = fmt.Sprint(k.Algorithm, " ", k.Bits) }})
		if err := d.Feed(AppendKexReply(oldBanner.Append(nil), c.blob, nil, nil)); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestGapAndClose(t *testing.T) {
	var got record
	d := NewDecoder(Limits{}, got.handler())
	if err := errors.Join(d.Feed(client()), d.Gap(100), d.Feed([]byte("more")), d.Close()); err != nil {
		t.Errorf("a loss after encryption began: %v", err)
	}
	d = NewDecoder(Limits{}, got.handler())
	if err := d.Feed(client()[:60]); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("closed inside a packet: %v", err)
	}
	d = NewDecoder(Limits{}, got.handler())
	if err := d.Gap(0); err != nil {
		t.Errorf("no loss: %v", err)
	}
	if err := d.Gap(5); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("a loss before: %v", err)
	}
	// SSH 1 goes on in packets of its own kind.
	got.lines = nil
	d = NewDecoder(Limits{}, got.handler())
	if err := errors.Join(d.Feed([]byte("SSH-1.5-OpenSSH_2.0\n\x00\x00\x00\x01")), d.Close()); err != nil || len(got.lines) != 2 {
		t.Errorf("SSH 1: %v, %q", err, got.lines)
	}
}

// tshark reads the same banners and lists.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	s := bytes.TrimPrefix(server(), []byte("Ward gateway, authorised staff only\r\n")) // it takes the first line for the banner
	s = s[:bytes.Index(s, []byte("encrypted"))]
	n, m := bytes.IndexByte(client(), '\n')+1, bytes.IndexByte(s, '\n')+1
	c.TCP("10.20.0.7:40000", "10.20.0.9:22").
		Client(client()[:n]).Server(s[:m]).
		Client(clientKex.Append(nil, [16]byte{})).Server(oldKex.Append(nil, [16]byte{})).Close()
	got := wire.Tshark(t, c.Path(), "ssh.protocol or ssh.kex_algorithms", []string{
		"ssh.protocol", "ssh.kex_algorithms", "ssh.server_host_key_algorithms",
		"ssh.encryption_algorithms_client_to_server", "ssh.encryption_algorithms_server_to_client",
		"ssh.mac_algorithms_client_to_server", "ssh.mac_algorithms_server_to_client",
		"ssh.compression_algorithms_client_to_server", "ssh.languages_client_to_server", "ssh.first_kex_packet_follows",
	})
	var want [][]string
	banner := func(b Banner) {
		want = append(want, append([]string{strings.TrimSpace(string(b.Append(nil)))}, make([]string, 9)...))
	}
	lists := func(k KexInit) {
		row, follows := []string{""}, "0"
		for _, l := range [][]string{k.Kex, k.HostKey, k.CipherToServer, k.CipherToClient, k.MACToServer, k.MACToClient, k.CompressionToServer, k.LanguageToServer} {
			row = append(row, strings.Join(l, ","))
		}
		if k.GuessedPacketFollows {
			follows = "1"
		}
		want = append(want, append(row, follows))
	}
	banner(clientBanner)
	banner(oldBanner)
	lists(clientKex)
	lists(oldKex)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(server(), uint8(0))
	f.Add(client(), uint8(7))
	f.Fuzz(func(t *testing.T, p []byte, size uint8) {
		var whole, parts record
		d := NewDecoder(Limits{MaxPacket: 2000}, whole.handler())
		wholeErr := errors.Join(d.Feed(p), d.Close())
		d = NewDecoder(Limits{MaxPacket: 2000}, parts.handler())
		var partsErr error
		for q := p; len(q) > 0 && partsErr == nil; {
			n := min(len(q), int(size)+1)
			partsErr = d.Feed(q[:n:n])
			if len(d.held) > 2000 {
				t.Fatalf("%d bytes held", len(d.held))
			}
			q = q[n:]
		}
		partsErr = errors.Join(partsErr, d.Close())
		if (wholeErr == nil) != (partsErr == nil) {
			t.Errorf("whole: %v, in parts: %v", wholeErr, partsErr)
		}
		if diff := cmp.Diff(whole.lines, parts.lines); diff != "" {
			t.Error(diff)
		}
	})
}
