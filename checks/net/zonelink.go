package net

import (
	"context"
	"net/netip"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "net.new-zone-link",
	Version: 1,
	Title:   "A new way between network segments",
	Doc: "Two segments exchange data by a protocol they didn't use between them while the site was learned. It may be a new interface, a device plugged into the wrong socket, a firewall rule that was opened too far, or somebody who moves from one segment into the next. " +
		"Find out who opened the way and why. If it is wanted, accept the finding and record the rule; if not, close it again where it was opened. " +
		"It is wrong where a device was moved on purpose, or where the segments are declared other than they are. Traffic with public addresses is judged by another check; DHCP is left out, because its servers serve other segments. Where a site has declared no zones, each IPv4 network of 24 bits and each IPv6 network of 64 bits counts as one.",
	Concern:  wardround.Security,
	Applies:  wardround.AnyKind,
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"network-segmentation", "network-monitoring"},
	Watch:    []kind.Name{kind.Flow},
	Fresh:    30 * 24 * time.Hour,
	Group:    check.ByZone,
	Novelty:  true,
	Say: check.Say{
		Bedside:     "Nothing at the bedside is known to have changed. {asset} in {from} now reaches {server} in {to}; what it does there is unknown.",
		Ward:        "If somebody moved or plugged in a device, tell clinical engineering.",
		Engineering: "Say whether {asset} belongs into {from} and has work with {server}. If so, accept this and say why.",
		Security:    "Find the rule that lets {protocol} from {from} to {to}, and who asked for it. Look at what {whom} did there.",
		Dont:        "Don't close the way before it is known whether {server} serves patients by it.",
		Why:         "{asset} in {from} spoke {protocol} with {server} in {to}. While the site was learned nobody in {from} did.",
		Wrong:       "the segments are declared wrongly, or {asset} was moved by plan.",
	},
	Run: zoneLink,
})

// zoneLink learns which protocols go from one zone to another, and fails for those
// that come later.
func zoneLink(_ context.Context, p *check.Pass) error {
	type way struct {
		client   wardround.AssetID
		to       string
		protocol string
	}
	said := map[way]bool{}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FlowV1)
		if !f.Established || o.Src == "" || o.Dst == "" {
			continue
		}
		client, server := p.Asset(o.Src), p.Asset(o.Dst)
		if client == nil || server == nil || client.Remote || server.Remote {
			continue
		}
		from, to := segment(p, client, o.Flow.Src.Addr), segment(p, server, o.Flow.Dst.Addr)
		if from == to || from == "" || to == "" {
			continue
		}
		spoken := protocol(o)
		if spoken == "dhcp" {
			continue // a renewal goes to whoever gave the lease, which went by broadcast or relay
		}
		if w := (way{client.ID, to, spoken}); said[w] {
			continue
		} else {
			said[w] = true
		}
		subject, item := wardround.AssetSubject(client.ID), spoken+" to "+to
		known := p.Learn(client.Zone, from+" to "+to, spoken)
		// Networks are learned as well, so that ways stay known when zones are declared.
		if n, m := network(o.Flow.Src.Addr), network(o.Flow.Dst.Addr); n != from || m != to {
			if by := p.Learn(client.Zone, n+" to "+m, spoken); known == check.Novel {
				known = by
			}
		}
		if known == check.Novel && f.MidStream && o.Flow.Transport == "tcp" {
			continue // it began before the capture, perhaps from the other end
		}
		switch known {
		case check.Learning:
			p.Unknown(subject, item, check.WhyLearning, nil)
		case check.Known:
			p.Pass(subject, item, nil)
		default:
			p.Fail(subject, item, wardround.Facts{
				"from": from, "to": to, "protocol": spoken, "server": p.Name(server.ID),
			}, check.Exposed(wardround.ExposedAcrossZones))
		}
	}
	return nil
}

// segment names where an asset is: its zone or, at a site that has declared none,
// the network of its address.
func segment(p *check.Pass, a *wardround.Asset, addr netip.Addr) string {
	if len(p.Inventory().Zones()) > 0 {
		return string(a.Zone)
	}
	return network(addr)
}

// network is the network of an address; "" for one that is not routed.
func network(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	bits := 24
	if addr.Is6() {
		bits = 64
	}
	network, err := addr.Prefix(bits)
	if err != nil || addr.IsLinkLocalUnicast() || addr.IsLoopback() {
		return ""
	}
	return network.String()
}
