package network

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dns"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "dns",
	Recognise: recogniseDNS,
	Open:      openDNS,
	Datagram:  dnsDatagram,
	Ports:     []uint16{53, 5353, 5355}, // unicast, multicast, link-local (RFC 4795)
})

const mdnsPort = 5353

func recogniseDNS(client, server []byte) format.Match {
	if len(client) > 0 {
		return dns.RecogniseTCP(client)
	}
	return dns.RecogniseTCP(server)
}

func dnsDatagram(d *Datagram) bool {
	switch dns.Recognise(d.Payload) {
	case format.Yes:
	case format.Likely: // cut, or something behind: fine where names are served
		if p := d.Flow.Dst.Port; p != 53 && p != mdnsPort && d.Flow.Src.Port != 53 {
			return false
		}
	default:
		return false
	}
	if d.Payload[2]&0x80 == 0 {
		return true // a question is told with its answer; a lost answer is a flow's
	}
	m, err := dns.Parse(d.Payload)
	if err != nil {
		d.Failure(err)
		return true
	}
	if d.Flow.Src.Port == mdnsPort || m.Local() {
		mdnsAnnounced(d, &m)
		return true
	}
	d.Emit(false, dnsLookup(&m, len(d.Payload)))
	return true
}

var dnsTypes = map[dns.Type]string{
	dns.A: "A", dns.NS: "NS", dns.CNAME: "CNAME", dns.SOA: "SOA", dns.PTR: "PTR", dns.MX: "MX", dns.TXT: "TXT", dns.AAAA: "AAAA",
	dns.SRV: "SRV", dns.DNAME: "DNAME", dns.ANY: "ANY", 10: "NULL", 35: "NAPTR", 43: "DS", 48: "DNSKEY", 64: "SVCB", 65: "HTTPS", 251: "IXFR", 252: "AXFR",
}

var dnsCodes = [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}

// dnsLookup tells an answer.
func dnsLookup(m *dns.Message, size int) *kind.DNSLookupV1 {
	l := &kind.DNSLookupV1{Opcode: m.Opcode, Answers: len(m.Answers), Bytes: size}
	if int(m.RCode) < len(dnsCodes) {
		l.Code = dnsCodes[m.RCode]
	} else {
		l.Code = "RCODE" + strconv.Itoa(int(m.RCode))
	}
	if len(m.Questions) > 0 {
		q := &m.Questions[0]
		l.Name = q.Name != "."
		if l.Type = dnsTypes[q.Type]; l.Type == "" {
			l.Type = "TYPE" + strconv.Itoa(int(q.Type))
		}
	}
	for i := range m.Answers {
		r := &m.Answers[i]
		if r.Addr.IsValid() && !wardround.Public(r.Addr) && (r.Type == dns.A || r.Type == dns.AAAA) {
			l.Internal, l.Addr, l.Host = true, r.Addr, deviceName(r.Name, wardround.MAC{})
			break
		}
	}
	return l
}

const (
	maxServices = 32
	maxModel    = 64 // bytes
)

// mdnsAnnounced tells what a host says of itself on its link.
func mdnsAnnounced(d *Datagram, m *dns.Message) {
	v := &kind.DNSServiceV1{}
	for s, r := range m.Announced {
		if service := dnsService(s.Type); !slices.Contains(v.Services, service) && len(v.Services) < maxServices {
			v.Services = append(v.Services, service)
		}
		v.Instance = v.Instance || s.Instance != ""
		if r.Port != 0 && !slices.Contains(v.Ports, r.Port) && len(v.Ports) < maxServices {
			v.Ports = append(v.Ports, r.Port)
		}
	}
	for _, section := range [...][]dns.Resource{m.Answers, m.Additionals} {
		for i := range section {
			mdnsRecord(d, v, &section[i])
		}
	}
	if len(v.Services) == 0 && !bool(v.HostNamed) {
		return
	}
	slices.Sort(v.Services)
	slices.Sort(v.Ports)
	key := Hash(Hash(Hash(0, d.Flow.Src.Addr.AsSlice()), v.Host), v.Model)
	for _, s := range v.Services {
		key = Hash(key, s)
	}
	if d.Once(key, toldFor) {
		d.Emit(false, v)
	}
}

// mdnsRecord takes the host's name and model from one record.
func mdnsRecord(d *Datagram, v *kind.DNSServiceV1, r *dns.Resource) {
	switch r.Type {
	case dns.A, dns.AAAA:
		if r.TTL == 0 || !sameHost(d, r.Addr) {
			return
		}
		v.HostNamed = true
		if v.Host == "" {
			v.Host = deviceName(r.Name, d.Flow.Src.MAC)
		}
	case dns.TXT:
		for _, s := range r.Text {
			key, value, _ := strings.Cut(s, "=")
			switch strings.ToLower(key) {
			case "ty", "model", "md": // printers, Apple's device-info, casting devices
				if v.Model == "" {
					v.Model = productText(value, maxModel, d.Flow.Src.MAC)
				}
			}
		}
	}
}

// sameHost reports whether an address record can be about its sender: a reflector
// passes on what others said.
func sameHost(d *Datagram, a netip.Addr) bool {
	return a == d.Flow.Src.Addr.Unmap() || a.Is4() != d.Flow.Src.Addr.Unmap().Is4()
}

// dnsStream reads the answers of one connection.
type dnsStream struct {
	conn    *Conn
	decoder *dns.Decoder
	at      int64
}

func openDNS(c *Conn) Stream {
	s := &dnsStream{conn: c}
	s.decoder = dns.NewDecoder(dns.Limits{}, func(_ int64, m *dns.Message, err error) {
		switch {
		case err != nil:
			c.Failure(err)
		case m.Response && m.Opcode <= 6:
			c.Emit(s.at, dnsLookup(m, 0))
		}
	})
	return s
}

// Data implements [Stream]. Questions are told with their answers.
func (s *dnsStream) Data(dir Direction, p []byte, at int64) error {
	if dir == ToServer {
		return nil
	}
	s.at = at
	return s.decoder.Feed(p)
}

// Gap implements [Stream].
func (s *dnsStream) Gap(dir Direction, n int64, at int64) error {
	if dir == ToServer {
		return nil
	}
	s.at = at
	return s.decoder.Gap(n)
}

// Close implements [Stream].
func (s *dnsStream) Close(int64) {
	if err := s.decoder.Close(); err != nil {
		s.conn.Failure(err)
	}
}
