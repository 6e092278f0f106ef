package net

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

func TestBlocks(t *testing.T) {
	for a, want := range map[string]string{
		"203.0.113.9": "203.0.113.0/24", "::ffff:203.0.113.9": "203.0.113.0/24", "2001:db8:1:2::9": "2001:db8:1::/48", "fe80::1%eth0": "fe80::/48",
	} {
		if got := block(netip.MustParseAddr(a)); got != want {
			t.Errorf("block(%s) = %s, want %s", a, got, want)
		}
	}
	if got := block(netip.Addr{}); got == "" {
		t.Error("no address has no name")
	}
	var s check.Sightings
	for i := range 40 {
		s.Note(within(&s, fmt.Sprint(i)), time.Unix(0, 0))
	}
	if len(s.Last) != maxPeers+1 || within(&s, "3") != "3" || within(&s, "39") != "other public addresses" {
		t.Errorf("%d blocks remembered", len(s.Last))
	}
}

func TestProtocol(t *testing.T) {
	for _, c := range []struct {
		recognised string
		port       uint16
		want       string
	}{{"dicom", 11112, "dicom"}, {"", 443, "tcp/443"}, {"", 49152, "tcp/high"}} {
		o := &check.Seen{Observation: &wardround.Observation{
			Flow: &wardround.Flow{Transport: "tcp", Dst: wardround.Endpoint{Port: c.port}}, Fields: &kind.FlowV1{Protocol: c.recognised},
		}}
		if got := protocol(o); got != c.want {
			t.Errorf("%+v is %s", c, got)
		}
	}
}

func TestLoaded(t *testing.T) {
	for _, c := range []struct {
		fields any
		want   string
	}{
		{&kind.HTTPTransactionV1{Update: "firmware"}, "http firmware false false"},
		{&kind.HTTPTransactionV1{Update: "program", Upload: true}, "http software true false"},
		{&kind.HTTPTransactionV1{Extension: "bin"}, "  false false"},
		{&kind.FTPTransferV1{Extension: "zip", Upload: true}, "ftp software true false"},
		{&kind.FTPTransferV1{Extension: "pdf"}, "ftp  false false"},
		{&kind.TFTPRequestV1{Extension: "other"}, "tftp a boot file false false"},
		{&kind.TFTPRequestV1{Extension: "other", Write: true}, "tftp  true false"},
		{&kind.TFTPRequestV1{Extension: "xml"}, "tftp  false false"},
		{&kind.NFSAccessV1{Act: "look-up", Extension: "img", Flavor: "gss"}, "nfs firmware false true"},
		{&kind.NFSAccessV1{Act: "read", Flavor: "sys"}, "nfs  false false"},
		{&kind.FlowV1{}, "  false false"},
	} {
		protocol, what, upload, secured := loaded(c.fields)
		if got := fmt.Sprint(protocol, " ", what, " ", upload, " ", secured); got != c.want {
			t.Errorf("%T %+v: %q, want %q", c.fields, c.fields, got, c.want)
		}
	}
}

// Only a return within minutes is a conflict, and few claimants are remembered.
func TestClaimants(t *testing.T) {
	var s claimants
	for _, c := range []struct {
		mac      string
		at       int64
		returned bool
	}{
		{"a", 0, false}, {"a", 60, false}, {"b", 70, false}, {"a", 120, true}, {"a", 180, false}, {"b", 190, true},
		{"a", 1000, false}, {"c", 1001, false}, {"d", 1002, false}, {"e", 1003, false}, {"a", 1004, true},
	} {
		if _, returned := s.claim(c.mac, c.at); returned != c.returned {
			t.Errorf("%s at %d: returned %v", c.mac, c.at, returned)
		}
	}
	if diff := cmp.Diff(maxClaimants, len(s.Who)); diff != "" {
		t.Error(diff)
	}
	if s.alone("a", 1500) || !s.alone("a", 1604) {
		t.Error("whether one is alone is told wrongly")
	}
	for mac, want := range map[string]bool{"00:00:5e:00:01:07": true, "00:00:0c:07:ac:01": true, "00:00:0c:9f:f1:23": true, "00:00:5e:00:53:01": false, "00:09:fb:01:02:03": false} {
		if shared(mac) != want {
			t.Errorf("shared(%s) = %v", mac, !want)
		}
	}
}
