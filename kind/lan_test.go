package kind

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// claimed writes what an observation claims as lines of text.
func claimed(fields any, o *wardround.Observation) (out []string) {
	var c Claims
	fields.(Claimer).Claims(o, &c)
	side := func(s Side, other int) string {
		if s == Other {
			return fmt.Sprintf("behind %d", other)
		}
		return [...]string{"src", "dst"}[s]
	}
	for _, x := range c.IDs {
		out = append(out, fmt.Sprintf("%s %s=%s ~%d", side(x.Side, x.Other), x.Type, x.Value, x.Sure))
	}
	for _, x := range c.Attrs {
		out = append(out, fmt.Sprintf("%s @%s=%s", side(x.Side, x.Other), x.Name, x.Value))
	}
	for _, x := range c.Kinds {
		out = append(out, fmt.Sprintf("%s is %s", side(x.Side, x.Other), x.Kind))
	}
	for _, x := range c.Speaks {
		out = append(out, fmt.Sprintf("%s speaks %s", side(x.Side, 0), x.Protocol))
	}
	return out
}

func TestLANClaims(t *testing.T) {
	addr := netip.MustParseAddr("10.20.1.4")
	server := netip.MustParseAddr("10.20.9.1")
	flow := &wardround.Observation{Flow: &wardround.Flow{Src: wardround.Endpoint{Addr: addr}, Dst: wardround.Endpoint{Addr: server}}}
	for _, c := range []struct {
		name   string
		fields any
		want   string
	}{
		{"ARP", &ARPClaimV1{MAC: "00:09:fb:01:02:03", Addr: addr}, "src mac=00:09:fb:01:02:03 ~90|src ip=10.20.1.4 ~90"},
		{"ARP in another's frame", &ARPClaimV1{MAC: "00:09:fb:01:02:03", Addr: addr, ForeignFrame: true}, "src mac=00:09:fb:01:02:03 ~30|src ip=10.20.1.4 ~30"},
		{"DHCP request", &DHCPMessageV1{Version: 4, Message: "request", MAC: "00:09:fb:01:02:03", Asked: addr, Host: "monitor-4", ClientID: "010009fb010203", VendorClass: "udhcp 1.3"},
			"src mac=00:09:fb:01:02:03 ~90|src dhcp-client=010009fb010203 ~60|src hostname=monitor-4 ~60|src @os=Linux (embedded)|src is device|src speaks dhcp"},
		{"DHCP renewal", &DHCPMessageV1{Version: 4, Message: "request", MAC: "00:09:fb:01:02:03", Addr: addr}, "src mac=00:09:fb:01:02:03 ~90|src ip=10.20.1.4 ~90|src speaks dhcp"},
		{"DHCP offer", &DHCPMessageV1{Version: 4, Message: "offer", FromServer: true, MAC: "00:09:fb:01:02:03", Addr: addr},
			"src mac=00:09:fb:01:02:03 ~90|dst @role=dhcp-server|src speaks dhcp|dst speaks dhcp"},
		{"DHCP ack through a relay", &DHCPMessageV1{Version: 4, Message: "ack", FromServer: true, MAC: "00:09:fb:01:02:03", Addr: addr, Relay: server},
			"src mac=00:09:fb:01:02:03 ~90|src ip=10.20.1.4 ~90|src speaks dhcp"},
		{"DHCPv6 through a relay", &DHCPMessageV1{Version: 6, Message: "solicit", ClientID: "00030001", Relay: server, Host: "monitor-4"}, ""},
		{"DNS name of a third", &DNSLookupV1{Host: "pacs01", Addr: netip.MustParseAddr("10.20.9.2")}, "src speaks dns|dst speaks dns"},
		{"DNS name of the asker", &DNSLookupV1{Host: "monitor-4", Addr: addr}, "src hostname=monitor-4 ~60|src speaks dns|dst speaks dns"},
		{"DNS name of the server", &DNSLookupV1{Host: "dns1", Addr: server}, "dst hostname=dns1 ~60|src speaks dns|dst speaks dns"},
		{"multicast DNS", &DNSServiceV1{Services: []string{"_dicom._tcp", "_ipp._tcp"}, Host: "ct1", Model: "CT 9"}, "dst hostname=ct1 ~60|dst @product=CT 9|dst is device|dst speaks mdns|dst speaks dicom"},
		{"SDC device", &WSDiscoveryTargetV1{Endpoint: "urn:uuid:1", Own: true, MedicalDevice: true, PointOfCare: "ICU 2", Facility: "H", Transports: []string{"https://10.20.1.4:6464", "https://[fe80::1]:6464", "x"}},
			"dst endpoint=urn:uuid:1 ~90|dst ip=10.20.1.4 ~60|dst @ward=ICU 2|dst @institution=H|dst is device|dst speaks wsdiscovery"},
		{"SDC device spoken for", &WSDiscoveryTargetV1{Endpoint: "urn:uuid:1", MedicalDevice: true, PointOfCare: "ICU 2"},
			"behind 0 endpoint=urn:uuid:1 ~90|behind 0 @ward=ICU 2|behind 0 is device|dst speaks wsdiscovery"},
		{"SSH", &SSHSessionV1{Server: "dropbear_2019", Fingerprint: "SHA256:x"}, "dst ssh-host=SHA256:x ~90|dst @os=Linux (embedded)|src speaks ssh|dst speaks ssh"},
		{"FTP", &FTPLoginV1{}, "src speaks ftp|dst speaks ftp"},
		{"Telnet", &TelnetLoginV1{}, "src speaks telnet|dst speaks telnet"},
		{"TFTP", &TFTPRequestV1{}, "src speaks tftp|dst speaks tftp"},
		{"NFS", &NFSAccessV1{}, "src speaks nfs|dst speaks nfs"},
	} {
		if got := strings.Join(claimed(c.fields, flow), "|"); got != c.want {
			t.Errorf("%s: %s", c.name, cmp.Diff(strings.Split(c.want, "|"), strings.Split(got, "|")))
		}
	}
}

