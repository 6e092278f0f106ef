package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

var (
	v4 = netip.MustParseAddr("10.20.0.9")
	v6 = netip.MustParseAddr("2001:db8::9")
)

// What a ward's network asks and answers.
var messages = []struct {
	name string
	m    Message
}{
	{"query", Message{ID: 7, RecursionDesired: true, CheckingDisabled: true,
		Questions:   []Question{{"ntp.hospital.example", A, IN}},
		Additionals: []Resource{{Name: ".", Type: OPT, Class: 1232, TTL: 0x8000, Data: []byte("\x00\x0a\x00\x08a cookie")}}}},
	{"answer", Message{ID: 7, Response: true, Authoritative: true, RecursionDesired: true, RecursionAvailable: true, AuthenticData: true,
		Questions: []Question{{"pacs.hospital.example", A, IN}},
		Answers: []Resource{
			{Name: "pacs.hospital.example", Type: CNAME, Class: IN, TTL: 300, Target: "archive.radiology.hospital.example"},
			{Name: "archive.radiology.hospital.example", Type: A, Class: IN, TTL: 60, Addr: v4},
			{Name: "archive.radiology.hospital.example", Type: AAAA, Class: IN, TTL: 60, Addr: v6},
		},
		Authorities: []Resource{{Name: "hospital.example", Type: NS, Class: IN, TTL: 3600, Target: "ns1.hospital.example"}},
		Additionals: []Resource{{Name: "ns1.hospital.example", Type: A, Class: IN, TTL: 3600, Addr: v4}}}},
	{"no such name", Message{ID: 8, Response: true, RCode: 3,
		Questions: []Question{{"beacon.example", MX, IN}},
		Authorities: []Resource{{Name: "example", Type: SOA, Class: IN, TTL: 900,
			Target: "ns.example", Mailbox: "hostmaster.example", Times: [5]uint32{2026030201, 7200, 900, 1209600, 86400}}}}},
	{"mail and text", Message{ID: 9, Response: true,
		Questions: []Question{{"example", ANY, IN}},
		Answers: []Resource{
			{Name: "example", Type: MX, Class: IN, TTL: 5, Priority: 10, Target: "mail.example"},
			{Name: "example", Type: TXT, Class: IN, TTL: 5, Text: []string{"v=spf1 -all", ""}},
			{Name: "old.example", Type: DNAME, Class: IN, TTL: 5, Target: "new.example"},
			{Name: "example", Type: 257, Class: IN, TTL: 5, Data: []byte("\x00\x05issueca.example")},
		}}},
	{"multicast question", Message{
		Questions: []Question{{"_ipp._tcp.local", PTR, IN | TopBit}, {"_services._dns-sd._udp.local", PTR, IN}}}},
	{"multicast announcement", Message{Response: true, Authoritative: true,
		Answers: []Resource{
			{Name: "_services._dns-sd._udp.local", Type: PTR, Class: IN, TTL: 4500, Target: "_ipp._tcp.local"},
			{Name: "_ipp._tcp.local", Type: PTR, Class: IN, TTL: 4500, Target: "Ward 3 printer._ipp._tcp.local"},
		},
		Additionals: []Resource{
			{Name: "Ward 3 printer._ipp._tcp.local", Type: SRV, Class: IN | TopBit, TTL: 120, Port: 631, Weight: 1, Priority: 2, Target: "printer-w3.local"},
			{Name: "Ward 3 printer._ipp._tcp.local", Type: TXT, Class: IN | TopBit, TTL: 4500, Text: []string{"txtvers=1", "ty=LaserJet 9"}},
			{Name: "printer-w3.local", Type: A, Class: IN | TopBit, TTL: 120, Addr: v4},
		}}},
	{"update without data", Message{ID: 10, Opcode: 5,
		Questions: []Question{{"hospital.example", SOA, IN}},
		Answers:   []Resource{{Name: "pump7.hospital.example", Type: A, Class: None}}}},
	{"truncated answer", Message{ID: 11, Response: true, Truncated: true, Questions: []Question{{"big.example", TXT, CH}}}},
}

// sameMessage compares what was sent with what came back.
var sameMessage = cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty(), cmp.Transformer("bare", bare)}

// bare leaves out the raw data of a record whose fields are read.
func bare(r Resource) bareResource {
	switch r.Type {
	case A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DNAME:
		r.Data = nil
	}
	return bareResource(r)
}

type bareResource Resource

