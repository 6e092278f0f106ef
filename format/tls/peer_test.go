package tls

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What crypto/tls says of its own connections is what is read off the wire.
func TestGoHandshakes(t *testing.T) {
	tests := []struct {
		name   string
		key    KeyType
		change func(client, server *tls.Config)
		want   func(t *testing.T, s *Session)
	}{
		{"TLS 1.0", ECDSAKey, func(c, s *tls.Config) { c.MaxVersion = tls.VersionTLS10 }, shown},
		{"TLS 1.1", ECDSAKey, func(c, s *tls.Config) { c.MaxVersion = tls.VersionTLS11 }, shown},
		{"TLS 1.2, ECDSA", ECDSAKey, func(c, s *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, shown},
		{"TLS 1.2, Ed25519", Ed25519Key, func(c, s *tls.Config) { s.MaxVersion = tls.VersionTLS12 }, shown},
		{"TLS 1.2, ALPN", ECDSAKey, func(c, s *tls.Config) {
			c.MaxVersion, c.NextProtos, s.NextProtos = tls.VersionTLS12, []string{"h2", "http/1.1"}, []string{"http/1.1"}
		}, shown},
		{"TLS 1.2, CBC", ECDSAKey, func(c, s *tls.Config) {
			c.MaxVersion, s.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		}, shown},
		{"TLS 1.2, client certificate", ECDSAKey, func(c, s *tls.Config) {
			c.MaxVersion, c.Certificates, s.ClientAuth = tls.VersionTLS12, s.Certificates, tls.RequireAnyClientCert
		}, func(t *testing.T, s *Session) {
			shown(t, s)
			if s.Request == nil || s.ClientChain == nil || len(s.ClientChain.Chain) != 2 {
				t.Errorf("request %v, client chain %v", s.Request, s.ClientChain)
			} else if len(s.Request.Schemes) == 0 || s.Request.Authorities != 1 {
				t.Errorf("request %+v", s.Request)
			}
		}},
		{"TLS 1.2, no client certificate to give", ECDSAKey, func(c, s *tls.Config) {
			c.MaxVersion, s.ClientAuth = tls.VersionTLS12, tls.RequestClientCert
		}, func(t *testing.T, s *Session) {
			if s.Request == nil || s.ClientChain == nil || len(s.ClientChain.Chain) != 0 {
				t.Errorf("request %v, client chain %v", s.Request, s.ClientChain)
			}
		}},
		{"TLS 1.3", ECDSAKey, func(c, s *tls.Config) {}, encrypted},
		{"TLS 1.3, ALPN and client certificate", ECDSAKey, func(c, s *tls.Config) {
			c.NextProtos, s.NextProtos = []string{"h2"}, []string{"h2"}
			c.Certificates, s.ClientAuth = s.Certificates, tls.RequireAnyClientCert
		}, encrypted},
		{"TLS 1.3, HelloRetryRequest", ECDSAKey, func(c, s *tls.Config) {
			c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
			s.CurvePreferences = []tls.CurveID{tls.CurveP384}
		}, func(t *testing.T, s *Session) {
			encrypted(t, s)
			if s.Retry == nil || s.Retry.Group != Secp384r1 || s.Server.Group != Secp384r1 {
				t.Errorf("retry %+v", s.Retry)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := goConfigs(t, tt.key)
			tt.change(client, server)
			var info *tls.ClientHelloInfo
			server.GetConfigForClient = func(i *tls.ClientHelloInfo) (*tls.Config, error) { info = i; return nil, nil }
			flights, cs, _, cerr, serr := talk(t, client, server)
			if cerr != nil || serr != nil {
				t.Fatalf("client %v, server %v", cerr, serr)
			}
			for _, cut := range []func(int) int{whole, singly, random(3)} {
				c := read(t, flights, cut)
				s := &c.Session
				compareHello(t, info, s.Hello)
				if got := uint16(s.Version()); got != cs.Version {
					t.Errorf("version %x, want %x", got, cs.Version)
				}
				if got := s.Server.CipherSuite; uint16(got) != cs.CipherSuite || got.String() != tls.CipherSuiteName(cs.CipherSuite) {
					t.Errorf("suite %s, want %s", got, tls.CipherSuiteName(cs.CipherSuite))
				}
				if s.Version() < TLS13 && s.Server.ALPN != cs.NegotiatedProtocol {
					t.Errorf("protocol %q, want %q", s.Server.ALPN, cs.NegotiatedProtocol)
				}
				if !s.Done() || !s.Established() || s.Resumed() || len(s.Unreadable) > 0 || s.Incomplete {
					t.Errorf("done %v, established %v, resumed %v, unreadable %v", s.Done(), s.Established(), s.Resumed(), s.Unreadable)
				}
				if c.Client.ApplicationBytes() < 1500 || c.Server.ApplicationBytes() < 1500 {
					t.Errorf("%d and %d bytes of application data", c.Client.ApplicationBytes(), c.Server.ApplicationBytes())
				}
				tt.want(t, s)
			}
		})
	}
}

func shown(t *testing.T, s *Session) {
	t.Helper()
	if s.Certificates() != Shown || len(s.ServerChain.Chain) != 2 {
		t.Fatalf("certificates %s", s.Certificates())
	}
	l, err := s.Leaf()
	if err != nil || l.CommonName != "ehr.example" || l.IssuerName != "Ward CA" {
		t.Errorf("leaf %+v, %v", l, err)
	}
}

func encrypted(t *testing.T, s *Session) {
	t.Helper()
	if l, err := s.Leaf(); s.Certificates() != Encrypted || l != nil || err != nil {
		t.Errorf("certificates %s, leaf %v, %v", s.Certificates(), l, err)
	}
}

// compareHello compares what Go's server understood of a hello with what we read.
func compareHello(t *testing.T, want *tls.ClientHelloInfo, got *ClientHello) {
	t.Helper()
	suites := make([]uint16, len(got.CipherSuites))
	for i, c := range got.CipherSuites {
		suites[i] = uint16(c)
	}
	if diff := cmp.Diff(want.CipherSuites, suites); diff != "" {
		t.Errorf("cipher suites:\n%s", diff)
	}
	if got.ServerName != want.ServerName {
		t.Errorf("server name %q, want %q", got.ServerName, want.ServerName)
	}
	if diff := cmp.Diff(want.SupportedProtos, got.ALPN); diff != "" {
		t.Errorf("protocols:\n%s", diff)
	}
	extensions := make([]uint16, len(got.Extensions))
	for i, x := range got.Extensions {
		extensions[i] = uint16(x.Type)
	}
	if diff := cmp.Diff(want.Extensions, extensions); diff != "" {
		t.Errorf("extensions:\n%s", diff)
	}
	var groups []tls.CurveID
	for _, g := range got.Groups {
		groups = append(groups, tls.CurveID(g))
	}
	if diff := cmp.Diff(want.SupportedCurves, groups); diff != "" {
		t.Errorf("groups:\n%s", diff)
	}
	var schemes []tls.SignatureScheme
	for _, s := range got.SignatureSchemes {
		schemes = append(schemes, tls.SignatureScheme(s))
	}
	if diff := cmp.Diff(want.SignatureSchemes, schemes); diff != "" {
		t.Errorf("schemes:\n%s", diff)
	}
	if v := uint16(got.Offered()); v != slices.Max(want.SupportedVersions) {
		t.Errorf("offers %x, want %x", v, slices.Max(want.SupportedVersions))
	}
	if len(got.Unreadable) > 0 {
		t.Errorf("cannot read %v", got.Unreadable)
	}
}

func TestResumption(t *testing.T) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(v), func(t *testing.T) {
			client, server := goConfigs(t, ECDSAKey)
			client.MaxVersion = v
			client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
			for i := range 2 {
				flights, cs, _, cerr, serr := talk(t, client, server)
				if cerr != nil || serr != nil {
					t.Fatalf("client %v, server %v", cerr, serr)
				}
				s := &read(t, flights, random(5)).Session
				if cs.DidResume != (i == 1) || s.Resumed() != cs.DidResume {
					t.Errorf("connection %d: resumed %v, Go says %v", i, s.Resumed(), cs.DidResume)
				}
				if !s.Done() {
					t.Error("not done")
				}
				offers := s.Hello.TicketSize > 0 || s.Hello.PSKs > 0
				if offers != (i == 1) {
					t.Errorf("connection %d: offers to resume %v", i, offers)
				}
				want := map[bool]Visibility{true: Omitted, false: Shown}[i == 1]
				if v == tls.VersionTLS13 {
					want = Encrypted
				}
				if s.Certificates() != want {
					t.Errorf("connection %d: certificates %s, want %s", i, s.Certificates(), want)
				}
			}
		})
	}
}

