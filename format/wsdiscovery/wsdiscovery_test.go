package wsdiscovery

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit"
)

const (
	ventilator = "urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b11"
	question   = "urn:uuid:4448d3da-31cc-42c9-940e-c17d23175823"
)

var (
	bed4    = Location{Facility: "General Hospital", PointOfCare: "ICU 2", Bed: "Bed 4"}
	medical = []Name{DPWSDevice, MedicalDevice}
)

// A ventilator comes, is asked for, found, resolved, and goes; a printer of the
// older version answers too.
var messages = []Message{
	{Kind: Hello, MessageID: "urn:uuid:1", To: vocabularies[V2009].everyone, Sequence: Sequence{InstanceID: 7, Number: 1},
		Targets: []Target{{Address: ventilator, Types: medical, Scopes: []string{bed4.Scope(), "sdc.mds.pkp:1.2.840.10004.20701.1.1"},
			XAddrs: []string{"https://10.20.0.9:6464/device", "https://[fe80::1]:6464/device"}, MetadataVersion: 3}}},
	{Kind: Bye, MessageID: "urn:uuid:2", To: vocabularies[V2009].everyone, Sequence: Sequence{InstanceID: 7, SequenceID: "urn:uuid:s", Number: 2},
		Targets: []Target{{Address: ventilator}}},
	{Kind: Probe, MessageID: question, To: vocabularies[V2009].everyone,
		Targets: []Target{{Types: medical, Scopes: []string{bed4.Scope()}, MatchBy: vocabularies[V2009].discovery + "/rfc3986"}}},
	{Kind: ProbeMatches, MessageID: "urn:uuid:4", RelatesTo: question, To: vocabularies[V2009].addressing + anonymous, Sequence: Sequence{InstanceID: 7, Number: 3},
		Targets: []Target{{Address: ventilator, Types: medical, MetadataVersion: 3}, {Address: "urn:uuid:<&>", Types: []Name{{"urn:own", "Pump"}}, MetadataVersion: 1}}},
	{Kind: ProbeMatches, MessageID: "urn:uuid:5", RelatesTo: question, To: vocabularies[V2009].addressing + anonymous},
	{Kind: Resolve, MessageID: "urn:uuid:6", To: vocabularies[V2009].everyone, Targets: []Target{{Address: ventilator}}},
	{Kind: ResolveMatches, MessageID: "urn:uuid:7", RelatesTo: "urn:uuid:6", To: vocabularies[V2009].addressing + anonymous, Sequence: Sequence{InstanceID: 7, Number: 4},
		Targets: []Target{{Address: ventilator, XAddrs: []string{"https://10.20.0.9:6464/device"}, MetadataVersion: 3}}},
	{Version: V2005, Kind: ProbeMatches, MessageID: "urn:uuid:8", RelatesTo: question, To: vocabularies[V2005].addressing + "/role" + anonymous,
		Targets: []Target{{Address: "urn:uuid:printer", Types: []Name{DPWSDevice2006, PrintDevice}, XAddrs: []string{"http://10.20.0.8:5357/p"}, MetadataVersion: 1}}},
	{Version: V2005, Kind: Hello, MessageID: "urn:uuid:9", To: vocabularies[V2005].everyone, Targets: []Target{{Address: "urn:uuid:camera", Types: []Name{NetworkVideo}}}},
}

func TestRoundTrip(t *testing.T) {
	for _, want := range messages {
		bare := want
		bare.To = "" // the usual addressee is filled in
		for _, m := range []Message{want, bare} {
			p := m.Append(nil)
			if r := Recognise(p); r != format.Yes {
				t.Errorf("%v: Recognise = %v", m.Kind, r)
			}
			got, err := Parse(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%v: %s", m.Kind, diff)
			}
			if wantMedical := strings.Contains(string(p), "MedicalDevice"); got.MedicalDevice() != wantMedical {
				t.Errorf("%v: medical device %v", m.Kind, got.MedicalDevice())
			}
		}
	}
}

