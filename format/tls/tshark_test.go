package tls

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit/wire"
)

// row is what tshark and the decoder must agree on for one hello or certificate
// message.
type row struct {
	Type, Version, Suites, Extensions, Name, ALPN, Versions, Groups, Schemes, JA3, Certificates string
}

var rowFields = []string{
	"tls.handshake.type", "tls.handshake.version", "tls.handshake.ciphersuite", "tls.handshake.extension.type",
	"tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str",
	"tls.handshake.extensions.supported_version", "tls.handshake.extensions_supported_group",
	"tls.handshake.sig_hash_alg", "tls.handshake.ja3_full", "tls.handshake.certificate_length",
}

// tsharkRows returns one row per frame with a hello. The capture must keep to one
// handshake message per frame.
func tsharkRows(t *testing.T, path string) (rows []row) {
	filter := "tls.handshake.type == 1 or tls.handshake.type == 2 or tls.handshake.type == 11"
	for _, f := range wire.Tshark(t, path, filter, rowFields) {
		rows = append(rows, row{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]})
	}
	return rows
}

func ours(m Message) (row, bool) {
	switch m := m.(type) {
	case *ClientHello:
		return row{
			Type: "1", Version: hex4(m.Version), Suites: join(m.CipherSuites, hex4), Extensions: join(m.types(), decimal),
			Name: m.ServerName, ALPN: strings.Join(m.ALPN, "|"), Versions: join(m.SupportedVersions, hex4),
			Groups: join(m.Groups, hex4), Schemes: join(append(m.SignatureSchemes, certSchemes(m)...), hex4), JA3: ja3(m),
		}, true
	case *ServerHello:
		r := row{Type: "2", Version: hex4(m.Version), Suites: hex4(m.CipherSuite), ALPN: m.ALPN}
		if m.Selected != 0 {
			r.Versions = hex4(m.Selected)
		}
		var types []ExtensionType
		for _, x := range m.Extensions {
			types = append(types, x.Type)
		}
		r.Extensions = join(types, decimal)
		return r, true
	case *Certificates:
		var sizes []string
		for _, der := range m.Chain {
			sizes = append(sizes, strconv.Itoa(len(der)))
		}
		return row{Type: "11", Certificates: strings.Join(sizes, "|")}, true
	}
	return row{}, false
}

// certSchemes returns the schemes of signature_algorithms_cert, which tshark lists
// in one with those of signature_algorithms.
func certSchemes(h *ClientHello) (list []SignatureScheme) {
	for _, x := range h.Extensions {
		if x.Type == 50 {
			list, _ = numbers[SignatureScheme](x.Data[2:])
		}
	}
	return list
}

func hex4[T ~uint16](v T) string    { return fmt.Sprintf("0x%04x", uint16(v)) }
func decimal[T ~uint16](v T) string { return strconv.Itoa(int(v)) }

func join[T any](list []T, text func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = text(v)
	}
	return strings.Join(parts, "|")
}

// ja3 returns the inputs of the older fingerprint JA3, which this tshark prints.
func ja3(h *ClientHello) string {
	list := func(s string) string { return strings.ReplaceAll(s, "|", "-") }
	formats := ""
	for _, x := range h.Extensions {
		if x.Type == ExtPointFormats && len(x.Data) > 0 {
			formats = join(x.Data[1:], func(b byte) string { return strconv.Itoa(int(b)) })
		}
	}
	return strings.Join([]string{decimal(h.Version), list(join(h.CipherSuites, decimal)), list(join(h.types(), decimal)),
		list(join(h.Groups, decimal)), list(formats)}, ",")
}

// capture collects sessions, and what we read of them.
type capture struct {
	*wire.Capture
	t     *testing.T
	rows  []row
	sizes []string // of records, in the order they were written
	count int
}

// add writes a session to the capture, a record per segment or more.
func (c *capture) add(flights []Flight) {
	c.count++
	conv := c.TCP(fmt.Sprintf("10.0.0.9:%d", 41000+c.count), "10.0.0.1:443")
	note := Func(func(_ Direction, m Message) {
		if r, ok := ours(m); ok {
			c.rows = append(c.rows, r)
		}
	})
	ends := [2]*Decoder{NewDecoder(FromClient, Limits{}, note), NewDecoder(FromServer, Limits{}, note)}
	for _, f := range flights {
		for p := f.Bytes; len(p) > 0; {
			size := int(p[3])<<8 + int(p[4])
			c.sizes = append(c.sizes, strconv.Itoa(size))
			if f.From == FromClient {
				conv.Client(p[:5+size])
			} else {
				conv.Server(p[:5+size])
			}
			if err := ends[f.From].Feed(p[:5+size]); err != nil {
				c.t.Fatal(err)
			}
			p = p[5+size:]
		}
	}
	conv.Close()
}