func TestAlerts(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(c, s *tls.Config)
		want   AlertDescription
		from   Direction
	}{
		"no common version": {func(c, s *tls.Config) { c.MaxVersion, s.MinVersion = tls.VersionTLS11, tls.VersionTLS12 }, ProtocolVersion, FromServer},
		"no common suite": {func(c, s *tls.Config) {
			c.MaxVersion, c.CipherSuites, s.CipherSuites = tls.VersionTLS12, []uint16{0xc02b}, []uint16{0xc02c}
		}, HandshakeFailure, FromServer},
		"unknown authority":  {func(c, s *tls.Config) { c.MaxVersion, c.RootCAs = tls.VersionTLS12, nil }, BadCertificate, FromClient},
		"no common protocol": {func(c, s *tls.Config) { c.NextProtos, s.NextProtos = []string{"a"}, []string{"b"} }, 120, FromServer},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := goConfigs(t, ECDSAKey)
			tt.change(client, server)
			flights, _, _, _, _ := talk(t, client, server)
			s := &read(t, flights, whole).Session
			if !s.Done() || s.Established() {
				t.Errorf("done %v, established %v", s.Done(), s.Established())
			}
			if len(s.Alerts) != 1 || s.Alerts[0] != (Alert{Fatal, tt.want}) || s.SentBy[0] != tt.from {
				t.Errorf("alerts %v by %v", s.Alerts, s.SentBy)
			}
		})
	}
}

