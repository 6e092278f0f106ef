package network

import (
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/wsdiscovery"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

const ventilatorID = "urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b11"

var medicalTypes = []string{"{http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01}Device", "{http://standards.ieee.org/downloads/11073/11073-20702-2016}MedicalDevice"}

// A ventilator comes, is looked for and found; somebody speaks for another.
func TestWSDiscovery(t *testing.T) {
	types := []wsdiscovery.Name{wsdiscovery.DPWSDevice, wsdiscovery.MedicalDevice}
	place := wsdiscovery.Location{Facility: "General Hospital", PointOfCare: "ICU 2", Bed: "Bed 4"}
	ventilator := wsdiscovery.Target{Address: ventilatorID, Types: types, MetadataVersion: 1, XAddrs: []string{"https://10.20.1.9:6464/kanarienvogel", "https://kanarienvogel.example:6464/x", "http://[fe80::1%25kanarienvogel]/x"},
		Scopes: []string{place.Scope(), "sdc.ctxt.pat:/hospital/kanarienvogel-4711", "sdc.ctxt.opr:/hospital/kanarienvogel"}}
	other := wsdiscovery.Target{Address: "urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b77", Types: types, XAddrs: []string{"https://10.20.1.77:6464/x"}, MetadataVersion: 1}
	hello := wsdiscovery.Message{Kind: wsdiscovery.Hello, MessageID: "urn:uuid:kanarienvogel", Targets: []wsdiscovery.Target{ventilator}}
	probe := wsdiscovery.Message{Kind: wsdiscovery.Probe, MessageID: "urn:uuid:2", Targets: []wsdiscovery.Target{{Types: types, Scopes: []string{"kanarienvogel:x"}}}}
	found := wsdiscovery.Message{Kind: wsdiscovery.ProbeMatches, MessageID: "urn:uuid:3", Targets: []wsdiscovery.Target{ventilator, other}}
	bye := wsdiscovery.Message{Kind: wsdiscovery.Bye, MessageID: "urn:uuid:4", Targets: []wsdiscovery.Target{{Address: ventilatorID}}}

	c := wire.New(t)
	for range 4 {
		c.UDP("10.20.1.9:40000", "239.255.255.250:3702", hello.Append(nil))
	}
	c.UDP("10.20.9.5:40001", "239.255.255.250:3702", probe.Append(nil))
	c.UDP("10.20.1.9:3702", "10.20.9.5:40001", found.Append(nil))
	c.UDP("10.20.1.9:40000", "239.255.255.250:3702", bye.Append(nil))
	seen := watch(t, c)
	told := kind.WSDiscoveryTargetV1{Message: "hello", Endpoint: ventilatorID, Types: medicalTypes, MedicalDevice: true, Transports: []string{"https://10.20.1.9:6464", "http://[fe80::1]"},
		Own: true, MetadataVersion: 1, Facility: "General Hospital", PointOfCare: "ICU 2", Bed: "Bed 4", Patient: true, Operator: true}
	match := told
	match.Message = "probe-match"
	want := []any{&told, &match,
		&kind.WSDiscoveryTargetV1{Message: "probe-match", Endpoint: "urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b77", Types: medicalTypes, MedicalDevice: true, Transports: []string{"https://10.20.1.77:6464"}, MetadataVersion: 1},
		&kind.WSDiscoveryTargetV1{Message: "bye", Endpoint: ventilatorID, Own: true}}
	targets := seen["wsdiscovery.target"]
	if diff := cmp.Diff(want, fields(targets)); diff != "" {
		t.Error(diff)
	}
	for _, o := range targets {
		if o.Flow.Dst.Addr != netip.MustParseAddr("10.20.1.9") {
			t.Errorf("the device is at %v", o.Flow.Dst)
		}
	}
	search := seen["wsdiscovery.search"]
	if diff := cmp.Diff([]any{&kind.WSDiscoverySearchV1{Message: "probe", Types: medicalTypes, MedicalDevice: true, Scopes: 1}}, fields(search)); diff != "" {
		t.Error(diff)
	}
	nothingOf(t, append(targets, search...), "kanarienvogel", "4711")
}

// The shared capture holds one Hello.
func TestWSDiscoveryCapture(t *testing.T) {
	f, err := os.Open(testkit.Data(t, "captures/wsdiscovery_sdc_hello_synthetic.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []any
	s := New(Options{Sensor: "t", Input: "t", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
		Emit: func(o *wardround.Observation) {
			if v, ok := o.Fields.(*kind.WSDiscoveryTargetV1); ok {
				got = append(got, v)
			}
		}})
	if err := s.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	s.Close()
	want := []any{&kind.WSDiscoveryTargetV1{Message: "hello", Endpoint: "urn:uuid:16081b35-7b58-4f48-afde-ea89f75142ce", Types: medicalTypes, MedicalDevice: true,
		Transports: []string{"https://127.0.0.1:6464"}, Own: true, MetadataVersion: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWSDiscoveryBroken(t *testing.T) {
	d := NewTestDatagram("wsdiscovery", between(nurse, served), []byte(`<x xmlns="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01">`), nil)
	if !d.proto.Datagram(d) || d.sensor.stats.ParseFailures != 1 {
		t.Errorf("%d failures of a broken message", d.sensor.stats.ParseFailures)
	}
	if _, took := datagram(t, "wsdiscovery", between(nurse, served), []byte("<html>")); took {
		t.Error("took what is none")
	}
}
