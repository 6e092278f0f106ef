package dhcp

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/internal/testkit/wire"
)

var (
	duidTime = []byte{0, 1, 0, 1, 0x2a, 1, 2, 3, 0, 9, 0xfb, 1, 2, 3}
	duidMAC  = []byte{0, 3, 0, 1, 0, 9, 0xfb, 1, 2, 3}
)

var messagesV6 = []MessageV6{
	{Type: Solicit, Transaction: 0xabcdef, ClientID: duidTime, Requested: []uint16{23, 24, 39},
		VendorClass: []byte("\x00\x00\x01\x37\x00\x08MSFT 5.0"), FQDN: FQDN{0, "monitor-bed4.icu"}},
	{Type: ReplyV6, Transaction: 0xabcdef, ClientID: duidTime, ServerID: duidMAC, Addrs: []netip.Addr{netip.MustParseAddr("2001:db8::77")}},
	{Type: Information, Transaction: 1, Requested: []uint16{23}},
}

// relay wraps a message as a relay agent would (RFC 8415 §9).
func relay(p []byte) []byte {
	out := append([]byte{byte(relayForward), 0}, make([]byte, 32)...)
	out = append(out, 0, 18, 0, 3, 'e', 't', 'h') // interface id
	out = append(out, 0, v6Relayed, byte(len(p)>>8), byte(len(p)))
	return append(out, p...)
}

func TestV6RoundTrip(t *testing.T) {
	for _, want := range messagesV6 {
		p := want.Append(nil)
		for range 3 {
			got, err := ParseV6(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Error(diff)
			}
			if m := RecogniseV6(p); m < format.Likely || (m == format.Yes) != (want.ClientID != nil || want.Relayed) {
				t.Errorf("RecogniseV6 = %v", m)
			}
			p, want.Relayed = relay(p), true
		}
	}
}

func TestV6AgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for _, m := range messagesV6 {
		c.UDP("[fe80::1]:546", "[ff02::1:2]:547", m.Append(nil))
		var list, addrs []string
		for _, code := range m.Requested {
			list = append(list, fmt.Sprint(code))
		}
		for _, a := range m.Addrs {
			addrs = append(addrs, a.String())
		}
		duids := []string{}
		for _, d := range [][]byte{m.ClientID, m.ServerID} {
			if d != nil {
				duids = append(duids, fmt.Sprintf("%x", d))
			}
		}
		want = append(want, []string{fmt.Sprint(uint8(m.Type)), fmt.Sprintf("0x%06x", m.Transaction),
			strings.Join(duids, "|"), strings.Join(list, "|"), m.FQDN.Name, strings.Join(addrs, "|")})
	}
	got := wire.Tshark(t, c.Path(), "dhcpv6", []string{
		"dhcpv6.msgtype", "dhcpv6.xid", "dhcpv6.duid.bytes", "dhcpv6.requested_option_code", "dhcpv6.client_domain", "dhcpv6.iaaddr.ip"})
	for _, row := range got {
		row[4] = strings.TrimSuffix(row[4], ".")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHardwareAddr(t *testing.T) {
	for _, c := range []struct {
		duid []byte
		ok   bool
	}{{duidTime, true}, {duidMAC, true}, {[]byte{0, 2, 0, 0, 0, 9, 1, 2, 3}, false}, {duidTime[:10], false}, {nil, false}} {
		if mac, ok := HardwareAddr(c.duid); ok != c.ok || ok && mac != monitor {
			t.Errorf("HardwareAddr(%x) = %x, %v", c.duid, mac, ok)
		}
	}
}

func TestV6Broken(t *testing.T) {
	good := messagesV6[0].Append(nil)
	nested := good
	for range 9 {
		nested = relay(nested)
	}
	for _, c := range []struct {
		name string
		p    []byte
		want error
	}{
		{"short", good[:3], format.ErrTruncated},
		{"unknown type", append([]byte{99}, good[1:]...), format.ErrMalformed},
		{"option cut", good[:len(good)-1], format.ErrTruncated},
		{"option header cut", good[:6], format.ErrTruncated},
		{"nine relays", nested, format.ErrLimit},
		{"relay of nothing", relay(nil)[:41], format.ErrMalformed},
		{"relay header cut", relay(good)[:20], format.ErrTruncated},
		{"broken name", []byte{1, 0, 0, 1, 0, 39, 0, 3, 0, 9, 'a'}, format.ErrMalformed},
		{"short association", []byte{1, 0, 0, 1, 0, 3, 0, 1, 0}, format.ErrTruncated},
		{"short address", append([]byte{1, 0, 0, 1, 0, 3, 0, 17}, append(make([]byte, 12), 0, 5, 0, 1, 9)...), format.ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseV6(c.p); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	for _, p := range [][]byte{nil, []byte("\x01voice"), bytes.Repeat([]byte{5}, 100), []byte("GET / HTTP/1.1\r\n")} {
		if m := RecogniseV6(p); m != format.No {
			t.Errorf("RecogniseV6(%q) = %v", p, m)
		}
	}
}

func FuzzParseV6(f *testing.F) {
	for _, m := range messagesV6 {
		f.Add(m.Append(nil))
		f.Add(relay(m.Append(nil)))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		RecogniseV6(p)
		m, err := ParseV6(p)
		HardwareAddr(m.ClientID)
		if err != nil || m.Relayed {
			return
		}
		again, err := ParseV6(m.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if m.FQDN.Name == "" {
			m.FQDN = FQDN{} // an empty name is not written
		}
		if strings.ContainsRune(m.FQDN.Name, '.') {
			m.FQDN.Name = again.FQDN.Name // a dot inside a label is a boundary when written
		}
		if diff := cmp.Diff(m, again, equal); diff != "" {
			t.Error(diff)
		}
	})
}
