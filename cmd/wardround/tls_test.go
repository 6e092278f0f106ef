package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
)

// pair writes a certificate for localhost that signs itself, and its key.
func pair(t *testing.T, dir string, serial int64) tlsConfig {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &x, &x, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	c := tlsConfig{Cert: filepath.Join(dir, "ward.crt"), Key: filepath.Join(dir, "ward.key")}
	write(t, c.Cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	write(t, c.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	return c
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	// File systems may keep times to the second only.
	at := time.Now().Add(time.Duration(len(b)) * time.Second)
	if err := os.Chtimes(file, at, at); err != nil {
		t.Fatal(err)
	}
}

// A certificate that is replaced is shown without a restart; while only half of the
// pair is replaced, the one before is shown.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	c, err := pair(t, dir, 1).open("", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	shown := func() int64 {
		t.Helper()
		x, err := c.config.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return x.Leaf.SerialNumber.Int64()
	}
	if shown() != 1 {
		t.Fatalf("certificate %d is shown", shown())
	}
	key, err := os.ReadFile(filepath.Join(dir, "ward.key"))
	if err != nil {
		t.Fatal(err)
	}
	renewed := pair(t, dir, 2)
	fresh, err := os.ReadFile(renewed.Key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, renewed.Key, key) // the certificate is new, the key not yet
	if shown() != 1 {
		t.Error("it looks at every handshake")
	}
	now = now.Add(lookEvery)
	if shown() != 1 {
		t.Error("half a pair is shown")
	}
	write(t, renewed.Key, fresh)
	now = now.Add(lookEvery)
	if shown() != 2 {
		t.Error("the new certificate is not shown")
	}
	if err := os.Remove(renewed.Cert); err != nil {
		t.Fatal(err)
	}
	now = now.Add(lookEvery)
	if shown() != 2 {
		t.Error("without its file it is gone")
	}
}

// Over TLS the server speaks HTTP/2 and nothing older than TLS 1.2, tells browsers to
// stay with it, and answers for the names of its certificate only.
func TestServedOverTLS(t *testing.T) {
	certs, err := pair(t, t.TempDir(), 1).open("", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	f := empty(t, certs)
	addr := f.listener.Addr().String()
	if want := "https://localhost:" + strings.Split(addr, ":")[1]; f.url != want {
		t.Errorf("it is %s, want %s", f.url, want)
	}
	trust := &tls.Config{InsecureSkipVerify: true}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}}
	rs, err := c.Get("https://" + addr + "/api/v1/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	rs.Body.Close()
	if rs.ProtoMajor != 2 || rs.StatusCode != 200 || !strings.Contains(rs.Header.Get("Strict-Transport-Security"), "max-age") {
		t.Errorf("%s %d %v", rs.Proto, rs.StatusCode, rs.Header)
	}
	if got := client.Pin(rs.TLS.PeerCertificates[0]); got != certs.pin {
		t.Errorf("the key that is printed is %s, the one shown %s", certs.pin, got)
	}
	rq, err := http.NewRequest(http.MethodGet, "https://"+addr+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	rq.Host = "elsewhere.example"
	if rs, err = c.Do(rq); err != nil {
		t.Fatal(err)
	}
	rs.Body.Close()
	if rs.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("for another name it answers %d", rs.StatusCode)
	}
	old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if conn, err := tls.Dial("tcp", addr, old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// At most so many connections are open; who closes one makes room for the next.
func TestConnectionsAreBounded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := &bounded{Listener: l, places: make(chan struct{}, 2), each: 2}
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := b.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first, second := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Fatal("a third is open")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	first.Close() // gives its place back once
	third := <-accepted
	defer second.Close()
	defer third.Close()
	if n := len(b.places); n != 2 {
		t.Errorf("%d places are taken, want 2", n)
	}
}

// One address does not take the places of all: whoever holds connections open and says
// nothing is refused more, and others come in.
func TestOneAddressLeavesRoom(t *testing.T) {
	all := make(chan net.Conn, 10)
	b := &bounded{Listener: queue(all), places: make(chan struct{}, 4), each: 2}
	from := func(addr string) *called {
		c := &called{from: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))}
		all <- c
		return c
	}
	greedy := []*called{from("192.0.2.1:1000"), from("192.0.2.1:1001"), from("192.0.2.1:1002"), from("[::ffff:192.0.2.1]:1003")}
	from("192.0.2.2:1000")
	var open []net.Conn
	for range 3 {
		c, err := b.Accept()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	if got := open[2].RemoteAddr().String(); got != "192.0.2.2:1000" {
		t.Errorf("the third is from %s", got)
	}
	for i, c := range greedy {
		if c.closed != (i >= 2) {
			t.Errorf("connection %d of one address: closed %v", i, c.closed)
		}
	}
	for _, c := range open {
		c.Close()
	}
	if len(b.places) != 0 || len(b.of) != 0 {
		t.Errorf("after all have gone %d places are taken, by %v", len(b.places), b.of)
	}
	for _, a := range []string{"[2001:db8::1]:1", "[2001:db8::2:0:0:1]:1"} {
		if got := neighbourhood(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(a))); got != netip.MustParsePrefix("2001:db8::/64") {
			t.Errorf("%s is of %s", a, got)
		}
	}
}

// queue is a listener of what was put into it.
type queue chan net.Conn

func (q queue) Accept() (net.Conn, error) { return <-q, nil }
func (q queue) Close() error              { return nil }
func (q queue) Addr() net.Addr            { return nil }

// called is a connection that only says where it comes from.
type called struct {
	net.Conn
	from   net.Addr
	closed bool
}

func (c *called) RemoteAddr() net.Addr { return c.from }
func (c *called) Close() error         { c.closed = true; return nil }

// What makes no sense is refused before anything is opened.
func TestTLSRefuses(t *testing.T) {
	dir := t.TempDir()
	good := pair(t, dir, 1)
	for name, tt := range map[string]struct {
		c    tlsConfig
		code wardround.Code
	}{
		"half":          {tlsConfig{Cert: good.Cert}, wardround.EInvalid},
		"two sources":   {tlsConfig{Cert: good.Cert, Key: good.Key, ACME: []string{"a.example"}}, wardround.EInvalid},
		"an address":    {tlsConfig{ACME: []string{"192.0.2.1"}}, wardround.EInvalid},
		"a short name":  {tlsConfig{ACME: []string{"wardround"}}, wardround.EInvalid},
		"no such roots": {tlsConfig{ACME: []string{"a.example"}, Roots: filepath.Join(dir, "none")}, wardround.EInvalid},
		"no roots":      {tlsConfig{ACME: []string{"a.example"}, Roots: good.Key}, wardround.EInvalid},
		"no key":        {tlsConfig{Cert: good.Cert, Key: filepath.Join(dir, "none")}, wardround.EInvalid},
	} {
		if _, err := tt.c.open(dir, time.Now); wardround.ErrorCode(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := tlsConfig{ACME: []string{"ward.example.org"}, Roots: good.Cert}.open(dir, time.Now)
	if err != nil || c.config.MinVersion != tls.VersionTLS12 || !strings.Contains(strings.Join(c.config.NextProtos, " "), "acme-tls/1") {
		t.Errorf("from an authority: %+v, %v", c, err)
	}
}