// Go's handshakes as tshark reads them and as we do.
func TestGoHandshakesAgreeWithTshark(t *testing.T) {
	c := &capture{Capture: wire.New(t), t: t}
	for _, change := range []func(c, s *tls.Config){
		func(c, s *tls.Config) { c.MaxVersion = tls.VersionTLS10 },
		func(c, s *tls.Config) {
			c.MaxVersion, c.NextProtos, s.NextProtos = tls.VersionTLS12, []string{"h2", "http/1.1"}, []string{"h2"}
		},
		func(c, s *tls.Config) {},
		func(c, s *tls.Config) { s.CurvePreferences = []tls.CurveID{tls.CurveP521} }, // HelloRetryRequest
	} {
		client, server := goConfigs(t, ECDSAKey)
		change(client, server)
		flights, _, _, cerr, serr := talk(t, client, server)
		if cerr != nil || serr != nil {
			t.Fatal(cerr, serr)
		}
		c.add(flights)
	}
	if diff := cmp.Diff(tsharkRows(t, c.Path()), c.rows); diff != "" || len(c.rows) != 3+3+2+4 {
		t.Errorf("%d messages\n%s", len(c.rows), diff)
	}
}

// What Script writes, tshark reads without complaint and as it was meant.
func TestTsharkReadsTheScript(t *testing.T) {
	c := &capture{Capture: wire.New(t), t: t}
	for _, s := range scripts(t) {
		p := s.Begin()
		c.add(append(p.Flights,
			Flight{FromClient, p.AppendData(nil, FromClient, 40_000)},
			Flight{FromServer, p.AppendData(nil, FromServer, 100)},
			Flight{FromClient, p.AppendClose(nil, FromClient)}))
	}
	want := tsharkRows(t, c.Path())
	if diff := cmp.Diff(want, c.rows); diff != "" || len(want) < 30 {
		t.Errorf("%d messages\n%s", len(want), diff)
	}
	const warning = "_ws.expert.severity >= 0x600000"
	for _, f := range wire.Tshark(t, c.Path(), warning, []string{"frame.number", "_ws.expert.message"}) {
		t.Errorf("tshark warns of frame %s: %s", f[0], f[1])
	}
	var sizes []string
	for _, f := range wire.Tshark(t, c.Path(), "tls.record.length", []string{"tls.record.length"}) {
		sizes = append(sizes, f[0])
	}
	if diff := cmp.Diff(c.sizes, sizes); diff != "" {
		t.Errorf("records:\n%s", diff)
	}
}

// scripts are sessions of all shapes.
func scripts(t testing.TB) map[string]Script {
	ca, leaf := chain(t, Ed25519Key)
	_, rsa := chain(t, 2048)
	served := [][]byte{leaf.DER, ca.DER}
	return map[string]Script{
		"TLS 1.2":                        {Seed: "a", ServerName: "ehr.example", ALPN: []string{"h2", "http/1.1"}, Protocol: "http/1.1", Chain: served},
		"TLS 1.2, RSA":                   {Seed: "b", Suite: 0x009c, Chain: [][]byte{rsa.DER, ca.DER}},
		"TLS 1.2, DHE":                   {Seed: "c", Suite: 0x009e, Chain: [][]byte{rsa.DER, ca.DER}},
		"TLS 1.2, mutual":                {Seed: "d", Chain: served, Mutual: true, ClientChain: served},
		"TLS 1.2, no client certificate": {Seed: "e", Chain: served, Mutual: true},
		"TLS 1.2, resumed":               {Seed: "f", Resume: true, ServerName: "ehr.example"},
		"TLS 1.0":                        {Seed: "g", Version: TLS10, Chain: served},
		"TLS 1.1":                        {Seed: "h", Version: TLS11, Chain: served},
		"TLS 1.3":                        {Seed: "i", Version: TLS13, ServerName: "ehr.example", ALPN: []string{"h2"}, Chain: served},
		"TLS 1.3, mutual":                {Seed: "j", Version: TLS13, Chain: served, Mutual: true, ClientChain: served},
		"TLS 1.3, resumed":               {Seed: "k", Version: TLS13, Resume: true},
		"refused":                        {Seed: "l", Refuse: HandshakeFailure},
	}
}