func encode(t testing.TB, m Message) []byte {
	t.Helper()
	p, err := m.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRoundTrip(t *testing.T) {
	for _, c := range messages {
		t.Run(c.name, func(t *testing.T) {
			p := encode(t, c.m)
			got, err := Parse(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.m, got, sameMessage); diff != "" {
				t.Error(diff)
			}
			if m := Recognise(p); m != format.Yes {
				t.Errorf("Recognise = %v", m)
			}
			for n := range p { // no message ends early without being noticed
				if _, err := Parse(p[:n]); !errors.Is(err, format.ErrTruncated) {
					t.Fatalf("the first %d of %d bytes: %v", n, len(p), err)
				}
				if Recognise(p[:n]) == format.Yes {
					t.Fatalf("the first %d of %d bytes were taken for a whole message", n, len(p))
				}
			}
		})
	}
}

// tshark reads the same names, types and addresses out of what we write.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for _, x := range messages {
		port := ":53"
		if strings.HasPrefix(x.name, "multicast") {
			port = ":5353"
		}
		c.UDP("10.20.0.7"+port, "10.20.0.1"+port, encode(t, x.m))
		want = append(want, row(&x.m))
	}
	tcp := c.TCP("10.20.0.7:40000", "10.20.0.1:53")
	for _, x := range messages[:3] {
		p, err := x.m.AppendTCP(nil)
		if err != nil {
			t.Fatal(err)
		}
		tcp.Client(p)
		want = append(want, row(&x.m))
	}
	got := wire.Tshark(t, c.Path(), "dns or mdns", []string{
		"dns.id", "dns.flags.response", "dns.flags.opcode", "dns.flags.rcode", "dns.qry.name", "dns.qry.type",
		"dns.a", "dns.aaaa", "dns.cname", "dns.ptr.domain_name", "dns.srv.port", "dns.srv.target", "dns.txt", "dns.mx.mail_exchange", "dns.soa.serial_number",
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// row gives a message's facts in tshark's words. An empty text string and one of
// many both take a place.
func row(m *Message) []string {
	var names, types, a, aaaa, cname, ptr, port, target, txt, mx, serial []string
	for _, q := range m.Questions {
		names, types = append(names, q.Name), append(types, fmt.Sprint(uint16(q.Type)))
	}
	for _, section := range [][]Resource{m.Answers, m.Authorities, m.Additionals} {
		for _, r := range section {
			switch r.Type {
			case A:
				if r.Addr.IsValid() {
					a = append(a, r.Addr.String())
				}
			case AAAA:
				aaaa = append(aaaa, r.Addr.String())
			case CNAME:
				cname = append(cname, r.Target)
			case PTR:
				ptr = append(ptr, r.Target)
			case SRV:
				port, target = append(port, fmt.Sprint(r.Port)), append(target, r.Target)
			case TXT:
				txt = append(txt, r.Text...)
			case MX:
				mx = append(mx, r.Target)
			case SOA:
				serial = append(serial, fmt.Sprint(r.Times[0]))
			}
		}
	}
	response, rcode := "0", ""
	if m.Response {
		response, rcode = "1", fmt.Sprint(m.RCode)
	}
	out := []string{fmt.Sprintf("0x%04x", m.ID), response, fmt.Sprint(m.Opcode), rcode}
	for _, list := range [][]string{names, types, a, aaaa, cname, ptr, port, target, txt, mx, serial} {
		out = append(out, strings.Join(list, "|"))
	}
	return out
}

// The Go project's own codec reads our bytes, and we read its.
func TestAgainstDNSMessage(t *testing.T) {
	for _, c := range messages {
		t.Run(c.name, func(t *testing.T) {
			var theirs dnsmessage.Message
			if c.name == "update without data" { // it insists on an address in every A record
				t.Skip("not in that codec")
			}
			if err := theirs.Unpack(encode(t, c.m)); err != nil {
				t.Fatal(err)
			}
			p, err := theirs.Pack()
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.m, got, sameMessage); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExtendedCode(t *testing.T) {
	p := encode(t, Message{Response: true, RCode: 0, Questions: []Question{{".", NS, IN}},
		Additionals: []Resource{{Name: ".", Type: OPT, Class: 512, TTL: 1 << 24}}})
	if m, err := Parse(p); err != nil || m.RCode != 16 { // BADVERS, RFC 6891 §9
		t.Errorf("code %d, %v", m.RCode, err)
	}
}

func BenchmarkDecode(b *testing.B) {
	p := encode(b, messages[1].m)
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Decode(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecogniseOther(b *testing.B) {
	p := []byte("\x80\x60\x12\x34voice over the ward's telephones")
	b.ReportAllocs()
	for b.Loop() {
		if Recognise(p) != format.No {
			b.Fatal("taken for DNS")
		}
	}
}
