package network

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/tls"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "tls",
	Recognise: recogniseTLS,
	Open:      openTLS,
	Ports:     []uint16{443, 8443, 2762, 8883, 6464}, // https twice, DICOM, MQTT, SDC
})

func recogniseTLS(client, server []byte) format.Match {
	switch {
	case len(client) == 0:
		return tls.RecogniseServer(server)
	case len(server) == 0:
		return tls.RecogniseClient(client)
	}
	c, s := tls.RecogniseClient(client), tls.RecogniseServer(server)
	if c == format.No || s == format.No {
		return format.No
	}
	return max(c, s)
}

// maxALPN is how many protocols of an offer are told.
const maxALPN = 8

// tlsStream tells the handshake of one connection; what comes after it is left
// alone.
type tlsStream struct {
	conn *Conn
	c    *tls.Conversation // nil once told
}

func openTLS(c *Conn) Stream {
	s := &tlsStream{conn: c, c: tls.NewConversation(tls.Limits{})}
	if c.MidStream { // always succeeds
		_ = s.c.Client.Gap(0)
		_ = s.c.Server.Gap(0)
	}
	return s
}

// Data implements [Stream].
func (s *tlsStream) Data(dir Direction, p []byte, at int64) error {
	if s.c == nil {
		return nil
	}
	err := s.decoder(dir).Feed(p)
	if s.c.Session.Done() {
		s.tell(at)
	}
	return err
}

// Gap implements [Stream].
func (s *tlsStream) Gap(dir Direction, n int64, _ int64) error {
	if s.c == nil {
		return nil
	}
	return s.decoder(dir).Gap(n)
}

// Close implements [Stream].
func (s *tlsStream) Close(at int64) { s.tell(at) }

func (s *tlsStream) decoder(dir Direction) *tls.Decoder {
	if dir == ToServer {
		return s.c.Client
	}
	return s.c.Server
}

// tell emits what was seen, unless it was nothing but ciphertext.
func (s *tlsStream) tell(at int64) {
	if s.c == nil {
		return
	}
	x := &s.c.Session
	s.c = nil
	for _, u := range x.Unreadable {
		s.conn.Failure(u.Err)
	}
	if x.Hello == nil && x.Server == nil && len(x.Alerts) == 0 {
		return
	}
	v := &kind.TLSSessionV1{
		Resumed: x.Resumed(), Established: x.Established(), Incomplete: x.Incomplete,
		Certificates: x.Certificates().String(), ClientCertificate: clientCertificate(x),
	}
	dst := s.conn.Flow().Dst.Addr
	asked := ""
	if h := x.Hello; h != nil {
		v.Offered, v.JA4 = h.Offered().String(), h.JA4()
		asked = h.ServerName
		v.ServerName, v.ServerNameThere = serverName(asked, dst), kind.Presence(h.HasServerName)
		for _, p := range h.ALPN[:min(len(h.ALPN), maxALPN)] {
			v.ALPNOffered = append(v.ALPNOffered, alpnName(p))
		}
	}
	if h := x.Server; h != nil {
		named := *h
		named.ALPN = alpnName(h.ALPN)
		v.Version, v.Cipher, v.Server = h.Negotiated().String(), h.CipherSuite.String(), technicalText(named.Tuple(), 256)
		v.ALPN = named.ALPN
		if h.Group != 0 {
			v.Group = h.Group.String()
		}
	}
	for i, a := range x.Alerts {
		level := "warning"
		if a.Level == tls.Fatal {
			level = "fatal"
		}
		v.Alerts = append(v.Alerts, x.SentBy[i].String()+": "+level+" "+a.Description.String())
	}
	if x.Certificates() == tls.Shown {
		v.Certificate = s.certificate(x.ServerChain, asked, dst)
	}
	s.conn.Emit(at, v)
}

// clientCertificate says whether the client showed a certificate.
func clientCertificate(x *tls.Session) string {
	switch {
	case x.ClientChain != nil && len(x.ClientChain.Chain) > 0:
		return "given"
	case x.Request != nil:
		return "asked"
	case x.Certificates() == tls.Shown && !x.Incomplete, x.Certificates() == tls.None:
		return "none"
	}
	return "unknown"
}

// certificate tells the server's certificate. asked is the name that the client
// asked for.
func (s *tlsStream) certificate(chain *tls.Certificates, asked string, dst netip.Addr) *kind.TLSCertificateV1 {
	v := &kind.TLSCertificateV1{Chain: len(chain.Chain) + chain.Dropped, Match: "unknown"}
	l := leaves.of(chain.Chain[0])
	if l == nil {
		v.Unreadable = true
		return v
	}
	v.Names = len(l.DNSNames) + len(l.Addresses) + l.OtherNames
	v.Issuer = issuerName(l)
	v.KeyID, v.KeyType, v.KeyBits = hex.EncodeToString(l.KeyID[:]), technicalText(l.KeyType, 40), l.KeyBits
	v.Signature = technicalText(l.Signature, 40)
	v.NotBefore, v.NotAfter = l.NotBefore.UTC(), l.NotAfter.UTC()
	v.SelfIssued, v.SelfSigned, v.CannotVerify = l.SelfIssued, l.SelfSigned, l.SelfIssued && l.CannotVerify != ""
	v.CA, v.Irregular = l.CA, l.Complaint != ""
	for _, n := range append([]string{l.CommonName}, l.DNSNames...) {
		if v.Name == "" {
			v.Name = serverName(strings.TrimPrefix(n, "*."), dst)
		}
	}
	v.Match = match(l, asked, dst)
	return v
}

// match says whether the certificate is for whom the client asked for. A client
// that named nobody may still have meant a name.
func match(l *tls.Leaf, asked string, dst netip.Addr) string {
	host := asked
	if host == "" {
		host = dst.Unmap().WithZone("").String()
	}
	switch ok, common := l.Covers(host); {
	case ok && common:
		return "common-name"
	case ok:
		return "yes"
	case asked == "":
		return "unknown"
	}
	return "no"
}

// serverName returns the first label of a host name if it may leave: that of a
// server of the site's own which names a device and no person.
func serverName(host string, dst netip.Addr) string {
	if host == "" || wardround.Public(dst) {
		return ""
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "" // the flow has it
	}
	return deviceName(host, wardround.MAC{})
}

// publicIssuers are names of authorities that sign for the public.
var publicIssuers = []string{
	"Let's Encrypt", "DigiCert", "Sectigo", "GlobalSign", "GoDaddy", "Go Daddy", "Amazon", "Google Trust Services", "Microsoft", "Entrust",
	"D-TRUST", "T-Systems", "T-TeleSec", "TeleSec", "QuoVadis", "SwissSign", "Actalis", "Buypass", "Certum", "HARICA", "IdenTrust", "ZeroSSL", "Baltimore", "GEANT",
}

// issuerName returns the issuer's name if it is that of a public authority, or
// made of words that name no person.
func issuerName(l *tls.Leaf) string {
	for _, p := range publicIssuers {
		if strings.Contains(l.IssuerName, p) || strings.Contains(l.Issuer, "O="+p) {
			return p
		}
	}
	if !plainText([]byte(l.IssuerName)) {
		return ""
	}
	words := strings.NewReplacer(" ", "-", ".", "-").Replace(l.IssuerName)
	if deviceName(words, wardround.MAC{}) == "" || !hasWord(words) {
		return ""
	}
	return l.IssuerName
}