// The datagrams that two nodes of sdc11073 3.0.0 exchanged (testdata/peer.py).
func TestRealPeer(t *testing.T) {
	provider := Target{Address: ventilator, Types: medical, MetadataVersion: 1, XAddrs: []string{"https://127.0.0.1:6464/device"},
		Scopes: []string{
			"sdc.ctxt.loc:/sdc.ctxt.loc.detail/General%20Hospital%2F%2F%2FICU%202%2F%2FBed%204?fac=General+Hospital&poc=ICU+2&bed=Bed+4",
			"sdc.mds.pkp:1.2.840.10004.20701.1.1", "sdc.cdc.type:///67108865"}}
	everyone, asker := vocabularies[V2009].everyone, vocabularies[V2009].addressing+anonymous
	for _, c := range []struct {
		file string
		want Message
	}{
		{"hello", Message{Kind: Hello, MessageID: "urn:uuid:acdebe99-55e8-4db4-85ef-4efbb191adb8", To: everyone, Sequence: Sequence{InstanceID: 2180691066, Number: 1}, Targets: []Target{provider}}},
		{"bye", Message{Kind: Bye, MessageID: "urn:uuid:6299a013-f9aa-4f56-8b0f-a36d2395a091", To: everyone, Sequence: Sequence{InstanceID: 2180691066, Number: 2}, Targets: []Target{{Address: ventilator}}}},
		{"probe", Message{Kind: Probe, MessageID: question, To: everyone, Targets: []Target{{Types: medical}}}},
		{"probematches", Message{Kind: ProbeMatches, MessageID: "urn:uuid:8165c6c7-72e0-4748-9c58-5bc64a4b4dfe", RelatesTo: question, To: asker, Sequence: Sequence{InstanceID: 2180691066, Number: 1}, Targets: []Target{provider}}},
		{"resolve", Message{Kind: Resolve, MessageID: "urn:uuid:357732ee-7b68-4ce9-bb32-d5ff06e9f06e", To: everyone, Targets: []Target{{Address: ventilator}}}},
		{"resolvematches", Message{Kind: ResolveMatches, MessageID: "urn:uuid:5fc083f2-512f-408f-a9fc-17c266cfec24", RelatesTo: "urn:uuid:357732ee-7b68-4ce9-bb32-d5ff06e9f06e", To: asker, Sequence: Sequence{InstanceID: 2180691066, Number: 2}, Targets: []Target{provider}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			p := fixture(t, c.file)
			if m := Recognise(p); m != format.Yes {
				t.Errorf("Recognise = %v", m)
			}
			got, err := Parse(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
	if l, ok := LocationOf(provider.Scopes[0]); !ok || l != bed4 {
		t.Errorf("location %+v, %v", l, ok)
	}
	if bed4.Scope() != provider.Scopes[0] {
		t.Errorf("we write the location as %s", bed4.Scope())
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	p, err := os.ReadFile(filepath.Join("testdata", "sdc11073", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The shared capture's Hello mixes the addressing of 2004 with the discovery of 2009.
func TestSharedCapture(t *testing.T) {
	f, err := os.Open(testkit.Data(t, "captures/wsdiscovery_sdc_hello_synthetic.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	frame, _, err := r.ReadPacketData()
	if err != nil {
		t.Fatal(err)
	}
	udp := gopacket.NewPacket(frame, layers.LinkTypeEthernet, gopacket.Default).TransportLayer()
	got, err := Parse(udp.LayerPayload())
	if err != nil {
		t.Fatal(err)
	}
	want := Message{Kind: Hello, MessageID: "urn:uuid:25fcaa9e-2d63-467b-aef5-a1fcf38c0748", To: vocabularies[V2009].everyone,
		Targets: []Target{{Address: "urn:uuid:16081b35-7b58-4f48-afde-ea89f75142ce", Types: medical, XAddrs: []string{"https://127.0.0.1:6464/sdc"}, MetadataVersion: 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got.MedicalDevice() {
		t.Error("not seen as a medical device")
	}
}

const (
	open  = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01">`
	close = `</s:Envelope>`
)

func TestHostile(t *testing.T) {
	hello := func(inside string) string { return open + `<s:Body><d:Hello>` + inside + `</d:Hello></s:Body>` + close }
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"nothing", "", format.ErrMalformed},
		{"not XML", "HELLO", format.ErrMalformed},
		{"billion laughs", `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>` + hello(`<d:Types>&b;</d:Types>`), format.ErrMalformed},
		{"unknown entity", hello(`<d:Types>&b;</d:Types>`), format.ErrMalformed},
		{"external entity", `<!DOCTYPE l SYSTEM "file:///etc/passwd">` + hello(""), format.ErrMalformed},
		{"other encoding", `<?xml version="1.0" encoding="UTF-16"?>` + hello(""), format.ErrMalformed},
		{"crossed tags", open + `<s:Body></s:Envelope>`, format.ErrMalformed},
		{"cut", hello("")[:150], format.ErrTruncated},
		{"too deep", hello(strings.Repeat("<x>", 40) + strings.Repeat("</x>", 40)), format.ErrLimit},
		{"too many attributes", hello(`<d:Types ` + attributes(65) + `/>`), format.ErrLimit},
		{"too many types", hello(`<d:Types>` + strings.Repeat("a ", 129) + `</d:Types>`), format.ErrLimit},
		{"too many matches", open + `<s:Body><d:ProbeMatches>` + strings.Repeat("<d:ProbeMatch/>", 257) + `</d:ProbeMatches></s:Body>` + close, format.ErrLimit},
		{"over a datagram", hello(strings.Repeat(" ", maxDatagram)), format.ErrLimit},
		{"another body", open + `<s:Body><d:Goodbye/></s:Body>` + close, format.ErrMalformed},
		{"two bodies in one", open + `<s:Body><d:Bye/><d:Hello/></s:Body>` + close, format.ErrMalformed},
		{"a fault", open + `<s:Body><s:Fault/></s:Body>` + close, format.ErrMalformed},
		{"a version that is no number", hello(`<d:MetadataVersion>99999999999</d:MetadataVersion>`), format.ErrMalformed},
		{"a sequence that is no number", open + `<s:Header><d:AppSequence InstanceId="x"/></s:Header>` + close, format.ErrMalformed},
		{"no envelope", `<d:Hello xmlns:d="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"/>`, format.ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if m, err := Parse([]byte(c.text)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v; %+v", err, c.want, m)
			}
		})
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("b", i) + `="1"`)
	}
	return b.String()
}

// Prefixes mean what the innermost declaration says, and nothing outside its element.
func TestPrefixes(t *testing.T) {
	text := open + `<s:Body><d:Hello xmlns="urn:default" xmlns:p="urn:outer">` +
		`<d:Types xmlns:p="urn:inner"> p:A B q:C </d:Types><d:Types/><d:Scopes xmlns:q="urn:late"/><d:Types>p:A B q:C</d:Types></d:Hello></s:Body>` + close
	m, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []Name{{"urn:outer", "A"}, {"urn:default", "B"}, {"", "q:C"}}
	if diff := cmp.Diff(want, m.Targets[0].Types); diff != "" {
		t.Error(diff)
	}
	inner, err := Parse([]byte(strings.Replace(text, `<d:Types>p:A B q:C</d:Types>`, "", 1)))
	if err != nil || len(inner.Targets[0].Types) != 0 {
		t.Errorf("an empty list left %v, %v", inner.Targets[0].Types, err)
	}
}

func TestScopes(t *testing.T) {
	for _, c := range []struct {
		scope, context string
		location       Location
		ok             bool
	}{
		{"sdc.ctxt.loc:/sdc.ctxt.loc.detail/x?fac=H&bldng=B&flr=2&poc=ICU&rm=201&bed=4#f", "loc", Location{"H", "B", "2", "ICU", "201", "4"}, true},
		{"SDC.CTXT.LOC:/x/y", "loc", Location{}, true},
		{"sdc.ctxt.loc:/x?fac=%zz", "loc", Location{}, false},
		{"sdc.ctxt.pat:/hospital/4711", "pat", Location{}, false},
		{"sdc.ctxt.opr:/hospital/nurse", "opr", Location{}, false},
		{"sdc.mds.pkp:1.2.840.10004.20701.1.1", "", Location{}, false},
		{"onvif://www.onvif.org/location/ward", "", Location{}, false},
		{"sdc.ctxt.pat", "", Location{}, false},
	} {
		if got := ContextOf(c.scope); got != c.context {
			t.Errorf("ContextOf(%s) = %q", c.scope, got)
		}
		if l, ok := LocationOf(c.scope); ok != c.ok || l != c.location {
			t.Errorf("LocationOf(%s) = %+v, %v", c.scope, l, ok)
		}
	}
}

func TestNotOurs(t *testing.T) {
	for _, p := range []string{"", "   ", "NOTIFY * HTTP/1.1\r\n", "<html></html>", "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01", "<a>" + strings.Repeat(" ", signature) + open} {
		if m := Recognise([]byte(p)); m != format.No {
			t.Errorf("Recognise(%.20q) = %v", p, m)
		}
	}
	bom := append([]byte("\xef\xbb\xbf\r\n"), messages[0].Append(nil)...)
	if Recognise(bom) != format.Yes {
		t.Error("not recognised behind a byte order mark")
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range messages {
		f.Add(m.Append(nil))
	}
	for _, name := range []string{"hello", "bye", "probe", "probematches", "resolve", "resolvematches"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := Parse(p)
		for _, x := range m.Targets {
			for _, s := range x.Scopes {
				LocationOf(s)
			}
		}
		if err != nil {
			return
		}
		q := m.Append(nil)
		if len(q) > maxDatagram {
			return
		}
		again, err := Parse(q)
		if err != nil {
			t.Fatalf("%v\n%s", err, q)
		}
		if again.Kind != m.Kind || len(again.Targets) != len(m.Targets) || again.MessageID != m.MessageID {
			t.Errorf("%s became %s", p, q)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	p := fixture(b, "hello")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecogniseOther(b *testing.B) {
	p := append([]byte("<"), bytes.Repeat([]byte("h"), 1400)...)
	for b.Loop() {
		if Recognise(p) != format.No {
			b.Fatal("recognised")
		}
	}
}