func TestHostRole(t *testing.T) {
	for host, want := range map[string]string{
		"MON03": "patient-monitor", "icu2-pump-gw": "infusion-pump", "pacs01": "pacs", "monitoring1": "", "gw1": "", "ws07": "", "": "",
	} {
		var c Claims
		hostRole(&c, Src, host, "DHCP")
		got := ""
		for _, k := range c.Kinds {
			got += k.Role
			if k.Criticality != wardround.CriticalityUnknown || k.Sure != wardround.Guessed {
				t.Errorf("%s: %+v is more than a guess", host, k)
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", host, got, want)
		}
	}
}

func TestLANLinks(t *testing.T) {
	for _, c := range []struct {
		fields Linker
		want   LinkClaim
	}{
		{&DNSLookupV1{}, LinkClaim{Protocol: "dns", Encrypted: wardround.No, Data: wardround.DataTechnical}},
		{&SSHSessionV1{Encrypted: true}, LinkClaim{Protocol: "ssh", Encrypted: wardround.Yes}},
		{&FTPLoginV1{Password: true, Outcome: "accepted"}, LinkClaim{Protocol: "ftp", Encrypted: wardround.No, Authenticated: wardround.Yes}},
		{&FTPLoginV1{Password: true, Anonymous: true, Outcome: "accepted"}, LinkClaim{Protocol: "ftp", Encrypted: wardround.No, Authenticated: wardround.No}},
		{&FTPLoginV1{Encrypted: true}, LinkClaim{Protocol: "ftp", Encrypted: wardround.Yes}},
		{&FTPTransferV1{}, LinkClaim{Protocol: "ftp", Encrypted: wardround.No, ToClient: true}},
		{&FTPTransferV1{Upload: true}, LinkClaim{Protocol: "ftp", Encrypted: wardround.No}},
		{&TelnetLoginV1{}, LinkClaim{Protocol: "telnet", Encrypted: wardround.No}},
		{&TFTPRequestV1{}, LinkClaim{Protocol: "tftp", Encrypted: wardround.No, Authenticated: wardround.No, ToClient: true}},
		{&NFSAccessV1{Flavor: "sys", Act: "write"}, LinkClaim{Protocol: "nfs", Encrypted: wardround.No, Authenticated: wardround.No}},
		{&NFSAccessV1{Flavor: "gss", Act: "read"}, LinkClaim{Protocol: "nfs", Authenticated: wardround.Yes, ToClient: true}},
	} {
		if l, ok := c.fields.Link(nil); !ok || l != c.want {
			t.Errorf("%T %+v: %+v, want %+v", c.fields, c.fields, l, c.want)
		}
	}
}

func TestLANPeople(t *testing.T) {
	w := &WSDiscoveryTargetV1{Patient: true, Operator: true}
	if diff := cmp.Diff([]string{"sdc.ctxt.pat", "sdc.ctxt.opr"}, w.PersonalFields()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		fields   Credentials
		readable bool
	}{
		{&FTPLoginV1{Password: true}, true}, {&FTPLoginV1{User: true}, false}, {&FTPLoginV1{Password: true, Anonymous: true}, false},
		{&FTPLoginV1{Encrypted: true}, false}, {&TelnetLoginV1{Password: true}, true}, {&TelnetLoginV1{}, false},
	} {
		if _, readable := c.fields.Credentials(); readable != c.readable {
			t.Errorf("%T %+v: readable %v", c.fields, c.fields, readable)
		}
	}
	// What may name a person is in no plain field.
	for name, want := range map[Name]map[string]Class{
		DHCPMessage:       {"host_named": Presences, "client_id_there": Presences, "boot_file": Presences},
		DNSLookup:         {"name": Presences},
		DNSService:        {"instance": Presences, "host_named": Presences},
		WSDiscoveryTarget: {"patient": Presences, "operator": Presences},
		FTPLogin:          {"user": Presences, "password": Presences},
		FTPTransfer:       {"file": Presences},
		TelnetLogin:       {"user": Presences, "password": Presences},
		TFTPRequest:       {"file": Presences},
		NFSAccess:         {"file": Presences},
	} {
		for _, f := range Lookup(name).Fields() {
			if class, ok := want[f.Path]; ok && f.Class != class {
				t.Errorf("%s of %s is %s", f.Path, name, f.Class)
			}
		}
	}
}
