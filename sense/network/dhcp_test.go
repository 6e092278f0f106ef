package network

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/dhcp"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
)

func TestDHCP(t *testing.T) {
	server, bed4 := netip.MustParseAddr("10.20.1.1"), netip.MustParseAddr("10.20.1.4")
	options := func(typ dhcp.Type, more ...dhcp.Option) []dhcp.Option {
		return append([]dhcp.Option{{Code: dhcp.OptMessageType, Data: []byte{byte(typ)}}}, more...)
	}
	discover := dhcp.Message{XID: 1, ClientMAC: philip, Options: options(dhcp.Discover,
		dhcp.Option{Code: dhcp.OptHostName, Data: []byte("MONITOR-BED4")}, dhcp.Option{Code: dhcp.OptVendorClass, Data: []byte("udhcp 1.30\x00")},
		dhcp.Option{Code: dhcp.OptParameterList, Data: []byte{1, 3, 6}}, dhcp.Option{Code: dhcp.OptClientID, Data: append([]byte{1}, philip[:]...)},
		dhcp.Option{Code: dhcp.OptRequestedIP, Data: bed4.AsSlice()}, dhcp.Option{Code: dhcp.OptVendorSpecific, Data: []byte{1, 2, 9, 9, 77, 0}})}
	ack := dhcp.Message{Reply: true, XID: 1, ClientMAC: philip, YourIP: bed4, NextServer: server, File: "monitor/fw-4.2.bin", Options: options(dhcp.Ack,
		dhcp.Option{Code: dhcp.OptServerID, Data: server.AsSlice()}, dhcp.Option{Code: dhcp.OptLeaseTime, Data: []byte{0, 0, 0x0e, 0x10}})}
	inform := dhcp.Message{XID: 2, ClientMAC: philip, ClientIP: bed4, Relay: server, Options: options(dhcp.Inform)}
	solicit := dhcp.MessageV6{Type: dhcp.Solicit, ClientID: append([]byte{0, 3, 0, 1}, philip[:]...), Requested: []uint16{23}, FQDN: dhcp.FQDN{Name: "monitor-bed4.icu"}}

	c := wire.New(t)
	c.UDP("0.0.0.0:68", "255.255.255.255:67", discover.Append(nil))
	c.UDP("10.20.1.1:67", "255.255.255.255:68", ack.Append(nil))
	c.UDP("10.20.1.4:68", "10.20.1.1:6767", inform.Append(nil)) // the port doesn't matter
	c.UDP("[fe80::1]:546", "[ff02::1:2]:547", solicit.Append(nil))
	got := watch(t, c)["dhcp.message"]
	want := []any{
		&kind.DHCPMessageV1{Version: 4, Message: "discover", MAC: "00:09:fb:01:02:03", Asked: bed4, Host: "MONITOR-BED4", HostNamed: true, VendorClass: "udhcp 1.30",
			Parameters: []uint16{1, 3, 6}, VendorOptions: []uint8{1, 77}, ClientID: "010009fb010203", ClientIDThere: true},
		&kind.DHCPMessageV1{Version: 4, Message: "ack", FromServer: true, MAC: "00:09:fb:01:02:03", Addr: bed4, Server: server, LeaseSec: 3600,
			BootFile: true, BootExtension: "bin", BootServer: server},
		&kind.DHCPMessageV1{Version: 4, Message: "inform", MAC: "00:09:fb:01:02:03", Addr: bed4, Relay: server},
		&kind.DHCPMessageV1{Version: 6, Message: "solicit", Host: "monitor-bed4", HostNamed: true, Parameters: []uint16{23}, ClientID: "000300010009fb010203", ClientIDThere: true},
	}
	if diff := cmp.Diff(want, fields(got), cmpAddr); diff != "" {
		t.Error(diff)
	}
	if got[1].Flow.Src.Addr != bed4 || got[1].Flow.Src.MAC != philip || got[1].Flow.Dst.Addr != server {
		t.Errorf("the server's answer has the client at %v", got[1].Flow.Src)
	}
}

