package network

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/arp"
	"github.com/wardround/wardround/internal/testkit/wire"
	"github.com/wardround/wardround/kind"
)

// A monitor takes its address and talks; then somebody else says it has it.
func TestARP(t *testing.T) {
	var (
		monitor, thief, all = arp.MAC(philip), arp.MAC{0, 0x22, 0x72, 4, 5, 6}, arp.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		bed4, gateway       = netip.MustParseAddr("10.20.1.4"), netip.MustParseAddr("10.20.1.1")
		none                = netip.IPv4Unspecified()
	)
	c := wire.New(t)
	send := func(frame arp.MAC, p arp.Packet) { c.Ethernet(frame, all, 0x0806, p.Append(nil)) }
	send(monitor, arp.Packet{Op: arp.Request, Sender: monitor, SenderIP: none, TargetIP: bed4}) // a probe claims nothing
	send(monitor, arp.Packet{Op: arp.Request, Sender: monitor, SenderIP: bed4, TargetIP: bed4})
	send(monitor, arp.Packet{Op: arp.Request, Sender: monitor, SenderIP: bed4, TargetIP: bed4}) // sent twice (RFC 5227 §2.3)
	for range 5 {
		send(monitor, arp.Packet{Op: arp.Request, Sender: monitor, SenderIP: bed4, TargetIP: gateway})
	}
	send(thief, arp.Packet{Op: arp.Reply, Sender: thief, SenderIP: bed4, Target: all, TargetIP: bed4})
	send(thief, arp.Packet{Op: arp.Reply, Sender: monitor, SenderIP: bed4, Target: all, TargetIP: gateway})

	got := watch(t, c)["arp.claim"]
	want := []any{
		&kind.ARPClaimV1{MAC: "00:09:fb:01:02:03", Addr: bed4, Operation: "request", Gratuitous: true, Announcement: true},
		&kind.ARPClaimV1{MAC: "00:09:fb:01:02:03", Addr: bed4, Operation: "request"},
		&kind.ARPClaimV1{MAC: "00:22:72:04:05:06", Addr: bed4, Operation: "reply", Gratuitous: true},
		&kind.ARPClaimV1{MAC: "00:09:fb:01:02:03", Addr: bed4, Operation: "reply", ForeignFrame: true},
	}
	if diff := cmp.Diff(want, fields(got), cmpAddr); diff != "" {
		t.Fatal(diff)
	}
	if f := got[1].Flow; f.Src.Addr != bed4 || f.Dst.Addr != gateway || f.Src.MAC != philip || f.Transport != "ethernet" {
		t.Errorf("flow %+v", f)
	}
}
