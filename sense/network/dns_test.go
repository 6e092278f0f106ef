package network

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dns"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
)

func dnsBytes(t testing.TB, m dns.Message, tcp bool) []byte {
	t.Helper()
	write := m.Append
	if tcp {
		write = m.AppendTCP
	}
	p, err := write(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func lookup(name string, rcode uint16, answers ...dns.Resource) dns.Message {
	return dns.Message{ID: 1, Response: true, RCode: rcode, Questions: []dns.Question{{Name: name, Type: dns.A, Class: dns.IN}}, Answers: answers}
}

// Lookups over UDP and TCP, at the usual port and at another.
func TestDNSLookup(t *testing.T) {
	archive := netip.MustParseAddr("10.20.9.2")
	internal := lookup("pacs.hospital.example", 0,
		dns.Resource{Name: "pacs.hospital.example", Type: dns.CNAME, Class: dns.IN, Target: "pacs01.radiology.hospital.example"},
		dns.Resource{Name: "pacs01.radiology.hospital.example", Type: dns.A, Class: dns.IN, Addr: archive})
	public := lookup("beacon.example", 0, dns.Resource{Name: "beacon.example", Type: dns.A, Class: dns.IN, Addr: netip.MustParseAddr("203.0.113.9")})
	question := internal
	question.Response, question.Answers = false, nil

	c := wire.New(t)
	c.UDP("10.20.1.7:40000", "10.20.9.1:53", dnsBytes(t, question, false))
	c.UDP("10.20.9.1:53", "10.20.1.7:40000", dnsBytes(t, internal, false))
	c.UDP("10.20.1.7:40001", "10.20.9.1:5533", dnsBytes(t, question, false))
	c.UDP("10.20.9.1:5533", "10.20.1.7:40001", dnsBytes(t, public, false))
	c.TCP("10.20.1.7:40002", "10.20.9.1:53").Client(dnsBytes(t, question, true)).Server(dnsBytes(t, lookup("x.example", 3), true)).Close()
	got := watch(t, c)["dns.lookup"]
	want := []any{
		&kind.DNSLookupV1{Type: "A", Code: "NOERROR", Answers: 2, Internal: true, Host: "pacs01", Addr: archive, Name: true, Bytes: len(dnsBytes(t, internal, false))},
		&kind.DNSLookupV1{Type: "A", Code: "NOERROR", Answers: 1, Name: true, Bytes: len(dnsBytes(t, public, false))},
		&kind.DNSLookupV1{Type: "A", Code: "NXDOMAIN", Name: true},
	}
	if diff := cmp.Diff(want, fields(got), cmpAddr); diff != "" {
		t.Error(diff)
	}
	for _, o := range got {
		if o.Flow.Src.Addr.String() != "10.20.1.7" {
			t.Errorf("the client is at %v", o.Flow.Src)
		}
	}
	nothingOf(t, got, "beacon", "hospital", "radiology", "203.0.113.9")
}

// A printer announces itself, twice as the standard says, and its name stays.
func TestDNSService(t *testing.T) {
	at := netip.MustParseAddr("10.20.1.8")
	const typ, instance = "_ipp._tcp.local", "Kanarienvogel Anna's printer._ipp._tcp.local"
	announce := dns.Message{Response: true, Authoritative: true,
		Answers: []dns.Resource{
			{Name: typ, Type: dns.PTR, Class: dns.IN, TTL: 4500, Target: instance},
			{Name: "_kanarienvogel-anna-x._tcp.local", Type: dns.PTR, Class: dns.IN, TTL: 4500, Target: "x._kanarienvogel-anna-x._tcp.local"},
		},
		Additionals: []dns.Resource{
			{Name: instance, Type: dns.SRV, Class: dns.IN, TTL: 120, Port: 631, Target: "printer-3.local"},
			{Name: instance, Type: dns.TXT, Class: dns.IN, TTL: 4500, Text: []string{"txtvers=1", "ty=LaserJet 9", "note=Kanarienvogel Anna's room"}},
			{Name: "printer-3.local", Type: dns.A, Class: dns.IN, TTL: 120, Addr: at},
		}}
	c := wire.New(t)
	for range 2 {
		c.UDP("10.20.1.8:5353", "224.0.0.251:5353", dnsBytes(t, announce, false))
	}
	got := watch(t, c)["dns.service"]
	want := []any{&kind.DNSServiceV1{Services: []string{"_ipp._tcp", "_other._tcp"}, Ports: []uint16{631}, Host: "printer-3", HostNamed: true, Instance: true, Model: "LaserJet 9"}}
	if diff := cmp.Diff(want, fields(got), cmpAddr); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, got, "kanarienvogel", "anna", "room")
	if len(got) > 0 && got[0].Flow.Dst.Addr != at {
		t.Errorf("the announcer is at %v", got[0].Flow.Dst)
	}
	person := announce
	person.Additionals = append(person.Additionals[:2:2], dns.Resource{Name: "kanarienvogels-iphone.local", Type: dns.A, Class: dns.IN, TTL: 120, Addr: at},
		dns.Resource{Name: "printer-9.local", Type: dns.A, Class: dns.IN, TTL: 120, Addr: netip.MustParseAddr("10.20.1.99")}) // another's
	flow := between(netip.AddrPortFrom(at, 5353), netip.MustParseAddrPort("224.0.0.251:5353"))
	list, _ := datagram(t, "dns", flow, dnsBytes(t, person, false))
	if v := list[0].Fields.(*kind.DNSServiceV1); v.Host != "" || !v.HostNamed {
		t.Errorf("%+v", v)
	}
	nothingOf(t, list, "kanarien")
	if list, took := datagram(t, "dns", flow, dnsBytes(t, dns.Message{Response: true, Answers: []dns.Resource{{Name: "x.local", Type: dns.TXT, Class: dns.IN, TTL: 1}}}, false)); !took || list != nil {
		t.Errorf("told %v of nothing", list)
	}
}

func TestDNSOddities(t *testing.T) {
	odd := dns.Message{Response: true, RCode: 11, Opcode: 5, Questions: []dns.Question{{Name: ".", Type: 999, Class: dns.IN}}}
	list, took := datagram(t, "dns", between(served, nurse), dnsBytes(t, odd, false))
	if diff := cmp.Diff([]any{&kind.DNSLookupV1{Type: "TYPE999", Code: "RCODE11", Opcode: 5, Bytes: 17}}, fields(list), cmpAddr); diff != "" || !took {
		t.Error(took, diff)
	}
	trailing := append(dnsBytes(t, lookup("a.example", 0), false), 0)
	if _, took := datagram(t, "dns", between(served, nurse), trailing); took {
		t.Error("took what only looks like it, at a port of nothing")
	}
	if _, took := datagram(t, "dns", between(netip.MustParseAddrPort("10.20.9.1:53"), nurse), trailing); !took {
		t.Error("didn't take what has something behind, at port 53")
	}
	cut := dnsBytes(t, lookup("a.example", 0, dns.Resource{Name: "a.example", Type: dns.A, Class: dns.IN, Addr: netip.MustParseAddr("10.0.0.1")}), false)
	d := NewTestDatagram("dns", between(netip.MustParseAddrPort("10.20.9.1:53"), nurse), cut[:len(cut)-2], nil)
	if !d.proto.Datagram(d) || d.sensor.stats.ParseFailures != 1 {
		t.Errorf("%d failures of an answer that ends early", d.sensor.stats.ParseFailures)
	}
	for typ, want := range map[string]string{
		"_ipp._tcp": "_ipp._tcp", "_MQTT._tcp": "_mqtt._tcp", "_x-y2._udp": "_other._udp", "_anna-schmidt._tcp": "_other._tcp", "_._tcp": "_other._tcp", "": "_other._tcp",
		"_ipp._anna": "_ipp._tcp",
	} {
		if got := dnsService(typ); got != want {
			t.Errorf("dnsService(%q) = %q", typ, got)
		}
	}
	// A broken message in a connection is one failure; the next is read.
	var told int
	flow := between(nurse, served)
	c := NewTestConn("dns", &flow, func(*wardround.Observation) { told++ })
	s := c.proto.Open(c)
	stream := append([]byte{0, 13}, make([]byte, 12)...)
	stream[2+5] = 1 // a question that isn't there
	stream = append(append(stream, 1), dnsBytes(t, lookup("a.example", 0), true)...)
	if err := s.Data(ToClient, stream, 1); err != nil {
		t.Fatal(err)
	}
	s.Gap(ToServer, 5, 2)
	s.Close(2)
	if told != 1 || c.sensor.stats.ParseFailures != 1 {
		t.Errorf("told %d, %d failures", told, c.sensor.stats.ParseFailures)
	}
}
