package dhcp

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

var (
	monitor = [6]byte{0x00, 0x09, 0xfb, 1, 2, 3}
	server  = netip.MustParseAddr("10.20.0.1")
	leased  = netip.MustParseAddr("10.20.0.77")
	none    = netip.IPv4Unspecified()
)

// A patient monitor gets its address, is refused one, and loads its firmware.
var messages = []struct {
	name string
	m    Message
}{
	{"discover", Message{HardwareType: 1, XID: 0x1234, Seconds: 3, Broadcast: true, ClientIP: none, YourIP: none, NextServer: none, Relay: none, ClientMAC: monitor,
		Options: []Option{
			{OptMessageType, []byte{byte(Discover)}},
			{OptClientID, append([]byte{1}, monitor[:]...)},
			{OptRequestedIP, leased.AsSlice()},
			{OptHostName, []byte("MONITOR-BED4")},
			{OptVendorClass, []byte("MSFT 5.0")},
			{OptParameterList, []byte{1, 3, 6, 15, 31, 33, 43, 44}},
			{OptFQDN, []byte("\x05\x00\x00\x0cmonitor-bed4\x03icu\x00")},
		}}},
	{"offer", Message{Reply: true, HardwareType: 1, Hops: 1, XID: 0x1234, ClientIP: none, YourIP: leased, NextServer: none, Relay: server, ClientMAC: monitor,
		Options: []Option{
			{OptMessageType, []byte{byte(Offer)}},
			{OptServerID, server.AsSlice()},
			{OptLeaseTime, []byte{0, 0, 0x0e, 0x10}},
			{OptSubnetMask, []byte{255, 255, 255, 0}},
			{OptRouter, server.AsSlice()},
			{OptNameServer, append(server.AsSlice(), 10, 20, 0, 2)},
			{OptDomainName, []byte("icu.hospital.example")},
		}}},
	{"request", Message{HardwareType: 1, XID: 0x1235, ClientIP: leased, YourIP: none, NextServer: none, Relay: none, ClientMAC: monitor,
		Options: []Option{{OptMessageType, []byte{byte(Request)}}, {OptVendorSpecific, []byte{1, 2, 3, 4}}}}},
	{"boot offer", Message{Reply: true, HardwareType: 1, XID: 0x1236, ClientIP: none, YourIP: leased, NextServer: server, Relay: none, ClientMAC: monitor,
		ServerName: "tftp.hospital.example", File: "monitor/fw-4.2.bin",
		Options: []Option{{OptMessageType, []byte{byte(Ack)}}}}},
	{"boot options", Message{Reply: true, HardwareType: 1, XID: 0x1237, ClientIP: none, YourIP: leased, NextServer: none, Relay: none, ClientMAC: monitor,
		Options: []Option{{OptMessageType, []byte{byte(Ack)}}, {OptTFTPServer, []byte("10.20.0.3")}, {OptBootFile, []byte("fw.bin")}}}},
	{"refused", Message{Reply: true, HardwareType: 1, XID: 0x1238, ClientIP: none, YourIP: none, NextServer: none, Relay: none, ClientMAC: monitor,
		Options: []Option{{OptMessageType, []byte{byte(Nak)}}}}},
	{"long vendor options", Message{Reply: true, HardwareType: 1, XID: 0x1239, ClientIP: none, YourIP: leased, NextServer: none, Relay: none, ClientMAC: monitor,
		Options: []Option{{OptMessageType, []byte{byte(Ack)}}, {OptVendorSpecific, append([]byte{1, 255}, bytes.Repeat([]byte{7}, 600)...)}}}},
}

var equal = cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty()}

