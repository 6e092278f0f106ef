package wardround_test

import (
	"net/netip"
	"testing"

	. "github.com/wardround/wardround"
)

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "198.51.100.7": true, "203.0.113.1": true, "2001:db8::1": true, "2606:4700::1111": true,
		"172.32.0.1": true, "192.169.0.1": true, "100.128.0.1": true, "::ffff:8.8.8.8": true,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fd00::1": false, // RFC 1918, RFC 4193
		"127.0.0.1": false, "::1": false, "169.254.1.1": false, "fe80::1": false, "224.0.0.251": false, "ff02::fb": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false, "255.255.255.255": false, "240.0.0.1": false,
		"100.64.0.1": false, "100.127.255.255": false, "192.0.0.8": false, "198.18.0.1": false, "198.19.255.255": false,
		"64:ff9b:1::1": false, "100::1": false, "fec0::1": false, "::ffff:10.0.0.1": false,
	} {
		if got := Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Public(%s) = %v", addr, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestAnAddressBelongsToItsLongestPrefix(t *testing.T) {
	zones := []Zone{
		{ID: "house", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		{ID: "icu", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.20.1.0/24"), netip.MustParsePrefix("fd00:1::/64")}},
		{ID: "icu-again", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.20.1.0/24")}},
		{ID: "dmz", Prefixes: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}},
	}
	for addr, want := range map[string]ZoneID{
		"10.20.1.7": "icu", "::ffff:10.20.1.7": "icu", "10.20.2.7": "house", "fd00:1::5": "icu",
		"198.51.100.9": "dmz", // a public address of ours is of its zone
		"8.8.8.8":      ZonePublic, "192.168.1.1": ZoneLocal, "fe80::1": ZoneLocal,
	} {
		if got := ZoneOf(zones, netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is in %q, want %q", addr, got, want)
		}
	}
	if got := ZoneOf(nil, netip.Addr{}); got != ZoneLocal {
		t.Errorf("no address is in %q", got)
	}
}