// A hello of ours is one that Go's server accepts and understands as it was meant.
func TestGoServerReadsTheEncoder(t *testing.T) {
	for _, v := range []Version{TLS10, TLS12, TLS13} {
		t.Run(v.String(), func(t *testing.T) {
			_, server := goConfigs(t, ECDSAKey)
			server.NextProtos = []string{"http/1.1"}
			var info *tls.ClientHelloInfo
			server.GetConfigForClient = func(i *tls.ClientHelloInfo) (*tls.Config, error) { info = i; return nil, nil }
			p := Script{Seed: "go", Version: v, ServerName: "ehr.example", ALPN: []string{"h2", "http/1.1"}}.Begin()

			a, b := sockets(t)
			go func() { _ = tls.Server(b, server).Handshake(); b.Close() }()
			go func() { _, _ = a.Write(p.Flights[0].Bytes) }()
			c := NewConversation(Limits{})
			if err := c.Client.Feed(p.Flights[0].Bytes); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 4096)
			for c.Session.Server == nil || v < TLS13 && !c.Session.asked {
				n, err := a.Read(buf)
				if err != nil {
					t.Fatalf("the server gave up: %v %v", err, c.Session.Alerts)
				}
				if err := c.Server.Feed(buf[:n]); err != nil {
					t.Fatal(err)
				}
			}
			a.Close()
			compareHello(t, info, p.Hello.mustRead(t))
			if c.Session.Version() != v {
				t.Errorf("version %s", c.Session.Version())
			}
		})
	}
}

// mustRead returns the hello as the decoder reads it, extensions included.
func (h *ClientHello) mustRead(t *testing.T) *ClientHello {
	t.Helper()
	got := &ClientHello{}
	c := cursor{b: h.Append(nil)[4:]}
	if got.parse(&c); !c.ok() {
		t.Fatal(c.field)
	}
	return got
}

// Go's client reads the server's flight of ours up to the signature, which is
// filler: it has our certificates by then.
func TestGoClientReadsTheEncoder(t *testing.T) {
	ca, leaf := chain(t, Ed25519Key)
	a, b := sockets(t)
	var got [][]byte
	client := &tls.Config{MaxVersion: tls.VersionTLS12, InsecureSkipVerify: true, ServerName: "ehr.example",
		NextProtos: []string{"h2"},
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			got = raw
			return nil
		}}
	failed := make(chan error, 1)
	go func() { failed <- tls.Client(a, client).Handshake(); a.Close() }()

	c := NewDecoder(FromClient, Limits{}, Func(func(Direction, Message) {}))
	hello := &Session{}
	c.handler = hello
	buf := make([]byte, 4096)
	for hello.Hello == nil {
		n, err := b.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Feed(buf[:n]); err != nil {
			t.Fatal(err)
		}
	}
	p := Script{Seed: "go", Hello: hello.Hello, Protocol: "h2", Chain: [][]byte{leaf.DER, ca.DER}}.Begin()
	go func() { _, _ = b.Write(p.Flights[1].Bytes) }()
	go func() {
		for {
			if _, err := b.Read(make([]byte, 100)); err != nil {
				return
			}
		}
	}()
	err := <-failed
	if len(got) != 2 || !bytes.Equal(got[0], leaf.DER) {
		t.Fatalf("Go's client saw %d certificates and ended with %v", len(got), err)
	}
	if err == nil {
		t.Error("Go's client accepted filler for a signature")
	}
}
