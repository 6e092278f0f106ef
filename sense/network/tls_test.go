package network

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/tls"
	"github.com/wardround/wardround/kind"
)

var (
	certFrom = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	certTo   = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
)

// minted returns an authority and a certificate by it.
func minted(t testing.TB, p tls.Profile) (ca, leaf *tls.Identity) {
	t.Helper()
	mint := func(seed string, p tls.Profile, issuer *tls.Identity) *tls.Identity {
		if p.Serial == 0 {
			p.Serial = 7
		}
		if p.NotBefore.IsZero() {
			p.NotBefore, p.NotAfter = certFrom, certTo
		}
		id, err := tls.Mint(seed, p, issuer)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ca = mint("ca", tls.Profile{CommonName: "Hospital Root CA", CA: true}, nil)
	return ca, mint("leaf", p, ca)
}

// tlsSaid lets the sensor see a whole session.
func tlsSaid(t testing.TB, s tls.Script) []*wardround.Observation {
	t.Helper()
	p := s.Begin()
	var steps []said
	for _, f := range p.Flights {
		steps = append(steps, said{Direction(f.From), string(f.Bytes)})
	}
	steps = append(steps, said{ToServer, string(p.AppendData(nil, tls.FromClient, 2000))}, said{ToClient, string(p.AppendData(nil, tls.FromServer, 2000))})
	return conversation(t, "tls", steps...)
}

func TestTLSSession(t *testing.T) {
	ehr := tls.Profile{CommonName: "ehr.hosp.example", DNSNames: []string{"ehr.hosp.example", "fhir.hosp.example"}}
	ca, leaf := minted(t, ehr)
	served := [][]byte{leaf.DER, ca.DER}
	for name, tt := range map[string]struct {
		script tls.Script
		want   kind.TLSSessionV1
	}{
		"TLS 1.2": {
			tls.Script{ServerName: "ehr.hosp.example", ALPN: []string{"h2", "http/1.1"}, Protocol: "http/1.1", Chain: served},
			kind.TLSSessionV1{
				Offered: "TLS 1.2", Version: "TLS 1.2", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
				Server: "0303,c02b,ff01.0017.0010,http/1.1", ALPN: "http/1.1", ALPNOffered: []string{"h2", "http/1.1"},
				ServerName: "ehr", ServerNameThere: true, Established: true, ClientCertificate: "none", Certificates: "shown",
				Certificate: &kind.TLSCertificateV1{
					Name: "ehr", Names: 2, Issuer: "Hospital Root CA", KeyType: "Ed25519", KeyBits: 256, Signature: "Ed25519",
					NotBefore: certFrom, NotAfter: certTo, Match: "yes", Chain: 2,
				},
			},
		},
		"mutual, another name": {
			tls.Script{ServerName: "pacs.hosp.example", Chain: served, Mutual: true, ClientChain: served},
			kind.TLSSessionV1{
				Offered: "TLS 1.2", Version: "TLS 1.2", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
				Server: "0303,c02b,ff01.0017,-", ServerName: "pacs", ServerNameThere: true, Established: true, ClientCertificate: "given", Certificates: "shown",
				Certificate: &kind.TLSCertificateV1{
					Name: "ehr", Names: 2, Issuer: "Hospital Root CA", KeyType: "Ed25519", KeyBits: 256, Signature: "Ed25519",
					NotBefore: certFrom, NotAfter: certTo, Match: "no", Chain: 2,
				},
			},
		},
		"TLS 1.0, no name asked for, no certificate given": {
			tls.Script{Version: tls.TLS10, Chain: served, Mutual: true},
			kind.TLSSessionV1{
				Offered: "TLS 1.0", Version: "TLS 1.0", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
				Server: "0301,c00a,ff01.0017,-", Established: true, ClientCertificate: "asked", Certificates: "shown",
				Certificate: &kind.TLSCertificateV1{
					Name: "ehr", Names: 2, Issuer: "Hospital Root CA", KeyType: "Ed25519", KeyBits: 256, Signature: "Ed25519",
					NotBefore: certFrom, NotAfter: certTo, Match: "unknown", Chain: 2,
				},
			},
		},
		"TLS 1.3": {
			tls.Script{Version: tls.TLS13, ServerName: "ehr.hosp.example", ALPN: []string{"h2"}, Chain: served},
			kind.TLSSessionV1{
				Offered: "TLS 1.3", Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Group: "x25519", Server: "0304,1301,0033.002b,-",
				ALPNOffered: []string{"h2"}, ServerName: "ehr", ServerNameThere: true, Established: true, ClientCertificate: "unknown", Certificates: "encrypted",
			},
		},
		"resumed": {
			tls.Script{Resume: true},
			kind.TLSSessionV1{
				Offered: "TLS 1.2", Version: "TLS 1.2", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Server: "0303,c02b,ff01.0017,-",
				Resumed: true, Established: true, ClientCertificate: "unknown", Certificates: "omitted",
			},
		},
		"refused": {
			tls.Script{Version: tls.TLS11, Refuse: tls.ProtocolVersion},
			kind.TLSSessionV1{Offered: "TLS 1.1", ClientCertificate: "unknown", Certificates: "missed", Alerts: []string{"server: fatal protocol_version"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := tlsSaid(t, tt.script)
			if len(got) != 1 {
				t.Fatalf("%d observations", len(got))
			}
			v := got[0].Fields.(*kind.TLSSessionV1)
			if !strings.HasPrefix(v.JA4, "t1") || len(v.JA4) != 36 {
				t.Errorf("JA4 %q", v.JA4)
			}
			v.JA4 = ""
			if v.Certificate != nil {
				if len(v.Certificate.KeyID) != 64 {
					t.Errorf("key id %q", v.Certificate.KeyID)
				}
				v.Certificate.KeyID = ""
			}
			if diff := cmp.Diff(&tt.want, v); diff != "" {
				t.Error(diff)
			}
			link, ok := v.Link(got[0])
			if ok != v.Established || ok && (link.Encrypted != wardround.Yes || (link.Authenticated == wardround.Yes) != (v.ClientCertificate == "given")) {
				t.Errorf("link %+v, %v", link, ok)
			}
		})
	}
}

func TestTLSCertificateKinds(t *testing.T) {
	ca, _ := minted(t, tls.Profile{CommonName: "x"})
	one := func(p tls.Profile, issuer *tls.Identity) *kind.TLSCertificateV1 {
		p.Serial, p.NotBefore, p.NotAfter = 9, certFrom, certTo
		id, err := tls.Mint("one", p, issuer)
		if err != nil {
			t.Fatal(err)
		}
		return tlsSaid(t, tls.Script{Chain: [][]byte{id.DER}})[0].Fields.(*kind.TLSSessionV1).Certificate
	}
	if c := one(tls.Profile{CommonName: "pump-3"}, nil); !c.SelfSigned || !c.SelfIssued || c.Name != "pump-3" || c.Issuer != "pump-3" || c.CannotVerify {
		t.Errorf("self-signed: %+v", c)
	}
	if c := one(tls.Profile{CommonName: "pump-3", Key: 1024, Fake: x509.MD5WithRSA}, nil); c.SelfSigned || !c.SelfIssued || !c.CannotVerify || c.KeyBits != 1024 || c.Signature != "MD5-RSA" {
		t.Errorf("old: %+v", c)
	}
	if c := one(tls.Profile{CommonName: "x", Addresses: []netip.Addr{served.Addr()}}, ca); c.Match != "yes" {
		t.Errorf("by address: %+v", c)
	}
	if c := one(tls.Profile{CommonName: served.Addr().String()}, ca); c.Match != "common-name" {
		t.Errorf("address as common name: %+v", c)
	}
	bad := tlsSaidWithFailures(t, tls.Script{Chain: [][]byte{[]byte("no certificate")}})
	if c := bad[0].Fields.(*kind.TLSSessionV1).Certificate; !c.Unreadable || c.KeyID != "" {
		t.Errorf("unreadable: %+v", c)
	}
}

// tlsSaidWithFailures is tlsSaid for sessions that hold what cannot be read.
func tlsSaidWithFailures(t testing.TB, s tls.Script) (list []*wardround.Observation) {
	t.Helper()
	f := between(nurse, served)
	c := NewTestConn("tls", &f, func(o *wardround.Observation) { list = append(list, o) })
	st := c.proto.Open(c)
	for _, f := range s.Begin().Flights {
		if err := st.Data(Direction(f.From), f.Bytes, 1); err != nil {
			t.Fatal(err)
		}
	}
	st.Close(2)
	return list
}

// Canaries in every name of hellos and certificates leave in no observation, and
// neither do names of servers outside.
func TestTLSCanariesStay(t *testing.T) {
	const c = "KANARI"
	ca, err := tls.Mint("ca", tls.Profile{CommonName: c + "01 CA", Organization: c + "02", CA: true, Serial: 1, NotBefore: certFrom, NotAfter: certTo}, nil)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := tls.Mint("leaf", tls.Profile{CommonName: "Dr. " + c + "03", Organization: c + "04", DNSNames: []string{c + "05.hosp.example", "x." + c + "06.example"},
		Serial: 2, NotBefore: certFrom, NotAfter: certTo}, ca)
	if err != nil {
		t.Fatal(err)
	}
	served := [][]byte{leaf.DER, ca.DER}
	for name, s := range map[string]tls.Script{
		"TLS 1.2":          {ServerName: c + "07.example", Chain: served, Mutual: true, ClientChain: served},
		"TLS 1.3":          {Version: tls.TLS13, ServerName: "www." + c + "08.example", Chain: served},
		"name with blanks": {ServerName: "Anna " + c + "09", Chain: served},
	} {
		got := tlsSaid(t, s)
		nothingOf(t, got, c, "anna", "hosp.example")
		if v := got[0].Fields.(*kind.TLSSessionV1); !bool(v.ServerNameThere) || v.ServerName != "" && v.ServerName != "www" {
			t.Errorf("%s: name %q, there %v", name, v.ServerName, v.ServerNameThere)
		}
	}

	public := between(nurse, netip.MustParseAddrPort("93.184.216.34:443"))
	var list []*wardround.Observation
	conn := NewTestConn("tls", &public, func(o *wardround.Observation) { list = append(list, o) })
	st := conn.proto.Open(conn)
	_, pacs := minted(t, tls.Profile{CommonName: "pacs.example", DNSNames: []string{"pacs.example"}})
	for _, f := range (tls.Script{ServerName: "pacs.example", Chain: [][]byte{pacs.DER}}).Begin().Flights {
		if err := st.Data(Direction(f.From), f.Bytes, 1); err != nil {
			t.Fatal(err)
		}
	}
	nothingOf(t, list, "pacs")
	if v := list[0].Fields.(*kind.TLSSessionV1); v.Certificate.Match != "yes" || !bool(v.ServerNameThere) {
		t.Errorf("%+v", v)
	}
}

func TestIssuerNames(t *testing.T) {
	for name, want := range map[string]string{
		"R11": "", "Let's Encrypt": "Let's Encrypt", "DigiCert TLS RSA SHA256 2020 CA1": "DigiCert", "Hospital Root CA": "Hospital Root CA",
		"Dr. Anna Schmidt": "", "Mueller CA": "", "12345": "", "": "", "GE Healthcare Device CA": "GE Healthcare Device CA",
	} {
		if got := issuerName(&tls.Leaf{IssuerName: name}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := issuerName(&tls.Leaf{IssuerName: "R11", Issuer: "CN=R11,O=Let's Encrypt,C=US"}); got != "Let's Encrypt" {
		t.Errorf("by organisation: %q", got)
	}
}

// What is recognised in mid-stream is ciphertext: the flow says so, and there is
// nothing to tell. Hellos with a gap behind are told as incomplete.
func TestTLSMidStreamAndGap(t *testing.T) {
	_, leaf := minted(t, tls.Profile{CommonName: "ehr.example"})
	p := tls.Script{Chain: [][]byte{leaf.DER}}.Begin()
	f := between(nurse, served)
	var list []*wardround.Observation
	c := NewTestConn("tls", &f, func(o *wardround.Observation) { list = append(list, o) })
	c.MidStream = true
	s := c.proto.Open(c)
	if err := s.Data(ToServer, p.AppendData(nil, tls.FromClient, 5000)[700:], 1); err != nil {
		t.Fatal(err)
	}
	s.Close(2)
	if len(list) != 0 || c.sensor.stats.ParseFailures != 0 {
		t.Errorf("%d observations, %d failures", len(list), c.sensor.stats.ParseFailures)
	}

	c = NewTestConn("tls", &f, func(o *wardround.Observation) { list = append(list, o) })
	s = c.proto.Open(c)
	for _, err := range []error{
		s.Data(ToServer, p.Flights[0].Bytes, 1), s.Data(ToClient, p.Flights[1].Bytes[:200], 2), s.Gap(ToClient, 5000, 3),
		s.Data(ToClient, p.AppendData(nil, tls.FromServer, 500), 4),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Close(5)
	if len(list) != 1 {
		t.Fatalf("%d observations", len(list))
	}
	if v := list[0].Fields.(*kind.TLSSessionV1); !v.Incomplete || v.Established || v.Certificates != "missed" || v.Version != "TLS 1.2" {
		t.Errorf("%+v", v)
	}
}

func TestMemoryOfLeavesIsBounded(t *testing.T) {
	var m memory
	for i := range 3 * maxLeaves {
		m.of(fmt.Append(nil, i))
	}
	if len(m.seen) > maxLeaves {
		t.Errorf("remembers %d certificates", len(m.seen))
	}
}

func BenchmarkTLSStream(b *testing.B) {
	ca, leaf := minted(b, tls.Profile{CommonName: "ehr.example", DNSNames: []string{"ehr.example"}})
	p := tls.Script{ServerName: "ehr.example", Chain: [][]byte{leaf.DER, ca.DER}}.Begin()
	f := between(nurse, served)
	c := NewTestConn("tls", &f, func(*wardround.Observation) {})
	b.ReportAllocs()
	for b.Loop() {
		s := c.proto.Open(c)
		for _, f := range p.Flights {
			if err := s.Data(Direction(f.From), f.Bytes, 1); err != nil {
				b.Fatal(err)
			}
		}
		s.Close(2)
	}
}