// A private telephone, and one whose owner's name is in every field that takes text.
func TestDHCPNamesStay(t *testing.T) {
	const canary = "kanarienvogel-anna-1950"
	text := []byte(canary)
	m := dhcp.Message{ClientMAC: philip, ServerName: canary, File: canary + ".kanarien", Options: []dhcp.Option{
		{Code: dhcp.OptMessageType, Data: []byte{1}}, {Code: dhcp.OptHostName, Data: text}, {Code: dhcp.OptDomainName, Data: text},
		{Code: dhcp.OptVendorSpecific, Data: append([]byte{1, byte(len(text))}, text...)}, {Code: dhcp.OptClientID, Data: append([]byte{0}, text...)},
		{Code: dhcp.OptTFTPServer, Data: text}, {Code: dhcp.OptBootFile, Data: append(text, ".anna"...)}, {Code: dhcp.OptFQDN, Data: append([]byte{0, 0, 0}, text...)},
		{Code: 17, Data: text}, {Code: 125, Data: text}, {Code: 224, Data: text},
	}}
	flow := between(netip.MustParseAddrPort("10.20.1.4:68"), netip.MustParseAddrPort("10.20.1.1:67"))
	list, took := datagram(t, "dhcp", flow, m.Append(nil))
	if !took || len(list) != 1 {
		t.Fatalf("took %v, told %d", took, len(list))
	}
	v6 := dhcp.MessageV6{Type: dhcp.Solicit, ClientID: append([]byte{0, 2, 0, 0, 1, 1}, text...), VendorClass: text, FQDN: dhcp.FQDN{Name: canary + ".home"}}
	flow.Src.Addr = netip.MustParseAddr("fe80::1")
	list6, took := datagram(t, "dhcp", flow, v6.Append(nil))
	if !took || len(list6) != 1 {
		t.Fatalf("took %v, told %d", took, len(list6))
	}
	for _, o := range append(list, list6...) {
		if v := o.Fields.(*kind.DHCPMessageV1); !v.HostNamed || !v.ClientIDThere {
			t.Errorf("not even the presence is told: %+v", v)
		}
	}
	if v := list[0].Fields.(*kind.DHCPMessageV1); v.BootExtension != "other" || !v.BootFile {
		t.Errorf("boot file %+v", v)
	}
	nothingOf(t, append(list, list6...), "kanarien", "anna", "1950")

	phone := dhcp.Message{ClientMAC: [6]byte{0xda, 0xa1, 0x19, 1, 2, 3}, Options: []dhcp.Option{{Code: dhcp.OptMessageType, Data: []byte{3}}, {Code: dhcp.OptHostName, Data: []byte("iPhone")}}}
	list, _ = datagram(t, "dhcp", between(nurse, served), phone.Append(nil))
	if v := list[0].Fields.(*kind.DHCPMessageV1); v.Host != "" || !v.HostNamed {
		t.Errorf("a telephone that hides its address is named: %+v", v)
	}
}

func TestDHCPBroken(t *testing.T) {
	if _, took := datagram(t, "dhcp", between(nurse, served), []byte("not DHCP")); took {
		t.Error("took what is none")
	}
	m := dhcp.Message{Options: []dhcp.Option{{Code: dhcp.OptHostName, Data: []byte("x")}}}
	d := NewTestDatagram("dhcp", between(nurse, served), m.Append(nil)[:242], nil)
	if !d.proto.Datagram(d) || d.sensor.stats.ParseFailures != 1 {
		t.Errorf("%d failures of a message that ends early", d.sensor.stats.ParseFailures)
	}
	for p, want := range map[string][]uint8{"": nil, "\x01\x00\xff": {1}, "\x01\x05ab": nil, "\x01\x00\x00": {1}, "free text": nil} {
		if diff := cmp.Diff(want, vendorOptions([]byte(p))); diff != "" {
			t.Errorf("vendor options of %q: %s", p, diff)
		}
	}
}