func TestRoundTrip(t *testing.T) {
	for _, c := range messages {
		t.Run(c.name, func(t *testing.T) {
			p := c.m.Append(nil)
			if m := Recognise(p); m != format.Yes {
				t.Errorf("Recognise = %v", m)
			}
			got, err := Parse(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.m, got, equal); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFields(t *testing.T) {
	discover, offer := messages[0].m, messages[1].m
	if discover.Type() != Discover || discover.Text(OptHostName) != "MONITOR-BED4" || discover.Addr(OptRequestedIP) != leased {
		t.Errorf("%+v", discover)
	}
	if f, ok := discover.FQDN(); !ok || f != (FQDN{5, "monitor-bed4.icu"}) {
		t.Errorf("FQDN %+v, %v", f, ok)
	}
	ascii := Message{Options: []Option{{OptFQDN, []byte("\x01\x00\x00monitor-bed4.icu.")}}}
	if f, ok := ascii.FQDN(); !ok || f != (FQDN{1, "monitor-bed4.icu"}) {
		t.Errorf("FQDN in ASCII %+v, %v", f, ok)
	}
	for _, broken := range []string{"", "\x04\x00", "\x04\x00\x00\x09abc", "\x04\x00\x00\xc0\x0c"} {
		m := Message{Options: []Option{{OptFQDN, []byte(broken)}}}
		if f, ok := m.FQDN(); ok {
			t.Errorf("FQDN of %q: %+v", broken, f)
		}
	}
	if offer.Lease() != time.Hour || offer.Addr(OptServerID) != server {
		t.Errorf("lease %v", offer.Lease())
	}
	if diff := cmp.Diff([]netip.Addr{server, netip.MustParseAddr("10.20.0.2")}, offer.Addrs(OptNameServer), equal); diff != "" {
		t.Error(diff)
	}
	for i, want := range map[int][2]string{0: {"", ""}, 3: {"tftp.hospital.example", "monitor/fw-4.2.bin"}, 4: {"10.20.0.3", "fw.bin"}} {
		if s, f := messages[i].m.BootFile(); s != want[0] || f != want[1] {
			t.Errorf("%s: boot file %q from %q", messages[i].name, f, s)
		}
	}
	bySiaddr := messages[3].m
	bySiaddr.ServerName = ""
	if s, _ := bySiaddr.BootFile(); s != "10.20.0.1" {
		t.Errorf("boot server %q", s)
	}
	// An option of the wrong length is as good as none.
	odd := Message{Options: []Option{{OptMessageType, []byte{1, 1}}, {OptRequestedIP, []byte{1}}, {OptRouter, []byte{1, 2, 3, 4, 5}}, {OptLeaseTime, []byte{1}}}}
	if odd.Type() != 0 || odd.Addr(OptRequestedIP).IsValid() || odd.Addrs(OptRouter) != nil || odd.Lease() != 0 {
		t.Errorf("odd lengths were read: %+v", odd)
	}
}

// Options may continue in file and sname, and there join those of the same code.
func TestOverload(t *testing.T) {
	m := Message{HardwareType: 1, ClientMAC: monitor, ServerName: "\x37\x02\x06\x0f\xff", File: "\x37\x02\x01\x03\x0c\x03bed\xff",
		Options: []Option{{OptOverload, []byte{3}}, {OptParameterList, []byte{121}}}}
	got, err := Parse(m.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	if list := got.Option(OptParameterList); !bytes.Equal(list, []byte{121, 1, 3, 6, 15}) {
		t.Errorf("parameter list %v: not options, then file, then sname", list)
	}
	if got.Text(OptHostName) != "bed" || got.File != "" || got.ServerName != "" {
		t.Errorf("host %q, file %q, sname %q", got.Text(OptHostName), got.File, got.ServerName)
	}
	m.Options[0].Data[0] = 2 // only sname
	if got, err = Parse(m.Append(nil)); err != nil {
		t.Fatal(err)
	}
	if got.Text(OptHostName) != "" || got.File == "" || got.ServerName != "" {
		t.Errorf("file was read as options: %+v", got)
	}
}

func TestBroken(t *testing.T) {
	good := messages[0].m.Append(nil)
	edit := func(at int, b ...byte) []byte {
		p := bytes.Clone(good)
		copy(p[at:], b)
		return p
	}
	for _, c := range []struct {
		name  string
		p     []byte
		want  error
		match format.Match
	}{
		{"empty", nil, format.ErrTruncated, format.No},
		{"fixed part cut", good[:239], format.ErrTruncated, format.No},
		{"option cut", good[:244], format.ErrTruncated, format.Yes},
		{"option length cut", good[:241], format.ErrTruncated, format.Yes},
		{"no such op", edit(0, 3), format.ErrMalformed, format.No},
		{"hardware address of 17 bytes", edit(2, 17), format.ErrMalformed, format.No},
		{"no cookie", edit(236, 0), format.ErrMalformed, format.No},
		{"no end", good[:offOptions+3], nil, format.Yes},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse(c.p); !errors.Is(err, c.want) {
				t.Errorf("Parse: %v, want %v", err, c.want)
			}
			if m := Recognise(c.p); m != c.match {
				t.Errorf("Recognise = %v, want %v", m, c.match)
			}
		})
	}
	// What stood before a broken option is kept.
	if m, _ := Parse(good[:244]); m.Type() != Discover || m.ClientMAC != monitor {
		t.Errorf("%+v", m)
	}
}

// tshark reads the same types, names, lists and addresses out of what we write.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for _, x := range messages {
		m := &x.m
		from, to := "0.0.0.0:68", "255.255.255.255:67"
		if m.Reply {
			from, to = "10.20.0.1:67", "10.20.0.77:68"
		}
		c.UDP(from, to, m.Append(nil))
		var list []string
		for _, code := range m.Option(OptParameterList) {
			list = append(list, fmt.Sprint(code))
		}
		var fqdn string
		if f, ok := m.FQDN(); ok {
			fqdn = f.Name
		}
		want = append(want, []string{
			fmt.Sprintf("0x%08x", m.XID), fmt.Sprint(uint8(m.Type())), "00:09:fb:01:02:03", m.YourIP.String(),
			m.Text(OptHostName), m.Text(OptVendorClass), strings.Join(list, "|"), fqdn,
			address(m.Addr(OptRequestedIP)), address(m.Addr(OptServerID)), m.File, m.Text(OptBootFile), m.Text(OptTFTPServer),
		})
	}
	got := wire.Tshark(t, c.Path(), "dhcp", []string{
		"dhcp.id", "dhcp.option.dhcp", "dhcp.hw.mac_addr", "dhcp.ip.your",
		"dhcp.option.hostname", "dhcp.option.vendor_class_id", "dhcp.option.request_list_item", "dhcp.fqdn.name",
		"dhcp.option.requested_ip_address", "dhcp.option.dhcp_server_id", "dhcp.file", "dhcp.option.bootfile_name", "dhcp.option.tftp_server_name",
	})
	// It shows the hardware address of the client identifier as well, and closes names of labels with a dot.
	for _, row := range got {
		row[2], _, _ = strings.Cut(row[2], "|")
		row[7] = strings.TrimSuffix(row[7], ".")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func FuzzParse(f *testing.F) {
	for _, c := range messages {
		f.Add(c.m.Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := Parse(p)
		m.FQDN()
		m.BootFile()
		m.Addrs(OptRouter)
		if err != nil {
			return
		}
		if Recognise(p) != format.Yes {
			t.Error("parsed but not recognised")
		}
		if m.Option(OptOverload) != nil {
			return // its options would be written in another place
		}
		again, err := Parse(m.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		m.File, m.ServerName = again.File, again.ServerName // cut to leave room for a NUL
		m.HardwareType = again.HardwareType                 // 0 becomes Ethernet
		if diff := cmp.Diff(m, again, equal); diff != "" {
			t.Error(diff)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	p := messages[0].m.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(p); err != nil {
			b.Fatal(err)
		}
	}
}
